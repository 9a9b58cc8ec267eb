"""A fitted ranker → its files: model, calibration, card, reliability diagram.

Does not know how rows were made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.rank.fit import figures, places
from eval.rank.material import Material

F64 = npt.NDArray[np.float64]
KNOTS = 48
DEEP = 20  # candidates of a question that the probability is calibrated on: what a reader is shown


def isotonic(x: F64, y: F64, weights: F64 | None = None) -> dict[str, list[float]]:
    """Knots of a rising curve from ``x`` to the share of ``y``; see kb.search.rank.ranker.Curve."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0.0, y_max=1.0).fit(x, y, sample_weight=weights)
    xs, ys = fitted.X_thresholds_, fitted.y_thresholds_
    at = np.unique(np.linspace(0, len(xs) - 1, KNOTS).round().astype(int))
    return {"x": np.round(xs[at], 5).tolist(), "y": np.round(ys[at], 5).tolist()}


def shown(material: Material, scores: F64) -> npt.NDArray[np.bool_]:
    """Rows among the first ``DEEP`` of their question."""
    return places(material, scores) <= DEEP


def heads(material: Material, probability: F64, scores: F64) -> F64:
    """1 - Π(1 - p) over the first five of each question."""
    place = places(material, scores)
    owner = np.repeat(np.arange(len(material.sizes)), material.sizes)
    first = place <= 5
    log = np.log1p(-np.clip(probability[first], 0, 1 - 1e-9))
    return 1.0 - np.exp(np.bincount(owner[first], log, minlength=len(material.sizes)))


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of about the same size: how many, their mean, and how often they came true."""

    n: int
    said: float
    true: float


def reliability(said: F64, true: F64, bins: int = 10) -> tuple[list[Bin], float]:
    """Bins of equal width, and the expected calibration error: mean distance weighted by number."""
    at = np.minimum((said * bins).astype(int), bins - 1)
    found = [
        Bin(int((at == b).sum()), float(said[at == b].mean()), float(true[at == b].mean()))
        for b in range(bins)
        if (at == b).any()
    ]
    error = sum(b.n * abs(b.said - b.true) for b in found) / max(len(said), 1)
    return found, error


def summary(material: Material, scores: F64) -> dict[str, Any]:
    """Figures of out-of-fold scores beside the fusion, for laws with and without known questions."""
    fused = material.x[:, _column("fused")].astype(np.float64)
    out = {}
    for name, chosen in (("known laws", ~material.unseen), ("laws left out", material.unseen)):
        if chosen.any():
            out[name] = {
                "ranker": str(figures(material, scores, chosen)),
                "fusion": str(figures(material, fused, chosen)),
                "dense": str(figures(material, material.x[:, _column("cos")].astype(np.float64), chosen)),
                "bm25": str(figures(material, material.x[:, _column("bm25")].astype(np.float64), chosen)),
            }
    return out


def _column(name: str) -> int:
    from kb.search.rank import NAMES

    return NAMES.index(name)


def write_json(path: Path, value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Readable JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")
