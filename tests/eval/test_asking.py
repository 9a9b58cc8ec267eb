"""A row that fails is wrong, whatever made it fail, and never leaves the means."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.run.asking import EVERYTHING, ask_all
from eval.run.context import Context
from eval.run.outcome import METRICS, TaskRun
from kb.base.address import ArticleNo
from kb.base.records import Answer, Citation, Hit, InputError, Passage

ARTICLE = Passage("law", "示例条例", "处五百元罚款。", "示例条例.md", article=ArticleNo(3))
GOLD = [{"law": "示例条例", "article": "第三条", "role": "penalty"}]


def question(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "lookup", "question": name, "gold": GOLD, "answer_points": ["处500元罚款"], **more}


class Base:
    """Answers every question right, but raises where the question names an error."""

    settings = SimpleNamespace(place="上海市", llm_model=None)
    generation = SimpleNamespace(
        article=lambda title, number, version: ARTICLE if number == ArticleNo(3) else None,
        in_force=lambda title, day: None,
        documents=tuple,
    )

    def search(self, text: str, **options: Any) -> None:
        """Warming up."""

    def ask(self, text: str, *, history: tuple[str, ...], as_of: date) -> Answer:
        if text == "KbError":
            raise InputError("不行")
        if text == "crash":
            raise ZeroDivisionError("boom")
        cited = Citation(
            1,
            "law",
            "示例条例",
            "《示例条例》第三条",
            "penalty",
            ARTICLE.text,
            "verified",
            ARTICLE.source,
            article="第三条",
        )
        hits = (Hit(1, ARTICLE, 1.0, ("lexical",)),)
        return Answer(text, as_of, "g", "处五百元罚款[1]。", (cited,), hits)


def outcomes(tmp_path: Path, *rows: Any, **context: Any) -> dict[str, Any]:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), "utf-8")
    return {o.id: o for o in ask_all(Context(Base(), **context), [path])}


def test_a_right_answer_is_right_in_everything(tmp_path: Path) -> None:
    good = outcomes(tmp_path, question("good"))["good"]
    assert all(v == (1.0 if METRICS[m].higher else 0.0) for m, v in good.metrics.items())
    assert not good.error


@pytest.mark.parametrize("name", ["KbError", "crash"])
def test_an_answer_that_raises_is_wrong_and_the_run_goes_on(tmp_path: Path, name: str) -> None:
    found = outcomes(tmp_path, question(name), question("good"))
    assert found[name].error
    assert all(v == METRICS[m].worst for m, v in found[name].metrics.items())
    assert set(found[name].metrics) >= {"recall@5", "cite_recall", "points", "numbers", "refusal_undue"}
    assert found["good"].metrics["cite_recall"] == 1.0


@pytest.mark.parametrize("line", ["{broken", '{"id": "x"}', json.dumps({"id": "x", "question": "q", "gold": [{}]})])
def test_a_question_row_broken_on_purpose_is_counted_wrong(tmp_path: Path, line: str) -> None:
    found = outcomes(tmp_path, question("good"), line)
    run = TaskRun("law", "法律", "cite_recall", list(found.values())).to_json()
    assert run["n"] == 2
    assert run["errors"] == 1
    for metric in EVERYTHING:
        figure = run["figures"][metric]
        assert figure["n"] >= 1
        assert found["set.jsonl#2"].metrics[metric] == METRICS[metric].worst
    assert run["figures"]["recall@5"]["mean"] == run["figures"]["cite_recall"]["mean"] == 0.5


def test_an_unanswerable_question_that_crashes_was_not_refused(tmp_path: Path) -> None:
    found = outcomes(tmp_path, question("crash", gold=[], answer_points=[]))
    assert found["crash"].metrics == {"refusal_due": 0.0}


def test_a_missing_answer_is_wrong(tmp_path: Path) -> None:
    given = {"there": Base().ask("there", history=(), as_of=date(2025, 1, 1)).to_json()}
    found = outcomes(tmp_path, question("there"), question("away"), answers=given)
    assert found["there"].metrics["cite_recall"] == 1.0
    assert found["away"].error == "没有回答"
    assert found["away"].metrics["cite_recall"] == found["away"].metrics["recall@5"] == 0.0


def test_a_malformed_answer_is_wrong(tmp_path: Path) -> None:
    found = outcomes(tmp_path, question("there"), answers={"there": {"refused": False, "hits": [], "text": "好"}})
    assert "格式" in found["there"].error
    assert found["there"].metrics["cite_recall"] == 0.0


def test_laws_with_and_without_known_questions_stand_apart(tmp_path: Path) -> None:
    found = outcomes(tmp_path, question("a", known=True), question("crash", known=False))
    groups = TaskRun("law", "法律", "cite_recall", list(found.values())).to_json()["by_group"]
    assert {k: v["figures"]["cite_recall"] for k, v in groups.items()} == {
        "有已知问题的法": 1.0,
        "没有已知问题的法": 0.0,
    }
