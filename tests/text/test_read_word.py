"""Reading Word documents: paragraphs, tables and automatic numbers in document order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from kb.text.read import read
from kb.text.read.numbering import Level, Numbering

NS = nsdecls("w")


def _lists(document: Any, *levels: tuple[str, str], list_id: int = 77, start: int = 1) -> None:
    """Define list ``list_id`` with (format, pattern) per level in the document's numbering part."""
    rows = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (style, text) in enumerate(levels)
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {NS} w:abstractNumId="{list_id}">{rows}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {NS} w:numId="{list_id}"><w:abstractNumId w:val="{list_id}"/></w:num>'))


def _numbered(paragraph: Any, list_id: int, depth: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    xml = f'<w:numPr {NS}><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    properties.append(parse_xml(xml))


def _saved(document: Any, folder: Path) -> Path:
    path = folder / "示例.docx"
    document.save(path)
    return path


def test_paragraphs_and_tables_keep_their_order(tmp_path: Path) -> None:
    word = docx.Document()
    word.core_properties.title = "示例报告"
    word.add_paragraph("一、主要举措")
    table = word.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("指标", "数值", "检查", "12家次"), strict=True
    ):
        cell.text = text
    word.add_paragraph("二、存在不足")
    document = read(_saved(word, tmp_path))
    assert document.text == "一、主要举措\n指标 | 数值\n检查 | 12家次\n二、存在不足\n"
    (found,) = document.tables
    assert found.rows == (("指标", "数值"), ("检查", "12家次"))
    assert document.text[found.start : found.end] == "指标 | 数值\n检查 | 12家次"
    assert (document.kind, document.meta["title"]) == ("docx", "示例报告")


def test_automatic_numbers_are_counted_out(tmp_path: Path) -> None:
    word = docx.Document()
    _lists(word, ("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
    plan = [(0, "举措"), (1, "学法"), (2, "讲堂"), (2, "培训"), (1, "执法"), (2, "检查"), (0, "不足"), (1, "队伍")]
    for depth, text in plan:
        _numbered(word.add_paragraph(text), 77, depth)
    expected = "一、举措 （一）学法 1.讲堂 2.培训 （二）执法 1.检查 二、不足 （一）队伍"
    assert read(_saved(word, tmp_path)).text.split() == expected.split()


def test_a_style_numbers_its_paragraphs_and_an_empty_one_counts_for_nothing(tmp_path: Path) -> None:
    word = docx.Document()
    _lists(word, ("decimal", "第%1条 "))
    style = word.styles.add_style("条", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    style.element.get_or_add_pPr().append(parse_xml(f'<w:numPr {NS}><w:numId w:val="77"/></w:numPr>'))
    for text in ("甲", "", "乙"):
        word.add_paragraph(text, style="条")
    assert read(_saved(word, tmp_path)).text == "第1条 甲\n\n第2条 乙\n"


@pytest.mark.parametrize(
    ("style", "pattern", "expected"),
    [
        ("chineseCountingThousand", "%1、", ["一、", "二、", "三、"]),
        ("decimal", "%1.", ["1.", "2.", "3."]),
        ("decimalEnclosedCircle", "%1", ["①", "②", "③"]),
        ("upperRoman", "%1.", ["I.", "II.", "III."]),
        ("lowerLetter", "%1)", ["a)", "b)", "c)"]),
        ("ideographTraditional", "%1、", ["甲、", "乙、", "丙、"]),
        ("decimalZero", "%1", ["01", "02", "03"]),
        ("bullet", "●", ["", "", ""]),
        ("a style of tomorrow", "%1.", ["1.", "2.", "3."]),
    ],
)
def test_number_styles(style: str, pattern: str, expected: list[str]) -> None:
    numbering = Numbering({("a", 0): Level(1, style, pattern)}, {"1": "a"})
    assert [numbering.label("1", 0) for _ in expected] == expected


def test_a_list_restarts_where_the_document_says_so() -> None:
    levels = {("a", 0): Level(1, "decimal", "%1."), ("a", 1): Level(1, "decimal", "%1.%2")}
    numbering = Numbering(levels, {"1": "a", "2": "a"}, restarts={("2", 0): 5})
    calls = [("1", 0), ("1", 1), ("1", 1), ("1", 0), ("1", 1), ("2", 0), ("2", 0)]
    assert [numbering.label(*call) for call in calls] == ["1.", "1.1", "1.2", "2.", "2.1", "5.", "6."]
    assert numbering.label("9", 0) == ""


def test_revisions_boxes_and_controls(tmp_path: Path) -> None:
    word = docx.Document()
    body = word.element.body
    run = "<w:r><w:t>{}</w:t></w:r>"
    removed = '<w:del w:id="1" w:author="x"><w:r><w:delText>删去</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" w:author="x">{run.format("插入")}</w:ins>'
    page = "<w:r><w:instrText>PAGE</w:instrText></w:r>"
    for xml in (
        f"<w:p {NS}>{run.format('保留')}{removed}{inserted}</w:p>",
        f"<w:sdt {NS}><w:sdtContent><w:p>{run.format('控件内')}</w:p></w:sdtContent></w:sdt>",
        f"<w:p {NS}><w:hyperlink>{run.format('链接')}</w:hyperlink>{page}</w:p>",
    ):
        body.insert(len(body) - 1, parse_xml(xml))
    assert read(_saved(word, tmp_path)).text == "保留插入\n控件内\n链接\n"


def test_a_table_within_a_cell_is_read_once(tmp_path: Path) -> None:
    word = docx.Document()
    outer = word.add_table(rows=1, cols=2)
    outer.cell(0, 0).text = "外"
    outer.cell(0, 1).add_table(rows=1, cols=1).cell(0, 0).text = "内"
    document = read(_saved(word, tmp_path))
    assert document.text == "外 | 内\n"
    assert len(document.tables) == 1
