"""The retriever: what comes first, why, how sure, and from where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from kb.base.records import MissingExtra, ModelError, SearchResult
from kb.search.embed import load_encoder
from kb.search.index import Generation
from kb.search.index.build import Inputs, build
from kb.search.rank import CrossReranker, load_ranker
from kb.search.retrieve import Retriever, Scope
from tests.fakes.models import cross_encoder_model
from tests.samples import write_corpus
from tests.search.conftest import DAY


def names(result: SearchResult, k: int = 3) -> list[str]:
    return [f"{h.passage.title}{h.passage.article or ''}" for h in result.hits[:k]]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("示例车间安全条例第五条", "示例车间安全条例第五条"),  # an address
        ("吊钩没人查，罚多少", "示例车间安全条例第四条"),  # a known question asked a little differently
        ("排风扇没装怎么罚", "示例厨房安全条例第二条"),  # an article that has no known question
    ],
)
def test_the_article_meant_is_among_the_first(retriever: Retriever, question: str, first: str) -> None:
    assert first in names(retriever.search(question, scope=Scope(DAY, "law")))


def test_scores_are_probabilities_and_fall(retriever: Retriever) -> None:
    result = retriever.search("吊钩多久查一次", scope=Scope(DAY, "law", "甲示例市"))
    scores = [h.score for h in result.hits]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[0] <= 1
    assert result.confidence is not None
    assert [h.rank for h in result.hits] == list(range(1, len(result.hits) + 1))


def test_a_sure_question_is_surer_than_a_strange_one(retriever: Retriever) -> None:
    sure, strange = (
        retriever.search(q, scope=Scope(DAY, "law")).confidence for q in ("吊钩几天得查一遍", "比特币今天多少钱一枚")
    )
    assert sure is not None
    assert strange is not None
    assert sure > strange + 0.2


def test_an_address_comes_first_and_is_certain(retriever: Retriever) -> None:
    result = retriever.search("示例车间安全条例第三条之一怎么说的", scope=Scope(DAY))
    assert names(result, 1) == ["示例车间安全条例第三条之一"]
    assert result.hits[0].score == result.confidence == 1.0
    assert "exact" in result.hits[0].why
    assert result.exact == (result.hits[0].passage.id,)


def test_the_version_of_the_day_answers(retriever: Retriever) -> None:
    old = retriever.search("吊钩多久检查一次", scope=Scope(date(2015, 1, 1), "law"))
    assert {h.passage.version for h in old.hits if h.passage.title == "示例车间安全条例"} == {"2010-03-01"}


def test_every_hit_says_why_it_came(retriever: Retriever) -> None:
    result = retriever.search("吊钩没查，罚多少", scope=Scope(DAY))
    known = {"exact", "lexical", "dense", "question", "reference", "pair", "rerank"}
    for hit in result.hits:
        assert hit.why
        assert set(hit.why) <= known


@pytest.mark.parametrize(
    ("kind", "question", "kinds"),
    [
        ("law", "风车作坊全年检查了多少家次", {"law"}),
        ("report", "吊钩没查罚多少", {"report"}),
    ],
)
def test_a_scope_keeps_to_its_kind(retriever: Retriever, kind: str, question: str, kinds: set[str]) -> None:
    assert {h.passage.kind for h in retriever.search(question, scope=Scope(DAY, kind)).hits} == kinds


def test_reports_and_laws_are_told_apart_by_the_question(retriever: Retriever) -> None:
    report = retriever.search("2023年示例镇的工作报告里检查了多少家次", scope=Scope(DAY))
    assert report.hits[0].passage.kind == "report"
    law = retriever.search("吊钩没人查，罚多少", scope=Scope(DAY))
    assert all(h.passage.kind == "law" for h in law.hits[:3])


@pytest.fixture(scope="module")
def unasked(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """The same invented laws and report without any known question, as somebody's own texts are at first."""
    folder = tmp_path_factory.mktemp("unasked")
    build(Inputs((write_corpus(folder / "corpus"),)), folder / "index", load_encoder(None), workers=1)
    return Retriever(Generation.open(folder / "index"), load_encoder(None), load_ranker())


@pytest.mark.parametrize(
    ("question", "kind", "first"),
    [
        ("通道宽度不足二米，示例车间安全条例怎么处罚", "law", "示例车间安全条例第五条"),
        ("车间负责人多久检查一次吊钩", "law", "示例车间安全条例第二条"),
        ("2023年示例镇的工作报告里检查了多少家次", "report", "示例镇应急管理办公室2023年工作情况报告"),
    ],
)
def test_an_index_without_known_questions_tells_laws_and_reports_apart(
    unasked: Retriever, question: str, kind: str, first: str
) -> None:
    assert len(unasked.generation.known) == 0
    found = unasked.search(question, scope=Scope(DAY))
    assert {h.passage.kind for h in found.hits[:2]} == {kind}
    assert first in names(found, 2)  # a duty may stand before the sanction that refers to it


def test_one_document_alone(retriever: Retriever) -> None:
    found = retriever.search("罚多少", scope=Scope(DAY, title="示例厨房安全条例"))
    assert {h.passage.title for h in found.hits} == {"示例厨房安全条例"}
    assert retriever.search("罚多少", scope=Scope(DAY, title="没有的法")).hits == ()


def test_a_follow_up_leans_on_the_question_before(retriever: Retriever) -> None:
    alone = retriever.search("那罚多少", scope=Scope(DAY, "law"))
    after = retriever.search("那罚多少", scope=Scope(DAY, "law"), history=("吊钩一直没人查怎么办",))
    assert "示例车间安全条例第四条" in names(after, 2)
    assert names(alone, 5) != names(after, 5)


def test_copies_of_other_places_step_back_for_the_configured_one(asked_generation: Generation) -> None:
    at_home = Retriever(asked_generation, load_encoder(None), load_ranker(), home="丙示例市")
    found = at_home.search("码头旁要放救生圈吗，缆绳多久查", scope=Scope(DAY, "law"))
    first = [h for h in found.hits if "码头" in h.passage.title and str(h.passage.article) == "第一条"]
    assert first[0].passage.title == "丙示例市示例码头管理办法"
    assert first[1].rank > first[0].rank + 2  # the copies stand behind everything else


def test_the_same_question_twice_and_by_another_retriever(retriever: Retriever, asked_generation: Generation) -> None:
    scope = Scope(DAY)
    results = [
        r.search("油漆桶没盖", scope=scope)
        for r in (retriever, retriever, Retriever(asked_generation, load_encoder(None), load_ranker()))
    ]
    assert len({tuple((h.passage.id, h.score) for h in r.hits) for r in results}) == 1


class TestWithoutRanker:
    """Another encoder's evidence is fused, not weighed."""

    @pytest.fixture
    def plain(self, asked_generation: Generation) -> Retriever:
        return Retriever(asked_generation, load_encoder(None))

    def test_no_confidence_is_claimed(self, plain: Retriever) -> None:
        assert plain.search("吊钩没查罚多少", scope=Scope(DAY, "law")).confidence is None

    def test_partners_come_along(self, plain: Retriever) -> None:
        result = plain.search("吊钩每周检查", scope=Scope(DAY, "law"))
        assert {"示例车间安全条例第二条", "示例车间安全条例第四条"} <= set(names(result, 6))


class FakeCross(CrossReranker):
    """Scores by the length of the text, shortest first."""

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        return np.array([-float(len(t)) for t in texts])


def test_a_cross_encoder_orders_the_first_hits_anew(asked_generation: Generation) -> None:
    scope = Scope(DAY, "law", "甲示例市")
    plain = Retriever(asked_generation, load_encoder(None), load_ranker()).search("吊钩没查罚多少", scope=scope)
    cross = Retriever(asked_generation, load_encoder(None), load_ranker(), cross=FakeCross("假"))
    again = cross.search("吊钩没查罚多少", scope=scope)
    assert {h.passage.id for h in again.hits} == {h.passage.id for h in plain.hits}
    assert [h.passage.id for h in again.hits] != [h.passage.id for h in plain.hits]
    assert [h.score for h in again.hits] == [h.score for h in plain.hits]  # each place keeps its probability
    assert again.confidence == plain.confidence


@pytest.mark.slow
def test_a_real_cross_encoder(tmp_path: Path) -> None:
    cross = CrossReranker(str(cross_encoder_model(tmp_path)))
    texts = ["消防通道不得堵塞", "仓库应当有监护人员", "罚款"]
    scores = cross.scores("消防通道堵塞罚款", texts)
    assert scores.shape == (3,)
    assert scores.tolist() == pytest.approx(cross.scores("消防通道堵塞罚款", texts).tolist())
    assert len(set(scores.tolist())) == 3
    assert cross.scores("问", []).shape == (0,)


def test_a_cross_encoder_that_cannot_be_loaded_says_which(tmp_path: Path) -> None:
    with pytest.raises((ModelError, MissingExtra), match=r"KB_RERANKER"):
        CrossReranker(f"{tmp_path}/没有").scores("问", ["答"])
