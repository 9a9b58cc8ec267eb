"""Feature rows → a LambdaRank model, its calibration, and what it scores on questions it never saw.

Does not know questions' words or files of the product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.rank.material import Material
from kb.search.rank import NAMES

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a model is made of."""

    objective: str = "lambdarank"
    trees: int = 150
    leaves: int = 32
    rate: float = 0.1
    least: int = 80
    share: float = 0.5  # of the features, for each tree
    threads: int = 1
    seed: int = 1
    unseen: float = 0.6  # weight of a question whose law was left out, beside 1
    drop: tuple[str, ...] = field(default=())  # features left out, for ablations

    @property
    def columns(self) -> list[int]:
        """Positions of the features used."""
        return [i for i, name in enumerate(NAMES) if name not in self.drop]

    def parameters(self) -> dict[str, Any]:
        """As LightGBM names them."""
        return {
            "objective": self.objective,
            "learning_rate": self.rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.least,
            "feature_fraction": self.share,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "lambdarank_truncation_level": 20,
            "max_bin": 127,
            "num_threads": self.threads,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
        }


def train(material: Material, settings: Settings) -> Any:  # noqa: ANN401 - lightgbm's own type
    """A LightGBM booster."""
    import lightgbm

    rank = settings.objective != "binary"
    data = lightgbm.Dataset(
        material.x[:, settings.columns],
        material.y,
        group=material.sizes if rank else None,
        weight=np.repeat(np.where(material.unseen, settings.unseen, 1.0), material.sizes),
        feature_name=[NAMES[i] for i in settings.columns],
        free_raw_data=True,
    )
    return lightgbm.train(settings.parameters(), data, settings.trees)


def sides(material: Material, parts: int = 3) -> npt.NDArray[np.int64]:
    """Which of so many parts each question belongs to: whole folds together; halves of a single fold."""
    folds = sorted(set(material.fold.tolist()))
    parts = min(parts, len(folds))
    if parts == 1:
        return (material.question % 2).astype(np.int64)
    found: npt.NDArray[np.int64] = np.searchsorted(folds, material.fold) % parts
    return found


def out_of_fold(material: Material, settings: Settings, parts: int = 3) -> F64:
    """Scores of all rows, each by a model that saw neither the question nor its fold."""
    scores = np.zeros(len(material.x))
    side = sides(material, parts)
    for part in sorted(set(side.tolist())):
        away = side != part
        model = train(material.take(away), settings)
        rows = np.repeat(~away, material.sizes)
        scores[rows] = model.predict(
            material.x[rows][:, settings.columns], raw_score=True, num_threads=settings.threads
        )
    return scores


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over ``n`` questions."""

    n: int
    recall5: float
    recall20: float
    mrr10: float
    hit5: float

    def __str__(self) -> str:
        return (
            f"n={self.n} R@5 {self.recall5:.4f} R@20 {self.recall20:.4f} MRR@10 {self.mrr10:.4f} hit@5 {self.hit5:.4f}"
        )


def places(material: Material, scores: F64) -> npt.NDArray[np.int64]:
    """Place (from 1) of every row within its question, by score; rows that score alike keep their order."""
    owner = np.repeat(np.arange(len(material.sizes)), material.sizes)
    order = np.lexsort((-scores, owner))
    starts = np.cumsum(material.sizes) - material.sizes
    out = np.empty(len(scores), np.int64)
    out[order] = np.arange(len(scores)) - starts[owner[order]] + 1
    return out


def per_question(material: Material, scores: F64) -> dict[str, F64]:
    """recall5, recall20, mrr10, hit5 of every question; gold that is no candidate counts as missed."""
    place = places(material, scores)
    owner = np.repeat(np.arange(len(material.sizes)), material.sizes)
    gold = material.y > 0
    n = len(material.sizes)
    best = np.full(n, 10_000)
    np.minimum.at(best, owner[gold], place[gold])

    def recall(k: int) -> F64:
        found: F64 = np.bincount(owner[gold & (place <= k)], minlength=n) / material.gold
        return found

    return {
        "recall5": recall(5),
        "recall20": recall(20),
        "mrr10": np.where(best <= 10, 1.0 / best, 0.0),
        "hit5": (best <= 5).astype(np.float64),
    }


def figures(material: Material, scores: F64, chosen: npt.NDArray[np.bool_] | None = None) -> Figures:
    """Means over the chosen questions (one flag a question; None: all)."""
    every = per_question(material, scores)
    flags = np.ones(len(material.sizes), np.bool_) if chosen is None else chosen
    means = {name: float(values[flags].mean()) for name, values in every.items()}
    return Figures(int(flags.sum()), **means)
