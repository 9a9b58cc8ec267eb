"""The figures of a report as data: who, when, what, how much, how it changed, in which words.

Does not know drafting, nor whether two reports agree: each row is what its sentence says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb.base.quantity import units
from kb.base.records import Figure, Passage
from kb.base.textnorm import normalise
from kb.report.figures.changes import Change, read_changes
from kb.report.figures.naming import FROM, leans, name, subject
from kb.report.figures.period import Period, periods, planned, scope
from kb.report.figures.spot import Spot, spots
from kb.report.figures.words import shared_names

__all__ = ["figures"]

_SENTENCE = re.compile(r"[^。！？\n]{1,4000}")  # bounded: the work on a sentence grows with its length squared
_PLAN_TITLE = re.compile(r"工作要点|工作计划|工作方案|实施方案|行动方案")
_PRINTED_COPIES = re.compile(r"共?印\s*\d+\s*份")


def figures(passages: Sequence[Passage], *, org: str, year: int | None) -> list[Figure]:
    """Read the figures of one report's ``passages``, in order; ``org`` and ``year`` are the report's.

    ``printed`` holds the number as printed with 近, 余 …; ``unit`` is as printed (家次, 万元, %; empty for awards and
    where the name says it). A change against last year is a row of its own and stands in ``change`` of the row
    it is about. Contents and letterheads hold no figures; of a signature only the number of copies counts.
    """
    out: list[Figure] = []
    for passage in passages:
        if passage.part == "header":
            continue
        out.extend(_of_passage(passage, org, year))
    return out


def _of_passage(passage: Passage, org: str, year: int | None) -> Iterator[Figure]:
    aim, aimed = planned(passage.path, year)
    aim = aim or _PLAN_TITLE.search(passage.title) is not None
    period = Period()
    for sentence in _SENTENCE.finditer(passage.text):
        text = sentence[0].strip()
        if not text or text in passage.path:
            continue
        if passage.part == "signature" and not _PRINTED_COPIES.search(text):
            continue
        rows, period = _of_sentence(text, _without_bars(text), period, aimed or year)
        for row in rows:
            yield replace(
                row, org=org, year=row.year or aimed or year, source=passage.source, passage=passage.id, planned=aim
            )


@dataclass(slots=True)
class _Row:
    """A figure on its way: the spot, its name, what changed about it, and whether it tells a change itself."""

    spot: Spot
    indicator: str
    change: str = ""
    is_change: bool = False


_VALUE_UNIT = re.compile(r"(?P<number>\d[\d,.]*[余多]?[万亿]?) \| (?P<unit>[^\s|]{1,5})(?= \||$)")
_UNIT_VALUE = re.compile(r"(?P<unit>(?<=\| )[^\s|]{1,5}) \| (?P<number>\d[\d,.]*[余多]?[万亿]?)(?= \||$)")


def _without_bars(line: str) -> str:
    """A table's row with the unit's cell put to the number's: 检查企业 | 家次 | 12 → 检查企业 | 12家次."""
    for pattern in (_VALUE_UNIT, _UNIT_VALUE):
        line = pattern.sub(lambda m: m["number"] + m["unit"] if normalise(m["unit"]) in units() else m[0], line)
    return line.strip("| ")


def _of_sentence(quote: str, text: str, before: Period, year: int | None) -> tuple[list[Figure], Period]:
    """Figures of one sentence (organisation and source left empty), and the period that holds for the next.

    ``quote`` is the sentence as it stands, ``text`` as it is read.
    """
    found = spots(text)
    stated = periods(text, year)
    rows = _rows(text, found)
    out = []
    for row in rows:
        now = next((p for at, p in reversed(stated) if at <= row.spot.start), before)
        out.append(
            Figure(
                org="",
                year=now.year,
                as_of=now.as_of,
                indicator=row.indicator,
                value=row.spot.value,
                printed=row.spot.printed,
                unit=row.spot.unit,
                qualifier=row.spot.qualifier,
                change=row.change,
                quote=quote,
                source="",
                period=now.text,
                scope=scope(text, row.spot.start),
            )
        )
    return out, stated[-1][1] if stated else before


_FROM_TO = re.compile(
    r"(?P<noun>[\u4e00-\u9fff]{0,6}?)(?:左右|以上)?再?"
    r"(?:压缩|压减|压|减少|减|下降|降低|降|增加|增|上升|提高|提升|缩短|扩大|扩展|升)(?:到|至|为)"
)
_KIND = re.compile(r"(重大事故隐患|(?:重大|一般)(?=行政))")
_OF_KIND = re.compile(r"（(重大|一般)）$")


def _rows(text: str, found: Sequence[Spot]) -> list[_Row]:
    """Name the figures of a sentence; changes are told apart and put beside what they are about."""
    changes = {c.spot: c for c in read_changes(text, found)}
    rows: list[_Row] = []
    anchor = ""
    for i, spot in enumerate(found):
        change = changes.get(spot)
        if change is not None:
            rows.extend(_changed(change, rows))
        elif i and rows and (noun := _went(text, found[i - 1], spot)) is not None:
            now = subject(text, found[i - 1], noun, anchor)
            rows[-1].indicator = f"{now}（此前）"
            rows.append(_Row(spot, now, f"由{text[found[i - 1].start : spot.end]}"))
        else:
            indicator = _qualified(name(text, spot, found[max(0, i - 3) : i + 4], anchor), text, spot, rows)
            anchor = anchor if anchor and leans(indicator, anchor) else indicator
            rows.append(_Row(spot, indicator))
    return rows


def _went(text: str, first: Spot, second: Spot) -> str | None:
    """The noun behind the first of two figures one thing went through (由6个 *街道* 扩大到9个); None when none did."""
    m = _FROM_TO.fullmatch(text, first.end, second.start)
    return m["noun"] if m and FROM.search(text[: first.start]) else None


def _qualified(indicator: str, text: str, spot: Spot, rows: Sequence[_Row]) -> str:
    """涉及重大…决定2起，处罚金额64万元: the amount is of the 重大 ones, and says so."""
    if not rows or "；" in text[rows[-1].spot.end : spot.start]:
        return indicator
    kind = _KIND.match(rows[-1].indicator) or _OF_KIND.search(rows[-1].indicator)
    if kind is None or _KIND.match(indicator) or indicator not in shared_names():
        return indicator
    if kind[1] == "重大事故隐患":
        return indicator.replace("隐患", kind[1], 1) if indicator.startswith("隐患") else indicator
    return f"{indicator}（{kind[1]}）"


def _changed(change: Change, rows: list[_Row]) -> list[_Row]:
    """Rows of a change: one for each thing it is about; the rows of those things are marked with it."""
    subjects = list(change.subjects)
    base = [row for row in rows if not row.is_change]
    if not subjects and base:
        about = base[max(-change.back, -len(base))]
        about.change = change.text
        subjects = [about.indicator]
    elif change.each and len(base) >= len(subjects):
        for row in base[-len(subjects) :]:
            row.change = change.text
    return [_Row(change.spot, f"{subject}{change.kind}", is_change=True) for subject in subjects or [""]]
