"""Question files → rows. Does not know tasks; a line that is no row is kept as broken, never dropped.

A row: ``id``, ``type``, ``question``, ``history`` (earlier questions), ``answerable``, ``gold`` (``law`` + ``article``
+ ``role`` + ``items``, or ``doc`` + ``quote``), ``answer_points``, and where wanted ``as_of``, ``known``, ``licence``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kb.base.address import Address, ArticleNo
from kb.base.records import InputError

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A line of a question file that is no row: counted wrong. ``line`` from 1."""

    id: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.why}"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A file's rows in order, broken ones in place; ``sha256`` of the file tells one set from another."""

    path: Path
    sha256: str
    entries: tuple[Row | Broken, ...]

    @property
    def rows(self) -> list[Row]:
        """The sound rows."""
        return [e for e in self.entries if not isinstance(e, Broken)]

    @property
    def broken(self) -> list[Broken]:
        """The others."""
        return [e for e in self.entries if isinstance(e, Broken)]


def load(path: Path) -> QuestionSet:
    """Read a .jsonl or .xlsx file of questions.

    Raises InputError when the file cannot be read or holds nothing. Rows at fault do not raise: see ``Broken``.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"没有 {path} 这个文件；请检查路径") from error
    except OSError as error:
        raise InputError(f"读不了 {path.name}：{error.strerror}；请检查路径和权限") from error
    if path.suffix.lower() == ".xlsx":
        from eval.run.sheet import sheet_rows

        numbered: Iterator[tuple[int, Row | str]] = sheet_rows(path)
    elif path.suffix.lower() in (".jsonl", ".ndjson"):
        numbered = _json_rows(raw, path.name)
    else:
        raise InputError(f"{path.name} 不是 .jsonl 或 .xlsx；请另存为其中一种")
    entries: list[Row | Broken] = []
    seen: set[str] = set()
    for line, found in numbered:
        entry = found if isinstance(found, str) else sound(found, line)
        if not isinstance(entry, str) and entry["id"] in seen:
            entry = f"编号 {entry['id']} 重复"
        if isinstance(entry, str):
            entries.append(Broken(f"{path.name}#{line}", line, entry))
        else:
            seen.add(entry["id"])
            entries.append(entry)
    if not entries:
        raise InputError(f"{path.name} 里没有问题；每行一题，格式见 eval/questions/README.md")
    return QuestionSet(path, hashlib.sha256(raw).hexdigest(), tuple(entries))


def _json_rows(raw: bytes, name: str) -> Iterator[tuple[int, Row | str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} 不是 UTF-8 文本；请另存为 UTF-8") from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield number, "不是 JSON；每行应是一个 JSON 对象"
            continue
        yield number, row if isinstance(row, dict) else "不是 JSON 对象"


def sound(raw: Mapping[str, Any], line: int) -> Row | str:
    """The row with its defaults filled in, or in one clause what is wrong with it."""
    question = raw.get("question", raw.get("q"))
    if not isinstance(question, str) or not question.strip():
        return '缺少 "question"（问题）'
    gold = raw.get("gold", [])
    if not isinstance(gold, list):
        return '"gold"（依据）应是列表'
    for g in gold:
        fault = _gold_fault(g)
        if fault:
            return fault
    answerable = raw.get("answerable", bool(gold))
    if not isinstance(answerable, bool) or answerable != bool(gold):
        return '"answerable"（可答）与有无依据不一致'
    history = raw.get("history") or []
    if not isinstance(history, list) or not all(isinstance(h, str | dict) for h in history):
        return '"history"（上文）应是文字的列表'
    points = raw.get("answer_points") or []
    if not isinstance(points, list) or not all(isinstance(p, str) and p.strip() for p in points):
        return '"answer_points"（要点）应是文字的列表'
    if not _is_day(raw.get("as_of")):
        return '"as_of"（日期）应写成 2025-04-30 的样子'
    kind = str(raw.get("type") or raw.get("kind") or raw.get("style") or "")
    return {
        **raw,
        "id": str(raw.get("id") or f"第{line}行"),
        "type": kind,
        "question": question,
        "history": history,
        "answerable": answerable,
        "gold": gold,
        "answer_points": points,
    }


def _is_day(value: object) -> bool:
    if value is None or value == "":
        return True
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _gold_fault(gold: object) -> str:
    """What is wrong with one gold; empty when nothing is."""
    if not isinstance(gold, dict):
        return '"gold"（依据）的每一项应是对象'
    if "doc" in gold:
        return "" if isinstance(gold.get("quote"), str) and gold["quote"].strip() else "报告依据缺少引文（quote）"
    if not isinstance(gold.get("law"), str) or not gold["law"].strip():
        return '依据缺少法名（"law"）'
    if not isinstance(gold.get("article"), str) or ArticleNo.parse(gold["article"]) is None:
        return f"依据的条号“{gold.get('article')}”无法识别，请写成 第九十七条 的样子"
    for item in gold.get("items") or ():
        if not isinstance(item, str) or Address.parse(f"《某》第一条{item.strip()}") is None:
            return f"依据的款项“{item}”无法识别，请写成 第一款第（三）项 的样子"
    return ""
