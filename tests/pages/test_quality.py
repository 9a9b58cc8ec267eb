"""The quality page over result files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kb.pages import quality
from tests.pages.hostile import ALL


def figure(mean: float) -> dict[str, float]:
    return {"mean": mean, "low": mean - 0.05, "high": mean + 0.05, "n": 40}


def task(mean: float, **more: Any) -> dict[str, Any]:
    rows = [{"id": "L1", "question": "罚多少？", "metrics": {"cite_recall": 0.0}, "gold": ["甲法第一条"], "cited": []}]
    plain = {"label": "法律问答", "primary": "cite_recall", "n": 40, "errors": 0, "ms": {"p50": 80.0, "p95": 200.0}}
    return {**plain, "figures": {"cite_recall": figure(mean)}, "rows": rows, **more}


def write(folder: Path, name: str, tasks: dict[str, Any]) -> None:
    (folder / f"{name}.json").write_text(json.dumps({"format": 1, "tasks": tasks}), encoding="utf-8")


def test_newest_first_and_only_names_that_are_there(tmp_path: Path) -> None:
    write(tmp_path, "2025-01-01-a", {})
    write(tmp_path, "2025-02-01-b", {})
    assert quality.names(tmp_path) == ["2025-02-01-b", "2025-01-01-a"]
    assert quality.load("../2025-01-01-a", tmp_path) is None
    (tmp_path / "2025-03-01-c.json").write_text("[]")
    assert quality.load("2025-03-01-c", tmp_path) is None


def test_of_one_day_the_run_that_began_last_is_the_newest(tmp_path: Path) -> None:
    early, late = ({"about": {"when": f"2025-02-01T{hour}:00:00+00:00"}} for hour in ("08", "19"))
    write(tmp_path, "2025-02-01-f0", {"law": early})
    write(tmp_path, "2025-02-01-0a", {"law": late})
    write(tmp_path, "2025-02-02-00", {})
    assert quality.names(tmp_path) == ["2025-02-02-00", "2025-02-01-0a", "2025-02-01-f0"]


@pytest.mark.parametrize(
    ("now", "before", "said"), [(0.9, 0.6, "更好"), (0.6, 0.9, "更差"), (0.62, 0.6, "在误差内"), (0.6, None, "")]
)
def test_better_is_said_only_beyond_the_error(now: float, before: float | None, said: str) -> None:
    view = str(quality.task_view("law", task(now), None if before is None else task(before)))
    assert said in view
    assert ("更好" in view) == (said == "更好")


def test_lower_is_better_for_undue_refusals() -> None:
    new, old = (task(0.5, figures={"refusal_undue": figure(m)}) for m in (0.1, 0.5))
    assert "更好" in str(quality.task_view("law", new, old))


def test_worst_questions_with_what_was_expected() -> None:
    view = str(quality.worst(task(0.5)))
    assert "罚多少？" in view
    assert "应引：甲法第一条" in view
    assert "实引：无" in view


def test_results_are_text() -> None:
    row = {"id": ALL, "question": ALL, "metrics": {"cite_recall": 0.0}, "gold": [ALL], "cited": [ALL]}
    view = str(quality.task_view(ALL, task(0.5, label=ALL, rows=[row]), None))
    for mark in ("<script", "<img", "<svg", "<iframe"):
        assert mark not in view
