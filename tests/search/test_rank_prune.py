"""The cheap first stage: what it keeps, in which order, and that it loses none it should not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.search.rank import Candidates, Query
from kb.search.rank.prune import SIGNS, pruned, signs
from kb.search.rank.values import log_rank, of_rows, of_sorted, relative
from kb.search.retrieve import Retriever, Scope
from kb.search.retrieve.candidates import gather


@pytest.fixture
def asked(retriever: Retriever, everywhere: Scope) -> tuple[Query, Candidates]:
    query = retriever.query("吊钩没人查，要罚多少", everywhere)
    return query, gather(retriever.evidence, query)


def test_one_row_of_signs_a_candidate(retriever: Retriever, asked: tuple[Query, Candidates]) -> None:
    query, found = asked
    matrix = signs(retriever.evidence, query, found)
    assert matrix.shape == (len(found.rows), len(SIGNS))
    assert np.isfinite(matrix).all()
    has = retriever.evidence.columns.asked[found.rows] > 0
    half = len(SIGNS) // 2
    assert 0 < has.sum() < len(has)
    assert not matrix[has][:, half:].any()  # an article with known questions is weighed as one of those only
    assert not matrix[~has][:, :half].any()


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
