"""Figures of reports as a table with bars: one indicator over years and organisations; nothing is reconciled.

Does not know drafting.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from kb.base.records import Figure
from kb.pages.shared.markup import Markup, tag
from kb.pages.shared.notices import hint

MAX_ROWS = 120


def ledger(figures: Sequence[Figure]) -> Markup:
    """A table for each indicator and unit; bars are drawn to the largest value of theirs."""
    if not figures:
        return tag("div", hint("没有找到这样的数据。"))
    ordered = sorted(figures[:MAX_ROWS], key=lambda f: (f.indicator, f.unit, f.org, f.year or 0))
    tables = [
        _table(name, unit, list(rows)) for (name, unit), rows in groupby(ordered, key=lambda f: (f.indicator, f.unit))
    ]
    more = [tag("p", f"只列出前 {MAX_ROWS} 个，请写得更具体。", class_="kb-source")] if len(figures) > MAX_ROWS else []
    return tag("section", *tables, *more, class_="kb-report")


def _table(indicator: str, unit: str, figures: Sequence[Figure]) -> Markup:
    most = max(abs(f.value) for f in figures) or 1.0
    head = tag("tr", *(tag("th", h, scope="col") for h in ("机关", "年度", f"数值（{unit}）", "原文")))
    rows = [_row(f, most) for f in figures]
    caption = tag("caption", f"{indicator}（{unit}）")
    return tag("table", caption, tag("thead", head), tag("tbody", *rows), class_="kb-table kb-ledger kb-figures")


def _row(figure: Figure, most: float) -> Markup:
    share = round(100 * abs(figure.value) / most, 1)
    bar = tag("span", "", class_="kb-bar", style=f"width:{share}%", aria_hidden="true")
    value = tag("td", tag("b", f"{figure.qualifier}{figure.printed}"), bar)
    when = f"{figure.year or '年度不明'}" + ("（计划）" if figure.planned else "")
    return tag(
        "tr",
        tag("td", figure.org),
        tag("td", when, class_="kb-date"),
        value,
        tag("td", figure.quote, class_="kb-source"),
    )
