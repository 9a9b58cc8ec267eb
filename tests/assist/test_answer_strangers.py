"""Whether a question has an answer here: the ranker's confidence weighed with whom the question resembles."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from kb.assist.answer.strangers import CAUTION, REFUSE, Strangers

# Two directions: along the first lies everything on law, along the second everything else.
PLACES = {"吊钩多久检查": (1.0, 0.0), "吊钩几天查一次": (0.9, 0.44), "股票": (0.0, 1.0), "基金": (0.2, 0.98)}


class Encoder:
    """Vectors by table."""

    def encode(self, texts: Sequence[str], *, kind: str) -> np.ndarray[Any, Any]:
        """Rows of the table."""
        return np.array([PLACES[t] for t in texts], np.float32)


class Vectors:
    """One known question."""

    def top(self, vector: np.ndarray[Any, Any], n: int) -> tuple[list[int], list[float]]:
        """It, with its cosine."""
        return [0], [float(vector @ np.array(PLACES["吊钩多久检查"], np.float32))]


class Known:
    """Known questions of a generation."""

    def __init__(self, n: int) -> None:
        self.vectors = Vectors()
        self.n = n

    def __len__(self) -> int:
        return self.n


def strangers(*questions: str, known: int = 1) -> Strangers:
    """A fresh comparison."""
    return Strangers(questions, cast(Any, Encoder()), cast(Any, SimpleNamespace(known=Known(known))))


def test_a_question_like_a_known_one_is_answered_and_one_like_a_stranger_is_not() -> None:
    both = strangers("股票")
    assert both.answerable("吊钩几天查一次", 0.5) > CAUTION
    assert both.answerable("基金", 0.5) < REFUSE


@pytest.mark.parametrize("question", ["吊钩几天查一次", "基金"])
def test_confidence_counts_beside_resemblance(question: str) -> None:
    both = strangers("股票")
    chances = [both.answerable(question, c) for c in (0.0, 0.2, 0.5, 0.9, 1.0)]
    assert chances == sorted(chances)
    assert chances[0] < chances[-1]


@pytest.mark.parametrize("nothing", [strangers(known=1), strangers("股票", known=0)])
def test_confidence_alone_decides_where_nothing_can_be_compared(nothing: Strangers) -> None:
    assert nothing.answerable("吊钩几天查一次", 0.05) < REFUSE
    assert nothing.answerable("基金", 0.3) > CAUTION


@pytest.mark.parametrize(("question", "like"), [("基金", True), ("股票", True), ("吊钩几天查一次", False)])
def test_a_text_by_itself_is_a_strangers_where_no_known_question_is_nearer(question: str, *, like: bool) -> None:
    assert strangers("股票").like(question) is like
    assert not strangers(known=1).like(question)
    assert not strangers("股票", known=0).like(question)
