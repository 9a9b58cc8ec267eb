"""Numbers, money, shares, durations and dates compare by value, however they are written."""

# ruff: noqa: RUF001 (look-alike characters are under test)

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.address import to_chinese
from kb.base.quantity import (
    canonical,
    contains_value,
    find_amounts,
    find_dates,
    find_quantities,
    integer,
    parse_date,
    parse_number,
    same_value,
    units,
)

FOUND = [
    # money
    ("五万元", ["50000元"]),
    ("5万元", ["50000元"]),
    ("50,000元", ["50000元"]),
    ("50000元", ["50000元"]),
    ("５０，０００元", ["50000元"]),
    ("二十万元", ["200000元"]),
    ("一百五十万元", ["1500000元"]),
    ("一亿元", ["100000000元"]),
    ("1134.035万元", ["11340350元"]),
    ("2万5千元", ["25000元"]),
    ("1亿2000万元", ["120000000元"]),
    ("伍万元整", ["50000元"]),
    ("一万五块钱", ["15000元"]),
    ("三百零五元", ["305元"]),
    ("5 万元", ["50000元"]),
    ("处二万元以上五万元以下罚款", ["20000元", "50000元"]),
    ("二至五万元", ["20000元", "50000元"]),
    ("1-3万元", ["10000元", "30000元"]),
    ("1万至3万元", ["10000元", "30000元"]),
    ("每日一百元", ["100元"]),
    ("罚5万行不行", ["50000元"]),
    ("处罚五万", ["50000元"]),
    ("检查5万", []),
    ("三万美元", ["30000美元"]),
    # shares, multiples
    ("百分之四十", ["40%"]),
    ("40%", ["40%"]),
    ("40％", ["40%"]),
    ("千分之三", ["0.3%"]),
    ("百分之十二点五", ["12.5%"]),
    ("百分之五至十", ["5%", "10%"]),
    ("百分之四十至百分之一百", ["40%", "100%"]),
    ("二分之一以上", ["50%"]),
    ("39个百分点", ["39百分点"]),
    ("一倍以上五倍以下", ["1倍", "5倍"]),
    ("2.5倍", ["2.5倍"]),
    # durations
    ("十五日", ["15日"]),
    ("15天内", ["15日"]),
    ("三个月", ["3个月"]),
    ("24小时", ["24小时"]),
    ("十五个工作日", ["15工作日"]),
    ("三年以上七年以下", ["3年", "7年"]),
    ("3至5日", ["3日", "5日"]),
    ("三十分钟", ["30分钟"]),
    # counts and measures
    ("1071家次", ["1071家次"]),
    ("3家（次）", ["3家次"]),
    ("为 8起", ["8起"]),
    ("173件次", ["173件次"]),
    ("200余万字", ["2000000字"]),
    ("2.9万余家", ["29000家"]),
    ("1100余条", ["1100条"]),
    ("60万平方米", ["600000平方米"]),
    ("10吨", ["10吨"]),
    ("三人", ["3人"]),
    ("90名", ["90人"]),
    ("发生一起事故", ["1起"]),
    # not quantities
    ("第九十七条", []),
    ("第三、四项", []),
    ("2024年", []),
    ("2025年4月30日", []),
    ("红十字会", []),
    ("一起检查", []),
    ("统一规定", []),
    ("三五个", []),
    ("GB30871", []),
    ("国务院令第591号", []),
    ("数百家", []),
]
QUALIFIERS = [
    ("200余万字", "余"),
    ("近20万条", "近"),
    ("超过3000家", "超过"),
    ("五万元以下", "以下"),
    ("三人以上", "以上"),
    ("不足一百吨", "不足"),
    ("10余家", "余"),
    ("约5公里", "约"),
    ("不超过3年", "不超过"),
    ("50家左右", "左右"),
    ("3人", ""),
    ("十五日内", "内"),
]
EQUAL = [
    {"五万元", "5万元", "50,000元", "50000元", "５万元", "伍万元", "5 万元"},
    {"百分之四十", "40%", "40％"},
    {"十五日", "15日", "15天"},
    {"二〇二五年四月三十日", "2025年4月30日", "2025-04-30", "2025.4.30", "2025/4/30"},
    {"三十人", "30人", "30名"},
    {"两倍", "2倍", "二倍"},
]
CONTAINED = [
    ("处五万元以上二十万元以下的罚款", "50,000元", True),
    ("处五万元以上二十万元以下的罚款", "20万元", True),
    ("处五万元以上二十万元以下的罚款", "处5万元以上20万元以下的罚款", True),
    ("处五万元以上二十万元以下的罚款", "2万元", False),
    ("处十五万元罚款", "5万元", False),
    ("150000元", "50000元", False),
    ("1,250,000元", "250,000元", False),
    ("2.5万元", "5万元", False),
    ("5个月", "5个", False),
    ("15个工作日", "15日", False),
    ("第五条", "五条", False),
    ("依照第五条", "第5条", True),
    ("依照第十五条", "第5条", False),
    ("共84件", "84", True),
    ("共184件", "84", False),
    ("共84万元", "84", False),
    ("截至2025年10月25日", "10月25日", True),
    ("截至2025年10月25日", "2025年", True),
    ("截至2025年10月25日", "25日", False),
    ("截至2025年10月25日", "2024年10月25日", False),
    ("2025年", "5年", False),
    ("复发率2.9%", "2.9%", True),
    ("复发率12.9%", "2.9%", False),
    ("责令停产停业", "停产", True),
    ("责令停产停业", "", False),
]
DATES = [
    ("2025年4月30日", "2025-04-30"),
    ("2025 年 4 月 30 日", "2025-04-30"),
    ("二〇二五年四月三十日", "2025-04-30"),
    ("20250430", "2025-04-30"),
    ("2025.4.30", "2025-04-30"),
    ("截至10月25日", "-----10-25"),
    ("2025年4月", "2025-04---"),
    ("2024年度", "2024------"),
    ("十二月三十一日", "-----12-31"),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_quantities(text: str, expected: list[str]) -> None:
    assert [str(q) for q in find_quantities(text)] == expected


@pytest.mark.parametrize(("text", "qualifier"), QUALIFIERS)
def test_qualifiers(text: str, qualifier: str) -> None:
    assert [q.qualifier for q in find_quantities(text)] == [qualifier]


@pytest.mark.parametrize("texts", EQUAL, ids=lambda s: min(s))
def test_equal_by_value(texts: set[str]) -> None:
    for a, b in combinations(sorted(texts), 2):
        assert same_value(a, b), (a, b)
        assert contains_value(f"经查，{a}。", b), (a, b)


def test_unequal_by_value() -> None:
    for group, other in combinations([min(s) for s in EQUAL], 2):
        assert not same_value(group, other)
    assert not same_value("24小时", "1日")
    assert not same_value("5万元", "5万美元")


@pytest.mark.parametrize(("haystack", "needle", "expected"), CONTAINED)
def test_contains(haystack: str, needle: str, expected: bool) -> None:
    assert contains_value(haystack, needle) is expected


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_dates(text: str, expected: str) -> None:
    assert [str(d) for d in find_dates(text)] == [expected]


def test_whole_dates_are_days() -> None:
    assert parse_date("2025年4月30日") == date(2025, 4, 30)
    assert parse_date("2025年4月") is None
    assert parse_date("2025年4月31日") is None
    assert parse_date("自2025年4月30日起") is None


@pytest.mark.parametrize("form", sorted(units()))
def test_every_unit_of_the_data_file_is_found(form: str) -> None:
    if units()[form].kind == "share":
        assert [str(q) for q in find_quantities(f"达12{form}。")] == ["12%"]
        return
    (found,) = find_quantities(f"共12{form}。")
    assert (found.value, found.unit, found.kind) == (Decimal(12), *units()[form])


@given(st.integers(1, 99_999), st.sampled_from(["元", "人", "日", "倍", "家次"]))
def test_chinese_and_arabic_numerals_are_equal(number: int, unit: str) -> None:
    (chinese,) = find_quantities(f"为{to_chinese(number)}{unit}")
    (arabic,) = find_quantities(f"为{number}{unit}")
    (grouped,) = find_quantities(f"为{number:,}{unit}")
    assert chinese.value == arabic.value == grouped.value == number
    assert chinese.unit == arabic.unit == grouped.unit == unit


@given(st.integers(1, 9999), st.integers(0, 999))
def test_ten_thousands_are_exact(whole: int, thousandths: int) -> None:
    (amount,) = find_amounts(f"罚款{whole}.{thousandths:03d}万元")
    assert amount.value == Decimal(whole * 10_000 + thousandths * 10)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_number_is_never_found_in_another(a: int, b: int) -> None:
    assert contains_value(f"罚款{a}元", f"{b}元") == (a == b)


_TEXTS = st.text(st.sampled_from("〇零一二三十百千万亿元余至第条%％年月日个,，. 59百分之点壹拾起红字"), max_size=30)


@given(_TEXTS)
def test_spans_lie_inside_the_text_and_do_not_overlap(text: str) -> None:
    end = 0
    for q in find_quantities(text, bare=True):
        assert end <= q.start < q.end <= len(text)
        assert text[q.start : q.end] == q.text
        end = q.end
    canonical(text)


@given(st.integers(0, 10**12 - 1))
def test_plain_numbers_read_back(number: int) -> None:
    assert parse_number(f"{number}") == number
    assert parse_number(f"{number:,}") == number
    assert integer(str(number)) == number


@pytest.mark.parametrize("text", ["9" * 50_000, "一" * 50_000, "万" * 50_000, "1," * 25_000, "一万" * 25_000])
def test_endless_numbers_are_no_numbers(text: str) -> None:
    assert parse_number(text) is None
    assert all(len(q.text) < 50 for q in find_quantities(f"{text}元"))
