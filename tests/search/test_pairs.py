"""Duty ↔ penalty pairs on an invented regulation, by reference and by wording."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.address import ArticleNo
from kb.base.records import Pair, Passage
from kb.law.parse import parse_law
from kb.law.penalty import sanctions
from kb.search.pairs import pairs
from kb.search.pairs.acts import duty_subject, sentences, subject
from kb.search.pairs.wording import grams

REGULATION = """# 示例蜂场条例

## 第一章 总则

第一条 为了示例，制定本条例。

第二条 本条例适用于示例蜂场。

## 第二章 养蜂

第三条 蜂场应当在每个蜂箱上悬挂编号牌，并建立蜂群登记簿。

第四条 采蜜人员应当穿戴防护面罩，经采蜜技能培训合格后方可进入放蜂区。

第五条 蜂场不得在居民楼阳台摆放蜂箱，不得向河道倾倒废弃巢脾。

第六条 蜂场应当遵守下列规定：

（一）每月检查越冬巢房保温棉；

（二）配备驱蜂喷烟器；

（三）分蜂季节设置隔离网。

第七条 养蜂主管部门应当每年组织巡查放蜂区。

第八条 运蜂车应当加盖防逃网布。

## 第三章 法律责任

第九条 违反本条例第五条规定，摆放蜂箱或者倾倒废弃物的，处一千元罚款。

第十条 蜂场有下列行为之一的，责令限期改正，处五百元以下罚款：

（一）未在蜂箱上悬挂编号牌，或者未建立蜂群登记簿的；

（二）未每月检查越冬巢房保温棉的；

（三）安排未经采蜜技能培训合格的采蜜人员进入放蜂区的；

（四）有其他违反本条例规定行为的。

第十一条 运蜂车未加盖防逃网布的，处二百元罚款。

个人有前款行为的，处五十元罚款。

第十二条 养蜂主管部门的工作人员未按照规定组织巡查放蜂区的，依法给予处分。

第十三条 除本条例第三条规定外，无证经营蜂产品的，依照《示例食品条例》第四条的规定处罚。

## 第四章 附则

第十四条 本条例自公布之日起施行。
"""


MASTER = "蜂场的场长负责人对养蜂安全负有下列职责：\n（一）订立巡查制度；\n（二）保证经费。"
ASSISTANT = "蜂场的护蜂人员履行下列养蜂安全职责：\n（一）执行巡查制度；\n（二）报告养蜂安全隐患。"


def articles(text: str = REGULATION) -> list[Passage]:
    found = parse_law(text, name="示例蜂场条例").passages("示例蜂场条例.md")
    return [replace(p, id=100 + i) for i, p in enumerate(p for p in found if p.article is not None)]


def table(found: list[Pair], held: list[Passage]) -> list[tuple[int, int, int | None, int | None, str]]:
    number = {p.id: p.article.number for p in held if p.article is not None}
    return [(number[p.duty], number[p.penalty], p.paragraph, p.item, p.how) for p in found]


def test_pairs_of_a_regulation() -> None:
    held = articles()
    assert table(pairs(held), held) == [
        (5, 9, 1, None, "reference"),
        (3, 10, 1, 1, "wording"),
        (6, 10, 1, 2, "wording"),
        (4, 10, 1, 3, "wording"),
        (8, 11, 1, None, "wording"),
        (8, 11, 2, None, "wording"),
        (7, 12, 1, None, "wording"),
    ]


def test_a_reference_is_certain_and_wording_says_how_sure_it_is() -> None:
    for pair in pairs(articles()):
        assert pair.score == 1.0 if pair.how == "reference" else 0.3 <= pair.score <= 1.0


def test_known_sanctions_give_the_same_pairs() -> None:
    held = articles()
    assert pairs(held, {p.id: sanctions(p.text) for p in held}) == pairs(held)


def test_passages_without_id_are_told_by_position() -> None:
    held = articles()
    plain = [replace(p, id=-1) for p in held]
    assert [(p.duty + 100, p.penalty + 100) for p in pairs(plain)] == [(p.duty, p.penalty) for p in pairs(held)]


@pytest.mark.parametrize(
    ("duties", "liability", "expected"),
    [
        # two duties in the same words: none is chosen
        (["蜂场应当悬挂蜂箱编号牌。", "蜂场应当悬挂蜂箱编号牌。"], "蜂场未悬挂蜂箱编号牌的，处一千元罚款。", []),
        # one alternative each
        (
            ["蜂场应当悬挂蜂箱编号牌识别标签。", "采蜜人员应当穿戴防护面罩手套。"],
            "蜂场未悬挂蜂箱编号牌识别标签，或者未穿戴防护面罩手套的，处一千元罚款。",
            [1, 2],
        ),
        # the sanctioned party decides between two duties
        (
            ["巡查部门应当登记蜂群越冬死亡数量。", "蜂场单位应当登记蜂群越冬死亡数量。"],
            "蜂场单位未登记蜂群越冬死亡数量的，处一千元罚款。",
            [2],
        ),
        # the duties of an office are those of its own list, not of another's in nearly the same words
        ([MASTER, ASSISTANT], "蜂场的场长负责人未履行本条例规定的养蜂安全职责的，处一千元罚款。", [1]),
        ([MASTER, ASSISTANT], "其他负责人和护蜂人员未履行本条例规定的养蜂安全职责的，处一千元罚款。", [2]),
        ([MASTER, MASTER], "场长负责人未履行本条例规定的养蜂安全职责的，处一千元罚款。", []),
        # a reference to another law's article is none to this one's
        (["蜂场应当悬挂蜂箱编号牌。"], "违反《示例法》第一条规定的，处一千元罚款。", []),
        # 违反第X条 without 本条例
        (["蜂场应当悬挂蜂箱编号牌。"], "违反第一条规定的，处一千元罚款。", [1]),
        # several articles, one with a suffix
        (["蜂场应当悬挂牌。", "蜂场应当登记。"], "违反本条例第一条、第二条第一款规定的，处一千元罚款。", [1, 2]),
        (["蜂场应当悬挂牌。"], "滥用职权、玩忽职守的，依法给予处分。", []),
        ([], "违反本条例规定，造成损失的，处一千元罚款。", []),
    ],
)
def test_small_cases(duties: list[str], liability: str, expected: list[int]) -> None:
    held = [
        Passage("law", "示例蜂场条例", text, "x.md", article=ArticleNo(n), path=("第二章 养蜂",), id=n)
        for n, text in enumerate(duties, 1)
    ]
    for n in range(20, 40):  # other duties, so that words weigh as in a whole regulation
        other = "仓库应当" + "".join(chr(0x5000 + 40 * n + i) for i in range(20)) + "。"
        held.append(Passage("law", "示例蜂场条例", other, "x.md", article=ArticleNo(n), path=("第二章 养蜂",), id=n))
    held.append(
        Passage("law", "示例蜂场条例", liability, "x.md", article=ArticleNo(90), path=("第三章 法律责任",), id=90)
    )
    assert [p.duty for p in pairs(held)] == expected


def test_nothing_sanctioned_no_pairs() -> None:
    assert pairs([p for p in articles() if p.article is not None and p.article.number < 9]) == []
    assert pairs([]) == []


@pytest.mark.parametrize(
    ("before", "kind", "trades"),
    [
        ("示例主管部门", "official", set()),
        ("示例部门的工作人员", "official", set()),
        ("示例单位的主要负责人", "head", set()),
        ("采蜜人员", "staff", set()),
        ("施工单位", "unit", {"施工单位"}),
        ("建设单位或者施工单位", "unit", {"建设单位", "施工单位"}),
        ("蜂箱", "", set()),
    ],
)
def test_kinds_of_party(before: str, kind: str, trades: set[str]) -> None:
    assert (subject(before).kind, subject(before).trades) == (kind, trades)


def test_the_party_of_a_duty_stands_before_its_verb() -> None:
    assert duty_subject("蜂场单位应当向示例部门报告。").kind == "unit"
    assert duty_subject("蜂箱。").kind == ""


def test_items_are_read_with_a_short_lead_in() -> None:
    assert list(sentences("蜂场应当：\n（一）登记；\n（二）巡查。\n另一款。甲应当报告；乙应当核实。")) == [
        "蜂场应当：",
        "蜂场应当：（一）登记；",
        "蜂场应当：（二）巡查。",
        "另一款",
        "甲应当报告",
        "乙应当核实",
    ]


def slow_grams(texts: list[str]) -> set[tuple[int, str]]:
    """The obviously right way, for texts without formulas."""
    return {
        (row, text[i : i + 2])
        for row, text in enumerate(texts)
        for i in range(len(text) - 1)
        if all("\u4e00" <= c <= "\u9fff" for c in text[i : i + 2])
    }


@given(st.lists(st.text("蜂场箱牌网a1，\n", max_size=12), min_size=1, max_size=6))
def test_fast_bigrams_equal_the_slow_ones(texts: list[str]) -> None:
    rows, codes = grams(texts)
    size, first = 0x9FFF - 0x4E00 + 1, 0x4E00
    fast = {(int(r), chr(c // size + first) + chr(c % size + first)) for r, c in zip(rows, codes, strict=True)}
    assert fast == slow_grams(texts)
    assert len(rows) == len(fast)
    assert np.all(np.diff(rows) >= 0)


def test_the_digest_of_the_work_safety_law_pairs_each_office_with_its_own_duties() -> None:
    text = Path("corpus/regulations/安全生产法.md").read_text("utf-8")
    held = [p for p in parse_law(text, name="安全生产法").passages("x.md") if p.article is not None]
    found = [(held[p.duty].article.number, held[p.penalty].article.number) for p in pairs(held)]  # type: ignore[union-attr]
    assert [f for f in found if f[1] in (94, 95, 96)] == [(21, 94), (21, 95), (25, 96)]


@pytest.mark.corpus
def test_pairs_against_those_labelled_by_reading(shared_dir: Path) -> None:
    from eval.tasks.penalty import PAIRS, rows, score_pairs

    gold = rows(PAIRS)
    held = score_pairs([r for r in gold if r["split"] == "held"], shared_dir / "corpus" / "laws").to_json()
    tune = score_pairs([r for r in gold if r["split"] == "tune"], shared_dir / "corpus" / "laws").to_json()
    assert held["pairs"] + tune["pairs"] > 400
    assert held["precision"] >= 0.92, held["wrong"]
    assert held["recall"] >= 0.70, held["missed"]
    assert tune["precision"] >= 0.96, tune["wrong"]
    assert tune["recall"] >= 0.82, tune["missed"]
    assert held["precision_by_how"]["reference"] == 1.0
