"""Texts that are no longer in force, and laws above the one cited: who leads and what is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb.assist.answer import AnswerEngine
from kb.base.records import Answer
from kb.search.embed import load_encoder
from kb.search.index import Generation
from kb.search.index.build import Inputs, build
from kb.search.retrieve import Retriever, Scope

OLD = """# 示例磨坊条例

2010年3月1日示例国务院公布

<!-- INFO END -->

第一条 为了磨坊，制定本条例。

第二条 磨坊应当每天清扫面粉，清扫时停下转轴。

第三条 违反本条例第二条规定，没有清扫面粉的，处三百元以上五百元以下的罚款。
"""
NEW = (
    OLD.replace("示例磨坊条例", "示例粮食作坊条例").replace("2010年3月1日", "2020年3月1日").replace("三百元", "四百元")
)
FACTS = """
[[instrument]]
key = "示例磨坊条例"
rank = "行政法规"
versions = [
  { version = "2010-03-01" },
  { version = "2018-03-01", effective = "2018-06-01" },
]

[[instrument]]
key = "示例粮食法"
rank = "法律"
missing = true
above = ["示例粮食作坊条例"]
matters = ["转轴"]
versions = [{ version = "2023-03-01", effective = "2023-06-01" }]
"""


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder: Path = tmp_path_factory.mktemp("mills")
    laws = folder / "corpus" / "laws"
    laws.mkdir(parents=True)
    (laws / "示例磨坊条例(2010-03-01).md").write_text(OLD, "utf-8")
    (laws / "示例粮食作坊条例(2020-03-01).md").write_text(NEW, "utf-8")
    (folder / "catalogue.toml").write_text(FACTS, "utf-8")
    build(Inputs((folder / "corpus",), (), folder / "catalogue.toml"), folder / "index", load_encoder(None))
    return Generation.open(folder / "index")


def asked(generation: Generation, question: str, day: date) -> Answer:
    engine = AnswerEngine(generation, Retriever(generation, load_encoder(None)), today=day)
    return engine.answer(question, scope=Scope(day))


LATER = date(2025, 1, 1)


def test_a_text_in_force_leads_before_one_that_is_not(generation: Generation) -> None:
    answer = asked(generation, "磨坊没有清扫面粉，罚多少", LATER)
    assert "四百元以上五百元以下" in answer.text.splitlines()[0]
    assert "三百元" not in answer.text.splitlines()[0]


def test_a_text_no_longer_in_force_is_said_to_be_so_where_it_is_named(generation: Generation) -> None:
    answer = asked(generation, "示例磨坊条例里没有清扫面粉罚多少", LATER)
    assert {c.status for c in answer.citations if c.title == "示例磨坊条例"} == {"superseded"}
    assert "已不再有效" in answer.text.splitlines()[0]
    assert any("已知2018-03-01版" in w for w in answer.warnings)


ABSENT = [
    ("示例粮食作坊条例里转轴没停罚多少", LATER, True),
    ("示例粮食作坊条例里没有清扫罚多少", LATER, False),
    ("示例粮食作坊条例里转轴没停罚多少", date(2023, 5, 31), False),
]


@pytest.mark.parametrize(("question", "day", "told"), ABSENT)
def test_a_text_that_rules_the_matter_and_is_not_held_is_named(
    generation: Generation, question: str, day: date, told: bool
) -> None:
    answer = asked(generation, question, day)
    assert any("《示例粮食法》（2023-06-01起施行）也管这件事" in w for w in answer.warnings) is told


RULED_ELSEWHERE = [
    ("转轴几年检查一次", "not_held"),  # the text that rules it is known; what is held tells no such value
    ("转轴没停罚多少", None),  # a sanction is asked: what is held still speaks
]


@pytest.mark.parametrize(("question", "reason"), RULED_ELSEWHERE)
def test_a_value_that_a_text_not_held_sets_is_refused(
    generation: Generation, question: str, reason: str | None
) -> None:
    answer = asked(generation, f"示例粮食作坊条例里，{question}", LATER)
    assert answer.refused is (reason is not None)
    if reason:
        assert "《示例粮食法》，库中没有" in answer.text


ABOVE = [(date(2023, 5, 31), False), (date(2023, 6, 1), True)]


@pytest.mark.parametrize(("day", "told"), ABOVE)
def test_a_higher_law_that_is_not_held_is_named_once_in_force(generation: Generation, day: date, told: bool) -> None:
    answer = asked(generation, "示例粮食作坊条例里没有清扫面粉罚多少", day)
    assert any("《示例粮食法》自2023-06-01起施行，效力高于" in w for w in answer.warnings) is told
