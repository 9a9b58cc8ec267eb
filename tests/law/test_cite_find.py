"""(text → expected citations), as a table; and what holds for every text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
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
