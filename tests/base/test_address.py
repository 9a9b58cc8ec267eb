"""Addresses and numerals: what prints reads back."""

# ruff: noqa: RUF001 (look-alike characters are under test)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.address import Address, ArticleNo, from_numeral, to_chinese

NUMERALS = [
    (0, "零"),
    (7, "七"),
    (10, "十"),
    (11, "十一"),
    (20, "二十"),
    (97, "九十七"),
    (100, "一百"),
    (101, "一百零一"),
    (110, "一百一十"),
    (119, "一百一十九"),
    (134, "一百三十四"),
    (1000, "一千"),
    (1010, "一千零一十"),
    (1260, "一千二百六十"),
    (10_000, "一万"),
    (10_101, "一万零一百零一"),
    (99_999, "九万九千九百九十九"),
]
READ = [
    ("97", 97),
    ("９７", 97),
    ("二〇二一", 2021),
    ("二○二一", 2021),
    ("九七", 97),
    ("一百二", 102),
    ("两", 2),
    ("百一十", 110),
    ("廿", None),
    ("", None),
    ("九十七x", None),
    ("十百", None),
    ("二十十", None),
    ("-3", None),
    ("三点五", None),
]
ADDRESSES = [
    ("《示例法》第九十七条", Address("示例法", ArticleNo(97))),
    ("《示例法》第134条之1第2款第(3)项第4目", Address("示例法", ArticleNo(134, 1), 2, 3, 4)),
    ("《示例法》 第 九十七 条 第 一 款", Address("示例法", ArticleNo(97), 1)),
    ("《示例法》97条", Address("示例法", ArticleNo(97))),
    ("《关于修改《示例法》的决定》第一条", Address("关于修改《示例法》的决定", ArticleNo(1))),
    ("《示例法》", Address("示例法")),
    ("《示例法》第九十七条第（三）项", Address("示例法", ArticleNo(97), item=3)),
    ("示例法第九十七条", None),
    ("《示例法》第九十七条的规定", None),
    ("《示例法》第一款", None),
]


@pytest.mark.parametrize(("number", "text"), NUMERALS)
def test_numerals_print_and_read(number: int, text: str) -> None:
    assert to_chinese(number) == text
    assert from_numeral(text) == number


@pytest.mark.parametrize(("text", "number"), READ)
def test_numerals_read(text: str, number: int | None) -> None:
    assert from_numeral(text) == number


@pytest.mark.parametrize("number", [-1, 100_000])
def test_numerals_out_of_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        to_chinese(number)


@given(st.integers(0, 99_999))
def test_every_numeral_reads_back(number: int) -> None:
    assert from_numeral(to_chinese(number)) == number
    assert from_numeral(str(number)) == number


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_addresses_read(text: str, address: Address | None) -> None:
    assert Address.parse(text) == address


numbers = st.integers(1, 2000)
titles = st.text(st.characters(whitelist_categories=["Lo"], blacklist_characters="《》"), min_size=1, max_size=20)


@given(
    titles,
    st.builds(ArticleNo, numbers, st.integers(0, 30)),
    st.none() | numbers,
    st.none() | numbers,
    st.none() | numbers,
)
def test_every_address_reads_back(
    title: str, article: ArticleNo, paragraph: int | None, item: int | None, subitem: int | None
) -> None:
    address = Address(title, article, paragraph, item, subitem)
    assert Address.parse(str(address)) == address


@given(st.lists(st.builds(ArticleNo, numbers, st.integers(0, 9)), min_size=2, max_size=5))
def test_articles_sort_as_laws_print_them(articles: list[ArticleNo]) -> None:
    assert sorted(articles) == sorted(articles, key=lambda a: (a.number, a.suffix))
    assert ArticleNo(134) < ArticleNo(134, 1) < ArticleNo(135)
    assert all(ArticleNo.parse(str(a)) == a for a in articles)
