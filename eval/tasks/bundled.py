"""Questions that the bundled digests answer: the small set of every checkout. Knows where they are, no more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.run.asking import EVERYTHING, ask_all
from eval.run.context import QUESTIONS, Context
from eval.run.outcome import Outcome
from eval.run.task import Task


def files(context: Context) -> Sequence[Path]:
    """The bundled set; its rows do not change with --questions."""
    return [p for p in (QUESTIONS / "bundled.jsonl",) if p.is_file()]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    return "" if files(context) else "缺少 eval/questions/bundled.jsonl"


def measure(context: Context) -> list[Outcome]:
    """An outcome for every question."""
    return ask_all(context, files(context))


TASK = Task("bundled", "随附要点问答", measure, EVERYTHING, "cite_recall", files, absent)
