"""Ranks of gold articles → recall and MRR, for validation while training.

Does not know models beyond their vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over ``n`` questions: share of gold among the first 5, 20, 100; reciprocal rank of the first within 10."""

    n: int
    recall5: float
    recall20: float
    recall100: float
    mrr10: float

    def __str__(self) -> str:
        return (
            f"n={self.n} R@5 {self.recall5:.3f} R@20 {self.recall20:.3f} R@100 {self.recall100:.3f} "
            f"MRR@10 {self.mrr10:.3f}"
        )


def figures(rankings: Sequence[Sequence[int]], golds: Sequence[Sequence[int]]) -> Figures:
    """Figures of rankings (best first, 100 deep where there are so many). Raises ValueError without questions."""
    if not golds:
        raise ValueError("no questions")
    recalls: dict[int, list[float]] = {5: [], 20: [], 100: []}
    reciprocal = []
    for ranking, gold in zip(rankings, golds, strict=True):
        wanted = set(gold)
        for k, values in recalls.items():
            values.append(len(wanted & set(ranking[:k])) / len(wanted))
        first = next((i for i, row in enumerate(ranking[:10], 1) if row in wanted), None)
        reciprocal.append(1 / first if first else 0.0)
    r5, r20, r100 = (float(np.mean(recalls[k])) for k in (5, 20, 100))
    return Figures(len(golds), r5, r20, r100, float(np.mean(reciprocal)))


def rank(questions: Vectors, documents: Vectors, rows: npt.NDArray[np.int64], depth: int = 100) -> list[list[int]]:
    """Rank the ``depth`` nearest documents of each question as row numbers ``rows[i]``, best first."""
    import torch

    out: list[list[int]] = []
    for start in range(0, len(questions), 256):
        scores = torch.from_numpy(questions[start : start + 256]) @ torch.from_numpy(documents).T
        out += rows[scores.topk(min(depth, len(rows)), dim=1).indices.numpy()].tolist()
    return out
