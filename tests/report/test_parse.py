"""Reports: their head, headings, items and signature, out of clean and of damaged text."""
# ruff: noqa: RUF001 (look-alike characters are what is tested)

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.textnorm import squeeze
from kb.report.parse import ReportText, heal, parse_report

WEB = """各区应急管理局,市局机关各处室:
《示例市应急管理局2031年工作要点》已经审议通过,现印发给你们,请认真贯彻执行。
示例市应急管理局
2031年3月13日
示例市应急管理局2031年工作要点
2031年是收官之年。市应急局将坚持稳中求进,做好各项工作。
一、着力提高预防质量
(一)健全责任体系。充分发挥市安委会办公室职能作用,完善工作机制,健全统筹协调机制。
(二)强化事故调查。将事故调查与考核巡查结合起来。
二、抓好重点行业领域整治
(一)扎实开展专项整治
1.聚焦年度整治重点任务,深入开展厂房仓库整治。
2.持续推动特种设备综合治理。
"""

OFFICIAL = """示例市示例区应急管理局文件

示应急〔2031〕2号

签发人：某某

示例区应急管理局 2030年法治政府建设情况报告

中共示例市示例区委、示例区人民政府：

2030年，区应急管理局全面推进法治工作。现将主要情况报告如下：

一、2030年度推进法治政府建设的主要举措和成效

（一）提高政治站位，坚持带头学法

一是深入推进第一责任人制度。始终坚持把尊法学法守法用法作为重要抓手，出台《关于推动建立完善生产经营单位事故隐患内部报告奖励机制的

实施细则》等文件，确保有法可依。

二是严格执法。全年办理行政处罚案件 73 件，制定《示

例区综合防灾减灾规划（2024-2035）》等文件，排查隐患 500 余条。

二、存在的不足

今年以来，仍存在不足之处：一是学习欠深度；二是执法效能欠力度。

（共用一段。）

示例市示例区应急管理局

2031年1月16日

抄送：区委依法治区办

（共印5份）
"""


def _texts(report: ReportText) -> list[tuple[str, tuple[str, ...], str]]:
    return [(p.part, p.path, p.text) for p in report.passages("示例.txt")]


def test_an_official_document_gives_its_head_and_foot() -> None:
    report = parse_report(OFFICIAL, name="x")
    assert (report.title, report.title_stated) == ("示例区应急管理局2030年法治政府建设情况报告", True)
    assert (report.doc_no, report.signer) == ("示应急〔2031〕2号", "某某")
    assert report.addressee == "中共示例市示例区委、示例区人民政府"
    assert (report.org, report.date, report.year) == ("示例市示例区应急管理局", "2031-01-16", 2030)
    assert (report.cover, report.annexes) == (None, ())


def test_an_official_document_gives_its_paragraphs_with_headings() -> None:
    first = "一、2030年度推进法治政府建设的主要举措和成效"
    second = "（一）提高政治站位，坚持带头学法"
    item = "一是深入推进第一责任人制度。始终坚持把尊法学法守法用法作为重要抓手，出台"
    rows = _texts(parse_report(OFFICIAL, name="x"))
    assert [part for part, _, _ in rows] == ["header", *["section"] * 5, "signature"]
    assert rows[1] == ("section", (), "2030年，区应急管理局全面推进法治工作。现将主要情况报告如下：")
    assert rows[2][1] == (first, second, "一是深入推进第一责任人制度")
    assert rows[2][2].startswith(f"{first}\n{second}\n{item}")
    assert "事故隐患内部报告奖励机制的实施细则》等文件" in rows[2][2]
    assert rows[3][1] == (first, second, "二是严格执法")
    assert "案件73件，制定《示例区综合防灾减灾规划（2024-2035）》" in rows[3][2]
    assert rows[4][2] == "二、存在的不足\n今年以来，仍存在不足之处：一是学习欠深度；二是执法效能欠力度。"
    assert rows[6][2] == "示例市示例区应急管理局\n2031年1月16日\n抄送：区委依法治区办\n（共印5份）"


def test_a_forwarded_plan_keeps_its_covering_notice_apart() -> None:
    report = parse_report(WEB, name="x")
    assert (report.title, report.org, report.year) == ("示例市应急管理局2031年工作要点", "示例市应急管理局", 2031)
    assert (report.date, report.addressee) == ("2031-03-13", "各区应急管理局，市局机关各处室")
    rows = _texts(report)
    assert [row[0] for row in rows] == ["header", "header", *["section"] * 5]
    assert rows[3][1:] == (
        ("一、着力提高预防质量", "（一）健全责任体系"),
        "一、着力提高预防质量\n（一）健全责任体系。充分发挥市安委会办公室职能作用，完善工作机制，健全统筹协调机制。",
    )
    assert rows[5][1] == ("二、抓好重点行业领域整治", "（一）扎实开展专项整治", "1.")
    assert rows[6][1:] == (
        ("二、抓好重点行业领域整治", "（一）扎实开展专项整治", "2.持续推动特种设备综合治理"[:2]),
        "2.持续推动特种设备综合治理。",
    )


def test_a_report_without_a_title_gets_one_from_what_it_says() -> None:
    text = (
        "市委:\n现将有关情况报告如下。\n一、2030年度推进法治政府建设主要举措和成效\n1.做好工作。\n"
        "示例市应急管理局\n2031年1月8日\n"
    )
    report = parse_report(text, name="000")
    assert (report.title, report.title_stated) == ("示例市应急管理局2030年法治政府建设情况报告", False)
    assert parse_report("没有结构的一段话。", name="示例文件").title == "示例文件"


def test_front_matter_and_markdown_headings() -> None:
    text = (
        "---\ntitle: 示例区2030年报告\norg: 示例区应急管理局\nyear: 2030  # reported on\ntext_kind: digest\n---\n"
        "# 示例区2030年报告\n\n签发人：某某\n\n## 一、举措\n\n### （一）执法\n\n检查企业 12 家次。\n\n- 另起一段。\n"
    )
    report = parse_report(text, name="x")
    assert (report.title, report.org, report.year, report.signer) == (
        "示例区2030年报告",
        "示例区应急管理局",
        2030,
        "某某",
    )
    passages = report.passages("示例.md")
    assert [p.text for p in passages[1:]] == ["一、举措\n（一）执法\n检查企业12家次。", "- 另起一段。"]
    assert passages[1].path == ("一、举措", "（一）执法")
    assert {p.text_kind for p in passages} == {"digest"}
    assert text[passages[1].start : passages[1].end].startswith("## 一、举措")


YEARS = [
    ("示例局2030年工作总结\n一、情况\n做好工作。\n", 2030),
    ("示例局工作总结\n一、2029年度主要工作\n做好工作。\n示例市应急管理局\n2030年1月8日\n", 2029),
    ("示例局工作总结\n一、主要工作\n做好工作。\n示例市应急管理局\n2030年1月8日\n", 2029),
    ("示例局工作总结\n一、主要工作\n做好工作。\n示例市应急管理局\n2030年11月8日\n", 2030),
    ("示例局工作要点\n一、主要工作\n做好工作。\n示例市应急管理局\n2030年1月8日\n", 2030),
    ("示例局工作要点\n一、主要工作\n做好工作。\n示例市应急管理局\n二〇三〇年一月八日\n", 2030),
    ("一、主要工作\n做好工作。\n", None),
]


@pytest.mark.parametrize(("text", "year"), YEARS)
def test_the_year_reported_on(text: str, year: int | None) -> None:
    assert parse_report(text, name="x").year == year


HEALED = [
    ("检查企业 26272 家，发现隐患 49988项", "检查企业26272家，发现隐患49988项"),
    ("整改率 96.52％；", "整改率96.52%；"),
    ("**建立重点企业数据库**，整合", "建立重点企业数据库，整合"),
    ("发展战略与大局,对企业(2.0版)审批;开辟:通道", "发展战略与大局，对企业（2.0版）审批；开辟：通道"),
    ("共 60,000 件,比例 10:30", "共60,000件，比例10:30"),
    ("“燃管通”APP ，对全区", "“燃管通”APP，对全区"),
    ("“法治应急 平安同行”", "“法治应急 平安同行”"),
    ("见 Model Answer 与 GB/T 9704", "见Model Answer与GB/T 9704"),
    ("２０２２年Ｎ级", "2022年N级"),
    ("普应急﹝2022﹞8号\u200b", "普应急﹝2022﹞8号"),
    ("f(x)=1, y", "f(x)=1, y"),
    ("指标 | 数值", "指标 | 数值"),
]


@pytest.mark.parametrize(("damaged", "healed"), HEALED)
def test_healing_within_a_line(damaged: str, healed: str) -> None:
    assert heal(damaged) == healed


@given(st.text(st.sampled_from("监管9.,()（:；％% *《》“”aB〔-—、。")))
def test_healing_changes_nothing_that_a_quotation_is_compared_by(text: str) -> None:
    assert squeeze(heal(text)) == squeeze(re.sub(r"\*[ \t]*\*[ \t*]*", "", text))
    assert heal(heal(text)) == heal(text)


WRAPPED = """示应急〔2030〕8 号 签发人：某某

示例区应急管理局关于 2030 年度
法治政府建设情况的报告

区政府：

今年以来，示例区应急管理局深入学习各项指示精神，认真贯彻

法治政府建设与责任落实要求，全面推进各项制度。现将我局有

关情况报告如下。

一、基本情况

（一）队伍建设

示例区应急管理局现有行政执法监督管理机构 7个（5科、1

示例市示例区应急管理局
 室、1 安监中心），涉及行政执法监督管理人员 38 人（其中，参

与区城运管理 4 人，援外 2 人）。

（二）监督检查

截止 10 月 25 日，全区安全生产监督检查企业 262 家，发现隐



—7—

患 499 项，整改率 96.52％；发出执法文书 177 份，数量为 8起，按照

（一）类标准分级，并于 2030 年完成。

1.加强法治领导。建立法治工作领导小组，定期听取工作情况

汇报，全面推进落实各项措施。

示例市示例区应急管理局

2030 年 11 月 14 日
"""


def test_wrapped_lines_page_numbers_and_letterheads() -> None:
    report = parse_report(WRAPPED, name="x")
    assert report.title == "示例区应急管理局关于2030年度法治政府建设情况的报告"
    assert (report.doc_no, report.signer, report.addressee) == ("示应急〔2030〕8号", "某某", "区政府")
    assert (report.org, report.date) == ("示例市示例区应急管理局", "2030-11-14")
    body = [(p.path, p.text.split("\n")[-1]) for p in report.passages("x") if p.part == "section"]
    assert body == [
        (
            (),
            "今年以来，示例区应急管理局深入学习各项指示精神，认真贯彻法治政府建设与责任落实要求，全面推进各项制度。现将我局有关情况报告如下。",
        ),
        (
            ("一、基本情况", "（一）队伍建设"),
            "示例区应急管理局现有行政执法监督管理机构7个（5科、1室、1安监中心），涉及行政执法监督管理人员38人（其中，参与区城运管理4人，援外2人）。",
        ),
        (
            ("一、基本情况", "（二）监督检查"),
            "截止10月25日，全区安全生产监督检查企业262家，发现隐患499项，整改率96.52%；发出执法文书177份，数量为8起，按照（一）类标准分级，并于2030年完成。",
        ),
        (
            ("一、基本情况", "（二）监督检查", "1.加强法治领导"),
            "1.加强法治领导。建立法治工作领导小组，定期听取工作情况汇报，全面推进落实各项措施。",
        ),
    ]


TWO_PARAGRAPHS = """示例区应急管理局面对行业点多线长的实际，坚持依法行政
、从严治理，面对行业点多线长的实际，坚持依法行政、从严治
理、服务发展，面对行业点多线长的实际，坚持依法行政、从严治
理、服务发展，面对行业点多线长的实际，坚持依法行政、完成。
全年发生生产安全事故 4 起，事故发生起数与死亡人数较去
年同比呈现“双下降”，均下降 25%。
1.全年培训执法人员 188 人次，选派 3 人到市局执法总队跟
班学习两个月，回来后担任办案组长。
（二）抓实监督检查、全面强化各项安全生产执法保障工作
各项检查有序开展，坚持依法行政，坚持依法行政。
"""


def test_an_indented_line_begins_a_paragraph_and_a_full_line_goes_on() -> None:
    texts = [p.text for p in parse_report(TWO_PARAGRAPHS, name="x").passages("x")]
    assert [t[:6] for t in texts] == ["示例区应急管", "全年发生生产", "1.全年培训", "（二）抓实监"]
    assert texts[2] == "1.全年培训执法人员188人次，选派3人到市局执法总队跟班学习两个月，回来后担任办案组长。"


def test_a_heading_sentence_and_a_table() -> None:
    text = (
        "一、不足\n(一)基层能力不足,尚未实现有效契合。\n当前基层能力建设仍显薄弱,存在短板。\n"
        "指标 | 数值\n检查企业 | 12家次\n整改率 | 98%\n（二）人手不足。\n队伍偏小,有待加强。\n"
    )
    rows = [(p.path, p.text) for p in parse_report(text, name="x").passages("x")]
    assert rows == [
        (
            ("一、不足", "（一）基层能力不足，尚未实现有效契合"),
            "一、不足\n（一）基层能力不足，尚未实现有效契合。\n当前基层能力建设仍显薄弱，存在短板。",
        ),
        (("一、不足", "（一）基层能力不足，尚未实现有效契合"), "指标 | 数值\n检查企业 | 12家次\n整改率 | 98%"),
        (("一、不足", "（二）人手不足"), "（二）人手不足。\n队伍偏小，有待加强。"),
    ]


def test_pages_and_annexes() -> None:
    @dataclass(frozen=True)
    class At:
        page: int
        start: int

    text = "一、举措\n做好工作。\n二、不足\n人手偏少。\n示例市应急管理局\n2030年1月8日\n附件：事项清单\n1.检查事项。\n"
    passages = parse_report(text, name="x").passages("x", [At(1, 0), At(2, text.index("二、"))])
    assert [(p.part, p.page) for p in passages] == [
        ("section", 1), ("section", 2), ("signature", 2), ("annex", 2), ("annex", 2),
    ]  # fmt: skip


CHARACTERS = st.sampled_from("检查企业落实责任完善机制推进整改提升质效隐患排查培训宣传保障")
PHRASE = st.text(CHARACTERS, min_size=4, max_size=18)
SENTENCE = st.lists(PHRASE, min_size=1, max_size=6).map(lambda parts: "，".join(parts) + "。")
ITEM = st.tuples(PHRASE, st.lists(SENTENCE, min_size=1, max_size=4).map("".join))
SECTION = st.tuples(PHRASE, st.lists(ITEM, min_size=1, max_size=4))
OUTLINE = st.lists(SECTION, min_size=2, max_size=4)
NUMERALS = "一二三四五六七八九十"


def _paragraphs(outline: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> list[str]:
    out = []
    for i, (heading, items) in enumerate(outline):
        out.append(f"{NUMERALS[i]}、{heading}")
        out += [f"（{NUMERALS[k]}）{head}。{body}" for k, (head, body) in enumerate(items)]
    return out


INTRO = "示例区应急管理局面对行业点多线长的实际，坚持依法行政、从严治理，" * 3 + "完成了各项任务。"  # shows the margin


def _wrapped(paragraphs: Sequence[str], every: int) -> str:
    """Print at 28 characters a line, an empty line between any two, page furniture after each ``every`` lines."""
    lines: list[str] = []
    for text in paragraphs:
        lines += [text[:26], *(text[i : i + 28] for i in range(26, len(text), 28))]
    out = []
    for i, line in enumerate(lines, 1):
        out.append(line)
        if i % every == 0 and i < len(lines):
            out.append(f"—{i // every}—")
    return "\n\n".join(out)


@given(OUTLINE, st.integers(5, 20))
def test_damage_by_printing_is_healed(outline: list[tuple[str, list[tuple[str, str]]]], every: int) -> None:
    paragraphs = [INTRO, *_paragraphs(outline)]
    clean = parse_report("\n".join(paragraphs), name="x").passages("x")
    source = _wrapped(paragraphs, every)
    damaged = parse_report(source, name="x").passages("x")
    assert [(p.path, p.text) for p in damaged] == [(p.path, p.text) for p in clean]
    assert [len(p.path) for p in clean] == [0, *(2 for _, items in outline for _ in items)]
    for passage in damaged:
        assert squeeze(passage.text)[:6] == squeeze(source[passage.start : passage.end])[:6]


@given(
    st.lists(st.text(st.sampled_from("（一）、1.2。：局年月日—7 第页《|#示例应急管理"), max_size=40), max_size=30).map(
        "\n".join
    )
)
def test_any_text_is_parsed_with_spans_in_order(text: str) -> None:
    passages = parse_report(text, name="示例").passages("示例.txt")
    spans = [(p.start, p.end) for p in passages]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(p.text.strip() and p.title for p in passages)


GOLD = ("reports_qa", "report_figures", "drafting")


@pytest.mark.corpus
def test_every_gold_quotation_stands_in_one_passage(shared_dir: Path) -> None:
    folder = shared_dir / "corpus" / "reports"
    held = {
        path.name: [squeeze(p.text) for p in parse_report(path.read_text("utf-8"), name=path.stem).passages(path.name)]
        for path in folder.iterdir()
    }
    rows = [json.loads(row) for n in GOLD for row in (shared_dir / "eval" / f"{n}.dev.jsonl").read_text().splitlines()]
    quotes = [
        (q["doc"], q["quote"])
        for row in rows
        for q in ([row] if "quote" in row else row.get("gold", []) + row.get("wanted_precedents", []))
    ]
    assert len(quotes) == 199
    missed = [quote for doc, quote in quotes if not any(squeeze(quote) in text for text in held[doc])]
    assert missed == []


FACTS = [
    ("000", "上海市应急管理局", 2025, "2026-01-08", "", "", 68),
    ("001", "上海市宝山区应急管理局", 2024, "2025-01-16", "宝应急〔2025〕2号", "沈斌", 19),
    ("002", "上海市应急管理局", 2025, "2025-03-13", "", "", 23),
    ("003", "上海市普陀区应急管理局", 2022, "2022-11-14", "普应急〔2022〕8号", "张军", 50),
    ("004", "上海市普陀区应急管理局", 2023, "2023-11-09", "普应急〔2023〕13号", "张军", 16),
]


@pytest.mark.corpus
@pytest.mark.parametrize(("number", "org", "year", "date", "doc_no", "signer", "count"), FACTS)
def test_the_real_reports(
    shared_dir: Path, number: str, org: str, year: int, date: str, doc_no: str, signer: str, count: int
) -> None:
    (path,) = (shared_dir / "corpus" / "reports").glob(f"{number}_*")
    source = path.read_text("utf-8")
    report = parse_report(source, name=path.stem)
    assert (report.org, report.year, report.date) == (org, year, date)
    assert (report.doc_no, report.signer) == (doc_no, signer)
    passages = report.passages(path.name)
    assert len(passages) == count
    lost = Counter(squeeze(source)) - Counter(squeeze("".join(p.text for p in passages)))
    furniture = {"003": "上海市普陀区应急管理局-7-", "004": "*" * 12}.get(number, "")
    assert lost == Counter(furniture)
