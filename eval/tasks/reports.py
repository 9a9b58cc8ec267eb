"""Questions on report texts of the bundled corpus. Knows where its questions are and whether their reports are held."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.run.asking import EVERYTHING, ask_all, sets
from eval.run.context import QUESTIONS, Context
from eval.run.outcome import Outcome
from eval.run.task import Task


def files(context: Context) -> Sequence[Path]:
    """The set over the bundled reports."""
    return [p for p in (QUESTIONS / "reports.jsonl",) if p.is_file()]


def unheld(context: Context, paths: Sequence[Path]) -> str:
    """Why no question of ``paths`` can be answered from this index; empty when some can."""
    if not paths:
        return "缺少问题文件"
    docs = {g["doc"] for s in sets(paths) for r in s.rows for g in r["gold"] if "doc" in g}
    if any(context.texts.holds_report(d) for d in docs):
        return ""
    return "索引里没有这些问题所依据的报告；请换 --index"


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    return unheld(context, files(context))


def measure(context: Context) -> list[Outcome]:
    """An outcome for every question."""
    return ask_all(context, files(context))


TASK = Task("reports", "报告问答", measure, EVERYTHING, "points", files, absent)
