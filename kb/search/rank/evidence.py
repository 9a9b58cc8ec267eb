"""What ranking looks at: the means, the rows' columns, the instruments; a question and its candidates.

Does not know where any of it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kb.search.rank.columns import F32, I64, Columns, Flags, gathered
from kb.search.rank.laws import Laws
from kb.search.rank.means import Asked, TermSearch, VectorSearch, WordSearch

__all__ = ["Asked", "Candidates", "Evidence", "Query", "Ranked", "TermSearch", "VectorSearch", "Votes", "WordSearch"]


@dataclass(frozen=True)
class Evidence:
    """All that candidates are found and weighed by; ``words`` None: an encoder without a table of words."""

    vectors: VectorSearch
    lexical: TermSearch
    known: Asked
    columns: Columns
    words: WordSearch | None = None

    @cached_property
    def laws(self) -> Laws:
        """What each instrument is about."""
        return Laws(self.columns, self.vectors, self.words)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the means need it.

    ``text``: as searched, earlier questions in front; ``vector``: of it, shape (d,). ``last`` and ``before``: vectors
    of the last question alone and of the one before it (the same as ``vector`` without history). ``allowed``: rows
    that may answer. ``named``: numbers of the documents that the question names.
    """

    text: str
    vector: F32
    allowed: Flags
    last: F32
    before: F32
    named: tuple[int, ...] = ()
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows best first with their scores, as one means found them."""

    rows: I64
    scores: F32

    def __len__(self) -> int:
        """How many rows were found."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Votes:
    """Known questions near a question: their numbers and scores, best first, by one means."""

    questions: I64
    scores: F32

    def rows(self, known: Asked) -> tuple[I64, I64]:
        """(position among ``questions``, row) of every answer."""
        return gathered(known.starts, known.gold, self.questions)


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found for a question: ``rows`` (each once), the lists it came from, and what features reuse.

    ``lists``: best first by each means. ``fused``: score of every row by reciprocal rank fusion. ``bm25``: of every
    row of the index; ``pooled``: of every one of ``answered_rows`` with its questions. ``near`` and ``worded``: known
    questions by vector and by words. ``rest``: rows that the first stage left out, those worth most first.
    """

    rows: I64
    fused: F32
    lists: Mapping[str, Ranked]
    bm25: F32
    pooled: F32
    near: Votes
    worded: Votes
    rest: I64 = field(default_factory=lambda: np.empty(0, np.int64))
