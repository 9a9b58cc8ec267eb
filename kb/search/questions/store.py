"""Files of known questions: loading them all, and the append-only file of edits.

Does not know who may edit, nor what an index holds.

Nothing is ever deleted: an edit is one more line in ``edits.jsonl`` that carries the whole question, its new status,
who did it and when. The last line about a question counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from kb.base.address import ArticleNo
from kb.base.records import InputError, KnownQuestion
from kb.search.questions.record import from_row, to_row

EDITS = "edits.jsonl"
Action = Literal["add", "refuse", "retire", "restore"]
_STATUS: dict[Action, Literal["active", "refused", "retired"]] = {
    "add": "active",
    "refuse": "refused",
    "retire": "retired",
    "restore": "active",
}
Identity = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done to a question: by whom (a user's name) and when (ISO time, UTC)."""

    question: KnownQuestion
    action: Action
    by: str
    at: str


def identity(question: KnownQuestion) -> Identity:
    """Identify a question by its words and the earlier questions."""
    return question.text, question.history


def load(files: Iterable[Path]) -> list[KnownQuestion]:
    """Read questions of all ``files`` in order, each once; files of edits are applied last.

    Raises InputError naming file and line where a line is no question, or a file cannot be read.
    """
    ordered = sorted(files, key=lambda f: f.name == EDITS)
    found: dict[Identity, KnownQuestion] = {}
    for file in ordered:
        for question in _questions(file):
            found[identity(question)] = question
    return list(found.values())


def _questions(file: Path) -> Iterator[KnownQuestion]:
    for number, line in _lines(file):
        try:
            yield from_row(json.loads(line))
        except json.JSONDecodeError as error:
            raise InputError(f"{file.name} 第 {number} 行不是 JSON。请改正或删去这一行。") from error
        except InputError as error:
            raise InputError(f"{file.name} 第 {number} 行：{error}。请改正这一行。") from error


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"问题文件 {file.name} 读不出来。请检查它是否存在、是否为 UTF-8 文本。") from error
    return ((n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip())


def record(file: Path, question: KnownQuestion, action: Action, *, by: str, now: datetime | None = None) -> Edit:
    """Append an edit to ``file`` (made if need be) and flush it to disk. Raises InputError without a name in ``by``."""
    if not by.strip():
        raise InputError("请说明是谁改的问题（用户名）。")
    at = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    edit = Edit(replace(question, status=_STATUS[action]), action, by.strip(), at)
    row = {**to_row(edit.question), "action": action, "by": edit.by, "at": at}
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(row, ensure_ascii=False) + "\n"
    # One write call on a file opened for appending: two processes never mix their lines.
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line.encode("utf-8"))
        os.fsync(handle)
    finally:
        os.close(handle)
    return edit


def edits(file: Path) -> list[Edit]:
    """Read all edits of a file, oldest first; empty when there is no file. Raises InputError for a broken line."""
    if not file.exists():
        return []
    out = []
    for number, line in _lines(file):
        try:
            row = json.loads(line)
            out.append(Edit(from_row(row), row["action"], row["by"], row["at"]))
        except (ValueError, LookupError, TypeError, InputError) as error:
            raise InputError(f"{file.name} 第 {number} 行不是改动记录。请恢复备份或删去这一行。") from error
    return out


class KnownQuestions:
    """All known questions of a set of files, and the one file that edits go to."""

    def __init__(self, files: Iterable[Path], edits_file: Path) -> None:
        """``edits_file`` may not exist yet; it is read with the others."""
        self._edits = edits_file
        paths = [f for f in files if f != edits_file]
        self._found = {identity(q): q for q in load([*paths, edits_file] if edits_file.exists() else paths)}

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[KnownQuestion]:
        return iter(tuple(self._found.values()))

    def find(self, text: str = "", *, key: str = "", style: str = "", status: str = "") -> list[KnownQuestion]:
        """Questions that contain ``text`` and belong to instrument ``key``, ``style``, ``status`` (empty: any)."""
        return [
            q
            for q in self._found.values()
            if text in q.text
            and (not key or any(k == key for k, _ in q.gold))
            and (not style or q.style == style)
            and (not status or q.status == status)
        ]

    def about(self, key: str, article: ArticleNo) -> list[KnownQuestion]:
        """Active questions that ``article`` of ``key`` answers."""
        return [q for q in self._found.values() if q.status == "active" and (key, article) in q.gold]

    def add(self, question: KnownQuestion, *, by: str) -> Edit:
        """Add a question or change the articles of a known one. Raises InputError when nothing would change."""
        known = self._found.get(identity(question))
        if known is not None and known.status == "active" and set(known.gold) == set(question.gold):
            raise InputError(f"“{question.text}”已经在问题库里，依据相同。")
        return self._record(question, "add", by)

    def refuse(self, text: str, *, by: str, history: tuple[str, ...] = ()) -> Edit:
        """Refuse a question that waits for review. Raises InputError when it is unknown."""
        return self._record(self._known(text, history), "refuse", by)

    def retire(self, text: str, *, by: str, history: tuple[str, ...] = ()) -> Edit:
        """Take an active question out of use. Raises InputError when it is unknown."""
        return self._record(self._known(text, history), "retire", by)

    def restore(self, text: str, *, by: str, history: tuple[str, ...] = ()) -> Edit:
        """Put a refused, retired or waiting question into use. Raises InputError when it is unknown."""
        return self._record(self._known(text, history), "restore", by)

    def _known(self, text: str, history: tuple[str, ...]) -> KnownQuestion:
        found = self._found.get((text.strip(), history))
        if found is None:
            raise InputError(f"问题库里没有“{text.strip()[:40]}”。请用 kb questions list 找到原句。")
        return found

    def _record(self, question: KnownQuestion, action: Action, by: str) -> Edit:
        edit = record(self._edits, question, action, by=by)
        self._found[identity(edit.question)] = edit.question
        return edit
