"""The load test asks as the page does: what is answered counts, what fails is counted as failed."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import pytest

from eval.bench.load import Asked, _everybody, summary
from kb.app import KnowledgeBase
from kb.settings import Settings
from tests.fakes.web import free_port, serving

TWO = argparse.Namespace(people=2, each=1, all_at_once=True)


def asked_of(base: KnowledgeBase) -> list[Asked]:
    from kb.serve.web import Listening, make_app

    port = free_port()
    with serving(make_app(base, Listening(port=port)), port) as url:
        return asyncio.run(_everybody(url, TWO))


@pytest.mark.slow
def test_answers_count(bundled_base: KnowledgeBase) -> None:
    asked = asked_of(bundled_base)
    assert [a.answered for a in asked] == [True, True]
    assert all(0 < a.first <= a.whole for a in asked)


@pytest.mark.slow
def test_an_error_is_no_answer(tmp_path: Path) -> None:
    """Without an index the page says what to run: every question failed."""
    asked = asked_of(KnowledgeBase(Settings(index=tmp_path)))
    assert summary(asked)["failed"] == len(asked) == 2


def test_percentiles_by_hand() -> None:
    rows = [Asked(0.1, 0.2, True), Asked(0.3, 0.4, True), Asked(0.0, 9.0, False)]
    told = summary(rows)
    assert told["failed"] == 1
    assert told["first_s"] == {"p50": 0.3, "p95": 0.3}
    assert told["answer_s"] == {"p50": 0.4, "p95": 9.0, "mean": 3.2}
