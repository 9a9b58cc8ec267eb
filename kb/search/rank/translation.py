"""How likely the words of a row make the words of a question, by a translation model.

Does not know other evidence, nor where the table comes from. A word of a row makes words of questions likelier
(起重机械: 行车, 吊车), some many times; a row makes a word as likely as its words do on average (IBM model 1: Brown et
al., The Mathematics of Statistical Machine Translation, 1993; for retrieval Berger and Lafferty, 1999). Where a vector
stands for all uses of a word at once, this table holds each pair of words by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb.search.rank.columns import F32, I64
from kb.search.rank.means import WordSearch
from kb.search.rank.values import block_starts, greatest, shares

# Chosen on one fold, by recall at 5 of this score alone.
SCALE = 2.0
LENGTH = 0.85  # exponent of a row's number of words; 1 would give short rows too much
ARTICLE = 60  # words of an average article
BLOCK, WIDE = 12, 6  # words that are looked at together, and blocks of a window


@dataclass(frozen=True, slots=True)
class Likely:
    """One value a row, 0 where it or the question has no known word: of the ``whole`` row, and of its best window."""

    whole: F32
    wide: F32

    @classmethod
    def none(cls, n: int) -> Likely:
        """Of ``n`` rows of which nothing is known."""
        return cls(np.zeros(n, np.float32), np.zeros(n, np.float32))


def likely(table: WordSearch, asked: I64, words: I64, starts: I64) -> Likely:
    """The words of a question (``asked``, each once) beside those of some rows.

    ``words``: of the rows, one row after the other; ``starts``: where each row begins (one more than rows).
    """
    weight = shares(table.surprisal(asked))
    blocks, owner = _blocks(table.lifts(asked), words, starts)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    sums = np.zeros((len(starts) - 1, len(asked)), np.float32)
    if len(first):
        sums[owner[first]] = np.add.reduceat(blocks, first)
    whole = likelihood(sums, np.diff(starts), weight)
    return Likely(whole, _best_window(whole, blocks, owner, weight))


def likely_whole(table: WordSearch, question: str, rows: I64) -> F32:
    """``Likely.whole`` alone, of many rows."""
    asked = np.unique(table.question(question))
    flat, starts = table.passages(rows)
    sums = np.zeros((len(rows), len(asked)), np.float32)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        sums[filled] = np.add.reduceat(table.lifts(asked).take(flat, axis=0), starts[filled])
    return likelihood(sums, np.diff(starts), shares(table.surprisal(asked)))


def likelihood(sums: F32, sizes: I64, weight: F32) -> F32:
    """Sums of lifts [rows, words asked], words of each row, weights of the words asked (sum 1) → one value a row."""
    length = np.maximum(sizes, 1).astype(np.float32) ** LENGTH * ARTICLE ** (1 - LENGTH)
    told: F32 = np.log1p(SCALE * sums / length[:, None]) @ weight
    return told


def _blocks(lifts: F32, words: I64, starts: I64) -> tuple[F32, I64]:
    """Sums of ``lifts`` over the blocks of each row, [blocks, words asked], and each block's row."""
    owner, at = block_starts(starts, BLOCK)
    if not len(owner):
        return np.zeros((0, lifts.shape[1]), np.float32), owner
    return np.add.reduceat(lifts.take(words, axis=0), at), owner


def _best_window(whole: F32, blocks: F32, owner: I64, weight: F32) -> F32:
    """The best window of each row; of a row that is no longer than one, ``whole``."""
    if len(owner) < WIDE:
        return whole
    wide = np.cumsum(np.vstack((np.zeros_like(blocks[:1]), blocks)), axis=0, dtype=np.float64)
    within = owner[WIDE - 1 :] == owner[: 1 - WIDE]
    sums = (wide[WIDE:] - wide[:-WIDE])[within].astype(np.float32)
    found = owner[: 1 - WIDE][within]
    best = greatest(len(whole), found, np.log1p(SCALE * sums / np.float32(BLOCK * WIDE)) @ weight)
    whole = whole.copy()
    whole[found] = best[found]
    return whole
