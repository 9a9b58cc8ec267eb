"""A benchmark's result as lines and as a page with its growth chart. Does not measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from eval.report.charts import curves
from eval.report.table import pad

LABELS = {
    "ours": "本系统",
    "ours_plain": "本系统（无已知问题）",
    "langchain": "LangChain",
    "llamaindex": "LlamaIndex",
    "txtai": "txtai",
    "floor": "下限：FAISS+bm25s",
    "jieba": "下限：只分词",
}
COLUMNS = (
    ("建立 秒", "build", "median", "{:.1f}"),
    ("索引 MB", "index_mb", "", "{:.1f}"),
    ("建立峰值 MB", "build_peak_mb", "", "{:.0f}"),
    ("就绪 秒", "ready_seconds", "", "{:.1f}"),
    ("查询内存 MB", "query_mb", "", "{:.0f}"),
    ("p50 毫秒", "p50", "median", "{:.1f}"),
    ("p95 毫秒", "p95", "median", "{:.1f}"),
    ("题/秒 1线程", "per_second_1", "median", "{:.1f}"),
    ("题/秒 8线程", "per_second_8", "median", "{:.1f}"),
    ("召回@5", "quality", "recall@5", "{:.3f}"),
    ("MRR@10", "quality", "mrr@10", "{:.3f}"),
)
CURVES = {"build_seconds": "建立 秒", "query_mb": "查询内存 MB", "p50_ms": "p50 毫秒", "index_mb": "索引 MB"}


def rows(result: Mapping[str, Any]) -> list[list[str]]:
    """The table of the systems: a header, then a row each; empty without systems."""
    systems = result.get("systems")
    if not systems:
        return []
    return [["", *(c[0] for c in COLUMNS)], *([LABELS[n], *_cells(s)] for n, s in systems.items())]


def _cells(system: Mapping[str, Any]) -> list[str]:
    out = []
    for _, name, key, form in COLUMNS:
        value = system.get(name)
        if key and isinstance(value, Mapping):
            value = value.get(key)
        out.append("-" if value is None else form.format(value))
    return out


def facts(result: Mapping[str, Any]) -> list[str]:
    """Ratios, growth and updates, a line each."""
    out = []
    for name, r in result.get("ratios", {}).items():
        what, _, other = name.partition("/")
        label = {"build": "建立时间", "p50": "p50"}[what]
        out.append(f"{label} 本系统/{LABELS[other]}：{r['min']:.2f}–{r['median']:.2f}–{r['max']:.2f}（{r['n']} 次）")  # noqa: RUF001
    for name, u in result.get("updates", {}).items():
        label = {"one_file": "改一个文件", "one_percent": "改百分之一的文件", "back_again": "改回原样"}[name]
        out.append(f"{label}（{u['files']} 个）：{u['seconds']:.1f} 秒，为全量建立的 {u['share']:.0%}")
    growth = result.get("growth", {})
    for name, value in growth.get("exponents", {}).items():
        label = CURVES.get(name, {"build_peak_mb": "建立峰值 MB"}.get(name, name))
        out.append(f"增长指数（随字数）{label}：{value if value is not None else '-'}")
    return out


def lines(result: Mapping[str, Any]) -> list[str]:
    """For the command line."""
    c = result["corpus"]
    size = f"语料 {c['files']} 个文件，{c['characters'] / 1e6:.1f} 百万字"
    out = [f"{size}；{result['questions']} 题；{result['machine']['cores']} 核"]
    out += ["  ".join(pad(cell, 12 if i else 22) for i, cell in enumerate(r)) for r in rows(result)]
    return out + facts(result)


def write_page(result: Mapping[str, Any], path: Path) -> Path:
    """Write the page; returns ``path``."""
    table = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in r) + "</tr>" for r in rows(result))
    chart = _chart(result.get("growth", {}).get("points", ()))
    items = "".join(f"<li>{escape(f)}</li>" for f in facts(result))
    versions = "，".join(f"{p} {v}" for p, v in result["versions"].items() if v)
    path.write_text(
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>并排测量</title><style>'
        "body{font-family:sans-serif;margin:1.5em}table{border-collapse:collapse}"
        "td{border:1px solid #ccc;padding:.2em .6em}</style></head><body><h1>并排测量</h1>"
        f"<p>{escape(lines(result)[0])}；{escape(result['date'])}，版本 {escape(str(result['commit']))}；"
        f"Python {escape(result['python'])}，{escape(versions)}</p><table>{table}</table><ul>{items}</ul>{chart}"
        "</body></html>\n",
        "utf-8",
    )
    return path


def _chart(points: Sequence[Mapping[str, Any]]) -> str:
    series = {label: [(p["characters"] / 1e6, p[name] or 0) for p in points] for name, label in CURVES.items()}
    return curves(series, "随语料增长", "百万字", "")
