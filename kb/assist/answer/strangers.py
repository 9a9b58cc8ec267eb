"""Questions that nothing held answers, and whether a question is rather one of them than one that was answered.

Does not know words or laws: it compares vectors of whole questions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.embed import Encoder
from kb.search.index import Generation


class Strangers:
    """The unanswerable questions of ``corpus/unanswerable`` beside the known questions of a generation."""

    def __init__(self, questions: Sequence[str], encoder: Encoder, generation: Generation) -> None:
        self._encoder = encoder
        self._known = generation.known
        self._vectors: NDArray[np.float32] = encoder.encode(list(questions), kind="query") if questions else _NONE

    def lead(self, question: str) -> float:
        """Cosine of the nearest known question less that of the nearest stranger; 1 where either has none to show."""
        if not len(self._vectors) or not len(self._known):
            return 1.0
        vector = self._encoder.encode([question], kind="query")[0]
        _, scores = self._known.vectors.top(vector, 1)
        return float(scores[0]) - float((self._vectors @ vector).max())


_NONE: NDArray[np.float32] = np.empty((0, 0), np.float32)
