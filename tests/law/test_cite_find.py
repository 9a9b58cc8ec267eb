"""(text → expected citations), as a table; and what holds for every text."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.base.address import Address, ArticleNo
from kb.law.cite import Reference, find, resolve
from tests.fakes.laws import TITLES, FakeNames

TABLE = Path(__file__).parent / "data" / "cite_cases.tsv"


@dataclass(frozen=True)
class Case:
    text: str
    home: str | Address | None
    expected: tuple[str, ...]


def _unescape(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})|\\n", lambda m: chr(int(m[1], 16)) if m[1] else "\n", text)


def _case(line: str) -> Case:
    text, expected = line.split("\t")
    home: str | Address | None = None
    if m := re.match(r"\[home=([^\]]*)\]", text):
        text = text[m.end() :]
        home = Address.parse(m[1]) if m[1].startswith("《") else m[1]
    return Case(_unescape(text), home, () if expected == "-" else tuple(_unescape(expected).split(" ; ")))


CASES = [_case(line) for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def _matches(reference: Reference, expected: str) -> bool:
    label, _, printed = expected.partition(" « ")
    printed = printed.removesuffix(" ?")
    unresolved = expected.endswith("?") or label.endswith("?")
    label = label.removesuffix("?").removesuffix(" ")
    return (
        reference.label == label
        and (reference.key is None) == unresolved
        and (not printed or reference.text == printed)
    )


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 120
    assert len({(c.text, str(c.home)) for c in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.text[:40])
def test_expected_citations(case: Case) -> None:
    found = resolve(find(case.text), FakeNames(), case.home)
    shown = [f"{r.label}{'' if r.key else ' ?'} « {r.text}" for r in found]
    assert len(found) == len(case.expected), shown
    assert all(_matches(r, e) for r, e in zip(found, case.expected, strict=True)), shown


articles = st.builds(ArticleNo, st.integers(1, 1260), st.integers(0, 12))
addresses = st.builds(
    Address,
    st.sampled_from(TITLES),
    articles,
    st.none() | st.integers(1, 12),
    st.none() | st.integers(1, 30),
)


@given(addresses, st.text("根据依照的，。 查处了", max_size=8), st.text("的规定，。罚 ", max_size=8))
def test_a_printed_address_is_found_as_itself(address: Address, before: str, behind: str) -> None:
    text = f"{before}{address}{behind}"
    (found,) = resolve(find(text), FakeNames())
    assert found.address == address
    assert text[found.start : found.end] == str(address)


@given(st.lists(articles, min_size=2, max_size=6, unique=True), st.sampled_from(["、", "和", "，", "以及", "或者"]))
def test_lists_keep_every_member(numbers: list[ArticleNo], joiner: str) -> None:
    found = resolve(find("《刑法》" + joiner.join(map(str, numbers))), FakeNames())
    assert [r.locator.article for r in found] == numbers


@given(st.integers(1, 500), st.integers(1, 40))
def test_ranges_list_their_members(first: int, count: int) -> None:
    (found,) = resolve(find(f"《刑法》{ArticleNo(first)}至{ArticleNo(first + count)}"), FakeNames())
    assert [where.article for where in found.locators()] == [ArticleNo(n) for n in range(first, first + count + 1)]


_FRAGMENTS = st.sampled_from(
    [
        "《",
        "》",
        "《安全生产法》",
        "安法",
        "该法",
        "同条",
        "前款",
        "第",
        "条",
        "款",
        "项",
        "第九十七条",
        "97条",
        "（一）",
        "（",
        "）",
        "至",
        "、",
        "“",
        "”",
        "规定：",
        "第三款",
        "第（二）项",
        "\n",
        "\u200b",
        "　",
        " ",
        "之一",
        "591号令",
        "本条例",
        "a",
        "9",
        "九",
        "。",
        "（2021修正）",
    ]
)


@given(st.lists(_FRAGMENTS, max_size=25).map("".join), st.sampled_from([None, "安全生产法"]))
@example("《安全生产法》》第九十七条", None)
def test_cited_spans_lie_inside_the_text(text: str, home: str | None) -> None:
    end = 0
    for mention in find(text):
        assert 0 <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
    for reference in resolve(find(text), FakeNames(), home):
        assert end <= reference.start < reference.end <= len(text)
        assert text[reference.start : reference.end] == reference.text
        if reference.quote:
            assert text[reference.quote.start : reference.quote.end] == reference.quote.text
        end = reference.end


@pytest.mark.parametrize(
    "piece",
    [
        "《",
        "《》",
        "第",
        "（",
        "一",
        "“",
        "第一、",
        "一、",
        "1,",
        "（一）",
        "第一条至",
        "《法》（",
        "《a》（以下简称",
        "第一条规定：“",
        "前款",
        "\n",
        "之一",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    began = time.process_time()
    resolve(find(text), FakeNames())
    assert time.process_time() - began < 2


def test_a_name_is_asked_for_once() -> None:
    names = FakeNames()
    resolve(find("依据安全生产法第九条。" * 200), names)
    assert names.calls < 60
