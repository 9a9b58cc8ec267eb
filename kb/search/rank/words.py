"""How near each word of a question comes to a word of a candidate, of its partners, and of its known questions.

Does not know other evidence; ``translation`` weighs the same words in another way. Vectors of single words are compared
(the greatest cosine counts for each word), where the encoder's mean of a text blurs them. Words weigh twice: by their
vector's length (training makes telling words long) and by their rarity.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from kb.search.rank.columns import F32, I64, Columns
from kb.search.rank.evidence import WordSearch
from kb.search.rank.translation import Likely, likely
from kb.search.rank.values import block_starts, distinct, greatest, shares

# Cosines from which a word counts as there, as found, as hinted at: 车子 and 机动车 lie about at .6.
THERE, FOUND, HINTED = 0.8, 0.6, 0.45
TELLING = 3  # the rarest words of a question
BLOCK = 12  # words of a passage that lie together are looked at together: windows of whole blocks
NARROW, WIDE = 2, 4  # blocks of a window


@dataclass(frozen=True, slots=True)
class WordSigns:
    """One value a row, 0 where it or the question has no known word.

    ``forth``: mean over the question's words of the greatest cosine with a word of the row, weighed by length; ``back``
    the same over the row's words; ``wide``: ``forth`` of the best wide window (a long article is rarely meant as a
    whole). ``rare``, ``narrow``: of the whole row and of the best narrow window, weighed by rarity; ``telling``: of the
    rarest words alone. ``there``, ``found``, ``hinted``: weight of the question's words whose cosine passes a bar.
    ``partner``: ``forth`` where the row and its best partner stand together; ``own``: both ways, of the known question
    that stands for the row.
    """

    forth: F32
    back: F32
    wide: F32
    rare: F32
    narrow: F32
    telling: F32
    there: F32
    found: F32
    hinted: F32
    partner: F32
    own: F32

    @classmethod
    def none(cls, n: int) -> WordSigns:
        """Of ``n`` rows of which nothing is known."""
        return cls(*(np.zeros(n, np.float32) for _ in fields(cls)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Words of a question (each once): unit vectors and two weights that sum up to one."""

    unit: F32
    weight: F32
    rarity: F32

    @classmethod
    def of(cls, table: WordSearch, words: I64) -> _Asked:
        weight, rarity = table.lengths(words), table.rarity(words)
        unit = table.vectors(words)
        unit /= np.maximum(weight, 1e-6)[:, None]
        return cls(unit, shares(weight), shares(rarity))

    def telling(self) -> F32:
        """``rarity`` of the rarest words alone."""
        out = np.zeros_like(self.rarity)
        rarest = np.argsort(-self.rarity, kind="stable")[:TELLING]
        out[rarest] = self.rarity[rarest]
        return shares(out)


@dataclass(frozen=True, slots=True)
class _Alike:
    """Cosines of distinct words with the question's, [words, question words].

    ``best``: the greatest of each word; ``long``: lengths of their vectors.
    """

    each: F32
    best: F32
    long: F32

    @classmethod
    def compare(cls, table: WordSearch, asked: _Asked, words: I64) -> _Alike:
        each = table.cosines(words, asked.unit)
        return cls(each, np.ascontiguousarray(each.T).max(axis=0), table.lengths(words))

    def blocks(self, words: I64, starts: I64) -> tuple[F32, I64]:
        """Greatest cosine of each word of the question with each block of words, [blocks, …], and each block's text."""
        owner, at = block_starts(starts, BLOCK)
        if not len(owner):
            return np.zeros((0, self.each.shape[1]), np.float32), owner
        # A short block repeats its text's last word. A third of the time of np.maximum.reduceat.
        places = np.minimum(at + np.arange(BLOCK)[:, None], starts[owner + 1] - 1)
        return self.each.take(words.take(places), axis=0).max(axis=0), owner

    def back(self, words: I64, starts: I64) -> F32:
        """Mean over the words of each text of the greatest cosine with a word of the question."""
        out = np.zeros(len(starts) - 1, np.float32)
        filled = np.flatnonzero(np.diff(starts))
        if len(filled):
            at = starts[filled]
            mass = np.add.reduceat(self.long.take(words), at)
            best = (self.best * self.long).take(words)
            out[filled] = np.add.reduceat(best, at) / np.maximum(mass, 1e-6)
        return out


def _whole(n: int, blocks: F32, owner: I64) -> F32:
    """Blocks → texts, [n, question words]; zeros for a text without words."""
    out = np.zeros((n, blocks.shape[1]), np.float32)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    if len(first):
        out[owner[first]] = np.maximum.reduceat(blocks, first)
    return out


def _window(n: int, blocks: F32, owner: I64, span: int, weight: F32) -> F32:
    """Weighted mean of the best window of ``span`` blocks of each text."""
    wide = blocks.copy()
    for step in range(1, span):
        within = (owner[step:] == owner[:-step])[:, None]
        np.maximum(wide[:-step], blocks[step:], out=wide[:-step], where=within)
    return greatest(n, owner, wide @ weight)


def word_signs(table: WordSearch, columns: Columns, question: str, rows: I64, known: I64) -> tuple[WordSigns, Likely]:
    """Compare a question with some rows word by word, by nearness and by translation.

    ``known``: the number of the known question that stands for each row, -1 for none.
    """
    n = len(rows)
    words = np.unique(table.question(question))
    if not len(words) or not n:
        return WordSigns.none(n), Likely.none(n)
    flat, starts = table.passages(rows)
    having = np.flatnonzero(known >= 0)
    known_flat, known_starts = table.known(known[having])
    every, number = distinct(np.concatenate((flat, known_flat)))
    mine, theirs = number[: len(flat)], number[len(flat) :]
    asked = _Asked.of(table, words)
    alike = _Alike.compare(table, asked, every)
    blocks, text = alike.blocks(mine, starts)
    each = _whole(n, blocks, text)
    own = np.zeros(n, np.float32)
    own[having] = _whole(len(having), *alike.blocks(theirs, known_starts)) @ asked.weight
    own[having] = (own[having] + alike.back(theirs, known_starts)) / 2
    forth = each @ asked.weight
    signs = WordSigns(
        forth=forth,
        back=alike.back(mine, starts),
        wide=_window(n, blocks, text, WIDE, asked.weight),
        rare=each @ asked.rarity,
        narrow=_window(n, blocks, text, NARROW, asked.rarity),
        telling=each @ asked.telling(),
        there=(each >= THERE) @ asked.weight,
        found=(each >= FOUND) @ asked.weight,
        hinted=(each >= HINTED) @ asked.weight,
        partner=_together(columns, rows, each, asked.weight, forth),
        own=own,
    )
    return signs, likely(table, words, flat, starts)


def forth(table: WordSearch, question: str, rows: I64) -> F32:
    """``WordSigns.forth`` alone."""
    words = np.unique(table.question(question))
    if not len(words) or not len(rows):
        return np.zeros(len(rows), np.float32)
    asked = _Asked.of(table, words)
    flat, starts = table.passages(rows)
    every, number = distinct(flat)
    return _whole(len(rows), *_Alike.compare(table, asked, every).blocks(number, starts)) @ asked.weight


def _together(columns: Columns, rows: I64, each: F32, weight: F32, forth: F32) -> F32:
    """``forth`` of each row together with the best of its partners among ``rows``; alone without one."""
    out = forth.copy()
    owner, partner = columns.partners(rows)
    order = np.argsort(rows, kind="stable")
    at = order[np.minimum(np.searchsorted(rows[order], partner), len(rows) - 1)]
    there = rows[at] == partner
    owner, at = owner[there], at[there]
    if len(owner):
        np.maximum.at(out, owner, np.maximum(each[owner], each[at]) @ weight)
    return out
