"""The SQLite file of the record: its tables, and opening it safely from several processes.

Does not know what a record means.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from kb.base.records import AuditError

VERSION = 1
_TABLES = """
CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    time TEXT NOT NULL,
    user TEXT NOT NULL,
    door TEXT NOT NULL,
    question TEXT,
    scope TEXT NOT NULL,
    as_of TEXT NOT NULL,
    generation TEXT NOT NULL,
    model TEXT NOT NULL,
    refused INTEGER NOT NULL,
    statuses TEXT NOT NULL,
    arguments TEXT NOT NULL,
    answer TEXT NOT NULL,
    raw TEXT NOT NULL
);
CREATE INDEX records_time ON records (time);
CREATE TABLE feedback (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL REFERENCES records (id),
    time TEXT NOT NULL,
    user TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('useful', 'wrong')),
    comment TEXT NOT NULL
);
CREATE INDEX feedback_record ON feedback (record);
CREATE TABLE purges (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    before TEXT NOT NULL,
    removed INTEGER NOT NULL
);
-- Appended, never changed; only what is older than a recorded purge may go.
CREATE TRIGGER records_fixed BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER records_kept BEFORE DELETE ON records
    WHEN NOT EXISTS (SELECT 1 FROM purges WHERE OLD.time < purges.before)
    BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER feedback_fixed BEFORE UPDATE ON feedback BEGIN SELECT RAISE(ABORT, 'feedback is append-only'); END;
CREATE TRIGGER feedback_kept BEFORE DELETE ON feedback
    WHEN NOT EXISTS (SELECT 1 FROM purges JOIN records ON records.id = OLD.record WHERE records.time < purges.before)
    BEGIN SELECT RAISE(ABORT, 'feedback is append-only'); END;
"""
_SHORTEST_WAIT_S = 0.01


def connect(path: Path, busy_s: float) -> sqlite3.Connection:
    """Open the file, made with its tables where it is new and readable by its owner only.

    ``busy_s``: how long to wait for other writers. Transactions are explicit. Raises AuditError or sqlite3.Error.
    """
    _make_file(path)
    connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        # FULL: a committed record also outlives a power cut. secure_delete: what retention removes is overwritten.
        for pragma in ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        _patiently(lambda: _to_wal(connection, path), busy_s)
        _patiently(lambda: _make_tables(connection, path), busy_s)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise AuditError(f"记录文件打不开：{path}（{error.strerror}）。请检查目录权限，或换一个位置。") from None


def _to_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Switch to WAL; SQLite refuses it on file systems without shared memory."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise AuditError(f"记录文件所在的磁盘不支持多进程写入：{path}。请放在本机磁盘上。")


def _make_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in one transaction, unless another process has."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version > VERSION:
        raise AuditError(f"记录文件来自更新的版本：{path}。请升级本程序，或换一个位置。")
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise AuditError(f"这不是记录文件：{path}。请换一个位置。")
            for statement in _statements(_TABLES):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """Split a script; ``executescript`` would commit before it begins."""
    out, held = [], ""
    for line in script.splitlines():
        held += line + "\n"
        if held.strip() and sqlite3.complete_statement(held):
            out.append(held)
            held = ""
    return out


def _patiently(step: Callable[[], None], busy_s: float) -> None:
    """Repeat ``step`` while the file is locked: SQLite's own waiting does not cover the switch to WAL."""
    deadline, wait = time.monotonic() + busy_s, _SHORTEST_WAIT_S
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(wait)
        wait = min(wait * 2, 0.2)
