"""Two provisions that sanction one act differently: which governs, and why.

Does not know the question's wording. Known cases are data (``Rules.conflicts``); the general rule speaks only where a
lower text leaves the range of the higher one, because a range inside it is no conflict but its filling out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kb.assist.answer.near import Near
from kb.assist.answer.rules import Conflict, Rules
from kb.assist.answer.select import Chosen, address_key
from kb.base.address import Address
from kb.base.records import Passage, Rank, Sanction
from kb.search.index import Generation

ALIKE = 0.75  # similarity of two acts (score of ``Near``) from which they count as the same
_PERSON = re.compile(r"负责人|管理人员|从业人员|个人|作业人员")
_GENERAL = "上位法优先于下位法"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A conflict met: ``governs`` goes before ``yields`` (row ids), ``why`` in one line."""

    governs: int
    yields: int
    why: str


Lookup = Callable[[Address], Passage | None]


def apply(
    question: str, chosen: Sequence[Chosen], rules: Rules, generation: Generation, lookup: Lookup, near: Near
) -> tuple[list[Chosen], list[Ruling]]:
    """The selection with what governs in front, and the rulings.

    A provision that yields keeps its place behind with the role conflict; the one that governs is added where it was
    not chosen.
    """
    out = list(chosen)
    rulings: list[Ruling] = []
    for c in chosen:
        known = next((k for k in rules.conflicts if _named(k.yields, c.passage)), None)
        if known is None or not c.sanctions:
            continue
        governing = _governing(question, known, out, lookup, near)
        if governing is None:
            continue
        rulings.append(Ruling(governing.passage.id, c.passage.id, known.why))
        out = _reordered(out, c, governing)
    found = [] if rulings else _general(out, generation, near)
    for ruling in found:
        lower = next(c for c in out if c.passage.id == ruling.yields)
        higher = next(c for c in out if c.passage.id == ruling.governs)
        out = _reordered(out, lower, higher)
    return out, rulings + found


def _named(addresses: Sequence[Address], passage: Passage) -> bool:
    if passage.article is None:
        return False
    key = (passage.title, passage.article.number, passage.article.suffix)
    return any(address_key(a) == key for a in addresses)


def _governing(question: str, known: Conflict, chosen: Sequence[Chosen], lookup: Lookup, near: Near) -> Chosen | None:
    """The governing provision: one already chosen, else the nearest of those the case names; None: not held."""
    already = next((c for c in chosen if _named(known.governs, c.passage)), None)
    if already is not None:
        return already
    held = [p for p in map(lookup, known.governs) if p is not None]
    if not held:
        return None
    scores = near(question, [p.text for p in held])
    best = held[max(range(len(held)), key=scores.__getitem__)]
    return Chosen(best, "penalty", 1.0)


def _reordered(chosen: list[Chosen], lower: Chosen, higher: Chosen) -> list[Chosen]:
    """``higher`` where ``lower`` stood, ``lower`` at the end with the role conflict."""
    kept = [c for c in chosen if c.passage.id not in (lower.passage.id, higher.passage.id)]
    duties = [c for c in kept if not c.sanctions]
    return [*duties, higher, *(c for c in kept if c.sanctions), replace(lower, role="conflict")]


def _general(chosen: Sequence[Chosen], generation: Generation, near: Near) -> list[Ruling]:
    """At most one ruling: the first two sanctions of different rank whose acts are alike and ranges do not nest."""
    sanctions = [(c, generation.sanctions(c.passage.id)) for c in chosen if c.sanctions]
    for i, (one, first) in enumerate(sanctions):
        for other, second in sanctions[i + 1 :]:
            if one.passage.title == other.passage.title:
                continue
            ranks = [_rank(generation, c) for c in (one, other)]
            if ranks[0] == ranks[1] or not _alike(first, second, near):
                continue
            high, low = (one, other) if ranks[0] < ranks[1] else (other, one)
            ranges = (_range(first), _range(second)) if high is one else (_range(second), _range(first))
            if ranges[0] and ranges[1] and not _inside(ranges[1], ranges[0]):
                return [Ruling(high.passage.id, low.passage.id, _GENERAL)]
    return []


def _rank(generation: Generation, c: Chosen) -> int:
    return Rank(generation.document_of(c.passage.id).rank).order


def _alike(first: Sequence[Sanction], second: Sequence[Sanction], near: Near) -> bool:
    if not first or not second or not first[0].act:
        return False
    if bool(_PERSON.search(first[0].act)) != bool(_PERSON.search(second[0].act)):
        return False  # what falls on a unit's head is no other range of what falls on the unit
    return max(near(first[0].act, [s.act for s in second]), default=0.0) >= ALIKE


def _range(sanctions: Sequence[Sanction]) -> tuple[float, float] | None:
    """Least and most yuan over all fines; None where none is stated in yuan."""
    fines = [f for s in sanctions for f in s.fines if f.unit == "元" and f.most is not None]
    if not fines:
        return None
    return min(f.least or 0.0 for f in fines), max(f.most or 0.0 for f in fines)


def _inside(inner: tuple[float, float], outer: tuple[float, float]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
