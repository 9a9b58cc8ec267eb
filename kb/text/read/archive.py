"""Whether an Office file (a zip) is whole and of bounded size, told before anything is unpacked.

Does not know what its parts mean.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

from kb.base.records import UnreadableFile

MAX_PARTS = 20_000
MAX_TOTAL = 400 * 2**20
"""Most bytes all parts may unpack to; pictures hardly compress, so a 100 MB document stays far below."""
MAX_XML = 64 * 2**20
"""Most bytes of one XML part: it is held as a tree, at some ten times its size. 30,000 pages of text are less."""


def check_zip(data: bytes, name: str) -> None:
    """Check the zip ``data`` of the file ``name``: its directory reads, nothing is encrypted, sizes are bounded.

    The sizes are those the zip declares; Python's zipfile never unpacks a part beyond them.
    Raises UnreadableFile otherwise.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as bundle:
            parts = bundle.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableFile(f"{name}：文件损坏，解不开；请用 Word 或 WPS 打开后另存") from error
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile(f"{name}：文件有密码；请去掉密码后另存")
    too_large = sum(part.file_size for part in parts) > MAX_TOTAL or any(
        part.file_size > MAX_XML for part in parts if part.filename.endswith((".xml", ".rels"))
    )
    if too_large or len(parts) > MAX_PARTS:
        raise UnreadableFile(f"{name}：解开后过大，疑似异常文件；请用 Word 或 WPS 打开后另存")
