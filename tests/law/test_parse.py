"""Text of a law ↔ tree ↔ passages, on invented laws."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.address import ArticleNo
from kb.law.parse import BLOCK_LIMIT, LawText, parse_law, short_title

INVISIBLE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]")


def bare(text: str) -> str:
    return INVISIBLE.sub("", text)


SAMPLE = """# 中华人民共和国示例安全法

2001年3月1日 第九届全国人民代表大会常务委员会第二十次会议通过

2010年5月6日 第十一届全国人民代表大会常务委员会第十四次会议《关于修改<中华人民共和国示例安全法>的决定》第一次修正

2020年7月8日 第十三届全国人民代表大会常务委员会第二十一次会议修订

<!-- INFO END -->

## 第一编 总则

### 第一章　一般规定

第一条 为了示例，制定本法。

第二条　在示例地方从事示例活动的单位，适用本法；有下列情形之一的，不适用：

（一）第一种情形；

（二）第二种情形。

前款规定的单位由示例部门确定。

#### 第一节 组织

第十条之外的词不是条。

第三条 示例部门负责监督。依照

第二条规定确定的单位应当登记。

第三条之一 新增的一条。

## 附则

第四条 本法自2020年12月1日起施行。

附件：

示例目录

一、第一类

二、第二类
"""


@pytest.fixture(scope="module")
def sample() -> LawText:
    return parse_law(SAMPLE, name="示例安全法(2020-07-08)")


def test_title_key_and_version(sample: LawText) -> None:
    assert sample.title == "中华人民共和国示例安全法"
    assert sample.key == "示例安全法"
    assert sample.version == "2020-07-08"
    assert sample.effective == "2020-12-01"
    assert sample.flags == ()
    assert sample.kind == "law"


def test_articles_in_order_with_suffix(sample: LawText) -> None:
    assert [str(a.no) for a in sample.articles] == ["第一条", "第二条", "第三条", "第三条之一", "第四条"]


def test_wrapped_cross_reference_is_no_heading(sample: LawText) -> None:
    third = sample.article(ArticleNo(3))
    assert third is not None
    assert third.text == "示例部门负责监督。依照\n第二条规定确定的单位应当登记。"


def test_headings_make_the_path(sample: LawText) -> None:
    paths = {str(a.no): a.path for a in sample.articles}
    assert paths["第一条"] == ("第一编 总则", "第一章　一般规定")
    assert paths["第三条"] == ("第一编 总则", "第一章　一般规定", "第一节 组织")
    assert paths["第四条"] == ("附则",)


def test_history(sample: LawText) -> None:
    assert [(e.date, e.act, e.full) for e in sample.history] == [
        ("2001-03-01", "通过", True),
        ("2010-05-06", "修正", False),
        ("2020-07-08", "修订", True),
    ]


def test_round_trip(sample: LawText) -> None:
    assert bare(sample.render()) == bare(SAMPLE)


def test_every_character_is_in_a_passage_or_a_path(sample: LawText) -> None:
    passages = sample.passages("示例安全法.md")
    covered = bytearray(len(SAMPLE))
    for p in passages:
        covered[p.start : p.end] = b"\1" * (p.end - p.start)
    for node in sample.nodes:
        if node.kind in ("heading", "mark"):
            covered[node.start : node.end] = b"\1" * (node.end - node.start)
    left = "".join(c for c, seen in zip(SAMPLE, covered, strict=True) if not seen)
    assert bare(left) == ""


def test_passage_spans_and_text(sample: LawText) -> None:
    second = next(p for p in sample.passages("x.md") if p.article == ArticleNo(2))
    assert SAMPLE[second.start : second.end].startswith("第二条　在示例地方")
    assert SAMPLE[second.start : second.end].endswith("由示例部门确定。")
    assert second.text.startswith("在示例地方")
    assert second.text.count("\n") == 3
    assert second.title == "示例安全法"
    assert second.version == "2020-07-08"
    assert second.address == "《示例安全法》第二条"


def test_parts(sample: LawText) -> None:
    parts = [(p.part, p.path[-1:]) for p in sample.passages("x.md") if p.article is None]
    assert parts == [("header", ()), ("section", ("第一节 组织",)), ("annex", ("附件：",))]


# (head lines, last article, file name) → (version, effective, flags)
DATES = [
    ("2001年3月1日 示例会议通过", "自2001年5月1日起施行。", "甲法(2001-03-01)", ("2001-03-01", "2001-05-01", ())),
    (
        "2001年3月1日 示例会议通过\n\n2009年8月1日 示例会议《关于修改〈甲法〉的决定》修正",
        "自2001年5月1日起施行。",
        "甲法(2009-08-01)",
        ("2009-08-01", None, ("effective_after_amendment",)),
    ),
    (
        "2001年3月1日 国务院令第344号公布\n\n2013年12月7日 《国务院关于修改部分行政法规的决定》第一次修订",
        "自2001年5月1日起施行。",
        "甲条例(2013-12-07)",
        ("2013-12-07", None, ("effective_after_amendment",)),
    ),
    (
        "2001年3月1日 国务院令第344号公布\n\n2018年12月18日 中华人民共和国国务院令第707号第四次修订",
        "自2019年1月1日起施行。",
        "甲条例(2018-12-18)",
        ("2018-12-18", "2019-01-01", ()),
    ),
    ("2002年5月12日 国务院令第352号公布", "自公布之日起施行。", "甲条例(2002-05-12)", ("2002-05-12", "2002-05-12", ())),
    (
        "2020年12月7日 最高人民法院审判委员会第1820次会议通过\n\n2021年1月1日 施行",
        "本解释有下列规定。",
        "甲解释(2020-12-08)",
        ("2020-12-08", "2021-01-01", ()),
    ),
    ("2001年3月1日 示例会议通过", "自2001年5月1日起施行。", "甲法", ("2001-03-01", "2001-05-01", ())),
    ("", "自2001年5月1日起施行。", "甲法", (None, None, ("undated", "effective_unknown"))),
    (
        "2001年3月1日 示例会议通过\n\n2019年5月31日 示例会议《关于修改〈甲法〉的决定》修正",
        "自2001年5月1日起施行。",
        "甲法(2010-07-30)",
        ("2019-05-31", None, ("header_newer_than_name", "effective_after_amendment")),
    ),
    ("1982年12月4日 全国人民代表大会公告公布施行", "示例。", "甲法(1982-12-04)", ("1982-12-04", "1982-12-04", ())),
]


@pytest.mark.parametrize(("head", "last", "name", "expected"), DATES, ids=[d[2] + d[0][:24] for d in DATES])
def test_dates(head: str, last: str, name: str, expected: tuple[str | None, str | None, tuple[str, ...]]) -> None:
    law = parse_law(f"# 甲法\n\n{head}\n\n<!-- INFO END -->\n\n第一条 示例。\n\n第二条 {last}\n", name=name)
    assert (law.version, law.effective, law.flags) == expected


DECREES = [
    ("2011年3月2日 中华人民共和国国务院令第591号公布", ("国务院令第591号",)),
    ("2023年4月14日应急管理部令第十号公布", ("应急管理部令第10号",)),
    (
        "2010年10月22日 中华人民共和国国务院、中华人民共和国中央军事委员会令第7号公布",
        ("国务院、中央军事委员会令第7号",),
    ),
    ("1993年8月7日 最高人民法院以法发[1993]15号通知印发", ("法发\u30141993\u301515号",)),
    ("2001年3月1日 示例会议通过", ()),
]


@pytest.mark.parametrize(("head", "expected"), DECREES)
def test_decree_numbers(head: str, expected: tuple[str, ...]) -> None:
    law = parse_law(f"# 甲条例\n\n{head}\n\n<!-- INFO END -->\n\n第一条 示例。\n", name="甲条例")
    assert law.decrees == expected


# body → printed article numbers
NUMBERING = [
    ("第一条 甲。\n第二条 乙。", ["第一条", "第二条"]),
    ("第一条　甲。\n第二条　乙。", ["第一条", "第二条"]),
    ("**第一条** 甲。\n**第二条** 乙。", ["第一条", "第二条"]),
    ("第一条 甲。\n第二条乙单位应当登记。", ["第一条", "第二条"]),  # the blank is missing
    ("第一条 甲。\n第二 条乙单位应当登记。", ["第一条", "第二条"]),
    ("第三十条 甲。\n第三十－条 乙。\n第三十二条 丙。", ["第三十条", "第三十一条", "第三十二条"]),
    ("第一条 甲。\n第十三条 规定的单位应当登记。\n第二条 乙。", ["第一条", "第二条"]),
    ("第一条 依照\n第二条第一款的单位登记。\n第二条 乙。", ["第一条", "第二条"]),
    ("第一条 甲。\n第三条 丙。\n第四条 丁。", ["第一条", "第三条", "第四条"]),  # 第二条 is missing in the source
    (
        "第二十条 甲。\n第二十条之一 乙。\n第二十条之二 丙。\n第二十一条 丁。",
        ["第二十条", "第二十条之一", "第二十条之二", "第二十一条"],
    ),
    ("第一条 甲。 第二条 乙。 第三条 丙。\n第四条 丁。", ["第一条", "第二条", "第三条", "第四条"]),  # run together
    ("第1条 甲。\n第2条 乙。", ["第一条", "第二条"]),
    ("第一条【目的】甲。\n第二条（范围）乙。", ["第一条", "第二条"]),
]


@pytest.mark.parametrize(("body", "expected"), NUMBERING, ids=[n[0][:16] for n in NUMBERING])
def test_numbering(body: str, expected: list[str]) -> None:
    law = parse_law(f"# 甲条例\n\n<!-- INFO END -->\n\n{body}\n", name="甲条例")
    assert [str(a.no) for a in law.articles] == expected
    assert bare(law.render()) == bare(f"# 甲条例 <!-- INFO END --> {body}")


def test_wrapped_line_is_joined() -> None:
    body = "第一条 为了加强和规范示例活动的安全管理，保障\n\n公共安全，制定本条例。\n\n第二条 示例。"
    law = parse_law(f"# 甲条例\n\n<!-- INFO END -->\n\n{body}\n", name="甲条例")
    assert law.articles[0].text == "为了加强和规范示例活动的安全管理，保障公共安全，制定本条例。"


def test_heading_that_lost_its_number() -> None:
    body = "## 第一章 总则\n\n第一条 甲单位应当登记。\n\n法律责任\n\n第二条 乙单位处罚款。"
    law = parse_law(f"# 甲条例\n\n<!-- INFO END -->\n\n{body}\n", name="甲条例")
    assert law.articles[0].text == "甲单位应当登记。"
    assert law.articles[1].path == ("法律责任",)


def test_plain_text_without_marks() -> None:
    text = (
        "中华人民共和国\n示例安全法\n"
        "（2001年3月1日第九届示例会议通过　根据2010年5月6日《关于修改〈示例安全法〉的决定》修正）\n"
        "目　　录\n第一章　总则\n第二章　附则\n第一章　总则\n第一条　为了示例，制定本法。\n第二章　附则\n"
        "第二条　本法自2001年5月1日起施行。\n"
    )
    law = parse_law(text, name="扫描件")
    assert law.key == "示例安全法"
    assert law.version == "2010-05-06"
    assert [a.path for a in law.articles] == [("第一章　总则",), ("第二章　附则",)]
    assert [n.text for n in law.nodes if n.kind == "contents"] == ["目　　录", "第一章　总则", "第二章　附则"]
    assert bare(law.render()) == bare(text)


def test_amendment_by_numbered_paragraphs() -> None:
    text = (
        "# 中华人民共和国示例法修正案（二）\n\n2020年1月2日 示例会议通过\n\n<!-- INFO END -->\n\n"
        "一、将示例法第三条修改为：“第三条 示例单位应当登记。\n\n“登记的办法另定。”\n\n"
        "二、本修正案自2020年3月1日起施行。\n"
    )
    law = parse_law(text, name="示例法修正案（二）")
    passages = [p for p in law.passages("x.md") if p.part != "header"]
    assert law.kind == "amendment"
    assert [p.part for p in passages] == ["decision", "decision"]
    assert [p.path for p in passages] == [("一、将示例法第三条修改为",), ("二、本修正案自2020年3月1日起施行",)]
    assert passages[0].article is None
    assert passages[0].text.endswith("“登记的办法另定。”")


def test_case_quotes_articles_but_has_none() -> None:
    text = (
        "# 示例要旨\n\n<!-- INFO END -->\n\n## 甲诉乙示例案\n\n## 基本案情\n\n甲买了乙的货。\n\n## 相关法条\n\n"
        "第十条 示例条文。\n\n第十一条 示例条文。\n"
    )
    law = parse_law(text, name="甲诉乙示例案")
    assert (law.kind, law.key, law.articles) == ("case", "甲诉乙示例案", ())
    assert {p.part for p in law.passages("x.md")} == {"header", "section"}


def test_part_of_a_code() -> None:
    text = (
        "# 中华人民共和国示例法典\n\n# 物品编\n\n2020年5月28日 示例会议通过\n\n<!-- INFO END -->\n\n第五十条 示例。\n"
    )
    law = parse_law(text, name="物品编")
    assert (law.key, law.division, law.articles[0].path) == ("示例法典", "物品编", ("物品编",))


def test_digest_front_matter() -> None:
    text = (
        "---\ntitle: 中华人民共和国示例安全法\nshort: 示例安全法\nversion: 2021-06-10  # 通过日\n"
        "effective: 2021-09-01\narticles: 119\ntext_kind: digest\n---\n# 中华人民共和国示例安全法（要点）\n\n"
        "## 第一章 总则\n\n第二十一条 要点。\n\n第二款要点。\n"
    )
    law = parse_law(text, name="示例安全法")
    assert (law.key, law.version, law.effective, law.text_kind) == ("示例安全法", "2021-06-10", "2021-09-01", "digest")
    passage = next(p for p in law.passages("d.md") if p.article is not None)
    assert (passage.article, passage.text_kind, passage.text) == (ArticleNo(21), "digest", "要点。\n第二款要点。")
    assert bare(law.render()) == bare(text)


def test_text_that_breaks_off_is_flagged() -> None:
    body = "\n\n".join(f"第{n}条 示例单位应当登记。" for n in "一二三四五六七八九十")
    head = "# 甲条例\n\n2005年3月1日 示例会议通过\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n"
    assert "end_missing" in parse_law(head + body, name="甲条例(2005-03-01)").flags
    whole = f"{head}{body}\n\n## 第二章 附则\n\n第十一条 本条例自2005年5月1日起施行。"
    assert "end_missing" not in parse_law(whole, name="甲条例(2005-03-01)").flags


def test_long_text_is_cut_at_sentence_ends_only() -> None:
    sentence = "示例单位应当按照规定登记。"
    text = f"# 示例通知\n\n<!-- INFO END -->\n\n{sentence * 400}\n\n{sentence * 20}\n"
    passages = [p for p in parse_law(text, name="示例通知").passages("x.md") if p.part != "header"]
    assert len(passages) == 5
    for p in passages:
        assert len(p.text) <= BLOCK_LIMIT
        assert p.text.endswith("。")
        assert text[p.start : p.end] == p.text
    assert sum(p.text.count(sentence) for p in passages) == 420


@pytest.mark.parametrize("text", ["", "\n\n", "---\nbookCollapseSection: true\n---\n", "# \n", "\ufeff"])
def test_empty_file_is_named_by_its_file(text: str) -> None:
    law = parse_law(text, name="空文件(2020-01-01)")
    assert (law.key, law.articles) == ("空文件", ())
    assert "empty" in law.flags
    assert law.passages("x.md") == []


@pytest.mark.parametrize("text", ["第", "第条 无号", "附件", "#", "第一条", "“第一条 甲。", "| 甲 | 乙 |"])
def test_odd_single_lines_do_not_raise(text: str) -> None:
    law = parse_law(text, name="怪文件")
    assert bare(law.render()) == bare(text)


TITLES = [
    ("中华人民共和国安全生产法", "安全生产法"),
    ("《中华人民共和国安全生产法》", "安全生产法"),
    ("安全生产法(2021-06-10)", "安全生产法"),
    ("上海市实施《中华人民共和国突发事件应对法》办法", "上海市实施《突发事件应对法》办法"),
    ("最高人民法院  最高人民检察院关于示例的解释", "最高人民法院、最高人民检察院关于示例的解释"),
    ("示例办法(试行)", "示例办法（试行）"),
    ("国际航行船舶进出中华人民共和国口岸检查办法", "国际航行船舶进出中华人民共和国口岸检查办法"),
]


@pytest.mark.parametrize(("title", "key"), TITLES)
def test_short_title(title: str, key: str) -> None:
    assert short_title(title) == key


_LINE = st.text(alphabet="甲乙丙第一二三条款章节编附件则。，；：（） \t\u3000\u200b1#*<>!-—“”", max_size=30)


@given(st.lists(_LINE, max_size=25))
def test_any_lines_round_trip(lines: list[str]) -> None:
    """No character is lost and none invented; only marks inside an article may change places."""
    text = "\n".join(line for line in lines if not line.strip().startswith("<!--"))
    law = parse_law(text, name="任意")
    assert bare(law.render()) == bare(text)


@given(st.lists(_LINE, max_size=25))
def test_passages_hold_what_the_tree_holds(lines: list[str]) -> None:
    law = parse_law("\n".join(lines), name="任意")
    inside = "".join(p.text for p in law.passages("x.md"))
    nodes = "".join(n.text for n in law.nodes if n.kind not in ("heading", "mark", "front"))
    assert bare(inside) == bare(nodes)
