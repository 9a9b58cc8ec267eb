"""``kb batch``: one JSON object per line in and out, one process. Does not know how answers are made."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kb.app import KnowledgeBase, parse_day
from kb.base.records import InputError, SearchResult
from kb.cli.common import add_as_of, add_scope, open_base, print_json


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file. ``id`` is returned as it came; ``as_of`` None: the command's day."""

    id: Any
    question: str
    history: tuple[str, ...]
    as_of: date | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """File, search only, number of hits."""
    parser.add_argument("file", type=Path, metavar="FILE.jsonl", help='每行 {"id", "question", "history", "as_of"}')
    parser.add_argument("--search-only", action="store_true", help="只检索，text 与 citations 为空")
    parser.add_argument("--k", type=int, default=20, metavar="N", help="每题给出多少条命中（默认 20）")
    add_as_of(parser)
    add_scope(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer every line; a line that cannot be read ends the run before anything is answered."""
    rows = list(_rows(arguments.file))
    base, day = open_base(arguments), parse_day(arguments.as_of)
    for row in rows:
        try:
            print_json({"id": row.id, **_object(base, row, arguments, row.as_of or day)})
        except InputError as error:
            print_json({"id": row.id, **_refusal(base, row, row.as_of or day, str(error))})
        sys.stdout.flush()
    return 0


def _object(base: KnowledgeBase, row: Row, arguments: argparse.Namespace, day: date) -> dict[str, Any]:
    options = {"history": row.history, "as_of": day, "scope": arguments.scope, "k": arguments.k}
    if arguments.search_only:
        return _searched(base.search(row.question, **options))
    return base.ask(row.question, **options).to_json()


def _searched(found: SearchResult) -> dict[str, Any]:
    """The answer object of a search: text and citations empty."""
    return {
        "question": found.question,
        "as_of": found.as_of.isoformat(),
        "generation": found.generation,
        "refused": False,
        "refusal_reason": None,
        "text": "",
        "citations": [],
        "hits": [h.to_json() for h in found.hits],
        "warnings": list(found.warnings),
        "timings_ms": {"retrieve": 0.0, "generate": 0.0, "verify": 0.0, **found.timings_ms},
    }


def _refusal(base: KnowledgeBase, row: Row, day: date, why: str) -> dict[str, Any]:
    """The answer object of a question that cannot be searched (empty, too long)."""
    return {
        "question": row.question,
        "as_of": day.isoformat(),
        "generation": base.generation.id,
        "refused": True,
        "refusal_reason": why,
        "text": why,
        "citations": [],
        "hits": [],
        "warnings": [],
        "timings_ms": {"retrieve": 0.0, "generate": 0.0, "verify": 0.0},
    }


def _rows(path: Path) -> Iterator[Row]:
    """The lines of a file; raises InputError that names the line and what it lacks."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"读不了 {path.name}：{error}；请给出 UTF-8 编码的 .jsonl 文件") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(line, f"{path.name} 第 {number} 行")


def _row(line: str, where: str) -> Row:
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{where}不是 JSON（{error.msg}）；每行应是一个 JSON 对象") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("question"), str):
        raise InputError(f'{where}缺少文字字段 "question"；请补上')
    history = raw.get("history") or []
    if not isinstance(history, list) or not all(isinstance(h, str) for h in history):
        raise InputError(f'{where}的 "history" 应是文字的列表；请改正')
    day = raw.get("as_of")
    if day is not None and not isinstance(day, str):
        raise InputError(f'{where}的 "as_of" 应是 "2025-04-30" 这样的文字；请改正')
    return Row(raw.get("id"), raw["question"], tuple(history), parse_day(day) if day else None)
