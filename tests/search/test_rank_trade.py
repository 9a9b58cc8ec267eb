"""Instruments of the users' own trade."""

from __future__ import annotations

import pytest

from kb.search.rank.trade import of_trade, titles


@pytest.mark.parametrize(
    ("title", "place", "wanted"),
    [
        ("安全生产法", "", True),
        ("行政处罚法", "", True),
        ("上海市消防条例", "上海市", True),
        ("示例省安全生产条例", "示例省", True),
        ("示例省实施《突发事件应对法》办法", "示例省", True),
        ("示例省安全生产条例", "", False),  # a local title, but nobody's rule
        ("注册会计师法", "", False),
        ("上海市宗教事务条例", "上海市", False),
        ("消防救援衔条例", "", False),
        ("", "", False),
    ],
)
def test_an_instrument_of_the_trade(title: str, place: str, wanted: bool) -> None:
    assert of_trade(title, place) is wanted


def test_titles_are_short_and_without_their_place() -> None:
    assert not [t for t in titles() if t.startswith(("中华人民共和国", "上海市", "#"))]
