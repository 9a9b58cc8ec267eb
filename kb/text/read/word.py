"""Word documents (.docx): paragraphs, tables and automatic numbers, in document order.

Does not know what a law or a report is. Headers, footers, footnotes, comments and deleted revisions are left out.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from kb.base.records import UnreadableFile
from kb.text.read.archive import check_zip
from kb.text.read.document import Document, Table
from kb.text.read.numbering import Numbering, load

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = {f"{_W}{tag}" for tag in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sectPr", "tblPr")} | {
    f"{_MC}Fallback"
}
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def read_docx(data: bytes, name: str) -> Document:
    """Read the bytes of a .docx; raises UnreadableFile, naming ``name``, when it is broken, encrypted or a zip bomb."""
    check_zip(data, name)
    import docx
    from docx.opc.exceptions import OpcError

    try:
        word = docx.Document(BytesIO(data))
        numbering = load(_numbering_part(word))
        writer = _Writer(numbering, _style_lists(word))
        writer.body(word.element.body)
        core = word.core_properties
        meta = {k: v for k, v in (("title", core.title), ("author", core.author)) if v}
    except (
        OpcError,
        SyntaxError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        OSError,
    ) as error:  # lxml's parse error is a SyntaxError
        raise UnreadableFile(f"{name}：文件损坏，读不出内容；请用 Word 或 WPS 打开后另存") from error
    return Document("".join(writer.out), "docx", meta, tables=tuple(writer.tables))


def _numbering_part(word: Any) -> Any:  # noqa: ANN401 - python-docx is untyped
    """Return the numbering part's element; None when the document has none (python-docx would make one up)."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    for relation in word.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.NUMBERING:
            return relation.target_part.element
    return None


def _style_lists(word: Any) -> dict[str, tuple[str, int]]:  # noqa: ANN401
    """Style id → (list id, depth) for the styles that number their paragraphs, inherited ones included."""
    own: dict[str, tuple[str, int]] = {}
    parents: dict[str, str] = {}
    for style in word.styles.element.iter(f"{_W}style"):
        style_id = style.get(f"{_W}styleId")
        based = style.find(f"{_W}basedOn")
        if based is not None:
            parents[style_id] = based.get(f"{_W}val")
        found = _list_of(style.find(f"{_W}pPr"), {})
        if found is not None:
            own[style_id] = found
    for style_id in parents:
        seen, at = set(), style_id
        while at not in own and at in parents and at not in seen:
            seen.add(at)
            at = parents[at]
        if at in own:
            own.setdefault(style_id, own[at])
    return own


def _list_of(properties: Any, styles: dict[str, tuple[str, int]]) -> tuple[str, int] | None:  # noqa: ANN401
    """List id and depth of a paragraph's properties; None when it is not numbered (list 0 switches it off)."""
    if properties is None:
        return None
    style = properties.find(f"{_W}pStyle")
    found = styles.get(style.get(f"{_W}val")) if style is not None else None
    node = properties.find(f"{_W}numPr")
    if node is None:
        return found
    list_id = node.find(f"{_W}numId")
    depth = node.find(f"{_W}ilvl")
    number = list_id.get(f"{_W}val") if list_id is not None else (found[0] if found else "0")
    level = int(depth.get(f"{_W}val", "0")) if depth is not None else (found[1] if found else 0)
    return None if number == "0" else (number, level)


def _text(node: Any) -> str:  # noqa: ANN401
    """Visible text below ``node``: insertions kept, deletions, field codes and the doubles of text boxes left out."""
    return "".join(_pieces(node))


def _pieces(node: Any) -> Iterator[str]:  # noqa: ANN401
    for child in node.iterchildren():
        tag = child.tag
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in _CHARACTERS:
            yield _CHARACTERS[tag]
        elif tag == f"{_W}txbxContent":
            yield "\n"
            yield from _pieces(child)
            yield "\n"
        elif tag not in _SKIPPED:
            yield from _pieces(child)


@dataclass(slots=True)
class _Writer:
    """Collects the document's text and notes where its tables stand."""

    numbering: Numbering
    styles: dict[str, tuple[str, int]]
    out: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    length: int = 0

    def body(self, node: Any) -> None:  # noqa: ANN401
        """Write the blocks below ``node`` in order; content controls and revisions are walked through."""
        for child in node.iterchildren():
            if child.tag == f"{_W}p":
                self._line(self._paragraph(child))
            elif child.tag == f"{_W}tbl":
                self._table(child)
            elif child.tag not in _SKIPPED and isinstance(child.tag, str):
                self.body(child)

    def _line(self, text: str) -> None:
        self.out.append(text + "\n")
        self.length += len(text) + 1

    def _paragraph(self, node: Any) -> str:  # noqa: ANN401
        text = _text(node)
        found = _list_of(node.find(f"{_W}pPr"), self.styles)
        if found is None or not text.strip():
            return text
        return self.numbering.label(*found) + text

    def _table(self, node: Any) -> None:  # noqa: ANN401
        rows = []
        start = self.length
        for row in node.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not node:
                continue  # a row of a table inside a cell: its text stands in that cell
            cells = tuple(self._cell(cell) for cell in row.iterchildren(f"{_W}tc", f"{_W}sdt"))
            if any(cells):
                rows.append(cells)
                self._line(" | ".join(cells))
        if rows:
            self.tables.append(Table(tuple(rows), start, self.length - 1))

    def _cell(self, cell: Any) -> str:  # noqa: ANN401
        lines = (self._paragraph(p).strip() for p in cell.iter(f"{_W}p"))
        return " ".join(line.replace("\n", " ") for line in lines if line)
