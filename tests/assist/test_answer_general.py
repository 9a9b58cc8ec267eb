"""What general law answers: procedure that every penalty has, accidents that no field tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.assist.answer.general import asks_general, of_general_accidents, strange
from kb.assist.answer.intent import read_intent
from kb.assist.answer.question import Question
from kb.assist.answer.rules import Rules, load_rules
from kb.assist.answer.select import Chosen
from kb.base.address import ArticleNo
from kb.base.records import Passage


@pytest.fixture(scope="module")
def rules(root: Path) -> Rules:
    return load_rules(root / "corpus")


GENERAL = [
    ("对罚款不服几天内复议", True),
    ("对罚款5万的决定不服几天内复议", True),
    ("处罚决定书拒收怎么办", True),
    ("当事人拒收处罚决定书怎么办", True),
    ("罚款能不能分期交", True),
    ("没有警示标志罚多少，能不能分期", False),  # a sanction is asked as well
    ("预案多久演练一次", False),
]


@pytest.mark.parametrize(("question", "general"), GENERAL)
def test_procedure_that_every_penalty_has(rules: Rules, question: str, general: bool) -> None:
    assert asks_general(question, rules) is general


def chosen(title: str) -> Chosen:
    passage = Passage("law", title, "发生事故的，处罚款。", title, "2022-01-01", ArticleNo(3), "article", (), 0, 10)
    return Chosen(passage, "penalty", 0.5)


FIELDS = [
    ("叉车撞死一个人罚多少", "，一般事故", ["特种设备安全法", "安全生产法"]),
    ("工地死了一个人罚多少", "，一般事故", ["安全生产法"]),
    ("火车撞死一个人罚多少", "，一般事故", ["铁路交通事故应急救援和调查处理条例", "安全生产法"]),
    ("工地出了事罚多少", "", ["特种设备安全法", "铁路交通事故应急救援和调查处理条例", "安全生产法"]),
]


@pytest.mark.parametrize(("text", "grade", "kept"), FIELDS)
def test_the_accident_law_of_a_field_needs_its_word(rules: Rules, text: str, grade: str, kept: list[str]) -> None:
    question = Question(text, (), read_intent(text), (), (), grade)
    every = [chosen(t) for t in ("特种设备安全法", "铁路交通事故应急救援和调查处理条例", "安全生产法")]
    assert [c.passage.title for c in of_general_accidents(question, every, rules)] == kept


STRANGE = [
    ("行车刹车坏了还在吊", "铁路法", True),
    ("火车站台上堆了货", "铁路法", False),
    ("行车刹车坏了还在吊", "特种设备安全法", False),  # not in the list: it always may speak
    ("厂里想复议，几天内提", "学校卫生工作条例", True),
    ("厂里想复议，几天内提", "行政复议法", False),
    ("一般许可多少天办好", "特种设备安全法", True),
    ("特种设备许可多少天办好，行政许可一般多久", "特种设备安全法", False),
    ("不办行政许可就生产怎么罚", "特种设备安全法", False),  # a sanction is asked: no procedure
    ("没签安全协议，按本市的条例罚多少", "安全生产法", True),
    ("没签安全协议，按本市的条例罚多少", "上海市安全生产条例", False),
    ("没签安全协议罚多少", "安全生产法", False),
]


@pytest.mark.parametrize(("text", "title", "steps_back"), STRANGE)
def test_the_law_of_a_field_steps_back_where_nobody_tells_it(
    rules: Rules, text: str, title: str, *, steps_back: bool
) -> None:
    question = Question(text, (), read_intent(text), (), ())
    assert strange(question, rules)(title) is steps_back


def test_every_address_of_the_bundled_rules_is_an_article(rules: Rules) -> None:
    assert rules.grades is not None
    assert rules.grades.article is not None
    assert rules.accident is not None
    assert rules.accident.article is not None
