"""What a file really is, told from its first bytes, and whether its name says the same.

Does not know how any format is read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from kb.base.records import UnreadableFile

Content = Literal[
    "text", "html", "pdf", "image", "docx", "xlsx", "zip", "ofd", "encrypted", "ole", "rtf", "archive", "binary"
]

HEAD = 4096
"""Bytes enough for every mark below; PDF readers accept ``%PDF-`` anywhere in the first 1,024 bytes."""

_MAGIC: tuple[tuple[bytes, Content], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"GIF8", "image"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"\x7fELF", "binary"),
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S)

SUFFIXES: dict[str, Content] = {
    ".md": "text",
    ".markdown": "text",
    ".txt": "text",
    ".docx": "docx",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".bmp": "image",
    ".webp": "image",
}
"""Endings that are read, with the content each promises."""

NAMES: dict[Content, str] = {
    "text": "纯文本",
    "html": "网页",
    "pdf": "PDF",
    "image": "图片",
    "docx": "Word 文档（.docx）",
    "xlsx": "Excel 表格",
    "zip": "压缩包",
    "ofd": "OFD 版式文件",
    "encrypted": "加密的 Office 文件",
    "ole": "旧版 Office 文件（.doc/.xls/.wps）",
    "rtf": "RTF 文档",
    "archive": "压缩包",
    "binary": "二进制数据",
}

_CURES: dict[Content, str] = {
    "text": "请把扩展名改为 .txt",
    "html": "请把扩展名改为 .html",
    "pdf": "请把扩展名改为 .pdf",
    "image": "请按图片的格式改扩展名（.png、.jpg）",
    "docx": "请把扩展名改为 .docx",
    "xlsx": "请把需要的内容另存为 .docx 或 .txt",
    "zip": "请解压后放入其中的文件",
    "ofd": "请先转换为 PDF",
    "encrypted": "请去掉密码后另存",
    "ole": "请另存为 .docx",
    "rtf": "请另存为 .docx",
    "archive": "请解压后放入其中的文件",
    "binary": "请换成文档原件",
}


def sniff(data: bytes) -> Content:
    """Tell the content from ``data``, the whole file; plain text is what is left when no other mark is seen."""
    head = data[:HEAD]
    for mark, content in _MAGIC:
        if head.startswith(mark):
            return "encrypted" if content == "ole" and _is_encrypted_office(data) else content
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if head[:2] == b"BM" and len(data) >= 26 and int.from_bytes(head[2:6], "little") == len(data):
        return "image"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _sniff_zip(data)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if _HTML.match(head.removeprefix(_BOMS[0])):
        return "html"
    if b"\x00" in head and not head.startswith(_BOMS):
        return "binary"
    return "text"


def _is_encrypted_office(data: bytes) -> bool:
    """Whether a compound file wraps an encrypted docx/xlsx (its stream's name stands in UTF-16)."""
    return "EncryptedPackage".encode("utf-16-le") in data


def _sniff_zip(data: bytes) -> Content:
    """Tell docx, xlsx and OFD from any other zip by the parts' names, which a zip stores in clear."""
    if b"word/document" in data:
        return "docx"
    if b"xl/workbook" in data:
        return "xlsx"
    if b"OFD.xml" in data:
        return "ofd"
    return "zip"


def expect(path: Path, data: bytes) -> Content:
    """Return the content of ``data`` where it is what ``path``'s ending promises.

    Raises UnreadableFile for an ending that is not read and for a mislabelled file; the message tells the cure.
    """
    promised = SUFFIXES.get(path.suffix.lower())
    found = sniff(data)
    if promised is None:
        known = " ".join(sorted(SUFFIXES))
        raise UnreadableFile(f"{path.name}：不支持的扩展名“{path.suffix}”；请转换为下列之一：{known}")
    if found == promised:
        return found
    if promised == "html" and found == "text" and re.search(rb"<[a-zA-Z!/][^>]*>", data):
        return "html"  # a page without <html>, as some sites save it
    what = f"{path.name}：扩展名是 {path.suffix}，内容却是{NAMES[found]}"
    raise UnreadableFile(f"{what}；{_CURES[found]}")
