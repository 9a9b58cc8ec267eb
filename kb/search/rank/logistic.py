"""A logistic model: signs → a probability. Does not know what the signs are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Logistic:
    """Probability = 1 / (1 + exp(-(weights · signs + bias)))."""

    weights: F64
    bias: float

    def __call__(self, signs: F64) -> F64:
        """Probability of each row of ``signs``, or of the one given."""
        value: F64 = 1 / (1 + np.exp(-np.clip(signs @ self.weights + self.bias, -30, 30)))
        return value

    @classmethod
    def of(cls, raw: Mapping[str, Any], size: int) -> Logistic:
        """From {"weights": […], "bias": …}; raises ValueError for another number of weights."""
        weights = np.array(raw["weights"], np.float64)
        if weights.shape != (size,):
            raise ValueError(f"expected {size} weights, got {weights.shape}")
        return cls(weights, float(raw["bias"]))
