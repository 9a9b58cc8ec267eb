"""Questions that tell no matter, and texts that ask nothing."""

from __future__ import annotations

import pytest

from kb.assist.answer.subject import silent

NO_MATTER = [
    "这个罚多少？",
    "怎么处理",
    "要罚吗",
    "违法不",
    "那老板呢",
    "这种情况怎么罚",
    "那要坐牢吗",
    "他违法吗",
    "可以吗",
    "上面说的第二款是什么",
    "公司要承担什么责任",
    "最多能罚几万元",
    "法",
    "1234567890",
    "的了吗呢吧啊哦嗯" * 9,
]
NOTHING_ASKED = [
    "好的，知道了",
    "谢谢",
    "谢谢你帮大忙了",
    "嗯嗯",
    "哈哈哈哈",
    "晚安",
    "OK",
    "明白了，感谢！",
    "。。。？？？",
    "😂🔥",
]
ASKED = [
    "假烟",
    "飞线充电",
    "谁去强制",
    "拘留谁说了算",
    "罚过还能罚吗",
    "能按天罚不",
    "单位被罚了，经理个人还要罚多少",
    "能复议吗",
    "复检费谁出",
    "消防法怎么罚",
    "没戴安全帽罚多少",
    "老板不给工资怎么处理",
    "关多少天要批",
    "动火",
    "听证",
]


@pytest.mark.parametrize("question", NO_MATTER)
def test_a_question_without_a_matter_is_asked_back_unless_one_was_told(question: str) -> None:
    found = silent(question, ())
    assert found is not None
    assert found.kind == "no_subject"
    assert silent(question, ("动火没有审批怎么罚",)) is None
    assert silent(question, ("你好",)) is not None


@pytest.mark.parametrize("text", NOTHING_ASKED)
@pytest.mark.parametrize("history", [(), ("动火没有审批怎么罚",)])
def test_a_text_that_takes_note_asks_nothing_whatever_came_before(text: str, history: tuple[str, ...]) -> None:
    found = silent(text, history)
    assert found is not None
    assert found.kind == "chat"


@pytest.mark.parametrize("question", ASKED)
def test_the_fewest_words_with_a_matter_are_a_question(question: str) -> None:
    assert silent(question, ()) is None


@pytest.mark.parametrize("question", ["可以吗", "行吗", "对吗", "罚多少", "98", "那老板呢"])
def test_a_short_follow_up_asks(question: str) -> None:
    assert silent(question, ("动火没有审批怎么罚",)) is None
