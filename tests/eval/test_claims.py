"""Figures that a document claims, held against results."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from eval.figures import documents, tasks_of, write
from eval.report.claims import claims, printed, rewritten, wrong
from eval.run import store
from eval.run.outcome import Outcome, TaskRun
from eval.run.task import available

STATUS = {
    "generation": "0123456789abcdef",
    "encoder": "static",
    "corpus_newest": "2025-04-30",
    "passages": 10,
    "documents": {"law": 3400, "report": 75},
}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    rows = [Outcome(str(i), "scenario" if i else "lookup", {"recall@5": float(i > 0)}, ms=10.0) for i in range(4)]
    about = {"when": "2025-05-01", "questions": []}
    run = TaskRun("law", "法律问答", "recall@5", rows, 1.0, about=about)
    store.save(store.result_of([run], STATUS, date(2025, 5, 1)), tmp_path)
    (tmp_path / "rank").mkdir()
    (tmp_path / "rank" / "unseen.json").write_text(json.dumps({"mean": {"bm25": 0.4783}}), "utf-8")
    (tmp_path / "bench").mkdir()
    measured = {"query": {"ours": {"median": 12.5}}, "ratios": {"p50/floor": {"median": 2.25}}}
    (tmp_path / "bench" / "2025-05-01.json").write_text(json.dumps(measured), "utf-8")
    return tmp_path


def claim(name: str, value: str) -> str:
    return f"召回 <!-- figure:{name} -->{value}<!-- /figure --> 。"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("law.recall@5", "0.75"),
        ("law.recall@5", "75%"),
        ("law.recall@5/scenario", "1.000"),
        ("law.recall@5/lookup", "0"),
        ("law.n", "4"),
        ("law.ms/p50", "10"),
        ("bench.query.ours.median", "12.5"),
        ("unseen.mean.bm25", "0.478"),
        ("bench.query/ours/median", "12.5"),
        ("bench.ratios/p50/floor/median", "2.2"),
        ("index.documents", "3,475"),
    ],
)
def test_claims_that_stand(results: Path, name: str, value: str) -> None:
    assert wrong(claim(name, value), results) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("law.recall@5", "0.76"),
        ("law.mrr@10", "0.5"),
        ("check.recall", "1"),
        ("bench.nothing", "1"),
        ("law.n/x", "9"),
        ("unseen.mean", "1"),
    ],
)
def test_claims_that_do_not_stand_are_named(results: Path, name: str, value: str) -> None:
    [line] = wrong(claim(name, value), results)
    assert name.split("/")[0].split(".")[0] in line


def test_rewritten_to_the_last_results(results: Path) -> None:
    text = claim("law.recall@5", "0.10") + claim("law.n", "1")
    assert rewritten(text, results) == claim("law.recall@5", "0.75") + claim("law.n", "4")


def test_printed_like() -> None:
    assert [printed(0.98765, like) for like in ("0.9", "99%", "98.8%", "1")] == ["1.0", "99%", "98.8%", "1"]


def test_the_figures_of_the_readme_are_those_of_the_last_results(root: Path) -> None:
    for name in ("README.md", "docs/quality.md"):
        if (root / name).is_file():
            assert wrong((root / name).read_text("utf-8")) == [], name


def test_writing_leaves_what_was_not_measured_and_says_so(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "doc.md"
    document.write_text(claim("law.recall@5", "0.10") + claim("bench.nothing", "9.9"), "utf-8")
    assert tasks_of([document]) == ("law",)
    assert write([document], results) == 1
    assert document.read_text("utf-8") == claim("law.recall@5", "0.75") + claim("bench.nothing", "9.9")
    said = capsys.readouterr().out
    assert "law.recall@5：0.10 → 0.75" in said
    assert "没有测：bench.nothing" in said
    document.write_text(claim("law.recall@5", "0.10"), "utf-8")
    assert write([document], results) == 0


def test_every_task_the_documents_claim_from_can_be_run(root: Path) -> None:
    named = tasks_of(documents(root))
    assert {"law", "dev"} <= set(named) <= set(available())


def test_no_measured_figure_of_the_readme_goes_without_a_mark(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    for c in reversed(claims(text)):
        text = text[: c.start] + text[c.end :]
    assert re.findall(r"(?<![\d.])[01]\.\d{2,}(?![\d.])|\d+(?:\.\d+)?\s*%", text) == []


def test_unmarked_numbers_are_no_claims() -> None:
    assert claims("召回 0.93，见 <!-- 说明 --> 第 3 节") == []
