"""The figures of a report as data: who, when, what, how much, how it changed, in which words.

Does not know drafting, nor whether two reports agree: each row is what its sentence says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb.base.records import Figure, Passage
from kb.report.figures.changes import Change, read_changes
from kb.report.figures.naming import name
from kb.report.figures.period import Period, periods, planned, scope
from kb.report.figures.spot import Spot, spots

__all__ = ["figures"]

_SENTENCE = re.compile(r"[^。！？\n]+")
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
        rows, period = _of_sentence(text, period, aimed or year)
        for row in rows:
            yield replace(
                row, org=org, year=row.year or aimed or year, source=passage.source, passage=passage.id, planned=aim
            )


@dataclass(slots=True)
class _Row:
    """A figure on its way: the spot, its name, and what changed about it."""

    spot: Spot
    indicator: str
    change: str = ""


def _of_sentence(text: str, before: Period, year: int | None) -> tuple[list[Figure], Period]:
    """Figures of one sentence (organisation and source left empty), and the period that holds for the next."""
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
                quote=text,
                source="",
                period=now.text,
                scope=scope(text, row.spot.start),
            )
        )
    return out, stated[-1][1] if stated else before


def _rows(text: str, found: Sequence[Spot]) -> list[_Row]:
    """Name the figures of a sentence; changes are told apart and put beside what they are about."""
    changes = {c.spot: c for c in read_changes(text, found)}
    rows: list[_Row] = []
    for spot in found:
        change = changes.get(spot)
        if change is None:
            rows.append(_Row(spot, name(text, spot, found, rows[-1].indicator if rows else "")))
            continue
        rows.extend(_changed(change, rows))
    return rows


def _changed(change: Change, rows: list[_Row]) -> list[_Row]:
    """Rows of a change: one for each thing it is about; the rows of those things are marked with it."""
    subjects = list(change.subjects)
    base = [row for row in rows if not row.change and row.spot.unit not in ("%", "个百分点", "倍")]
    if not subjects and base:
        base[-1].change = change.text
        subjects = [base[-1].indicator]
    elif change.each and len(base) >= len(subjects):
        for row in base[-len(subjects) :]:
            row.change = change.text
    return [_Row(change.spot, f"{subject}{change.kind}") for subject in subjects or [""]]
