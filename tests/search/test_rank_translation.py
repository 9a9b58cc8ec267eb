"""How likely a row makes a question, by a translation model: the fast way beside the obviously right one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.rank.translation import ARTICLE, BLOCK, LENGTH, SCALE, WIDE, likely_whole
from kb.search.rank.words import word_signs
from tests.search.test_rank_columns import columns
from tests.search.test_rank_words import LIFTS, NONE, RARITY, Table

WORDS = st.integers(0, 11)


def score(asked: list[int], text: list[int], length: float) -> float:
    """Mean over the words asked, weighed by what they say, of log(1 + 2 × their lifts beside the text / length)."""
    total = sum(float(RARITY[a]) for a in asked)
    told = (math.log1p(SCALE * sum(float(LIFTS[a, w]) for w in text) / length) * float(RARITY[a]) for a in asked)
    return sum(told) / total


def whole(asked: list[int], text: list[int]) -> float:
    return score(asked, text, max(len(text), 1) ** LENGTH * ARTICLE ** (1 - LENGTH))


def wide(asked: list[int], text: list[int]) -> float:
    """The best of all windows of whole blocks; of a shorter text the whole."""
    last = -(-len(text) // BLOCK) - WIDE
    if last < 0:
        return whole(asked, text)
    windows = [text[BLOCK * i : BLOCK * (i + WIDE)] for i in range(last + 1)]
    return max(score(asked, w, BLOCK * WIDE) for w in windows)


@given(
    st.lists(WORDS, min_size=1, max_size=5, unique=True),
    st.lists(st.lists(WORDS, max_size=110), min_size=6, max_size=6),
)
def test_the_same_as_word_by_word(asked: list[int], texts: list[list[int]]) -> None:
    table, rows = Table(asked, texts, []), np.array([2, 0, 3, 5])
    _, told = word_signs(table, columns(), "问", rows, np.repeat(NONE, 4))
    expected = [whole(asked, texts[r]) for r in rows.tolist()]
    assert told.whole == pytest.approx(expected, abs=1e-4)
    assert likely_whole(table, "问", rows) == pytest.approx(expected, abs=1e-4)
    assert told.wide == pytest.approx([wide(asked, texts[r]) for r in rows.tolist()], abs=1e-4)


def test_nothing_asked_and_nothing_there_is_zero() -> None:
    rows = np.array([0, 1])
    assert not likely_whole(Table([], [[1, 2]] * 6, []), "", rows).any()
    assert not likely_whole(Table([1], [[]] * 6, []), "问", rows).any()
    assert len(likely_whole(Table([1], [[1]] * 6, []), "问", rows[:0])) == 0
