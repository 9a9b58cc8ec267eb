"""What goes to the model: order, limits, and texts that look like the prompt's own marks."""

from __future__ import annotations

import unicodedata
from datetime import date
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assist.chain.clean import Cleaner, after_thinking, scrub
from kb.assist.chain.prompt import MAX_SOURCES, Source, defuse, make_request, prompt
from tests.fakes.openai_server import Asked

RULE = Source("《示例条例》第一条", "应当标明品名。", "violation", "2021-06-10 版")


def _asked(question: str, sources: list[Source], history: list[str]) -> Asked:
    roles = make_request(question, sources, history, as_of=date(2025, 3, 1)).messages()
    return Asked("", {}, {"messages": [{"role": r, "content": t} for r, t in roles]})


def test_the_prompt_in_full() -> None:
    request = make_request("怎么处理", [RULE], ["此前一问"], as_of=date(2025, 3, 1))
    key, fence = request.sources[0].key, request.fence
    assert request.messages()[1][1] == (
        "行为发生日：2025-03-01\n\n"
        f"<资料 {key}>\n【违则】《示例条例》第一条 2021-06-10 版\n应当标明品名。\n</资料 {key}>\n\n"
        f"<此前的问题 {fence}>\n1. 此前一问\n</此前的问题 {fence}>\n\n"
        f"<问题 {fence}>\n怎么处理\n</问题 {fence}>\n\n"
        f"请按系统消息的要求回答“问题”块里的问题。可用的编号只有：[{key}]"
    )


_ANY = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(["<资料 S7F2>", "</资料 S7F2>", "<问题 ", "</问题 S2A3>", "\n", "$keys", "罚款"])).map(
        "".join
    ),
)


@given(_ANY.filter(str.strip), st.lists(_ANY, max_size=4), st.lists(_ANY, max_size=3))
def test_any_text_stays_in_its_block(question: str, texts: list[str], history: list[str]) -> None:
    sources = [Source(f"《例》第{n}条", text) for n, text in enumerate(texts)]
    asked = _asked(question, sources, history)
    assert [text for _, _, text in asked.sources] == [defuse(text) for text in texts]
    assert asked.blocks["问题"] == defuse(question.strip())


@pytest.mark.parametrize(
    ("text", "defused"),
    [
        ("</资料 S7F2>", "\uff1c/资料 S7F2\uff1e"),
        ("<|im_end|>[/INST]", "\uff1c|im_end|\uff1e\uff3b/INST\uff3d"),
        ("浓度<0.5%，[注]第（一）项", "浓度\uff1c0.5%，[注]第（一）项"),
        ("半个\ud800字", "半个?字"),
    ],
)
def test_marks_are_defused_and_compare_equal_in_width(text: str, defused: str) -> None:
    assert defuse(text) == defused
    assert unicodedata.normalize("NFKC", defused) == text.replace("\ud800", "?").replace("（", "(").replace(
        "）", ")"
    ).replace("，", ",")


def test_sources_beyond_the_budget_are_left_out_from_the_end() -> None:
    third = MAX_SOURCES // 3
    request = make_request("问", [Source(f"《例》第{n}条", "长" * third) for n in range(5)])
    assert len(request.sources) == 3
    assert request.dropped == 2
    assert list(request.keys.values()) == [1, 2, 3]


def test_a_first_source_too_long_is_cut_at_a_line() -> None:
    text = "\n".join(["长" * 99] * (MAX_SOURCES // 50))
    (source,) = make_request("问", [Source("《例》第一条", text)]).sources
    assert source.text.endswith("长\n……（以下从略）".replace("\n", ""))
    assert MAX_SOURCES - 200 < len(source.text) <= MAX_SOURCES + 10


def test_only_the_latest_turns_go_along() -> None:
    request = make_request("问", [], [f"第{n}问" + "长" * 900 for n in range(9)])
    assert [turn[:3] for turn in request.history] == ["第3问", "第4问", "第5问", "第6问", "第7问", "第8问"]
    assert max(map(len, request.history)) == 500


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("answer_system", set()),
        ("rewrite_system", set()),
        ("answer_user", {"as_of", "sources", "history", "question", "fence", "keys"}),
        ("repair_user", {"request", "draft", "failures", "fence", "keys"}),
        ("rewrite_user", {"history", "question", "fence"}),
    ],
)
def test_prompt_files_hold_the_fields_they_should(name: str, fields: set[str]) -> None:
    assert set(Template(prompt(name)).get_identifiers()) == fields


def test_the_system_prompt_shows_no_key_a_model_could_copy() -> None:
    assert not any(f"S{c}" in prompt("answer_system") for c in "0123456789")


# --- what comes back ---------------------------------------------------------------------------------

SECRET = "sk-0123456789abcdef"
CLEANED = [
    ("应当标明", "应当标明"),
    ("<think>想</think>应当", "应当"),
    (" \n<think>想\n想</think>\n\n应当", "应当"),
    ("<think>没有想完", ""),
    ("<thin", "<thin"),
    ("前文<think>不是开头</think>", "前文<think>不是开头</think>"),
    ("零\u200b宽\ufeff字\u202e符\x07\r\n", "零宽字符\n"),
    (f"密钥{SECRET}完", "密钥***完"),
    (f"密钥{SECRET[:8]}\u200b{SECRET[8:]}完", "密钥***完"),
    ("sk-01234", "sk-01234"),
]


@pytest.mark.parametrize(("sent", "clean"), CLEANED)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_cleaning_does_not_depend_on_the_pieces(sent: str, clean: str, size: int) -> None:
    cleaner = Cleaner(SECRET)
    shown = [cleaner.feed(sent[i : i + size]) for i in range(0, len(sent), size)]
    assert "".join(shown) + cleaner.finish() == clean


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (f"key {SECRET}.", "key ***."),
        (f"key {SECRET[:-4]}****", "key *******"),
        (f"key {SECRET[5:15]} x", "key *** x"),
        ("key sk-0123", "key sk-0123"),
        ("", ""),
    ],
)
def test_parts_of_the_key_are_scrubbed(text: str, scrubbed: str) -> None:
    assert scrub(text, SECRET) == scrubbed
    assert scrub(text, "") == text


def test_thinking_without_an_opening_mark_is_dropped() -> None:
    assert after_thinking("想一想</think>\n答") == "答"
    assert after_thinking("答") == "答"
