"""Whether two quoted sanctions fine the same act, under the same condition, on the same payer, and differently.

Does not know rank, nor which text governs. What cannot be compared is told apart from what is the same (``None``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.assist.answer.focus import OVERDUE
from kb.assist.answer.person import is_person
from kb.base.records import Fine, Sanction
from kb.law.parse import ITEM_LABEL, paragraphs
from kb.search.parts import pairs_of

# Share of the shorter text's character pairs that the other holds. Acts of 14 pairs of provisions read by eye: the same
# act 0.77 and more (or told in wholly other words, 0.23), another one at most 0.58 (a bus of students, not a car).
ALIKE = 0.7
APART = 0.3  # below it a known pair of articles quotes acts that have nothing to do with each other (0.15 and less)

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is quoted of one sanction: the acts it falls on, each 项 for itself."""

    sanction: Sanction
    acts: tuple[str, ...]


def rulings(text: str, spans: Spans, sanctions: Sequence[Sanction]) -> list[Ruling]:
    """The sanctions of an article's ``text`` that stand in the quoted ``spans``, with the acts quoted."""
    items = {p.n: [i for i in p.items if _within(i.start, spans)] for p in paragraphs(text)}
    out = []
    for s in sanctions:
        if not _within(s.start, spans):
            continue
        listed = [i for i in items.get(s.paragraph, []) if s.item in (None, i.n)]
        acts = [_own(s, sanctions) or ITEM_LABEL.sub("", i.text) for i in listed] or ([s.act] if s.act else [])
        out.append(Ruling(s, tuple(acts)))
    return out


def shared(one: str, other: str) -> float:
    """Share of the shorter text's character pairs that the other holds; 0 where one has none."""
    pairs, others = pairs_of(one), pairs_of(other)
    return len(pairs & others) / min(len(pairs), len(others)) if pairs and others else 0.0


def nearest(high: Sequence[Ruling], low: Sequence[Ruling]) -> float:
    """How near the nearest two acts of two quotations are, 0 to 1."""
    acts = [(a, b) for r in high for a in r.acts for q in low for b in q.acts]
    return max((shared(a, b) for a, b in acts), default=0.0)


def ranges_differ(high: Sequence[Ruling], low: Sequence[Ruling], *, known: bool = False) -> bool | None:
    """Whether a fine of ``low`` leaves the range of ``high`` for the same; None: nothing can be compared.

    ``known``: that both fine one party is known, however each calls it (生产经营单位, 事故发生单位).
    """
    found = [not inside for r in high for q in low for inside in _compared(r, q, known)]
    return any(found) if found else None


def _compared(r: Ruling, q: Ruling, known: bool) -> Iterator[bool]:
    """For each two fines that compare whether the second stays within the first."""
    if nearest([r], [q]) < ALIKE or not _same_condition(r, q):
        return
    for fine in r.sanction.fines:
        for other in q.sanction.fines:
            comparable = (fine.unit, fine.base) == (other.unit, other.base) and None not in (fine.most, other.most)
            if comparable and _same_payer(fine.whom, other.whom, known):
                yield _inside(other, fine)


def _same_condition(r: Ruling, q: Ruling) -> bool:
    """Both base cases (an item's own act is one), both an order disobeyed, or the same words."""
    one, other = (c.sanction.condition for c in (r, q))
    if OVERDUE.search(one) and OVERDUE.search(other):
        return True
    one, other = ("" if c in x.acts and not _graded(x) else c for c, x in ((one, r), (other, q)))
    return one == other or shared(one, other) >= ALIKE


def _graded(r: Ruling) -> bool:
    """Whether the items of its list grade one act (发生较大事故的) and do not each tell one."""
    return r.sanction.act != "" and bool(re.match(r"发生|造成|情节", r.sanction.condition))


def _same_payer(one: str, other: str, known: bool) -> bool:
    """Whether two parties are one by name; a person is never the unit it belongs to."""
    if is_person(one) != is_person(other):
        return False
    return known or one == other or bool(one and other and (one in other or other in one))


def _inside(inner: Fine, outer: Fine) -> bool:
    return (outer.least or 0.0) <= (inner.least or 0.0) and (inner.most or 0.0) <= (outer.most or 0.0)


def _own(s: Sanction, sanctions: Sequence[Sanction]) -> str:
    """The act that an item with a sanction of its own tells, as its first condition; "" where it only lists one."""
    if s.item is None:
        return ""
    return next((o.condition for o in sanctions if (o.paragraph, o.item) == (s.paragraph, s.item)), "")


def _within(start: int, spans: Spans) -> bool:
    return any(a <= start < b for a, b in spans)
