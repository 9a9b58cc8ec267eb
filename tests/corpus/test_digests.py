"""The bundled digests: complete on their own, and faithful to the official texts beside the checkout."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb.base.address import Address, ArticleNo
from kb.base.records import Rank
from kb.law.parse import LawText, paragraphs, parse_law
from tests.conftest import ROOT
from tests.corpus import digest_check
from tests.corpus.digest_check import FIELDS, NOTE, Digest

DIGESTS = digest_check.load(ROOT / "corpus" / "regulations")

each = pytest.mark.parametrize("digest", DIGESTS, ids=lambda digest: digest.path.stem)


def test_the_instruments_inspectors_use_most_are_there() -> None:
    assert len(DIGESTS) >= 15
    assert sum(len(digest.articles) for digest in DIGESTS) >= 300


@each
def test_front_matter_is_complete(digest: Digest) -> None:
    meta = digest.law.meta
    assert [name for name in FIELDS if not meta.get(name)] == []
    assert meta["short"] == digest.path.stem == digest.law.key
    assert meta["title"].removeprefix("中华人民共和国") == meta["short"]
    assert meta["text_kind"] == digest.law.text_kind
    assert meta["note"].startswith(NOTE)
    assert Rank(meta["rank"]).order <= Rank.LOCAL_RULE.order
    adopted, effective = (date.fromisoformat(meta[name]) for name in ("version", "effective"))
    assert adopted <= effective
    assert (digest.law.version, digest.law.effective) == (meta["version"], meta["effective"])
    assert f"\n# {meta['title']}（要点）\n" in digest.path.read_text("utf-8")


@each
def test_addresses_are_unique_ascending_and_within_the_instrument(digest: Digest) -> None:
    numbers = [node.no for node in digest.law.articles]
    assert None not in numbers
    assert digest_check.duplicates(digest) == []
    assert numbers == sorted(no for no in numbers if no is not None)
    assert len(numbers) <= int(digest.law.meta["articles"])
    for no in digest.articles:
        address = Address(digest.law.key, no)
        assert Address.parse(str(address)) == address
        assert no.number <= int(digest.law.meta["articles"])


@each
def test_everything_below_the_title_is_a_heading_or_an_article_with_text(digest: Digest) -> None:
    assert {node.kind for node in digest.law.nodes} <= {"front", "title", "heading", "article"}
    empty = [str(node.no) for node in digest.law.articles if not paragraphs(node.text)]
    assert empty == []


@pytest.mark.corpus
@each
def test_digest_restates_the_official_text_and_copies_none_of_it(digest: Digest, shared_dir: Path) -> None:
    law = digest_check.official(shared_dir / "corpus" / "laws", digest)
    assert law is not None, f"{digest.law.meta['short']}({digest.law.meta['version']}) is not in the folder of laws"
    assert list(digest_check.faults(digest, law)) == []


OFFICIAL = """# 示例安全条例

## 第一章 总则

第一条 示例单位的安全管理工作由示例单位的主要负责人全面负责并且承担相应的示例责任。

第二条 违反本条例第一条规定，有下列行为之一的，处五万元以上十万元以下的罚款:

（一）未在三十日内登记的；

（二）未经批准擅自改变登记内容的，处违法所得二倍的罚款。

情节严重的，依照前款第一项规定处理，二年内不得再次登记。
"""
HEAD = """---
short: 示例安全条例
version: 2020-01-01
articles: {count}
text_kind: digest
---
# 示例安全条例（要点）

"""
FAITHFUL = """## 第一章 总则

第一条 单位安全由一把手全面负责。

第二条 违反第一条，有下列情形的，处5万元以上10万元以下罚款：

（一）30日内没登记；

（二）擅自改登记内容，处违法所得2倍罚款。

严重的，按前款第一项处理，2年内不得再登记。
"""


def _digest(body: str, count: int = 2) -> tuple[Digest, LawText]:
    law = parse_law(HEAD.format(count=count) + body, name="示例安全条例")
    return Digest(Path("示例安全条例.md"), law), parse_law(OFFICIAL, name="示例安全条例(2020-01-01)")


def test_a_faithful_digest_has_no_fault() -> None:
    assert list(digest_check.faults(*_digest(FAITHFUL))) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param("5万元以上10万元", "10万元以上5万元", "amounts of 款 1", id="amounts swapped"),
        pytest.param("10万元以下", "20万元以下", "only here ['200000元']", id="amount wrong"),
        pytest.param("5万元以上10万元以下", "10万元以下", "only official ['50000元']", id="amount lost"),
        pytest.param("处违法所得2倍罚款", "罚款", "amounts of 款 1 项 2", id="multiple lost"),
        pytest.param("30日内", "15日内", "only here ['15日']", id="deadline wrong"),
        pytest.param("，2年内不得再登记", "", "only official ['2年']", id="duration lost"),
        pytest.param("违反第一条", "违反第三条", "articles cited", id="reference wrong"),
        pytest.param("按前款第一项处理", "按前款第二项处理", "款 and 项 cited", id="reference to the wrong 项"),
        pytest.param("（二）擅自", "（三）擅自", "项 of 款 1 are [1, 3]", id="项 renumbered"),
        pytest.param("\n\n严重的", "严重的", "1 款", id="款 lost"),
        pytest.param("第一章 总则", "第二章 罚则", "headings", id="wrong chapter"),
        pytest.param("第一条 单位", "第九条 单位", "第九条: no such article", id="no such article"),
        pytest.param(
            "单位安全由一把手",
            "示例单位的安全管理工作，由示例单位的主要负责人、",
            "copies",
            id="copied but for punctuation",
        ),
    ],
)
def test_an_unfaithful_digest_is_found_out(old: str, new: str, fault: str) -> None:
    assert old in FAITHFUL
    assert fault in "\n".join(digest_check.faults(*_digest(FAITHFUL.replace(old, new))))


def test_a_wrong_count_of_articles_is_found_out() -> None:
    assert "articles is 2" in "\n".join(digest_check.faults(*_digest(FAITHFUL, count=3)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("处上一年年收入百分之四十的罚款", {"40%"}),
        ("2名以上执法人员，24小时内报告", {"2人", "24小时"}),
        ("不满14周岁", {"14岁"}),
        ("第三条规定的3种情形", set()),
    ],
)
def test_figures_by_value(text: str, expected: set[str]) -> None:
    assert digest_check.figures(text) == expected


def test_ranges_of_articles_name_every_article() -> None:
    named = digest_check.cited("依照第六十七条至第六十九条和第134条之一")
    assert named == {ArticleNo(67), ArticleNo(68), ArticleNo(69), ArticleNo(134, 1)}
