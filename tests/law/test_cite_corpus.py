"""The checker against real texts: what a law says of its own articles exists."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb.base.address import ArticleNo
from kb.base.records import Version
from kb.law.cite import check
from kb.law.parse import paragraphs, parse_law
from tests.fakes.laws import FakeLookup, FakeMatch

WANTED = [
    "安全生产法(2021-06-10)",
    "行政处罚法(2021-01-22)",
    "消防法(2021-04-29)",
    "特种设备安全法(2013-06-29)",
    "突发事件应对法(2024-06-28)",
    "公司法(2023-12-29)",
    "文物保护法(2024-11-08)",
    "旅游法(2018-10-26)",
    "反垄断法(2022-06-24)",
    "出口管制法(2020-10-17)",
    "危险化学品安全管理条例(2013-12-07)",
    "生产安全事故报告和调查处理条例(2007-04-09)",
]


class NoNames:
    """Knows no name, so that only references of the text to itself count."""

    def resolve(self, name: str) -> FakeMatch:
        return FakeMatch()


@pytest.mark.corpus
def test_references_of_laws_to_their_own_articles_exist(shared_dir: Path) -> None:
    """Counted by reading the failures: every reference of these texts to themselves is right, so none may fail."""
    files = [p for stem in WANTED for p in (shared_dir / "corpus" / "laws").rglob(f"{stem}.md")]
    assert len({p.stem for p in files}) == len(WANTED)
    own, wrong = 0, []
    for path in {p.stem: p for p in files}.values():
        text = path.read_text("utf-8")
        law = parse_law(text, name=path.stem)
        texts: dict[ArticleNo, str] = {p.article: p.text for p in law.passages(path.name, "official") if p.article}
        lookup = FakeLookup()
        lookup.add(Version(law.key, "2000-01-01", "2000-01-01", source=path.name), texts)
        body = text.partition("INFO END -->")[2]
        report = check(body, NoNames(), lookup, date(2025, 4, 30), home=law.key, paragraphs=paragraphs)
        for c in report.citations:
            if c.reference.key == law.key and not c.reference.locator.empty:
                own += 1
                wrong += [(path.stem, c.reference.label, c.note)] if c.status != "verified" else []
    assert own >= 270  # 278 when this was written
    assert wrong == []
