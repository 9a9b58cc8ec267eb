"""How near each word of a question comes to a word of a candidate, of its partners, and of its known questions.

Does not know other evidence. Vectors of single words are compared (the greatest cosine counts for each word), where the
encoder's mean of a text blurs them. A vector's length weighs its word: training makes telling words long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb.search.rank.columns import F32, I64, Columns
from kb.search.rank.evidence import WordSearch

FOUND = 0.6  # cosine from which a word counts as found: 车子 and 机动车 lie about there


@dataclass(frozen=True, slots=True)
class WordSigns:
    """One value a row. ``forth``: mean of the question's words; ``back``: of the candidate's.

    ``found``: weight of the question's words that are found; ``partner``: ``forth`` where the candidate and its best
    partner stand together; ``own``: of the nearest of its known questions, both ways.
    """

    forth: F32
    back: F32
    found: F32
    partner: F32
    own: F32


@dataclass(frozen=True, slots=True)
class _Alike:
    """Cosines of known words with the question's: ``each`` [words, question words]; lengths of both sides."""

    each: F32
    long: F32
    weight: F32

    def texts(self, words: I64, starts: I64) -> tuple[F32, F32]:
        """Greatest cosine of each word of the question with each text, [texts, question words]; and ``back``."""
        n = len(starts) - 1
        forth = np.zeros((n, self.each.shape[1]), np.float32)
        back = np.zeros(n, np.float32)
        filled = np.flatnonzero(np.diff(starts))
        if len(filled):
            at = starts[filled]
            forth[filled] = np.maximum.reduceat(self.each[words], at)
            long = self.long[words]
            mass = np.add.reduceat(long, at)
            back[filled] = np.add.reduceat(self.each.max(axis=1)[words] * long, at) / np.maximum(mass, 1e-6)
        return forth, back

    def mean(self, forth: F32) -> F32:
        """Weighted mean over the question's words."""
        out: F32 = forth @ self.weight / np.float32(max(float(self.weight.sum()), 1e-6))
        return out


def word_signs(table: WordSearch, columns: Columns, question: str, rows: I64) -> WordSigns:
    """Compare a question with some rows word by word; zeros where either has no known word."""
    n = len(rows)
    asked = table.question(question)
    if not len(asked) or not n:
        zero = np.zeros(n, np.float32)
        return WordSigns(zero, zero, zero, zero, zero)
    flat, starts = table.passages(rows)
    owner, questions = columns.questions(rows)
    known_flat, known_starts = table.known(questions)
    words, inverse = np.unique(np.concatenate((flat, known_flat)), return_inverse=True)
    mine, theirs = table.vectors(asked), table.vectors(words)
    weight, long = np.linalg.norm(mine, axis=1), np.linalg.norm(theirs, axis=1)
    cosines = (theirs / np.maximum(long, 1e-6)[:, None]) @ (mine / np.maximum(weight, 1e-6)[:, None]).T
    alike = _Alike(cosines, long, weight)
    each, back = alike.texts(inverse[: len(flat)], starts)
    known_each, known_back = alike.texts(inverse[len(flat) :], known_starts)
    own = np.zeros(n, np.float32)
    np.maximum.at(own, owner, (alike.mean(known_each) + known_back) / 2)
    forth = alike.mean(each)
    return WordSigns(
        forth=forth,
        back=back,
        found=alike.mean((each >= FOUND).astype(np.float32)),
        partner=_together(columns, rows, each, alike, forth),
        own=own,
    )


def _together(columns: Columns, rows: I64, each: F32, alike: _Alike, forth: F32) -> F32:
    """``forth`` of each row together with the best of its partners among ``rows``; alone without one."""
    out = forth.copy()
    owner, partner = columns.partners(rows)
    order = np.argsort(rows, kind="stable")
    at = order[np.minimum(np.searchsorted(rows[order], partner), len(rows) - 1)]
    there = rows[at] == partner
    owner, at = owner[there], at[there]
    if len(owner):
        np.maximum.at(out, owner, alike.mean(np.maximum(each[owner], each[at])))
    return out
