"""Run tasks and note where their figures come from. Does not print."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.run.context import ROOT, Context
from eval.run.outcome import TaskRun
from eval.run.task import Task
from kb.base.records import InputError


def execute(
    tasks: Iterable[Task], context: Context, *, progress: Callable[[str], None] | None = None
) -> tuple[list[TaskRun], dict[str, str]]:
    """Run the tasks that can run; returns their runs and, by name, why the others cannot."""
    runs: list[TaskRun] = []
    absent: dict[str, str] = {}
    for task in tasks:
        why = task.absent(context)
        if why:
            absent[task.name] = why
            continue
        if progress is not None:
            progress(task.label)
        context.notes.clear()
        started = time.perf_counter()
        outcomes = task.measure(context)
        run = TaskRun(task.name, task.label, task.primary, outcomes, private=task.private)
        run.seconds = time.perf_counter() - started
        run.about = about(task, context)
        runs.append(run)
    return runs, absent


def about(task: Task, context: Context) -> dict[str, Any]:
    """Provenance of a task's figures."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "as_of": context.day.isoformat(),
        "place": context.base.settings.place,
        "model": context.base.settings.llm_model,
        "answers": "given" if context.answers is not None else "asked",
        "limit": context.limit,
        "questions": [_file(p) for p in task.files(context)],
        "notes": list(context.notes),
    }


def _file(path: Path) -> dict[str, Any]:
    loaded = path.read_bytes()
    return {"file": path.name, "sha256": hashlib.sha256(loaded).hexdigest(), "rows": loaded.count(b"\n")}


def commit() -> str | None:
    """The checkout's commit, with + where files differ from it; None where there is no repository."""
    try:
        head = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        dirty = subprocess.run(
            ["git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def read_answers(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Answer objects of a ``kb batch`` output by id; raises InputError naming the line at fault.

    A line that is an object without an id is refused; what is missing altogether counts as wrong later.
    """
    out: dict[str, Mapping[str, Any]] = {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"读不了 {path.name}：{error}；请给出 kb batch 的输出") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            continue  # an answer cut short is a missing answer: its question counts as wrong
        if not isinstance(row, dict) or "id" not in row:
            raise InputError(f"{path.name} 第 {number} 行没有 id；请给出 kb batch 的输出")
        out[str(row["id"])] = row
    return out
