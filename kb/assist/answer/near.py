"""How near short texts (款, 项, sentences) are to a question: vectors and shared character pairs.

Does not know where the texts come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kb.search.embed import Encoder, StaticEncoder
from kb.search.parts import Asked, Texts, near, shared

WORDS = 0.6  # weight of shared character pairs beside the cosine


class Near(Protocol):
    """Scores texts against a question."""

    def __call__(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text, higher is nearer; comparable within one call only."""


@dataclass(frozen=True, slots=True)
class EncoderNear:
    """Cosine of an encoder's vectors plus shared character pairs."""

    encoder: Encoder

    def __call__(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text."""
        if not texts:
            return []
        query = self.encoder.encode([question], kind="query")[0]
        return _weighed(self.encoder.encode(list(texts), kind="passage") @ query, question, texts)


def _weighed(cosines: npt.NDArray[np.float32], question: str, texts: Sequence[str]) -> list[float]:
    return [float(c) + WORDS * s for c, s in zip(cosines, shared(question, texts), strict=True)]


@dataclass(frozen=True, slots=True)
class WordNear:
    """The same, and how near each word of the question comes to a word of the text: for the parts of one provision.

    Words weigh by their vectors' lengths, which training makes long where they tell much.
    """

    encoder: StaticEncoder

    def __call__(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text."""
        if not texts:
            return []
        cosine, pairs, words, _ = near(self.encoder, Asked.of(self.encoder, question), Texts.of(self.encoder, texts)).T
        return [float(s) for s in cosine + WORDS * pairs + words]


def by_words(question: str, texts: Sequence[str]) -> list[float]:
    """``Near`` without an encoder: shared character pairs only."""
    return shared(question, texts)
