"""``kb eval`` from end to end over the bundled corpus: questions, results, gates, exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from kb.app import KnowledgeBase
from kb.cli import main

LEAST = {"recall@5": 0.85, "cite_recall": 0.75, "quote_exact": 1.0}
"""Floors of the bundled set, well under what was measured (recall@5 .965, citation recall .958 of 71 questions)."""


@pytest.fixture
def kb_eval(bundled_base: KnowledgeBase, tmp_path: Path) -> Any:
    def run(*arguments: str) -> int:
        index = str(bundled_base.settings.index)
        return main(["eval", *arguments, "--index", index, "--out", str(tmp_path / "results")])

    return run


def kept(tmp_path: Path) -> dict[str, Any]:
    [path] = (tmp_path / "results").glob("*.json")
    return dict(json.loads(path.read_text("utf-8")))


def test_the_bundled_set(kb_eval: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    floors = [f for name, value in LEAST.items() for f in ("--fail-under", f"{name}={value}")]
    assert kb_eval("bundled", *floors) == 0, capsys.readouterr().out
    task = kept(tmp_path)["tasks"]["bundled"]
    assert task["errors"] == 0
    assert task["n"] >= 60
    [page] = (tmp_path / "results").glob("*.html")
    assert "随附要点问答" in page.read_text("utf-8")


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


GOOD = json.dumps(
    {"id": "own1", "question": "安全生产法第二十八条说什么", "gold": [{"law": "安全生产法", "article": "第二十八条"}]},
    ensure_ascii=False,
)


def test_own_questions_with_a_broken_row(kb_eval: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = write(tmp_path / "ours.jsonl", GOOD, '{"id": "own2", "question": ')
    assert kb_eval("--questions", str(own), "--fail-under", "ours.recall@5=0.9") == 1
    shown = capsys.readouterr()
    assert "第 2 行" in shown.err
    assert "未达标：ours.recall@5 0.500" in shown.out
    task = kept(tmp_path)["tasks"]["ours"]
    assert (task["n"], task["errors"], task["figures"]["recall@5"]["mean"]) == (2, 1, 0.5)


def test_a_second_run_is_compared_with_the_first(
    kb_eval: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = write(tmp_path / "ours.jsonl", GOOD)
    assert kb_eval("--questions", str(own)) == 0
    assert "与上次相比" not in capsys.readouterr().out
    assert kb_eval("--questions", str(own), "--no-worse", "recall@5") == 0
    assert "与上次相比" in capsys.readouterr().out


def test_a_run_worse_than_a_gate_allows_does_not_become_the_baseline(
    kb_eval: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(question: str) -> Path:
        rows = [json.dumps({**json.loads(GOOD), "id": f"own{i}", "question": question}) for i in range(20)]
        return write(tmp_path / "ours.jsonl", *rows)

    assert kb_eval("--questions", str(asked("安全生产法第二十八条说什么"))) == 0
    for _ in range(2):
        assert kb_eval("--questions", str(asked("安全生产法第三条说什么")), "--no-worse", "recall@5") == 1
        assert "变差：ours.recall@5 1.000 → 0.000" in capsys.readouterr().out
    own, worse = sorted((tmp_path / "results").glob("*.json"), key=lambda p: len(p.stem))
    assert worse.stem == f"{own.stem}-worse"
    assert kb_eval("--questions", str(asked("安全生产法第三条说什么")), "--against", worse.stem) == 0
    assert "各项指标没有变化" in capsys.readouterr().out


def test_a_metric_nobody_knows_is_refused_before_anything_is_asked(
    kb_eval: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kb_eval("bundled", "--no-worse", "nonsense") == 1
    assert "--no-worse 不认识指标" in capsys.readouterr().err


def test_the_empty_spreadsheet_can_be_measured_as_it_is(kb_eval: Any, tmp_path: Path) -> None:
    own = tmp_path / "ours.xlsx"
    assert kb_eval("--template", str(own)) == 0
    assert kb_eval("--template", str(own)) == 1  # what stands there is not written over
    assert kb_eval("--questions", str(own)) == 0
    task = kept(tmp_path)["tasks"]["ours"]
    assert (task["n"], task["errors"], set(task["by_type"])) == (3, 0, {"情景", "多轮", "不可答"})
    assert task["figures"]["recall@5"]["n"] == 2


def test_a_spreadsheet_with_rows_at_fault_is_sent_back(
    kb_eval: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Workbook()
    for row in (("问题", "依据"), ("怎么罚", "安全生产法97"), ("谁来罚", "《安全生产法》第一百一十五条")):
        book.active.append(row)
    book.save(tmp_path / "ours.xlsx")
    assert kb_eval("--questions", str(tmp_path / "ours.xlsx")) == 1
    assert "第 2 行：依据“安全生产法97”无法识别" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_answers_made_elsewhere(kb_eval: Any, tmp_path: Path) -> None:
    own = write(tmp_path / "ours.jsonl", GOOD)
    answers = write(tmp_path / "answers.jsonl", '{"id": "other"}')
    assert kb_eval("--questions", str(own), "--answers", str(answers)) == 0
    task = kept(tmp_path)["tasks"]["ours"]
    assert (task["errors"], task["figures"]["cite_recall"]["mean"]) == (1, 0.0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "没有评测任务"),
        (["compare", "a"], "kb eval compare"),
        (["law"], "没有正式文本"),
        (["bundled", "--questions", "x.jsonl"], "--questions"),
        (["bundled", "--judge"], "KB_LLM"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    kb_eval: Any, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kb_eval(*arguments) == 1
    shown = capsys.readouterr()
    assert said in shown.err + shown.out


@pytest.mark.corpus
def test_the_penalty_task_needs_no_index(kb_eval: Any, tmp_path: Path) -> None:
    assert kb_eval("penalty", "--limit", "40", "--fail-under", "recall=0.8") == 0
    assert kept(tmp_path)["tasks"]["penalty"]["about"]["limit"] == 40
