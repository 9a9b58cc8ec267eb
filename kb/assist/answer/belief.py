"""How probable it is that a hit answers, and that the hits together hold an answer.

Does not know features: the reranker's probabilities are taken as they are. Without a reranker (``confidence`` None) the
fusion scores are read through a fixed curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.base.records import SearchResult

# Reciprocal rank fusion: a passage that every means puts first scores .27 (weights 3.0 over k 10 + rank 1).
FUSED_FULL = 0.2
ANSWER = 0.5  # confidence from which an answer goes without the caution


@dataclass(frozen=True, slots=True)
class Belief:
    """``of_passage``: row id → probability that it is meant; ``confidence``: that the first five hold an answer.

    ``calibrated``: whether these are a ranker's probabilities, so that a refusal may rest on them. ``doubtful``: the
    question resembles those that nothing held answers.
    """

    of_passage: Mapping[int, float]
    confidence: float
    calibrated: bool = True
    doubtful: bool = False

    @property
    def confident(self) -> bool:
        """Whether an answer goes without the caution."""
        return self.confidence >= ANSWER and not self.doubtful

    @classmethod
    def of(cls, result: SearchResult) -> Belief:
        """Read a search result."""
        if result.confidence is not None:
            return cls({h.passage.id: h.score for h in result.hits}, result.confidence)
        rows = {h.passage.id: min(1.0, max(h.score, 0.0) / FUSED_FULL) for h in result.hits}
        return cls(rows, max(rows.values(), default=0.0), calibrated=False)
