"""Two provisions that sanction one act differently: which governs, and why.

Does not know the question's wording. Known cases are data (``Rules.conflicts``); the general rule speaks only where
what is quoted of a lower text leaves the range of the higher one for the same act, condition and payer, because a range
inside it is no conflict but its filling out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kb.assist.answer.near import Near
from kb.assist.answer.rules import Conflict, Rules
from kb.assist.answer.same import APART, Spans, nearest, ranges_differ
from kb.assist.answer.same import Ruling as Quoted
from kb.assist.answer.same import rulings as quoted_of
from kb.assist.answer.select import Chosen, address_key
from kb.base.address import Address
from kb.base.records import Passage, Rank
from kb.search.index import Generation

_GENERAL = "上位法优先于下位法"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A conflict met: ``governs`` goes before ``yields`` (row ids), ``why`` in one line.

    ``amounts``: whether a fine quoted of the one differs from one of the other that it can be compared with.
    """

    governs: int
    yields: int
    why: str
    amounts: bool


Lookup = Callable[[Address], Passage | None]
Place = Callable[[Chosen], Spans]


def apply(
    question: str,
    chosen: Sequence[Chosen],
    rules: Rules,
    generation: Generation,
    lookup: Lookup,
    near: Near,
    place: Place,
) -> tuple[list[Chosen], list[Ruling]]:
    """The selection with what governs in front, and the rulings. ``place``: the spans of a provision that are quoted.

    A provision that yields keeps its place behind with the role conflict; the one that governs is added where it was
    not chosen. One that is known to yield, and of which acts are quoted that the other does not tell, is left out.
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
        high, low = (_quoted(generation, side, place) for side in (governing, c))
        if not c.named and _listed(high) and _listed(low) and nearest(high, low) < APART:
            out = [o for o in out if o.passage.id != c.passage.id]
            continue
        amounts = bool(ranges_differ(high, low, known=True))
        rulings.append(Ruling(governing.passage.id, c.passage.id, known.why, amounts))
        out = _reordered(out, c, governing)
    found = [] if rulings else _general(out, generation, place)
    for ruling in found:
        lower = next(c for c in out if c.passage.id == ruling.yields)
        higher = next(c for c in out if c.passage.id == ruling.governs)
        out = _reordered(out, lower, higher)
    return out, rulings + found


def _quoted(generation: Generation, c: Chosen, place: Place) -> list[Quoted]:
    return quoted_of(c.passage.text, place(c), generation.sanctions(c.passage.id))


def _listed(quoted: Sequence[Quoted]) -> bool:
    """Whether the acts quoted are 项, of which each tells another."""
    return any(r.acts and r.sanction.act not in r.acts for r in quoted)


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
    higher = replace(higher, aside=higher.aside and lower.aside)  # what leads is what governs
    return [*duties, higher, *(c for c in kept if c.sanctions), replace(lower, role="conflict")]


def _general(chosen: Sequence[Chosen], generation: Generation, place: Place) -> list[Ruling]:
    """At most one ruling: the first two sanctions of different rank that fine the same thing differently."""
    penalties = [c for c in chosen if c.sanctions]
    for i, one in enumerate(penalties):
        for other in penalties[i + 1 :]:
            ranks = [_rank(generation, c) for c in (one, other)]
            if one.passage.title == other.passage.title or ranks[0] == ranks[1]:
                continue
            high, low = (one, other) if ranks[0] < ranks[1] else (other, one)
            if ranges_differ(_quoted(generation, high, place), _quoted(generation, low, place)):
                return [Ruling(high.passage.id, low.passage.id, _GENERAL, True)]
    return []


def _rank(generation: Generation, c: Chosen) -> int:
    return Rank(generation.document_of(c.passage.id).rank).order
