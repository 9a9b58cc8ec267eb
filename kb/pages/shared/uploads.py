"""What comes up from a browser: checked for size and kind, read, and deleted; never executed, never served.

Does not know what a file is for.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from kb.base.records import InputError
from kb.text.read import read

ENDINGS = (".docx", ".pdf", ".txt", ".md", ".html", ".htm")
MAX_BYTES = 20 * 2**20
_UNSAFE = re.compile(r"[^\w（）()《》【】，、。· \-]+")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)")
LONGEST_NAME = 80


def text_of(path: str) -> str:
    """The text of an uploaded file, which is deleted after. Raises UnreadableFile, InputError for another kind."""
    file = Path(path)
    try:
        if file.suffix.lower() not in ENDINGS:
            raise InputError(f"不能读 {file.suffix or '没有扩展名的'} 文件；请用 {' '.join(ENDINGS)}")
        return read(file, limit_bytes=MAX_BYTES).text
    finally:
        file.unlink(missing_ok=True)


def clean_name(name: str) -> str:
    """A file name without folders, control or markup characters: 《某法》(2020-01-01).md stays; always ends as before.

    Raises InputError for an ending that is not taken or a name with nothing left.
    """
    plain = unicodedata.normalize("NFC", name.replace("\\", "/")).rsplit("/", 1)[-1]
    stem, dot, ending = plain.rpartition(".")
    if not dot or f".{ending.lower()}" not in ENDINGS:
        raise InputError(f"不能收 {plain[-20:]}；请用 {' '.join(ENDINGS)}")
    kept = _UNSAFE.sub("", stem).strip(" -")[:LONGEST_NAME]
    if not kept or _RESERVED.fullmatch(kept):
        raise InputError("文件名里没有可用的文字；请改名后再传")
    return f"{kept}.{ending.lower()}"
