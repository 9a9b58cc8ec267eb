"""Question files: what is sound, what is broken and says so by row, and spreadsheets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from eval.run.questions import load, sound
from eval.run.sheet import gold_of
from kb.base.address import Address, ArticleNo
from kb.base.records import InputError

GOOD = {"id": "q1", "type": "lookup", "question": "怎么罚？", "gold": [{"law": "示例条例", "article": "第三条"}]}


def write(path: Path, *rows: Any) -> Path:
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def sheet(path: Path, *rows: tuple[Any, ...]) -> Path:
    book = Workbook()
    for r in rows:
        book.active.append(r)
    book.save(path)
    return path


def test_a_sound_row_gets_its_defaults(tmp_path: Path) -> None:
    [row] = load(write(tmp_path / "q.jsonl", GOOD)).rows
    assert (row["answerable"], row["history"], row["answer_points"]) == (True, [], [])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{不是", "不是 JSON"),
        ("[1]", "不是 JSON 对象"),
        ({**GOOD, "question": ""}, "问题"),
        ({**GOOD, "question": None}, "问题"),
        ({**GOOD, "gold": "第三条"}, "依据"),
        ({**GOOD, "gold": [{"law": "示例条例", "article": "三条半"}]}, "条号"),
        ({**GOOD, "gold": [{"article": "第三条"}]}, "法名"),
        ({**GOOD, "gold": [{"law": "示例条例", "article": "第三条", "items": ["第一页"]}]}, "款项"),
        ({**GOOD, "gold": [{"doc": "示例.txt"}]}, "引文"),
        ({**GOOD, "answerable": False}, "不一致"),
        ({**GOOD, "gold": [], "answerable": True}, "不一致"),
        ({**GOOD, "history": "上一问"}, "上文"),
        ({**GOOD, "answer_points": [5]}, "要点"),
        ({**GOOD, "as_of": "去年"}, "日期"),
        (GOOD, "重复"),
    ],
)
def test_a_broken_row_stays_and_names_its_line(tmp_path: Path, row: Any, why: str) -> None:
    found = load(write(tmp_path / "q.jsonl", GOOD, "", row))
    assert len(found.entries) == 2
    [broken] = found.broken
    assert str(broken).startswith("第 3 行")
    assert why in broken.why


@pytest.mark.parametrize("name", ["q.csv", "none.jsonl"])
def test_files_that_cannot_be_read_say_how_to_mend_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "q.csv").write_text("问题", "utf-8")
    with pytest.raises(InputError, match="请"):
        load(tmp_path / name)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有问题"):
        load(write(tmp_path / "q.jsonl"))


def test_a_spreadsheet(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "q.xlsx",
        ("编号", "问题", "类型", "上文", "依据", "要点", "日期"),
        (
            7,
            "怎么罚？",
            "处罚",
            "上一问\n再上一问",
            "罚则：《示例条例》第三条第一款第（二）项\n《示例条例》第四条",
            "罚款；警告",
            "2024-05-01",
        ),
        (None, "火星上怎么罚？", None, None, None, None, None),
        (None, None, None, None, None, None, None),
        (None, "检查了多少家？", "报告", None, "示例.txt：检查37家次", "37家次", None),
    )
    rows = load(path).rows
    assert load(path).broken == []
    assert rows[0]["gold"] == [
        {"law": "示例条例", "article": "第三条", "role": "penalty", "items": ["第一款第（二）项"]},
        {"law": "示例条例", "article": "第四条", "role": "basis"},
    ]
    assert (rows[0]["id"], rows[0]["history"], rows[0]["answer_points"]) == (
        "7",
        ["上一问", "再上一问"],
        ["罚款", "警告"],
    )
    assert (rows[1]["answerable"], rows[1]["id"]) == (False, "第3行")
    assert rows[2]["gold"] == [{"doc": "示例.txt", "quote": "检查37家次"}]


def test_errors_of_a_spreadsheet_name_their_rows(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "q.xlsx",
        ("问题", "依据", "可答"),
        ("怎么罚？", "示例条例第三条", None),
        ("怎么罚？", "《示例条例》", None),
        (None, "《示例条例》第三条", None),
        ("怎么罚？", "《示例条例》第三条", "也许"),
        ("怎么罚？", "《示例条例》第三条", "否"),
    )
    broken = load(path).broken
    assert [b.line for b in broken] == [2, 3, 4, 5, 6]
    assert ["依据“示例条例第三条”" in broken[0].why, "可答" in broken[3].why] == [True, True]


@pytest.mark.parametrize("header", [("提问", "依据"), ("问题",), ()])
def test_a_spreadsheet_without_its_columns_is_refused(tmp_path: Path, header: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="两列"):
        load(sheet(tmp_path / "q.xlsx", header))


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(InputError, match="另存"):
        load(tmp_path / "q.xlsx")


@given(st.integers(1, 1500), st.integers(0, 3), st.none() | st.integers(1, 30), st.none() | st.integers(1, 30))
def test_every_printed_address_is_a_gold(number: int, suffix: int, paragraph: int | None, item: int | None) -> None:
    address = Address("示例条例", ArticleNo(number, suffix), paragraph, item)
    gold = gold_of(str(address))
    assert isinstance(gold, dict)
    assert Address.parse(f"《{gold['law']}》{gold['article']}{''.join(gold.get('items', []))}") == address
    assert sound({"question": "问", "gold": [gold]}, 1)["gold"] == [gold]
