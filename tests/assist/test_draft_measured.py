"""The bundled drafting tasks keep their bars: facts whole, nothing leaks, precedents found, origins told."""

from __future__ import annotations

import json

import pytest

from eval.tasks.drafting import ROOT, SHARED, Row, judge, over, passes, summary


def rows(path: str) -> list[Row]:
    return [json.loads(line) for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.slow
def test_bundled_tasks() -> None:
    drafter = over(ROOT / "corpus" / "reports")
    found = summary([judge(drafter, row) for row in rows("eval/questions/drafting.jsonl")])
    assert passes(found)
    assert found["precedents"] >= 0.9
    assert found["gaps"] >= 0.85


@pytest.mark.corpus
@pytest.mark.slow
def test_development_tasks() -> None:
    drafter = over(SHARED / "corpus" / "reports")
    found = summary([judge(drafter, row) for row in rows("../shared/eval/drafting.dev.jsonl")])
    assert passes(found)
    assert found["precedents"] >= 0.9
