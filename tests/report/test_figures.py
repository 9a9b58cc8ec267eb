"""Figures of reports: what counts as one, its value and unit, its name, its date, its change."""
# ruff: noqa: RUF001 (look-alike characters are what is tested)

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.tasks import figures as task
from kb.base.records import Figure, Part, Passage
from kb.report.figures import figures
from kb.report.figures.words import terms, words


def _read(text: str, *, path: tuple[str, ...] = (), part: Part = "section", title: str = "示例报告") -> list[Figure]:
    passage = Passage(kind="report", title=title, text=text, source="示例.txt", path=path, part=part, id=7)
    return figures([passage], org="示例区应急管理局", year=2030)


def _short(text: str) -> list[tuple[str, str, float, str]]:
    return [(f.indicator, f.printed, f.value, f.unit) for f in _read(text)]


SENTENCES = [
    ("全年检查企业1071家次", [("检查企业数", "1071", 1071, "家次")]),
    ("罚没款金额1134.035万元", [("处罚金额", "1134.035", 1134.035, "万元")]),
    ("处罚金额71000元", [("处罚金额", "71000", 71000, "元")]),
    ("发放宣传资料8.6万份", [("宣传资料份数", "8.6万", 86_000, "份")]),
    ("累计受益人数12余万", [("受益人数", "12余万", 120_000, "人")]),
    ("受教育人数近1000人次", [("受教育人数", "近1000", 1000, "人次")]),
    ("调查收集数千条数据材料", [("调查收集数据材料数", "数千", 1000, "条")]),
    ("建成避难场所面积超4000万平方米", [("建成避难场所面积", "超4000万", 40_000_000, "平方米")]),
    ("查处三十余家企业", [("查处企业数", "三十余", 30, "家")]),
    ("发生事故三起，死亡两人", [("生产安全事故起数", "三", 3, "起"), ("生产安全事故死亡人数", "两", 2, "人")]),
    ("整改率达百分之九十八", [("隐患整改率", "百分之九十八", 98, "%")]),
    ("完成32万余路视频接入", [("视频数", "32万余", 320_000, "路")]),
    ("现有机构7个（5科、1室）", [("机构数", "7", 7, "个"), ("科数", "5", 5, "科"), ("室数", "1", 1, "室")]),
    ("和消防救援支队等5部门", [("部门数", "5", 5, "部门")]),
    ("举办活动26场（次）", [("活动场次", "26", 26, "场（次）")]),
    ("存在3个方面的问题", [("问题方面数", "3", 3, "个方面")]),
    ("在首届执法比武中获得二等奖", [("首届执法比武获奖名次", "二等奖", 2, "")]),
    ("获优秀组织奖", [("获奖名次", "优秀组织奖", 0, "")]),
    ("监测覆盖率100%，全天候", [("监测覆盖率", "100", 100, "%")]),
    ("（共印5份）", [("印发份数", "5", 5, "份")]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_value_unit_and_name(text: str, expected: list[tuple[str, str, float, str]]) -> None:
    assert _short(text) == expected


NO_FIGURES = [
    "推进“5+2”重点领域专项整治和“三项制度”",
    "印发《关于3个方面12项措施的意见（2025版）》",
    "落实8.0版行动方案，制定2.0版指引",
    "2030年1月16日召开第2次会议，连续第6年通过",
    "学习二十届三中全会精神，开展三年行动，进一步落实",
    "做好5号台风、11号台风的应对，值守24小时",
    "两个清单、一批产品、四级体系、两张清单",
    "1.加强领导（一）执法",
    "普应急〔2022〕8号",
    "10月15日到24日重点安全保障期间",
    "每千次检查发现的隐患",
    "拨打12350举报",
]


@pytest.mark.parametrize("text", NO_FIGURES)
def test_what_is_no_figure(text: str) -> None:
    assert _short(text) == []


NAMES = [
    ("对全区5家培训机构、36家高危行业单位全面开展整治", ["培训机构数", "高危行业单位数"]),
    ("承担专项机构2个，总人数为12人，占比31.58%", ["专项机构数", "专项机构总人数", "专项机构占比"]),
    ("全市应急管理队伍累计检查生产经营单位103家次", ["检查企业数"]),
    ("对后果轻微的企业实施首违不罚18次、轻微不罚6次", ["首违不罚数", "轻微不罚数"]),
    ("重大事故隐患46项，已整改44项", ["重大事故隐患数", "重大事故隐患整改数"]),
    ("涉及重大行政执法处罚决定数量为2起，处罚金额为64万元", ["重大行政执法处罚决定数", "处罚金额（重大）"]),
    ("区主要领导24次就安全生产做出批示", ["区主要领导批示次数"]),
    ("今年共有11人分批参加执法资格考核", ["参加执法资格考核人数"]),
    ("对42家涉及禁毒重点物品的经营企业签订责任书", ["涉及禁毒重点物品的经营企业数"]),
    ("建立2.9万余家危险化学品、工贸行业企业数据库", ["危险化学品、工贸行业企业数"]),
    ("完成法制审核58件次，审核率100%，退回补正11件次", ["法制审核数", "法制审核率", "法制审核退回补正数"]),
    ("未开展应急演练3次", ["未开展应急演练次数"]),
]


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_names_say_what_is_counted(text: str, expected: list[str]) -> None:
    assert [f.indicator for f in _read(text)] == expected


CHANGES = [
    (
        "检查企业579家（次），同比增长80.93%",
        [("检查企业数", 579, "同比增长80.93%"), ("检查企业数同比增幅", 80.93, "")],
    ),
    (
        "发生事故4起，亡3人，事故起数与死亡人数较去年同比呈现“双下降”，均下降25%",
        [
            ("生产安全事故起数", 4, "均下降25%"),
            ("生产安全事故死亡人数", 3, "均下降25%"),
            ("事故起数同比降幅", 25, ""),
            ("死亡人数同比降幅", 25, ""),
        ],
    ),
    ("推动事故起数和亡人数同比下降40.6%和34%", [("事故起数同比降幅", 40.6, ""), ("亡人数同比降幅", 34, "")]),
    (
        "立案12件，罚没款8万元，比上年分别下降10%和5%",
        [
            ("立案数", 12, "比上年分别下降10%和5%"),
            ("处罚金额", 8, "比上年分别下降10%和5%"),
            ("立案数同比降幅", 10, ""),
            ("处罚金额同比降幅", 5, ""),
        ],
    ),
    ("立案88件，比上年减少8件", [("立案数", 88, "比上年减少8件"), ("立案数同比降数", 8, "")]),
    ("办结时限由12天减到9天", [("办结时限（此前）", 12, ""), ("办结时限", 9, "由12天减到9天")]),
    (
        "整改率97.8%，比上年提高0.8个百分点",
        [("隐患整改率", 97.8, "比上年提高0.8个百分点"), ("隐患整改率同比增幅", 0.8, "")],
    ),
    (
        "处罚次数、罚没款金额数分别占全市总量的18%、14.5%",
        [("处罚次数占全市总量比例", 18, ""), ("罚没款金额数占全市总量比例", 14.5, "")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), CHANGES)
def test_changes(text: str, expected: list[tuple[str, float, str]]) -> None:
    assert [(f.indicator, f.value, f.change) for f in _read(text)] == expected


PERIODS = [
    ("截止10月25日，全区检查企业12家", "2030-10-25", "截止10月25日", "全区", 2030),
    ("截至2029年10月底，检查企业12家", "2029-10-31", "截至2029年10月底", "", 2029),
    ("10月15日到24日保障期间，检查企业12家", "2030-10-15/2030-10-24", "10月15日到24日", "", 2030),
    ("今年以来，全局检查企业12家", None, "今年以来", "全局", 2030),
    ("2029年专项行动开展以来，检查企业12家", None, "2029年专项行动开展以来", "", 2029),
    ("检查企业12家", None, "", "", 2030),
]


@pytest.mark.parametrize(("text", "as_of", "period", "scope", "year"), PERIODS)
def test_when_and_where(text: str, as_of: str | None, period: str, scope: str, year: int) -> None:
    (figure,) = _read(text)
    assert (figure.as_of, figure.period, figure.scope, figure.year) == (as_of, period, scope, year)


def test_a_period_holds_until_the_next() -> None:
    found = _read("截止10月25日，决定8起。其中，重大决定2起。全年事故4起。")
    assert [f.period for f in found] == ["截止10月25日", "截止10月25日", "全年"]


def test_aims_are_told_from_what_was_reached() -> None:
    (aim,) = _read("检查企业12家", path=("四、2031年重点工作", "（一）执法"))
    assert (aim.planned, aim.year) == (True, 2031)
    (done,) = _read("检查企业12家", path=("一、2030年度举措和成效",))
    assert (done.planned, done.year) == (False, 2030)
    (next_year,) = _read("检查企业12家", path=("四、下一年安排",))
    assert (next_year.planned, next_year.year) == (True, 2031)
    (plan,) = _read("检查企业12家", title="示例区2030年工作要点")
    assert (plan.planned, plan.year) == (True, 2030)


def test_a_row_says_where_it_stands() -> None:
    (figure,) = _read("加强执法。全年检查企业近12家，效果良好。")
    assert (figure.org, figure.source, figure.passage) == ("示例区应急管理局", "示例.txt", 7)
    assert (figure.quote, figure.qualifier) == ("全年检查企业近12家，效果良好", "近")


def test_letterheads_hold_no_figures_and_signatures_only_copies() -> None:
    assert _read("示应急〔2031〕2号\n检查12家", part="header") == []
    assert [f.printed for f in _read("示例区应急管理局\n2031年1月16日印发\n（共印5份）", part="signature")] == ["5"]


def test_headings_hold_no_figures() -> None:
    text = "一、检查企业12家\n立案5起。"
    assert [f.printed for f in _read(text, path=("一、检查企业12家",))] == ["5"]


@pytest.mark.parametrize(
    "row", ["检查企业 | 12家次", "检查企业 | 12 | 家次", "检查企业 | 家次 | 12", "| 检查企业 | 12家次 |"]
)
def test_rows_of_tables(row: str) -> None:
    (figure,) = _read(f"指标 | 数值 | 单位\n{row}")
    assert (figure.indicator, figure.value, figure.unit, figure.quote) == ("检查企业数", 12, "家次", row)


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.name)
def test_every_shared_name_is_given_to_its_example(term: object) -> None:
    example, name = term.example, term.name  # type: ignore[attr-defined]
    assert name in [f.indicator for f in _read(example)], example


def test_vocabularies_name_nothing_twice() -> None:
    names = [term.name for term in terms()]
    assert len(names) == len(set(names))
    assert words().counted.search("检查率")
    assert not words().counted.search("常用条款")


TEXT = st.text(
    st.sampled_from("检查企业隐患人次家件%万余近12.0、，。；（）“”《》比上年由减到年月日增长|二等奖数千 "), max_size=60
)


@given(TEXT)
def test_every_figure_is_quoted_from_its_text(text: str) -> None:
    for figure in _read(text):
        assert figure.quote in text
        assert math.isfinite(figure.value)
        assert figure.printed
        assert figure.quote.replace(" | ", "").find(figure.printed) >= 0 or "|" in text


def test_the_measure_counts_an_unreadable_report_as_missed(tmp_path: Path) -> None:
    gold = [{"doc": "x.txt", "indicator": "检查", "value": "12", "unit": "家", "quote": "检查企业12家"}]
    broken = tmp_path / "x.txt"
    broken.write_bytes(b"\x00\x01")
    assert task.score(gold, task.ledger(broken)).recall == 0
    broken.write_text("检查企业12家，立案3起。")
    score = task.score(gold, task.ledger(broken))
    assert (score.recall, score.precision, len(score.extra)) == (1, 0.5, 1)


@pytest.mark.parametrize(
    ("value", "unit", "quote", "right"),
    [
        ("12", "家", "检查企业12家", True),
        ("12", "家次", "检查企业12家", False),
        ("13", "家", "检查企业12家", False),
        ("12", "家", "立案3起", False),
        ("12", "家", "检查企业12家。立案3起", True),
    ],
)
def test_the_measure_wants_value_unit_and_sentence(value: str, unit: str, quote: str, right: bool) -> None:
    (figure,) = _read("全年检查企业12家")
    row = {"value": value, "unit": unit, "quote": quote}
    assert task.matches(row, figure) is right


@pytest.mark.corpus
def test_recall_and_precision_on_the_development_reports(shared_dir: Path) -> None:
    gold = task.gold_rows(shared_dir / "eval" / "report_figures.dev.jsonl")
    scores = [task.score(rows, task.ledger(shared_dir / "corpus" / "reports" / doc)) for doc, rows in gold.items()]
    together = task.total(scores)
    assert together.gold == 124
    assert together.recall >= 0.95
    assert together.precision >= 0.95
