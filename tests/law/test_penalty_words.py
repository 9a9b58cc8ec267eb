"""Every term of the sanction vocabulary does its work, one case each."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from kb.law.penalty.clauses import read_clauses
from kb.law.penalty.party import party
from kb.law.penalty.words import words

VOCABULARY = tomllib.loads(resources.files("kb.law.penalty").joinpath("words.toml").read_text(encoding="utf-8"))

MEASURES = [
    ("给予警告", ["警告"]),
    ("处警告或者罚款", ["警告", "罚款"]),
    ("可处警告", ["警告"]),
    ("予以通报批评", ["通报批评"]),
    ("责令限期改正", ["责令限期改正"]),
    ("责令其在规定期限内改正", ["责令限期改正"]),
    ("限期整改", ["责令限期改正"]),
    ("责令改正", ["责令改正"]),
    ("责令当事人立即整改", ["责令改正"]),
    ("责令停产停业整顿", ["责令停产停业整顿"]),
    ("责令停产停业", ["责令停产停业"]),
    ("责令停业整顿", ["责令停业整顿"]),
    ("责令停产整顿", ["责令停产整顿"]),
    ("提请县级以上人民政府予以关闭", ["关闭"]),
    ("责令停业、关闭", ["关闭"]),
    ("责令停止违法行为", ["责令停止违法行为"]),
    ("责令其停止使用", ["责令停止使用"]),
    ("责令恢复原状", ["责令恢复原状"]),
    ("限期拆除", ["限期拆除"]),
    ("没收违法所得", ["没收违法所得"]),
    ("没收其全部非法收入", ["没收违法所得"]),
    ("没收个人全部财产", ["没收财产"]),
    ("没收违法制造的示例设备", ["没收违法制造的示例设备"]),
    ("对工具予以没收", ["没收非法财物"]),
    ("吊销其许可证", ["吊销许可证"]),
    ("暂扣或者吊销许可证件", ["暂扣或者吊销许可证件"]),
    ("暂停其执业资格", ["暂停执业资格"]),
    ("撤销相应许可", ["撤销相应许可"]),
    ("降低其资质等级", ["降低资质等级"]),
    ("予以取缔", ["取缔"]),
    ("依法给予治安管理处罚", ["治安管理处罚"]),
    ("依照治安管理处罚法的规定处罚", ["治安管理处罚"]),
    ("处五日以上十日以下拘留", ["拘留"]),
    ("处行政拘留", ["拘留"]),
    ("依法追究刑事责任", ["追究刑事责任"]),
    ("处三年以下有期徒刑", ["有期徒刑"]),
    ("处拘役", ["拘役"]),
    ("处拘役或者管制", ["拘役", "管制"]),
    ("处无期徒刑", ["无期徒刑"]),
    ("处死刑", ["死刑"]),
    ("并处罚金", ["罚金"]),
    ("剥夺政治权利", ["剥夺政治权利"]),
    ("依法给予处分", ["处分"]),
    ("给予降级、撤职的处分", ["降级、撤职的处分"]),
    ("按照原处罚数额按日连续处罚", ["按日连续处罚"]),
    ("并处罚款", ["罚款"]),
    ("可以处五万元以下的罚款", ["罚款"]),
    ("五年内不得担任主要负责人", ["从业限制"]),
    ("实行终身行业禁入", ["从业限制"]),
    ("三年内不予受理其申请", ["从业限制"]),
    ("由单位给予批评教育", ["批评教育"]),
    ("依法承担赔偿责任", ["赔偿责任"]),
    ("依照《示例法》有关规定处罚", ["依照其他规定处罚"]),
    ("依照前款规定予以处罚", ["依照其他规定处罚"]),
]


@pytest.mark.parametrize(("clause", "expected"), MEASURES, ids=[c for c, _ in MEASURES])
def test_a_measure_is_found_under_its_name(clause: str, expected: list[str]) -> None:
    assert [name for _, name in words().in_clause(clause)] == expected


def test_every_measure_of_the_vocabulary_has_a_case() -> None:
    used = {m.lastgroup for clause, _ in MEASURES for m in words().measures.finditer(clause)}
    assert used == {f"m{i}" for i in range(len(VOCABULARY["measure"]))}


@pytest.mark.parametrize(
    "clause",
    [
        "本条例规定的罚款由主管部门决定",  # who decides, not what is imposed
        "没收违法所得的申请",
        "作出吊销许可证的决定前",
        "被责令改正",
        "不得给予两次罚款的行政处罚",
        "未按照规定办理注销登记",
        "罚没收入上缴国库",
        "发布警告信息",
        "设置安全警告标志",
        "处分决定书",
    ],
)
def test_a_measure_that_is_only_named_is_not_imposed(clause: str) -> None:
    text = f"示例单位违反规定的，{clause}。"
    assert [m for c in read_clauses(text, 0, len(text)) for m in c.measures] == []


@pytest.mark.parametrize("head", VOCABULARY["whom"]["heads"])
def test_a_party_may_end_with(head: str) -> None:
    assert party(f"示例{head}未按照规定办理手续") == f"示例{head}"


@pytest.mark.parametrize("term", VOCABULARY["whom"]["follows"])
def test_a_party_is_followed_by(term: str) -> None:
    deed = term.replace("(?!关)", "")
    assert party(f"示例经营者{deed}某事") == "示例经营者"


@pytest.mark.parametrize(
    ("act", "who"),
    [
        ("示例单位的主要负责人未履行职责", "示例单位的主要负责人"),
        ("违反本条例规定，示例单位拒绝检查", "示例单位"),
        ("示例单位及其有关人员有下列行为之一", "示例单位及其有关人员"),
        ("为工程提供设备的单位，未配备装置", "为工程提供设备的单位"),
        ("示例单位发生事故，其主要负责人不立即组织救援", "其主要负责人"),
        ("有关单位有下列情形之一", "有关单位"),
        ("以上施工单位倒卖资质", "以上施工单位"),
        ("从事示例批发的企业向零售者供应示例品", "从事示例批发的企业"),
        ("不符合条件的人员驾驶示例车辆", "不符合条件的人员"),
        ("未经许可生产示例品，或者向未取得许可的单位销售示例品", ""),
        ("邀请受过处罚的人员参与演出", ""),
        ("销售充装单位擅自充装的示例气", ""),
        ("示例设备未经检验", ""),
        ("示例主管部门对违反规定的行为，应当责令改正", ""),
    ],
)
def test_who_commits_an_act(act: str, who: str) -> None:
    assert party(act) == who
