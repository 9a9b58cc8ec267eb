"""A question about a person beside the unit: what leads, what is said where nothing falls on a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kb.assist.answer import AnswerEngine, Rules
from kb.assist.answer.person import asked_of, is_person, is_unit, kind, kinds, only_units, share_of
from kb.assist.answer.rules import Tip
from kb.assist.answer.select import Bars
from kb.base.address import Address, ArticleNo
from kb.base.records import Answer
from kb.law.penalty import sanctions
from kb.search.embed import load_encoder
from kb.search.index import Generation
from kb.search.index.build import Inputs, build
from kb.search.retrieve import Retriever, Scope

FIFTH = (
    "使用滑梯的单位违反本法第二条规定，没有组织滑梯看护培训的，责令限期改正，处五千元以下的罚款；逾期未改正的，"
    "处六千元以上七千元以下的罚款，对其直接负责的主管人员和其他直接责任人员处一千元以上二千元以下的罚款。"
)
STATUTE = f"""# 示例滑梯法

2022年3月1日示例国人民代表大会常务委员会第一次会议通过

<!-- INFO END -->

## 第一章 总则

第一条 为了示例，制定本法。

第二条 使用滑梯的单位应当每周组织滑梯看护培训，没有参加滑梯看护培训的看护员不得上岗。

第三条 使用滑梯的单位的主要负责人负有下列职责：

（一）组织滑梯看护培训；

（二）保证滑梯油漆的投入。

## 第二章 法律责任

第四条 使用滑梯的单位的主要负责人违反本法第三条规定，没有履行职责的，责令限期改正，处三千元以上四千元以下的罚款。

第五条 {FIFTH}

第六条 使用滑梯的单位在扶手上晾晒棉被的，处八百元以下的罚款。

第七条 翻越围栏的，处五十元以下的罚款。

第八条 拟作出罚款决定的，应当告知当事人有要求听证的权利。

第九条 经过听证的，应当审核。

## 第三章 附则

第十条 本法自2022年5月1日起施行。
"""
LAW = "示例滑梯法"
RULES = Rules(
    tips=(
        Tip("hearing", "procedure", Address(LAW, ArticleNo(8)), "应当告知听证权利", asked=("听证",)),
        Tip("spot", "procedure", Address(LAW, ArticleNo(1)), "轻的可以当场作出决定", asked=("当场", "当场罚")),
        Tip("review", "procedure", Address(LAW, ArticleNo(9)), "须先审核", after=("hearing",)),
    )
)
BREACH = "示例滑梯法里，没有组织滑梯看护培训就让看护员上岗，违反哪条，罚多少"
TODAY = date(2025, 1, 1)
Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Asks an engine over one invented law, without a ranker and without a model; ``before``: the earlier question."""
    folder = tmp_path_factory.mktemp("slide")
    (folder / "corpus" / "laws").mkdir(parents=True)
    (folder / "corpus" / "laws" / f"{LAW}(2022-03-01).md").write_text(STATUTE, "utf-8")
    build(Inputs((folder / "corpus",)), folder / "index", load_encoder(None))
    generation = Generation.open(folder / "index")
    retriever = Retriever(generation, load_encoder(None))

    def ask(question: str, before: str = "") -> Answer:
        bars = Bars(accept=0.95, relative=0.99, tied=0.99)
        engine = AnswerEngine(generation, retriever, rules=RULES, bars=bars, today=TODAY)
        return engine.answer(question, scope=Scope(TODAY, "all"), history=(before,) if before else ())

    return ask


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("如果是个人呢", "any"),
        ("对个人呢", "any"),
        ("能罚个人吗", "any"),
        ("主要负责人要罚吗", "head"),
        ("除了罚单位，老板自己要承担什么责任", "head"),
        ("没有培训就上岗，罚老板多少", "head"),
        ("对安全员个人能罚吗", "officer"),
        ("项目经理要罚吗", "project"),
        ("那个班组长要罚吗", "responsible"),
        ("对直接负责的主管人员怎么罚", "responsible"),
        ("电焊工本人罚吗", "worker"),
        ("员工自己不戴安全帽要罚吗", "worker"),
        ("老板没组织安全培训就让新人上岗，违反哪条，罚多少？", None),
        ("负责人不在现场怎么罚", None),
        ("没有给工人发安全帽怎么处罚", None),
        ("单位和主要负责人分别罚多少", None),
        ("没有培训就上岗，个人罚多少单位罚多少", None),
        ("罚款不交怎么办", None),
        ("主管部门怎么处理", None),
    ],
)
def test_the_person_asked_about(question: str, expected: str | None) -> None:
    found = asked_of(question)
    assert (found.id if found else None) == expected


def test_every_kind_is_asked_for_by_its_own_name() -> None:
    for k in kinds():
        found = asked_of(f"对{k.name}怎么罚")
        assert found is not None
        assert found.id == k.id


@pytest.mark.parametrize(
    ("whom", "person", "unit"),
    [
        ("直接负责的主管人员和其他直接责任人员", True, False),
        ("生产经营单位的主要负责人", True, False),
        ("生产经营单位", False, True),
        ("负有安全生产监督管理职责的部门的工作人员", False, False),
        ("当事人", False, False),
        ("机动车维修经营者", False, False),
    ],
)
def test_who_is_a_person_and_who_a_unit(whom: str, person: bool, unit: bool) -> None:
    assert (is_person(whom), is_unit(whom)) == (person, unit)


@pytest.mark.parametrize("unit", ["使用吊钩的单位", ""])
def test_the_share_of_a_person_leaves_the_units_measures_out(unit: str) -> None:
    text = f"{unit}没有检查吊钩的，责令停产停业，处一万元以下的罚款，对其主要负责人处二千元以下的罚款，并给予处分。"
    found = share_of(kind("head"), sanctions(text))
    assert [f.text for s in found for f in s.fines] == ["二千元以下"]
    assert not any("停产停业" in m for s in found for m in s.measures)
    assert any("处分" in m for s in found for m in s.measures)
    assert share_of(kind("officer"), sanctions(text)) == []


def test_only_units_needs_every_party_named() -> None:
    assert only_units(sanctions("作坊单位没有检查吊钩的，处一万元以下的罚款。"))
    assert not only_units(sanctions("没有检查吊钩的，处一万元以下的罚款。"))
    assert not only_units(sanctions("作坊单位没有检查吊钩的，处一万元以下的罚款，对其主要负责人处二千元以下的罚款。"))


@pytest.mark.parametrize("question", ["如果是个人呢", "那个班组长要罚吗"])
def test_the_share_of_the_responsible_leads_with_its_condition(ask: Ask, question: str) -> None:
    lead = ask(question, BREACH).text.splitlines()[0]
    assert lead.startswith(f"结论：依照《{LAW}》第五条")
    assert "对直接负责的主管人员和其他直接责任人员：逾期未改正的，处一千元以上二千元以下的罚款" in lead
    assert lead.index("一千元以上") < lead.index("尚未逾期的，只罚单位")
    assert "六千元" not in lead


def test_a_head_without_a_fine_of_his_own_has_the_duties_of_his_office_beside(ask: Ask) -> None:
    answer = ask("主要负责人要罚吗", BREACH)
    lead = answer.text.splitlines()[0]
    assert "没有单列主要负责人；属于直接负责的主管人员和其他直接责任人员的，逾期未改正的，处一千元以上" in lead
    roles = {c.address: c.role for c in answer.citations}
    assert roles[f"《{LAW}》第三条第（一）项"] == "basis"
    assert roles[f"《{LAW}》第四条"] == "basis"
    assert roles[f"《{LAW}》第五条"] == "penalty"
    beside = next(line for line in answer.text.splitlines() if line.startswith("依据："))
    assert "主要负责人本人未履行" in beside
    assert "三千元以上四千元以下" in beside


def test_a_head_is_not_told_of_an_office_that_the_breach_does_not_touch(ask: Ask) -> None:
    answer = ask("主要负责人要罚吗", "示例滑梯法里，单位在扶手上晾晒棉被怎么处罚")
    assert "没有规定对个人的罚款，只罚单位：" in answer.text.splitlines()[0]
    assert {c.role for c in answer.citations} == {"penalty"}


def test_where_nobody_is_named_it_is_said(ask: Ask) -> None:
    answer = ask("示例滑梯法里，翻越围栏能罚个人吗")
    assert "没有写明只罚单位还是个人" in answer.text.splitlines()[0]
    assert "没有写明" not in ask("示例滑梯法里，翻越围栏怎么罚").text


def test_a_question_about_the_unit_leads_with_the_unit(ask: Ask) -> None:
    lead = ask(BREACH).text.splitlines()[0]
    assert "涉嫌违反" in lead
    assert "处五千元以下的罚款" in lead
    assert "主管人员" not in lead


def test_the_hearing_leads_and_what_comes_along_stands_behind(ask: Ask) -> None:
    lines = ask("这个要听证吗", BREACH).text.splitlines()
    assert lines[0].startswith("结论：应当告知听证权利")
    assert "审核" not in lines[0]
    assert lines[1].startswith("处罚依据：")
    assert any(line.startswith("程序提示：须先审核") for line in lines)


def test_on_the_spot_is_asked_as_procedure(ask: Ask) -> None:
    lines = ask("可以当场罚吗", BREACH).text.splitlines()
    assert lines[0].startswith("结论：轻的可以当场作出决定")
    amount = ask("当场罚的话罚多少", BREACH).text.splitlines()
    assert "当场" not in amount[0]
