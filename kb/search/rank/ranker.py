"""The trained ranker: features → order, the probability that a hit is meant, the confidence of the whole.

Does not know where features come from (their names must be those it was trained on), nor what a reader does with a
probability. Two models: the first weighs every candidate alone, the second the best of them beside each other
(``company``). Trained by ``python -m eval.train_ranker``; the card beside the models says on what.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.base.records import ModelError
from kb.search.rank.booster import Booster
from kb.search.rank.columns import F32, I64
from kb.search.rank.company import FIRST, SIGNS, company
from kb.search.rank.evidence import Evidence
from kb.search.rank.features import NAMES
from kb.search.rank.logistic import Logistic

SHIPPED = Path(__file__).with_name("model")
MODEL, SECOND, META = "ranker.txt", "second.txt", "ranker.json"
BELOW = 0.1  # distance between the last candidate ranked twice and the first of the others
HEAD = 5  # the confidence speaks of the first five
# Features that the second model sees beside the signs of company.
ALONE = (
    *("asks_penalty", "asks_duty", "asks_how", "penalty_fits", "cos", "bm25_relative", "own_best", "near_best"),
    *("pooled_relative", "words_forth", "words_wide", "words_narrow", "words_telling", "asked_share"),
    *("rank_order", "local", "length", "turns", "question_length"),
    *("partner_cos", "words_partner", "title_share", "named", "law_dense", "law_lexical", "near_law", "worded_law"),
    *("field_near", "field_mean", "topic_below_best", "trade"),
)

F64 = npt.NDArray[np.float64]

_COVER = [NAMES.index(name) for name in ("coverage_words", "coverage_bigrams", "own_best")]
_WHOLE = [NAMES.index(name) for name in ("near_top", "cos_top", "worded_top")]
_ASKED = NAMES.index("asked_share")
_ALONE = [NAMES.index(name) for name in ALONE]


def hit_signs(raw: F64) -> F64:
    """What tells whether each of one question's candidates is meant, from their raw scores; shape (n, 5).

    The score, its distance from the best, the log of its place, and the logs of its share among all as softmax weights
    at temperatures 1 and ½.
    """
    place = np.empty(len(raw))
    place[np.argsort(-raw, kind="stable")] = np.arange(1, len(raw) + 1)
    gap = raw - raw.max()
    soft = gap - np.log(np.exp(gap).sum())
    sharp = 2 * gap - np.log(np.exp(2 * gap).sum())
    return np.stack((raw, gap, np.log(place), soft, sharp), axis=1)


def whole_signs(matrix: F32, order: I64, probability: F64) -> F64:
    """What tells whether one of the first five is meant; shape (9,).

    The log odds that at least one is (were they independent) and that the first is; how near and how well worded the
    nearest known question is and how near the nearest article; how much of the question's words and bigrams one of the
    five covers, how near its own known questions are; whether the first one's law has known questions.
    """
    head = order[:HEAD]
    p = np.clip(probability[head], 1e-6, 1 - 1e-6)
    none = float(np.prod(1 - p))
    odds = np.log((1 - none) / none), np.log(p[0] / (1 - p[0]))
    cover = matrix[head][:, _COVER].max(axis=0)
    first = matrix[head[0]]
    return np.array([*odds, *first[_WHOLE], *cover, first[_ASKED]], np.float64)


@dataclass(frozen=True, slots=True)
class Judged:
    """``order``: positions of the candidates, best first; ``probability``: of each candidate, in the given order.

    ``confidence``: that the first five hold one that is meant.
    """

    order: I64
    probability: F64
    confidence: float


class Ranker:
    """A ranker and its calibration, loaded from a folder. Safe for several threads."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        """Load; raises ModelError when the files are missing or do not fit each other or the features."""
        try:
            meta: dict[str, Any] = json.loads((folder / META).read_text("utf-8"))
            self._booster = Booster((folder / MODEL).read_text("utf-8"))
            self._second = Booster((folder / SECOND).read_text("utf-8"))
            self.features: tuple[str, ...] = tuple(meta["features"])
            self._columns = [NAMES.index(name) for name in self.features]
            self.hit = Logistic.of(meta["hit"], 5)
            self.whole = Logistic.of(meta["confidence"], 9)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"排序模型 {folder} 读不出来：{error}；请恢复其中的文件") from error
        fits = self._booster.features == len(self.features) and self._second.features == len(SIGNS) + len(ALONE)
        if not fits:
            raise ModelError(f"排序模型 {folder} 与它的说明不符；请恢复其中的文件")

    def scores(self, evidence: Evidence, rows: I64, matrix: F32) -> F64:
        """Scores of one question's candidates, columns as ``NAMES``; only their order and distances mean something."""
        alone = self._booster.predict(matrix[:, self._columns].astype(np.float64))
        head = np.argsort(-alone, kind="stable")[:FIRST]
        beside = second_signs(evidence, rows, matrix, alone, head)
        return joined(alone, head, self._second.predict(beside.astype(np.float64)))

    def judge(self, evidence: Evidence, rows: I64, matrix: F32) -> Judged:
        """Order the candidates of one question and say how sure that is; ``matrix``: their features, as ``NAMES``."""
        if not len(matrix):
            return Judged(np.empty(0, np.int64), np.empty(0), 0.0)
        raw = self.scores(evidence, rows, matrix)
        order = np.argsort(-raw, kind="stable")
        probability = self.hit(hit_signs(raw))
        return Judged(order, probability, float(self.whole(whole_signs(matrix, order, probability))))


def second_signs(evidence: Evidence, rows: I64, matrix: F32, alone: F64, head: I64) -> F32:
    """What the second model sees of the candidates at ``head``, best first: ``SIGNS``, then ``ALONE``."""
    beside = company(evidence.columns, evidence.vectors, rows[head], alone[head])
    return np.concatenate((beside, matrix[head][:, _ALONE]), axis=1)


def joined(alone: F64, head: I64, second: F64) -> F64:
    """Scores of all candidates: those at ``head`` by the second model, the others below them by the first."""
    out: F64 = alone - alone[head[-1]] + second.min() - BELOW
    out[head] = second
    return out


def load_ranker(folder: Path | None = None) -> Ranker | None:
    """The ranker of ``folder`` (None: the shipped one); None where there is none."""
    folder = folder or SHIPPED
    return Ranker(folder) if (folder / META).is_file() else None
