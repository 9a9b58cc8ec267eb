"""Candidates, fusion, names, copies: each beside the obviously right way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.law.catalogue import Resolution
from kb.search.rank import Ranked
from kb.search.retrieve import Retriever, Scope
from kb.search.retrieve.candidates import WEIGHTS, fuse, gather, voted
from kb.search.retrieve.collapse import collapsed
from kb.search.retrieve.found import Found, joined
from kb.search.retrieve.fusion import reciprocal_rank_fusion
from kb.search.retrieve.named import named_keys

LISTS = st.dictionaries(
    st.sampled_from(["dense", "lexical", "pooled", "other"]),
    st.lists(st.integers(0, 30), unique=True, max_size=12),
    min_size=1,
)


@given(LISTS)
def test_fusion_over_arrays_is_reciprocal_rank_fusion(lists: dict[str, list[int]]) -> None:
    ranked = {n: Ranked(np.array(r, np.int64), np.zeros(len(r), np.float32)) for n, r in lists.items()}
    rows, scores = fuse(ranked, WEIGHTS)
    plain = reciprocal_rank_fusion(lists, WEIGHTS)
    assert rows.tolist() == [r for r, _ in plain]
    assert scores.tolist() == pytest.approx([s for _, s in plain], abs=1e-6)


def test_every_list_is_among_the_candidates_once(retriever: Retriever, everywhere: Scope) -> None:
    query = retriever.query("示例厨房安全条例里吊钩要查吗", everywhere)
    found = gather(retriever.evidence, query)
    assert set(found.lists) == {"dense", "lexical", "pooled", "question_dense", "question_lexical", "named", "pair"}
    assert len(set(found.rows.tolist())) == len(found.rows) == len(found.fused)
    for ranked in found.lists.values():
        assert set(ranked.rows.tolist()) <= set(found.rows.tolist())
    assert query.allowed[found.rows].all()
    titles = {retriever.generation.passage(r).title for r in found.lists["named"].rows.tolist()}
    assert titles == {"示例厨房安全条例"}


def test_an_article_takes_the_score_of_its_best_question(retriever: Retriever, everywhere: Scope) -> None:
    query = retriever.query("吊钩没查罚多少", everywhere)
    near = gather(retriever.evidence, query).near
    known = retriever.generation.known
    best: dict[int, float] = {}
    for question, score in zip(near.questions.tolist(), near.scores.tolist(), strict=True):
        for row in known.answers(question).tolist():
            best.setdefault(row, score)
    found = voted(retriever.evidence, near, query.allowed)
    assert dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True)) == pytest.approx(best)


def test_an_index_without_known_questions_is_searched_all_the_same(retriever: Retriever, everywhere: Scope) -> None:
    empty = np.zeros(len(retriever.generation), np.bool_)
    query = retriever.query("吊钩", everywhere)
    found = gather(retriever.evidence, query)
    assert len(found.rows) > 0
    assert len(gather(retriever.evidence, replace(query, allowed=empty, named=())).rows) == 0


class Names:
    """Resolves two titles and a nickname."""

    def resolve(self, name: str, *, place: str = "", mend: bool = True) -> Resolution:
        assert not mend
        known = {"示例安全法": ("示例安全法",), "示安法": ("示例安全法",), "码头条例": ("甲码头条例", "乙码头条例")}
        return Resolution(known[name], "short") if name in known else Resolution((), "none")


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        ("按示例安全法怎么办", ("示例安全法",)),
        ("示安法里，储罐要几个人看", ("示例安全法",)),
        ("违法了怎么办", ()),
        ("码头条例怎么说", ()),  # fits two: none is taken
        ("示例安全法和示安法是一部吗", ("示例安全法",)),
    ],
)
def test_instruments_named_without_an_article(question: str, keys: tuple[str, ...]) -> None:
    assert named_keys(question, Names()) == keys


COPIES = {
    1: ("甲市", "码头经营人应当在系缆桩旁放置救生圈，每季度检查一次缆绳"),
    2: ("", "国家规定的另一句话，与码头无关"),
    3: ("乙市", "码头经营人应当在系缆桩旁边放置救生圈，每季度检查一次缆绳"),
    4: ("乙市", "码头经营人应当在系缆桩旁放置救生圈，每季度检查一次缆绳"),  # the same place twice: no copy of row 3
    5: ("丙市", "码头经营者应当在系缆桩旁放置救生圈，每季度检查一次缆绳"),
    6: ("丙市", "粮仓应当通风"),
}


@pytest.mark.parametrize(
    ("rows", "home", "ordered"),
    [
        ([1, 2, 3, 5, 6], "丙市", [5, 2, 6, 1, 3]),  # the group stands at its first place, in the text of home
        ([1, 2, 3, 5, 6], "", [1, 2, 6, 3, 5]),
        ([3, 4, 6], "乙", [3, 4, 6]),
        ([2, 6], "丙市", [2, 6]),
        ([], "丙市", []),
    ],
)
def test_copies_of_a_local_rule_are_shown_once(rows: list[int], home: str, ordered: list[int]) -> None:
    assert collapsed(rows, lambda r: COPIES[r][0], lambda r: COPIES[r][1], home) == ordered


@given(st.permutations(list(COPIES)), st.sampled_from(["", "甲市", "乙市", "丁市"]))
def test_no_row_is_lost_or_doubled(rows: list[int], home: str) -> None:
    out = collapsed(rows, lambda r: COPIES[r][0], lambda r: COPIES[r][1], home)
    assert sorted(out) == sorted(rows)


def test_two_paths_are_joined_by_their_weighted_probabilities() -> None:
    laws = Found((1, 2), (0.9, 0.2), {1: {"dense"}}, 0.8)
    reports = Found((7, 8), (0.6, 0.5), {7: {"lexical"}}, 0.5)
    both = joined(laws, reports, 0.5)
    assert both.rows == (1, 7, 8, 2)
    assert both.confidence == pytest.approx(0.65)
    assert joined(laws, Found((7,), (1.0,)), 0.5).confidence is None
