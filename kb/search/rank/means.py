"""The means by which candidates are found and weighed, behind the smallest protocols.

Does not know where any of it is stored: a generation's files in the product, arrays of a fold in training.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from kb.search.rank.columns import F32, I64, Flags


class VectorSearch(Protocol):
    """Unit vectors of numbered rows."""

    def top(self, query: F32, k: int, allowed: Flags | None = None) -> tuple[I64, F32]:
        """The ``k`` nearest rows and their cosines, best first."""

    def rows(self, ids: I64) -> F32:
        """Vectors of some rows."""

    def cosines(self, ids: I64, query: F32) -> F32:
        """Cosines of some rows with a vector of length 1."""


class TermSearch(Protocol):
    """BM25 over numbered rows; ``LexicalIndex`` is one."""

    def scores(self, question: str) -> F32:
        """Score of every row."""

    def top(self, question: str, k: int, mask: Flags | None = None) -> tuple[I64, F32]:
        """The ``k`` best rows and their scores."""

    def matrix(self, question: str, rows: npt.ArrayLike) -> tuple[list[str], F32, npt.NDArray[np.uint8]]:
        """Distinct known terms, their idf, counts [terms, rows]."""

    def norms(self, rows: npt.ArrayLike) -> F32:
        """Length part of BM25 for some rows."""


class WordSearch(Protocol):
    """Words of questions and passages as numbers of one table of vectors; a static encoder has one."""

    def question(self, text: str) -> I64:
        """Numbers of a question's words."""

    def passages(self, rows: I64) -> tuple[I64, I64]:
        """Numbers of the words of some rows, one after the other, and where each row begins (one more than rows)."""

    def known(self, questions: I64) -> tuple[I64, I64]:
        """The same of some known questions."""

    def vectors(self, words: I64) -> F32:
        """Vectors of words, not of length one."""

    def lengths(self, words: I64) -> F32:
        """Lengths of these vectors."""

    def cosines(self, words: I64, unit: F32) -> F32:
        """Cosines [words, n] of words with vectors [n, dim] of length one."""

    def rarity(self, words: I64) -> F32:
        """How telling words are, greater for rarer ones."""

    def lifts(self, asked: I64) -> F32:
        """How many times likelier each word of a question is beside each word there is, [words, asked]; 0: unknown.

        All 0 where no translation model lies beside the table.
        """

    def surprisal(self, asked: I64) -> F32:
        """Minus the log of how often a word of a question is this one; greater for words that say more."""


class Asked(Protocol):
    """Known questions: their vectors and terms, and rows ``gold[starts[q]:starts[q + 1]]`` that answer question q."""

    @property
    def starts(self) -> I64:
        """Where each question's rows begin."""

    @property
    def gold(self) -> I64:
        """Rows of all questions, one after the other."""

    @property
    def vectors(self) -> VectorSearch:
        """Vectors of the questions."""

    @property
    def terms(self) -> TermSearch:
        """BM25 over the questions."""

    @property
    def pooled(self) -> TermSearch:
        """BM25 over ``answered_rows``, each with all its questions."""

    @property
    def answered_rows(self) -> I64:
        """Rows that have known questions, ascending."""

    def __len__(self) -> int:
        """How many there are."""
