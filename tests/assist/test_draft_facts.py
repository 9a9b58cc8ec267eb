"""Facts files, good and bad: every fault is one line with its place and its cure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kb.assist.draft import Fact, parse_facts, read_facts
from kb.assist.draft.facts import COLUMNS, MAX_BYTES
from kb.base.records import InputError, KbError


def book(path: Path, *rows: tuple[object, ...], head: tuple[str, ...] = COLUMNS) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (head, *rows):
        sheet.append(row)
    workbook.save(path)
    return path


def said(facts: tuple[Fact, ...]) -> list[tuple[str, str]]:
    return [(f.section, f.text) for f in facts]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.txt", "1. 检查企业120家次。\n\n- 立案3件；\n", [("", "检查企业120家次"), ("", "立案3件")]),
        ("b.txt", "【检查】\n检查企业120家次\n# 许可\n发证8件", [("检查", "检查企业120家次"), ("许可", "发证8件")]),
        ("c.txt", "检查企业120家次\n检查企业120家次", [("", "检查企业120家次")]),
        ("d.yaml", "- 检查企业120家次\n- 立案3件", [("", "检查企业120家次"), ("", "立案3件")]),
        ("e.yaml", "- {indicator: 立案, value: 3, unit: 件}\n- {text: 发证8件}", [("", "立案3件"), ("", "发证8件")]),
        ("f.yml", "检查:\n  - 检查企业120家次\n许可:\n  - 发证8件", [("检查", "检查企业120家次"), ("许可", "发证8件")]),
    ],
)
def test_facts_of_text_files(tmp_path: Path, name: str, text: str, expected: list[tuple[str, str]]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert said(read_facts(tmp_path / name)) == expected


def test_facts_in_an_older_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("检查企业120家次".encode("gb18030"))
    assert said(read_facts(tmp_path / "a.txt")) == [("", "检查企业120家次")]


def test_facts_of_a_workbook(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ("检查", "检查企业", 120, "家次", None),
        (None, None, None, None, None),
        ("检查", "整改率", 98.5, "%", None),
        ("许可", "发证", 8, "件", "全年发证8件"),
    )
    assert said(read_facts(path)) == [("检查", "检查企业120家次"), ("检查", "整改率98.5%"), ("许可", "全年发证8件")]


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("a.txt", "检查企业120家次\n检查企业130家次", "第1行、第2行.*只留一个"),
        ("b.txt", "=cmd|'/c calc'!A1", "第1行.*公式"),
        ("c.txt", "   \n", "空的"),
        ("d.txt", "【检查】\n", "没有事实"),
        ("e.txt", "检查" * 300, "超过 400 字"),
        ("f.txt", "检查企业【待填：家次】", "待填"),
        ("g.yaml", "- {indicator: 立案, value: 三十几, unit: 件}", "应是数字"),
        ("h.yaml", "- {indicator: 立案, unit: 件}", "缺少 value"),
        ("i.yaml", "- {indicator: 立案, value: 3}\n- {indicator: 立案, value: 4}", "两个值"),
        ("j.yaml", "- {indicator: 立案, value: 3, unit: 件, text: 立案4件}", "不一致"),
        ("k.yaml", "检查: [a\n", "YAML"),
        ("l.yaml", "检查: 企业", "一列事实"),
        ("m.yaml", "!!python/object/apply:os.system ['true']", "YAML"),
        ("n.docx", "检查", "只认"),
    ],
)
def test_bad_text_files(tmp_path: Path, name: str, text: str, match: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(KbError, match=match) as told:
        read_facts(tmp_path / name)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("rows", "head", "match"),
    [
        ([("检查", "检查企业", "一百多家吧", "家次", None)], COLUMNS, "第2行.*应是数字"),
        ([("检查", "检查企业", 120, "家次")], COLUMNS[:4], "缺少列 text"),
        ([("检查", "检查企业", "=1+1", "家次", None)], COLUMNS, "第2行 value 列.*公式"),
        ([("检查", '=HYPERLINK("http://x")', 1, "家次", None)], COLUMNS, "第2行 indicator 列.*公式"),
        ([("检查", "@SUM(A1)", 1, "家次", None)], COLUMNS, "公式"),
        ([("检查", "检查企业", 1, "家次", None), ("检查", "检查企业", 2, "家次", None)], COLUMNS, "第2行、第3行"),
        ([("检查", None, 2, "家次", None)], COLUMNS, "缺少 indicator"),
        ([], COLUMNS, "没有事实"),
    ],
)
def test_bad_workbooks(tmp_path: Path, rows: list[tuple[object, ...]], head: tuple[str, ...], match: str) -> None:
    with pytest.raises(InputError, match=match) as told:
        read_facts(book(tmp_path / "a.xlsx", *rows, head=head))
    assert "\n" not in str(told.value)


def test_a_workbook_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(KbError, match="文件损坏"):
        read_facts(tmp_path / "a.xlsx")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as out:
        out.truncate(50 * 2**20)
    with pytest.raises(KbError, match="50 MB，超过"):
        read_facts(path)
    assert MAX_BYTES < 50 * 2**20


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(KbError, match="不存在"):
        read_facts(tmp_path / "none.txt")


@given(st.text(max_size=200))
def test_any_text_gives_facts_or_one_line(text: str) -> None:
    message, found = "", tuple[Fact, ...]()
    try:
        found = parse_facts(text)
    except KbError as error:
        message = str(error)
    assert bool(message) != bool(found)
    assert "\n" not in message
    assert all(f.text and f.text == f.text.strip() for f in found)
