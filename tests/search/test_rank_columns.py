"""What is known of rows before a question: places in a text, partners, known questions, titles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.rank import Columns
from kb.search.rank.columns import gathered, title_bigrams


@dataclass(frozen=True)
class Doc:
    base: int
    n: int
    key: str
    kind: str = "law"
    rank: str = "法律"
    jurisdiction: str = "全国"


SHAPE = [("article", np.int32), ("length", np.int32), ("sanction", np.bool_)]
PAIR = [("duty", np.int32), ("penalty", np.int32), ("score", np.float32), ("told", np.bool_)]


def columns() -> Columns:
    """Two laws of 3 and 2 rows and a report of 1; row 0's penalty is row 2; questions lead to rows 0, 0+2 and 3."""
    documents = [
        Doc(0, 3, "示例吊装安全法"),
        Doc(3, 2, "示例市码头条例", jurisdiction="示例市"),
        Doc(5, 1, "报告", "report", ""),
    ]
    shape = np.array([(1, 7, False), (2, 15, False), (3, 31, True), (1, 3, False), (2, 3, True), (0, 1, False)], SHAPE)
    pairs = np.array([(0, 2, 1.0, True), (1, 2, 0.4, False)], PAIR)
    return Columns.build(documents, shape, pairs, np.array([0, 1, 3, 4]), np.array([0, 0, 2, 3]))


def test_documents_places_and_flags() -> None:
    c = columns()
    assert c.document.tolist() == [0, 0, 0, 1, 1, 2]
    assert c.place.tolist() == [0, 0.5, 1, 0, 1, 0]
    assert c.length.tolist() == [3, 4, 5, 2, 2, 1]
    assert c.local.tolist() == [False, True, False]
    assert c.report.tolist() == [False, False, True]
    assert c.rank_order.tolist() == [1, 1, 11]
    assert np.flatnonzero(c.sanction).tolist() == [2, 4]


def test_partners_are_found_from_both_sides_the_surest_first() -> None:
    owner, partners = columns().partners(np.array([2, 0, 4]))
    assert list(zip(owner.tolist(), partners.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 2)]


def test_known_questions_of_rows() -> None:
    c = columns()
    assert c.asked.tolist() == [2, 0, 1, 1, 0, 0]
    assert c.asked_share.tolist() == pytest.approx([2 / 3, 1 / 2, 0])
    owner, questions = c.questions(np.array([3, 1, 0]))
    assert list(zip(owner.tolist(), questions.tolist(), strict=True)) == [(0, 2), (2, 0), (2, 1)]


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("上海市消防条例", {"消防"}),
        ("生产安全事故应急条例", {"生产", "产安", "安全", "全事", "事故", "故应", "应急"}),
        ("规定", {"规定"}),  # nothing else is left
    ],
)
def test_telling_bigrams_of_titles(title: str, core: set[str]) -> None:
    assert title_bigrams(title) == core


def test_a_bigram_of_many_titles_tells_less() -> None:
    c = columns()
    assert c.title_weights["示例"] < c.title_weights["吊装"]


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=8), st.data())
def test_gathered_equals_reading_one_by_one(groups: list[list[int]], data: st.DataObject) -> None:
    starts = np.cumsum([0, *map(len, groups)])
    values = np.array([v for g in groups for v in g], np.int64)
    rows = data.draw(st.lists(st.integers(0, len(groups) - 1), max_size=6))
    owner, found = gathered(starts, values, np.array(rows, np.int64))
    assert list(zip(owner.tolist(), found.tolist(), strict=True)) == [
        (i, v) for i, r in enumerate(rows) for v in groups[r]
    ]
