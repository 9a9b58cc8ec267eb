"""Numbers told beside the ranges that a text sets, and what follows: grades, items, sentences."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assist.answer.grades import accident_grade
from kb.assist.answer.near import by_words
from kb.assist.answer.quote import Wish, quote
from kb.assist.answer.sentence import key_sentence
from kb.assist.answer.thresholds import fits, ranges_in, told_in
from kb.base.address import Address, ArticleNo
from kb.base.records import Passage

GRADES = (
    "风车事故分为下列等级：\n"
    "（一）特别重大事故，是指造成30人以上死亡，或者1亿元以上直接经济损失的事故；\n"
    "（二）重大事故，是指造成10人以上30人以下死亡，或者50人以上100人以下重伤，或者5000万元以上1亿元以下直接经济损失的事故；\n"
    "（三）较大事故，是指造成3人以上10人以下死亡，或者10人以上50人以下重伤，或者1000万元以上5000万元以下直接经济损失的事故；\n"
    "（四）一般事故，是指造成3人以下死亡，或者10人以下重伤，或者1000万元以下直接经济损失的事故。"
)
FINES = (
    "发生风车事故的，对作坊依照下列规定处以罚款：\n"
    "（一）发生一般事故的，处一千元以上二千元以下的罚款；\n"
    "（二）发生较大事故的，处二千元以上三千元以下的罚款；\n"
    "（三）发生重大事故的，处三千元以上四千元以下的罚款。"
)
STAFF = "作坊应当有人看护风车。学徒超过一百人的，应当有专职看护员；学徒在一百人以下的，应当有专职或者兼职看护员。"
AT = Address("示例风车条例", ArticleNo(3))


def passage(text: str) -> Passage:
    return Passage("law", "示例风车条例", text, "示例", "2022-01-01", ArticleNo(3), "article", (), 0, len(text))


TOLD = [
    ("工地塌了死了35人", [("35", "人", "dead")]),
    ("死了三个人算什么等级", [("3", "人", "dead")]),
    ("3死5伤", [("3", "人", "dead"), ("5", "人", "hurt")]),
    ("撞死1人重伤2人", [("1", "人", "dead"), ("2", "人", "hurt")]),
    ("死12个，损失六千万", [("12", "人", "dead"), ("60000000", "元", "loss")]),
    ("厂里八十个人要几个看护员", [("80", "人", "people")]),
    ("存了5吨柴油", [("5", "吨", "")]),
    ("第九十七条罚五万元", []),
    ("一共三个项目没报", []),
]


@pytest.mark.parametrize(("question", "expected"), TOLD)
def test_what_a_question_tells(question: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(f"{t.value:f}", t.unit, t.of) for t in told_in(question)] == expected


def test_fines_are_no_ranges_and_two_ends_are_one_range() -> None:
    assert ranges_in("处二万元以上五万元以下的罚款") == ()
    (one,) = ranges_in("造成三人以上十人以下死亡")
    assert (one.least, one.below, one.of) == (Decimal(3), Decimal(10), "dead")


FITS = [
    ("死了2个", "造成3人以下死亡", True),
    ("死了3个", "造成3人以下死亡", False),
    ("死了3个", "造成3人以上10人以下死亡", True),
    ("死了10个", "造成3人以上10人以下死亡", False),
    ("厂里有100人", "从业人员超过一百人的", False),
    ("厂里有101人", "从业人员超过一百人的", True),
    ("厂里有100人", "不超过一百人的", True),
    ("重伤12个", "造成3人以下死亡", None),
    ("没有数字", "造成3人以下死亡", None),
    ("死了3个", "应当报告", None),
    ("困了3小时", "轿厢困人2小时以上的", True),
    ("困了1小时", "轿厢困人2小时以上的", False),
    ("干了5年", "已满1年不满10年的", True),
    ("关了10天", "处五日以上十日以下拘留", None),
]


@pytest.mark.parametrize(("question", "text", "expected"), FITS)
def test_whether_a_range_holds_what_is_told(question: str, text: str, expected: bool | None) -> None:
    assert fits(told_in(question), text) is expected


@given(st.integers(1, 500))
def test_every_number_of_dead_has_exactly_one_grade(dead: int) -> None:
    items = GRADES.split("\n")[1:]
    assert sum(fits(told_in(f"死了{dead}人"), item) is True for item in items) == 1


GRADED = [
    ("死了三个人怎么处罚", "较大事故"),
    ("重伤60人", "重大事故"),
    ("死1个，损失六千万", "重大事故"),  # the gravest holds
    ("死了一个人", "一般事故"),
    ("死了两个人判几年", ""),  # crimes have thresholds of their own
    ("死了三个人厂里罚多少，老板要坐牢吗", "较大事故"),
    ("网上造谣说死了上百人", ""),
    ("较大事故死了三个人", ""),  # told already
    ("死了三个人，老板压着没报，罚多少", ""),  # concealment has an article of its own
    ("厂里死了一个人瞒着没报，对公司罚多少", ""),
    ("死了三个人没往上报，这算几级事故", "较大事故"),
    ("死了三个人没报警", "较大事故"),
    ("没有看护员", ""),
]


@pytest.mark.parametrize(("question", "grade"), GRADED)
def test_the_grade_is_read_from_the_law(question: str, grade: str) -> None:
    assert accident_grade(question, AT, lambda at: passage(GRADES) if at == AT else None) == grade
    assert accident_grade(question, AT, lambda _: None) == ""
    assert accident_grade(question, None, lambda _: passage(GRADES)) == ""


def test_the_grade_told_is_quoted_and_without_one_all_are() -> None:
    assert quote(passage(GRADES), Wish("死了三个人"), by_words).item == 3
    assert quote(passage(GRADES), Wish("死1个，损失六千万"), by_words).item is None
    assert quote(passage(GRADES), Wish("事故怎么分等级"), by_words).text == GRADES
    assert quote(passage(FINES), Wish("死了三个人，较大事故", penalty=True), by_words).item == 2
    assert quote(passage(FINES), Wish("出了风车事故罚多少", penalty=True), by_words).text == FINES


SAID = [
    (STAFF, "八十个工人要专职看护员吗", "学徒在一百人以下的，应当有专职或者兼职看护员"),
    (STAFF, "一百二十个工人要专职看护员吗", "学徒超过一百人的，应当有专职看护员"),
    (
        "风车停在空地上。风车，是指用风做工的器具。转轴，是指风车的轴。",
        "什么是风车",
        "风车，是指用风做工的器具",
    ),
    (
        "应当在十日内答复；但是情况复杂的，可以延长五日。其他照旧。",
        "几日内答复",
        "应当在十日内答复；但是情况复杂的，可以延长五日",
    ),
    (
        "行政机关不得在夜间停风车。但是，风太大的除外。其他照旧。",
        "夜间能停风车吗",
        "行政机关不得在夜间停风车。但是，风太大的除外",
    ),
    (
        "小风车应当自申请之日起三十日内验收完毕。大风车应当自申请之日起六十日内验收完毕。其他照旧。",
        "多少天验收完",
        "小风车应当自申请之日起三十日内验收完毕；大风车应当自申请之日起六十日内验收完毕",
    ),
    (
        "小风车应当自申请之日起三十日内验收完毕。大风车应当自申请之日起六十日内验收完毕。其他照旧。",
        "小风车多少天验收完",
        "小风车应当自申请之日起三十日内验收完毕",
    ),
    (
        "看护员负有下列职责：\n（一）每天查看转轴；\n（二）记录风速。",
        "看护员负有什么职责",
        "看护员负有下列职责：（一）每天查看转轴；（二）记录风速",
    ),
]


@pytest.mark.parametrize(("text", "question", "expected"), SAID)
def test_the_sentence_that_answers(text: str, question: str, expected: str) -> None:
    assert key_sentence(text, question, by_words) == expected


def test_no_grade_is_told_where_no_number_is() -> None:
    assert key_sentence(GRADES, "死了人算重大事故吗", by_words).startswith("风车事故分为下列等级：（一）特别重大事故")
    assert "（三）较大事故" in key_sentence(GRADES, "死了三个人算什么", by_words)


BESIDES = (
    "矿场、风车制造的作坊应当有专职看护员。\n"
    "前款规定以外的作坊，学徒超过一百人的，应当有专职看护员；学徒在一百人以下的，可以有兼职看护员。"
)


def test_a_paragraph_on_all_others_is_not_told_of_those_before() -> None:
    assert key_sentence(BESIDES, "矿场八十个工人能不能只有兼职看护员", by_words).startswith("矿场、风车制造的作坊应当")
    assert "在一百人以下的" in key_sentence(BESIDES, "染坊八十个工人能不能只有兼职看护员", by_words)
    assert quote(passage(BESIDES), Wish("矿场八十个工人要专职吗"), by_words).text.startswith("矿场")
    assert quote(passage(BESIDES), Wish("染坊八十个工人要专职吗"), by_words).paragraph == 2


def test_deaths_that_come_later_add_up() -> None:
    assert told_in("死了2个，第二十天又死了1个")[0].value == Decimal(3)
    assert [t.value for t in told_in("死了2个，伤了1个")] == [Decimal(2), Decimal(1)]


def test_an_item_is_told_with_its_lead_in() -> None:
    found = key_sentence(
        "看护员负有下列职责：\n（一）每天查看转轴；\n（二）记录风速。", "看护员要不要记录风速", by_words
    )
    assert found.startswith("看护员负有下列职责：")
    assert "（二）记录风速" in found
