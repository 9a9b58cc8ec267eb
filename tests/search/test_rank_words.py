"""Words compared one by one: the fast way beside the obviously right one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.rank.columns import F32, I64
from kb.search.rank.words import FOUND, word_signs
from kb.search.retrieve.words import taken
from tests.search.test_rank_columns import columns

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


def _flat(texts: list[list[int]], at: I64) -> tuple[I64, I64]:
    chosen = [texts[i] for i in at.tolist()]
    return np.array([w for t in chosen for w in t], np.int64), np.cumsum([0, *map(len, chosen)])


def cosine(a: int, b: int) -> float:
    x, y = TABLE[a].astype(float), TABLE[b].astype(float)
    return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))


def forth(asked: list[int], *texts: list[int]) -> float:
    """Weighted mean, over the question's words, of the greatest cosine with a word of any of the texts."""
    weights = [float(np.linalg.norm(TABLE[a])) for a in asked]
    words = [w for t in texts for w in t]
    if not words:
        return 0.0
    best = [max(cosine(a, w) for w in words) for a in asked]
    return sum(b * w for b, w in zip(best, weights, strict=True)) / sum(weights)


WORDS = st.integers(0, 11)


@given(
    st.lists(WORDS, min_size=1, max_size=5), st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=6, max_size=6)
)
def test_the_same_as_word_by_word(asked: list[int], texts: list[list[int]]) -> None:
    known = [[1, 2], [3], [4, 5, 6]]
    c, rows = columns(), np.array([2, 0, 3])
    signs = word_signs(Table(asked, texts, known), c, "问", rows)
    for i, row in enumerate(rows.tolist()):
        assert signs.forth[i] == pytest.approx(forth(asked, texts[row]), abs=1e-4)
    assert signs.partner[1] == pytest.approx(max(forth(asked, texts[0]), forth(asked, texts[0], texts[2])), abs=1e-4)
    assert signs.partner[2] == pytest.approx(signs.forth[2])  # without a partner it stands alone
    both_ways = [(forth(asked, q) + forth(q, asked)) / 2 for q in (known[0], known[1])]
    assert signs.own[1] == pytest.approx(max(0.0, *both_ways), abs=1e-4)


def test_found_is_the_weight_of_the_words_found() -> None:
    signs = word_signs(Table([0, 7], [[0], [], [], [], [], []], [[1], [2], [3]]), columns(), "问", np.array([0, 1]))
    lengths = np.linalg.norm(TABLE[[0, 7]], axis=1)
    assert cosine(0, 7) < FOUND
    assert signs.found[0] == pytest.approx(lengths[0] / lengths.sum(), abs=1e-4)
    assert signs.forth[1] == signs.back[1] == 0  # a row without words


def test_a_question_of_unknown_words_gives_zeros() -> None:
    signs = word_signs(Table([], [[1]] * 6, [[1]] * 3), columns(), "问", np.array([0, 2]))
    assert not signs.forth.any()
    assert not signs.own.any()


@given(st.lists(st.lists(st.integers(0, 300), max_size=4), min_size=1, max_size=6), st.data())
def test_words_taken_from_one_flat_array(texts: list[list[int]], data: st.DataObject) -> None:
    rows: npt.NDArray[np.int64] = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=5)), np.int64)
    flat = np.array([w for t in texts for w in t], np.uint16)
    words, starts = taken(flat, np.cumsum([0, *map(len, texts)]).astype(np.uint32), rows)
    assert [words[a:b].tolist() for a, b in pairwise(starts)] == [texts[r] for r in rows.tolist()]
