"""A result as one self-contained page: tables, charts, worst questions, run against run. Loads nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from eval.report.charts import bars, whiskers
from eval.report.table import by_metric, leading, type_name, worst
from eval.run.compare import VERDICTS, Change, Comparison
from eval.run.outcome import METRICS

WORST = 15
_STYLE = """
body{font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif;
max-width:960px;margin:1.5em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:.6em 0}
td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left;font-size:14px}
h2{margin-top:2em;border-bottom:2px solid #2f6f9f}details{margin:.3em 0}summary{cursor:pointer}
.better{color:#1f7a1f;font-weight:bold}.worse{color:#b3261e;font-weight:bold}.open{color:#666}
ul{margin:.2em 0 .6em}svg{display:block;margin:.8em 0;max-width:100%;height:auto}
.wide{overflow-x:auto}.wide td,.wide th{white-space:nowrap}
"""


def write_page(result: Mapping[str, Any], comparisons: Sequence[Comparison], path: Path) -> Path:
    """Write the page; returns ``path``."""
    path.write_text(page(result, comparisons), "utf-8")
    return path


def page(result: Mapping[str, Any], comparisons: Sequence[Comparison]) -> str:
    """The page's HTML. Every text of the result is escaped."""
    by_task = {c.task: c for c in comparisons}
    index = f"索引 {result['generation']}，编码器 {result['encoder']}，文本截至 {result['corpus_newest']}"
    about = f"日期 {result['date']}，{index}"
    body = _overview(result["tasks"], by_task)
    body += "".join(_task(n, t, by_task.get(n)) for n, t in result["tasks"].items())
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>评测结果</title>'
        f"<style>{_STYLE}</style></head><body><h1>评测结果</h1><p>{escape(about)}</p>{body}</body></html>\n"
    )


def _overview(tasks: Mapping[str, Mapping[str, Any]], comparisons: Mapping[str, Comparison]) -> str:
    """A row a task: its main figure, and whether it moved."""
    rows = []
    for name, task in tasks.items():
        metric = METRICS[task["primary"]]
        held = task["figures"].get(metric.name)
        value = f"{held['mean']:.3f} [{held['low']:.3f}, {held['high']:.3f}]" if held else "-"
        c = comparisons.get(name)
        verdict = c.verdict(metric.name) if c and metric.name in c.metrics else ""
        cells = (f'<a href="#{escape(name)}">{escape(task["label"])}</a>', str(task["n"]), str(task["errors"]))
        shown = f'<td class="{verdict}">{VERDICTS[verdict]}</td>' if verdict else "<td>首次</td>"
        label = escape(_label(metric.name))
        rows.append(f"<tr>{''.join(f'<td>{x}</td>' for x in (*cells, label, value))}{shown}</tr>")
    head = "".join(f"<th>{h}</th>" for h in ("任务", "题数", "出错", "主要指标", "值与 95% 区间", "比上次"))
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _label(metric: str) -> str:
    """A metric's label; where less is better it says so."""
    return METRICS[metric].label + ("" if METRICS[metric].higher else "（低为好）")


def _types(task: Mapping[str, Any]) -> str:
    """The leading metrics by type and group; empty where there is one type."""
    parts = {**task["by_type"], **task["by_group"]}
    if len(parts) < 2:
        return ""
    shown = leading(task)
    head = "".join(f"<th>{escape(h)}</th>" for h in ("分类", "题数", *(_label(m) for m in shown)))
    rows = ""
    for label, part in parts.items():
        cells = [f"{part['figures'][m]:.3f}" if m in part["figures"] else "-" for m in shown]
        rows += "<tr>" + "".join(f"<td>{escape(c)}</td>" for c in (type_name(label), str(part["n"]), *cells)) + "</tr>"
    return f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'


def _task(name: str, task: Mapping[str, Any], comparison: Comparison | None) -> str:
    about = task["about"]
    sets = "、".join(q["file"] for q in about.get("questions", ()))
    latency = f"；耗时 p50 {task['ms']['p50']:.0f}、p95 {task['ms']['p95']:.0f} 毫秒" if task["ms"] else ""
    line = (
        f"{task['n']} 题，出错 {task['errors']} 题（算错）{latency}；问题：{sets}；日期 {about['as_of']}，"
        f"版本 {about['commit'] or '未知'}，模型 {about['model'] or '无'}"
    )
    chart = whiskers(
        [(_label(m), f["mean"], f["low"], f["high"]) for m, f in task["figures"].items()], "指标与 95% 区间"
    )
    notes = "".join(f"<p>{escape(n)}</p>" for n in about.get("notes", ()))
    by_type = "".join(bars(by_metric(task, m), _label(m)) for m in leading(task) if len(by_metric(task, m)) > 1)
    charts = f"<details><summary>分类图</summary>{by_type}</details>" if by_type else ""
    return (
        f'<h2 id="{escape(name)}">{escape(task["label"])}（{escape(name)}）</h2><p>{escape(line)}</p>{notes}{chart}'
        f"{_types(task)}{charts}"
        f"{_comparison(comparison) if comparison else ''}{_worst(task)}"
    )


def _comparison(c: Comparison) -> str:
    note = "" if c.same_questions else "（问题文件不同，只比共同的题）"
    rows = "".join(
        f"<tr><td>{escape(_label(m))}</td><td>{d.a:.3f}</td><td>{d.b:.3f}</td>"
        f"<td>{d.change:+.3f} [{d.low:+.3f}, {d.high:+.3f}]</td><td>{d.p:.3f}</td>"
        f'<td class="{c.verdict(m)}">{VERDICTS[c.verdict(m)]}</td></tr>'
        for m, d in c.moved.items()
    )
    if not rows:
        return f"<p>与上次相比：{c.common} 题{note}，各项指标没有变化。</p>"
    head = "<tr><th>指标</th><th>上次</th><th>本次</th><th>差与 95% 区间</th><th>p</th><th>结论</th></tr>"
    return (
        f"<h3>与上次相比：{c.common} 题{note}</h3><p>只列有变化的指标；差的区间不含零才说更好或更差。</p>"
        f'<div class="wide"><table>{head}{rows}</table></div>'
        f"{_changes('变好的题', c.gained)}{_changes('变差的题', c.lost)}"
    )


def _changes(label: str, some: Sequence[Change]) -> str:
    if not some:
        return ""
    items = "".join(f"<li>{escape(c.id)} {escape(c.question)}：{c.before:.2f} → {c.after:.2f}</li>" for c in some)
    return f"<details><summary>{label}（{len(some)}）</summary><ul>{items}</ul></details>"


def _worst(task: Mapping[str, Any]) -> str:
    found = worst(task, WORST)
    if not found:
        return "<p>没有答错的题。</p>"
    return "<h3>最差的题</h3>" + "".join(_row(r) for r in found)


def _row(row: Mapping[str, Any]) -> str:
    gold = set(row.get("gold", ()))
    marks = [f"{'✔ ' if name in gold else ''}{name}" for name in row.get("found", ())]
    lists = (
        ("应引", row.get("gold", ())),
        ("实引", row.get("cited", ())),
        ("命中", marks),
        ("缺", row.get("missing", ())),
    )
    inner = "".join(_list(label, names) for label, names in lists if names)
    values = "，".join(f"{METRICS[m].label} {v:g}" for m, v in row["metrics"].items())
    error = f"<p>出错：{escape(row['error'])}</p>" if row.get("error") else ""
    refused = "（拒答）" if row.get("refused") else ""
    title = f"{row['id']} [{type_name(row['type'])}] {row.get('question', '')}{refused}"
    return f"<details><summary>{escape(title)}</summary>{error}{inner}<p>{escape(values)}</p></details>"


def _list(label: str, names: Iterable[str]) -> str:
    return f"<div>{label}<ul>{''.join(f'<li>{escape(n)}</li>' for n in names)}</ul></div>"
