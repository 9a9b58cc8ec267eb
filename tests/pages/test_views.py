"""What the views show: escaping, marks, chips, statuses, and a browser's memory that cannot be trusted."""

from __future__ import annotations

import html
import re
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.pages.shared.answer import Turn, gathered, turn_view, turns_from
from kb.pages.shared.compare import differences
from kb.pages.shared.export import conversation
from kb.pages.shared.markup import Markup, button, join, lines, tag
from kb.pages.shared.panel import shown
from kb.pages.shared.provision import marked, merged, quoted_spans
from kb.pages.shared.uploads import clean_name
from tests.pages.hostile import ALL, PAYLOADS

TEXT = (
    "单位应当每年检查设备，检查记录保存三年。\n有下列情形之一的，处一万元以上五万元以下的罚款：\n"
    "（一）未检查的；\n（二）伪造“检查记录”的。"
)


def citation(**changes: Any) -> dict[str, Any]:
    plain = {
        "n": 1,
        "kind": "law",
        "title": "示例安全条例",
        "version": "2020-01-01",
        "article": "第三条",
        "paragraph": 2,
        "item": None,
        "address": "《示例安全条例》第三条第二款",
        "role": "penalty",
        "text_kind": "official",
        "quote": "处一万元以上五万元以下的罚款",
        "status": "verified",
        "source": "示例安全条例.md",
    }
    return {**plain, **changes}


def answer(text: str = "处罚款[1]。", *citations: dict[str, Any], **changes: Any) -> dict[str, Any]:
    rows = list(citations or [citation()])
    told = {"question": "罚多少？", "as_of": "2025-04-30", "generation": "g", "refused": False}
    return {**told, "text": text, "citations": rows, "warnings": [], **changes}


def view(value: dict[str, Any], **more: Any) -> str:
    return str(turn_view(Turn("罚多少？", value, ("g:1",) * 9, **more), 0, feedback=True))


# --- markup ------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [*PAYLOADS, ALL])
def test_text_and_attributes_are_escaped(payload: str) -> None:
    for made in (tag("p", payload), tag("p", title=payload), button(payload, "open", row=payload), lines(payload)):
        bare = re.sub(r"</?(?:p|button)(?: [a-z-]+=\"[^\"<>]*\")*>", "", str(made))
        assert "<" not in bare
        assert html.unescape(bare).strip() in ("", payload) or payload in html.unescape(str(made))


@given(st.text())
def test_any_text_comes_back_from_its_escape(text: str) -> None:
    assert html.unescape(str(tag("p", text))) == f"<p>{text}</p>"


def test_join_trusts_markup_only() -> None:
    assert join([Markup("<b>x</b>"), "<i>"], "<") == "<b>x</b>&lt;&lt;i&gt;"


def test_a_panel_refuses_plain_strings() -> None:
    with pytest.raises(TypeError):
        shown("<p>x</p>")  # type: ignore[arg-type]


# --- quotations marked -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("处一万元以上五万元以下的罚款", ["处一万元以上五万元以下的罚款"]),
        ("有下列情形之一的，处一万元以上五万元以下的罚款：…（二）伪造“检查记录”的。",
         ["有下列情形之一的，处一万元以上五万元以下的罚款", "（二）伪造“检查记录”的"]),
        ("(二) 伪造\"检查 记录\"的", ["（二）伪造“检查记录”的"]),
        ("另一部法律的话", []),
        ("", []),
    ],
)  # fmt: skip
def test_quoted_words_are_found_where_they_stand(quote: str, expected: list[str]) -> None:
    assert [TEXT[a:b].rstrip("：。") for a, b in quoted_spans(TEXT, quote)] == expected


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda s: (min(s), max(s)))))
def test_marking_changes_no_word(spans: list[tuple[int, int]]) -> None:
    made = str(marked(TEXT, merged(spans)))
    assert html.unescape(re.sub(r"</?mark>", "", made)) == TEXT


@given(st.text("甲乙丙丁<&，。", max_size=40), st.text("甲乙丙丁<&，。", max_size=40))
def test_both_sides_of_a_comparison_keep_their_words(old: str, new: str) -> None:
    left, right = differences(old, new)
    assert html.unescape(re.sub(r"</?del>", "", str(left))) == old
    assert html.unescape(re.sub(r"</?ins>", "", str(right))) == new


# --- answers -----------------------------------------------------------------------------------


def test_numbers_with_a_citation_are_chips_others_stay_text() -> None:
    made = view(answer("处罚款[1]，见附件[7]和[a]。"))
    assert made.count('class="kb-chip"') == 1
    assert "见附件[7]和[a]。" in made
    assert "打开引用1：《示例安全条例》第三条第二款，已核验" in made


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("verified", "已核验"), ("digest", "要点（非条文原文）"), ("superseded", "已被新文本取代"),
        ("not_held", "库中没有原文"), ("quote_differs", "引文与原文不一致"), ("not_found", "查无此条"),
        ("unsupported", "原文不支持"),
    ],
)  # fmt: skip
def test_every_status_is_said(status: str, said: str) -> None:
    assert said in view(answer("x[1]", citation(status=status)))


@pytest.mark.parametrize("status", ["quote_differs", "not_found", "unsupported"])
def test_a_failed_check_is_told_at_the_top(status: str) -> None:
    made = view(answer("x[1]", citation(status=status)))
    assert made.index("没有通过核验") < made.index('class="kb-answer"')
    assert 'data-tone="bad"' in made


def test_refusal_shows_what_is_near() -> None:
    made = view(answer("没有。", refused=True, citations=[]), near=(("g:5", "《示例安全条例》第五条"),))
    assert "不作回答" in made
    assert "《示例安全条例》第五条" in made


def test_warnings_that_say_the_same_are_one() -> None:
    said = ["《甲法》为要点", "《乙法》为要点", "《甲法》自2020-01-01起已不再有效", "别的"]
    assert gathered(said) == ["《甲法》《乙法》为要点", "《甲法》自2020-01-01起已不再有效", "别的"]


def test_verdicts_are_taken_only_with_a_record() -> None:
    assert "有误" not in view(answer())
    assert "有误" in view(answer(), record="r1")
    assert "已记下：有误" in view(answer(), record="r1", verdict="wrong")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_field_of_a_forged_turn_becomes_markup(payload: str) -> None:
    forged = {
        "question": payload,
        "rows": [payload],
        "near": [[payload, payload]],
        "record": payload,
        "verdict": payload,
        "error": "",
        "answer": answer(
            payload + "[1]",
            citation(address=payload, quote=payload, source=payload, version=payload, title=payload),
            warnings=[payload],
            refused=True,
            refusal_reason=payload,
        ),
    }
    (turn,) = turns_from([forged], 5)
    made = str(turn_view(turn, 0, feedback=True))
    bare = re.sub(r"</?(?:article|p|div|span|button|ol|ul|li|b|h3|blockquote)(?: [a-z-]+=\"[^\"<>]*\")*>", "", made)
    assert "<" not in bare


@pytest.mark.parametrize(
    "row",
    [
        None, 1, "x", {}, {"question": 1}, {"question": "x", "answer": []},
        {"question": "x", "answer": {"text": 1, "citations": []}},
        {"question": "x", "answer": {"text": "x", "citations": [1]}},
        {"question": "x", "answer": {"text": "x", "citations": [citation(status="fine")]}},
        {"question": "x", "answer": {"text": "x", "citations": [citation(n="1")]}},
        {"question": "x", "answer": {"text": "x", "citations": [citation(role="boss")]}},
    ],
)  # fmt: skip
def test_what_a_browser_kept_wrongly_is_left_out(row: object) -> None:
    assert turns_from([row, {"question": "好", "answer": answer()}], 5)[0].question == "好"


def test_a_turn_survives_the_browser() -> None:
    turn = Turn("罚多少？", answer(), ("g:1",), (("g:2", "《甲法》第一条"),), "r1", "useful")
    assert turns_from([turn.to_json()], 5) == [turn]
    assert len(turns_from([turn.to_json()] * 9, 5)) == 5


# --- exports -----------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_holds_no_markup_of_texts(payload: str) -> None:
    made = conversation([Turn(payload, answer(payload, citation(quote=payload)))], "md").decode()
    assert not re.search(r"(?<!\\)[<\[`]", made)


def test_word_holds_question_answer_and_quotation() -> None:
    from docx import Document

    made = Document(BytesIO(conversation([Turn("罚多少？", answer())], "docx")))
    words = "\n".join(p.text for p in made.paragraphs)
    for part in (
        "罚多少？",
        "处罚款[1]。",
        "[1] 罚则 《示例安全条例》第三条第二款（已核验，2020-01-01文本）",
        "处一万元以上五万元以下的罚款",
    ):
        assert part in words


# --- uploads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("示例安全条例(2020-01-01).md", "示例安全条例(2020-01-01).md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\报告.DOCX", "报告.docx"),
        ("<img src=x onerror=alert(1)>.pdf", "img srcx onerroralert(1).pdf"),
        (".隐藏.md", "隐藏.md"),
        ("--rf.md", "rf.md"),
        ("长" * 300 + ".md", "长" * 80 + ".md"),
    ],
)
def test_names_are_cleaned(name: str, kept: str) -> None:
    assert clean_name(name) == kept


@pytest.mark.parametrize("name", ["a.exe", "a.md.sh", "md", "<>.md", "con.txt", "", "a.svg"])
def test_names_that_are_not_taken(name: str) -> None:
    from kb.base.records import InputError

    with pytest.raises(InputError):
        clean_name(name)


def test_a_table_cannot_run_in_a_spreadsheet() -> None:
    from kb.pages.check import csv_file

    made = csv_file([["1", "=cmd|' /C calc'!A0", "+1", "@x", "-2", "正常", ""]]).decode("utf-8-sig")
    assert not re.search(r"(?:^|,)[\"]?[=+@-]", made, re.MULTILINE)
