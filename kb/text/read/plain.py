"""Bytes of plain text (.md, .txt) to characters: UTF-8, GB18030, UTF-16 by its mark, and what charset-normalizer knows.

Does not know Markdown, nor what a law is.
"""

from __future__ import annotations

import re

from kb.base.records import UnreadableFile

_PLAUSIBLE = 0.75
"""Least share of the non-ASCII characters that GB 2312 must hold for bytes to count as GB18030.

Real texts of laws reach 0.99; UTF-8 bytes misread as GB18030 give rare characters, below 0.5.
"""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, name: str) -> tuple[str, str]:
    r"""Return (text, encoding's name) of ``data``; every line ends in ``\n`` and the BOM is gone.

    Raises UnreadableFile, naming ``name``, where no encoding fits or the result is no text.
    """
    text, encoding = _decoded(data, name)
    if _CONTROL.search(text):
        raise UnreadableFile(f"{name}：内容不是文本；请换成文档原件")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), encoding


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise UnreadableFile(f"{name}：不是完整的 UTF-16 文本；请重新另存为 UTF-8") from error
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        broken_at = error.start
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and _looks_simplified(text):
        return text, "gb18030"
    if _mostly_utf8(data):
        raise UnreadableFile(f"{name}：第 {broken_at + 1} 字节起不是有效的 UTF-8，文件可能损坏；请重新另存为 UTF-8")
    return _guessed(data, name)


def _looks_simplified(text: str) -> bool:
    """Whether most of the non-ASCII characters are among the 7,445 of GB 2312."""
    foreign = [c for c in text[:20_000] if ord(c) > 127 and not c.isspace()]
    if not foreign:
        return True
    held = sum(1 for c in foreign if _in_gb2312(c))
    return held >= _PLAUSIBLE * len(foreign)


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _mostly_utf8(data: bytes) -> bool:
    """Whether nearly all multi-byte characters read as UTF-8, so that a few bytes are damaged."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    return bad * 10 <= sum(1 for c in text if ord(c) > 127)


def _guessed(data: bytes, name: str) -> tuple[str, str]:
    """Ask charset-normalizer among the encodings Chinese files come in; raises UnreadableFile when none fits."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=["big5", "gb18030", "utf_16_le", "utf_16_be"]).best()
    if best is None:
        raise UnreadableFile(f"{name}：认不出文字编码；请另存为 UTF-8")
    return str(best), best.encoding.replace("_", "-")
