"""The append-only record in a local SQLite file that several processes write and no kill can break.

Does not know how answers are made, nor the web; what identifies a user is the caller's matter.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, get_args

from kb.assist.audit.record import LEFT_OUT, Feedback, Json, Record, Verdict, without_secrets, without_texts
from kb.assist.audit.schema import connect
from kb.base.records import Answer, AuditError, InputError

_log = logging.getLogger("kb.audit")
_PAGE = 200
_PURGE_EVERY_S = 24 * 3600.0
_COLUMNS = "id, time, user, door, question, scope, as_of, generation, model, refused, statuses, arguments, answer, raw"
# Of the arguments: whose values are the question's own words.
_QUESTION_NAMES = ("question", "history", "rewritten")


class AuditLog:
    """The record at ``path``; the file is made with the first record.

    ``keep_question`` False leaves the question's words (and the history's, and what a model wrote) out.
    ``retention_days``: older records go when one is written, once a day; None keeps all. ``hide`` are
    secrets (the model's key) that no field will hold. Threads may share one object; so may forked processes.
    Methods raise AuditError where the file cannot be used.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        keep_question: bool = True,
        retention_days: int | None = None,
        hide: Sequence[str] = (),
        busy_s: float = 10.0,
    ) -> None:
        if retention_days is not None and retention_days < 1:
            raise AuditError("记录保留天数须大于 0：不写则一直保留。")
        self._path = Path(path)
        self._keep_question = keep_question
        self._retention_days = retention_days
        self._hide = tuple(hide)
        self._busy_s = busy_s
        self._lock = threading.RLock()
        self._connections: dict[int, sqlite3.Connection] = {}  # by process: SQLite does not survive a fork
        self._next_purge = 0.0

    def record(
        self,
        answer: Answer,
        *,
        arguments: Mapping[str, Any],
        scope: str = "all",
        user: str = "",
        door: str = "",
        model: str = "",
        raw: str = "",
        now: datetime | None = None,
    ) -> str:
        """Append one answer and give its id (random, so that a page may hold it). Returns once it is on disk.

        ``arguments`` must be JSON data that repeats the call by name. Raises InputError where they are not.
        """
        record = self._make(answer, dict(arguments), scope, user, door, model, raw, now)
        values = (
            record.id, record.time, record.user, record.door, record.question, record.scope, record.as_of,
            record.generation, record.model, int(record.refused), _dump(dict(record.statuses)),
            _dump(record.arguments), _dump(record.answer), record.raw,
        )  # fmt: skip
        with self._writing() as connection:
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO records ({_COLUMNS}) VALUES ({marks})", values)
        self._purge_when_due(now)
        return record.id

    def feedback(
        self, record_id: str, verdict: Verdict, comment: str = "", *, user: str = "", now: datetime | None = None
    ) -> None:
        """Append a user's verdict on a recorded answer. Raises InputError for an unknown id or verdict."""
        if verdict not in get_args(Verdict):
            raise InputError("反馈只能是 useful（有用）或 wrong（有误）。")
        row = without_secrets([record_id, _stamp(now), user, verdict, comment], self._hide)
        with self._writing() as connection:
            if connection.execute("SELECT 1 FROM records WHERE id = ?", (record_id,)).fetchone() is None:
                raise InputError("没有这条记录：可能已过保留期。")
            connection.execute(
                "INSERT INTO feedback (record, time, user, verdict, comment) VALUES (?, ?, ?, ?, ?)", row
            )

    def get(self, record_id: str) -> Record:
        """Read one record. Raises InputError where there is none."""
        with self._reading() as connection:
            row = (
                connection.execute(f"SELECT {_COLUMNS} FROM records WHERE id = ?", (record_id,)).fetchone()
                if connection
                else None
            )
            if connection is None or row is None:
                raise InputError("没有这条记录：可能已过保留期。")
            return self._read(connection, row)

    def records(
        self, *, since: datetime | None = None, until: datetime | None = None, user: str | None = None
    ) -> Iterator[Record]:
        """Read records in the order of writing; ``since`` ≤ time < ``until``; nothing where the file does not exist."""
        start, end = (_stamp(since) if since else ""), (_stamp(until) if until else "~")  # ~ sorts after every date
        seq = 0
        while True:
            with self._reading() as connection:
                rows = (
                    connection.execute(
                        f"SELECT seq, {_COLUMNS} FROM records WHERE seq > ? AND time >= ? AND time < ?"
                        " AND (? IS NULL OR user = ?) ORDER BY seq LIMIT ?",
                        (seq, start, end, user, user, _PAGE),
                    ).fetchall()
                    if connection
                    else []
                )
                page = [self._read(connection, row) for row in rows] if connection else []
            yield from page
            if len(page) < _PAGE:
                return
            seq = rows[-1]["seq"]

    def purge(self, before: datetime, *, now: datetime | None = None) -> int:
        """Remove records (with their feedback) older than ``before``; how many. The purge itself stays on record."""
        cut = _stamp(before)
        with self._writing() as connection:
            (count,) = connection.execute("SELECT COUNT(*) FROM records WHERE time < ?", (cut,)).fetchone()
            if count:
                values = (_stamp(now), cut, count)
                connection.execute("INSERT INTO purges (time, before, removed) VALUES (?, ?, ?)", values)
                connection.execute(
                    "DELETE FROM feedback WHERE record IN (SELECT id FROM records WHERE time < ?)", (cut,)
                )
                connection.execute("DELETE FROM records WHERE time < ?", (cut,))
        if count:
            with (
                self._reading() as reading,
                suppress(sqlite3.OperationalError),
            ):  # a reader: the next checkpoint does it
                if reading:
                    reading.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(count)

    def check(self) -> tuple[str, ...]:
        """Look for damage: SQLite's complaints; empty when the file is whole or does not exist."""
        with self._reading() as connection:
            if connection is None:
                return ()
            lines = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        return () if lines == ["ok"] else tuple(lines)

    def close(self) -> None:
        """Close this process's connection; a further call opens it again."""
        with self._lock:
            connection = self._connections.pop(os.getpid(), None)
            if connection is not None:
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- making and reading ------------------------------------------------------------------

    def _make(
        self,
        answer: Answer,
        arguments: Json,
        scope: str,
        user: str,
        door: str,
        model: str,
        raw: str,
        now: datetime | None,
    ) -> Record:
        body = answer.to_json()
        question: str | None = answer.question
        if not self._keep_question:
            words = _words(answer.question, arguments)
            body, scope = without_texts(body, words), without_texts(scope, words)
            arguments = {k: LEFT_OUT if k in _QUESTION_NAMES else without_texts(v, words) for k, v in arguments.items()}
            question, raw = None, ""
        hidden = {"body": body, "arguments": arguments, "question": question, "raw": raw, "user": user, "scope": scope}
        hidden = without_secrets(hidden, self._hide)
        return Record(
            id=uuid.uuid4().hex,
            time=_stamp(now),
            user=hidden["user"],
            door=door,
            question=hidden["question"],
            scope=hidden["scope"],
            as_of=answer.as_of.isoformat(),
            generation=answer.generation,
            model=without_secrets(model, self._hide),
            refused=answer.refused,
            statuses=dict(sorted(Counter(str(c.status) for c in answer.citations).items())),
            arguments=hidden["arguments"],
            answer=hidden["body"],
            raw=hidden["raw"],
        )

    def _read(self, connection: sqlite3.Connection, row: sqlite3.Row) -> Record:
        notes = connection.execute(
            "SELECT time, user, verdict, comment FROM feedback WHERE record = ? ORDER BY seq", (row["id"],)
        )
        plain = {name: row[name] for name in _COLUMNS.split(", ")}
        for name in ("statuses", "arguments", "answer"):
            plain[name] = json.loads(plain[name])
        plain["refused"] = bool(plain["refused"])
        return Record(**plain, feedback=tuple(Feedback(**dict(note)) for note in notes))

    def _purge_when_due(self, now: datetime | None) -> None:
        if self._retention_days is None or time.monotonic() < self._next_purge:
            return
        self._next_purge = time.monotonic() + _PURGE_EVERY_S
        try:
            self.purge((now or datetime.now(UTC)) - timedelta(days=self._retention_days), now=now)
        except AuditError as error:  # the answer is on record; what is too old goes another day
            _log.warning("retention: %s", error)

    # --- the file ----------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its beginning; SQLite's errors as AuditError."""
        with self._lock, self._errors():
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """The connection for reading; None where nothing was ever recorded."""
        with self._lock, self._errors():
            yield self._open() if self._path.exists() else None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise AuditError(self._told(str(error))) from error

    def _told(self, said: str) -> str:
        """Word an error of SQLite with its cure."""
        if "locked" in said or "busy" in said:
            return f"记录文件被其他程序占用：{self._path}。请稍后再试。"
        if "full" in said:
            return f"磁盘已满，记录写不进去：{self._path}。请清理磁盘。"
        if "not a database" in said or "malformed" in said:
            return f"记录文件已损坏或不是记录文件：{self._path}。请把它移走后再试。"
        return f"记录文件不能读写：{self._path}（{said}）。请检查权限，或换一个位置。"

    def _open(self) -> sqlite3.Connection:
        pid = os.getpid()
        if pid not in self._connections:
            self._connections[pid] = connect(self._path, self._busy_s)
        return self._connections[pid]


def _words(question: str, arguments: Mapping[str, Any]) -> list[str]:
    """The texts that must not be kept, longest first: the question, as asked and as rewritten, and the history."""
    words = {question}
    for name in _QUESTION_NAMES:
        value = arguments.get(name)
        words.update([value] if isinstance(value, str) else value or ())
    return sorted(filter(None, map(str, words)), key=len, reverse=True)


def _stamp(moment: datetime | None) -> str:
    """UTC with microseconds, of fixed width, so that text order is time order. A naive ``moment`` is local time."""
    return (moment or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _dump(data: Any) -> str:  # noqa: ANN401 - plain JSON data
    try:
        return json.dumps(data, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"记录的参数须是可写成 JSON 的数据（{error}）。") from None
