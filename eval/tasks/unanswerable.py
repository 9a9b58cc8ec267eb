"""Questions that must be refused, kept apart from those the refusals were set by. Knows where they are, no more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.run.asking import ask_all
from eval.run.context import ROOT, Context
from eval.run.outcome import Outcome
from eval.run.task import Task


def files(context: Context) -> Sequence[Path]:
    """The held-out file."""
    return [p for p in (ROOT / "corpus" / "unanswerable" / "heldout.jsonl",) if p.is_file()]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    return "" if files(context) else "缺少 corpus/unanswerable/heldout.jsonl"


def measure(context: Context) -> list[Outcome]:
    """An outcome for every question."""
    return ask_all(context, files(context))


TASK = Task("unanswerable", "该拒的题", measure, ("refusal_due",), "refusal_due", files, absent)
