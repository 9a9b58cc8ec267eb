"""Which rows a question may be answered from: date, jurisdiction, kind, one document.

Does not know the question's words, nor scores. Everything is decided per document (some thousands) and
spread over the rows; the result is cached by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kb.base.records import NATIONAL, Rank
from kb.search.index.generation import DocumentRow

KINDS = ("law", "report", "all")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look. ``kind``: law, report or all; ``title``: one instrument or report, None for all of them.

    ``place``: laws of the nation and of this place; empty for those of every place.
    """

    as_of: date
    kind: str = "all"
    place: str = ""
    title: str | None = None


def _started(document: DocumentRow, day: str) -> bool:
    start = document.effective or document.version
    return start is None or start <= day


def _over(document: DocumentRow, day: str) -> bool:
    return document.ended is not None and document.ended <= day


def governing(documents: Sequence[DocumentRow], day: date) -> DocumentRow | None:
    """Of the held versions of one instrument the one to answer from on ``day``; None when there is none.

    The version in force; where the versions held had all ended (a newer one is known but not held), the last
    of them, to be shown with a warning; never one of a repealed instrument, never one not yet in force.
    """
    iso = day.isoformat()
    started = [d for d in documents if _started(d, iso)]
    live = [d for d in started if not _over(d, iso)]
    pool = live or [d for d in started if d.status != "repealed"]
    return max(pool, key=lambda d: (d.effective or d.version or "", d.version or "", d.n), default=None)


def in_place(document: DocumentRow, place: str) -> bool:
    """Whether a document applies in ``place`` (as in 上海市; 上海 fits too)."""
    if not place or document.kind == "report" or document.jurisdiction in ("", NATIONAL):
        return True
    return fits_place(document.jurisdiction, place)


def fits_place(jurisdiction: str, place: str) -> bool:
    """Whether a jurisdiction is that of ``place``, however long either is written; an empty place fits none."""
    return bool(place and jurisdiction) and (jurisdiction.startswith(place) or place.startswith(jurisdiction))


def eligible(documents: Iterable[DocumentRow], scope: Scope) -> list[DocumentRow]:
    """The documents that a question in ``scope`` may be answered from.

    Cases (案例) answer only when they are named: they illustrate the law and are not it.
    """
    by_key: dict[str, list[DocumentRow]] = {}
    reports: list[DocumentRow] = []
    for d in documents:
        if scope.title is not None and scope.title not in (d.key, d.source):
            continue
        if d.kind == "report":
            reports.append(d)
        elif in_place(d, scope.place) and (d.rank != Rank.CASE or scope.title is not None):
            by_key.setdefault(d.key, []).append(d)
    chosen: list[DocumentRow] = []
    if scope.kind in ("law", "all"):
        for held in by_key.values():
            found = governing(held, scope.as_of)
            if found is not None:  # a code kept part by part (编) answers with all its parts
                chosen += [d for d in held if (d.version, d.text_kind) == (found.version, found.text_kind)]
    if scope.kind in ("report", "all"):
        chosen += reports
    return chosen


def mask(documents: Iterable[DocumentRow], rows: int) -> NDArray[np.bool_]:
    """One flag a row: True for the rows of ``documents``."""
    flags = np.zeros(rows, np.bool_)
    for d in documents:
        flags[d.base : d.base + d.n] = True
    return flags
