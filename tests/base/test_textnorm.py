"""Normalised text, and the way back to the original's offsets."""

# ruff: noqa: RUF001 (look-alike characters are under test)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.textnorm import normalise, normalised, squeeze, squeezed

NORMALISED = [
    ("５０，０００元", "50,000元"),
    ("（一）：；？！", "(一):;?!"),
    ("４０％～６０％", "40%~60%"),
    ("《安全法》、“甲”。", "《安全法》、“甲”。"),
    ("安\u200b全\ufeff法\u00ad", "安全法"),
    ("第\u3000三\u00a0条", "第 三 条"),
    ("甲\r\n乙\r丙\u2028丁", "甲\n乙\n丙\n丁"),
    ("⼀⼈⻋⻔", "一人车门"),
    ("①…㎡²", "①…m2²"),
    ("豈ﬁ", "豈fi"),
]
SQUEEZED = [
    ("第 三\u3000十\n条", "第三十条"),
    ("“甲”「乙」『丙』＂丁＂‘戊’", '"甲""乙""丙""丁""戊"'),
    ("——甲——", "-甲-"),
    ("……甲…", "…甲…"),
    ("〔2021〕［三］【四】", "(2021)(三)(四)"),
    ("《关于修改〈某法〉的决定》", "《关于修改《某法》的决定》"),
    ("甲、乙，丙", "甲、乙,丙"),
    ("甲·乙•丙", "甲·乙·丙"),
]


@pytest.mark.parametrize(("text", "expected"), NORMALISED)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(("text", "expected"), SQUEEZED)
def test_squeeze(text: str, expected: str) -> None:
    assert squeeze(text) == expected


def test_enumeration_comma_and_comma_stay_different() -> None:
    assert squeeze("警告、罚款") != squeeze("警告，罚款")


_TEXTS = st.text(st.sampled_from("甲乙第三条５，（）“”‘—…· \u3000\n\r\u200b\ufeff㎡ﬁ⼀元"), max_size=40) | st.text(
    max_size=40
)


@given(_TEXTS)
def test_the_mapped_forms_are_the_plain_ones(text: str) -> None:
    assert normalised(text).text == normalise(text)
    assert squeezed(text).text == squeeze(text)
    assert normalised(text, blanks=False).text == normalise(text).replace(" ", "")


@given(_TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert squeeze(squeeze(text)) == squeeze(text)


@given(_TEXTS)
def test_offsets_ascend_and_stay_inside(text: str) -> None:
    for norm in (normalised(text), squeezed(text), normalised(text, blanks=False)):
        places = [norm.original(i) for i in range(len(norm.text) + 1)]
        assert places == sorted(places)
        assert places[-1] == len(text) == norm.length
        assert all(0 <= p < len(text) for p in places[:-1])


@given(_TEXTS, st.data())
def test_a_span_of_the_normalised_text_leads_back_to_its_words(text: str, data: st.DataObject) -> None:
    norm = normalised(text)
    start = data.draw(st.integers(0, len(norm.text)))
    end = data.draw(st.integers(start, len(norm.text)))
    begin, stop = norm.span(start, end)
    assert 0 <= begin <= stop <= len(text)
    assert norm.text[start:end] in normalise(text[begin:stop]) or start == end


@given(_TEXTS)
def test_position_is_the_inverse_of_original(text: str) -> None:
    norm = squeezed(text)
    for i in range(len(norm.text)):
        assert norm.original(norm.position(norm.original(i))) == norm.original(i)
