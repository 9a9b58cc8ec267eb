"""Instruments, versions and what is in force, on invented laws and the editors' facts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb.base.records import GenerationError, InputError, Instrument, Rank, Version
from kb.law.catalogue import Catalogue, Facts, describe_file, load_facts, same_version_key
from kb.law.parse import parse_law


def law(title: str, head: str, last: str, name: str) -> tuple[Instrument, Version]:
    text = f"# {title}\n\n{head}\n\n<!-- INFO END -->\n\n第一条 示例。\n\n第二条 {last}\n"
    return describe_file(f"laws/行政法规/{name}.md", parse_law(text, name=name))


OLD = law("示例条例", "2001年3月1日 国务院令第301号公布", "本条例自2001年5月1日起施行。", "示例条例(2001-03-01)")
NEW = law(
    "示例条例",
    "2001年3月1日 国务院令第301号公布\n\n2019年2月3日 国务院令第711号修订",
    "本条例自2019年5月15日起施行。",
    "示例条例(2019-02-03)",
)
NEXT = law(
    "示例管理条例",
    "2024年1月24日 国务院令第774号公布",
    "本条例自2024年5月1日起施行。《示例条例》同时废止。",
    "示例管理条例(2024-01-24)",
)


def test_a_version_ends_the_day_the_next_comes_into_effect() -> None:
    catalogue = Catalogue.build([NEW, OLD], today=date(2020, 1, 1))
    old, new = catalogue.versions("示例条例")
    assert (old.version, old.effective, old.ended, old.status) == (
        "2001-03-01",
        "2001-05-01",
        "2019-05-15",
        "superseded",
    )
    assert (new.version, new.effective, new.ended, new.status) == ("2019-02-03", "2019-05-15", None, "current")


# day → version in force
IN_FORCE = [
    (date(2001, 4, 1), None),
    (date(2001, 5, 1), "2001-03-01"),
    (date(2019, 5, 14), "2001-03-01"),
    (date(2019, 5, 15), "2019-02-03"),
    (date(2024, 4, 30), "2019-02-03"),
    (date(2024, 5, 1), None),
]


@pytest.mark.parametrize(("day", "expected"), IN_FORCE)
def test_in_force_until_abolished_by_a_later_text(day: date, expected: str | None) -> None:
    catalogue = Catalogue.build([OLD, NEW, NEXT])
    found = catalogue.in_force("示例条例", day)
    assert (found.version if found else None) == expected
    instrument = catalogue.get("示例条例")
    assert instrument is not None
    assert instrument.replaced_by == "示例管理条例"
    assert catalogue.versions("示例条例")[-1].status == "repealed"


def test_unknown_effective_date_is_estimated_and_flagged() -> None:
    amended = law(
        "示例条例",
        "2001年3月1日 国务院令第301号公布\n\n2010年6月7日 《国务院关于修改〈示例条例〉的决定》修订",
        "本条例自2001年5月1日起施行。",
        "示例条例(2010-06-07)",
    )
    catalogue = Catalogue.build([OLD, amended])
    old, new = catalogue.versions("示例条例")
    assert (new.effective, new.flags) == (None, ("effective_after_amendment",))
    assert (old.ended, old.flags) == ("2010-06-07", ("ended_estimated",))
    found = catalogue.in_force("示例条例", date(2015, 1, 1))
    assert found is not None
    assert found.version == "2010-06-07"


def test_undated_text_comes_first_and_stays_unknown() -> None:
    undated = law("示例条例", "", "本条例自2001年5月1日起施行。", "示例条例")
    catalogue = Catalogue.build([undated], today=date(2020, 1, 1))
    (only,) = catalogue.versions("示例条例")
    assert (only.version, only.effective, only.status) == (None, None, "unknown")
    assert "stated=2001-05-01" in only.flags
    found = catalogue.in_force("示例条例", date(2020, 1, 1))
    assert found is not None
    assert found.source == only.source


FACTS = """
[[instrument]]
key = "示例条例"
title = "中华人民共和国示例条例"
rank = "行政法规"
issuer = "国务院"
aliases = ["示条例"]
decrees = ["国务院令第301号"]
versions = [
  { version = "2010-06-07", effective = "2010-07-01", articles = 2 },
  { version = "2025-03-04", effective = "2025-06-01" },
]

[[instrument]]
key = "缺失办法"
rank = "部门规章"
issuer = "示例部"
decrees = ["示例部令第9号"]
missing = true
versions = [{ version = "2023-04-14", effective = "2023-05-15" }]

[[instrument]]
key = "残缺条例"
rank = "行政法规"
issuer = "国务院"
lacks = "缺附表"

[[decision]]
version = "2013-12-07"
rank = "行政法规"
effective = "2013-12-07"
name = "国务院令第645号"
"""


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    path = tmp_path / "catalogue.toml"
    path.write_text(FACTS, encoding="utf-8")
    return load_facts(path)


def amended(name: str, day: str, year: str) -> tuple[Instrument, Version]:
    return law(
        name,
        f"2001年3月1日 国务院令第301号公布\n\n{year}《国务院关于修改部分行政法规的决定》修订",
        "本条例自2001年5月1日起施行。",
        f"{name}({day})",
    )


def test_facts_date_a_held_version_and_add_known_ones(facts: Facts) -> None:
    catalogue = Catalogue.build([amended("示例条例", "2010-06-07", "2010年6月7日 ")], facts, today=date(2025, 7, 1))
    held, known = catalogue.versions("示例条例")
    assert (held.effective, held.ended, held.flags) == ("2010-07-01", "2025-06-01", ("effective_from_catalogue",))
    assert (known.version, known.source, known.status) == ("2025-03-04", "", "current")
    assert catalogue.newer_known(held) == known
    assert catalogue.newer_known(held, date(2025, 5, 31)) is None
    assert catalogue.newer_known(known) is None
    instrument = catalogue.get("示例条例")
    assert instrument is not None
    assert instrument.title == "中华人民共和国示例条例"
    assert set(instrument.decrees) == {"国务院令第301号"}


def test_decision_on_many_texts_dates_versions_of_its_day(facts: Facts) -> None:
    catalogue = Catalogue.build([amended("别的条例", "2013-12-07", "2013年12月7日 ")], facts)
    (version,) = catalogue.versions("别的条例")
    assert (version.effective, version.flags) == ("2013-12-07", ("effective_from_decision",))


def test_gaps_tell_stale_missing_and_partial(facts: Facts) -> None:
    partial = law(
        "残缺条例", "2001年3月1日 国务院令第302号公布", "本条例自2001年5月1日起施行。", "残缺条例(2001-03-01)"
    )
    catalogue = Catalogue.build([OLD, partial], facts)
    assert [(g.key, g.held, g.known) for g in catalogue.gaps()] == [
        ("示例条例", "2001-03-01", "2025-03-04（2025-06-01起施行）"),
        ("残缺条例", "2001-03-01", "全文（库中文本缺附表）"),
        ("缺失办法", "", "2023-04-14（示例部令第9号，2023-05-15起施行）"),
    ]


def test_parts_of_a_code_are_one_version() -> None:
    entries = []
    for part, number in (("总则", "一"), ("物品编", "五")):
        head = f"# 中华人民共和国示例法典\n\n# {part}\n\n2020年5月28日 示例会议通过\n\n<!-- INFO END -->\n\n"
        text = f"{head}第{number}条 示例。\n"
        parsed = parse_law(text, name=part)
        entries.append(describe_file(f"laws/民法典/{part}.md", parsed))
        assert same_version_key(parsed) == ("示例法典", "2020-05-28", part)
    catalogue = Catalogue.build(entries)
    assert len(catalogue.versions("示例法典")) == 1
    assert [catalogue.dated(v).source for _, v in entries] == ["laws/民法典/总则.md", "laws/民法典/物品编.md"]


SESSION = "2020年1月2日 {}第十五届人民代表大会常务委员会第二次会议通过"
STATE = "2020年1月2日 中华人民共和国国务院令第1号公布"
SHANGHAI = "上海市人民代表大会常务委员会"
LOCAL = "laws/DLC/{0}地方法规/地方性法规/{0}/"
NATIONAL_SESSION = "2020年1月2日 第十三届全国人民代表大会常务委员会第二次会议通过"
COURT = "2020年1月2日 最高人民法院审判委员会第1次会议通过"

# path, head → rank, jurisdiction, issuer
DESCRIBED = [
    ("laws/社会法/甲法(2020-01-02).md", NATIONAL_SESSION, "法律", "全国", "全国人民代表大会常务委员会"),
    ("laws/行政法规/甲条例(2020-01-02).md", STATE, "行政法规", "全国", "国务院"),
    (LOCAL.format("上海") + "上海市甲条例.md", SESSION.format("上海市"), "地方性法规", "上海市", SHANGHAI),
    (
        LOCAL.format("浙江") + "杭州市甲条例.md",
        "2020年1月2日 杭州市第十三届人民代表大会第二次会议通过",
        "地方性法规",
        "杭州市",
        "杭州市人民代表大会",
    ),
    (LOCAL.format("广东") + "深圳经济特区甲条例.md", "", "地方性法规", "深圳市", ""),
    ("laws/部门规章/公安部/甲规定(2020-01-02).md", "2020年1月2日 公安部令第9号公布", "部门规章", "全国", "公安部"),
    ("laws/司法解释/最高人民法院关于甲的解释.md", COURT, "司法解释", "全国", "最高人民法院"),
    ("laws/案例/民法典/甲诉乙案.md", "", "案例", "全国", ""),
    ("我的文件/甲条例.md", STATE, "行政法规", "全国", "国务院"),
    ("我的文件/上海市甲条例.md", SESSION.format("上海市"), "地方性法规", "上海市", SHANGHAI),
    ("我的文件/甲规定.md", "2020年1月2日 应急管理部令第5号公布", "部门规章", "全国", "应急管理部"),
    ("我的文件/中华人民共和国甲法.md", "", "法律", "全国", "全国人民代表大会"),
]


@pytest.mark.parametrize(("path", "head", "rank", "place", "issuer"), DESCRIBED, ids=[d[0] for d in DESCRIBED])
def test_describe_file(path: str, head: str, rank: str, place: str, issuer: str) -> None:
    stem = Path(path).stem
    title = stem.partition("(")[0]
    parsed = parse_law(f"# {title}\n\n{head}\n\n<!-- INFO END -->\n\n第一条 示例。\n", name=stem)
    instrument, version = describe_file(path, parsed)
    assert (str(instrument.rank), instrument.jurisdiction) == (rank, place)
    assert instrument.issuer == issuer
    assert version.source == path
    assert version.articles == (None if rank == "案例" and not parsed.articles else len(parsed.articles))


def test_digest_front_matter_counts_first() -> None:
    text = (
        "---\ntitle: 上海市示例条例\nversion: 2020-03-19\nrank: 地方性法规\nissuer: 某某\njurisdiction: 上海\n"
        "articles: 77\ntext_kind: digest\n---\n# 上海市示例条例（要点）\n\n第三条 要点。\n"
    )
    instrument, version = describe_file("corpus/regulations/x.md", parse_law(text, name="x"))
    assert (instrument.key, instrument.rank, instrument.jurisdiction, instrument.issuer) == (
        "上海市示例条例",
        Rank.LOCAL_REGULATION,
        "上海市",
        "某某",
    )
    assert (version.text_kind, version.articles, version.version) == ("digest", 77, "2020-03-19")
    assert instrument.aliases == ()


def test_local_names_without_a_place_ask_back_and_the_place_decides() -> None:
    entries = [
        describe_file(f"laws/DLC/{p}.md", parse_law(f"# {p}\n\n第一条 示例。\n", name=p))
        for p in ("上海市示例物业条例", "北京市示例物业条例", "上海市别的条例")
    ]
    catalogue = Catalogue.build(entries)
    assert set(catalogue.resolve("示例物业条例").keys) == {"上海市示例物业条例", "北京市示例物业条例"}
    assert catalogue.resolve("示例物业条例", place="上海市").keys == ("上海市示例物业条例",)
    assert catalogue.resolve("上海示例物业条例").keys == ("上海市示例物业条例",)
    assert catalogue.resolve("北京物业条例").keys == ("北京市示例物业条例",)


def test_rows_are_plain_text_and_give_the_same_catalogue(facts: Facts) -> None:
    catalogue = Catalogue.build([OLD, NEW, NEXT], facts, today=date(2024, 6, 1))
    rows = catalogue.to_rows()
    assert all(isinstance(what, str) and isinstance(body, str) for what, body in rows)
    again = Catalogue.from_rows(rows, today=date(2024, 6, 1))
    assert again.keys() == catalogue.keys()
    assert len(again) == len(catalogue)
    keys = catalogue.keys()
    for key in keys:
        assert again.get(key) == catalogue.get(key)
        assert again.versions(key) == catalogue.versions(key)
    assert again.gaps() == catalogue.gaps()
    assert again.to_rows() == rows
    assert Catalogue.build([OLD, NEW, NEXT], facts, readings=again.readings, today=date(2024, 6, 1)).to_rows() == rows


def test_broken_rows_name_the_cure() -> None:
    with pytest.raises(GenerationError, match="kb build"):
        Catalogue.from_rows([("instruments", "[[")])


def test_empty_files_make_no_instrument() -> None:
    parsed = parse_law("---\nbookCollapseSection: true\n---\n", name="_index")
    catalogue = Catalogue.build([describe_file("laws/行政法规/_index.md", parsed)])
    assert catalogue.keys() == ()


def test_unknown_key() -> None:
    catalogue = Catalogue.build([OLD])
    assert catalogue.get("没有这部法") is None
    assert catalogue.versions("没有这部法") == ()
    assert catalogue.in_force("没有这部法", date(2020, 1, 1)) is None


BROKEN = [
    ("[[instrument]\n", "TOML"),
    ('[[instrument]]\nrank = "法律"\n', "key"),
    ('[[instrument]]\nkey = "甲法"\nrank = "大法"\n', "rank"),
    ('[[instrument]]\nkey = "甲法"\nrank = "法律"\nversions = [{ version = "2021年" }]\n', "2021-06-10"),
    ('[[instrument]]\nkey = "甲法"\nrank = "法律"\nalias = ["甲"]\n', "alias"),
    ('[[instrument]]\nkey = "甲法"\nrank = "法律"\n[[instrument]]\nkey = "甲法"\nrank = "法律"\n', "两次"),
]


@pytest.mark.parametrize(("text", "named"), BROKEN)
def test_broken_facts_are_refused_in_one_line(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=named) as caught:
        load_facts(path)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def shipped(root: Path) -> Facts:
    return load_facts(root / "corpus" / "catalogue.toml")


def test_shipped_facts_are_enough_and_sound(shipped: Facts) -> None:
    keys = {f.instrument.key for f in shipped.facts}
    assert len(keys) >= 80
    for fact in shipped.facts:
        days = [(v.version or "", v.effective or v.version or "") for v in fact.versions]
        assert days == sorted(days), fact.instrument.key
        assert all(version <= effective for version, effective in days), fact.instrument.key
        assert fact.instrument.replaced_by is None or fact.instrument.replaced_by in keys
        assert (fact.instrument.replaced_by is None) == (fact.ended is None), fact.instrument.key


@pytest.mark.parametrize(
    ("key", "day", "version"),
    [
        ("突发事件应对法", date(2020, 1, 1), "2007-08-30"),
        ("突发事件应对法", date(2024, 10, 31), "2007-08-30"),
        ("突发事件应对法", date(2024, 11, 1), "2024-06-28"),
        ("突发事件应对法", date(2025, 1, 1), "2024-06-28"),
        ("安全生产法", date(2021, 8, 31), "2014-08-31"),
        ("安全生产法", date(2021, 9, 1), "2021-06-10"),
        ("上海市安全生产条例", date(2021, 11, 30), "2018-05-24"),
        ("上海市安全生产条例", date(2021, 12, 1), "2021-10-28"),
        ("危险化学品安全法", date(2026, 4, 30), None),
        ("危险化学品安全法", date(2026, 5, 1), "2025-12-27"),
        ("煤矿安全监察条例", date(2024, 5, 1), None),
        ("治安管理处罚法", date(2025, 12, 31), "2012-10-26"),
        ("治安管理处罚法", date(2026, 1, 1), "2025-06-27"),
    ],
)
def test_shipped_facts_in_force(shipped: Facts, key: str, day: date, version: str | None) -> None:
    found = Catalogue.build([], shipped).in_force(key, day)
    assert (found.version if found else None) == version
