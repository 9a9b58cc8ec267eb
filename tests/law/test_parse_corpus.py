"""Every official text beside the checkout: round trip, counts, speed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.base.address import ArticleNo
from kb.law.parse import LawText, paragraphs
from tests.law.whole_corpus import parsed

pytestmark = pytest.mark.corpus
INVISIBLE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]")
# Measured 5 s on an idle core for 20 million characters; the bound leaves room for a busy machine.
SECONDS = 30.0


@pytest.fixture(scope="module")
def texts(shared_dir: Path) -> dict[str, str]:
    return parsed(shared_dir / "corpus" / "laws").texts


@pytest.fixture(scope="module")
def laws(shared_dir: Path) -> dict[str, LawText]:
    return parsed(shared_dir / "corpus" / "laws").laws


def test_speed(shared_dir: Path) -> None:
    assert parsed(shared_dir / "corpus" / "laws").seconds < SECONDS


def test_round_trip_of_every_file(texts: dict[str, str], laws: dict[str, LawText]) -> None:
    """Not one file differs but for white space."""
    assert len(laws) > 3000
    differing = [n for n, law in laws.items() if INVISIBLE.sub("", law.render()) != INVISIBLE.sub("", texts[n])]
    assert differing == []


COUNTS = [
    ("社会法/安全生产法(2021-06-10).md", 119),
    ("行政法/行政处罚法(2021-01-22).md", 86),
    ("行政法/消防法(2021-04-29).md", 74),
    ("社会法/特种设备安全法(2013-06-29).md", 101),
    ("行政法规/危险化学品安全管理条例(2013-12-07).md", 102),
    ("行政法/突发事件应对法(2024-06-28).md", 106),
    ("行政法/突发事件应对法(2007-08-30).md", 70),
    ("行政法规/生产安全事故报告和调查处理条例(2007-04-09).md", 46),
    ("行政法规/飞行基本规则(2007-10-18).md", 124),  # several articles a line
    ("诉讼与非诉讼程序法/刑事诉讼法(2018-10-26).md", 308),  # a blank is missing
]


@pytest.mark.parametrize(("name", "count"), COUNTS)
def test_number_of_articles(laws: dict[str, LawText], name: str, count: int) -> None:
    assert len(laws[name].articles) == count


def test_suffixed_articles(laws: dict[str, LawText]) -> None:
    found = laws["刑法/刑法.md"].article(ArticleNo(134, 1))
    assert found is not None
    assert found.label == "第一百三十四条之一"


def test_articles_count_up_without_repeats(laws: dict[str, LawText]) -> None:
    wrong = [
        n for n, law in laws.items() for a, b in zip(law.articles, law.articles[1:], strict=False) if not _up(a, b)
    ]
    assert wrong == []


def _up(a: object, b: object) -> bool:
    first, second = getattr(a, "no", None), getattr(b, "no", None)
    return isinstance(first, ArticleNo) and isinstance(second, ArticleNo) and first < second


def test_passages_hold_all_text_and_span_it(texts: dict[str, str], laws: dict[str, LawText]) -> None:
    for name, law in laws.items():
        text = texts[name]
        covered = bytearray(len(text))
        for p in law.passages(name):
            covered[p.start : p.end] = b"\1" * (p.end - p.start)
        for node in law.nodes:
            if node.kind in ("heading", "mark", "front"):
                covered[node.start : node.end] = b"\1" * (node.end - node.start)
        left = "".join(c for c, seen in zip(text, covered, strict=True) if not seen)
        assert INVISIBLE.sub("", left) == "", name


def test_no_passage_is_cut_in_mid_sentence(laws: dict[str, LawText]) -> None:
    """A passage that is one piece of a longer paragraph ends where a sentence ends."""
    for name, law in laws.items():
        for p in law.passages(name):
            if p.article is None and len(p.text) > 1200 and "\n" not in p.text:
                assert p.text[-1] in "。；！？”\u2019）》…：", (name, p.text[-20:])


def test_paragraphs_and_items(laws: dict[str, LawText]) -> None:
    article = laws["社会法/安全生产法(2021-06-10).md"].article(ArticleNo(97))
    assert article is not None
    only = paragraphs(article.text)
    assert [i.n for i in only[0].items] == [1, 2, 3, 4, 5, 6, 7]
    assert len(only) == 1
