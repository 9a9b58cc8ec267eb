"""The page and the styles of an official document in python-docx: sizes, fonts, grid, page numbers.

Does not know any text. Fonts are named as GB/T 9704-2012 asks; where a machine lacks them the font table names one it
is likely to have (方正小标宋 → 华文中宋/宋体, 仿宋_GB2312 → 仿宋, 楷体_GB2312 → 楷体).
"""

from __future__ import annotations

from typing import Any

SIZE = {"二号": 22.0, "三号": 16.0, "四号": 14.0, "五号": 10.5}
LINE = 28.95
"""Line pitch in points: 225 mm of text area (297 - 37 - 35) on 22 lines."""
TIGHT = -5
"""Twentieths of a point: 28 characters of 16 pt are 448 pt, the line has 156 mm = 442.2 pt; 28 x 15.75 = 441."""
FONTS = {"小标宋": "方正小标宋简体", "黑体": "黑体", "楷体": "楷体_GB2312", "仿宋": "仿宋_GB2312", "宋体": "宋体"}
FALL_BACK = {
    "方正小标宋简体": "华文中宋,STZhongsong,Noto Serif CJK SC",
    "仿宋_GB2312": "仿宋,FangSong,Noto Serif CJK SC",
    "楷体_GB2312": "楷体,KaiTi,AR PL UKai CN",
    "黑体": "SimHei,Noto Sans CJK SC",
    "宋体": "SimSun,Noto Serif CJK SC",
}
_LATIN = "Times New Roman"


def set_up(word: Any) -> None:  # noqa: ANN401 - python-docx is untyped
    """Give a new document its page, styles, grid and page numbers."""
    from docx.shared import Mm

    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(25.5)
    _grid(section)
    _styles(word)
    _page_numbers(word, section)
    _font_table(word)


def font(style: Any, name: str, points: float, *, bold: bool = False) -> None:  # noqa: ANN401
    """Set a style's Chinese and Latin font, size, weight and black."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold = _LATIN, Pt(points), bold
    style.font.italic = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{key}"), None)
    fonts.set(qn("w:eastAsia"), FONTS[name])


def _styles(word: Any) -> None:  # noqa: ANN401
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import RGBColor

    font(word.styles["Normal"], "仿宋", SIZE["三号"])
    _spacing(word.styles["Normal"])
    for name, face, size, align, indent in (
        ("Title", "小标宋", "二号", ALIGN.CENTER, 0),
        ("Heading 1", "黑体", "三号", ALIGN.JUSTIFY, 2),
        ("Heading 2", "楷体", "三号", ALIGN.JUSTIFY, 2),
        ("Heading 3", "仿宋", "三号", ALIGN.JUSTIFY, 2),
        ("Body Text", "仿宋", "三号", ALIGN.JUSTIFY, 2),
        ("Letterhead", "小标宋", "二号", ALIGN.CENTER, 0),
        ("Document Number", "仿宋", "三号", ALIGN.CENTER, 0),
        ("Addressee", "仿宋", "三号", ALIGN.LEFT, 0),
        ("Signature", "仿宋", "三号", ALIGN.RIGHT, 0),
        ("Clerk Note", "仿宋", "五号", ALIGN.LEFT, 2),
    ):
        style = _style(word, name)
        font(style, face, SIZE[size], bold=name == "Heading 3")
        _spacing(style)
        style.paragraph_format.alignment = align
        _indent(style, indent, SIZE[size])
        if size == "三号":
            _tight(style)
    for name in ("Title", "Letterhead"):
        _off_grid(word.styles[name])
    word.styles["Letterhead"].font.color.rgb = RGBColor(0xC0, 0, 0)
    word.styles["Clerk Note"].font.color.rgb = RGBColor(0x60, 0x60, 0x60)
    for name in ("Heading 1", "Heading 2", "Heading 3"):
        word.styles[name].paragraph_format.keep_with_next = True


def _off_grid(style: Any) -> None:  # noqa: ANN401
    """Free a style of large characters from the page's line grid, which would give each of its lines two."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    properties = style.element.get_or_add_pPr()
    spacing = properties.find(qn("w:spacing"))
    spacing.addprevious(snap) if spacing is not None else properties.append(snap)


def _style(word: Any, name: str) -> Any:  # noqa: ANN401
    from docx.enum.style import WD_STYLE_TYPE

    if name in [s.name for s in word.styles]:
        return word.styles[name]
    style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = word.styles["Normal"]
    return style


def _spacing(style: Any) -> None:  # noqa: ANN401
    """Fixed line pitch, no space around, no rule below (python-docx' Title has one), lone lines allowed."""
    from docx.enum.text import WD_LINE_SPACING
    from docx.oxml.ns import qn
    from docx.shared import Pt

    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)
    form.space_before = form.space_after = Pt(0)
    form.widow_control = False
    properties = style.element.get_or_add_pPr()
    for tag in ("w:pBdr", "w:contextualSpacing"):
        for found in properties.findall(qn(tag)):
            properties.remove(found)


def _indent(style: Any, characters: int, points: float) -> None:  # noqa: ANN401
    """First-line indent in characters, as Word counts it, and in points for those that do not."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.paragraph_format.first_line_indent = Pt(characters * points)
    style.element.get_or_add_pPr().find(qn("w:ind")).set(qn("w:firstLineChars"), str(characters * 100))


def _grid(section: Any) -> None:  # noqa: ANN401
    """22 lines a page; 28 characters a line come from ``TIGHT``, as Word and LibreOffice read a grid of them apart."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = section._sectPr
    for found in properties.findall(qn("w:docGrid")):
        properties.remove(found)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE * 20)))
    properties.append(grid)


def _tight(style: Any) -> None:  # noqa: ANN401
    """Draw the characters of a style together by ``TIGHT``."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(TIGHT))
    properties = style.element.get_or_add_rPr()
    size = properties.find(qn("w:sz"))
    size.addprevious(spacing) if size is not None else properties.append(spacing)


def _page_numbers(word: Any, section: Any) -> None:  # noqa: ANN401
    """— 1 — in 四号 宋体, outside: right on odd pages, left on even ones, one character in."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

    word.settings.odd_and_even_pages_header_footer = True
    style = word.styles["Footer"]
    font(style, "宋体", SIZE["四号"])
    for footer, align, side in (
        (section.footer, ALIGN.RIGHT, "right_indent"),
        (section.even_page_footer, ALIGN.LEFT, "left_indent"),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style, paragraph.alignment = style, align
        setattr(paragraph.paragraph_format, side, int(SIZE["四号"] * 12700))
        paragraph.add_run("\u2014 ")
        _field(paragraph.add_run(), "PAGE")
        paragraph.add_run(" \u2014")


def _field(run: Any, code: str) -> None:  # noqa: ANN401
    """A field that Word computes."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
        if kind in ("", "text"):
            element = OxmlElement("w:instrText" if not kind else "w:t")
            element.text = text
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _font_table(word: Any) -> None:  # noqa: ANN401
    """Name a fall-back for each font in the document's font table."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    rows = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in FALL_BACK.items()
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w='
        f'"http://schemas.openxmlformats.org/wordprocessingml/2006/main">{rows}</w:fonts>'
    ).encode()
    for relation in list(word.part.rels.values()):
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            relation._target = Part(
                relation.target_part.partname, relation.target_part.content_type, xml, word.part.package
            )
            return
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"
    part = Part(PackURI("/word/fontTable.xml"), kind, xml, word.part.package)
    word.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)
