"""Amounts of fines in a clause: least and most in yuan, as a multiple, or as a share.

Does not know who pays, nor under which condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kb.base.quantity import parse_number

Unit = Literal["元", "倍", "%"]

_N = r"(?:\d[\d,]*(?:\.\d+)?[十百千万亿]*|[零〇一二两三四五六七八九十百千万亿]+)"
_TERM = rf"(?:[百千万]分之{_N}|{_N}\s?(?:元|倍|%)?|等值)"
_AMOUNT = re.compile(
    rf"""
    (?P<cap>(?:最高|总额|最多)*(?:不得?超过|不高于|最高(?:为|可达)?|低于))?         # 最高不超过三万元
    (?:人民币)?
    (?P<a>{_TERM})
    (?:人民币)?
    (?P<ge>以上)?
    (?:
        (?:(?P<sep>至|到|[-—~－～]+)|[、，]?不满|、)?
        (?P<b>{_TERM})?
        (?:人民币)?
        (?P<le>以下|以内)?
    )
    """,
    re.VERBOSE,
)
_AFTER = re.compile(r"(?:的?标准|的?幅度|范围)?(?:的|人民币|内)*(?:[^，；。：]|，但){0,40}?(?:罚款|罚金)")
_BEFORE = re.compile(r"(?:罚款|罚金|罚款(?:数?额|金额|幅度|的?限额)(?:为|是)?)(?:人民币|每[^，；。]{1,6})?$")
_VERB = re.compile(r"处以?(?!罚|分)|给予|罚|按照?|课以?|科以?|以(?=每|相当于)|判|缴纳|每")
_BASE = re.compile(
    r"""
    (?:并处|单处|加处|处以?(?!罚|分)|按照?|课以?|科以?|以)
    (?P<base>(?:[^，；。：处（(]|（[^）]*）|\([^)]*\)){2,60}?)的?$
    """,
    re.VERBOSE,
)
_EACH = re.compile(r"每(?:少|多|超|逾|违法|一)?[^，；。：处罚每按日]{0,12}日?(?=处|罚|以|可|$)|每日")
_PLAIN = {0xFF10 + i: str(i) for i in range(10)} | {0xFF0E: ".", 0xFF05: "%"}  # full width, one for one


@dataclass(frozen=True, slots=True)
class Amount:
    """A fine's amount at ``start:end`` of the clause; ``least``/``most`` as in ``kb.base.records.Fine``."""

    least: float | None
    most: float | None
    unit: Unit
    base: str
    start: int
    end: int


def plain(text: str) -> str:
    """``text`` with half-width digits, character for character (offsets stay)."""
    return text if text.isascii() else text.translate(_PLAIN)


def _value(term: str) -> tuple[float | None, str]:
    """Value and unit ("" where none is printed) of one term: 五万元, 2倍, 百分之四十, 等值."""
    term = term.replace(" ", "")
    if term == "等值":
        return 1.0, "倍"
    if "分之" in term:
        whole, _, part = term.partition("分之")
        number = parse_number(part)
        return (None if number is None else float(number * 100 / {"百": 100, "千": 1000, "万": 10_000}[whole])), "%"
    unit = term[-1] if term[-1] in "元倍%" else ""
    number = parse_number(term.removesuffix(unit).replace(",", ""), spoken=False)
    return (None if number is None else float(number)), unit


def _bounds(m: re.Match[str]) -> tuple[float | None, float | None, Unit] | None:
    """Least, most and unit of a match; None when it is no amount (a bare number, an approximate one)."""
    first, unit = _value(m["a"])
    if first is None:
        return None
    if not m["b"]:
        if not unit:
            return None
        if m["ge"]:
            return first, None, unit  # type: ignore[return-value]
        upper = m["le"] or m["cap"]
        return (None if upper else first), first, unit  # type: ignore[return-value]
    second, unit_b = _value(m["b"])
    if second is None or not (m["ge"] or m["sep"]) or not (unit or unit_b):
        return None
    if not unit and m["b"].rstrip("元倍%")[-1:] == "万" and first * 10_000 < second:
        first *= 10_000  # 二至五万元
    unit, unit_b = unit or unit_b, unit_b or unit
    if unit != unit_b:  # 百分之五十以上一倍以下: both as a share
        if {unit, unit_b} != {"倍", "%"}:
            return None
        first, second = (x * 100 if u == "倍" else x for x, u in ((first, unit), (second, unit_b)))
        unit = "%"
    return first, second, unit  # type: ignore[return-value]


def _base(before: str, unit: Unit) -> str:
    """Of what a multiple or share is taken; for yuan what one amount is counted for (每平方米), empty when nothing."""
    counted = _EACH.findall(before)
    each: str = counted[-1] if counted else ""
    if unit == "元":
        return each
    m = _BASE.search(before)
    base = m["base"] if m else ""
    base = re.sub(r"^.*(?:处以?|按照?|相当于|或者|以下|以上)", "", base).removeprefix("以").removeprefix("其")
    return f"每日{base}" if each == "每日" and not base.startswith("每") else base


def amounts(clause: str, *, fined: bool = False) -> Iterator[Amount]:
    """Amounts of the fines that ``clause`` (between two commas, plain digits) imposes.

    A figure counts only where the clause calls it a fine (处…罚款, 罚款…元); thresholds such as 违法所得在十万元以上
    do not. ``fined``: the lead-in of the list already said 罚款, so that a bare range counts. A ceiling on the fine
    before it (一倍以下，但最高不超过三万元) is an amount of its own with the base 上限.
    """
    if not fined and "罚" not in clause:
        return
    last = 0
    for m in _AMOUNT.finditer(clause):
        bounds = _bounds(m)
        if bounds is None:
            continue
        before, after = clause[: m.start()], clause[m.end() :]
        ceiling = bool(m["cap"]) and last > 0
        said = last or _VERB.search(before) or not before.strip("、或者并可以")
        if not (ceiling or (said and _AFTER.match(after)) or _BEFORE.search(before) or (fined and "罚" not in clause)):
            continue
        least, most, unit = bounds
        yield Amount(least, most, unit, "上限" if ceiling else _base(before, unit), m.start(), m.end())
        last = m.end()
