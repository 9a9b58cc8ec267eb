"""What each instrument is about, beside a question: the trade or field its title names, and the mean of its passages.

Does not know scores of passages. 矿山安全法 governs mines; a question that names no mine is more likely about
安全生产法, which governs everybody. A title's field words are those that are neither plain (a data file), nor its
place, nor in many titles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from kb.search.lexical.terms import clean, words
from kb.search.rank.columns import F32, I64, Columns, bigrams
from kb.search.rank.means import VectorSearch, WordSearch

PLAIN_FILE = Path(__file__).resolve().parents[1] / "data" / "plain_title_words.txt"
MANY = 60  # a word of more titles than these (of some 3,400) names no field


@cache
def plain_words() -> frozenset[str]:
    """The words of the data file."""
    lines = (line.partition("#")[0] for line in PLAIN_FILE.read_text("utf-8").splitlines())
    return frozenset(word for line in lines for word in line.split())


def field_words(title: str, place: str, titles: str) -> tuple[str, ...]:
    """The words of ``title`` that name a trade or field; empty for an instrument that speaks to everybody.

    ``place``: whose rule it is, empty for national law; ``titles``: of all instruments, one a line.
    """
    text = clean(title.replace(place, "")) if place else clean(title)
    found = [w for w in dict.fromkeys(words(text)) if not _plain(w) and _times(w, titles) <= MANY]
    long = [w for w in found if len(w) > 1]
    return tuple(long or found)  # a single character names a field where nothing else does: 核安全法


@lru_cache(maxsize=1 << 14)
def _times(word: str, titles: str) -> int:
    return titles.count(word)


@lru_cache(maxsize=1 << 14)
def _plain(word: str) -> bool:
    """Whether a word is plain or made of plain words (生产安全事故)."""
    plain = plain_words()
    return word in plain or any(word[:i] in plain and _plain(word[i:]) for i in range(1, len(word)))


@dataclass(frozen=True, slots=True)
class LawSigns:
    """One value a document, -1 … 1.

    ``near``: how near the question comes to the nearest of the title's field words, ``mean`` to all of them; both 1
    where these are named or there are none. ``plain``: 1 where there are none. ``topic``: cosine of the question and
    the mean of the document's passages.
    """

    near: F32
    mean: F32
    plain: F32
    topic: F32


@dataclass(frozen=True, slots=True)
class _Field:
    """Field words of a title: by what each is recognised in a question, and a unit vector of each, [words, dim]."""

    pieces: tuple[frozenset[str], ...]
    vectors: F32


class Laws:
    """The fields and topics of instruments. Safe for several threads: what is remembered is only added to."""

    def __init__(self, columns: Columns, vectors: VectorSearch, table: WordSearch | None) -> None:
        """``table`` None: nothing is known of words, and ``near`` and ``mean`` are 1."""
        self._columns, self._vectors, self._table = columns, vectors, table
        self._titles = "\n".join(dict.fromkeys(columns.titles))
        self._fields: dict[int, _Field] = {}
        self._topics = np.zeros((len(columns.titles), vectors.rows(np.zeros(1, np.int64)).shape[1]), np.float32)
        self._known = np.zeros(len(columns.titles), np.bool_)  # whose topics are worked out
        self._of_word = lru_cache(maxsize=1 << 14)(self._make_word)

    def signs(self, question: str, vector: F32, documents: I64) -> LawSigns:
        """What speaks for each of some ``documents`` (numbers, each once); ``vector``: of the question, of length 1."""
        numbers = documents.tolist()
        n = len(numbers)
        near, mean = np.ones(n, np.float32), np.ones(n, np.float32)
        fields = [self._field(d) for d in numbers]
        sizes = np.array([len(f.pieces) for f in fields], np.int64)
        filled = np.flatnonzero(sizes)
        if len(filled):
            said = frozenset(question) | bigrams(question)
            every = [f for f in fields if f.pieces]
            named = [not said.isdisjoint(pieces) for f in every for pieces in f.pieces]
            asked = self._unit(question)
            best = np.zeros(len(named), np.float32)
            if len(asked):
                best = (np.concatenate([f.vectors for f in every]) @ asked.T).max(axis=1)
            best[named] = 1.0
            starts = np.cumsum(sizes[filled]) - sizes[filled]
            near[filled] = np.maximum.reduceat(best, starts)
            mean[filled] = np.add.reduceat(best, starts) / sizes[filled]
        for new in documents[~self._known.take(documents)].tolist():
            self._topics[new] = self._topic(new)
            self._known[new] = True
        return LawSigns(near, mean, (sizes == 0).astype(np.float32), self._topics.take(documents, axis=0) @ vector)

    def _unit(self, text: str) -> F32:
        """Unit vectors of a text's words, [words, dim]."""
        found = self._words(text)
        length = np.linalg.norm(found, axis=1, keepdims=True)
        unit: F32 = found / np.maximum(length, 1e-6)
        return unit

    def _words(self, text: str) -> F32:
        """Vectors of a text's words, [words, dim]."""
        if self._table is None:
            return np.zeros((0, 1), np.float32)
        return self._table.vectors(self._table.question(text))

    def _field(self, document: int) -> _Field:
        found = self._fields.get(document)
        if found is None:
            columns = self._columns
            none = self._table is None
            named = () if none else field_words(columns.titles[document], columns.places[document], self._titles)
            found = _Field(tuple(bigrams(w) or frozenset(w) for w in named), self._of_words(named))
            self._fields[document] = found
        return found

    def _of_words(self, named: Sequence[str]) -> F32:
        if self._table is None or not named:
            return np.zeros((0, 1), np.float32)
        return np.stack([self._of_word(w) for w in named])

    def _make_word(self, word: str) -> F32:
        """Unit vector of a title's word."""
        found = self._words(word).sum(axis=0)
        unit: F32 = found / np.maximum(np.linalg.norm(found), 1e-6)
        return unit

    def _topic(self, document: int) -> F32:
        """Unit vector of the mean of a document's rows."""
        first, last = self._columns.spans[document]
        mean = self._vectors.rows(np.arange(first, last)).mean(axis=0)
        unit: F32 = mean / max(float(np.linalg.norm(mean)), 1e-6)
        return unit
