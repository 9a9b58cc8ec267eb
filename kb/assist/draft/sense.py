"""How like two short texts are: vectors of the shipped encoder beside weighted pairs of characters.

Does not know what is compared. Numbers are taken out first: a figure of last year is no likeness.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from kb.base.textnorm import squeeze

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_NUMBER = re.compile(r"[\d.,，]*\d[余多]?[十百千万亿]*[余多]?%?")
_HAN = re.compile(r"[\u4e00-\u9fffA-Za-z]+")


class Vectoriser(Protocol):
    """What drafting asks of an encoder."""

    def encode(self, texts: Sequence[str], kind: Any = "query") -> Matrix:  # noqa: ANN401 - an encoder's own literal
        """Vectors [len(texts), dim] of length 1."""


def wordless(text: str) -> str:
    """``text`` without its numbers."""
    return _NUMBER.sub("", text)


def pairs(text: str) -> Counter[str]:
    """Pairs of neighbouring characters inside runs of letters, numbers left out."""
    out: Counter[str] = Counter()
    for run in _HAN.findall(wordless(squeeze(text))):
        out.update(run[i : i + 2] for i in range(len(run) - 1))
    return out


def alike_names(one: str, other: str) -> float:
    """Share of common character pairs; names that hold each other's characters in order, or all of them, are alike."""
    short, long = sorted((squeeze(one), squeeze(other)), key=len)
    a, b = pairs(short), pairs(long)
    share = sum((a & b).values()) / min(a.total(), b.total()) if a and b else 0.0
    if len(short) > 2 and len(long) <= 3 * len(short) and _in_order(short, long):
        return max(share, 0.8)
    return max(share, 0.7) if len(short) > 3 and len(long) <= 3 * len(short) and set(short) <= set(long) else share


def _in_order(short: str, long: str) -> bool:
    rest = iter(long)
    return all(c in rest for c in short)


class Sense:
    """Likeness over a fixed collection of texts, which tells how much a pair of characters weighs."""

    def __init__(self, encoder: Vectoriser, texts: Sequence[str]) -> None:
        self._encoder = encoder
        self._count = len(texts)
        self._seen: Counter[str] = Counter()
        self._pairs = [pairs(t) for t in texts]
        for found in self._pairs:
            self._seen.update(found.keys())
        self.vectors = encoder.encode([wordless(t) for t in texts], "passage") if texts else None

    def weight(self, pair: str) -> float:
        """Inverse document frequency: rare pairs weigh more."""
        return math.log(1 + (self._count + 0.5) / (self._seen[pair] + 0.5))

    def cover(self, asked: Counter[str], found: Counter[str]) -> float:
        """Share (0 to 1, weighted) of the asked pairs that were found; 0 when nothing is asked."""
        whole = sum(self.weight(p) for p in asked)
        return sum(self.weight(p) for p in asked if p in found) / whole if whole else 0.0

    def scores(self, question: str) -> Matrix:
        """Likeness of ``question`` to every text, about 0 to 1: the mean of cosine and covered pairs."""
        import numpy as np

        asked = pairs(question)
        covered = np.array([self.cover(asked, found) for found in self._pairs], dtype=np.float32)
        if self.vectors is None or not asked:
            return covered
        cosine = self.vectors @ self._encoder.encode([wordless(question)], "query")[0]
        scores: Matrix = (covered + np.clip(cosine, 0.0, 1.0)) / np.float32(2)
        return scores

    def alike(self, a: str, b: str) -> float:
        """Likeness of two texts that need not be of the collection."""
        first, second = pairs(a), pairs(b)
        covered = max(self.cover(first, second), self.cover(second, first)) if first and second else 0.0
        vectors = self._encoder.encode([wordless(a), wordless(b)], "query")
        return (covered + max(0.0, float(vectors[0] @ vectors[1]))) / 2
