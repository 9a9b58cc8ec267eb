"""Many candidates → those worth weighing in full: the cheap first stage of a cascade.

Does not know features, or how the others are ranked. Two linear models: the first over what is known of every candidate
already, the second over that and what the translation model says, which is worked out for the best of them only.
Trained by ``python -m eval.rank.prune``, which says what they lose.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from kb.base.records import ModelError
from kb.search.rank.asks import asks_penalty
from kb.search.rank.columns import F32, I64, Columns, Flags
from kb.search.rank.evidence import Candidates, Evidence, Query
from kb.search.rank.logistic import F64, Logistic
from kb.search.rank.translation import likely_whole
from kb.search.rank.values import log_rank, pooled_of, relative

FILE = Path(__file__).with_name("model") / "prune.json"
MIDDLE = 200  # candidates that the second model sees
KEPT = 60
# Nearness, wording, votes of known questions, the fusion, the name of the law, a partner's place; how near the nearest
# known question is, for the question as a whole; the best of the law, what kind of law and of article it is.
_CHEAP = (
    *("cos_below_best", "cos_rank", "bm25_relative", "bm25_rank", "pooled_relative", "question_dense"),
    *("question_lexical", "fused_relative", "named", "pair", "one", "near_top", "cos_below_best_near"),
    *("law_cos_below_best", "cos_below_law", "law_bm25", "trade", "rank_order", "local"),
    *("article", "sanction_asked", "sanction_unasked"),
)
_LIKELY = ("likely", "likely_below_best", "likely_rank")  # how likely a row's words make the question's


def _twice(names: Sequence[str]) -> tuple[str, ...]:
    """Once for articles that have known questions, once for the others: votes say nothing against those without."""
    return (*(f"asked_{name}" for name in names), *(f"other_{name}" for name in names))


FIRST, SECOND = _twice(_CHEAP), _twice((*_CHEAP, *_LIKELY))


@dataclass(frozen=True, slots=True)
class Pruner:
    """``first``: weights of ``FIRST``, ``second``: of ``SECOND``, each in two halves (``_twice``)."""

    first: F64
    second: F64


def odds(weights: F64, signs: F32, asked: Flags) -> F64:
    """What a model says of each candidate; ``signs`` [signs, candidates], ``asked``: whether it has known questions."""
    has, other = weights.reshape(2, -1) @ signs
    out: F64 = np.where(asked, has, other)
    return out


def best(values: F64, n: int) -> I64:
    """Positions of the ``n`` greatest, ascending."""
    if len(values) <= n:
        return np.arange(len(values))
    return np.sort(np.argpartition(-values, n - 1)[:n])


def has_questions(evidence: Evidence, found: Candidates) -> Flags:
    """Whether each candidate has known questions."""
    return evidence.columns.asked[found.rows] > 0


def cheap_signs(evidence: Evidence, query: Query, found: Candidates) -> F32:
    """What is known of every candidate already, [signs, candidates]."""
    rows = found.rows
    cosine = evidence.vectors.cosines(rows, query.vector)
    below = cosine - cosine.max(initial=-1.0)
    bm25 = found.bm25[rows]
    listed = _listed(found, ("question_dense", "question_lexical", "named", "pair"))
    near = float(found.near.scores[0]) if len(found.near.scores) else 0.0
    base = (
        *(below, log_rank(cosine), relative(bm25), log_rank(bm25), relative(pooled_of(evidence, found))),
        *(listed["question_dense"], relative(listed["question_lexical"]), relative(found.fused)),
        *((listed[name] > 0).astype(np.float32) for name in ("named", "pair")),
        *(1.0, near, below * near),
        *_of_laws(evidence.columns, rows, cosine, bm25),
        *_of_nature(evidence.columns, rows, asks_penalty(query.text)),
    )
    out = np.empty((len(_CHEAP), len(rows)), np.float32)
    for row, values in zip(out, base, strict=True):
        row[:] = values
    return out


def _of_laws(columns: Columns, rows: I64, cosine: F32, bm25: F32) -> tuple[F32, ...]:
    """The best cosine and BM25 among the candidates of each one's law, and what kind of law it is."""
    law = columns.document[rows]
    nearest = np.full(len(columns.titles), -1.0, np.float32)
    worded = np.zeros(len(columns.titles), np.float32)
    np.maximum.at(nearest, law, cosine)
    np.maximum.at(worded, law, bm25)
    best = nearest[law]
    return (
        *(best - cosine.max(initial=-1.0), cosine - best, worded[law] / max(float(bm25.max(initial=0.0)), 1e-6)),
        *(flag[law].astype(np.float32) for flag in (columns.trade, columns.rank_order, columns.local)),
    )


def likelihoods(evidence: Evidence, query: Query, rows: I64) -> F32:
    """What the translation model says of some rows; zeros where the encoder has no table of words."""
    if evidence.words is None:
        return np.zeros(len(rows), np.float32)
    return likely_whole(evidence.words, query.text, rows)


def more_signs(cheap: F32, likely: F32) -> F32:
    """The signs of the second model, from those of the first and ``likelihoods`` of the same candidates."""
    return np.concatenate((cheap, np.stack((likely, likely - likely.max(initial=0.0), log_rank(likely)))))


def _of_nature(columns: Columns, rows: I64, penalty: bool) -> tuple[F32, ...]:
    """Articles, and sanctions where the question asks for one and where it does not."""
    sanction = columns.sanction[rows].astype(np.float32)
    nothing = np.zeros_like(sanction)
    asked, unasked = (sanction, nothing) if penalty else (nothing, sanction)
    return columns.article[rows].astype(np.float32), asked, unasked


def _listed(found: Candidates, names: Sequence[str]) -> dict[str, F32]:
    """Score of every candidate in each of some lists (which hold nothing but candidates), 0 where it is not there."""
    order = np.argsort(found.rows)
    ascending = found.rows[order]
    out = {name: np.zeros(len(order), np.float32) for name in names}
    for name in found.lists.keys() & out.keys():
        ranked = found.lists[name]
        out[name][order[np.searchsorted(ascending, ranked.rows)]] = ranked.scores
    return out


def pruned(evidence: Evidence, query: Query, found: Candidates, kept: int = KEPT) -> Candidates:
    """The ``kept`` candidates worth most, in the order they had; all where there are no more.

    What both models weighed and did not keep stands in ``rest``.
    """
    if len(found.rows) <= kept:
        return found
    model, cheap, asked = _model(), cheap_signs(evidence, query, found), has_questions(evidence, found)
    at = best(odds(model.first, cheap, asked), max(MIDDLE, kept))
    signs = more_signs(cheap[:, at], likelihoods(evidence, query, found.rows[at]))
    worth = odds(model.second, signs, asked[at])
    order = np.argsort(-worth, kind="stable")
    left, rest = np.sort(at[order[:kept]]), at[order[kept:]]
    return replace(found, rows=found.rows[left], fused=found.fused[left], rest=found.rows[rest])


@cache
def _model() -> Pruner:
    try:
        raw = json.loads(FILE.read_text("utf-8"))
        return Pruner(Logistic.of(raw["first"], len(FIRST)).weights, Logistic.of(raw["second"], len(SECOND)).weights)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"候选筛选模型 {FILE} 读不出来：{error}；请恢复这个文件") from error
