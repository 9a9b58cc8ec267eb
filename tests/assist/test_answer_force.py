"""What is said is neither stronger nor weaker than the law: on invented sentences, by the law's own connectives."""

from __future__ import annotations

import pytest

from kb.assist.answer.focus import also
from kb.assist.answer.person import kind, share_of
from kb.assist.answer.same import ranges_differ, rulings, shared
from kb.assist.answer.wording import MOST_PHRASE, steps
from kb.law.penalty import sanctions

PERSONS = "直接负责的主管人员和其他直接责任人员"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("学徒没有答应的，处警告或者五十元以下罚款。", {"": "处警告或者五十元以下罚款"}),
        ("吊钩生锈的，由公安机关责令改正，可以处一百元以下的罚款。", {"": "责令改正，可以处一百元以下的罚款"}),
        ("吊钩生锈的，由公安机关可以处一百元以下的罚款。", {"": "由公安机关可以处一百元以下的罚款"}),
        ("吊钩生锈的，由享有处罚权的部门责令改正。", {"": "责令改正"}),
        ("作坊单位擅自偷风的，没收工具，并处一百元罚款。", {"": "没收工具，并对作坊单位处一百元罚款"}),
        ("作坊单位擅自偷风的，可以并处一百元罚款。", {"": "对作坊单位可以并处一百元罚款"}),
        ("偷风的，责令停产停业直至吊销风车证。", {"": "责令停产停业直至吊销风车证"}),
        ("偷风的，处一百元罚款，但是当场归还的除外。", {"": "处一百元罚款，但是当场归还的除外"}),
        (
            "作坊单位擅自偷风的，责令改正；造成损失的，与邻居承担连带赔偿责任。",
            {"": "责令改正", "造成损失": "与邻居承担连带赔偿责任"},
        ),
        (
            "作坊单位擅自偷风的，处一万元以下罚款；对其主要负责人，依法给予处分。",
            {"": "对作坊单位处一万元以下罚款；对其主要负责人，依法给予处分"},
        ),
        (
            "偷风，有下列情形之一，具有伤人的现实危险的，处一年以下有期徒刑、拘役或者管制：\n（一）拆叶片的；\n（二）堵门的。",
            {"具有伤人的现实危险": "处一年以下有期徒刑、拘役或者管制"},
        ),
        ("偷风的，依照示例港口法的规定处罚。", {"": "依照示例港口法的规定处罚"}),
    ],
)
def test_the_phrase_keeps_the_force_of_the_law(text: str, expected: dict[str, str]) -> None:
    assert {s.label: s.phrase for s in steps(sanctions(text))} == expected


def test_each_of_two_acts_keeps_its_own_range() -> None:
    text = (
        "在风车上违反规定，因而伤人的，处三年以下有期徒刑或者拘役；情节恶劣的，处三年以上七年以下有期徒刑。\n"
        "强令学徒上风车，因而伤人的，处五年以下有期徒刑或者拘役；情节恶劣的，处五年以上有期徒刑。"
    )
    found = {s.label: s.phrase for s in steps(sanctions(text))}
    assert found["在风车上违反规定，情节恶劣"] == "处三年以上七年以下有期徒刑"
    assert found["强令学徒上风车，情节恶劣"] == "处五年以上有期徒刑"


def test_a_reference_to_the_paragraph_before_is_told_with_its_act() -> None:
    text = "作坊主逃走的，处一万元罚款。\n作坊主瞒报的，依照前款规定处罚。\n港口作坊有前款情形的，依照前款规定处罚。"
    second, third = steps(sanctions(text))[1:]
    assert (second.label, second.phrase, second.elsewhere) == ("作坊主瞒报", "依照前款规定处罚", False)
    assert third.elsewhere


def test_what_is_long_ends_with_a_gap_at_a_comma() -> None:
    text = "偷风的，" + "，".join(f"没收第{n}号风车的全部叶片和转轴" for n in "一二三四五六七八九十甲乙丙") + "。"
    said = steps(sanctions(text))[0].phrase
    assert said.endswith("转轴…")
    assert len(said) <= MOST_PHRASE + 1


def test_the_share_of_a_person_keeps_its_connective() -> None:
    text = f"作坊单位擅自偷风的，处一万元罚款，对其{PERSONS}可以处一千元以下的罚款。"
    own = share_of(kind("responsible"), sanctions(text))
    assert [s.phrase for s in steps(own)] == ["可以处一千元以下的罚款"]


WARNED = "作坊单位擅自偷风的，责令改正；逾期未改正的，处一万元以下罚款；情节严重的，处五日以下拘留。"
EARNED = (
    "作坊单位擅自偷风的，没收违法所得；违法所得一万元以上的，并处二万元罚款；没有违法所得的，处一万元罚款；"
    f"对其{PERSONS}处一千元罚款。"
)


@pytest.mark.parametrize(
    ("text", "question", "conditions"),
    [
        (WARNED, "偷风罚多少", ["逾期未改正"]),
        (WARNED, "偷风会拘留吗", ["情节严重"]),
        (WARNED, "偷风违反哪条", []),
        (EARNED, "偷风罚多少", ["违法所得一万元以上", "没有违法所得"]),
        ("作坊单位擅自偷风的，处一万元罚款；逾期未改正的，处二万元罚款。", "偷风罚多少", []),
    ],
)
def test_what_is_asked_for_is_told_beside_the_base_case(text: str, question: str, conditions: list[str]) -> None:
    found = steps(sanctions(text))
    assert [s.condition for s in also(found, found[:1], question)] == conditions


def test_a_range_that_cannot_be_compared_is_not_the_same_range() -> None:
    unit = "作坊单位没有检查吊钩的，处{}的罚款。"
    one, same, other, share = (
        rulings(t, [(0, len(t))], sanctions(t))
        for t in (
            unit.format("一万元以下"),
            unit.format("五千元以下"),
            unit.format("二万元以下"),
            unit.format("年收入百分之五"),
        )
    )
    assert ranges_differ(one, same) is False
    assert ranges_differ(one, other) is True
    assert ranges_differ(one, share) is None
    assert shared("", "吊钩") == 0.0
