"""Which part of a provision is meant: cut as printed, tied to its other side, learned from known questions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kb.base.address import ArticleNo
from kb.base.records import ModelError, Passage
from kb.search.embed import StaticEncoder, load_encoder
from kb.search.index import Generation
from kb.search.index.build import Inputs, build
from kb.search.parts import PartJudge, parts_of, shared
from kb.search.parts.signs import NAMES

LAW = "示例车间安全条例"
PAIRS = [
    {"penalty": "第四条", "paragraph": 1, "item": None, "duties": ["第二条第一款"]},
    {"penalty": "第五条", "paragraph": 1, "item": 1, "duties": ["第三条第一款第（一）项"]},
    {"penalty": "第五条", "paragraph": 1, "item": 2, "duties": ["第三条第一款第（二）项", "第三条之一"]},
]
ASKED = [("风道被紫色油漆桶占了", "第五条第一款第（一）项"), ("过道窄得走不了人", "第五条第一款第（一）项")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    from tests.samples import write_corpus

    folder = tmp_path_factory.mktemp("parts")
    pairs = folder / "pairs.jsonl"
    pairs.write_text("".join(json.dumps({"law": LAW, "version": "2020-05-06"} | p) + "\n" for p in PAIRS), "utf-8")
    questions = folder / "questions.jsonl"
    rows = [{"q": q, "gold": [[LAW, "第五条"]], "places": [[LAW, place]]} for q, place in ASKED]
    questions.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    inputs = Inputs((write_corpus(folder / "corpus"),), questions=(questions,), pairs=pairs)
    build(inputs, folder / "index", load_encoder(None), workers=1)
    return Generation.open(folder / "index")


@pytest.fixture(scope="module")
def judge(world: Generation) -> PartJudge:
    encoder = load_encoder(None)
    assert isinstance(encoder, StaticEncoder)
    return PartJudge(world, encoder)


def article(world: Generation, number: int) -> Passage:
    found = world.article(LAW, ArticleNo(number))
    assert found is not None
    return found


def test_a_sanction_is_cut_into_items_tied_to_their_duties(world: Generation) -> None:
    first, second = parts_of(world, article(world, 5), penal=True)
    assert (first.place, second.place) == ((1, 1), (1, 2))
    assert "通道宽度不少于二米" in first.tied
    assert "油漆桶加盖" not in first.tied
    assert "不得靠近热源" in second.tied


def test_a_duty_is_tied_to_what_sanctions_its_part(world: Generation) -> None:
    first, second = parts_of(world, article(world, 2), penal=False)
    assert (first.place, second.place) == ((1, None), (2, None))
    assert "未检查吊钩" in first.tied
    assert second.tied == ""


def test_known_questions_tell_their_part_and_can_be_left_out(world: Generation, judge: PartJudge) -> None:
    question = ASKED[0][0]
    best = NAMES.index("asked_best")
    found = judge.signs(article(world, 5), question, penal=True)
    assert found is not None
    parts, rows = found
    assert rows.shape == (2, len(NAMES))
    assert rows[0, best] == pytest.approx(1.0, abs=0.02)
    assert rows[1, best] == 0.0
    alone = judge.signs(article(world, 5), question, penal=True, without=[0])
    assert alone is not None
    assert 0.0 < alone[1][0, best] < 0.9
    assert np.isfinite(rows).all()
    assert [p.place for p in parts] == [(1, 1), (1, 2)]


@pytest.mark.parametrize(
    ("question", "place"),
    [("紫色油漆桶没加盖怎么罚", (1, 2)), ("通道只有一米宽", (1, 1)), (ASKED[1][0], (1, 1))],
)
def test_the_part_that_is_asked_about_scores_best(
    world: Generation, judge: PartJudge, question: str, place: tuple[int, int]
) -> None:
    scores = judge.scores(article(world, 5), question, penal=True)
    assert max(scores, key=scores.__getitem__) == place


@pytest.mark.parametrize("question", ["", "？？", "zzzz", "油" * 500])
def test_any_question_gets_finite_scores(world: Generation, judge: PartJudge, question: str) -> None:
    assert np.isfinite(list(judge.scores(article(world, 5), question, penal=True).values())).all()


def test_one_part_needs_no_choice(world: Generation, judge: PartJudge) -> None:
    assert judge.scores(article(world, 4), "吊钩没检查", penal=True) == {}


def test_a_model_of_other_signs_is_refused(world: Generation, tmp_path: Path) -> None:
    from kb.search.rank.ranker import MODEL, SHIPPED

    encoder = load_encoder(None)
    assert isinstance(encoder, StaticEncoder)
    with pytest.raises(ModelError, match="train_parts"):
        PartJudge(world, encoder, SHIPPED / MODEL).scores(article(world, 5), "通道", penal=True)


def test_shared_pairs_weigh_what_few_texts_hold() -> None:
    assert shared("绿色油漆桶", ["紫色油漆桶", "绿色灯罩"]) == pytest.approx([0.6, 0.4], abs=0.2)
    assert shared("问", ["紫色"]) == [0.0]
