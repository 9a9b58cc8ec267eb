"""How probable it is that a question has an answer here: the ranker's confidence, and whom the question resembles.

Does not know words or laws: it compares the vector of the whole question with those of known questions, which have
answers, and with the unanswerable ones of ``corpus/unanswerable`` (strangers).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.embed import Encoder
from kb.search.index import Generation

# ``python -m eval.rank.answerable``: logistic regression, both sides equally heavy, of 15,674 known questions, each
# with confidence, encoder and index of a fold that never saw it (30 % of the weight: of laws left out), against those
# of corpus/unanswerable/train.jsonl that name no text or article, each without itself. At ``REFUSE`` it refuses some
# 6 % of the first, 9 % of those of laws left out, 78 % of the last: a fold's evidence is weaker than the product's,
# which refuses less than 1 % of the project's own answerable questions.
CONFIDENCE, KNOWN, STRANGE, CONSTANT = 0.75, 12.43, -10.64, -3.54
REFUSE = 0.28  # probability below which a question is refused
CAUTION = 0.6  # below which an answer carries the caution
# Cosine from which a question by itself is a stranger's, if no known one is nearer: none of 1,083 follow-ups that have
# an answer is so.
ALIKE = 0.6
ALONE = 0.12  # the ranker's confidence below which a question is refused where nothing can be compared


class Strangers:
    """Known questions of a generation and unanswerable ones, side by side."""

    def __init__(self, questions: Sequence[str], encoder: Encoder, generation: Generation) -> None:
        self._encoder = encoder
        self._known = generation.known
        self._vectors: NDArray[np.float32] = encoder.encode(list(questions), kind="query") if questions else _NONE

    def answerable(self, question: str, confidence: float) -> float:
        """Probability that ``question`` has an answer, given the ranker's confidence in what it found."""
        if not len(self._vectors) or not len(self._known):
            return 1.0 if confidence >= ALONE else 0.0
        known, strange = self._nearest(question)
        sure = min(max(confidence, 0.005), 0.995)
        raw = CONFIDENCE * math.log(sure / (1 - sure)) + KNOWN * known + STRANGE * strange + CONSTANT
        return 1 / (1 + math.exp(-raw))

    def like(self, question: str) -> bool:
        """Whether ``question``, by its own words alone, is nearly a stranger's and nearer to them than to any known."""
        if not len(self._vectors) or not len(self._known):
            return False
        known, strange = self._nearest(question)
        return strange >= ALIKE and strange > known

    def _nearest(self, question: str) -> tuple[float, float]:
        """Cosine with the nearest known question and with the nearest stranger."""
        vector = self._encoder.encode([question], kind="query")[0]
        _, scores = self._known.vectors.top(vector, 1)
        return float(scores[0]), float((self._vectors @ vector).max())


_NONE: NDArray[np.float32] = np.empty((0, 0), np.float32)
