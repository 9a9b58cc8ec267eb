"""Several findings in one question, sums of money, and the shares of unit and person."""

from __future__ import annotations

import pytest

from kb.assist.answer.focus import told_step
from kb.assist.answer.intent import read_intent
from kb.assist.answer.issues import issues
from kb.assist.answer.person import asks_several, parties
from kb.assist.answer.question import Question
from kb.assist.answer.thresholds import fits, told_in
from kb.assist.answer.wording import Step, steps
from kb.law.penalty import sanctions


def question(text: str) -> Question:
    return Question(text, (), read_intent(text), (), ())


FINDINGS = [
    ("磨坊没给学徒发口罩，管风车的也没证，分别怎么处理", ["磨坊没给学徒发口罩", "管风车的也没证"]),
    ("面粉堆在走廊上；另外转轴没装护罩", ["面粉堆在走廊上", "转轴没装护罩"]),
    ("风车停了还在转，旁边一个看场子的都没有", []),  # one tale in two clauses
    ("没装护罩罚多少", []),
    ("转轴没装护罩，也不改，罚多少", []),  # 也不改 is too short to be a finding of its own
    ("学徒把转轴的护罩拆了，磨坊里也没人管，能罚吗", []),
    ("没发口罩，没装护罩，没挂牌子，也没演练，怎么罚", []),  # more than an answer can hold
]


@pytest.mark.parametrize(("text", "told"), FINDINGS)
def test_findings_are_told_apart_where_words_add_one_to_another(text: str, told: list[str]) -> None:
    assert [part.text for part in issues(question(text))] == told


EARNED = (
    "风车评价机构出具虚假报告的，没收违法所得；违法所得在十万元以上的，并处违法所得二倍以上五倍以下的罚款；"
    "没有违法所得或者违法所得不足十万元的，单处或者并处十万元以上二十万元以下的罚款。"
)
SUMS = [
    ("评价机构收了15万，报告是假的", "二倍以上五倍以下"),
    ("评价机构收了8万块，报告是假的", "十万元以上二十万元以下"),
    ("评价机构赚了三十万元，报告是假的", "二倍以上五倍以下"),
    ("评价机构出了假报告", None),
    ("评价机构出了假报告，罚了15万行不行", None),  # a fine is no income
]


@pytest.mark.parametrize(("text", "phrase"), SUMS)
def test_what_was_earned_decides(text: str, phrase: str | None) -> None:
    found: list[Step] = steps(sanctions(EARNED))
    told = told_step(found, text)
    assert (told.phrase if told else "") == "" if phrase is None else phrase in (told.phrase if told else "")


STILL = [
    ("那要是到期了还不装呢", True),
    ("通知他了，他不搬", True),
    ("护罩还没装", False),
    ("逾期不改", True),
]


@pytest.mark.parametrize(("text", "told"), STILL)
def test_what_is_overdue_is_told_in_many_words(text: str, *, told: bool) -> None:
    assert (told_step([Step("逾期未改正", "处二万元罚款")], text) is not None) is told


@pytest.mark.parametrize(
    ("text", "told"), [("没履职，结果死了人", True), ("没履职，没死人", False), ("出了人命", True), ("没履职", False)]
)
def test_deaths_are_an_accident(text: str, *, told: bool) -> None:
    assert (told_step([Step("导致发生生产安全事故", "处三万元罚款")], text) is not None) is told


def test_a_range_of_income_holds_what_was_earned_only() -> None:
    assert fits(told_in("收了15万"), "违法所得在十万元以上的") is True
    assert fits(told_in("损失15万"), "违法所得在十万元以上的") is None


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("公司要罚多少，老板个人罚多少", True),
        ("单位和负责人怎么罚", True),
        ("老板罚多少", False),
        ("公司罚多少", False),
    ],
)
def test_the_shares_of_both_are_asked(text: str, *, both: bool) -> None:
    assert asks_several(text) is both


def test_parties_are_read_from_the_sanctions() -> None:
    assert parties(sanctions("对负有责任的风车单位处一万元以下的罚款。")) == {"unit"}
    assert parties(sanctions("对风车单位的主要负责人处一千元以下的罚款。")) == {"person"}
    assert parties(sanctions("没有检查吊钩的，处一千元以下的罚款。")) == frozenset()
