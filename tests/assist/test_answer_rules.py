"""What is no sanction and what is no conflict: procedure articles, a unit's head beside the unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kb.assist.answer import AnswerEngine, Rules
from kb.assist.answer.conflict import apply
from kb.assist.answer.near import by_words
from kb.assist.answer.quote import Wish, quotes
from kb.assist.answer.select import Chosen
from kb.base.address import ArticleNo
from kb.base.records import Passage, Rank
from kb.law.penalty import sanctions
from kb.search.embed import load_encoder
from kb.search.index import Generation
from kb.search.index.build import Inputs, build
from kb.search.retrieve import Retriever, Scope

TODAY = date(2025, 1, 1)
PROCEDURE = """# 示例罚单法

2022年3月1日示例国人民代表大会常务委员会第一次会议通过

<!-- INFO END -->

## 第一章 罚单的开具

第一条 为了示例，制定本法。

第二条 收到罚单的人应当在七日内到示例银行缴纳罚款。到期不缴纳罚款的，每日按罚款数额的百分之三加处罚款。

第三条 拟作出吊销风筝证、责令停产停业决定的，应当告知收到罚单的人有要求听证的权利，要求听证的，应当组织听证。

第四条 放风筝不得越过围墙。放风筝越过围墙的，处三百元以下的罚款，吊销风筝证。

## 第二章 附则

第五条 本法自2022年5月1日起施行。
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> AnswerEngine:
    """An engine over one invented law without a liability chapter."""
    folder = tmp_path_factory.mktemp("tickets")
    (folder / "corpus" / "laws").mkdir(parents=True)
    (folder / "corpus" / "laws" / "示例罚单法(2022-03-01).md").write_text(PROCEDURE, "utf-8")
    build(Inputs((folder / "corpus",)), folder / "index", load_encoder(None))
    generation = Generation.open(folder / "index")
    return AnswerEngine(generation, Retriever(generation, load_encoder(None)), rules=Rules(), today=TODAY)


@pytest.mark.parametrize(("article", "role"), [("第二条", "basis"), ("第三条", "basis"), ("第四条", "penalty")])
def test_an_article_on_procedure_is_neither_a_sanction_nor_a_duty_broken(
    engine: AnswerEngine, article: str, role: str
) -> None:
    answer = engine.answer(f"示例罚单法{article}违反了怎么罚", scope=Scope(TODAY, "all"))
    roles = {c.article: c.role for c in answer.citations}
    assert roles[article] == role


def passage(row: int, title: str, text: str) -> Passage:
    return Passage("law", title, text, f"{title}.md", article=ArticleNo(1), id=row)


HIGH, LOW = "示例风车法", "示例风车条例"


def ruled(high: str, low: str, *, ranks: tuple[Rank, Rank] = (Rank.LAW, Rank.ADMINISTRATIVE_REGULATION)) -> list[str]:
    """Why the one governs the other, of two sanctions both chosen as penalties."""
    held = {1: passage(1, HIGH, high), 2: passage(2, LOW, low)}
    generation = SimpleNamespace(
        sanctions=lambda row: sanctions(held[row].text),
        document_of=lambda row: SimpleNamespace(rank=ranks[row - 1]),
    )
    chosen = [Chosen(p, "penalty", 0.9) for p in held.values()]

    def place(c: Chosen) -> list[tuple[int, int]]:
        """Everything, but of a list of acts the lead-in and its second item."""
        text = c.passage.text
        second = text.find("（二）")
        return [(0, len(text))] if second < 0 else [(0, text.find("（一）")), (second, len(text))]

    _, rulings = apply("风车怎么罚", chosen, Rules(), cast(Any, generation), lambda _: None, by_words, place)
    assert {(r.governs, r.yields) for r in rulings} <= {(1, 2)}
    return [r.why for r in rulings]


UNIT = "风车单位没有检查吊钩的，处{}的罚款。"
HEAD = "风车单位的主要负责人没有检查吊钩的，处{}的罚款。"
ACTS = "风车单位有下列行为之一的，责令改正；逾期不改正的，处{{}}的罚款：\n（一）油漆桶敞口的；\n（二）{}。"
RETRIED, OTHER = ACTS.format("没有检查吊钩的"), ACTS.format("学徒在叶片下面午睡的")
OWN = (
    "风车单位有下列行为之一的，按照下列规定处罚：\n（一）油漆桶敞口的，责令改正；逾期不改正的，处{}的罚款；\n"
    "（二）没有检查吊钩的，责令改正；逾期未改正的，处{}的罚款。"
)
LARGE, SMALL = "一万元以上二万元以下", "一百元以上二百元以下"


@pytest.mark.parametrize(
    ("high", "low", "conflicts"),
    [
        (UNIT.format(LARGE), UNIT.format(SMALL), True),
        (HEAD.format(LARGE), HEAD.format(SMALL), True),
        (UNIT.format(LARGE), HEAD.format(SMALL), False),
        (HEAD.format(LARGE), UNIT.format(SMALL), False),
        (UNIT.format(LARGE), UNIT.format("一万二千元以上一万五千元以下"), False),  # filled out within the range
        (UNIT.format(LARGE), "风车单位没有检查吊钩的，责令改正；逾期不改正的，处一百元以下的罚款。", False),
        (RETRIED.format(LARGE), RETRIED.format(SMALL), True),
        (RETRIED.format(LARGE), OWN.format(SMALL, LARGE), False),  # another item of it fines less
        (RETRIED.format(LARGE), OWN.format(LARGE, SMALL), True),
        (RETRIED.format(LARGE), OTHER.format(SMALL), False),
        (UNIT.format(LARGE), "风车教练没有检查吊钩的，处一百元的罚款。", False),
        (UNIT.format("年收入百分之五"), UNIT.format(SMALL), False),
    ],
)
def test_only_what_falls_on_the_same_party_can_conflict(high: str, low: str, conflicts: bool) -> None:
    assert bool(ruled(high, low)) is conflicts


def test_texts_of_one_rank_do_not_govern_each_other() -> None:
    assert ruled(UNIT.format(LARGE), UNIT.format(SMALL), ranks=(Rank.LAW, Rank.LAW)) == []


@pytest.mark.parametrize(("aside", "paragraphs"), [(False, [1, 3]), (True, [1])])
def test_a_less_probable_provision_need_not_answer_each_thing_asked(aside: bool, paragraphs: list[int]) -> None:
    text = "检查应当有两人在场。\n木牌应当挂在门口。\n学徒不得独自搬运吊钩。"

    def near(question: str, texts: Sequence[str]) -> list[float]:
        """The whole question is nearest to the first 款, its second clause to the last."""
        return [0.0, 0.0, 1.0] if question.startswith("学徒") else [1.0, 0.0, 0.5]

    wish = Wish("检查吊钩几人在场，学徒可以独自搬运吗", aside=aside)
    assert [f.paragraph for f in quotes(passage(1, HIGH, text), wish, near)] == paragraphs
