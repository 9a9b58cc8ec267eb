"""Amounts of fines: every way regulations print them, and figures that are no fine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.address import to_chinese
from kb.law.penalty import fines

AMOUNTS = [
    ("处十万元以下的罚款", (None, 100_000, "元", "")),
    ("处2万元以上10万元以下罚款", (20_000, 100_000, "元", "")),
    ("处２万元以上１０万元以下罚款", (20_000, 100_000, "元", "")),
    ("处50,000元以上100,000元以下的罚款", (50_000, 100_000, "元", "")),
    ("处五百元以上二千元以下罚款", (500, 2_000, "元", "")),
    ("处一千万元以上二千万元以下的罚款", (10_000_000, 20_000_000, "元", "")),
    ("处1亿元以下的罚款", (None, 100_000_000, "元", "")),
    ("处三千元罚款", (3_000, 3_000, "元", "")),
    ("处人民币五千元以下罚款", (None, 5_000, "元", "")),
    ("处二至五万元罚款", (20_000, 50_000, "元", "")),
    ("处3000元至5000元的罚款", (3_000, 5_000, "元", "")),
    ("处一万元以上、五万元以下的罚款", (10_000, 50_000, "元", "")),
    ("处二万元以上罚款", (20_000, None, "元", "")),
    ("处五十元以上不满二百元的罚款", (50, 200, "元", "")),
    ("罚款五千元", (5_000, 5_000, "元", "")),
    ("并处不超过三万元的罚款", (None, 30_000, "元", "")),
    ("处警告或者五百元以下罚款", (None, 500, "元", "")),
    ("给予三百元以上三千元以下的罚款", (300, 3_000, "元", "")),
    ("每平方米处五百元以上一千元以下罚款", (500, 1_000, "元", "每平方米")),
    ("以每株二千元以上五千元以下的标准处以罚款", (2_000, 5_000, "元", "每株")),
    ("每少配备一人罚款五千元", (5_000, 5_000, "元", "每少配备一人")),
    ("并处违法所得二倍以上五倍以下的罚款", (2, 5, "倍", "违法所得")),
    ("处以货值金额1至3倍的罚款", (1, 3, "倍", "货值金额")),
    ("处合同价款1倍以上3倍以下的罚款", (1, 3, "倍", "合同价款")),
    ("处相当于实物价值三倍以下的罚款", (None, 3, "倍", "实物价值")),
    ("并处货值金额等值以上三倍以下的罚款", (1, 3, "倍", "货值金额")),
    ("处上一年年收入百分之四十的罚款", (40, 40, "%", "上一年年收入")),
    ("处上一年年收入百分之六十至百分之一百的罚款", (60, 100, "%", "上一年年收入")),
    ("处上一年年收入40%至80%的罚款", (40, 80, "%", "上一年年收入")),
    ("处挪用费用20%以上50%以下的罚款", (20, 50, "%", "挪用费用")),
    ("并处所获收入50%以上1倍以下罚款", (50, 100, "%", "所获收入")),
    ("处工程造价千分之五以下的罚款", (None, 0.5, "%", "工程造价")),
    ("每日按罚款数额的百分之三加处罚款", (3, 3, "%", "每日罚款数额")),
    ("可以按照前款罚款数额的二倍以上五倍以下对示例单位处以罚款", (2, 5, "倍", "前款罚款数额")),
]


@pytest.mark.parametrize(("clause", "expected"), AMOUNTS, ids=[c for c, _ in AMOUNTS])
def test_an_amount_is_read(clause: str, expected: tuple[float | None, float | None, str, str]) -> None:
    found = fines(f"违反本条例规定的，{clause}。")
    assert [(f.least, f.most, f.unit, f.base) for f in found] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "违法所得在十万元以上的，没收违法所得，并处罚款。",
        "违反规定受到五万元以上罚款处罚的，列入名单。",
        "罚款数额在二千元以下的，可以由派出机构决定。",
        "作出对个人处一万元以上罚款的行政处罚决定前，应当告知听证的权利。",
        "注册资本不少于五百万元。",
        "投保金额不低于百分之二十的，给予奖励。",
        "",
    ],
)
def test_a_threshold_is_no_fine(text: str) -> None:
    assert fines(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "违反的，没收违法收入，并处违法收入一倍至三倍，但最高不超过十万元的罚款。",
            [(1, 3, "倍", "违法收入"), (None, 100_000, "元", "上限")],
        ),
        (
            "违反的，处二千元以上五千元以下罚款，但最高不得超过一万元。",
            [(2_000, 5_000, "元", ""), (None, 10_000, "元", "上限")],
        ),
        (
            "违反的，处五千元以上二万元以下或者违法所得一倍以上三倍以下的罚款。",
            [(5_000, 20_000, "元", ""), (1, 3, "倍", "违法所得")],
        ),
    ],
)
def test_several_amounts_in_one_clause(text: str, expected: list[tuple[float | None, float, str, str]]) -> None:
    assert [(f.least, f.most, f.unit, f.base) for f in fines(text)] == expected


@given(st.integers(1, 9_999), st.integers(1, 9_999), st.booleans(), st.booleans())
def test_numerals_and_digits_read_alike(a: int, b: int, ten_thousand: bool, of: bool) -> None:
    low, high = sorted((a, b))
    unit, scale = ("万元", 10_000) if ten_thousand else ("元", 1)
    tail = "的罚款" if of else "罚款"
    chinese = fines(f"违反的，处{to_chinese(low)}{unit}以上{to_chinese(high)}{unit}以下{tail}。")
    digits = fines(f"违反的，处{low}{unit}以上{high}{unit}以下{tail}。")
    assert [(f.least, f.most) for f in chinese] == [(low * scale, high * scale)]
    assert [(f.least, f.most) for f in digits] == [(low * scale, high * scale)]
