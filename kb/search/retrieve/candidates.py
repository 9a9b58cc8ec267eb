"""Candidates of a question from each means, as ranked rows with scores.

Does not know how the means are weighed against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search.index import Generation

DENSE = 150  # recall at 150 dense + 75 lexical candidates is the reranker's ceiling (design/retrieval: .882 on STARD)
LEXICAL = 75
QUESTIONS = 40  # known questions that vote

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows best first with their scores, as one means found them."""

    rows: Ids
    scores: Scores

    def __len__(self) -> int:
        """How many rows were found."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the means need it: its text, its vector of shape (d,), and the rows allowed to answer."""

    text: str
    vector: NDArray[np.float32]
    allowed: Flags


def votes(generation: Generation, questions: Ids, scores: Scores, allowed: Flags) -> Ranked:
    """Articles that known questions vote for: each takes the score of its best question, best first."""
    best: dict[int, float] = {}
    known = generation.known
    for question, score in zip(questions.tolist(), scores.tolist(), strict=True):
        for row in known.answers(question).tolist():
            if allowed[row] and row not in best:
                best[row] = score
    rows = np.fromiter(best.keys(), np.int64, len(best))
    return Ranked(rows, np.fromiter(best.values(), np.float32, len(best)))


def gather(generation: Generation, query: Query) -> Mapping[str, Ranked]:
    """What each means finds: ``dense``, ``lexical``, ``question_dense``, ``question_lexical``."""
    found = {
        "dense": Ranked(*generation.vectors.top(query.vector, DENSE, query.allowed)),
        "lexical": Ranked(*generation.lexical.top(query.text, LEXICAL, query.allowed)),
    }
    known = generation.known
    if len(known):
        near = known.vectors.top(query.vector, QUESTIONS)
        worded = known.terms.top(query.text, QUESTIONS)
        found["question_dense"] = votes(generation, *near, query.allowed)
        found["question_lexical"] = votes(generation, *worded, query.allowed)
    return found
