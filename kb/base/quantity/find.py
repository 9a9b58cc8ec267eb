"""Quantities in Chinese text ↔ values: money, shares, multiples, durations, counts (五万元 = 5万元 = 50,000元).

Does not know who pays, what is counted, or which of two quantities matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from kb.base.quantity.dates import DateMention, dates_in
from kb.base.quantity.numerals import ARABIC, BANKERS, CHINESE, parse_number, plain
from kb.base.quantity.units import QuantityKind, Unit, unit_of, unit_pattern
from kb.base.textnorm import normalise, normalised, squeeze


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, as written at ``start:end``.

    ``value`` is exact and in ``unit`` (money in 元: 5万元 → 50000; shares in %: 千分之三 → 0.3). ``qualifier`` is
    the word that loosens it (余 近 超 约 不足 以上 以下 …), ``""`` when there is none; such words are in the span
    only inside the number (200余万).
    """

    value: Decimal
    unit: str
    start: int
    end: int
    text: str
    qualifier: str = ""
    kind: QuantityKind = "count"

    def same(self, other: Quantity) -> bool:
        """Whether value and unit agree, whatever the spelling and the qualifier."""
        return self.value == other.value and self.unit == other.unit

    def __str__(self) -> str:
        return f"{self.value:f}{self.unit}"


Amount = Quantity
"""A ``Quantity`` whose unit is 元."""

_NUMBER = rf"{ARABIC}|{BANKERS}|{CHINESE}"
_ORDINAL = re.compile(rf"第\s?\(?(?:{_NUMBER})\)?(?:\s?[、和及至到~-]\s?第?\(?(?:{_NUMBER})\)?)*")
_TOKEN = re.compile(
    rf"""
    (?P<base>[百千万])分之\s?(?P<share>{_NUMBER})                # 百分之四十
  | (?P<denominator>{CHINESE})分之(?P<numerator>{CHINESE})       # 三分之二
  | (?P<number>{_NUMBER})
    """,
    re.VERBOSE,
)
_BEFORE = re.compile(
    r"(?:不低于|不高于|不少于|不多于|不超过|不足|不满|不到|将近|接近|大约|超过|突破|高达|至少|最少|最多|最高|最低|低于|高于|少于|多于"
    r"|近|约|超|逾|满)\s?$"
)
_AFTER = re.compile(r"\s?(?:及以上|及以下|以上|以下|以内|之内|左右|上下|余|多|内)")
_RANGE = re.compile(r"\s?(?:至|到|[-~—\u2013]+)\s?")
# Words that look like quantities: 红十字会, and 一起 (together) but before an accident or a case.
_FINED = re.compile(r"(?:罚款?|处以?|赔偿?|缴纳?|没收)\s?$")  # 罚5万: spoken, 元 left out
_VAGUE = re.compile(r"几$|(?:^|[^人总次户件个家起条项台栋件倍])数$")  # 数百家, but 人数三百
_WORDS = re.compile(r"(?<=红)十字|一起(?!一般|较大|重大|特别|特大|生产|安全|火灾|交通|亡人|死亡|事故|案|爆炸|中毒)")


@dataclass(slots=True)
class _Token:
    """A numeral on its way to a quantity; ``end`` grows when its unit is found."""

    value: Decimal
    start: int
    end: int
    more: str
    unit: Unit | None


def _share(m: re.Match[str]) -> Decimal | None:
    if m["base"]:
        number = parse_number(m["share"])
        return None if number is None else plain(number * 100 / {"百": 100, "千": 1000, "万": 10_000}[m["base"]])
    below, above = parse_number(m["denominator"]), parse_number(m["numerator"])
    return None if not below or above is None else plain(above * 100 / below)


def _token(text: str, m: re.Match[str]) -> _Token | None:
    """Numeral ``m`` with the unit that follows it; None when it is no numeral."""
    if m["number"] is None:
        value = _share(m)
        return None if value is None else _Token(value, m.start(), m.end(), "", Unit("%", "share"))
    value = parse_number(m["number"])
    if value is None or _WORDS.match(text, m.start()) or _VAGUE.search(text, max(0, m.start() - 2), m.start()):
        return None
    more = re.match(r"\s?([余多])(?=\s?\S)", text[m.end() : m.end() + 4])
    at = m.end() + (more.end() if more else 0)
    blank = 1 if text[at : at + 1] == " " else 0
    unit = unit_pattern().match(text, at + blank)
    word = more[1] if more else next((c for c in m["number"] if c in "余多"), "")
    if unit is None and _FINED.search(text, max(0, m.start() - 3), m.start()) and m["number"][-1] in "万亿":
        return _Token(value, m.start(), m.end(), word, Unit("元", "money"))
    if unit is None:
        return _Token(value, m.start(), m.end(), word if not more else "", None)
    return _Token(value, m.start(), unit.end(), word, unit_of(unit[0]))


def _tokens(text: str, taken: list[tuple[int, int]]) -> Iterator[_Token]:
    """Numerals of normalised text outside the spans ``taken``, which ascend."""
    at = end = 0
    for m in _TOKEN.finditer(text):
        if m.start() < end:  # inside the unit of the one before: 12平方千米
            continue
        while at < len(taken) and taken[at][1] <= m.start():
            at += 1
        if at < len(taken) and taken[at][0] < m.end():
            continue
        token = _token(text, m)
        if token is not None:
            end = token.end
            yield token


def _inherit(text: str, tokens: list[_Token]) -> None:
    """二至五万元, 百分之五至十: the end without a unit takes the other's (and its 万 where that keeps the order)."""
    for left, right in pairwise(tokens):
        if not _RANGE.fullmatch(text, left.end, right.start):
            continue
        if left.unit is None and right.unit is not None:
            scale = next((s for c, s in (("亿", 10**8), ("万", 10**4)) if c in text[right.start : right.end]), 1)
            if left.value * scale < right.value and not any(c in text[left.start : left.end] for c in "千万亿"):
                left.value = plain(left.value * scale)
            left.unit = right.unit
        elif right.unit is None and left.unit is not None and left.unit.name == "%":
            right.unit = left.unit


def _qualifier(text: str, token: _Token) -> str:
    if token.more:
        return token.more
    after = _AFTER.match(text, token.end)
    if after:
        return after[0].strip()
    before = _BEFORE.search(text, max(0, token.start - 5), token.start)
    return before[0].strip() if before else ""


def _scan(text: str) -> tuple[list[DateMention], list[tuple[int, int]], list[Quantity]]:
    """Dates, spans of ordinals (第…), and quantities (unit ``""`` where there is none) of normalised text."""
    dates = dates_in(text)
    ordinals = [m.span() for m in _ORDINAL.finditer(text)]
    taken = sorted([(d.start, d.end) for d in dates] + ordinals)
    tokens = list(_tokens(text, taken))
    _inherit(text, tokens)
    found = []
    for t in tokens:
        unit = t.unit or Unit("", "number")
        found.append(
            Quantity(t.value, unit.name, t.start, t.end, text[t.start : t.end], _qualifier(text, t), unit.kind)
        )
    return dates, ordinals, found


def find_quantities(text: str, *, bare: bool = False) -> list[Quantity]:
    """Every number with a unit, in order; spans are of ``text``. ``bare``: also numerals without one (unit ``""``).

    Dates (see ``find_dates``) and ordinals (第九十七条) are not quantities.
    """
    norm = normalised(text)
    out = []
    for q in _scan(norm.text)[2]:
        if q.unit or bare:
            start, end = norm.span(q.start, q.end)
            out.append(Quantity(q.value, q.unit, start, end, text[start:end], q.qualifier, q.kind))
    return out


def find_amounts(text: str) -> list[Amount]:
    """Every amount of money in yuan, in order; ``value`` in 元."""
    return [q for q in find_quantities(text) if q.unit == "元"]


def canonical(text: str) -> str:
    """``text`` squeezed, with every number, date and ordinal rewritten by value and fenced.

    Two texts that differ only in how they write numbers have the same canonical form; because of the fences
    (U+E000, U+E001) one is a substring of another only at whole numbers.
    """
    plain_text = normalise(text)
    dates, ordinals, quantities = _scan(plain_text)
    pieces = [(d.start, d.end, f"{_OPEN}{d}{_SHUT}") for d in dates]
    pieces += [(q.start, q.end, f"{_OPEN}{q}{_SHUT}") for q in quantities if q.unit or q.text.isascii()]
    pieces += [(start, end, _ordinal(plain_text[start:end])) for start, end in ordinals]
    out, at = [], 0
    for start, end, replacement in sorted(pieces):
        out += [plain_text[at:start], replacement]
        at = end
    return squeeze("".join([*out, plain_text[at:]]))


_OPEN, _SHUT = "\ue000", "\ue001"


def _ordinal(text: str) -> str:
    def fenced(m: re.Match[str]) -> str:
        value = parse_number(m[0], spoken=False)
        return m[0] if value is None else f"{_OPEN}#{value:f}{_SHUT}"

    return re.sub(_NUMBER, fenced, text)


def _whole(text: str) -> tuple[DateMention | None, Quantity | None]:
    """``text`` read as one date or one quantity and nothing else."""
    plain_text = normalise(text).strip()
    dates, _, quantities = _scan(plain_text)
    if len(dates) == 1 and dates[0].text == plain_text:
        return dates[0], None
    if len(quantities) == 1 and quantities[0].text == plain_text:
        return None, quantities[0]
    return None, None


def same_value(a: str | Quantity, b: str | Quantity) -> bool:
    """Whether two quantities or dates are equal by value and unit, however written; other texts: by wording."""
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return a.same(b)
    left, right = (canonical(x if isinstance(x, str) else x.text) for x in (a, b))
    return left == right


def contains_value(haystack: str, needle: str) -> bool:
    """Whether ``needle`` (a quantity, a number, a date, or words around them) stands in ``haystack``, numbers by value.

    Never inside a longer number, another unit (5个 in 5个月) or an ordinal. A bare number matches a number of that
    value with any unit; a partial date matches every date that agrees with it. An empty needle is not contained.
    """
    when, quantity = _whole(needle)
    if when is not None:
        return any(when.within(d) for d in dates_in(normalise(haystack)))
    if quantity is not None:
        found = _scan(normalise(haystack))[2]
        return any(q.value == quantity.value and quantity.unit in ("", q.unit) for q in found)
    wanted = canonical(needle)
    return bool(wanted) and wanted in canonical(haystack)
