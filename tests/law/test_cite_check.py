"""What the checker says of citations: exists, in force, quoted exactly; never passed when it cannot know."""

# ruff: noqa: RUF001 (look-alike characters are under test)

from __future__ import annotations

import html
import time
from datetime import date

import pytest

from kb.base.records import Item, Paragraph
from kb.law.cite import Checked, CheckReport, annotate, check
from kb.law.parse import paragraphs
from tests.fakes.laws import FakeNames, article_text, sample_lookup

TODAY = date(2025, 4, 30)
FIRST = "示例单位应当每年检查第36号设备，检查记录保存36个月。"
ITEMS = "有下列情形之一的，处36万元以上72万元以下的罚款："


def run(text: str, day: date = TODAY) -> CheckReport:
    return check(text, FakeNames(), sample_lookup(), day, paragraphs=paragraphs)


def only(text: str, day: date = TODAY) -> Checked:
    (one,) = run(text, day).citations
    return one


STATUSES = [
    # existence
    ("《安全生产法》第三十六条", "verified", ""),
    ("《安全生产法》第一百一十九条", "verified", ""),
    ("《安全生产法》第一百二十条", "not_found", "没有第一百二十条，现有第一条至第一百一十九条"),
    ("《安全生产法》第三十六条第二款第（三）项", "verified", ""),
    ("《安全生产法》第三十六条第（三）项", "verified", ""),
    ("《安全生产法》第三十六条第三款", "not_found", "第三十六条没有第三款，只有2款"),
    ("《安全生产法》第三十六条第二款第（四）项", "not_found", "没有第（四）项，只有（一）至（三）项"),
    ("《安全生产法》第三十六条第一款第（一）项", "not_found", "该处不分项"),
    ("《安全生产法》第三十六条第（一）项第2目", "not_found", "没有第2目"),
    ("《刑法》第一百三十四条之一", "verified", ""),
    ("《刑法》第一百三十四条之二", "not_found", "没有第一百三十四条之二"),
    ("《安全生产法》第一百一十八条至第一百二十一条", "not_found", "没有第一百二十条"),
    ("《安全生产法》第一百一十七条至第一百一十九条", "verified", ""),
    ("《安全生产法》第三十六条第一款至第三款", "not_found", "没有第三款"),
    # what cannot be known is never passed
    ("《量子安全法》第八条", "not_held", "目录中没有“量子安全法”"),
    ("根据安全生产条例第十条", "not_held", "可能指《上海市安全生产条例》、《北京市安全生产条例》"),
    ("安全生产发第97条", "not_held", "是否指《安全生产法》"),
    ("上海消防条例第三十条", "not_held", "是否指《上海市消防条例》"),
    ("德国刑法第二百条", "not_held", "目录中没有“德国刑法”"),
    ("依据第九十七条处罚", "not_held", "没有写明是哪部法规"),
    ("《食品安全法》第三条", "not_held", "未收录，未核实"),
    ("《上海市安全生产条例》第十条", "not_held", "2021-10-28的文本未收录，未核实（只收录2018-05-24的文本）"),
    ("《危险化学品安全法》第十条", "not_held", "该日尚未施行（自2026-05-01起施行）"),
    ("《城镇燃气管理条例》第十条", "not_found", "该日尚未施行（自2026-01-01起施行）"),
    ("《工伤保险条例》第十条", "not_held", "所收文本没有日期"),
    ("《工伤保险条例》第六十八条", "not_found", "没有第六十八条，现有第一条至第六十七条"),
    # a digest tells existence and no more
    ("《消防法》第十六条", "verified", "只核对了条号"),
    ("《消防法》第十七条", "not_held", "第十七条不在其中"),
    ("《消防法》第七十五条", "not_found", "现有第一条至第七十四条"),
    ("《消防法》第十六条规定：“示例单位应当每年检查第16号设备”", "not_held", "引文无法核对"),
    # no longer in force
    ("《劳动法》第三十六条", "superseded", "已自2024-01-01起失效，现为《劳动合同法》"),
    ("《安全生产法》（2014修正）第三十六条", "superseded", "所引为2014-08-31的文本"),
    ("原《安全生产法》第三十六条", "superseded", "所引为2014-08-31的文本"),
    (
        "《安全生产法》（2014修正）第一百一十条",
        "not_found",
        "没有第一百一十条，现有第一条至第九十七条；2021-06-10的文本有",
    ),
    ("《安全生产法》（2021修正）第三十六条", "verified", ""),
    # named only
    ("《安全生产法》是基本法律", "named_only", ""),
    ("《劳动法》是基本法律", "named_only", "已自2024-01-01起失效"),
]


@pytest.mark.parametrize(("text", "status", "note"), STATUSES, ids=[t for t, _, _ in STATUSES])
def test_status(text: str, status: str, note: str) -> None:
    one = only(text)
    assert (one.status, note in one.note) == (status, True), one.note


def test_the_day_decides_which_version_counts() -> None:
    day = date(2020, 1, 1)
    assert only("《安全生产法》第三十六条", day).version == "2014-08-31"
    assert only("《安全生产法》第一百一十条", day).status == "not_found"
    assert only("《劳动法》第三十六条", day).status == "verified"
    assert only("《安全生产法》第三十六条", date(1999, 1, 1)).status == "not_held"


QUOTES = [
    (f"《安全生产法》第三十六条规定：“{FIRST}”", "verified", None, ""),
    (f"《安全生产法》第三十六条第一款规定：“{FIRST}”", "verified", None, ""),
    ("《安全生产法》第三十六条：「示例单位应当每年检查第36号设备」", "verified", None, ""),
    ("《安全生产法》第三十六条规定，“示例单位应当每年检查第36号设备”", "verified", None, ""),
    ('《安全生产法》第三十六条规定："示例单位 应当每年检查第36号设备"', "verified", None, ""),
    ("“示例单位应当每年检查第36号设备”（《安全生产法》第三十六条）", "verified", None, ""),
    ("“示例单位应当每年检查第36号设备。”——《安全生产法》第三十六条", "verified", None, ""),
    ("《安全生产法》第三十六条规定：“第三十六条　示例单位应当每年检查第36号设备”", "verified", None, ""),
    ("《安全生产法》第三十六条所称的“检查记录”", "verified", None, ""),
    ("《安全生产法》第三十六条规定：“示例单位……检查记录保存36个月”", "verified", None, ""),
    ("《安全生产法》第三十六条第二款规定：“有下列情形之一的……（三）伪造‘检查记录’的”", "verified", None, ""),
    (f"《安全生产法》第三十六条第二款第（二）项规定：“{ITEMS}……（二）检查记录保存不足36个月的”", "verified", None, ""),
    ("《安全生产法》第三十五条、第三十六条规定：“示例单位应当每年检查第35号设备”", "verified", None, ""),
    (
        "《安全生产法》第三十六条规定：“示例单位应当每月检查第36号设备”",
        "quote_differs",
        "示例单位应当每年检查第36号设备",
        "“月”应为“年”",
    ),
    (
        "《安全生产法》第三十六条规定：“示例单位应当每年认真检查第36号设备，检查记录保存36个月。”",
        "quote_differs",
        "示例单位应当每年检查第36号设备，检查记录保存36个月",
        "多“认真”",
    ),
    (
        "《安全生产法》第三十六条第二款规定：“有下列情形之一的，处36万元以上72万元的罚款”",
        "quote_differs",
        "有下列情形之一的，处36万元以上72万元以下的罚款",
        "缺“以下”",
    ),
    (
        "《安全生产法》第三十六条规定：“有下列情形之一的，处三十六万元以上72万元以下的罚款”",
        "quote_differs",
        "有下列情形之一的，处36万元以上72万元以下的罚款",
        "只是数字写法不同",
    ),
    (
        "《安全生产法》第三十六条规定：“示例单位应当每年检查第36号设备、检查记录保存36个月”",
        "quote_differs",
        "示例单位应当每年检查第36号设备，检查记录保存36个月",
        "“、”应为“，”",
    ),
    ("《安全生产法》第三十六条规定：“大型活动承办者应当另行申请许可并公告”", "quote_differs", None, "相差太大"),
    (
        "《安全生产法》第三十六条第二款规定：“示例单位应当每年检查第36号设备”",
        "quote_differs",
        f"{ITEMS}\n（一）未检查第36号设备的；\n（二）检查记录保存不足36个月的；\n（三）伪造“检查记录”的。",
        "引文不在第三十六条第二款，而在第一款",
    ),
    ("《安全生产法》第三十六条规定：“示例单位应当每季检查设备。”", "superseded", None, "引文是2014-08-31文本的文字"),
]


@pytest.mark.parametrize(("text", "status", "expected", "note"), QUOTES, ids=[t[:60] for t, _, _, _ in QUOTES])
def test_quotation(text: str, status: str, expected: str | None, note: str) -> None:
    found = [c for c in run(text).citations if c.reference.quote] or run(text).citations
    one = found[-1]
    assert (one.status, note in one.note) == (status, True), one.note
    if status == "quote_differs":
        assert one.expected_quote == expected
    assert all(c.status == status or c.status == "verified" for c in run(text).citations)


def test_a_quotation_of_the_right_words_under_the_old_text() -> None:
    text = "《安全生产法》第三十六条规定：“示例单位应当每季检查设备。”"
    assert only(text, date(2020, 1, 1)).status == "verified"


def test_words_of_a_company_are_not_compared_with_the_law() -> None:
    report = run("依照《安全生产法》第三十六条的规定，“我公司已经整改”的说法不能成立。")
    assert [c.status for c in report.citations] == ["verified"]


def test_references_inside_quoted_words_belong_to_the_quoted_law() -> None:
    report = run("《安全生产法》第三十六条规定：“违反本法第一百二十条的”，同时依据《刑法》第一百三十四条之一")
    assert [c.reference.label for c in report.citations] == [
        "《安全生产法》第三十六条",
        "《安全生产法》第一百二十条",
        "《刑法》第一百三十四条之一",
    ]
    assert [c.status for c in report.citations] == ["quote_differs", "not_found", "verified"]


def test_report_json_has_the_promised_keys() -> None:
    report = run("《安全生产法》第三十六条和《量子安全法》第八条、《安全生产法》第一百二十条")
    data = report.to_json()
    assert set(data) == {"citations", "summary"}
    keys = {"start", "end", "text", "address", "status", "version", "expected_quote", "note"}
    assert all(set(row) == keys for row in data["citations"])
    assert data["summary"] == {"verified": 1, "not_held": 1, "not_found": 1}
    assert report.failed
    assert not run("《量子安全法》第八条").failed
    assert run("没有引用").to_json() == {"citations": [], "summary": {}}


def test_how_paragraphs_are_divided_is_an_argument() -> None:
    def one_paragraph(text: str) -> tuple[Paragraph, ...]:
        return (Paragraph(1, text, 0, len(text), (Item(9, text, 0, len(text)),)),)

    report = check("《安全生产法》第三十六条第（九）项", FakeNames(), sample_lookup(), TODAY, paragraphs=one_paragraph)
    assert [c.status for c in report.citations] == ["verified"]


def test_annotate_wraps_each_citation_and_escapes_the_rest() -> None:
    text = "<b>《安全生产法》第三十六条</b>、《安全生产法》第一百二十条&"
    marked = annotate(text, run(text).citations, lambda words, c: f"[{c.status}:{words}]", html.escape)
    assert marked == (
        "&lt;b&gt;[verified:《安全生产法》第三十六条]&lt;/b&gt;、[not_found:《安全生产法》第一百二十条]&amp;"
    )
    assert annotate("a<b", (), lambda words, c: words, html.escape) == "a&lt;b"


def test_a_long_text_takes_less_than_a_second() -> None:
    """100 KB of UTF-8 with a reference in every sentence, names with and without brackets, quotations."""
    sentence = (
        f"检查发现该单位未按规定检查设备，违反了《安全生产法》第三十六条第一款的规定：“{article_text(36).splitlines()[0]}”，"
        "依据安全生产法第九十七条第一款第（三）项、第一百条，危化条例第八十条和该条例第八十一条，责令限期改正，处5万元罚款。\n"
    )
    text = sentence * (100_000 // len(sentence.encode()) + 1)
    lookup = sample_lookup()
    began = time.process_time()
    report = check(text, FakeNames(), lookup, TODAY, paragraphs=paragraphs)
    took = time.process_time() - began
    assert len(report.citations) > 1000
    assert took < 1.0


def test_pointing_back_to_a_guessed_name_stays_a_guess() -> None:
    report = run("《安全生产发》第三十六条，该法第三十七条、第三十八条，同条第一款")
    assert [c.status for c in report.citations] == ["not_held"] * 4
