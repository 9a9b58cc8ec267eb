"""款 and 项 of an article's text, on invented provisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.law.parse import paragraphs

# text → [(number of items, numbers of the items)] per 款
CASES: list[tuple[str, list[list[int]]]] = [
    ("甲单位应当登记。", [[]]),
    ("甲单位应当登记。\n乙单位可以不登记。", [[], []]),
    ("有下列情形之一的，处罚款：\n（一）甲；\n（二）乙。", [[1, 2]]),
    ("有下列情形之一的，处罚款：\n(一)甲；\n(二)乙。\n情节严重的，停业。", [[1, 2], []]),
    (
        "甲单位登记。\n有下列情形之一的：\n（一）甲；\n（二）乙。\n还有下列情形的：\n（一）丙；\n（二）丁。",
        [[], [1, 2], [1, 2]],
    ),
    ("应当：\n（一）甲；\n甲的补充说明；\n（二）乙。", [[1, 2]]),  # an item's second line
    ("应当：\n（一）甲：\n1．子一；\n2．子二。\n（二）乙。\n第二款。", [[1, 2], []]),
    ("组成人员为：\n主任一人；\n副主任若干人。", [[], []]),  # a list without labels: only what follows ： is held to it
    ("应当做到：（一）甲；（二）乙；（三）丙。", [[1, 2, 3]]),
    ("依照第（一）项处理；另（二）不算。", [[]]),
    ("（一）甲；\n（二）乙。", [[1, 2]]),
    ("十项：\n（九）甲；\n（十）乙；\n（十一）丙。", [[9, 10, 11]]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[c[0][:18] or "empty" for c in CASES])
def test_paragraphs(text: str, expected: list[list[int]]) -> None:
    found = paragraphs(text)
    assert [[item.n for item in p.items] for p in found] == expected
    assert [p.n for p in found] == list(range(1, len(expected) + 1))


def test_spans_are_verbatim() -> None:
    text = "有下列情形之一的，处罚款：\n（一）甲；\n（二）乙。\n情节严重的，停业。"
    first, second = paragraphs(text)
    assert first.text == text[first.start : first.end] == "有下列情形之一的，处罚款：\n（一）甲；\n（二）乙。"
    assert second.text == text[second.start : second.end] == "情节严重的，停业。"
    assert [text[i.start : i.end] for i in first.items] == ["（一）甲；", "（二）乙。"]


_LINES = st.lists(st.text(alphabet="甲乙（）一二三(). 1、：；。", max_size=12), max_size=10)


@given(_LINES)
def test_nothing_is_lost(lines: list[str]) -> None:
    text = "\n".join(line.strip() for line in lines if line.strip())
    found = paragraphs(text)
    assert "\n".join(p.text for p in found) == text
    for p in found:
        assert text[p.start : p.end] == p.text
        assert [i.text for i in p.items] == [text[i.start : i.end] for i in p.items]
        assert all(p.start <= i.start < i.end <= p.end for i in p.items)
