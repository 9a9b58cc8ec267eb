"""A provision cut into the places that can be cited, each with the text it is paired with.

Does not know questions. A 款 with 项 is cut into these; its lead-in belongs to none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from kb.base.address import Address
from kb.base.records import Pair, Passage
from kb.law.parse import paragraphs
from kb.search.index import Generation
from kb.search.provision import located_text

Place = tuple[int, int | None]  # 款 from 1, 项 or None


@dataclass(frozen=True, slots=True)
class Part:
    """A 款 without 项, or a 项. ``tied``: the duties it sanctions, or what sanctions it; "" where no pair says."""

    place: Place
    text: str
    tied: str = ""


def parts_of(generation: Generation, passage: Passage, *, penal: bool) -> list[Part]:
    """The parts of a provision in order, with the other side of their pairs; ``penal``: it is the sanction of them.

    Where there is one part or none, nobody need choose, and no pair is looked up.
    """
    parts = _cut(passage.text)
    tied = _tied(generation, passage, penal) if len(parts) > 1 else {}
    return [Part(place, text, "\n".join(tied.get(place, ()))) for place, text in parts]


def _cut(text: str) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    for p in paragraphs(text):
        if p.items:
            found += [((p.n, i.n), i.text) for i in p.items]
        else:
            found.append(((p.n, None), p.text))
    return found


def _tied(generation: Generation, passage: Passage, penal: bool) -> Mapping[Place, list[str]]:
    """Texts of the other side by the place on this side."""
    pairs = [p for p in generation.pairs(passage.id) if (p.penalty if penal else p.duty) == passage.id]
    others = {p.id: p for p in generation.passages(sorted({p.duty if penal else p.penalty for p in pairs}))}
    out: dict[Place, list[str]] = defaultdict(list)
    for pair in pairs:
        other = others[pair.duty if penal else pair.penalty]
        place = (pair.paragraph, pair.item) if penal else (pair.duty_paragraph, pair.duty_item)
        text = located_text(other, _far_side(other, pair, penal))
        if place[0] is not None and text not in out[place[0], place[1]]:
            out[place[0], place[1]].append(text)
    return out


def _far_side(passage: Passage, pair: Pair, penal: bool) -> Address:
    """Where the other side of a pair says it."""
    place = (pair.duty_paragraph, pair.duty_item) if penal else (pair.paragraph, pair.item)
    return Address(passage.title, passage.article, *place)
