"""What is known of every row before any question is asked: its document, place, nature, known questions, partners.

Does not know questions, scores, or how rows are stored. Worked out once for an opened index (milliseconds).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kb.base.records import NATIONAL, Rank
from kb.search.rank.trade import of_trade

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Words of titles that say nothing of the matter; their bigrams do not count when a title is looked for in a question.
_PLAIN = ("中华人民共和国", "上海市", "实施细则", "若干规定", "实施办法", "规定", "条例", "办法", "实施", "关于")


class Document(Protocol):
    """What a document tells of its rows ``base`` … ``base + n - 1``."""

    @property
    def base(self) -> int:
        """First row."""

    @property
    def n(self) -> int:
        """Number of rows."""

    @property
    def kind(self) -> str:
        """``law`` or ``report``."""

    @property
    def key(self) -> str:
        """Short title."""

    @property
    def rank(self) -> str:
        """A value of ``Rank``; empty for a report."""

    @property
    def jurisdiction(self) -> str:
        """``全国``, a place, or empty."""


def bigrams(text: str) -> frozenset[str]:
    """Every two neighbouring characters, once."""
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def title_bigrams(key: str) -> frozenset[str]:
    """Bigrams of a title without the words that most titles have; of the whole title where nothing else is left."""
    core = key
    for word in _PLAIN:
        core = core.replace(word, " ")
    found = frozenset(b for b in bigrams(core) if " " not in b)
    return found or bigrams(key)


@dataclass(frozen=True)
class Columns:
    """Arrays over rows, and over documents where named so.

    ``document``: number of a row's document; ``place``: 0 first … 1 last row of it; ``length``: log2 of characters;
    ``article``, ``sanction``: flags; ``asked``: number of known questions; ``asked_share``, ``rank_order``, ``local``,
    ``report``, ``trade`` (see there): by document (share of its rows with known questions); ``titles``, ``places``
    (whose rule it is, empty for national law) and ``spans`` (first row, last row + 1) too.
    ``partner_rows[partner_starts[r]:…]`` are the duties or penalties of row ``r`` and ``partner_scores`` how sure that
    is; ``asked_questions[asked_starts[r]:…]`` are the numbers of its known questions.
    """

    document: I64
    place: F32
    length: F32
    article: Flags
    sanction: Flags
    asked: F32
    asked_share: F32
    rank_order: F32
    local: Flags
    report: Flags
    trade: Flags
    titles: tuple[str, ...]
    places: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    partner_starts: I64
    partner_rows: I64
    partner_scores: F32
    asked_starts: I64
    asked_questions: I64

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.document)

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        shape: npt.NDArray[np.void],
        pairs: npt.NDArray[np.void],
        starts: I64,
        gold: I64,
    ) -> Columns:
        """From the documents, the records of the rows and of the pairs, and the rows that answer the known questions.

        ``starts``, ``gold``: question q is answered by rows ``gold[starts[q]:starts[q + 1]]``.
        """
        n = len(shape)
        number = np.zeros(n, np.int64)
        place = np.zeros(n, np.float32)
        for i, d in enumerate(documents):
            number[d.base : d.base + d.n] = i
            place[d.base : d.base + d.n] = np.linspace(0, 1, d.n, dtype=np.float32)
        asked = np.bincount(gold, minlength=n)
        sizes = np.maximum([d.n for d in documents], 1)
        share = np.bincount(number, asked > 0, minlength=len(documents)) / sizes
        partner_starts, partners, scores = _partners(pairs, n)
        order = {str(rank): rank.order for rank in Rank}
        places = tuple("" if d.jurisdiction == NATIONAL else d.jurisdiction for d in documents)
        return cls(
            document=number,
            place=place,
            length=np.log2(1 + shape["length"]).astype(np.float32),
            article=shape["article"] > 0,
            sanction=shape["sanction"].astype(np.bool_),
            asked=asked.astype(np.float32),
            asked_share=share.astype(np.float32),
            rank_order=np.array([order.get(d.rank, len(order)) for d in documents], np.float32),
            local=np.array([d.jurisdiction not in ("", NATIONAL) for d in documents], np.bool_),
            report=np.array([d.kind == "report" for d in documents], np.bool_),
            trade=np.array([of_trade(d.key, p) for d, p in zip(documents, places, strict=True)], np.bool_),
            titles=tuple(d.key for d in documents),
            places=places,
            spans=tuple((d.base, d.base + d.n) for d in documents),
            partner_starts=partner_starts,
            partner_rows=partners,
            partner_scores=scores,
            asked_starts=np.concatenate(([0], np.cumsum(asked))).astype(np.int64),
            asked_questions=np.repeat(np.arange(len(starts) - 1), np.diff(starts))[np.argsort(gold, kind="stable")],
        )

    @cached_property
    def title_bigrams(self) -> tuple[frozenset[str], ...]:
        """Telling bigrams of each document's title."""
        return tuple(title_bigrams(t) for t in self.titles)

    @cached_property
    def title_weights(self) -> dict[str, float]:
        """How telling each bigram is: log of documents over documents whose title has it."""
        counts: dict[str, int] = {}
        for found in self.title_bigrams:
            for b in found:
                counts[b] = counts.get(b, 0) + 1
        total = len(self.titles)
        return {b: float(np.log(1 + total / c)) for b, c in counts.items()}

    @cached_property
    def title_mass(self) -> F32:
        """Sum of a title's weights, by document; at least a little above nothing."""
        weights = self.title_weights
        return np.array([sum(weights[b] for b in found) or 1.0 for found in self.title_bigrams], np.float32)

    def partners(self, rows: I64) -> tuple[I64, I64]:
        """(position in ``rows``, partner's row) of every partner of some rows."""
        return gathered(self.partner_starts, self.partner_rows, rows)

    def questions(self, rows: I64) -> tuple[I64, I64]:
        """(position in ``rows``, number of a known question) of every known question of some rows."""
        return gathered(self.asked_starts, self.asked_questions, rows)


def gathered(starts: I64, values: I64, rows: I64) -> tuple[I64, I64]:
    """(position in ``rows``, value) of every value that belongs to one of ``rows``."""
    first = starts.take(rows)
    sizes = starts.take(rows + 1) - first
    owner = np.arange(len(rows)).repeat(sizes)
    at = np.arange(len(owner))
    at += (first - sizes.cumsum() + sizes).take(owner)
    return owner, values.take(at)


def _partners(pairs: npt.NDArray[np.void], n: int) -> tuple[I64, I64, F32]:
    """Both sides of every pair by row: starts, partners, scores."""
    rows = np.concatenate((pairs["duty"], pairs["penalty"])).astype(np.int64)
    other = np.concatenate((pairs["penalty"], pairs["duty"])).astype(np.int64)
    scores = np.concatenate((pairs["score"], pairs["score"])).astype(np.float32)
    order = np.lexsort((-scores, rows))
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=n)))).astype(np.int64)
    return starts, other[order], scores[order]
