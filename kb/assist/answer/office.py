"""The duties that a person's own office has (主要负责人的职责) and what their breach costs, beside another breach.

Does not know how the breach was found. Both provisions are of the instrument that sanctions the breach, and the index
pairs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.assist.answer.person import Kind, share_of
from kb.base.records import Item, Passage
from kb.law.parse import paragraphs
from kb.search.index import Generation
from kb.search.parts import pairs_of

OPENING = 30  # characters at a duty's start that name whose it is
TOLD = 0.35  # share of a duty's character pairs that the breach must hold for the duty to be about it


@dataclass(frozen=True, slots=True)
class Office:
    """A duty of an office at its 款 and 项 (None: the 款 itself), and the penalty of its breach at its 款."""

    duty: Passage
    paragraph: int
    item: int | None
    penalty: Passage
    at: int


def office(generation: Generation, k: Kind, breach: str, main: Passage, taken: Sequence[int]) -> Office | None:
    """The duty of the office that ``breach`` (words of question and quotations) is nearest to; None: none is near.

    ``main`` is the penalty of the breach; ``taken``: row ids that are cited already. A penalty that needs an accident
    or another condition first is left out.
    """
    said = pairs_of(breach)
    best: tuple[float, Office] | None = None
    for penalty in generation.articles(main.title, main.version):
        own = [s for s in share_of(k, generation.sanctions(penalty.id)) if not s.condition]
        if not own or penalty.id in taken:
            continue
        rows = {p.duty for p in generation.pairs(penalty.id) if p.penalty == penalty.id}
        for duty in generation.passages(sorted(rows - {penalty.id, *taken})):
            if not k.whom.search(duty.text[:OPENING]):
                continue
            for paragraph, item in _places(duty):
                share = _share(item.text if item else duty.text, said)
                if share >= TOLD and (best is None or share > best[0]):
                    place = item.n if item else None
                    best = (share, Office(duty, paragraph, place, penalty, own[0].paragraph))
    return best[1] if best else None


def _places(duty: Passage) -> list[tuple[int, Item | None]]:
    """The 项 of a duty, or the 款 where it has none."""
    return [(p.n, item) for p in paragraphs(duty.text) for item in (p.items or (None,))]


def _share(text: str, said: frozenset[str]) -> float:
    pairs = pairs_of(text)
    return len(pairs & said) / len(pairs) if pairs else 0.0
