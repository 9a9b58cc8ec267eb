"""When a report's sentence counts: 截至10月25日, 今年以来, 10月15日到24日, and how far it reaches: 全区, 全局.

Does not know figures.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from kb.base.quantity import DateMention, find_dates

_DAY = r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|底|末)?"
_TO = r"(?:[至到—~-]|\u2013)+"
_PERIOD = re.compile(
    rf"""(?P<until>截\s?[至止](?:到|至)?(?:{_DAY}|\d{{4}}年底|目前|年底))
       | (?P<span>自?{_DAY}起?\s*{_TO}\s*(?:{_DAY}|\d{{1,2}}日|目前|年底)[\u4e00-\u9fff]{{0,12}}?(?:期间)?)
       | (?P<since>自?\d{{4}}年[\u4e00-\u9fff]{{0,12}}?以来)
       | (?P<named>(?:今年|本年度|年初)以来|全年|本年度|年内|上半年|下半年|第?[一二三四]季度|近年来
            |\d{{4}}年度?(?=[，,])|今年)
       | (?P<event>(?:^|(?<=[，；。]))[\u4e00-\u9fff“”]{{0,10}}期间(?=[，,]))""",
    re.VERBOSE,
)
_SCOPE = re.compile(r"全市应急管理系统|全系统|全市|全区|全局|全县|全街道|全镇|本市|本区|我市|我区|我局|本局")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_PLAN = re.compile(r"打算|安排|计划|下一步|下一年|下年度|明年|重点工作|工作要点|目标任务|设想")


@dataclass(frozen=True, slots=True)
class Period:
    """``text`` as printed, ``as_of`` an ISO day or ``start/end``, ``year`` as stated; empty or None: not stated."""

    text: str = ""
    as_of: str | None = None
    year: int | None = None


def periods(sentence: str, year: int | None) -> list[tuple[int, Period]]:
    """Periods stated in ``sentence`` with where each is stated; a day without a year is taken to be of ``year``."""
    out = []
    for m in _PERIOD.finditer(sentence):
        text = m[0]
        stated = _YEAR.search(text)
        when = int(stated[1]) if stated else year
        as_of = None
        if m["until"] or m["span"]:
            days = [_day(d, text, when) for d in find_dates(text)]
            as_of = "/".join(d for d in _range(days, text, when) if d) or None
        out.append((m.start(), Period(text, as_of, int(stated[1]) if stated else None)))
    return out


def _day(date: DateMention, text: str, year: int | None) -> str | None:
    """ISO day of a date that may lack its year, or name a month's end; None when it cannot be told."""
    when = date.year or year
    if when is None or date.month is None:
        return None
    day = date.day
    if day is None:
        day = calendar.monthrange(when, date.month)[1]
    return f"{when:04d}-{date.month:02d}-{day:02d}"


def _range(days: list[str | None], text: str, year: int | None) -> list[str | None]:
    """Complete 10月15日到24日, whose end lacks its month; 3月至10月 begins on the first."""
    short = re.search(r"(\d{1,2})月\d{1,2}日?\s*(?:[至到—~-]|\u2013)+\s*(\d{1,2})日", text)
    if short is not None and year is not None:
        return [days[0], f"{year:04d}-{int(short[1]):02d}-{int(short[2]):02d}"]
    if len(days) == 2 and days[0] and not re.match(r"(?:自)?(?:\d{4}年)?\d{1,2}月\d", text):
        return [days[0][:8] + "01", days[1]]
    return days


def scope(sentence: str, at: int) -> str:
    """The nearest 全区, 全局 … before ``at`` in the sentence; empty when there is none."""
    found = list(_SCOPE.finditer(sentence, 0, at))
    return found[-1][0] if found else ""


def planned(path: tuple[str, ...], year: int | None) -> tuple[bool, int | None]:
    """Whether a part under these headings is about aims, and the year it is about (None: as the report)."""
    for heading in path[:2]:
        found = _YEAR.search(heading)
        ahead = found is not None and year is not None and int(found[1]) > year
        if ahead or (_PLAN.search(heading) and not re.search("举措|成效|情况", heading)):
            after = int(found[1]) if found else None if year is None else year + 1
            return True, after
    return False, None
