"""An official document (GB/T 9704-2012) as .docx: page, fonts, headings, page numbers, marked gaps, comments.

Does not know what the document says. Sizes by GB/T 9704-2012: A4, margins 37/35/28/26 mm (top, bottom, left, right), 22
lines of 28 characters; title 二号 小标宋, body 三号 仿宋, headings 黑体, 楷体, 仿宋; page numbers 四号
—1—, odd pages right, even pages left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

from kb.text.office.pages import SIZE, font, set_up

Kind = Literal["heading1", "heading2", "heading3", "body", "note"]
_GAP = re.compile(r"(【待填：[^【】]*】)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NUMERALS = "〇一二三四五六七八九十"
_AUTHOR = "起草助手"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words with a comment on it; an empty comment means none."""

    text: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph. ``note`` is set small and grey: what is for the clerk and not for the document."""

    kind: Kind
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, kind: Kind, text: str, comment: str = "") -> Block:
        """A paragraph of one piece."""
        return cls(kind, (Piece(text, comment),))


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """What goes on the page; an empty string leaves its part out. ``date`` is printed as given (2026年1月16日)."""

    title: str
    blocks: tuple[Block, ...]
    letterhead: str = ""
    number: str = ""
    addressee: str = ""
    signer: str = ""
    date: str = ""
    properties: dict[str, str] = field(default_factory=dict)


def to_docx(document: OfficialDocument, *, comments: bool = True) -> bytes:
    """The bytes of the .docx; without ``comments`` it is clean: no comments, no notes, gaps still marked."""
    import docx

    word = docx.Document()
    set_up(word)
    word.core_properties.title = _clean(document.title)
    word.core_properties.author = _clean(document.signer)
    word.core_properties.comments = ""
    if document.letterhead:
        _add(word, "Letterhead", document.letterhead)
    if document.number:
        _add(word, "Document Number", document.number)
    for line in title_lines(document.title):
        _add(word, "Title", line)
    _add(word, "Body Text", "").paragraph_format.first_line_indent = 0
    if document.addressee:
        _add(word, "Addressee", document.addressee.rstrip("：:") + "：")
    for block in document.blocks:
        if block.kind != "note" or comments:
            _block(word, block, comments=comments)
    _signature(word, document)
    out = BytesIO()
    word.save(out)
    return out.getvalue()


_STYLES: dict[Kind, str] = {
    "heading1": "Heading 1",
    "heading2": "Heading 2",
    "heading3": "Heading 3",
    "body": "Body Text",
    "note": "Clerk Note",
}
_TITLE_LINE = 21
"""二号 characters that fit on a line of 156 mm."""


def title_lines(title: str) -> list[str]:
    """A title cut where it reads well, each line within the page, the lines of like length (GB/T 9704-2012 7.3.1)."""
    text = title.strip()
    if len(text) <= _TITLE_LINE:
        return [text]
    count = -(-len(text) // (_TITLE_LINE - 1))
    aim = len(text) / count
    breaks = [m.end() for m in re.finditer(r"局(?=关于|\d)|关于|年度?|和|委员会|人民政府", text[:-4])] or []
    out, start = [], 0
    for n in range(1, count):
        fitting = [b for b in breaks if 4 <= b - start <= _TITLE_LINE and len(text) - b <= _TITLE_LINE * (count - n)]
        cut = min(fitting, key=lambda b: abs(b - aim * n), default=min(start + _TITLE_LINE, round(aim * n)))
        out.append(text[start:cut])
        start = cut
    return [*out, text[start:]]


def _block(word: Any, block: Block, *, comments: bool) -> None:  # noqa: ANN401 - python-docx is untyped
    paragraph = _add(word, _STYLES[block.kind], "")
    for piece in block.pieces:
        runs = _runs(paragraph, piece.text)
        if comments and piece.comment and runs:
            word.add_comment(runs, text=_clean(piece.comment), author=_AUTHOR, initials="草")


def _runs(paragraph: Any, text: str) -> list[Any]:  # noqa: ANN401
    """Runs of ``text``, gaps highlighted."""
    from docx.enum.text import WD_COLOR_INDEX

    out = []
    for piece in _GAP.split(_clean(text)):
        if piece:
            run = paragraph.add_run(piece)
            if _GAP.fullmatch(piece):
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW
            out.append(run)
    return out


def _signature(word: Any, document: OfficialDocument) -> None:  # noqa: ANN401
    """Signer and date, right, the date four characters in and the signer centred over it."""
    from docx.shared import Pt

    if not document.signer and not document.date:
        return
    _add(word, "Body Text", "")
    width = max(_width(document.signer), _width(document.date))
    for text in (document.signer, document.date):
        if text:
            paragraph = _add(word, "Signature", text)
            paragraph.paragraph_format.right_indent = Pt(SIZE["三号"] * (2 + 2 + (width - _width(text)) / 2))


def _width(text: str) -> float:
    """Width in characters: digits and letters count half."""
    return sum(0.5 if c.isascii() else 1.0 for c in text)


def _add(word: Any, style: str, text: str) -> Any:  # noqa: ANN401
    paragraph = word.add_paragraph(style=style)
    if text:
        _runs(paragraph, text)
    return paragraph


def _clean(text: str) -> str:
    """``text`` without characters that XML cannot hold."""
    return _CONTROL.sub("", text)


def to_markdown(document: OfficialDocument, *, comments: bool = True) -> str:
    """The same document as Markdown; comments follow their paragraph as quotations."""
    lines = [f"# {document.title}"]
    if document.addressee:
        lines.append(document.addressee.rstrip("：:") + "：")
    marks = {"heading1": "## ", "heading2": "### ", "heading3": "#### ", "body": "", "note": "> "}
    for block in document.blocks:
        if block.kind == "note" and not comments:
            continue
        lines.append(marks[block.kind] + "".join(p.text for p in block.pieces))
        lines += [f"> {line}" for p in block.pieces if comments for line in p.comment.split("\n") if line]
    lines += [text for text in (document.signer, document.date) if text]
    return "\n\n".join(lines) + "\n"


def numbered(headings: Sequence[str], level: int) -> list[str]:
    """Headings with the numbers of their level: 一、 （一） 1. （1）."""
    return [f"{label(n, level)}{text}" for n, text in enumerate(headings, 1)]


def label(n: int, level: int) -> str:
    """The number of heading ``n`` (from 1) at ``level`` (1 to 4)."""
    if level == 1:
        return f"{chinese(n)}、"
    if level == 2:
        return f"（{chinese(n)}）"
    return f"{n}." if level == 3 else f"（{n}）"


def chinese(n: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(n, 10)
    if not tens:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


__all__ = [
    "Block",
    "OfficialDocument",
    "Piece",
    "chinese",
    "font",
    "label",
    "numbered",
    "title_lines",
    "to_docx",
    "to_markdown",
]
