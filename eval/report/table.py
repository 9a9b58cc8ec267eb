"""Results as lines of text. Does not print."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from eval.run.compare import VERDICTS, Comparison
from eval.run.outcome import METRICS

TYPES = {
    "scenario": "情景",
    "lookup": "查条文",
    "penalty_pair": "违则与罚则",
    "procedure": "程序",
    "multi_article": "多条",
    "nickname_typo": "简称与错字",
    "multi_turn": "多轮",
    "unanswerable": "不可答",
    "fact": "事实",
    "figure": "数据",
    "followup": "追问",
    "list": "列举",
    "measure": "措施",
    "two_doc": "两份对照",
    "which_docs": "哪些文件",
    "who_when": "何人何时",
    "chat": "闲聊",
    "code": "编程",
    "company": "企业",
    "equipment": "设备",
    "foreign": "外国法",
    "market": "行情",
    "mechanism": "机理",
    "no_article": "无此条",
    "no_law": "无此法",
    "not_held": "未收录",
    "report": "报告",
}
"""Types of the shipped sets as readers see them; a set's own types are shown as they are written."""


def type_name(label: str) -> str:
    """A type as readers see it."""
    return TYPES.get(label, label or "未分类")


def width(text: str) -> int:
    """Columns a terminal gives to ``text``."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, columns: int) -> str:
    """``text`` filled with blanks on the right, one at least."""
    return text + " " * max(1, columns - width(text))


def result_lines(name: str, task: Mapping[str, Any]) -> list[str]:
    """The figures of a task with their intervals, and its main ones by type."""
    failed = f"，其中 {task['errors']} 题出错（算错）" if task["errors"] else ""
    limited = f"，只测前 {task['about']['limit']} 题" if task["about"].get("limit") else ""
    lines = [f"\n{task['label']}（{name}）：{task['n']} 题{failed}{limited}，{task['seconds']} 秒"]
    for metric, f in task["figures"].items():
        lines.append(
            f"  {pad(METRICS[metric].label, 28)}{f['mean']:.3f}  [{f['low']:.3f}, {f['high']:.3f}]  n={f['n']}"
        )
    if task["ms"]:
        lines.append(f"  {pad('耗时', 20)}p50 {task['ms']['p50']:.0f} 毫秒，p95 {task['ms']['p95']:.0f} 毫秒")
    lines += [f"  {note}" for note in task["about"].get("notes", ())]
    chosen = leading(task)
    parts = {**task["by_type"], **task["by_group"]}
    if len(parts) > 1:
        lines.append("  " + pad("分类", 18) + pad("n", 5) + "".join(pad(METRICS[m].label, 18) for m in chosen))
        for label, part in parts.items():
            cells = [f"{part['figures'][m]:.3f}" if m in part["figures"] else "-" for m in chosen]
            lines.append("  " + pad(type_name(label), 18) + pad(str(part["n"]), 5) + "".join(pad(c, 18) for c in cells))
    return lines


_LEADING = ("recall@5", "mrr@10", "cite_recall", "cite_precision", "points", "refusal_due", "refusal_undue")


def leading(task: Mapping[str, Any]) -> list[str]:
    """The metrics shown by type: the usual ones, else all the task has (six at most)."""
    found = [m for m in _LEADING if m in task["figures"]]
    return found if len(found) > 1 else list(task["figures"])[:6]


def badness(row: Mapping[str, Any], primary: str) -> float:
    """What the worst rows are sorted by, least first: the primary metric, else the mean of all as more-is-better."""
    if row.get("error"):
        return -1.0
    values = {m: v if METRICS[m].higher else 1 - v for m, v in row["metrics"].items()}
    others = sum(values.values()) / len(values) if values else 0.0
    return float(values.get(primary, others) + others / 1000)


def worst(task: Mapping[str, Any], n: int) -> list[Mapping[str, Any]]:
    """The ``n`` worst rows that are not all right."""
    rows = sorted(task["rows"], key=lambda r: badness(r, task["primary"]))
    return [r for r in rows if badness(r, task["primary"]) < 1.0][:n]


def worst_lines(task: Mapping[str, Any], n: int) -> list[str]:
    """The worst rows with gold, hits and citations."""
    lines = ["  最差的题："]
    for r in worst(task, n):
        lines.append(f"  · {r['id']} [{type_name(r['type'])}] {r.get('question', '')} {r.get('error', '')}".rstrip())
        for label, key in (("应引", "gold"), ("实引", "cited"), ("命中", "found"), ("缺", "missing")):
            if r.get(key):
                lines.append(f"      {label}：{'；'.join(r[key][:6])}")
        if r.get("refused"):
            lines.append("      拒答")
    return lines


def comparison_lines(c: Comparison, *, named: int) -> list[str]:
    """Each metric that moved, with the interval of the difference; gained and lost questions by name."""
    note = "" if c.same_questions else "（问题文件不同，只比共同的题）"
    moved = c.moved
    same = "" if moved else "，各项指标没有变化"
    lines = [f"{c.label}（{c.task}）：{c.common} 题{note}{same}"]
    for metric, d in moved.items():
        verdict = VERDICTS[c.verdict(metric)]
        span = f"{d.change:+.3f} [{d.low:+.3f}, {d.high:+.3f}] p={d.p:.3f}"
        lines.append(f"  {pad(METRICS[metric].label, 28)}{d.a:.3f} → {d.b:.3f}  {span}  {verdict}")
    for label, some in (("变好的题", c.gained), ("变差的题", c.lost)):
        if some:
            shown = "；".join(f"{x.id} {x.question[:24]} {x.before:.2f}→{x.after:.2f}" for x in some[:named])
            more = f" 等 {len(some)} 题" if len(some) > named else ""
            lines.append(f"  {label}（按{METRICS[c.primary].label}）：{shown}{more}")
    return lines


def by_metric(task: Mapping[str, Any], metric: str) -> Sequence[tuple[str, int, float]]:
    """(label, rows, mean) of a metric by type and group."""
    parts = {**task["by_type"], **task["by_group"]}
    return [(type_name(label), p["n"], p["figures"][metric]) for label, p in parts.items() if metric in p["figures"]]
