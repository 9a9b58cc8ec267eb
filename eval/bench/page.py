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
    "floor": "裸 FAISS+bm25s（下限）",
    "jieba": "只分词（下限）",
}
STYLE = """
body{font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:1200px;
margin:1.5em auto;padding:0 1em;color:#222}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:14px}
td,th{border:1px solid #ccc;padding:.2em .6em;text-align:right;white-space:nowrap}tr th:first-child{text-align:left}
h2{margin-top:1.5em;border-bottom:2px solid #2f6f9f;font-size:1.2em}svg{max-width:100%;height:auto}
"""
COLUMNS = (
    ("召回@5", "quality", "recall@5", "{:.3f}"),
    ("MRR@10", "quality", "mrr@10", "{:.3f}"),
    ("建立 秒", "build", "median", "{:.1f}"),
    ("索引 MB", "index_mb", "", "{:.1f}"),
    ("建立峰值 MB", "build_peak_mb", "", "{:.0f}"),
    ("就绪 秒", "ready_seconds", "", "{:.1f}"),
    ("查询内存 MB", "query_mb", "", "{:.0f}"),
    ("其中独占 MB", "private_mb", "", "{:.0f}"),
    ("p50 毫秒", "p50", "median", "{:.1f}"),
    ("p95 毫秒", "p95", "median", "{:.1f}"),
    ("题/秒 1线程", "per_second_1", "median", "{:.1f}"),
    ("题/秒 8线程", "per_second_8", "median", "{:.1f}"),
)
CURVES = {
    "build_seconds": "建立 秒",
    "query_mb": "查询内存 MB",
    "query_private_mb": "查询独占内存 MB",
    "p50_ms": "p50 毫秒",
    "index_mb": "索引 MB",
    "build_peak_mb": "建立峰值 MB",
}
UPDATES = {"unchanged": "什么也没改", "one_file": "改一个文件", "one_percent": "改百分之一的文件"}
MEMORY = {"anonymous": "非文件映射", "private": "独占", "pss": "按比例", "now": "常驻"}
STARTS = {"ask": "kb ask", "show": "kb show"}


def rows(systems: Mapping[str, Any]) -> list[list[str]]:
    """A table of systems: a header, then a row each; empty without systems."""
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


def tables(result: Mapping[str, Any]) -> list[tuple[str, list[list[str]]]]:
    """Each table with its heading: beside the peers, and over the whole corpus."""
    whole = result.get("whole", {}).get("systems", {})
    found = [
        (f"并排：{_size(result['corpus'])}", rows(result.get("systems", {}))),
        (f"全部语料：{_size(result.get('corpus_whole', result['corpus']))}", rows(whole)),
    ]
    return [(title, table) for title, table in found if table]


def _size(corpus: Mapping[str, Any]) -> str:
    return f"{corpus['files']} 个文件，{corpus['characters'] / 1e6:.1f} 百万字"


def facts(result: Mapping[str, Any]) -> list[str]:
    """Ratios, starts, updates, growth and remarks, a line each."""
    out = _ratios(result.get("ratios", {}), "")
    out += _ratios(result.get("whole", {}).get("ratios", {}), "全部语料，")
    out += _process(result.get("process", {}))
    for name, u in result.get("updates", {}).items():
        seconds = u["seconds"]
        out.append(
            f"更新，{UPDATES[name]}（{u['files']} 个）：{_spread(seconds, 1)} 秒（{seconds['n']} 次），"
            f"为全量建立的 {u['share']:.1%}"
        )
    for name, value in result.get("growth", {}).get("exponents", {}).items():
        out.append(f"增长指数（随字数）{CURVES[name]}：{value if value is not None else '-'}")
    return out + _remarks(result)


def _spread(s: Mapping[str, float], digits: int = 2) -> str:
    """min–median–max."""  # noqa: RUF002
    return "–".join(f"{s[k]:.{digits}f}" for k in ("min", "median", "max"))  # noqa: RUF001


def _ratios(ratios: Mapping[str, Mapping[str, float]], where: str) -> list[str]:
    out = []
    for name, r in ratios.items():
        what, _, other = name.partition("/")
        label = {"build": "建立时间", "p50": "p50"}[what]
        runs = f"{r['n']} 次" if r.get("n_other", r["n"]) >= r["n"] else f"{r['n']} 次，对方 {r['n_other']} 次"
        out.append(f"{where}{label} 本系统/{LABELS[other]}：{_spread(r)}（{runs}）")
    return out


def _process(p: Mapping[str, Any]) -> list[str]:
    if not p:
        return []
    memory = p["memory_mb"]
    held = "，".join(f"{label} {memory[k]} MB" for k, label in MEMORY.items() if k in memory)
    out = [
        f"索引（当前一代）：{p['index_mb']:.0f} MB",
        f"答题进程的内存：{held}",
    ]
    for name, label in STARTS.items():
        seconds, ratio = p[f"{name}_seconds"], p[f"{name}_ratio"]
        out.append(
            f"冷启动 {label}：{_spread(seconds)} 秒；与 import sentence_transformers 之比 {_spread(ratio)}"
            f"（{ratio['n']} 次）"
        )
    return out


def _remarks(result: Mapping[str, Any]) -> list[str]:
    """What a reader of the table must know: rounds cut short, systems that cannot be asked by several threads."""
    out = []
    most = result.get("plan", {}).get("timed")
    for name, s in result.get("systems", {}).items():
        if most and s.get("timed", most) < most:
            out.append(f"{LABELS[name]} 较慢，计时每轮只问 {s['timed']} 题（召回用全部题）")
        if s.get("threads_error"):
            out.append(f"{LABELS[name]} 不能多线程提问：{s['threads_error']}")
    if "systems" in result:
        parts = result.get("plan", {}).get("runs", 1)
        out.append(f"“只分词”每次切 {parts} 分之一的文件，按字数折算为全部")
        out.append("各系统的导入、编码器和词典的载入不计入建立时间；同用随附编码器和 jieba 分词")
    return out


def lines(result: Mapping[str, Any]) -> list[str]:
    """For the command line."""
    out = [_head(result)]
    for title, table in tables(result):
        out.append(title)
        out += ["  ".join(pad(cell, 12 if i else 22) for i, cell in enumerate(r)) for r in table]
    return out + facts(result)


def _head(result: Mapping[str, Any]) -> str:
    spent = f"，用时 {result['seconds'] / 60:.0f} 分" if "seconds" in result else ""
    return f"{result['questions']} 题；{result['machine']['cores']} 核{spent}"


def write_page(result: Mapping[str, Any], path: Path) -> Path:
    """Write the page; returns ``path``."""
    body = "".join(f"<h2>{escape(title)}</h2>{_table(table)}" for title, table in tables(result))
    chart = _chart(result.get("growth", {}).get("points", ()))
    items = "".join(f"<li>{escape(f)}</li>" for f in facts(result))
    versions = "，".join(f"{p} {v}" for p, v in result["versions"].items() if v)
    path.write_text(
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>并排测量</title>'
        f"<style>{STYLE}</style></head><body><h1>并排测量</h1>"
        f"<p>{escape(_head(result))}；{escape(result['date'])}，版本 {escape(str(result['commit']))}；"
        f"Python {escape(result['python'])}，{escape(versions)}</p>{body}<h2>比值、冷启动、更新、增长</h2>"
        f"<ul>{items}</ul>{chart}</body></html>\n",
        "utf-8",
    )
    return path


def _table(table: Sequence[Sequence[str]]) -> str:
    head, *others = table
    first = "".join(f"<th>{escape(c)}</th>" for c in head)
    rest = "".join(
        f"<tr><th>{escape(r[0])}</th>" + "".join(f"<td>{escape(c)}</td>" for c in r[1:]) + "</tr>" for r in others
    )
    return f'<div class="wide"><table><tr>{first}</tr>{rest}</table></div>'


def _chart(points: Sequence[Mapping[str, Any]]) -> str:
    series = {label: [(p["characters"] / 1e6, p.get(name) or 0) for p in points] for name, label in CURVES.items()}
    return curves(series, "随语料增长（两轴均为对数）", "百万字", "")
