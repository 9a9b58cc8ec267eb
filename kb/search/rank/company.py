"""The first candidates beside each other: what the best ones say for those around them.

Does not know scores' origin nor models. Answers come in company: a duty with its penalty, an article with the next, two
articles of one law. The first ranking weighs each candidate alone; these signs let a second one see the others.
"""

from __future__ import annotations

import numpy as np

from kb.search.rank.columns import F32, I64, Columns
from kb.search.rank.logistic import F64
from kb.search.rank.means import VectorSearch
from kb.search.rank.values import distinct

FIRST = 40  # candidates that are ranked a second time
LEADERS = 5  # of them, those whose partners count
BESIDE = 3  # of them, those whose distance and nearness count
FAR = 99.0  # "distance" of provisions of different instruments, in articles
NONE = -9.0  # "gap" where there is no such candidate

SIGNS = (
    *("raw", "gap", "gap_fifth", "place_log", "share"),
    *("law_same_first", "law_share", "law_place", "law_leaders", "law_sanction_first", "law_sanction"),
    *("rows_from_first", "rows_from_nearest", "beside_gap"),
    *("like_first", "like_second", "like_third"),
    *("partner_of_first", "partner_of_leader", "partner_gap"),
)


def company(columns: Columns, vectors: VectorSearch, rows: I64, raw: F64) -> F32:
    """Signs of candidates, best first, columns as ``SIGNS``; ``raw``: their scores by the first ranking, descending.

    Scores count by their difference from the best; distances are rows of the same document, at most ``FAR``.
    """
    n = len(rows)
    document = columns.document[rows]
    gap = raw - raw[0]
    share = np.exp(gap)
    share /= share.sum()
    present, law = distinct(document)
    first_at = np.full(len(present), n)
    np.minimum.at(first_at, law, np.arange(n))
    same = document[:, None] == document[None, :]
    away = np.abs(rows[:, None] - rows[None, :])
    from_others = np.where(same, np.minimum(away, FAR), FAR)
    np.fill_diagonal(from_others, FAR)
    vector = vectors.rows(rows)
    like = np.zeros((BESIDE, n), np.float32)
    like[:n] = vector[:BESIDE] @ vector.T
    np.fill_diagonal(like, 0.0)
    sanction = columns.sanction[rows].astype(np.float64)
    signs = (
        *(raw, gap, raw - raw[min(LEADERS, n) - 1], np.log1p(np.arange(n)), share),
        *(same[:, 0], np.bincount(law, share)[law], np.argsort(np.argsort(first_at))[law]),
        same[:, :LEADERS].sum(axis=1),
        *(sanction[0], sanction),
        np.where(same[:, 0], np.clip(rows - rows[0], -FAR, FAR), FAR),
        from_others[:, :BESIDE].min(axis=1),
        np.where(from_others == 1, gap[None, :], NONE).max(axis=1),
        *like,
        *_partners(columns, rows, gap),
    )
    out = np.empty((len(SIGNS), n), np.float32)
    for column, values in zip(out, signs, strict=True):
        column[:] = values
    return out.T


def _partners(columns: Columns, rows: I64, gap: F64) -> tuple[F64, F64, F64]:
    """Whether each candidate belongs with the first; 1 / place of the first leader it belongs with; its gap."""
    n = len(rows)
    leader, partner = columns.partners(rows[:LEADERS])
    order = np.argsort(rows, kind="stable")
    at = order[np.minimum(np.searchsorted(rows[order], partner), n - 1)]
    there = (rows[at] == partner) & (at != leader)
    leader, at = leader[there], at[there]
    of_first, of_leader, of_gap = np.zeros(n), np.zeros(n), np.full(n, NONE)
    of_first[at[leader == 0]] = 1.0
    np.maximum.at(of_leader, at, 1.0 / (1.0 + leader))
    np.maximum.at(of_gap, at, gap[leader])
    return of_first, of_leader, of_gap
