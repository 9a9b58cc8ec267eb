"""Sentences, figures and quotations against invented sources."""
# ruff: noqa: RUF001 (look-alike characters are put in on purpose)

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assist.verify import SourceText, complaints, verify
from kb.assist.verify.sentences import marks, quotations, sentences
from kb.base.address import to_chinese

PENALTY = SourceText(
    "1",
    "蜂场有下列行为之一的，责令限期改正，处五万元以下的罚款；逾期未改正的，处5万元以上20万元以下的罚款，对其直接负责的主管人员处上一年年收入"
    "百分之三十的罚款：\n（一）未在蜂箱上悬挂编号牌的；\n（二）未按照规定登记的。\n"
    "违反本条例第十二条规定的，没收违法所得，并处违法所得二倍以上五倍以下的罚款。",
    "《示例蜂场条例》第三十条",
    "2021年6月10日通过，自2021年9月1日起施行",
)
DUTY = SourceText(
    "2",
    "蜂场应当自开办之日起三十日内向主管部门登记；每名采蜜人员培训不少于24学时。",
    "《中华人民共和国示例养蜂法》第十条第二款",
)
DIGEST = SourceText("3", "开办后三十日内要登记。", "《示例登记办法》第五条", quotable=False)
KEYED = SourceText("S7F2", "处一千元罚款。", "《示例蜂场条例》第三十一条")
ALL = [PENALTY, DUTY, DIGEST, KEYED]

# one sentence → its verdict and the kinds of what failed
CASES = [
    # amounts by value
    ("处五万元以下的罚款[1]。", "supported", []),
    ("处5万元以下的罚款[1]。", "supported", []),
    ("处50,000元以下的罚款[1]。", "supported", []),
    ("处５万元以下的罚款[1]。", "supported", []),
    ("处5至20万元罚款[1]。", "supported", []),
    ("处五十万元以下的罚款[1]。", "failed", ["figure"]),
    ("处五千元以下的罚款[1]。", "failed", ["figure"]),
    ("处五万元以上十万元以下的罚款[1]。", "failed", ["figure"]),
    ("处一千元罚款[1]。", "failed", ["figure"]),  # stands in another source than the cited one
    ("处一千元罚款[S7F2]。", "supported", []),
    ("处一千元罚款【S7F2】。", "supported", []),
    ("处一千元罚款（s7f2）。", "supported", []),
    ("罚五万[1]。", "supported", []),
    ("罚八万[1]。", "failed", ["figure"]),
    ("罚8万[1]。", "failed", ["figure"]),
    ("千万不要大意[1]。", "supported", []),
    ("5.5万元罚款[1]。", "failed", ["figure"]),
    ("按照规定第三十条处罚[1]。", "supported", []),
    # shares, multiples, durations, counts
    ("对主管人员处上一年年收入30%的罚款[1]。", "supported", []),
    ("对主管人员处上一年年收入40%的罚款[1]。", "failed", ["figure"]),
    ("并处违法所得2倍以上5倍以下的罚款[1]。", "supported", []),
    ("并处违法所得三倍罚款[1]。", "failed", ["figure"]),
    ("应当在30日内登记[2]。", "supported", []),
    ("应当在30天内登记[2]。", "supported", []),
    ("应当在15日内登记[2]。", "failed", ["figure"]),
    ("应当在30个工作日内登记[2]。", "failed", ["figure"]),
    ("应当在三十小时内登记[2]。", "failed", ["figure"]),
    ("培训不少于二十四学时[2]。", "supported", []),
    ("举报电话是12350[2]。", "failed", ["figure"]),
    ("有两种情形，一个是未登记[1]。", "supported", []),
    # dates
    ("条例自2021年9月1日起施行[1]。", "supported", []),
    ("条例自二〇二一年九月一日起施行[1]。", "supported", []),
    ("条例2021年起施行[1]。", "supported", []),
    ("条例自2022年9月1日起施行[1]。", "failed", ["date"]),
    # provisions
    ("违反《示例蜂场条例》第三十条[1]。", "supported", []),
    ("违反示例蜂场条例第30条[1]。", "supported", []),
    ("违反蜂场条例第三十条[1]。", "supported", []),
    ("违反示例消防法第三十条[1]。", "failed", ["provision"]),
    ("违反第三十条第一款第（二）项[1]。", "supported", []),
    ("违反第三十条第（三）项[1]。", "failed", ["provision"]),
    ("违反第三十条第三款[1]。", "failed", ["provision"]),
    ("违反第三十条第二款[1]。", "supported", []),
    ("违反第三十条之一[1]。", "failed", ["provision"]),
    ("违反第十二条[1]。", "supported", []),  # named in the source's text
    ("违反《示例蜂场条例》第十二条[1]。", "supported", []),
    ("违反第十三条[1]。", "failed", ["provision"]),
    ("违反《示例养蜂法》第十条第二款[2]。", "supported", []),
    ("违反《中华人民共和国示例养蜂法》第十条[2]。", "supported", []),
    ("违反《示例养蜂法》第十条第一款[2]。", "failed", ["provision"]),
    ("违反《示例蜂场条例》第三十条、第三十一条[1]。", "failed", ["provision"]),
    ("违反《示例蜂场条例》第三十条、第三十一条[1][S7F2]。", "supported", []),
    ("按照该条例第三十条处罚[1]。", "supported", []),
    # titles
    ("依照《示例蜂场条例》处罚[1]。", "supported", []),
    ("依照《示例处罚法》处罚[1]。", "failed", ["title"]),
    # quotations
    ("条文写明“责令限期改正，处五万元以下的罚款”[1]。", "supported", []),
    ("条文写明“责令限期改正,处五万元以下的罚款。”[1]", "supported", []),
    ("条文写明“责令限期改正，处 五万元 以下的罚款。”[1]", "supported", []),
    ("条文写明「责令限期改正」[1]。", "supported", []),
    ('条文写明"责令限期改正"[1]。', "supported", []),
    ("条文写明“责令立即改正”[1]。", "failed", ["quotation"]),
    ("条文写明“责令限期改正……没收违法所得”[1]。", "supported", []),
    ("条文写明“责令限期改正……责令停产停业”[1]。", "failed", ["quotation"]),
    ("条文写明“处5万元以下的罚款”[1]。", "failed", ["quotation"]),  # a quotation is exact, not by value
    ("条文写明“应当自开办之日起三十日内向主管部门登记”[1]。", "failed", ["figure", "quotation"]),
    ("要点写明“开办后三十日内要登记”[3]。", "failed", ["quotation"]),
    ("开办后30日内要登记[3]。", "supported", []),
    # keys and sources
    ("应当登记[9]。", "failed", ["key"]),
    ("应当登记[S9K3]。", "failed", ["key"]),
    ("应当登记[2][9]。", "failed", ["key"]),
    ("应当登记。", "unsourced", ["unsourced"]),
    ("处五万元以下罚款。", "unsourced", ["unsourced"]),
    ("处九万元以下罚款。", "failed", ["figure", "unsourced"]),
    ("违则：", "neutral", []),
    ("## 违则", "neutral", []),
    ("现有资料不足以回答。", "neutral", []),
    ("未找到规定，但可处九万元罚款。", "failed", ["figure", "unsourced"]),
    ("## 处九万元罚款", "failed", ["figure", "unsourced"]),
    ("1. 应当登记[2]。", "supported", []),
    ("（十二）应当登记[2]。", "supported", []),
    ("---", "neutral", []),
]


@pytest.mark.parametrize(("text", "verdict", "kinds"), CASES, ids=[c[0] for c in CASES])
def test_one_sentence(text: str, verdict: str, kinds: list[str]) -> None:
    checks = verify(text, ALL)
    assert [c.verdict for c in checks] == [verdict]
    assert sorted(f.kind for f in checks[0].failures) == kinds
    assert checks[0].ok is (verdict in ("supported", "neutral"))


SPLITS = [
    ("甲[1]。乙。[2]丙[3]", [("甲[1]。", ("1",)), ("乙。[2]", ("2",)), ("丙[3]", ("3",))]),
    ("甲。 [1][S7F2]\n乙", [("甲。 [1][S7F2]", ("1", "S7F2")), ("乙", ())]),
    ("写明“甲。乙。”[1]丙。", [("写明“甲。乙。”[1]丙。", ("1",))]),
    ("写明“甲。”\n乙", [("写明“甲。”", ()), ("乙", ())]),
    ("甲！乙？丙", [("甲！", ()), ("乙？", ()), ("丙", ())]),
    ("甲（2）乙〔2024〕3号[2024]", [("甲（2）乙〔2024〕3号[2024]", ())]),
    ("甲[1、2]。", [("甲[1、2]。", ("1", "2"))]),
    ("甲［来源：１］。", [("甲［来源：１］。", ("1",))]),
    ("  \n\n", []),
]


@pytest.mark.parametrize(("text", "expected"), SPLITS, ids=[t for t, _ in SPLITS])
def test_sentences_and_their_keys(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(s.text, s.keys) for s in sentences(text)] == expected


def test_failures_point_at_their_place() -> None:
    text = "应当登记[2]。\n处九万元罚款，见“责令立即改正”[1]。"
    for check in verify(text, ALL):
        assert text[check.start : check.end] == check.text
        for failure in check.failures:
            assert text[failure.start : failure.end] == failure.text


def test_complaints_are_plain_chinese_lines() -> None:
    text = "处九万元罚款[1]。应当登记。违反第十三条[9]。要点写明“开办后三十日内要登记”[3]。处九万元罚款[1]。"
    assert complaints(verify(text, ALL)) == [
        "数字“九万元”不在所引资料之中",
        "句子没有注明出处：应当登记。",
        "编号[9]不在所给资料之中",
        "条款“第十三条”不在所引资料之中",
        "引文与所引资料的原文不一致：“开办后三十日内要登记”（所引资料是要点，不是条文原文，不能加引号）",
    ]
    assert complaints(verify("应当登记[2]。", ALL)) == []


def test_a_draft_needs_no_keys_but_its_figures_must_stand() -> None:
    facts = [SourceText("1", "检查企业 1,203 家次"), SourceText("2", "罚没款 35.6 万元")]
    checks = verify("全年检查企业1203家次，罚没款356000元。立案８件。", facts, cited=False)
    assert [c.verdict for c in checks] == ["supported", "failed"]
    assert [f.text for c in checks for f in c.failures] == ["８件"]


def test_without_sources_nothing_is_supported() -> None:
    assert [c.verdict for c in verify("处五万元罚款[1]。应当登记。", [])] == ["failed", "unsourced"]
    assert verify("", ALL) == []


def test_a_long_text_is_checked_quickly() -> None:
    text = "违反《示例蜂场条例》第三十条，处五万元以下的罚款，“责令限期改正”[1]。" * 500
    start = time.perf_counter()
    assert all(c.ok for c in verify(text, ALL))
    assert time.perf_counter() - start < 5


@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_a_figure_stands_exactly_when_its_value_does(said: int, held: int) -> None:
    source = [SourceText("1", f"处{to_chinese(held) if held <= 99_999 else held}元罚款")]
    (check,) = verify(f"处{said:,}元罚款[1]。", source)
    assert check.ok is (said == held)


@given(st.text('甲乙。！\n“”"[]1２S7F（）《》第三条元 ', max_size=60))
def test_every_text_is_read_and_spans_lie_inside(text: str) -> None:
    covered = "".join(s.text for s in sentences(text))
    assert [c for c in text if not c.isspace()] == [c for c in covered if not c.isspace()]
    for quote in quotations(text):
        assert text[quote.start : quote.end] == quote.text
    for start, end, keys in marks(text):
        assert keys
        assert 0 <= start < end <= len(text)
    for check in verify(text, ALL):
        assert text[check.start : check.end] == check.text
