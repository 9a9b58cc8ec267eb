"""How near short texts (款, 项, sentences) are to a question: vectors and shared character pairs.

Does not know where the texts come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kb.base.textnorm import squeeze
from kb.search.embed import Encoder

WORDS = (
    0.6  # weight of shared character pairs beside the cosine; chosen among 0, .3, .6, 1 on the paired known questions
)


class Near(Protocol):
    """Scores texts against a question."""

    def __call__(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text, higher is nearer; comparable within one call only."""


def pairs_of(text: str) -> frozenset[str]:
    """Character pairs of ``text`` without white space."""
    plain = squeeze(text)
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def shared(question: str, text: str) -> float:
    """Share of the question's character pairs that ``text`` holds, 0 to 1; 0 for a question of one character."""
    asked = pairs_of(question)
    return len(asked & pairs_of(text)) / len(asked) if asked else 0.0


@dataclass(frozen=True, slots=True)
class EncoderNear:
    """Cosine of an encoder's vectors plus shared character pairs."""

    encoder: Encoder

    def __call__(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text."""
        if not texts:
            return []
        query = self.encoder.encode([question], kind="query")[0]
        cosines = self.encoder.encode(list(texts), kind="passage") @ query
        return [float(c) + WORDS * shared(question, t) for c, t in zip(cosines, texts, strict=True)]


def by_words(question: str, texts: Sequence[str]) -> list[float]:
    """``Near`` without an encoder: shared character pairs only."""
    return [shared(question, t) for t in texts]
