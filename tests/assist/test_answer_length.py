"""Every answer to the project's own law questions fits a phone: 600 characters besides its quotations."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from kb.app import KnowledgeBase
from kb.assist.answer.compose import MOST

AS_OF = date(2025, 4, 30)


def _rows(root: Path) -> list[tuple[str, list[str]]]:
    """Question and history of every row of the law questions."""
    files = sorted((root / "eval" / "questions").glob("law_*.jsonl"))
    lines = [json.loads(line) for f in files for line in f.read_text("utf-8").splitlines() if line.strip()]
    return [(row["question"], row.get("history", [])) for row in lines]


@pytest.mark.slow
def test_every_answer_fits_and_every_mark_has_its_citation(bundled_base: KnowledgeBase, root: Path) -> None:
    rows = _rows(root)
    assert len(rows) > 400
    assert MOST == 600
    wrong = []
    answered = 0
    for question, history in rows:
        answer = bundled_base.ask(question, history=history, as_of=AS_OF)
        answered += not answer.refused
        marks = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
        cut = len(answer.text.split("\n", 1)[0]) >= MOST  # only a first line is ever cut short
        if cut or not 0 < len(answer.text) <= MOST or not marks <= {c.n for c in answer.citations}:
            wrong.append((question, len(answer.text), sorted(marks)))
    assert wrong == []
    assert answered > len(rows) / 2
