"""The development questions on real reports beside the checkout; their wording is not kept in results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.run.asking import EVERYTHING, ask_all
from eval.run.context import SHARED, Context
from eval.run.outcome import Outcome
from eval.run.task import Task
from eval.tasks.reports import unheld


def files(context: Context) -> Sequence[Path]:
    """The one set."""
    return sorted((SHARED / "eval").glob("reports_qa.dev.jsonl"))


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    return unheld(context, files(context)) if files(context) else "检出目录旁没有 ../shared/eval"


def measure(context: Context) -> list[Outcome]:
    """An outcome for every question."""
    return ask_all(context, files(context))


TASK = Task("reports_dev", "开发题（报告）", measure, EVERYTHING, "points", files, absent, private=True)
