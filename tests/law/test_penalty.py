"""Sanctions of invented provisions as data: whom, act, measures, amounts, condition, 款 and 项."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.records import Sanction
from kb.law.penalty import could_sanction, fines, is_sanction, sanctions

LIABILITY = ("第五章 法律责任",)


def rows(text: str) -> list[tuple[int, int | None, str, tuple[str, ...], list[tuple[str, float | None, float | None]]]]:
    """Place, condition, measures and (whom, least, most) of every sanction."""
    return [
        (s.paragraph, s.item, s.condition, s.measures, [(f.whom, f.least, f.most) for f in s.fines])
        for s in sanctions(text)
    ]


def test_base_and_condition_stand_apart_and_each_party_has_its_fine() -> None:
    text = (
        "示例单位有下列行为之一的，责令限期改正，处三万元以下的罚款；逾期未改正的，责令停产停业整顿，并处三万元以上六万元以下的罚款，"
        "对其直接负责的主管人员和其他直接责任人员处一万元以下的罚款；构成犯罪的，依法追究刑事责任：\n"
        "（一）未按照规定设置示例机构的；\n（二）未如实记录示例情况的。"
    )
    persons = "直接负责的主管人员和其他直接责任人员"
    assert rows(text) == [
        (1, None, "", ("责令限期改正", "罚款"), [("示例单位", None, 30_000)]),
        (
            1,
            None,
            "逾期未改正",
            ("责令停产停业整顿", "罚款"),
            [("示例单位", 30_000, 60_000), (persons, None, 10_000)],
        ),
        (1, None, "构成犯罪", ("追究刑事责任",), []),
    ]
    assert {s.act for s in sanctions(text)} == {"示例单位有下列行为之一"}
    assert sanctions(text)[1].whom == ("示例单位", persons)


def test_items_with_amounts_of_their_own_stand_at_the_item() -> None:
    text = (
        "示例单位的主要负责人未履行示例职责，导致发生事故的，由主管部门依照下列规定处以罚款：\n"
        "（一）发生一般事故的，处上一年年收入百分之三十的罚款；\n（二）发生较大事故的，处上一年年收入百分之五十的罚款。"
    )
    assert [(s.paragraph, s.item, s.condition, s.fines[0].most) for s in sanctions(text)] == [
        (1, 1, "发生一般事故", 30.0),
        (1, 2, "发生较大事故", 50.0),
    ]
    assert {f.whom for f in fines(text)} == {"示例单位的主要负责人"}
    assert {f.base for f in fines(text)} == {"上一年年收入"}


def test_paragraphs_are_numbered_as_printed() -> None:
    text = (
        "示例单位未登记的，处一万元以下罚款。\n"
        "本条所称登记，是指示例登记。\n"
        "个人有前款行为的，处警告或者二百元以下罚款。"
    )
    assert [(s.paragraph, s.item, s.fines[0].most) for s in sanctions(text)] == [(1, None, 10_000.0), (3, None, 200.0)]


CONDITIONS = [
    ("单位未办理的，责令改正；拒不改正的，处一万元罚款。", ["", "拒不改正"]),
    ("单位未办理的，责令限期改正，逾期不改正的，处一万元罚款。", ["", "逾期不改正"]),
    ("单位未办理，情节严重的，处一万元罚款。", ["情节严重"]),
    ("违反本法规定，构成犯罪的，依法追究刑事责任。", ["构成犯罪"]),
    ("示例单位违反本法规定，造成严重损害的，处一万元罚款。", ["造成严重损害"]),
    ("违反本法规定，造成严重损害的，处一万元罚款。", [""]),
    ("单位违法的，没收违法所得；违法所得一万元以上的，并处违法所得一倍罚款；没有违法所得的，处五千元罚款。",
     ["", "违法所得一万元以上", "没有违法所得"]),
    ("单位拒绝检查的，责令改正；拒不改正的，处二万元罚款；对其负责人处一千元罚款。", ["", "拒不改正"]),
    ("单位违法的，没收违法所得；违法所得一万元以上的，并处违法所得一倍罚款；对其负责人处一千元罚款。",
     ["", "违法所得一万元以上", ""]),
    ("单位未办理的，给他人造成损失的，与相对人承担连带责任；情节严重的，处一万元罚款。", ["情节严重"]),
    ("擅自排放的由示例部门责令改正，处一万元罚款。", [""]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CONDITIONS, ids=[t for t, _ in CONDITIONS])
def test_conditions(text: str, expected: list[str]) -> None:
    assert [s.condition for s in sanctions(text)] == expected


WHOM = [
    ("违反规定的，对单位处一万元罚款，对个人处一百元罚款。", ["单位", "个人"]),
    ("未登记的，逾期不改正的，对单位可以处一万元以下罚款。", ["单位"]),
    ("未经许可的，由示例部门对企业主要负责人处五千元以上一万元以下的罚款。", ["企业主要负责人"]),
    ("示例机构出具虚假报告的，对直接责任人员，依法给予处分；处一万元罚款。", ["示例机构"]),
    ("发生事故，对负有责任的示例单位除要求其依法赔偿外，处十万元罚款。", ["负有责任的示例单位"]),
    ("有下列行为之一的，处一千元罚款：\n（一）示例企业未报告的，处二千元罚款；\n（二）其他。", ["", "示例企业"]),
    ("未经许可生产示例品的，处一万元罚款。", [""]),
    ("示例单位未检测的，处一万元罚款；示例机构未派人到场的，处二千元罚款。", ["示例单位", "示例机构"]),
    ("示例单位未检测的，处一万元罚款，对直接责任人员另处二千元罚款。", ["示例单位", "直接责任人员"]),
]


@pytest.mark.parametrize(("text", "expected"), WHOM, ids=[t for t, _ in WHOM])
def test_who_pays(text: str, expected: list[str]) -> None:
    assert [f.whom for f in fines(text)] == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("违反本条例规定，未登记的，处一千元罚款。", (), True),
        ("违反本条例规定，未登记的，责令改正。", LIABILITY, True),
        ("工作人员滥用职权的，依法给予处分。", LIABILITY, True),
        ("本条例规定的行政处罚，由示例部门决定。", LIABILITY, False),
        ("造成损失的，由受害人自行协商。", LIABILITY, False),
        ("示例单位应当设置警示标志。", (), False),
        ("监督检查中发现隐患的，应当责令立即排除。", ("第三章 监督管理",), False),
        ("对公民处二百元以下罚款的，可以当场作出行政处罚决定。", ("第三章 程序",), False),
        ("", LIABILITY, False),
        ("处罚的种类：\n（一）警告、罚款；\n（二）吊销执照。", ("第七章 法律责任",), False),
    ],
)
def test_what_is_a_sanction(text: str, path: tuple[str, ...], expected: bool) -> None:
    assert is_sanction(text, path) is expected


def test_brackets_and_titles_do_not_cut_a_clause() -> None:
    text = "违反《示例、样品；管理条例》规定的，处货值金额（含已售出的，下同）一倍以上二倍以下罚款。"
    assert [(f.least, f.most, f.base) for f in fines(text)] == [(1.0, 2.0, "货值金额（含已售出的，下同）")]


WORDS = """示例单位 有下列行为之一 的 ， ； 。 ： 、 责令改正 处 一万元 以上 二万元 以下 罚款 对 主要负责人 逾期未改正
（一） （二） 没收违法所得 百分之三十 倍 违法所得 由 给予 处分 ( ) 《 》 但 最高 不超过 2 000"""
PIECES = st.sampled_from([*WORDS.split(), "\n"])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_spans_lie_inside_and_hold_the_text(text: str) -> None:
    for s in sanctions(text):
        assert isinstance(s, Sanction)
        assert 0 <= s.start < s.end <= len(text)
        assert text[s.start : s.end] == s.text
        assert s.measures
        assert all(f.text in s.text and f.condition == s.condition for f in s.fines)
        assert all(f.least is not None or f.most is not None for f in s.fines)
    if sanctions(text) and is_sanction(text, LIABILITY):
        assert could_sanction(text, LIABILITY)


def test_fines_are_those_of_the_sanctions() -> None:
    text = "甲单位未登记的，处一万元罚款；逾期未改正的，处二万元罚款。\n乙单位未报告的，处三万元罚款。"
    assert [f.most for f in fines(text)] == [10_000, 20_000, 30_000]
    assert fines(text) == tuple(f for s in sanctions(text) for f in s.fines)


@pytest.mark.corpus
def test_gold_amounts_of_the_official_texts(shared_dir: Path) -> None:
    from eval.tasks.penalty import FINES, rows, score_fines

    score = score_fines(rows(FINES), shared_dir / "corpus" / "laws").to_json()
    assert score["fines"] > 300
    assert score["amounts_right"] >= 0.97, score["wrong"]
    assert score["found_right"] >= 0.97, score["extra"]
    assert score["whom_right"] >= 0.95, score["wrong"]
    assert score["condition_right"] >= 0.95, score["wrong"]


def test_gold_tables_hold_figures_and_addresses_only(root: Path) -> None:
    place = {"law", "version", "split", "paragraph", "item"}
    for name, keys in (
        ("penalty_gold", place | {"article", "whom", "least", "most", "unit", "base", "condition"}),
        ("pairs_gold", place | {"penalty", "duties", "also"}),
    ):
        lines = (root / "eval" / "questions" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for line in lines:
            row = json.loads(line)
            assert set(row) == keys
            assert all(len(v) <= 20 for v in row.values() if isinstance(v, str))
