"""Candidates beside each other, worked by hand on two small laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.rank.company import FAR, NONE, SIGNS, company
from tests.search.test_rank_columns import columns
from tests.search.test_rank_laws import Vectors

ROWS = np.array([2, 0, 3, 1, 4])  # law 0: rows 0-2, law 1: rows 3-4; row 2 is the penalty of 0 and of 1
RAW = np.array([2.0, 1.0, 0.5, -1.0, -2.0])


@pytest.fixture
def found() -> dict[str, list[float]]:
    signs = company(columns(), Vectors(), ROWS, RAW)
    assert signs.shape == (5, len(SIGNS))
    return {name: signs[:, i].tolist() for i, name in enumerate(SIGNS)}


def test_scores_count_from_the_best(found: dict[str, list[float]]) -> None:
    assert found["gap"] == [0.0, -1.0, -1.5, -3.0, -4.0]
    assert found["gap_fifth"] == [4.0, 3.0, 2.5, 1.0, 0.0]
    assert sum(found["share"]) == pytest.approx(1)


def test_laws(found: dict[str, list[float]]) -> None:
    assert found["law_same_first"] == [1, 1, 0, 1, 0]
    assert found["law_place"] == [0, 0, 1, 0, 1]
    assert found["law_leaders"] == [3, 3, 2, 3, 2]
    assert found["law_share"][0] == pytest.approx(sum(found["share"][i] for i in (0, 1, 3)))
    assert found["law_sanction"] == [1, 0, 0, 0, 1]
    assert found["law_sanction_first"] == [1] * 5


def test_distances(found: dict[str, list[float]]) -> None:
    assert found["rows_from_first"] == [0, -2, FAR, -1, FAR]
    assert found["rows_from_nearest"] == [2, 2, FAR, 1, 1]  # to another of the first three
    assert found["beside_gap"] == [-3.0, -3.0, -4.0, 0.0, -1.5]


def test_partners_of_the_first_ones(found: dict[str, list[float]]) -> None:
    assert found["partner_of_first"] == [0, 1, 0, 1, 0]
    assert found["partner_of_leader"] == [pytest.approx(1 / 2), 1, 0, 1, 0]  # the second's partner is the first
    assert found["partner_gap"] == [-1.0, 0.0, NONE, 0.0, NONE]


def test_nearness_to_the_first_ones_not_to_oneself(found: dict[str, list[float]]) -> None:
    assert found["like_first"] == [0, 1, 0, 0, 1]  # rows 0, 2, 4 point one way, 1 and 3 the other
    assert found["like_third"] == [0, 0, 0, 1, 0]


@given(st.integers(1, 5))
def test_any_number_of_candidates(n: int) -> None:
    signs = company(columns(), Vectors(), ROWS[:n], RAW[:n])
    assert signs.shape == (n, len(SIGNS))
    assert np.isfinite(signs).all()
