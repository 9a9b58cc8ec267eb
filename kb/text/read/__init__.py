"""Bytes of .md .txt .docx .pdf .html (and, with the ``ocr`` extra, scans) to text.

Does not know what a law or a report is: it gives the text in reading order, with pages and tables.
"""

from __future__ import annotations

from pathlib import Path

from kb.base.records import UnreadableFile
from kb.text.read import plain
from kb.text.read.document import Document, PageSpan, Table
from kb.text.read.sniff import SUFFIXES, expect

__all__ = ["LIMIT_BYTES", "SUFFIXES", "Document", "PageSpan", "Table", "read"]

LIMIT_BYTES = 100 * 2**20
"""Largest file read by default: the whole of the laws beside the checkout is 60 MB, one document never near it."""


def read(path: Path | str, *, limit_bytes: int = LIMIT_BYTES) -> Document:
    """Read one file; which reader is chosen by its ending and its content, which must agree.

    Raises UnreadableFile (missing, empty, too large, broken, encrypted, mislabelled, unknown kind), with
    one line that names the file and the cure.
    """
    path = Path(path)
    data = _bytes(path, limit_bytes)
    content = expect(path, data)
    if content == "text":
        text, encoding = plain.decode(data, path.name)
        kind = "txt" if path.suffix.lower() == ".txt" else "md"
        return _not_empty(Document(text, kind, {"encoding": encoding}), path)
    raise UnreadableFile(f"{path.name}：这一版还不能读此类文件")


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


def _not_empty(document: Document, path: Path) -> Document:
    """The document itself; raises UnreadableFile when it holds no visible character."""
    if not document.text.strip():
        raise UnreadableFile(f"{path.name}：没有文字内容；请换成有内容的文件")
    return document
