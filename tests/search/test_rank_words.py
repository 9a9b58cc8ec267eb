"""Words compared one by one: the fast way beside the obviously right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.embed.static import cosines
from kb.search.rank import words
from kb.search.rank.columns import F32, I64
from kb.search.rank.words import BLOCK, FOUND, HINTED, NARROW, THERE, WIDE, word_signs
from kb.search.retrieve.words import taken
from tests.search.test_rank_columns import columns

NONE = np.array([-1])
RARITY = np.linspace(0.5, 6, 12, dtype=np.float32)
LIFTS = np.random.default_rng(5).exponential(3, (12, 12)).astype(np.float32)  # word asked, word of an article
LIFTS[:, 4:7] = 0
TABLE = np.random.default_rng(3).normal(size=(12, 4)).astype(np.float32)


@dataclass(frozen=True)
class Table:
    asked: list[int]
    texts: list[list[int]]
    questions: list[list[int]]

    def question(self, text: str) -> I64:
        return np.array(self.asked, np.int64)

    def passages(self, rows: I64) -> tuple[I64, I64]:
        return _flat(self.texts, rows)

    def known(self, questions: I64) -> tuple[I64, I64]:
        return _flat(self.questions, questions)

    def vectors(self, words: I64) -> F32:
        return TABLE[words]

    def lengths(self, words: I64) -> F32:
        return np.linalg.norm(TABLE[words], axis=1)

    def cosines(self, words: I64, unit: F32) -> F32:
        return cosines(TABLE[words], self.lengths(words), unit)

    def rarity(self, words: I64) -> F32:
        return RARITY[words]

    def lifts(self, asked: I64) -> F32:
        return LIFTS[asked].T.copy()

    def surprisal(self, asked: I64) -> F32:
        return RARITY[asked]


def _flat(texts: list[list[int]], at: I64) -> tuple[I64, I64]:
    chosen = [texts[i] for i in at.tolist()]
    return np.array([w for t in chosen for w in t], np.int64), np.cumsum([0, *map(len, chosen)])


def cosine(a: int, b: int) -> float:
    x, y = TABLE[a].astype(float), TABLE[b].astype(float)
    return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))


def length(word: int) -> float:
    return float(np.linalg.norm(TABLE[word]))


def rarity(word: int) -> float:
    return float(RARITY[word])


def forth(asked: list[int], *texts: list[int], weight: Callable[[int], float] = length) -> float:
    """Weighted mean, over the question's words, of the greatest cosine with a word of any of the texts."""
    weights = [weight(a) for a in asked]
    words = [w for t in texts for w in t]
    if not words:
        return 0.0
    best = [max(cosine(a, w) for w in words) for a in asked]
    return sum(b * w for b, w in zip(best, weights, strict=True)) / sum(weights)


WORDS = st.integers(0, 11)


def windows(text: list[int], span: int) -> list[list[int]]:
    """Every window of so many whole blocks, as many as there are where there are fewer."""
    blocks = [text[i : i + BLOCK] for i in range(0, len(text), BLOCK)]
    return [[w for block in blocks[i : i + span] for w in block] for i in range(len(blocks))] or [[]]


@given(
    st.lists(WORDS, min_size=1, max_size=5, unique=True),
    st.lists(st.lists(WORDS, min_size=1, max_size=70), min_size=6, max_size=6),
)
def test_the_same_as_word_by_word(asked: list[int], texts: list[list[int]]) -> None:
    known = [[1, 2], [3], [4, 5, 6]]
    c, rows = columns(), np.array([2, 0, 3])
    signs, _ = word_signs(Table(asked, texts, known), c, "问", rows, np.array([1, -1, 2]))
    for i, row in enumerate(rows.tolist()):
        text = texts[row]
        assert signs.forth[i] == pytest.approx(forth(asked, text), abs=1e-4)
        assert signs.back[i] == pytest.approx(forth(text, asked), abs=1e-4)
        assert signs.rare[i] == pytest.approx(forth(asked, text, weight=rarity), abs=1e-4)
        wide = max(0.0, *(forth(asked, w) for w in windows(text, WIDE)))
        narrow = max(0.0, *(forth(asked, w, weight=rarity) for w in windows(text, NARROW)))
        assert (signs.wide[i], signs.narrow[i]) == pytest.approx((wide, narrow), abs=1e-4)
    assert signs.partner[1] == pytest.approx(max(forth(asked, texts[0]), forth(asked, texts[0], texts[2])), abs=1e-4)
    assert signs.partner[2] == pytest.approx(signs.forth[2])  # without a partner it stands alone
    both_ways = [(forth(asked, q) + forth(q, asked)) / 2 for q in (known[1], known[2])]
    assert signs.own[[0, 2]] == pytest.approx(both_ways, abs=1e-4)
    assert signs.own[1] == 0  # no known question stands for it
    assert signs.forth == pytest.approx(words.forth(Table(asked, texts, known), "问", rows), abs=1e-5)


def test_a_word_asked_twice_counts_once() -> None:
    once, twice = (
        word_signs(Table(asked, [[3, 4]] * 6, []), columns(), "问", np.array([4]), NONE)[0]
        for asked in ([0, 1], [0, 1, 0])
    )
    assert once.forth == pytest.approx(twice.forth)


def test_the_rarest_words_alone() -> None:
    signs, _ = word_signs(Table([1, 5, 9, 11], [[5, 9, 11]] * 6, []), columns(), "问", np.array([4]), NONE)
    assert signs.telling[0] == pytest.approx(1)  # 5, 9 and 11 are the rarest three, and all there
    assert signs.rare[0] < 1


def test_found_is_the_weight_of_the_words_found() -> None:
    signs, _ = word_signs(
        Table([0, 7], [[0], [], [], [], [], []], [[1], [2], [3]]), columns(), "问", np.array([0, 1]), np.array([0, 1])
    )
    lengths = np.linalg.norm(TABLE[[0, 7]], axis=1)
    assert cosine(0, 7) < FOUND
    assert signs.found[0] == signs.there[0] == pytest.approx(lengths[0] / lengths.sum(), abs=1e-4)
    assert signs.hinted[0] >= signs.found[0]
    assert HINTED < FOUND < THERE
    assert signs.forth[1] == signs.back[1] == signs.wide[1] == 0  # a row without words


def test_a_question_of_unknown_words_gives_zeros() -> None:
    signs, told = word_signs(Table([], [[1]] * 6, [[1]] * 3), columns(), "问", np.array([0, 2]), np.array([0, 1]))
    assert not signs.forth.any()
    assert not signs.own.any()
    assert not told.whole.any()
    assert not told.wide.any()


@given(st.lists(st.lists(st.integers(0, 300), max_size=4), min_size=1, max_size=6), st.data())
def test_words_taken_from_one_flat_array(texts: list[list[int]], data: st.DataObject) -> None:
    rows: npt.NDArray[np.int64] = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=5)), np.int64)
    flat = np.array([w for t in texts for w in t], np.uint16)
    words, starts = taken(flat, np.cumsum([0, *map(len, texts)]).astype(np.uint32), rows)
    assert [words[a:b].tolist() for a, b in pairwise(starts)] == [texts[r] for r in rows.tolist()]
