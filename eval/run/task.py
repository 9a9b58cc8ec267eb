"""The tasks there are and what each must say of itself. Does not know how a task measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from eval.run.context import Context
from eval.run.outcome import Outcome
from kb.base.records import InputError


@dataclass(frozen=True, slots=True)
class Task:
    """``measure`` gives an outcome per row; ``absent`` says in Chinese why the task cannot run here (empty: it can).

    ``metrics`` are shown in this order, ``primary`` decides which questions are gained or lost. ``private``: questions
    that must not be kept in results. ``files`` are its question files.
    """

    name: str
    label: str
    measure: Callable[[Context], list[Outcome]]
    metrics: tuple[str, ...]
    primary: str
    files: Callable[[Context], Sequence[Path]]
    absent: Callable[[Context], str]
    private: bool = False
    usual: bool = True


NAMES = (
    "law",
    "bundled",
    "reports",
    "unanswerable",
    "check",
    "drafting",
    "penalty",
    "figures",
    "dev",
    "reports_dev",
    "stard",
    "beir",
    "lexrag",
)
"""Each is a module of eval.tasks with a ``TASK``; the last three need a public set beside the checkout."""


def get(name: str) -> Task:
    """The task of a name; raises InputError with the names there are."""
    if name not in available():
        raise InputError(f"没有评测任务“{name}”；可用：{'、'.join(available())}")
    task: Task = import_module(f"eval.tasks.{name}").TASK
    return task


def available() -> list[str]:
    """Names of the tasks that are shipped."""
    return [n for n in NAMES if find_spec(f"eval.tasks.{n}") is not None]
