"""评测: the last evaluation runs as tables with bars, run against run, and the worst questions.

Does not know how quality is measured: it reads the result files that ``kb eval`` writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr

from kb.pages.shared.door import Door, Handler
from kb.pages.shared.markup import Markup, badge, tag
from kb.pages.shared.notices import hint, problem
from kb.pages.shared.panel import panel, shown
from kb.serve.users import Role
from kb.settings import CHECKOUT

TITLE = "评测"
RESULTS = CHECKOUT / "eval" / "results"
WORST = 10
MAX_FILES = 60
_DAY = 10  # characters of a name that tell the day
_WHEN = re.compile(r'"when":\s*"([^"]*)"')
_NONE = "不比较"
NAMES = {
    "recall@5": "召回@5",
    "recall@20": "召回@20",
    "mrr@10": "MRR@10",
    "cite_recall": "引用召回（条）",
    "cite_precision": "引用准确（条）",
    "points": "答案要点",
    "quote_exact": "引文逐字一致",
    "numbers": "数字都有出处",
    "status_ok": "引用状态无误",
    "conflict": "冲突已示明",
    "refusal_due": "该拒则拒",
    "refusal_undue": "误拒（越低越好）",
    "check_recall": "引用找出率",
    "check_precision": "核对准确",
    "check_exact": "整段全对",
    "false_pass": "错的放行（越低越好）",
    "recall": "召回",
    "precision": "准确",
    "facts": "事实照写",
    "leaks": "旧数混入（越低越好）",
    "precedents": "先例前10",
    "provenance": "有出处",
    "placeholders": "缺数留空",
}
"""Figures that are shown, in the words of ``kb eval``; a task's other figures stand in its file."""
LOWER = frozenset({"refusal_undue", "false_pass", "leaks"})


@dataclass(frozen=True, slots=True)
class Run:
    """A result file: ``name`` its stem, ``tasks`` as in the file."""

    name: str
    tasks: Mapping[str, Mapping[str, Any]]


def ready(door: Door) -> bool:
    """Whether the page can be shown: there is a result."""
    return bool(names())


def build(door: Door) -> None:
    """Draw the page inside the current tab."""
    have = names()
    with gr.Row():
        runs = [(run_label(n), n) for n in have]
        this = gr.Dropdown(runs, value=have[0], label="这次", min_width=240)
        second = have[1] if len(have) > 1 else _NONE
        other = gr.Dropdown([(_NONE, _NONE), *runs], value=second, label="与哪次比", min_width=240)
    body = panel("kb-quality", [_view(this.value, other.value)])
    compare = _handler(door)
    for event, name in ((this.change, "quality"), (other.change, "quality_other")):
        event(compare, [this, other], [body], api_name=name, api_visibility="private", show_progress="hidden")


def _handler(door: Door) -> Handler:
    @door.guard(Role.QUERY)
    def compare(this: str, other: str, request: gr.Request) -> object:
        return shown(_view(this, other))

    return compare


def names(folder: Path | None = None) -> list[str]:
    """Names of the results, newest first; empty when nothing was measured."""
    by_day = sorted((folder or RESULTS).glob("*.json"), reverse=True)[:MAX_FILES]
    return [
        p.stem for p in sorted(by_day, key=lambda p: (p.stem[:_DAY], _begun(p, p.stat().st_mtime_ns)), reverse=True)
    ]


@lru_cache(maxsize=2 * MAX_FILES)
def _begun(path: Path, changed: int) -> str:
    """When the last task of a result began, as written in it; "" where it does not say. ``changed``: of the file."""
    try:
        return max(_WHEN.findall(path.read_text("utf-8")), default="")
    except (OSError, UnicodeDecodeError):
        return ""


def run_label(name: str) -> str:
    """2026-11-22-1a01b2f1cae7 → 2026-11-22（1a01b2）: day, and enough of the generation to tell two apart."""
    day, _, generation = name.rpartition("-")
    return f"{day}（{generation[:6]}）" if day else name


def load(name: str, folder: Path | None = None) -> Run | None:
    """A result by name; None when there is none of that name or it cannot be read."""
    where = folder or RESULTS
    if name not in names(where):
        return None
    try:
        tasks = json.loads((where / f"{name}.json").read_text(encoding="utf-8"))["tasks"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Run(name, tasks) if isinstance(tasks, dict) else None


def _view(this: str, other: str) -> Markup:
    run = load(this)
    if run is None:
        return problem("这个结果读不出来；请用 kb eval 重新测一次")
    before = load(other) if other != _NONE else None
    parts = [task_view(n, t, before.tasks.get(n) if before else None) for n, t in run.tasks.items()]
    return tag("div", *parts) if parts else hint("这次没有测任何任务。")


def task_view(name: str, task: Mapping[str, Any], before: Mapping[str, Any] | None) -> Markup:
    """One task: its figures with intervals and bars, the change since ``before``, times, worst questions."""
    figures = task.get("figures", {})
    old = before.get("figures", {}) if before else {}
    rows = [_row(key, figures[key], old.get(key), compared=before is not None) for key in NAMES if key in figures]
    heads = ("指标", "结果（95% 区间）", *(("变化",) if before is not None else ()))
    head = tag("tr", *(tag("th", h, scope="col") for h in heads))
    about = task.get("about", {})
    when = str(about.get("when", ""))[:16].replace("T", " ")
    day = tag("span", str(about.get("as_of", "")), class_="kb-date")
    count = f"{task.get('n', 0)} 题，出错 {task.get('errors', 0)}；按 "
    ms = task.get("ms") or {}
    times = f"；每题 {ms['p50']:.0f} 毫秒（中位），95% 在 {ms['p95']:.0f} 毫秒内" if ms else ""
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="kb-table kb-ledger kb-measures")
    said = tag("p", count, day, " 的法律；", tag("span", when, class_="kb-date"), times, class_="kb-source")
    return tag("section", tag("h2", task.get("label", name)), said, table, worst(task), class_="kb-report")


def _row(key: str, figure: Mapping[str, float], old: Mapping[str, float] | None, *, compared: bool) -> Markup:
    mean = figure["mean"]
    bar = tag("span", "", class_="kb-bar", style=f"width:{round(100 * mean, 1)}%", aria_hidden="true")
    value = tag("td", tag("b", f"{mean:.3f}"), f"（{figure['low']:.3f} 至 {figure['high']:.3f}）", bar)
    change = [tag("td", *_change(key, figure, old))] if compared else []
    return tag("tr", tag("td", NAMES[key]), value, *change)


def _change(key: str, figure: Mapping[str, float], old: Mapping[str, float] | None) -> list[Markup]:
    """The difference; better or worse is said only where the intervals do not meet."""
    if old is None:
        return []
    difference = figure["mean"] - old["mean"]
    apart = figure["low"] > old["high"] or figure["high"] < old["low"]
    better = (difference > 0) != (key in LOWER)
    tone, said = (("good", "更好") if better else ("bad", "更差")) if apart else ("plain", "在误差内")
    return [badge(f"{difference:+.3f} {said}", tone)]


def worst(task: Mapping[str, Any]) -> Markup:
    """The questions with the lowest primary figure, with what was expected and what was cited."""
    primary = task.get("primary", "")
    scored = [r for r in task.get("rows", []) if primary in r.get("metrics", {})]
    low = sorted(scored, key=lambda r: r["metrics"][primary])[:WORST]
    rows = [_question(r, primary) for r in low if r["metrics"][primary] < 1]
    if not rows:
        return Markup("")
    return tag("details", tag("summary", f"最差的 {len(rows)} 题"), tag("ul", *rows), class_="kb-origin")


def _question(row: Mapping[str, Any], primary: str) -> Markup:
    asked = row.get("question") or f"（题面不存，编号 {row.get('id', '')}）"
    expected, cited = "、".join(row.get("gold", [])) or "无", "、".join(row.get("cited", [])) or "无"
    score = f"{row['metrics'][primary]:.2f}"
    return tag("li", badge(score), " ", tag("b", asked), tag("p", f"应引：{expected}"), tag("p", f"实引：{cited}"))
