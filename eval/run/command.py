"""What ``kb eval`` does: run, print, keep, compare, gate. Does not parse arguments."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.judge.judge import lines, ready
from eval.report.html import write_page
from eval.report.table import comparison_lines, result_lines, worst_lines
from eval.run import store, task
from eval.run.compare import Comparison
from eval.run.compare import compare as compared
from eval.run.context import DAY, Context
from eval.run.execute import execute, read_answers
from eval.run.outcome import METRICS
from eval.run.questions import load
from kb.base.records import InputError

if TYPE_CHECKING:
    from kb.app import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of ``kb eval``; None and empty mean the default."""

    tasks: tuple[str, ...] = ()
    questions: Path | None = None
    answers: Path | None = None
    out: Path | None = None
    day: date | None = None
    folder: Path | None = None
    limit: int | None = None
    worst: int = 0
    fail_under: tuple[str, ...] = ()
    no_worse: tuple[str, ...] = ()
    against: str = ""
    judge: bool = False


def evaluate(base: KnowledgeBase, wanted: Wanted) -> int:
    """Measure, print, write the result and its page; 1 when a gate fails or a spreadsheet has rows at fault."""
    gates = [_gate(g) for g in wanted.fail_under]
    _check_metrics(wanted.no_worse)
    folder = wanted.out or store.RESULTS
    named = store.find(wanted.against, folder) if wanted.against else None
    tasks = _tasks(wanted)
    if wanted.questions is not None and _faulty(wanted.questions):
        return 1
    if wanted.judge:
        ready(base)
    context = Context(
        base,
        day=wanted.day or DAY,
        answers=read_answers(wanted.answers) if wanted.answers else None,
        files=(wanted.questions,) if wanted.questions else (),
        folder=wanted.folder,
        limit=wanted.limit,
    )
    runs, absent = execute(tasks, context, progress=_progress)
    for name, why in absent.items():
        print(f"{name}：未测——{why}")
    if not runs:
        raise InputError("没有一项任务能在此索引上测；见上面的原因")
    result = store.result_of(runs, base.status(), date.today())
    before = {r.name: named or store.latest(folder, r.name) for r in runs}
    comparisons = _against(before, result)
    _show(result, comparisons, wanted.worst)
    if wanted.judge:
        _judge(base, context, [t for t in tasks if t.name not in absent])
    worse = _worse(comparisons, wanted.no_worse)
    kind = "worse" if worse else "limit" if wanted.limit else "answers" if wanted.answers else ""
    path = store.save(result, folder, kind)
    page = write_page(store.read(path), comparisons, path.with_suffix(".html"))
    print(f"结果：{path}\n网页：{page}")
    if kind:
        print("此结果单独存放，不作以后比较的基准")
    return int(_below(result, gates) | worse)


def template(path: Path) -> int:
    """Write an empty spreadsheet of questions."""
    from eval.run.template import write_template

    print(f"已写 {write_template(path)}；填好后运行 kb eval --questions {path}")
    return 0


def compare(names: Sequence[str], no_worse: Sequence[str], out: Path | None) -> int:
    """Print the difference of two results; 1 when a metric of ``no_worse`` is worse beyond its interval."""
    if len(names) != 2:
        raise InputError("用法：kb eval compare 结果A 结果B（eval/results 里的文件，或其文件名开头）")
    _check_metrics(no_worse)
    folder = out or store.RESULTS
    a, b = (store.find(n, folder) for n in names)
    comparisons = compared(a, b)
    if not comparisons:
        raise InputError("两个结果没有共同的任务")
    for c in comparisons:
        print("\n".join(comparison_lines(c, named=10)))
    return int(_worse(comparisons, no_worse))


def _tasks(wanted: Wanted) -> list[task.Task]:
    """The tasks to run; own questions make a task of their own, named for their file."""
    if wanted.questions is None:
        return [task.get(n) for n in wanted.tasks] or [t for n in task.available() if (t := task.get(n)).usual]
    named = wanted.tasks or ("law",)
    if named != ("law",):
        raise InputError("--questions 不能与任务名同用；去掉任务名再运行")
    return [replace(task.get("law"), name=wanted.questions.stem, label=f"自有问题 {wanted.questions.name}")]


def _faulty(path: Path) -> bool:
    """Whether a spreadsheet has rows at fault; they are printed. Those of a .jsonl are printed and count as wrong."""
    broken = load(path).broken
    for b in broken:
        print(f"{path.name} {b}", file=sys.stderr)
    if not broken or path.suffix.lower() != ".xlsx":
        return False
    print(f"{path.name}：{len(broken)} 行有误，请改正后再运行", file=sys.stderr)
    return True


def _progress(label: str) -> None:
    print(f"正在测：{label} …", file=sys.stderr)


def _against(before: Mapping[str, store.Result | None], result: store.Result) -> list[Comparison]:
    """Each task against the newest earlier result that holds it."""
    out = []
    for name, old in before.items():
        if old is not None and name in old["tasks"]:
            one = {**result, "tasks": {name: result["tasks"][name]}}
            out += compared(old, one)
    return out


def _show(result: store.Result, comparisons: Sequence[Comparison], worst: int) -> None:
    for name, body in result["tasks"].items():
        print("\n".join(result_lines(name, body)))
        if worst:
            print("\n".join(worst_lines(body, worst)))
    if comparisons:
        print("\n与上次相比：")
    for c in comparisons:
        print("\n".join(comparison_lines(c, named=5)))


def _judge(base: KnowledgeBase, context: Context, tasks: Sequence[task.Task]) -> None:
    for line in lines(base, context, tasks):
        print(line)


# ---- gates --------------------------------------------------------------------------------------


def _gate(text: str) -> tuple[str, str, float]:
    """``law.recall@5=0.8`` → (task or empty, metric, least or most); raises InputError."""
    name, sign, value = text.partition("=")
    owner, _, metric = name.strip().rpartition(".")
    try:
        bound = float(value)
    except ValueError as error:
        raise InputError(f"--fail-under {text} 无法识别；请写成 law.recall@5=0.8 的样子") from error
    if not sign or metric not in METRICS:
        raise InputError(f"--fail-under 不认识指标“{name}”；可用：{'、'.join(METRICS)}")
    return owner, metric, bound


def _below(result: Mapping[str, Any], gates: Sequence[tuple[str, str, float]]) -> bool:
    """Whether a gate fails; a gate whose metric was not measured fails, too."""
    failing = False
    for owner, metric, bound in gates:
        held = [
            t["figures"][metric]["mean"]
            for n, t in result["tasks"].items()
            if owner in ("", n) and metric in t["figures"]
        ]
        higher = METRICS[metric].higher
        bad = [v for v in held if (v < bound if higher else v > bound)]
        if bad or not held:
            failing = True
            label = f"{owner}.{metric}" if owner else metric
            got = f"{bad[0]:.3f}" if bad else "没有测到"
            print(f"未达标：{label} {got}，要求{'不低于' if higher else '不高于'} {bound:g}")
    return failing


def _check_metrics(names: Sequence[str]) -> None:
    """Raises InputError for a metric that ``--no-worse`` does not know."""
    for name in names:
        if name.rpartition(".")[2] not in METRICS:
            raise InputError(f"--no-worse 不认识指标“{name}”；可用：{'、'.join(METRICS)}")


def _worse(comparisons: Sequence[Comparison], names: Sequence[str]) -> bool:
    """Whether a named metric is worse beyond its interval in a task."""
    failing = False
    for name in names:
        owner, _, metric = name.rpartition(".")
        for c in comparisons:
            if owner in ("", c.task) and metric in c.metrics and c.verdict(metric) == "worse":
                failing = True
                print(f"变差：{c.task}.{metric} {c.metrics[metric].a:.3f} → {c.metrics[metric].b:.3f}")
    return failing
