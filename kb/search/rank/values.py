"""Arithmetic over the candidates of one question: shares, places, scores looked up. Does not know what they mean."""

from __future__ import annotations

from functools import cache

import numpy as np

from kb.search.rank.columns import F32, I64
from kb.search.rank.evidence import Candidates, Evidence


def relative(values: F32) -> F32:
    """Share of the greatest value; zeros where all are."""
    top = float(values.max(initial=0.0))
    return values / np.float32(top) if top > 0 else np.zeros_like(values)


@cache
def _logs(n: int) -> F32:
    """Logs of 1 … n."""
    return np.log(np.arange(1, n + 1, dtype=np.float32))


def log_rank(values: F32) -> F32:
    """Log of the place (from 1) of each value, greatest first."""
    place = np.empty(len(values), np.float32)
    place[(-values).argsort(kind="stable")] = _logs(len(values))
    return place


def distinct(numbers: I64) -> tuple[I64, I64]:
    """Each number (from 0) once, ascending, and the place of every one among them; faster than sorting them."""
    seen = np.zeros(int(numbers.max(initial=-1)) + 1, np.bool_)
    seen[numbers] = True
    found = seen.nonzero()[0]
    place = np.empty(len(seen), np.int64)
    place[found] = np.arange(len(found))
    return found, place.take(numbers)


def of_rows(wanted: I64, rows: I64, scores: F32) -> F32:
    """Greatest score among ``rows`` of each wanted row, 0 where it is not there."""
    if not len(rows) or not len(wanted):
        return np.zeros(len(wanted), np.float32)
    order = np.lexsort((-scores, rows))
    return of_sorted(rows[order], scores[order], wanted)


def of_sorted(rows: I64, scores: F32, wanted: I64) -> F32:
    """Score of each wanted row among ascending ``rows``, the first of a repeated one; 0 where it is not there."""
    if not len(rows):
        return np.zeros(len(wanted), np.float32)
    at = np.minimum(np.searchsorted(rows, wanted), len(rows) - 1)
    return np.where(rows[at] == wanted, scores[at], np.float32(0)).astype(np.float32)


def shares(values: F32) -> F32:
    """Parts of the sum, together 1; zeros where all are."""
    return values / np.float32(max(float(values.sum()), 1e-6))


def greatest(size: int, owner: I64, values: F32) -> F32:
    """Greatest value of each owner, 0 without one."""
    out = np.zeros(size, np.float32)
    np.maximum.at(out, owner, values)
    return out


def pooled_of(evidence: Evidence, found: Candidates) -> F32:
    """BM25 of each candidate with its known questions; 0 without any."""
    return of_sorted(evidence.known.answered_rows, found.pooled, found.rows)


def block_starts(starts: I64, size: int) -> tuple[I64, I64]:
    """Texts that lie one after the other cut into blocks of ``size`` words: each block's text, and where it begins."""
    counts = -(-np.diff(starts) // size)
    owner = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]
    return owner, starts[owner] + size * within
