"""Whole answers on invented laws and reports: what is cited, what is said, what is refused."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kb.assist.answer import AnswerEngine, Rules
from kb.assist.answer.asked_value import NOT_SAID
from kb.assist.answer.quote import stands
from kb.assist.answer.rules import Conflict, Limits, Tip
from kb.assist.answer.select import Bars
from kb.assist.chain import ChatModel
from kb.base.address import Address, ArticleNo
from kb.base.records import Answer
from kb.search.embed import load_encoder
from kb.search.index import Generation
from kb.search.index.build import Inputs, build
from kb.search.retrieve import Retriever, Scope
from tests.fakes.openai_server import OpenAIServer
from tests.samples import write_corpus

STATUTE = """# 示例吊钩法

2022年3月1日示例国人民代表大会常务委员会第一次会议通过

<!-- INFO END -->

## 第一章 总则

第一条 为了示例，制定本法。

第二条 使用吊钩的单位应当每天检查吊钩，把检查结果写在吊钩旁边的木牌上。

## 第二章 法律责任

第三条 违反本法第二条规定，没有检查吊钩的，处八千元以上九千元以下的罚款；情节严重的，吊销吊钩使用证。

第四条 轻微的，可以不予处罚；作决定时规定已经修改的，适用较轻的规定。

第五条 拟吊销吊钩使用证的，应当告知当事人有要求听证的权利。

## 第三章 附则

第六条 本法自2022年5月1日起施行。
"""
WORKSHOP = "示例车间安全条例"
RULES = Rules(
    tips=(
        Tip("waiver", "waiver", Address("示例吊钩法", ArticleNo(4)), "轻微的可以不予处罚", asked=("不罚", "轻微")),
        Tip(
            "hearing",
            "procedure",
            Address("示例吊钩法", ArticleNo(5)),
            "拟作{named}的，应当告知听证权利",
            asked=("听证",),
            measures=("吊销",),
            either=True,
        ),
        Tip("changed", "procedure", Address("示例吊钩法", ArticleNo(4)), "从旧兼从轻", when="changed"),
    ),
    conflicts=(
        Conflict(
            "没有检查吊钩",
            (Address("示例吊钩法", ArticleNo(3)),),
            (Address(WORKSHOP, ArticleNo(4)),),
            "法律高于条例",
        ),
    ),
    limits=Limits(200, 3000, 50000),
)
STRICT = Bars(accept=0.95, relative=0.99, tied=0.99)  # three laws: fusion puts nearly everything first
TODAY = date(2025, 1, 1)


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """LangChain's import counts among the first request's seconds; it is not what is tested here."""
    importlib.import_module("langchain_openai")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """An index of invented laws, one in two versions, and a report."""
    folder = tmp_path_factory.mktemp("world")
    corpus = write_corpus(folder / "corpus")
    (corpus / "laws" / "示例吊钩法(2022-03-01).md").write_text(STATUTE, "utf-8")
    build(Inputs((corpus,)), folder / "index", load_encoder(None))
    return Generation.open(folder / "index")


Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def ask(world: Generation) -> Ask:
    """Asks an engine without a ranker and without a model; keywords ``rules``, ``history``, ``day``, ``chat``."""
    retriever = Retriever(world, load_encoder(None))

    def ask(
        question: str,
        *,
        rules: Rules | None = None,
        history: tuple[str, ...] = (),
        day: date = TODAY,
        chat: ChatModel | None = None,
        kind: str = "all",
        bars: Bars = STRICT,
    ) -> Answer:
        engine = AnswerEngine(world, retriever, rules=rules or Rules(), bars=bars, today=TODAY, chat=chat)
        return engine.answer(question, scope=Scope(day, kind), history=history)

    return ask


def cited(answer: Answer) -> dict[str, str]:
    """Address → role."""
    return {c.address: c.role for c in answer.citations}


def assert_whole(answer: Answer, world: Generation) -> None:
    """Every [n] is a citation, every quotation stands in its passage, the text fits a phone."""
    marks = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert marks <= {c.n for c in answer.citations}
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len(answer.text) <= 600
    for c in answer.citations:
        assert stands(c.quote, world.passage(c.passage).text), c.address
        assert c.status in ("verified", "superseded")


def test_a_breach_is_answered_with_duty_penalty_and_range(ask: Ask, world: Generation) -> None:
    answer = ask("示例车间安全条例里，吊钩没有检查，违反哪条，罚多少")
    assert cited(answer)[f"《{WORKSHOP}》第二条第一款"] == "violation"
    assert cited(answer)[f"《{WORKSHOP}》第四条"] == "penalty"
    assert "三千元以上五千元以下" in answer.text
    assert "逾期未改正：责令停产停业整顿" in answer.text
    assert answer.text.startswith("结论：涉嫌违反")
    assert_whole(answer, world)


def test_a_breach_that_nothing_ties_to_the_first_is_told_as_a_possible_one(ask: Ask, world: Generation) -> None:
    answer = ask("吊钩没有检查，罚多少", bars=Bars())
    first, beside = answer.text.splitlines()[:2]
    assert first.startswith("结论：涉嫌违反")
    assert beside.startswith("另可能")
    assert beside.endswith("请核对行为是否相符。")
    penalties = [c for c in answer.citations if c.role == "penalty"]
    assert len(penalties) == 2
    assert sum(f"[{c.n}]" in first for c in penalties) == 1
    assert_whole(answer, world)


def test_the_condition_that_the_question_tells_leads(ask: Ask) -> None:
    answer = ask("示例车间安全条例里，吊钩没有检查，逾期不改怎么罚")
    assert "逾期未改正的，责令停产停业整顿" in answer.text.splitlines()[0]


def test_an_item_is_addressed_where_one_is_meant(ask: Ask, world: Generation) -> None:
    answer = ask("通道宽度不足二米，示例车间安全条例怎么处罚")
    assert any(a.startswith(f"《{WORKSHOP}》第五条") for a in cited(answer))
    assert "五百元以上一千元以下" in answer.text
    assert_whole(answer, world)


def test_a_named_article_is_shown_whatever_ranks_first(ask: Ask) -> None:
    answer = ask("示例厨房安全条例第二条")
    assert list(cited(answer)) == ["《示例厨房安全条例》第二条"]


@pytest.mark.parametrize("before", ["", "按照", "新", "现行的", "我国", "厨房着火 "])
def test_what_leads_to_a_name_is_no_part_of_it(ask: Ask, before: str) -> None:
    answer = ask(f"{before}示例厨房安全条例第二条怎么规定")
    assert next(iter(cited(answer))) == "《示例厨房安全条例》第二条"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("示例厨房安全条例第九十九条罚多少", "没有第九十九条"),
        ("《示例阁楼安全法》怎么罚", "没有找到《示例阁楼安全法》"),
        ("示例厨房安全条例九十九条", "没有第九十九条"),
        ("示例阁楼条例六十八条", "没有找到名为“示例阁楼条例”"),
        ("示例吊钩法规定的“木牌积分”怎么扣", "全文没有“木牌积分”"),
        ("GB 99999对吊钩怎么规定", "库中没有标准 GB 99999"),
        ("吊钩几年换一次，住建部的规范第几条", "库中没有标准、规范的文本"),
        ("飞行示例厨房安全条例什么时候施行", "没有找到名为“飞行示例厨房安全条例”"),
        ("飞行示例厨房安全条例第二条怎么规定", "如指“示例厨房安全条例”"),
        ("日本的吊钩法怎么规定", "境外"),
        ("意大利对吊钩的距离是多少", "境外"),
        ("给我讲个笑话", "不是法律法规"),
        ("帮我查一下红星吊钩厂的备案号", "具体单位"),
        ("示例厨房安全条例里的“排风扇积分”扣完了怎么办", "全文没有“排风扇积分”"),
        ("这个罚多少", "没有说清是什么事"),
        ("好的，知道了", "没有看到问题"),
        ("2031年修订的示例吊钩法怎么罚", "库中没有2031年的文本"),
        ("帮我写个假的吊钩检查记录", "弄虚作假"),
        ("98765是什么电话，吊钩坏了打吗", "没有找到写有“98765”"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_reason(ask: Ask, question: str, reason: str) -> None:
    answer = ask(question)
    assert answer.refused
    assert answer.citations == ()
    assert answer.refusal_reason is not None
    assert reason in answer.refusal_reason
    assert answer.text == answer.refusal_reason


def test_what_takes_note_is_refused_in_a_conversation_too(ask: Ask) -> None:
    answer = ask("谢谢，明白了", history=("示例车间安全条例里，吊钩没有检查怎么罚",))
    assert answer.refused
    assert not ask("罚多少", history=("示例车间安全条例里，吊钩没有检查怎么罚",)).refused


def test_a_measure_that_no_text_states_is_said_to_be_missing(ask: Ask) -> None:
    assert NOT_SAID in ask("示例吊钩法里，检查吊钩时离地不能超过多少厘米").warnings
    assert NOT_SAID not in ask("示例车间安全条例里，通道宽度不能少于几米").warnings


def test_a_mechanism_the_law_does_know_is_answered(ask: Ask) -> None:
    assert not ask("示例厨房安全条例里的“绿色排风扇”是怎么规定的").refused


def test_the_governing_text_leads_and_the_other_is_a_conflict(ask: Ask, world: Generation) -> None:
    answer = ask("示例车间安全条例里，吊钩没有检查罚多少", rules=RULES)
    roles = cited(answer)
    assert roles["《示例吊钩法》第三条"] == "penalty"
    assert roles[f"《{WORKSHOP}》第四条"] == "conflict"
    assert "规定不一致" in answer.text
    assert "法律高于条例" in answer.text
    assert "八千元以上九千元以下" in answer.text.splitlines()[0]
    assert_whole(answer, world)


def test_a_comparison_shows_both_sides_as_they_are(ask: Ask) -> None:
    answer = ask("没有检查吊钩，示例吊钩法和示例车间安全条例各罚多少", rules=RULES)
    roles = cited(answer)
    assert roles["《示例吊钩法》第三条"] == "penalty"
    assert roles[f"《{WORKSHOP}》第四条"] == "penalty"


def test_procedure_follows_from_the_measures_and_waiver_from_the_words(ask: Ask) -> None:
    answer = ask("示例吊钩法里，没有检查吊钩怎么罚，能不能先不罚", rules=RULES)
    roles = cited(answer)
    assert roles["《示例吊钩法》第五条"] == "procedure"
    assert roles["《示例吊钩法》第四条"] == "waiver"
    assert "拟作吊销" in answer.text
    plain = ask("示例车间安全条例第五条", rules=RULES)
    assert set(cited(plain).values()) == {"penalty"}


def test_a_law_that_changed_is_shown_in_both_texts(ask: Ask) -> None:
    answer = ask("示例车间安全条例里，没有检查吊钩罚多少", rules=RULES, day=date(2015, 1, 1))
    versions = {c.version for c in answer.citations if c.title == WORKSHOP}
    assert versions == {"2010-03-01", "2020-05-06"}
    assert "此后已修改" in answer.text
    assert "从旧兼从轻" in answer.text
    assert "三百元以上五百元以下" in answer.text
    assert ask("示例车间安全条例里，没有检查吊钩罚多少").text.count("此后已修改") == 0


def test_a_follow_up_keeps_its_subject(ask: Ask) -> None:
    history = ("示例车间安全条例里，吊钩没有检查，违反哪条？",)
    answer = ask("那罚多少", history=history)
    assert list(cited(answer).values()) == ["penalty"]
    assert f"《{WORKSHOP}》第四条" in cited(answer)
    still = ask("那逾期不改呢", history=("示例车间安全条例里，吊钩没有检查怎么罚",))
    assert "逾期未改正的，责令停产停业整顿" in still.text.splitlines()[0]


HOOKS = "示例吊钩法第三条罚多少"
INHERITED = [
    ((HOOKS,), "那第二条呢", "《示例吊钩法》第二条"),
    ((HOOKS, "为什么"), "第四条怎么说", "《示例吊钩法》第四条"),
    (("示例吊钩法里没有检查怎么罚",), "第二条呢", "《示例吊钩法》第二条"),
    (("示例吊钩法第三条",), "第一款呢", "《示例吊钩法》第三条"),
    ((), "示例吊钩法3", "《示例吊钩法》第三条"),
]


@pytest.mark.parametrize(("history", "question", "address"), INHERITED)
def test_an_article_alone_is_of_the_law_named_before(
    ask: Ask, history: tuple[str, ...], question: str, address: str
) -> None:
    assert any(found.startswith(address) for found in cited(ask(question, history=history)))


ASTRAY = [
    ((HOOKS,), "第九十条呢", "没有第九十条"),
    (("吊钩坏了怎么办",), "第三条呢", "没有写明是哪部法规"),
]


@pytest.mark.parametrize(("history", "question", "reason"), ASTRAY)
def test_an_article_that_leads_nowhere_is_refused(
    ask: Ask, history: tuple[str, ...], question: str, reason: str
) -> None:
    answer = ask(question, history=history)
    assert answer.refused
    assert reason in str(answer.refusal_reason)


@pytest.mark.parametrize("question", ["示例吊钩法什么时候施行的", "最新示例吊钩法哪年生效", "示例吊钩法的施行时间"])
def test_when_a_law_came_into_force(ask: Ask, world: Generation, question: str) -> None:
    answer = ask(question)
    assert list(cited(answer)) == ["《示例吊钩法》第六条"]
    assert "本法自2022年5月1日起施行" in answer.text
    assert "是2022-03-01的文本" in answer.text
    assert_whole(answer, world)


def test_what_a_law_wants_done_at_some_time_is_another_question(ask: Ask) -> None:
    assert "《示例吊钩法》第六条" not in cited(ask("示例吊钩法规定每天检查什么时候实施"))


def test_procedure_that_every_penalty_has_comes_from_general_law(ask: Ask) -> None:
    line = "拟吊销的，可以要求听证"
    tip = Tip("appeal", "procedure", Address("示例吊钩法", ArticleNo(5)), line, asked=("罚款不服",), general=True)
    rules = Rules(tips=(tip,), general=("示例吊钩法",))
    answer = ask("对罚款不服要找谁", rules=rules)
    assert answer.text.startswith(f"结论：{line}")
    assert {c.title for c in answer.citations} == {"示例吊钩法"}
    assert ask("对罚款5000元的决定，罚款不服要找谁", rules=rules).text.startswith(f"结论：{line}")
    assert {c.title for c in ask("对罚款不服要找谁，按示例车间安全条例", rules=rules).citations} != {"示例吊钩法"}


def test_a_report_answers_with_the_sentence_that_holds_the_figure(ask: Ask, world: Generation) -> None:
    answer = ask("示例镇2023年检查了多少家风车作坊")
    assert [c.role for c in answer.citations] == ["report"]
    assert "37家次" in answer.citations[0].quote
    assert answer.citations[0].article is None
    assert_whole(answer, world)


@pytest.mark.parametrize("question", ["示例镇2021年检查了多少家风车作坊", "别处镇2023年检查了多少家风车作坊"])
def test_another_year_or_place_is_never_taken_for_it(ask: Ask, question: str) -> None:
    answer = ask(question, kind="report")
    assert answer.refused
    assert "库中没有" in str(answer.refusal_reason)


def test_which_provision_is_never_asked_of_a_report(ask: Ask) -> None:
    answer = ask("示例镇2023年检查了多少家风车作坊，违反哪条")
    assert "report" not in cited(answer).values()


# ---- with a chat model ----------------------------------------------------------------------------

BREACH = "示例车间安全条例里，吊钩没有检查，违反哪条，罚多少"
Make = Callable[..., ChatModel]


def test_a_model_says_it_from_the_same_sources(ask: Ask, openai_server: OpenAIServer, chat: Make) -> None:
    answer = ask(BREACH, chat=chat())
    assert any("由模型 test-model" in w for w in answer.warnings)
    assert "核验未通过" not in answer.text
    assert {c.status for c in answer.citations} == {"verified"}
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)} == {c.n for c in answer.citations}


def test_a_wrong_amount_is_marked_after_one_repair(ask: Ask, openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["wrong_amount"]
    answer = ask(BREACH, chat=chat())
    assert len(openai_server.requests) == 2
    assert "【核验未通过】" in answer.text
    assert any("没有通过核验" in w for w in answer.warnings)
    assert "unsupported" in {c.status for c in answer.citations}


def test_a_repair_that_helps_is_taken(ask: Ask, openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["wrong_amount", "good"]
    answer = ask(BREACH, chat=chat())
    assert "核验未通过" not in answer.text


def test_when_the_model_fails_the_answer_without_it_stands_in(
    ask: Ask, openai_server: OpenAIServer, chat: Make
) -> None:
    openai_server.script = ["error_500"]
    answer = ask(BREACH, chat=chat(retries=0))
    assert answer.text == ask(BREACH).text
    assert any("不用模型的回答" in w for w in answer.warnings)


def test_a_refusal_needs_no_model(ask: Ask, openai_server: OpenAIServer, chat: Make) -> None:
    assert ask("给我讲个笑话", chat=chat()).refused
    assert openai_server.requests == []


def test_bundled_rules_are_read(root: Path) -> None:
    from kb.assist.answer import load_rules

    rules = load_rules(root / "corpus")
    assert len(rules.tips) >= 10
    assert len({t.id for t in rules.tips}) == len(rules.tips)
    assert {a.title for c in rules.conflicts for a in c.yields} == {
        "生产安全事故报告和调查处理条例",
        "特种设备安全监察条例",
    }
