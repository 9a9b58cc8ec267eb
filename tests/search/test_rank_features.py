"""Features: one row a candidate, whatever order the candidates come in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kb.search.rank import NAMES, Candidates, Query, features
from kb.search.rank.asks import asks_penalty
from kb.search.retrieve import Retriever, Scope
from kb.search.retrieve.candidates import gather

QUESTION = "吊钩两个月没查过，要罚多少钱"


@pytest.fixture
def asked(retriever: Retriever, everywhere: Scope) -> tuple[Query, Candidates]:
    query = retriever.query(QUESTION, everywhere)
    return query, gather(retriever.evidence, query)


def column(matrix: np.ndarray, name: str) -> np.ndarray:
    return matrix[:, NAMES.index(name)]


def test_names_are_distinct_and_every_value_is_finite(retriever: Retriever, asked: tuple[Query, Candidates]) -> None:
    query, found = asked
    matrix = features(retriever.evidence, query, found)
    assert len(set(NAMES)) == len(NAMES)
    assert matrix.shape == (len(found.rows), len(NAMES))
    assert np.isfinite(matrix).all()


def test_another_order_of_candidates_gives_the_same_rows(retriever: Retriever, asked: tuple[Query, Candidates]) -> None:
    query, found = asked
    order = np.random.default_rng(1).permutation(len(found.rows))
    shuffled = replace(found, rows=found.rows[order], fused=found.fused[order])
    here, there = (features(retriever.evidence, query, f) for f in (found, shuffled))
    ties = [i for i, name in enumerate(NAMES) if name.endswith("_rank") or name.endswith("_voted")]
    kept = [i for i in range(len(NAMES)) if i not in ties]  # equal values keep the order they came in
    assert np.allclose(here[order][:, kept], there[:, kept], atol=1e-5)


def test_the_evidence_of_a_known_question_is_on_the_articles_that_answer_it(
    retriever: Retriever, asked: tuple[Query, Candidates]
) -> None:
    query, found = asked
    matrix = features(retriever.evidence, query, found)
    passages = retriever.generation.passages(found.rows.tolist())
    place = {(p.title, str(p.article), p.version): i for i, p in enumerate(passages)}
    duty = place["示例车间安全条例", "第二条", "2020-05-06"]
    penalty = place["示例车间安全条例", "第四条", "2020-05-06"]
    unasked = place["示例厨房安全条例", "第一条", "2015-01-01"]
    assert column(matrix, "own_best")[duty] > 0.3
    assert column(matrix, "own_best")[unasked] == column(matrix, "asked")[unasked] == 0
    assert column(matrix, "asked_share")[unasked] == 0
    assert column(matrix, "penalty_fits")[penalty] == 1
    assert column(matrix, "partner_cos")[duty] == pytest.approx(column(matrix, "cos")[penalty], abs=1e-5)


def test_the_question_alone_and_the_one_before_are_told_apart(retriever: Retriever, everywhere: Scope) -> None:
    query = retriever.query("那要罚多少", everywhere, ("吊钩没人查",))
    assert query.text == "吊钩没人查 那要罚多少"
    found = gather(retriever.evidence, query)
    matrix = features(retriever.evidence, query, found)
    assert (column(matrix, "turns") == 1).all()
    assert not np.allclose(column(matrix, "cos_last"), column(matrix, "cos_before"))


@pytest.mark.parametrize(
    ("question", "penalty"),
    [("占用消防通道罚多少", True), ("要承担什么责任", True), ("安全员要不要持证", False), ("预案多久演练一次", False)],
)
def test_questions_that_ask_for_a_sanction(question: str, penalty: bool) -> None:
    assert asks_penalty(question) is penalty
