"""Candidates of a question from each means, as ranked rows with scores, and their fusion.

Does not know how the evidence is weighed against each other beyond reciprocal ranks.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kb.search.lexical import best
from kb.search.rank import Candidates, Evidence, Query, Ranked, Votes
from kb.search.rank.columns import F32, I64, Flags
from kb.search.rank.values import distinct
from kb.search.retrieve.fusion import RRF_K

DENSE = 500  # what a question can still find; the cheap first stage (``prune``) chooses among them
LEXICAL = 250
POOLED = 60
QUESTIONS = 40  # known questions whose answers become candidates
VOTERS = 100  # known questions that are counted
NAMED = 25  # rows of a document that the question names
REPORTS = 400  # passages of reports up to which all are weighed: some ten reports
EMPTY = 8  # characters of a passage that says nothing: a number (48.) whose text stands elsewhere
PARTNERS_OF = 20  # first candidates whose duties and penalties come along

# Weights of the fusion measured in design/retrieval (dense, plain BM25, nearest question dense and BM25).
WEIGHTS = {"dense": 1.0, "lexical": 0.4, "pooled": 0.6, "question_dense": 0.8, "question_lexical": 0.6}


def gather(evidence: Evidence, query: Query) -> Candidates:
    """What each means finds (lists ``dense``, ``lexical``, ``pooled``, ``question_dense`` …, ``named``, ``pair``)."""
    bm25 = evidence.lexical.scores(query.text)
    lists = {"lexical": Ranked(*best(bm25, LEXICAL, query.allowed))}
    near = worded = Votes(np.empty(0, np.int64), np.empty(0, np.float32))
    pooled = np.zeros(len(evidence.known.answered_rows), np.float32)
    if len(evidence.known):
        pooled = evidence.known.pooled.scores(query.text)
        at, scores = best(pooled, POOLED, query.allowed[evidence.known.answered_rows])
        lists["pooled"] = Ranked(evidence.known.answered_rows[at], scores)
        worded = Votes(*evidence.known.terms.top(query.text, VOTERS))
        lists["question_lexical"] = voted(evidence, worded, query.allowed)
        near = Votes(*evidence.known.vectors.top(query.vector, VOTERS))
        lists["question_dense"] = voted(evidence, near, query.allowed)
    lists["dense"] = Ranked(*evidence.vectors.top(query.vector, DENSE, query.allowed))
    rows, fused = fuse(lists, WEIGHTS)
    if query.named:
        lists["named"] = of_documents(evidence, query)
    lists["pair"] = partners(evidence, rows[:PARTNERS_OF], query.allowed)
    beside = [row for name in ("named", "pair") if name in lists for row in lists[name].rows.tolist()]
    held = set(rows.tolist())
    more = [row for row in dict.fromkeys(beside) if row not in held]
    rows = np.concatenate((rows, np.array(more, np.int64)))
    fused = np.concatenate((fused, np.zeros(len(more), np.float32)))
    return Candidates(rows, fused, lists, bm25, pooled, near, worded)


def voted(evidence: Evidence, votes: Votes, allowed: Flags) -> Ranked:
    """Articles that the first known questions vote for: each takes the score of its best question, best first."""
    head = Votes(votes.questions[:QUESTIONS], votes.scores[:QUESTIONS])
    owner, rows = head.rows(evidence.known)
    fit = allowed[rows].nonzero()[0]
    first: dict[int, int] = {}
    for row, at in zip(rows[fit].tolist(), fit.tolist(), strict=True):
        first.setdefault(row, at)
    found = np.fromiter(first.values(), np.int64, len(first))
    return Ranked(rows[found], head.scores[owner[found]])


def of_documents(evidence: Evidence, query: Query) -> Ranked:
    """The rows of the documents that the question names, nearest first."""
    rows = np.flatnonzero(np.isin(evidence.columns.document, query.named) & query.allowed)
    cosine = evidence.vectors.cosines(rows, query.vector)
    order = np.argsort(-cosine, kind="stable")[:NAMED]
    return Ranked(rows[order], cosine[order])


def report_rows(evidence: Evidence, query: Query, allowed: Flags, bm25: F32) -> I64:
    """Passages of reports that compete: all while they are few, else the nearest and best worded."""
    rows = np.flatnonzero(allowed)
    if len(rows) <= REPORTS:
        return rows
    near, _ = evidence.vectors.top(query.vector, DENSE, allowed)
    worded, _ = best(bm25, LEXICAL, allowed)
    return np.union1d(near, worded)


def saying(evidence: Evidence) -> Flags:
    """Rows that say something: a flag each."""
    return np.asarray(evidence.columns.length > np.log2(1 + EMPTY))


def partners(evidence: Evidence, rows: I64, allowed: Flags) -> Ranked:
    """Duties and penalties of some rows, in the order of these."""
    _, found = evidence.columns.partners(rows)
    once = list(dict.fromkeys(found[allowed[found]].tolist()))
    return Ranked(np.array(once, np.int64), np.ones(len(once), np.float32))


def fuse(lists: Mapping[str, Ranked], weights: Mapping[str, float]) -> tuple[I64, F32]:
    """Rows of all lists, best first, and their sums of weight / (k + rank); see ``fusion``."""
    every = np.concatenate([r.rows for r in lists.values()])
    parts = [weights.get(name, 1.0) / (RRF_K + np.arange(1, len(r) + 1)) for name, r in lists.items()]
    rows, place = distinct(every)
    scores = np.bincount(place, np.concatenate(parts), minlength=len(rows))
    order = (-scores).argsort(kind="stable")
    return rows[order], scores[order].astype(np.float32)
