"""Many candidates → those worth weighing in full: the cheap first stage of a cascade.

Does not know features, or how the others are ranked. A linear model over what is known of every candidate already;
trained by ``python -m eval.rank.prune``, which says what it loses.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from kb.base.records import ModelError
from kb.search.rank.evidence import Candidates, Evidence, Query
from kb.search.rank.logistic import F64, Logistic
from kb.search.rank.values import log_rank, of_rows, pooled_of, relative, same

FILE = Path(__file__).with_name("model") / "prune.json"
KEPT = 140
# Nearness, wording, votes of known questions, the fusion, the name of the law, a partner's place; last, how near the
# nearest known question is, for the question as a whole.
_BASE = (
    *("cos_below_best", "cos_rank", "bm25_relative", "bm25_rank", "pooled_relative", "question_dense"),
    *("question_lexical", "fused_relative", "named", "pair", "one", "near_top", "cos_below_best_near"),
)
# Once for articles that have known questions, once for the others: votes say nothing against those that can have none.
SIGNS = (*(f"asked_{name}" for name in _BASE), *(f"other_{name}" for name in _BASE))


def signs(evidence: Evidence, query: Query, found: Candidates) -> F64:
    """Columns ``SIGNS`` of every candidate."""
    rows = found.rows
    cosine = evidence.vectors.rows(rows) @ query.vector
    below = cosine - cosine.max(initial=-1.0)
    bm25 = found.bm25[rows]
    nothing = np.zeros(len(rows), np.float32)
    listed = {
        name: of_rows(rows, found.lists[name].rows, found.lists[name].scores) if name in found.lists else nothing
        for name in ("question_dense", "question_lexical", "named", "pair")
    }
    near = same(len(rows), float(found.near.scores[0]) if len(found.near.scores) else 0.0)
    base = (
        *(below, log_rank(cosine), relative(bm25), log_rank(bm25), relative(pooled_of(evidence, found))),
        *(listed["question_dense"], relative(listed["question_lexical"]), relative(found.fused)),
        *((listed[name] > 0).astype(np.float32) for name in ("named", "pair")),
        *(same(len(rows), 1.0), near, below * near),
    )
    asked = evidence.columns.asked[rows] > 0
    columns = np.stack(base, axis=1).astype(np.float64)
    return np.concatenate((columns * asked[:, None], columns * ~asked[:, None]), axis=1)


def pruned(evidence: Evidence, query: Query, found: Candidates, kept: int = KEPT) -> Candidates:
    """The ``kept`` candidates worth most, in the order they had; all where there are no more."""
    if len(found.rows) <= kept:
        return found
    odds = signs(evidence, query, found) @ _model().weights
    at = np.sort(np.argpartition(-odds, kept - 1)[:kept])
    return replace(found, rows=found.rows[at], fused=found.fused[at])


@cache
def _model() -> Logistic:
    try:
        return Logistic.of(json.loads(FILE.read_text("utf-8")), len(SIGNS))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"候选筛选模型 {FILE} 读不出来：{error}；请恢复这个文件") from error
