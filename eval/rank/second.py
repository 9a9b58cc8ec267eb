"""Out-of-fold scores of the first ranking → training rows of the second, and its scores.

Does not know files of the product. What the second model is trained on was scored by first models that never saw it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.rank.calibrate import spans
from eval.rank.evidence import I64, FoldEvidence
from eval.rank.fit import F64, Settings, sides
from eval.rank.material import Material
from kb.search.rank.company import FIRST
from kb.search.rank.ranker import joined, second_signs

TREES, LEAVES, LEAST = 120, 16, 80


@dataclass(frozen=True, slots=True)
class Beside:
    """``x``: signs of the first candidates of every question, best first; ``at``: their rows; ``sizes``: how many."""

    x: npt.NDArray[np.float32]
    at: I64
    sizes: I64


def beside(material: Material, alone: F64, folds: Mapping[int, FoldEvidence]) -> Beside:
    """Signs of all questions, from the evidence of the fold that each belongs to (by fold number)."""
    xs, at, sizes = [], [], []
    for fold, span in zip(material.fold.tolist(), spans(material.sizes), strict=True):
        evidence, scores = folds[fold].evidence, alone[span]
        head = np.argsort(-scores, kind="stable")[:FIRST]
        xs.append(second_signs(evidence, material.rows[span], material.x[span], scores, head))
        at.append(span.start + head)
        sizes.append(len(head))
    return Beside(np.concatenate(xs), np.concatenate(at), np.array(sizes, np.int64))


def train(material: Material, found: Beside, settings: Settings, chosen: npt.NDArray[np.bool_] | None = None) -> Any:  # noqa: ANN401 - lightgbm's own type
    """A LightGBM booster over the chosen questions (one flag a question; None: all)."""
    import lightgbm

    flags = np.ones(len(found.sizes), np.bool_) if chosen is None else chosen
    rows = np.repeat(flags, found.sizes)
    weight = np.where(material.unseen, settings.unseen, 1.0)[flags]
    data = lightgbm.Dataset(
        found.x[rows],
        material.y[found.at[rows]],
        group=found.sizes[flags],
        weight=np.repeat(weight, found.sizes[flags]),
        free_raw_data=True,
    )
    parameters = settings.parameters() | {"num_leaves": LEAVES, "min_data_in_leaf": LEAST}
    return lightgbm.train(parameters, data, TREES)


def scores(found: Beside, alone: F64, sizes: I64, model: Any) -> F64:  # noqa: ANN401
    """Final scores of all rows: as the ranker joins both models; ``sizes``: rows of each question."""
    second = np.asarray(model.predict(found.x, raw_score=True, num_threads=1))
    return _joined(found, alone, sizes, second)


def _joined(found: Beside, alone: F64, sizes: I64, second: F64) -> F64:
    out = np.empty(len(alone))
    for span, head in zip(spans(sizes), spans(found.sizes), strict=True):
        out[span] = joined(alone[span], found.at[head] - span.start, second[head])
    return out


def out_of_fold(material: Material, found: Beside, alone: F64, settings: Settings) -> F64:
    """Final scores of all rows, each by a second model that saw neither the question nor its fold."""
    second = np.empty(len(found.at))
    side = sides(material)
    for part in sorted(set(side.tolist())):
        away = side != part
        rows = np.repeat(~away, found.sizes)
        model = train(material, found, settings, away)
        second[rows] = model.predict(found.x[rows], raw_score=True, num_threads=1)
    return _joined(found, alone, material.sizes, second)
