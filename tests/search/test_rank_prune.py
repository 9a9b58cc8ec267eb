"""The cheap first stage: what it keeps, in which order, and that it loses none it should not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.search.rank import Candidates, Query
from kb.search.rank.prune import (
    FIRST,
    SECOND,
    best,
    cheap_signs,
    has_questions,
    likelihoods,
    more_signs,
    odds,
    pruned,
)
from kb.search.rank.values import log_rank, of_rows, of_sorted, relative
from kb.search.retrieve import Retriever, Scope
from kb.search.retrieve import retriever as retrieving
from kb.search.retrieve.candidates import gather


@pytest.fixture
def asked(retriever: Retriever, everywhere: Scope) -> tuple[Query, Candidates]:
    query = retriever.query("吊钩没人查，要罚多少", everywhere)
    return query, gather(retriever.evidence, query)


def test_signs_of_both_models(retriever: Retriever, asked: tuple[Query, Candidates]) -> None:
    query, found = asked
    cheap = cheap_signs(retriever.evidence, query, found)
    assert cheap.shape == (len(FIRST) // 2, len(found.rows))
    more = more_signs(cheap, likelihoods(retriever.evidence, query, found.rows))
    assert more.shape == (len(SECOND) // 2, len(found.rows))
    assert np.isfinite(more).all()
    assert (more[: len(cheap)] == cheap).all()


def test_an_article_with_known_questions_is_weighed_as_one_of_those_only(
    retriever: Retriever, asked: tuple[Query, Candidates]
) -> None:
    query, found = asked
    cheap, has = cheap_signs(retriever.evidence, query, found), has_questions(retriever.evidence, found)
    assert 0 < has.sum() < len(has)
    weights = np.zeros(len(FIRST))
    weights[: len(FIRST) // 2] = 1.0
    told = odds(weights, cheap, has)
    assert not told[~has].any()
    assert told[has] == pytest.approx(cheap.sum(axis=0)[has], rel=1e-5)


@given(st.lists(st.integers(-50, 50), max_size=30), st.integers(1, 40))
def test_the_best_in_their_order(values: list[int], n: int) -> None:
    at = best(np.array(values, np.float64), n)
    assert at.tolist() == sorted(set(at.tolist()))
    assert sorted(values, reverse=True)[:n] == sorted((values[i] for i in at.tolist()), reverse=True)


def test_few_candidates_all_stay(retriever: Retriever, asked: tuple[Query, Candidates]) -> None:
    query, found = asked
    assert pruned(retriever.evidence, query, found, len(found.rows)) is found


@pytest.mark.parametrize("kept", [1, 2, 4])
def test_the_best_stay_in_their_order(retriever: Retriever, asked: tuple[Query, Candidates], kept: int) -> None:
    query, found = asked
    small = pruned(retriever.evidence, query, found, kept)
    assert len(small.rows) == len(small.fused) == kept
    places = [found.rows.tolist().index(r) for r in small.rows.tolist()]
    assert places == sorted(places)
    assert small.fused.tolist() == found.fused[places].tolist()
    larger = pruned(retriever.evidence, query, found, kept + 1)
    assert set(small.rows.tolist()) <= set(larger.rows.tolist())
    assert sorted((*small.rows.tolist(), *small.rest.tolist())) == sorted(found.rows.tolist())
    assert small.rest[0] in larger.rows  # the best of those left out is the next to stay


def test_hits_beyond_those_that_are_weighed_follow_with_no_better_score(
    retriever: Retriever, everywhere: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "吊钩没人查，要罚多少"
    every = retriever.search(question, scope=everywhere, k=50).hits
    monkeypatch.setattr(retrieving, "pruned", lambda *given: pruned(*given, 3))
    few = retriever.search(question, scope=everywhere, k=50).hits
    assert {h.passage.id for h in few} == {h.passage.id for h in every}
    scores = [h.score for h in few]
    assert scores == sorted(scores, reverse=True)
    assert all(h.why for h in few)
    assert ["rerank" in h.why for h in few] == [True] * 3 + [False] * (len(few) - 3)


def test_an_article_that_a_near_known_question_leads_to_stays(
    retriever: Retriever, asked: tuple[Query, Candidates]
) -> None:
    query, found = asked
    only = pruned(retriever.evidence, query, found, 2)
    nearest = set(retriever.evidence.known.answers(int(found.near.questions[0])).tolist())
    assert nearest & set(only.rows.tolist())


def test_a_turned_list_of_candidates_leaves_the_same_rows(
    retriever: Retriever, asked: tuple[Query, Candidates]
) -> None:
    query, found = asked
    turned = replace(found, rows=found.rows[::-1], fused=found.fused[::-1])
    here, there = (pruned(retriever.evidence, query, f, 3).rows.tolist() for f in (found, turned))
    assert set(here) == set(there)


ROWS = st.lists(st.integers(0, 40), min_size=1, max_size=12)


@settings(max_examples=60)
@given(ROWS, ROWS, st.data())
def test_scores_looked_up(wanted: list[int], rows: list[int], data: st.DataObject) -> None:
    scores = data.draw(st.lists(st.floats(0.5, 9, width=32), min_size=len(rows), max_size=len(rows)))
    best: dict[int, float] = {}
    for row, score in zip(rows, scores, strict=True):
        best[row] = max(score, best.get(row, 0.0))
    there = [best.get(w, 0.0) for w in wanted]
    assert of_rows(np.array(wanted), np.array(rows), np.array(scores, np.float32)).tolist() == there
    known = np.array(sorted(best))
    values = np.array([best[r] for r in known.tolist()], np.float32)
    assert of_sorted(known, values, np.array(wanted)).tolist() == there


def test_shares_and_places() -> None:
    values = np.array([2.0, 8.0, 0.0], np.float32)
    assert relative(values).tolist() == [0.25, 1.0, 0.0]
    assert relative(np.zeros(2, np.float32)).tolist() == [0.0, 0.0]
    assert np.exp(log_rank(values)) == pytest.approx([2, 1, 3])
