"""The trained ranker: features → order, the probability that a hit is meant, the confidence of the whole.

Does not know where features come from (their names must be those it was trained on), nor what a reader does with a
probability. Trained by ``python -m eval.train_ranker``; the card beside the model says on what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.base.records import ModelError
from kb.search.rank.booster import Booster
from kb.search.rank.columns import F32

SHIPPED = Path(__file__).with_name("model")
MODEL, META = "ranker.txt", "ranker.json"
HEAD = 5  # the confidence speaks of the first five

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising line through knots: isotonic regression as it was fitted. Flat outside."""

    x: F64
    y: F64

    def __call__(self, values: npt.ArrayLike) -> F64:
        """Read the curve off at ``values``."""
        return np.interp(np.asarray(values, np.float64), self.x, self.y)

    @classmethod
    def of(cls, raw: Mapping[str, Sequence[float]]) -> Curve:
        """From {"x": […], "y": […]}."""
        return cls(np.array(raw["x"], np.float64), np.array(raw["y"], np.float64))


@dataclass(frozen=True, slots=True)
class Judged:
    """``order``: positions of the candidates, best first; ``probability``: of each candidate, in the given order.

    ``confidence``: that the first five hold one that is meant.
    """

    order: npt.NDArray[np.int64]
    probability: F64
    confidence: float


class Ranker:
    """A ranker and its calibration, loaded from a folder. Safe for several threads."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        """Load; raises ModelError when the files are missing or do not fit each other."""
        try:
            meta: dict[str, Any] = json.loads((folder / META).read_text("utf-8"))
            self._booster = Booster((folder / MODEL).read_text("utf-8"))
            self.features = tuple(meta["features"])
            self._hit = Curve.of(meta["hit"])
            self._whole = Curve.of(meta["confidence"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"排序模型 {folder} 读不出来：{error}；请恢复其中的文件") from error
        if self._booster.features != len(self.features):
            raise ModelError(f"排序模型 {folder} 与它的说明不符；请恢复其中的文件")

    def raw(self, matrix: F32) -> F64:
        """Scores of candidates, features as ``self.features``; only their order within one question means something."""
        return self._booster.predict(matrix.astype(np.float64))

    def judge(self, matrix: F32) -> Judged:
        """Order the candidates of one question and say how sure that is."""
        return self.judged(self.raw(matrix))

    def judged(self, raw: F64) -> Judged:
        """Order raw scores of one question's candidates."""
        order = np.argsort(-raw, kind="stable")
        probability = self._hit(raw)
        head = np.clip(probability[order[:HEAD]], 0.0, 1.0 - 1e-9)
        some = 1.0 - float(np.prod(1.0 - head))
        return Judged(order, probability, float(self._whole(some)) if len(raw) else 0.0)


def load_ranker(folder: Path | None = None) -> Ranker | None:
    """The ranker of ``folder`` (None: the shipped one); None where there is none."""
    folder = folder or SHIPPED
    return Ranker(folder) if (folder / META).is_file() else None
