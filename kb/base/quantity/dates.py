"""Dates in Chinese text, whole (2025年4月30日) or partial (2025年, 10月25日), with their spans.

Does not know today's date: 今年 and 上月 are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kb.base.quantity.numerals import integer
from kb.base.textnorm import normalised

_CN_YEAR = r"[一二][〇零○一二三四五六七八九]{3}"
_CN = r"[一二三四五六七八九十]{1,3}"
_DATE = re.compile(
    rf"""
    (?<![\d.])(?P<y1>(?:19|20)\d\d|{_CN_YEAR})\s?年                          # 2025年
        (?:\s?(?P<m1>\d{{1,2}}|{_CN})\s?月(?:\s?(?P<d1>\d{{1,2}}|{_CN})\s?[日号])?)?   # …4月30日
  | (?<![\d.-])(?P<y2>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m2>\d{{1,2}})(?P=sep)(?P<d2>\d{{1,2}})(?![\d.-])  # 2025-04-30
  | (?<![\d.-])(?P<y3>(?:19|20)\d\d)(?P<m3>\d\d)(?P<d3>\d\d)(?![\d.,-]|\s?[个家件元万人次条项])   # 20250430
  | (?<![\d.第个])(?P<m4>\d{{1,2}}|(?<![一二三四五六七八九十百]){_CN})\s?月
        (?:\s?(?P<d4>\d{{1,2}}|{_CN})\s?[日号])                                # 10月25日
  | (?<![\d.第个])(?P<m5>\d{{1,2}})\s?月(?!\d)                                # 10月
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as written; a component that is not written is None. ``start``/``end``: span in the text."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int
    text: str

    @property
    def date(self) -> date | None:
        """The calendar day; None when a component is missing."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    def within(self, other: DateMention) -> bool:
        """Whether every component written here is written, with the same value, in ``other`` too."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine is None or mine == theirs for mine, theirs in pairs)

    def __str__(self) -> str:
        year = "----" if self.year is None else f"{self.year:04d}"
        month = "--" if self.month is None else f"{self.month:02d}"
        day = "--" if self.day is None else f"{self.day:02d}"
        return f"{year}-{month}-{day}"


def _valid(year: int | None, month: int | None, day: int | None) -> bool:
    if month is None:
        return True
    if not 1 <= month <= 12:
        return False
    try:
        date(2024 if year is None else year, month, 1 if day is None else day)  # 2024: a leap year allows 2月29日
    except ValueError:
        return False
    return True


def dates_in(plain: str) -> list[DateMention]:
    """Dates of text that is normalised already; spans are of ``plain``."""
    out = []
    for m in _DATE.finditer(plain):
        year, month, day = (
            next((integer(m[f"{part}{i}"]) for i in "12345" if m.groupdict().get(f"{part}{i}")), None) for part in "ymd"
        )
        if _valid(year, month, day):
            out.append(DateMention(year, month, day, m.start(), m.end(), m[0]))
    return out


def find_dates(text: str) -> list[DateMention]:
    """All dates of ``text`` in order, whole and partial; a bare year must be four digits (5年 is a duration)."""
    norm = normalised(text)
    out = []
    for d in dates_in(norm.text):
        start, end = norm.span(d.start, d.end)
        out.append(DateMention(d.year, d.month, d.day, start, end, text[start:end]))
    return out


def parse_date(text: str) -> date | None:
    """``text`` (the whole of it) as a calendar day; None when it is not a complete, existing date."""
    found = find_dates(text.strip())
    return found[0].date if len(found) == 1 and found[0].text == text.strip() else None
