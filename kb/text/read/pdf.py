"""PDF files with a text layer, page by page; pages without one go to a recogniser of pictures.

Does not know what the text says, nor how pictures are recognised (an argument).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from kb.base.records import MissingExtra, UnreadableFile
from kb.text.read.document import Document, PageSpan
from kb.text.read.layout import Line, assemble
from kb.text.read.ocr import Recogniser, default_recogniser

_LEAST_CHARACTERS = 8
"""Fewer visible characters than this on a page with a picture: a scan (its stamp or number may be text)."""
_MOST_UNREADABLE = 0.3
"""Above this share of unmapped characters the text layer is no text (fonts without a Unicode map)."""
_DPI = 200


def read_pdf(data: bytes, name: str, recogniser: Recogniser | None = None) -> Document:
    """Read the bytes of a PDF.

    A page without a text layer goes to ``recogniser`` (default: RapidOCR where installed). Where
    that is missing, a document that is all scans raises MissingExtra; one of which some pages have
    text is read without the others, and ``meta["unread_pages"]`` lists them.
    Raises UnreadableFile, naming ``name``, when it is broken, encrypted or empty.
    """
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        what = "有密码；请去掉密码后另存" if locked else "文件损坏，打不开；请重新导出 PDF"
        raise UnreadableFile(f"{name}：{what}") from error
    with pdf:
        return _document(pdf, name, recogniser)


def _document(pdf: Any, name: str, recogniser: Recogniser | None) -> Document:  # noqa: ANN401 - pypdfium2 is untyped
    lines: list[Line] = []
    unread: list[int] = []
    for number in range(1, len(pdf) + 1):
        page = _page(pdf, number, name)
        found = list(_page_lines(page, number))
        if _is_scan(page, found):
            try:
                recogniser = recogniser or default_recogniser(name)
                found = _recognised(page, number, recogniser)
            except MissingExtra:
                unread.append(number)
        lines.extend(found)
        page.close()
    if unread and not lines:
        default_recogniser(name)  # nothing to show without it: let its error tell the cure
    text, spans = assemble(lines)
    meta = {"pages": str(len(pdf))} | {k.lower(): v for k, v in pdf.get_metadata_dict(skip_empty=True).items()}
    if unread:
        meta["unread_pages"] = ",".join(map(str, unread))
    return Document(text + "\n" if text else "", "pdf", meta, _all_pages(spans, len(pdf), len(text)))


def _page(pdf: Any, number: int, name: str) -> Any:  # noqa: ANN401
    import pypdfium2 as pdfium

    try:
        return pdf[number - 1]
    except pdfium.PdfiumError as error:
        raise UnreadableFile(f"{name}：第 {number} 页损坏；请重新导出 PDF") from error


def _all_pages(spans: tuple[PageSpan, ...], count: int, length: int) -> tuple[PageSpan, ...]:
    """One span for each page; a page that gave nothing gets an empty one where the next begins."""
    held = {span.page: span for span in spans}
    out: list[PageSpan] = []
    at = length
    for number in range(count, 0, -1):
        span = held.get(number) or PageSpan(number, at, at)
        at = span.start
        out.append(span)
    return tuple(reversed(out))


def _page_lines(page: Any, number: int) -> Iterator[Line]:  # noqa: ANN401
    """Yield the printed lines of a page's text layer, in the file's own reading order."""
    import pypdfium2.raw as raw

    text_page = page.get_textpage()
    height = page.get_height()
    box = [ctypes.c_double() for _ in range(4)]
    characters: list[str] = []
    edges: list[tuple[float, float, float, float]] = []
    for i in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, i)
        if code in (10, 13):
            if edges:
                yield _line(characters, edges, number, height)
            characters, edges = [], []
            continue
        if code == 0:
            continue
        characters.append(chr(code) if code <= 0x10FFFF else "\ufffd")
        if raw.FPDFText_GetCharBox(text_page, i, *box) and box[0].value < box[1].value:
            left, right, bottom, top = (b.value for b in box)
            edges.append((left, right, height - top, height - bottom))
    if edges:
        yield _line(characters, edges, number, height)
    text_page.close()


def _line(chars: list[str], edges: list[tuple[float, float, float, float]], page: int, height: float) -> Line:
    left, right = min(e[0] for e in edges), max(e[1] for e in edges)
    top, bottom = min(e[2] for e in edges), max(e[3] for e in edges)
    text = "".join(chars).replace("\ufffe", "").replace("\u0002", "")  # PDFium's marks of a hyphen at a line's end
    return Line(text, page, left, right, top, bottom, height)


def _is_scan(page: Any, lines: list[Line]) -> bool:  # noqa: ANN401
    """Whether the page shows a picture in place of text, or text that no reader can map to characters."""
    import pypdfium2.raw as raw

    text = "".join(line.text for line in lines).replace(" ", "")
    unreadable = sum(1 for c in text if c == "\ufffd" or "\ue000" <= c <= "\uf8ff")
    if text and unreadable > _MOST_UNREADABLE * len(text):
        return True
    if len(text) >= _LEAST_CHARACTERS:
        return False
    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))


def _recognised(page: Any, number: int, recogniser: Recogniser) -> list[Line]:  # noqa: ANN401
    """Lines of the page's picture at 200 dpi, in points."""
    scale = _DPI / 72
    picture = page.render(scale=scale).to_numpy()
    return [
        Line(w.text, number, w.left / scale, w.right / scale, w.top / scale, w.bottom / scale, page.get_height())
        for w in recogniser(picture)
    ]
