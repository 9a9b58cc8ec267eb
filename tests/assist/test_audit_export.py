"""JSON lines hold all of it; CSV opens in a spreadsheet without running anything."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assist.audit import AuditLog, to_csv, to_jsonl
from kb.assist.audit.export import HEADINGS, plain_cell
from tests.assist.test_audit import NOON, QUESTION, an_answer


def _log(folder: Path, *questions: str) -> AuditLog:
    log = AuditLog(folder / "log.sqlite")
    for n, question in enumerate(questions):
        made = log.record(an_answer(question=question), arguments={"question": question}, now=NOON + timedelta(n))
        log.feedback(made, "wrong", '=HYPERLINK("http://x")', now=NOON)
    return log


def test_json_lines_hold_every_record(tmp_path: Path) -> None:
    out = io.StringIO()
    with _log(tmp_path, QUESTION, "第二问\n分行") as log:
        assert to_jsonl(log.records(), out) == 2
        rows = [json.loads(line) for line in out.getvalue().splitlines()]
        assert rows == [r.to_json() for r in log.records()]
    assert QUESTION in out.getvalue()


def test_nothing_to_export() -> None:
    out = io.StringIO()
    assert to_jsonl([], out) == 0
    assert to_csv([], out) == 0
    assert out.getvalue().startswith('\ufeff"编号"')


def test_csv_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with _log(tmp_path, '第一行\n“第二行”,"三"', "=1+1") as log, path.open("w", encoding="utf-8", newline="") as out:
        assert to_csv(log.records(), out) == 2
        ids = [r.id for r in log.records()]
    with path.open(encoding="utf-8-sig", newline="") as back:
        heading, *rows = csv.reader(back)
    assert tuple(heading) == HEADINGS
    first = dict(zip(HEADINGS, rows[0], strict=True))
    assert first == {
        "编号": ids[0],
        "时间（UTC）": "2025-03-01T12:00:00.000000Z",
        "用户": "",
        "入口": "",
        "问题": '第一行\n“第二行”,"三"',
        "范围": "all",
        "日期": "2025-03-01",
        "资料版本": "g1",
        "模型": "",
        "拒答": "否",
        "引用": "《示例安全条例》第九条；《示例安全条例》第三条；《示例安全条例》第九条",
        "核对结果": "quote_differs 1；verified 2",
        "回答": "依照第九条罚款[1]。",
        "反馈": "有误",
        "反馈说明": '\'=HYPERLINK("http://x")',
    }
    assert rows[1][HEADINGS.index("问题")] == "'=1+1"


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+86 21", "'+86 21"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|calc", "'|calc"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\u200b=1", "'\u200b=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\r=1", "'=1"),
        ("\x00=1", "'=1"),
        ("\n=1", "'\n=1"),
        ("五万元=5万元", "五万元=5万元"),
        ("《条例》第三条", "《条例》第三条"),
        ("", ""),
    ],
)
def test_a_cell_never_begins_a_formula(cell: str, plain: str) -> None:
    assert plain_cell(cell) == plain


@given(st.text(alphabet="=+-@|%\t\r\n \u200b\uff1da1'", max_size=12))
def test_no_cell_begins_a_formula(cell: str) -> None:
    assert not plain_cell(cell).lstrip(" \n\t\u200b").startswith(("=", "+", "-", "@", "|", "%", "\uff1d"))
