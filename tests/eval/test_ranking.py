"""Ranking metrics: worked by hand, and what is missing counts as missed."""

import math

import pytest

from eval.metrics import RANKING, measure


def test_worked_example() -> None:
    found = measure({"q": ["甲", "乙"]}, {"q": ["丙", "甲", "丁", "戊", "己", "乙"]})["q"]
    assert found["recall@1"] == 0
    assert found["recall@3"] == found["recall@5"] == 0.5
    assert found["recall@10"] == 1
    assert found["mrr@10"] == 0.5
    assert found["all@5"] == 0
    ideal = 1 + 1 / math.log2(3)
    assert found["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(7)) / ideal)


@pytest.mark.parametrize("found", [{}, {"q": []}, {"q": ["别的"]}])
def test_nothing_found_is_zero_in_all(found: dict[str, list[str]]) -> None:
    assert measure({"q": ["甲"]}, found) == {"q": dict.fromkeys(RANKING, 0.0)}


def test_a_failed_question_lowers_the_mean() -> None:
    values = measure({"a": ["甲"], "b": ["乙"]}, {"a": ["甲"]})
    assert sum(v["recall@5"] for v in values.values()) / 2 == 0.5


def test_a_repeated_id_counts_at_its_first_place() -> None:
    assert measure({"q": ["乙"]}, {"q": ["甲", "甲", "甲", "乙"]})["q"]["recall@3"] == 1


def test_depth() -> None:
    ranked = [f"x{i}" for i in range(60)] + ["甲"]
    found = measure({"q": ["甲"]}, {"q": ranked}, deep=True)["q"]
    assert (found["recall@20"], found["recall@100"]) == (0, 1)


def test_a_question_without_gold_has_no_place_here() -> None:
    with pytest.raises(ValueError, match="without gold"):
        measure({"q": []}, {})
