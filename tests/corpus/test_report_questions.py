"""The questions and drafting tasks on the bundled reports agree with the reports, and a wrong one is found out."""

from __future__ import annotations

from typing import Any

import pytest

from eval.questions import check_reports

DOCUMENTS = {"甲.md": check_reports.squeeze("全年立案 8 件，罚没款\n\n—1—\n\n30\uff05。")}


def _question(**changes: Any) -> dict[str, Any]:
    gold = [{"doc": "甲.md", "quote": "立案8件，罚没款30%"}]
    return {"id": "X1", "answerable": True, "gold": gold, "answer_points": ["8件", "30%"], **changes}


def _task(**changes: Any) -> dict[str, Any]:
    wanted = [{"doc": "甲.md", "quote": "立案8件"}]
    task = {
        "id": "W1",
        "facts": ["立案19件"],
        "wanted_precedents": wanted,
        "must_include": ["19件"],
        "must_not": ["9件"],
    }
    return {**task, **changes}


def test_the_bundled_questions_agree_with_the_bundled_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_reports.main() == 0
    assert capsys.readouterr().out == "问题 80（不可答 12），起草任务 20，问题点 0\n"


def test_page_numbers_width_and_white_space_do_not_matter() -> None:
    assert list(check_reports.faults_of_question(_question(), DOCUMENTS)) == []
    assert list(check_reports.faults_of_task(_task(), DOCUMENTS)) == []


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        pytest.param(_question(gold=[{"doc": "甲.md", "quote": "立案9件"}]), "引文不在", id="altered quotation"),
        pytest.param(_question(gold=[{"doc": "乙.md", "quote": "立案8件"}]), "没有这份文件", id="no such document"),
        pytest.param(_question(answer_points=["18件"]), "要点不在引文中", id="point without a source"),
        pytest.param(_question(answerable=False), "可答与否", id="unanswerable with gold"),
    ],
)
def test_a_wrong_question_is_found_out(record: dict[str, Any], fault: str) -> None:
    assert fault in "\n".join(check_reports.faults_of_question(record, DOCUMENTS))


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        pytest.param(_task(must_include=["20件"]), "应写的数", id="figure that was not given"),
        pytest.param(_task(must_not=["19件"]), "禁写的数", id="forbidden figure given"),
    ],
)
def test_a_wrong_task_is_found_out(record: dict[str, Any], fault: str) -> None:
    assert fault in "\n".join(check_reports.faults_of_task(record, DOCUMENTS))
