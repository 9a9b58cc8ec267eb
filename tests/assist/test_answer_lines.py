"""The lines of an answer, composed from invented provisions: what comes first, who pays, what is left out."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kb.assist.answer.cited import Cited
from kb.assist.answer.compose import Parts, compose
from kb.assist.answer.near import by_words
from kb.assist.answer.person import asked_of
from kb.assist.answer.quote import Wish, quote
from kb.assist.answer.select import Selection
from kb.base.address import ArticleNo
from kb.base.records import Passage, Role
from kb.law.penalty import sanctions

FINED = (
    "风车单位没有检查吊钩的，责令限期改正，处一万元以下的罚款；逾期未改正的，处二万元以下的罚款，"
    "对其直接负责的主管人员和其他直接责任人员处一千元以下的罚款；构成犯罪的，依法追究刑事责任。"
)
ITEMS = (
    "风车单位有下列行为之一的，责令限期改正：\n"
    "（一）没有检查吊钩的，处三千元以上五千元以下的罚款；\n"
    "（二）油漆桶敞口的，处六百元以上七百元以下的罚款。"
)


def cited(text: str, role: Role = "penalty", n: int = 1, item: int | None = None) -> Cited:
    """A citation of an invented article, whole or at one 项."""
    p = Passage("law", "示例风车法", text, "示例风车法.md", article=ArticleNo(n), id=n)
    quotation = quote(p, Wish("吊钩", item=item, whole=True), by_words)
    found = sanctions(text)
    inside = tuple(s for s in found if any(a <= s.start < b for a, b in quotation.spans))
    citation = SimpleNamespace(n=n, role=role, title=p.title, address=f"《示例风车法》第{n}条")
    return Cited(cast(Any, citation), p, quotation, inside, tuple(found))


def said(question: str, *main: Cited, sanction: bool = True) -> list[str]:
    return compose(Parts(main, question, sanction=sanction, person=asked_of(question)), by_words).splitlines()


def test_what_answers_leads_where_no_sanction_is_asked() -> None:
    basis = cited("国家鼓励风车单位检查吊钩。", "basis", 2)
    lines = said("吊钩要检查吗", cited(FINED), basis, sanction=False)
    assert lines[0].startswith("结论：国家鼓励")
    assert lines[1].startswith("违反的：依照")
    asked = said("没有检查吊钩怎么罚", cited(FINED), basis)
    assert asked[0].startswith("结论：依照")
    assert asked[-1].startswith("依据：国家鼓励")


def test_a_paragraph_that_goes_on_is_told_at_its_own_number() -> None:
    main = cited(FINED)
    after = SimpleNamespace(n=2, role="penalty", title="示例风车法", address="《示例风车法》第1条第二款", paragraph=2)
    lines = said("没有检查吊钩怎么罚", replace(main, after=(cast(Any, after),)))
    assert "[1][2]：责令限期改正" in lines[0]
    assert "罚则：《示例风车法》第1条[1]、第二款[2]" in lines


def test_a_possible_breach_stands_behind_and_leads_where_it_is_alone() -> None:
    possible = replace(cited(ITEMS, n=2, item=1), aside=True)
    lines = said("没有检查吊钩怎么罚", cited(FINED), possible)
    assert "第1条" in lines[0]
    assert "第2条" not in lines[0]
    assert lines[1].startswith("另可能适用《示例风车法》第2条")
    alone = said("没有检查吊钩怎么罚", possible)
    assert alone[0].startswith("结论：依照《示例风车法》第2条")
    assert not any(line.startswith("另可能") for line in alone)


def test_a_question_on_crime_leads_with_it_and_keeps_the_fine() -> None:
    lines = said("没有检查吊钩会坐牢吗", cited(FINED))
    assert "构成犯罪的，依法追究刑事责任" in lines[0]
    assert any(line.startswith("· 行政责任：") and "一万元以下" in line for line in lines)
    plain = said("没有检查吊钩怎么罚", cited(FINED))
    assert "一万元以下" in plain[0]
    assert not any("行政责任" in line for line in plain)


def test_the_amount_of_the_one_item_quoted_is_in_the_conclusion() -> None:
    lines = said("没有检查吊钩怎么罚", cited(ITEMS, item=1))
    assert "责令限期改正；没有检查吊钩的，对风车单位处三千元以上五千元以下的罚款" in lines[0]
    assert not any("三千元" in line for line in lines[1:])
    assert "六百元" not in "".join(lines)


def test_a_fine_on_persons_is_not_printed_as_the_units() -> None:
    text = (
        "风车单位出租风车的，没收违法所得；违法所得十万元以上的，并处违法所得二倍以下的罚款；"
        "对其直接负责的主管人员和其他直接责任人员处一千元以下的罚款。"
    )
    lead = said("出租风车怎么罚", cited(text))[0]
    assert "；对其直接负责的主管人员和其他直接责任人员处一千元以下的罚款" in lead


def test_a_paragraph_that_refers_elsewhere_is_no_range() -> None:
    text = "风车单位没有检查吊钩的，处一万元以下的罚款。\n港口的风车单位有前款规定情形的，依照示例港口法的规定处罚。"
    lines = said("没有检查吊钩怎么罚", cited(text))
    assert not any("示例港口法" in line for line in lines)
    alone = said("没有检查吊钩怎么罚", cited("风车单位没有检查吊钩的，依照示例港口法的规定处罚。"))
    assert "依照示例港口法的规定处罚" in alone[0]


def test_the_units_share_stands_behind_that_of_the_person() -> None:
    text = (
        "风车单位没有检查吊钩的，责令限期改正，可以处五万元以下的罚款，"
        "对其直接负责的主管人员和其他直接责任人员可以处一万元以下的罚款；逾期未改正的，责令停产停业整顿。"
    )
    lines = said("没有检查吊钩，对直接负责的主管人员怎么罚", cited(text))
    assert "可以处一万元以下的罚款" in lines[0]
    assert "五万元" not in lines[0]
    assert "· 单位：责令限期改正，对风车单位可以处五万元以下的罚款" in lines


def test_a_unit_that_is_only_ordered_is_not_said_to_be_fined() -> None:
    text = (
        "风车单位没有检查吊钩的，责令限期改正；逾期未改正的，处二万元以下的罚款，"
        "对其直接负责的主管人员和其他直接责任人员处一千元以下的罚款。"
    )
    assert "尚未逾期的，只处理单位：责令限期改正" in said("没有检查吊钩，对主管人员怎么罚", cited(text))[0]


def test_what_falls_on_anyone_stands_behind_the_share_of_the_person() -> None:
    text = "没有检查吊钩的，责令停止使用；情节严重的，对单位处五万元以下的罚款，对个人处一百元以下的罚款。"
    lines = said("没有检查吊钩，对个人怎么罚", cited(text))
    assert "对个人：情节严重的，处一百元以下的罚款" in lines[0]
    assert any(line.startswith("· 单位或者个人：责令停止使用") for line in lines)


def test_what_is_no_crime_is_not_led_by_the_word_crime() -> None:
    text = "风车单位没有检查吊钩，尚不构成犯罪的，处一万元以下的罚款；构成犯罪的，依法追究刑事责任。"
    assert "构成犯罪的，依法追究刑事责任" in said("没有检查吊钩要判刑吗", cited(text))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("风车单位没有检查吊钩的，处一万元以下的罚款。", "没有规定对个人的罚款"),
        ("没有检查吊钩的，处一万元以下的罚款。", "没有写明只罚单位还是个人"),
        ("没有检查吊钩的，处一万元以下的罚款；风车单位逾期不改的，处二万元以下的罚款。", "没有单独规定对个人的罚款"),
    ],
)
def test_it_is_said_that_no_person_is_fined(text: str, expected: str) -> None:
    assert expected in said("没有检查吊钩，对个人怎么罚", cited(text))[0]
    assert "个人" not in "".join(said("没有检查吊钩怎么罚", cited(text)))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("行政机关应当在七日内将决定书送达当事人。", "basis"),
        ("初次违反的，可以不予行政处罚；应当进行教育。", "basis"),
        ("风车单位应当检查吊钩。", "violation"),
    ],
)
def test_what_an_authority_has_to_do_is_no_duty_broken(text: str, role: str) -> None:
    generation = SimpleNamespace(sanctions=lambda _: [], document_of=lambda _: SimpleNamespace(rank="法律"))
    selection = Selection(cast(Any, generation), by_words, {}, lambda _: True, cast(Any, None))
    asked = cast(Any, SimpleNamespace(penalty="asked", breach=True))
    assert selection.role(cited(text).passage, asked) == role


@pytest.mark.parametrize(
    ("compared", "amounts", "first"), [(True, True, "结论：规定不一致："), (False, False, "结论：依照")]
)
def test_which_of_two_governs_leads_where_that_is_asked(compared: bool, amounts: bool, first: str) -> None:
    high, low = cited(FINED), cited(FINED, "conflict", 2)
    parts = Parts([high, low], "哪个算", conflicts=[("示例理由", high, low, amounts)], compared=compared)
    lines = compose(parts, by_words).splitlines()
    assert lines[0].startswith(first)
    assert sum("以前者为准（示例理由）" in line for line in lines) == 1
    assert any(("幅度" if amounts else "规定") + "不同" in line for line in lines)
    assert sum(line.startswith("结论：") for line in lines) == 1
