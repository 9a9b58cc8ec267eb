"""Bytes of .md .txt .docx .pdf .html (and, with the ``ocr`` extra, scans) to text.

Does not know what a law or a report is: it gives the text in reading order, with pages and tables.
"""

from __future__ import annotations

from pathlib import Path

from kb.base.records import UnreadableFile
from kb.text.read import plain
from kb.text.read.document import Document, PageSpan, Table
from kb.text.read.ocr import Recogniser, Words, read_image
from kb.text.read.pdf import read_pdf
from kb.text.read.sniff import SUFFIXES, Content, expect
from kb.text.read.web import read_html
from kb.text.read.word import read_docx

__all__ = ["LIMIT_BYTES", "SUFFIXES", "Document", "PageSpan", "Recogniser", "Table", "Words", "read"]

LIMIT_BYTES = 100 * 2**20
"""Largest file read by default: the whole of the laws beside the checkout is 60 MB, one document never near it."""


def read(path: Path | str, *, limit_bytes: int = LIMIT_BYTES, recogniser: Recogniser | None = None) -> Document:
    """Read one file; which reader is chosen by its ending and its content, which must agree.

    ``recogniser`` reads pictures and scanned pages (default: RapidOCR where installed).
    Raises UnreadableFile (missing, empty, larger than ``limit_bytes``, broken, encrypted, mislabelled,
    unknown kind) and MissingExtra (a scan without the ``ocr`` extra); each message is one line that names
    the file and the cure.
    """
    path = Path(path)
    data = _bytes(path, limit_bytes)
    document = _read(path, data, expect(path, data), recogniser)
    if not document.text.strip():
        raise UnreadableFile(f"{path.name}：没有文字内容；请换成有内容的文件")
    return document


def _read(path: Path, data: bytes, content: Content, recogniser: Recogniser | None) -> Document:
    if content == "docx":
        return read_docx(data, path.name)
    if content == "pdf":
        return read_pdf(data, path.name, recogniser)
    if content == "html":
        return read_html(data, path.name)
    if content == "image":
        return read_image(data, path.name, recogniser)
    text, encoding = plain.decode(data, path.name)
    return Document(text, "txt" if path.suffix.lower() == ".txt" else "md", {"encoding": encoding})


def _bytes(path: Path, limit: int) -> bytes:
    """Bytes of a regular file no larger than ``limit``; raises UnreadableFile otherwise."""
    try:
        if not path.is_file():
            raise UnreadableFile(f"{path.name}：{'不是普通文件' if path.exists() else '文件不存在'}；请检查路径")
        size = path.stat().st_size
        if size > limit:
            raise UnreadableFile(f"{path.name}：{size / 2**20:.0f} MB，超过上限 {limit / 2**20:.0f} MB；请拆分后再放入")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path.name}：打不开（{error.strerror or error}）；请检查权限") from error
    if not data:
        raise UnreadableFile(f"{path.name}：文件是空的；请换成有内容的文件")
    return data
