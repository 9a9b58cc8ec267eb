"""Official documents: the page, styles and parts of GB/T 9704-2012, read back from the .docx."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.office import Block, OfficialDocument, label, to_docx, to_markdown
from kb.text.office.official import chinese, title_lines

SAMPLE = OfficialDocument(
    "样板市甲山区应急管理局2025年度法治政府建设情况报告",
    (
        Block.of("heading1", "一、主要举措"),
        Block.of("heading2", "（一）规范检查"),
        Block.of("body", "检查企业860家次，扫码率【待填：扫码率】。", "事实：第1行"),
        Block.of("note", "提示：请核实"),
    ),
    number="样应急〔2026〕1号",  # noqa: RUF001
    addressee="区政府",
    signer="样板市甲山区应急管理局",
    date="2026年1月10日",
)


def opened(document: OfficialDocument, *, comments: bool = True) -> Any:
    return docx.Document(BytesIO(to_docx(document, comments=comments)))


def test_the_page() -> None:
    section = opened(SAMPLE).sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(s / Mm(1)) for s in sides] == [37, 35, 28, 26]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
    lines = (section.page_height - section.top_margin - section.bottom_margin) / 12700 / 28.95
    assert 22 <= lines < 23


@pytest.mark.parametrize(
    ("style", "face", "points"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Heading 3", "仿宋_GB2312", 16),
        ("Body Text", "仿宋_GB2312", 16),
        ("Footer", "宋体", 14),
    ],
)
def test_the_styles(style: str, face: str, points: float) -> None:
    found = opened(SAMPLE).styles[style]
    assert found.font.size.pt == points
    assert face in found.element.xml


def test_the_parts_in_order() -> None:
    found = [(p.style.name, p.text) for p in opened(SAMPLE).paragraphs if p.text]
    assert found == [
        ("Document Number", "样应急〔2026〕1号"),  # noqa: RUF001
        ("Title", "样板市甲山区应急管理局"),
        ("Title", "2025年度法治政府建设情况报告"),
        ("Addressee", "区政府："),
        ("Heading 1", "一、主要举措"),
        ("Heading 2", "（一）规范检查"),
        ("Body Text", "检查企业860家次，扫码率【待填：扫码率】。"),
        ("Clerk Note", "提示：请核实"),
        ("Signature", "样板市甲山区应急管理局"),
        ("Signature", "2026年1月10日"),
    ]


def test_gaps_are_marked_and_comments_attached() -> None:
    word = opened(SAMPLE)
    runs = [r for p in word.paragraphs for r in p.runs]
    assert [r.text for r in runs if r.font.highlight_color == WD_COLOR_INDEX.YELLOW] == ["【待填：扫码率】"]
    assert [c.text for c in word.comments] == ["事实：第1行"]


def test_clean_has_neither_comments_nor_notes() -> None:
    word = opened(SAMPLE, comments=False)
    assert list(word.comments) == []
    assert "提示" not in "".join(p.text for p in word.paragraphs)
    assert "【待填：扫码率】" in "".join(p.text for p in word.paragraphs)


def test_page_numbers_stand_outside() -> None:
    word = opened(SAMPLE)
    section = word.sections[0]
    assert word.settings.odd_and_even_pages_header_footer
    assert section.footer.paragraphs[0].alignment != section.even_page_footer.paragraphs[0].alignment
    assert "PAGE" in section.footer._element.xml
    assert "PAGE" in section.even_page_footer._element.xml


@pytest.mark.parametrize(
    ("n", "level", "printed"),
    [(1, 1, "一、"), (10, 1, "十、"), (11, 2, "（十一）"), (20, 1, "二十、"), (3, 3, "3."), (4, 4, "（4）")],
)
def test_numbers_of_headings(n: int, level: int, printed: str) -> None:
    assert label(n, level) == printed


def test_markdown_holds_the_same_words() -> None:
    text = to_markdown(SAMPLE)
    assert "## 一、主要举措" in text
    assert "> 事实：第1行" in text
    assert "> " not in to_markdown(SAMPLE, comments=False)


@given(st.integers(1, 99))
def test_chinese_numerals_are_distinct(n: int) -> None:
    assert chinese(n) not in {chinese(k) for k in range(1, 100) if k != n}


@given(st.text("局关于年度报告甲乙2025", min_size=1, max_size=80))
def test_a_title_is_cut_without_loss(title: str) -> None:
    assert "".join(title_lines(title)) == title.strip()


@settings(max_examples=12)  # python-docx takes a third of a second
@given(st.text(max_size=60))
def test_any_text_can_be_written(text: str) -> None:
    assert to_docx(OfficialDocument("标题", (Block.of("body", text, text),)))[:2] == b"PK"
