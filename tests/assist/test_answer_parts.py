"""What a question asks for, which 款/项 are quoted, how sanctions are worded: on invented laws."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.app import KnowledgeBase
from kb.assist.answer.compose import _named
from kb.assist.answer.intent import cues, read_intent
from kb.assist.answer.near import by_words
from kb.assist.answer.quote import Wish, address_of, asked_kinds, quote, quotes, stands
from kb.assist.answer.rules import load_rules
from kb.assist.answer.wording import highest, steps
from kb.base.address import ArticleNo
from kb.base.records import Passage, SettingsError
from kb.law.penalty import sanctions

LONG_LIST = (
    "作坊有下列行为之一的，责令限期改正，处三千元以上五千元以下的罚款；逾期未改正的，责令停产停业整顿，并处一万元以上二万元以下的罚款，"
    "对其直接负责的主管人员处一千元以下的罚款：\n"
    "（一）紫色油漆桶敞口存放，或者与绿色排风扇放在同一间屋子里没有隔开的；\n"
    "（二）吊钩没有每周检查，或者检查以后没有按照规定记入台账并且保存二年的；\n"
    "（三）风车转动的时候让没有经过培训的学徒站在叶片下面的；\n"
    "（四）没有在楼梯口张贴示例图标，或者图标被货物遮挡看不清楚的；\n"
    "（五）把吹口哨的绳索借给其他作坊使用，借出以后超过三天没有收回，也没有在台账上写明借给谁的。"
)
_DAILY = (
    "风车作坊的主要负责人应当每天早上检查叶片、转轴和刹车，检查情况应当由两个人签字，并且在作坊门口公示，公示的内容不得涂改。"
    "作坊停用风车以后再次使用的，应当重新检查，检查合格以后才可以使用，不合格的应当停用，停用的标志应当挂在门口显眼的地方，任何人不得摘下。"
)
_INSIDE = (
    "学徒不得独自进入风车内部；确实需要进入的，应当有一名师傅在外面看护，看护的师傅不得同时做其他工作，不得离开，并且应当带着口哨和绳索，"
    "绳索应当结实，口哨应当在五十米以外能够听见。师傅看护期间应当每过一会儿喊一次学徒的名字，学徒应当答应，没有答应的，师傅应当马上叫人。"
)
_FILLER = (
    "作坊应当把本条的内容抄写在墙上，字要写得足够大，让站在门口的人也能看清，墙面剥落的应当重新抄写，抄写的时候不得漏字，也不得添字。"
    "抄写的人应当在右下角写上自己的姓名，姓名写错的应当划去重写，重写以后由作坊的主要负责人再看一遍，看过以后在旁边画一个圆圈，圆圈不得画得太小，也不得画在字的上面。"
)
TWO_PARTS = "\n".join((_DAILY, _INSIDE, _FILLER))
GRADES = (
    "发生风车事故，对负有责任的作坊依照下列规定处以罚款，作坊还应当依法承担赔偿责任，赔偿以后仍然应当缴纳罚款，不得用赔偿抵扣罚款，也不得用罚款抵扣赔偿；"
    "作坊的主要负责人应当在收到处罚决定以后把决定的内容告诉作坊里的每一个人，没有在场的人应当在回来以后告诉，告诉的情况应当记在台账里面：\n"
    "（一）发生一般风车事故的，处一万元以上二万元以下的罚款；\n"
    "（二）发生较大风车事故的，处二万元以上五万元以下的罚款；\n"
    "（三）发生重大风车事故的，处五万元以上十万元以下的罚款。"
)
FOLLOWED = (
    "学徒在叶片下面午睡的，由作坊给予批评教育。作坊应当把午睡的情况写进台账，台账应当写明时间、地点、叶片的转速和当时的风力，并且由师傅签字确认，"
    "签字以后不得涂改，涂改的应当重新写一份并且说明涂改的原因，两份都应当保存，由作坊和师傅一起销毁，销毁的日期写进台账。"
    "学徒三次在叶片下面午睡的，作坊应当让学徒重新培训，培训合格以后才可以上岗，培训的内容包括叶片为什么会转、风从哪里来。\n"
    "有前款行为，作坊没有给予批评教育的，处二百元以下的罚款。"
)


SHORT_LIST = "作坊应当做到：\n（一）吊钩每周检查，检查以后记入台账；\n（二）油漆桶加盖；\n（三）楼梯口张贴图标。"


def passage(text: str) -> Passage:
    return Passage("law", "示例风车条例", text, "示例风车条例.md", article=ArticleNo(8))


@pytest.mark.parametrize(
    ("question", "history", "penalty", "breach"),
    [
        ("油漆桶敞着口，违反哪条，罚多少？", (), "asked", True),
        ("风车叶片下面睡着个学徒", (), "likely", False),
        ("风车叶片学徒看护要求", (), "no", False),
        ("十几个学徒什么证都没拿", (), "likely", False),
        ("查了几个风车，什么时候开始算期限", (), "no", False),
        ("吊钩半年没检查", (), "likely", False),
        ("台账要保存几年？", (), "no", False),
        ("这种情况老板要坐牢吗", (), "asked", False),
        ("那绿色的呢", ("紫色油漆桶敞口怎么处罚",), "asked", False),
        ("污水处理厂归谁管", (), "no", False),
    ],
)
def test_what_is_asked(question: str, history: tuple[str, ...], penalty: str, breach: bool) -> None:
    intent = read_intent(question, history)
    assert (intent.penalty, intent.breach) == (penalty, breach)


def test_a_follow_up_for_the_sanction_wants_the_sanction_only() -> None:
    assert read_intent("那罚多少", ("吊钩没检查违反哪条",)).only_penalty
    assert not read_intent("那罚多少").only_penalty
    assert not read_intent("罚多少，违反哪条", ("吊钩没检查",)).only_penalty


def test_every_cue_is_a_pattern_that_matches_something() -> None:
    data = tomllib.loads(resources.files("kb.assist.answer").joinpath("cues.toml").read_text(encoding="utf-8"))
    assert data.keys() == cues().keys()
    for patterns in data.values():
        for pattern in patterns:
            assert re.compile(pattern).search("") is None, f"{pattern} matches anything"


@pytest.mark.parametrize(
    ("text", "question", "penalty", "expected"),
    [
        (LONG_LIST, "学徒没培训站在风车叶片下面", True, "《示例风车条例》第八条第（三）项"),
        (LONG_LIST, "吊钩没有每周检查也没记台账", True, "《示例风车条例》第八条第（二）项"),
        (SHORT_LIST, "吊钩没有每周检查也没记台账", False, "《示例风车条例》第八条"),  # read as one, quoted whole
        (TWO_PARTS, "学徒独自进入风车内部，师傅没看护", False, "《示例风车条例》第八条第二款"),
        (TWO_PARTS, "口哨要在多远以外能听见", False, "《示例风车条例》第八条第二款"),
        (GRADES, "出了重大风车事故罚多少", True, "《示例风车条例》第八条第（三）项"),
        (GRADES, "出了事故罚多少", True, "《示例风车条例》第八条"),
        (FOLLOWED, "学徒在叶片下面午睡", True, "《示例风车条例》第八条第一款"),
    ],
)
def test_the_quotation_stands_at_its_paragraph_and_item(text: str, question: str, penalty: bool, expected: str) -> None:
    p = passage(text)
    found = quote(p, Wish(question, penalty=penalty), by_words)
    assert address_of(p, found) == expected
    assert stands(found.text, text)


def test_an_item_comes_with_its_lead_in_and_a_gap() -> None:
    found = quote(passage(LONG_LIST), Wish("学徒没培训站在风车叶片下面", penalty=True), by_words)
    lead, item = found.text.split("…")
    assert lead.endswith("一千元以下的罚款：")
    assert item.startswith("（三）风车转动")


def test_a_paragraph_that_sanctions_by_reference_goes_along() -> None:
    found = quote(passage(FOLLOWED), Wish("学徒在叶片下面午睡怎么罚", penalty=True), by_words)
    (after,) = found.after
    assert "二百元以下的罚款" in after.text
    assert (found.paragraph, after.paragraph) == (1, 2)
    assert address_of(passage(FOLLOWED), after) == "《示例风车条例》第八条第二款"


@pytest.mark.parametrize(("question", "goes_along"), [("油漆桶敞口存放怎么罚", True), ("通道宽度不足怎么罚", False)])
def test_a_paragraph_that_names_other_items_stays_behind(question: str, goes_along: bool) -> None:
    text = (
        "有下列行为之一的，处五百元以上一千元以下的罚款：\n（一）通道宽度不足的；\n（二）油漆桶敞口存放的；\n（三）台账丢失的。\n"
        "个人有前款第二项、第三项行为之一的，处警告或者五十元以下的罚款。"
    )
    found = quote(passage(text), Wish(question, penalty=True), by_words)
    assert [q.paragraph for q in found.after] == ([2] if goes_along else [])


def test_a_paragraph_that_sanctions_as_the_one_before_brings_that_one_along() -> None:
    text = "没有检查吊钩的，处三千元以上五千元以下的罚款。\n叶片下面没有看护学徒的，依照前款规定处罚。"
    found = quote(passage(text), Wish("学徒在叶片下面没人看护怎么罚", penalty=True), by_words)
    assert "三千元以上五千元以下" in found.text


def test_a_question_that_asks_two_things_gets_a_paragraph_for_each() -> None:
    text = "吊钩应当每周检查一次，检查应当有两人在场。\n木牌应当挂在门口。\n学徒不得独自搬运吊钩，风车不得停在门口。"
    found = quotes(passage(text), Wish("检查吊钩几人在场，学徒可以独自搬运吗"), by_words)
    assert [f.paragraph for f in found] == [1, 3]
    assert [address_of(passage(text), f) for f in found] == [
        "《示例风车条例》第八条第一款",
        "《示例风车条例》第八条第三款",
    ]
    assert all(stands(f.text, text) for f in found)
    one = quotes(passage(text), Wish("检查吊钩几人在场"), by_words)
    assert [f.paragraph for f in one] == [1]


def test_a_sanction_is_quoted_in_one_piece() -> None:
    assert len(quotes(passage(FOLLOWED), Wish("学徒在叶片下面午睡怎么罚", penalty=True), by_words)) == 1


def test_grades_are_quoted_whole() -> None:
    assert quote(passage(GRADES), Wish("出了风车事故罚多少"), by_words).text == GRADES


def test_a_pair_says_where_to_quote() -> None:
    found = quote(passage(LONG_LIST), Wish("无关的话", paragraph=1, item=4), by_words)
    assert found.item == 4
    assert "示例图标" in found.text


def test_a_hint_decides_only_between_items_that_are_near() -> None:
    hinted = quote(passage(LONG_LIST), Wish("无关的话", hints=((1, 4),), penalty=True), by_words)
    assert hinted.item == 4
    nearer = quote(
        passage(LONG_LIST), Wish("学徒没有经过培训站在风车叶片下面", hints=((1, 4),), penalty=True), by_words
    )
    assert "叶片下面" in nearer.text


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("几天之内要报", {"duration"}),
        ("罚多少钱", {"money", "multiple", "share"}),
        ("要几个人看护", {"count", "measure"}),
        ("怎么报", set()),
    ],
)
def test_the_kind_of_value_asked_for(question: str, kinds: set[str]) -> None:
    assert asked_kinds(question) == kinds


def test_a_place_that_does_not_exist_is_not_quoted() -> None:
    found = quote(passage(TWO_PARTS), Wish("学徒独自进入风车内部", paragraph=9), by_words)
    assert found.paragraph == 2


@given(
    st.lists(st.text("甲乙丙丁风车罚款处元（一）二：，。", min_size=1, max_size=120), min_size=1, max_size=5),
    st.text("甲乙丙风车罚", max_size=20),
    st.booleans(),
)
def test_every_quotation_is_verbatim(lines: list[str], question: str, penalty: bool) -> None:
    text = "\n".join(stripped for line in lines if (stripped := line.strip()))
    if not text:
        return
    found = quote(passage(text), Wish(question, penalty=penalty), by_words)
    assert stands(found.text, text)
    assert all(0 <= a < b <= len(text) for a, b in found.spans)


@pytest.mark.parametrize(
    ("quotation", "text", "expected"),
    [
        ("处五千元罚款", "处 五千元\n罚款。", True),
        ("处五千元…罚款", "处五千元以上的罚款", True),
        ("处六千元罚款", "处五千元罚款", False),
        ("…", "处五千元罚款", False),
    ],
)
def test_what_counts_as_verbatim(quotation: str, text: str, expected: bool) -> None:
    assert stands(quotation, text) is expected


def test_sanctions_by_condition() -> None:
    found = steps(sanctions(LONG_LIST))
    assert [s.condition for s in found] == ["", "逾期未改正"]
    assert "责令限期改正" in found[0].phrase
    assert "三千元以上五千元以下" in found[0].phrase
    assert "责令停产停业整顿" in found[1].phrase
    assert "，对其直接负责的主管人员处一千元以下的罚款" in found[1].phrase
    assert highest(sanctions(LONG_LIST)) == 20000


def test_a_later_paragraph_is_told_by_its_act() -> None:
    text = "作坊没有公示的，处一千元以下的罚款。\n学徒没有答应的，给予警告；情节严重的，处五十元以下的罚款。"
    found = steps(sanctions(text))
    assert [s.condition for s in found] == ["", "学徒没有答应", "情节严重"]
    assert "一千元以下" in found[0].phrase
    assert "一千元" not in found[1].phrase + found[2].phrase


def test_rules_are_read_and_a_malformed_file_says_so(tmp_path: Path) -> None:
    assert load_rules(tmp_path).tips == ()
    (tmp_path / "conflicts.toml").write_text(
        '[[conflict]]\nact="敞口"\ngoverns=["《示例法》第二条"]\nyields=["《示例条例》第三条"]\nwhy="法律高于条例"\n',
        "utf-8",
    )
    (tmp_path / "procedure.toml").write_text(
        '[[tip]]\nid="a"\nrole="waiver"\nlaw="示例法"\narticle="第九条"\nline="轻微的不罚"\nasked=["轻微"]\n'
        "[limits]\nheavy=10\n",
        "utf-8",
    )
    rules = load_rules(tmp_path)
    assert str(rules.tips[0].address) == "《示例法》第九条"
    assert str(rules.conflicts[0].yields[0]) == "《示例条例》第三条"
    assert rules.limits.heavy == 10
    (tmp_path / "conflicts.toml").write_text(
        '[[conflict]]\nact="敞口"\ngoverns=["示例法"]\nyields=[]\nwhy=""\n', "utf-8"
    )
    with pytest.raises(SettingsError, match="写法有误"):
        load_rules(tmp_path)


def test_the_second_address_of_a_law_whose_title_holds_another_is_whole() -> None:
    title = "示例市实施《风车法》办法"
    first, second = (
        SimpleNamespace(citation=SimpleNamespace(title=title, address=f"《{title}》第{n}条")) for n in "二五"
    )
    assert _named(cast(Any, second), [cast(Any, first)]) == "第五条"
    assert _named(cast(Any, first), []) == f"《{title}》第二条"


def test_a_duty_that_another_item_punishes_is_not_cited_beside_the_one_quoted(bundled_base: KnowledgeBase) -> None:
    cited = [c.address for c in bundled_base.ask("老板没组织安全培训就让新人上岗，违反哪条，罚多少？").citations]
    assert "《安全生产法》第二十八条第一款" in cited
    assert "《安全生产法》第九十七条第（三）项" in cited
    assert not [a for a in cited if "第三十条" in a]  # 第九十七条第（七）项 punishes it
    other = [c.address for c in bundled_base.ask("电工没有证就上岗，违反哪条，罚多少？").citations]
    assert "《安全生产法》第九十七条第（七）项" in other
    assert [a for a in other if "第三十条" in a]
