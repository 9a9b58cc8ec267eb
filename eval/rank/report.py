"""A fitted ranker → its files: model, calibration, card, reliability diagram.

Does not know how rows were made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.rank.fit import figures, places
from eval.rank.material import Material
from kb.search.rank import NAMES

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of about the same size: how many, their mean, and how often they came true."""

    n: int
    said: float
    true: float


def reliability(said: F64, true: F64, weights: F64 | None = None, bins: int = 10) -> tuple[list[Bin], float]:
    """Bins of equal width, and the expected calibration error: mean distance weighted by number."""
    w = np.ones(len(said)) if weights is None else weights
    at = np.minimum((said * bins).astype(int), bins - 1)
    found, error = [], 0.0
    for b in range(bins):
        mine = at == b
        if mine.any():
            one = Bin(int(mine.sum()), *(float(np.average(v[mine], weights=w[mine])) for v in (said, true)))
            found.append(one)
            error += float(w[mine].sum()) * abs(one.said - one.true)
    return found, error / float(w.sum())


def summary(material: Material, scores: F64) -> dict[str, Any]:
    """Figures of out-of-fold scores beside the fusion, for laws with and without known questions."""
    fused = material.x[:, _column("fused")].astype(np.float64)
    out = {}
    for name, chosen in (("known laws", ~material.unseen), ("laws left out", material.unseen)):
        if chosen.any():
            out[name] = {
                "ranker": asdict(figures(material, scores, chosen)),
                "fusion": asdict(figures(material, fused, chosen)),
                "dense": asdict(figures(material, material.x[:, _column("cos")].astype(np.float64), chosen)),
                "bm25": asdict(figures(material, material.x[:, _column("bm25")].astype(np.float64), chosen)),
            }
    return out


def _column(name: str) -> int:
    return NAMES.index(name)


def first(material: Material, scores: F64, depth: int) -> npt.NDArray[np.bool_]:
    """Rows among the first ``depth`` of their question."""
    return places(material, scores) <= depth


def rows_of(bins: Sequence[Bin]) -> list[dict[str, float]]:
    """Bins as plain rows."""
    return [{"n": b.n, "said": round(b.said, 4), "true": round(b.true, 4)} for b in bins]


def write_json(path: Path, value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Readable JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")
