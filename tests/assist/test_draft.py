"""Drafts over three invented reports: precedents, facts, gaps, leaks, provenance, edits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kb.assist.draft import Draft, Drafter, Fact, Precedent
from kb.assist.draft.checks import known_words, leaks, missing_facts
from kb.assist.draft.outline import CHAPTERS, outline
from kb.assist.draft.patterns import Lifter, patterns
from kb.base.records import InputError
from tests.fakes.drafting import PairEncoder, reports

ORG, YEAR = "样板市甲山区应急管理局", 2025
CHECKS = ("检查企业860家次，发现隐患1900项，整改率98.1%", "扫码率96.0%")


@pytest.fixture(scope="module")
def drafter() -> Drafter:
    return Drafter(reports(), PairEncoder(), place="样板市")


def write(drafter: Drafter, section: str, facts: Sequence[str], org: str = ORG) -> Draft:
    return drafter.draft(drafter.task(section, org, YEAR, [Fact(f) for f in facts]))


def body(draft: Draft) -> str:
    return "\n".join(p.text for p in draft.paragraphs)


@pytest.mark.parametrize(
    ("org", "expected"),
    [
        (ORG, {"own.txt": "own", "city.txt": "above", "peer.txt": "peer"}),
        ("样板市应急管理局", {"own.txt": "peer", "city.txt": "own", "peer.txt": "peer"}),
        ("甲山区应急管理局", {"own.txt": "own", "city.txt": "above", "peer.txt": "peer"}),
        ("别处市丙原区应急管理局", {"own.txt": "other", "city.txt": "other", "peer.txt": "other"}),
    ],
)
def test_whose_report_a_precedent_is(drafter: Drafter, org: str, expected: dict[str, str]) -> None:
    task = drafter.task("规范涉企检查", org, YEAR)
    assert {r.source: drafter.shelf.closeness(n, task) for n, r in enumerate(drafter.shelf.reports)} == expected


def test_the_own_section_comes_first(drafter: Drafter) -> None:
    found = drafter.precedents(drafter.task("规范涉企检查", ORG, YEAR, [Fact(f) for f in CHECKS]))
    assert found[0].report.source == "own.txt"
    assert "检查企业900家次" in found[0].passage.text
    assert found[1].report.source == "city.txt"


@pytest.mark.parametrize("year", [2023, 2024])
def test_neither_later_reports_nor_the_one_being_written_are_precedents(drafter: Drafter, year: int) -> None:
    found = drafter.precedents(drafter.task("规范涉企检查", ORG, year))
    assert "own.txt" not in {p.report.source for p in found}
    assert all((p.report.year or 0) <= year for p in found)


def test_the_same_words_count_once() -> None:
    doubled = [*reports(), *reports()]
    found = Drafter(doubled, PairEncoder()).precedents(Drafter(doubled, PairEncoder()).task("行刑衔接", ORG, YEAR))
    texts = [p.passage.text for p in found]
    assert len(texts) == len(set(texts))


def test_facts_stand_unaltered_in_the_manner_of_the_own_report(drafter: Drafter) -> None:
    draft = write(drafter, "规范涉企检查", CHECKS)
    assert not missing_facts(body(draft), draft.task.facts)
    assert "严格落实检查计划，检查企业860家次，发现隐患1900项，整改率98.1%，切实提升检查质效。" in body(draft)
    assert not draft.unused


def test_no_figure_name_or_person_of_a_precedent_passes(drafter: Drafter) -> None:
    draft = write(drafter, "优化许可服务", ["核发许可证131件"])
    for foreign in ("120件", "8个工作日", "张大民", "办事指南", "900家次", "2024"):
        assert foreign not in body(draft)
    assert "通过压缩时限、简化材料，核发许可证131件" in body(draft)


def test_what_no_fact_tells_is_asked_for(drafter: Drafter) -> None:
    draft = write(drafter, "规范涉企检查", CHECKS[:1])
    assert "【待填：扫码率】" in draft.placeholders
    draft = write(drafter, "规范涉企检查", CHECKS[1:])
    assert {"【待填：检查企业家次】", "【待填：发现隐患项】", "【待填：隐患整改率】"} <= set(draft.placeholders)


def test_every_sentence_has_its_origin(drafter: Drafter) -> None:
    draft = write(drafter, "规范涉企检查", [*CHECKS, "聘请翻译2名"])
    sentences = [s for p in draft.paragraphs for s in p.sentences]
    assert all(s.facts or s.origins for s in sentences)
    assert {i for s in sentences for i in s.facts} == {0, 1, 2}
    told = draft.to_json()
    assert told["paragraphs"][0]["precedents"][0]["source"] == "own.txt"
    assert told["precedents"][0]["score"] >= told["precedents"][-1]["score"]
    assert set(told) == {"section", "text", "paragraphs", "precedents", "unused_facts", "placeholders", "warnings"}


def test_last_years_figure_stands_only_in_a_note_with_its_working(drafter: Drafter) -> None:
    draft = write(drafter, "规范涉企检查", CHECKS)
    notes = [n for p in draft.paragraphs for n in p.notes]
    assert any("2024年900家次，本年860家次，减少40家次，下降4.4%" in n for n in notes)
    assert "900家次" not in draft.text
    assert "下降4.4%" not in draft.text


def test_borrowed_words_are_told(drafter: Drafter) -> None:
    draft = write(drafter, "强化行刑衔接", ["移送涉嫌犯罪案件4起"], org="样板市丙原区应急管理局")
    assert body(draft) == "移送涉嫌犯罪案件4起，形成执法合力。"
    assert [n for p in draft.paragraphs for n in p.notes] == [
        "“形成执法合力”沿用样板市应急管理局关于2024年度法治政府建设情况的报告的表述，请核实今年是否如此"
    ]
    assert any("请逐处核实" in w for w in draft.warnings)
    assert any("没有样板市丙原区应急管理局以往的这一节" in w for w in draft.warnings)


def test_without_reports_the_facts_alone_make_the_draft() -> None:
    draft = write(Drafter([], PairEncoder()), "规范涉企检查", CHECKS)
    assert body(draft) == "检查企业860家次，发现隐患1900项，整改率98.1%。扫码率96.0%。"
    assert any("没有可参照的报告" in w for w in draft.warnings)


def test_neither_facts_nor_reports_is_an_error() -> None:
    with pytest.raises(InputError, match="--facts"):
        write(Drafter([], PairEncoder()), "规范涉企检查", [])


@pytest.mark.parametrize(
    ("section", "org", "year", "match"),
    [
        ("", ORG, 2025, "--section"),
        ("检查", " ", 2025, "--org"),
        ("检查", ORG, 25, "--year"),
        ("【待填】", ORG, 2025, "【】"),
    ],
)
def test_a_task_that_cannot_be(drafter: Drafter, section: str, org: str, year: int, match: str) -> None:
    with pytest.raises(InputError, match=match):
        drafter.task(section, org, year)


@pytest.mark.parametrize(
    ("edited", "kinds"),
    [
        ("检查企业860家次，发现隐患1900项，整改率98.1%。扫码率96.0%。", set()),
        ("检查企业861家次，发现隐患1900项，整改率98.1%。扫码率96.0%。", {"fact", "figure"}),
        ("检查企业860家次，发现隐患1900项，整改率98.1%。扫码率96.0%。移送9起。", {"figure"}),
        ("检查企业860家次，发现隐患1900项，整改率98.1%。扫码率96.0%。印发《乙水区规定》。", {"name"}),
        ("检查企业860家次，发现隐患1900项，整改率98.1%。扫码率96.0%。到乙水学习。", {"name"}),
        ("检查企业860家次，发现隐患1900项，整改率98.1%。扫码率96.0%。严格检查,提高质效。", {"style"}),
        ("检查企业860家次，发现隐患1900项，整改率98.1%。扫码率96.0%。我们严格检查。", {"style"}),
    ],
)
def test_an_edited_text_is_checked_again(drafter: Drafter, edited: str, kinds: set[str]) -> None:
    task = drafter.task("规范涉企检查", ORG, YEAR, [Fact(f) for f in CHECKS])
    assert {f.kind for f in drafter.examine(edited, task)} == kinds


def test_a_paragraph_is_written_again_without_a_precedent(drafter: Drafter) -> None:
    draft = write(drafter, "规范涉企检查", CHECKS)
    address = draft.paragraphs[0].origins[0].precedent.passage.address
    again = drafter.rewrite(draft, 0, without=[address])
    assert not missing_facts(body(again), draft.task.facts)
    assert address not in {o.precedent.passage.address for o in again.paragraphs[0].origins}
    with pytest.raises(InputError, match="没有第 9 段"):
        drafter.rewrite(draft, 8, without=[])


def test_leaks_are_read_by_value_and_gaps_are_none(drafter: Drafter) -> None:
    task = drafter.task("许可", ORG, YEAR, [Fact("核发许可证50000件")])
    lifter = Lifter(drafter.shelf.reports, known_words(task))
    assert leaks("核发许可证5万件，【待填：平均用时9个工作日】。", task, lifter) == []
    assert [f.text for f in leaks("核发许可证6万件。", task, lifter)] == ["6万件"]


def test_patterns_name_what_their_figures_count(drafter: Drafter) -> None:
    own: Precedent = drafter.precedents(drafter.task("规范涉企检查", ORG, YEAR))[0]
    first = patterns(own)[0]
    assert [(s.name, s.unit) for s in first.slots] == [
        ("检查企业家次", "家次"),
        ("发现隐患项", "项"),
        ("隐患整改率", "%"),
    ]
    assert first.clauses[0].text == "严格落实检查计划"


def test_a_whole_report_has_its_chapters_and_every_fact(drafter: Drafter) -> None:
    facts = [Fact(CHECKS[0], "规范涉企检查"), Fact("核发许可证131件"), Fact("主持研究法治工作6次", "主要负责人履职")]
    chapters, left = outline(drafter, ORG, YEAR, facts)
    assert tuple(c.heading for c in chapters) == CHAPTERS
    assert [p.heading for p in chapters[0].parts] == ["规范涉企检查", "优化许可服务"]
    drafts = [d for c in chapters for d in (c.draft, *(p.draft for p in c.parts)) if d is not None]
    whole = "\n".join(d.text for d in drafts) + "".join(f.text for f in left)
    assert not missing_facts(whole, facts)


class Chat:
    """Answers with a text in which 事实1 … stand for the facts' keys, as the prompt gives them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked = ""

    def complete(self, task: str) -> str:
        self.asked = task
        keys = [line[1:5] for line in task.split("\n") if line.startswith("[S")]
        return self.text.replace("#1", keys[0]).replace("#2", keys[1])


def test_a_model_never_sees_a_precedents_figures_and_its_inventions_are_dropped() -> None:
    chat = Chat("严格检查，检查企业860家次，发现隐患1900项，整改率98.1%[#1]。另查企业777家次[#1]。扫码率96.0%[#2]。")
    draft = write(Drafter(reports(), PairEncoder(), chat=chat), "规范涉企检查", CHECKS)
    assert "900家次" not in chat.asked
    assert "97.5%" not in chat.asked
    assert "777" not in draft.text
    assert any("777" in w for w in draft.warnings)
    assert "严格检查，检查企业860家次" in draft.text
    assert not missing_facts(body(draft), draft.task.facts)


def test_a_fact_that_the_model_forgot_keeps_its_assembled_sentence() -> None:
    chat = Chat("严格检查，扫码率96.0%[#2]。")
    draft = write(Drafter(reports(), PairEncoder(), chat=chat), "规范涉企检查", CHECKS)
    assert not missing_facts(body(draft), draft.task.facts)
