"""Whether an answer point is given in a text, numbers compared by value. Does not know answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.base.quantity import contains_value, find_quantities
from kb.base.textnorm import squeeze

PAIRS = 2 / 3  # share of a clause's character pairs that must stand in one text beside its values
_CLAUSE = re.compile(r"[，；。：]")


def given(point: str, texts: Sequence[str]) -> bool:
    """Whether every clause of a point stands in one of ``texts``.

    A clause stands where it does word for word, or where all its values do (五万元 = 5万元, never inside a longer
    number) beside two thirds of its other character pairs. An empty point is never given.
    """
    body = point.split("：", 1)[1] if "：" in point[:12] and len(point) > 14 else point
    clauses = [c for c in _CLAUSE.split(body) if c.strip()]
    return bool(clauses) and all(any(_clause(c, t) for t in texts) for c in clauses)


def given_exactly(point: str, texts: Sequence[str]) -> bool:
    """Whether the whole point stands in one of ``texts``, its words as they are and its numbers by value."""
    return any(contains_value(t, point) for t in texts)


def _clause(clause: str, text: str) -> bool:
    plain, whole = squeeze(clause), squeeze(text)
    values = find_quantities(clause)
    if not all(contains_value(text, v.text) for v in values):
        return False
    if plain in whole:
        return True
    ends = [0, *(at for v in values for at in (v.start, v.end)), len(clause)]
    between = (squeeze(clause[a:b]) for a, b in zip(ends[::2], ends[1::2], strict=True))
    pairs = set().union(*(character_pairs(piece) for piece in between))
    return sum(p in whole for p in pairs) >= PAIRS * len(pairs)


def character_pairs(text: str) -> set[str]:
    """All pairs of neighbouring characters."""
    return {text[i : i + 2] for i in range(len(text) - 1)}
