"""How sure a figure is: bootstrap intervals, and paired comparison of two runs. Does not know what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWS = 4000
LEVEL = 0.95
_CELLS = 20_000_000  # drawn numbers held at once, so that a set of any size fits in memory


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean; None of nothing."""
    return float(np.mean(values)) if values else None


def interval(values: Sequence[float], *, seed: int = 0) -> tuple[float, float] | None:
    """95 % percentile bootstrap interval of the mean (Efron 1979, 4,000 draws); None of nothing.

    Where every row is 1, or every row 0, drawing again says nothing: the exact bound of so many rows without an
    exception stands instead (Clopper and Pearson 1934), so that two right of two is no certainty.
    """
    if not values:
        return None
    if set(values) <= {1.0} or set(values) <= {0.0}:
        room = ((1 - LEVEL) / 2) ** (1 / len(values))
        return (room, 1.0) if values[0] else (0.0, 1 - room)
    low, high = np.percentile(_means(np.asarray(values, np.float64), seed), _ENDS)
    return float(low), float(high)


_ENDS = (100 * (1 - LEVEL) / 2, 100 * (1 + LEVEL) / 2)


def _means(values: npt.NDArray[np.float64], seed: int) -> npt.NDArray[np.float64]:
    chance = np.random.default_rng(seed)
    step = max(1, min(DRAWS, _CELLS // len(values)))
    parts = [chance.choice(values, (min(step, DRAWS - at), len(values))).mean(axis=1) for at in range(0, DRAWS, step)]
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class Difference:
    """B minus A over the same questions: mean, its 95 % bootstrap interval, and a permutation test's p-value."""

    n: int
    a: float
    b: float
    low: float
    high: float
    p: float

    @property
    def change(self) -> float:
        """B minus A."""
        return self.b - self.a

    def verdict(self, higher_is_better: bool = True) -> str:
        """``better``, ``worse``, or ``open``: the interval holds zero, or chance alone could move so few rows."""
        if self.low <= 0 <= self.high or self.p > 1 - LEVEL:
            return "open"
        return "better" if (self.low > 0) is higher_is_better else "worse"


def paired(a: Sequence[float], b: Sequence[float], *, seed: int = 0) -> Difference:
    """Compare two runs question by question: bootstrap over the differences, and sign flips (two-sided).

    Raises ValueError when the lengths differ or nothing is given.
    """
    if len(a) != len(b) or not a:
        raise ValueError("paired comparison needs two runs over the same questions")
    left, right = np.asarray(a, np.float64), np.asarray(b, np.float64)
    step = right - left
    low, high = np.percentile(_means(step, seed), _ENDS)
    return Difference(len(a), float(left.mean()), float(right.mean()), float(low), float(high), _flips(step, seed))


def _flips(step: npt.NDArray[np.float64], seed: int) -> float:
    """Share of sign-flipped samples whose mean is at least as far from zero (the observed one counted in)."""
    moved = step[step != 0]
    if not len(moved):
        return 1.0
    chance = np.random.default_rng(seed)
    seen = abs(moved.sum()) - 1e-12
    hits = 0
    size = max(1, min(DRAWS, _CELLS // len(moved)))
    for at in range(0, DRAWS, size):
        signs = chance.integers(0, 2, (min(size, DRAWS - at), len(moved))) * 2 - 1
        hits += int((np.abs(signs @ moved) >= seen).sum())
    return (hits + 1) / (DRAWS + 1)


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50 and p95, in the unit of ``values``; empty of nothing."""
    if not values:
        return {}
    p50, p95 = np.percentile(values, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}
