"""What people say of a deed in the law's words, and who it binds."""

from __future__ import annotations

import pytest

from kb.assist.answer.person import asked_of
from kb.assist.answer.select import _binds_others
from kb.assist.answer.spoken import in_law_words

SPOKEN = [
    ("工人把报警器关掉了", "关闭"),
    ("护栏被拆了", "破坏"),
    ("焊工没证就上岗", "未取得"),
    ("老板跑了", "逃匿"),
    ("仓库通道堵着", "占用、堵塞"),
]


@pytest.mark.parametrize(("question", "law"), SPOKEN)
def test_the_laws_word_stands_behind_what_is_said(question: str, law: str) -> None:
    assert in_law_words(question).startswith(question)
    assert law in in_law_words(question)


@pytest.mark.parametrize("question", ["关闭报警器怎么罚", "预案多久演练一次", ""])
def test_what_needs_no_other_word_stays(question: str) -> None:
    assert in_law_words(question) == question


BOUND = [
    ("作坊应当建立台账。", True),
    ("任何人不得损坏风车。", True),
    ("县级以上人民政府风车管理部门应当加强监督。", False),
    ("风车管理部门应当加强监督；作坊应当配合。", True),
    ("风车救援机构应当在十五日内检查。\n未经许可的，不得使用。", True),
    ("风车管理部门发现作坊漏油的，应当责令改正。", False),
    ("风车管理部门应当检查。情况特殊的，应当上报。", False),
    ("风车管理部门批准的作坊应当报告。", True),
    ("风车每年检修一次。", False),
]


@pytest.mark.parametrize(("text", "others"), BOUND)
def test_whom_a_duty_binds(text: str, others: bool) -> None:
    assert _binds_others(text) is others


def test_a_person_whom_the_unit_lacks_is_not_the_one_fined() -> None:
    assert asked_of("没配安全员罚多少") is None
    person = asked_of("罚安全员多少")
    assert person is not None
    assert person.id == "officer"


def test_a_deputy_is_not_the_head() -> None:
    head, deputy = asked_of("罚总经理多少"), asked_of("罚副总经理多少")
    assert head is not None
    assert deputy is not None
    assert (head.id, deputy.id) == ("head", "responsible")
