"""Questions on the law over the official texts: answers and hits of ``kb ask``. Knows where they are, no more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.run.asking import EVERYTHING, ask_all
from eval.run.context import QUESTIONS, Context
from eval.run.outcome import Outcome
from eval.run.task import Task


def files(context: Context) -> Sequence[Path]:
    """The law sets, or the files named."""
    return context.files or sorted(QUESTIONS.glob("law*.jsonl"))


def official(context: Context) -> bool:
    """Whether the index holds official texts, not only the bundled digests."""
    return any(d.kind == "law" and d.text_kind == "official" for d in context.base.generation.documents())


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    if not files(context):
        return "eval/questions 里没有 law*.jsonl"
    if context.files or context.answers is not None or official(context):
        return ""
    return "索引里只有随附要点，没有正式文本；请先 kb build --corpus DIR，或改用 bundled"


def measure(context: Context) -> list[Outcome]:
    """An outcome for every question."""
    return ask_all(context, files(context))


TASK = Task("law", "法律问答", measure, EVERYTHING, "cite_recall", files, absent)
