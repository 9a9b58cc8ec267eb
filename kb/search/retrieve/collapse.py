"""The same provision in the rules of many places → shown once, in the text of the place that counts.

Does not know scores beyond the order given. Local rules copy each other nearly word for word; fourteen cities' copies
of one sentence would push everything else off the first page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.search.rank.columns import bigrams
from kb.search.retrieve.scope import fits_place

DEPTH = 40  # hits that are compared with each other
# Shared bigrams from which two texts are taken for copies. Of 27,802 pairs of local rules found together, 238 share
# .6: those read said the same (about .5 no longer). The vectors' cosine does not tell them apart.
SAME = 0.6

Of = Callable[[int], str]


def collapsed(rows: Sequence[int], place_of: Of, text_of: Of, home: str) -> list[int]:
    """Rows with the copies of local rules behind all others: of each group the text of ``home`` leads, else the first.

    ``place_of``: the place whose rule a row is, empty for national law and reports. A group stands where its first
    member stood. Rules of one place are never copies of each other.
    """
    head = list(rows[:DEPTH])
    local = [row for row in head if place_of(row)]
    if len({place_of(row) for row in local}) < 2:
        return list(rows)
    words = {row: bigrams(text_of(row)) for row in local}
    leads: dict[int, int] = {}  # first member of a group → the one shown in its place
    copies: list[int] = []
    taken: set[int] = set()
    for row in local:
        if row in taken:
            continue
        others = (r for r in local if r not in taken and place_of(r) != place_of(row))
        group = [row, *(r for r in others if _copy(words[row], words[r]))]
        taken.update(group)
        shown = next((r for r in group if fits_place(place_of(r), home)), row)
        leads[row] = shown
        copies += [r for r in group if r != shown]
    kept = [leads.get(row, row) for row in head if row in leads or row not in taken]
    return [*kept, *rows[DEPTH:], *copies]


def _copy(a: frozenset[str], b: frozenset[str]) -> bool:
    return len(a & b) >= SAME * len(a | b)
