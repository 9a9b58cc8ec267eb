"""The development questions on enforcement beside the checkout; their wording is not kept in results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.run.asking import EVERYTHING, ask_all
from eval.run.context import SHARED, Context
from eval.run.outcome import Outcome
from eval.run.task import Task
from eval.tasks.law import official


def files(context: Context) -> Sequence[Path]:
    """Both sets."""
    return sorted((SHARED / "eval").glob("enforcement_*.dev.jsonl"))


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    if not files(context):
        return "检出目录旁没有 ../shared/eval"
    return "" if official(context) else "索引里只有随附要点，没有正式文本"


def measure(context: Context) -> list[Outcome]:
    """An outcome for every question."""
    return ask_all(context, files(context))


TASK = Task("dev", "开发题（执法）", measure, EVERYTHING, "cite_recall", files, absent, private=True)
