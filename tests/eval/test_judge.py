"""The judge: what of a model's reply is a mark, and its agreement with the answers judged by reading."""

from __future__ import annotations

import pytest

from eval.judge.judge import CRITERIA, Marks, agreement, hand, mark, marks, prompt
from kb.base.records import ModelError

FULL = {"correct": 2, "complete": 1, "usable": 0}


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ('{"correct": 2, "complete": 1, "usable": 0}', FULL),
        ('好的：\n```json\n{"correct": 2, "complete": 1, "usable": 0}\n```', FULL),
        ('{"correct": 3, "complete": 1, "usable": 0}', None),
        ('{"correct": true, "complete": 1, "usable": 0}', None),
        ('{"correct": 2, "complete": 1}', None),
        ("很好，满分", None),
        ("", None),
    ],
)
def test_marks_of_a_reply(reply: str, found: Marks | None) -> None:
    assert marks(reply) == found


def test_a_judge_that_fails_or_rambles_gives_nothing() -> None:
    def fails(_: str) -> str:
        raise ModelError("超时")

    row = hand()[0]
    assert mark(fails, row, row) == mark(lambda _: "不错", row, row) == dict.fromkeys(CRITERIA, 0)


def test_agreement() -> None:
    by_hand = [{"correct": a, "complete": a, "usable": 2} for a in (0, 1, 2, 2)]
    same = agreement(by_hand, by_hand)
    assert all(v == (1.0, 1.0) for v in same.values())
    against = agreement(by_hand, [{"correct": 2 - m["correct"], "complete": 0, "usable": 2} for m in by_hand])
    assert against["correct"][0] == 0.25
    assert against["correct"][1] < 0
    assert against["complete"] == (0.25, 0.0)


def test_fifty_answers_were_judged_and_reach_the_model_whole() -> None:
    rows = hand()
    assert len({r["id"] for r in rows}) == len(rows) == 50
    for row in rows:
        assert set(row["judged"]) == set(CRITERIA)
        assert set(row["judged"].values()) <= {0, 1, 2}
        assert row["why"] or set(row["judged"].values()) == {2}
        shown = prompt(row, row)
        assert row["question"] in shown
        assert "correct" in shown
    assert {r["judged"]["correct"] for r in rows} == {0, 1, 2}
