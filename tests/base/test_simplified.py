"""Traditional characters in what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.simplified import simplified

PAIRS = [
    ("安全生產法第九十七條罰什麼", "安全生产法第九十七条罚什么"),
    ("特種作業人員無證上崗", "特种作业人员无证上岗"),
    ("皇后區後面的倉庫", "皇后区后面的仓库"),
    ("特种作业证过期了，怎么处理？", "特种作业证过期了，怎么处理？"),
    ("GB 30871", "GB 30871"),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "read"), PAIRS)
def test_traditional_characters_are_read_as_simplified_ones(typed: str, read: str) -> None:
    assert simplified(typed) == read


@given(st.text("安全生產條例罰款倉庫管理作業證號一二三abc，。 "))
def test_twice_is_once_and_nothing_is_lost(text: str) -> None:
    once = simplified(text)
    assert simplified(once) == once
    assert len(once) == len(text)
