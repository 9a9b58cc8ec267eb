"""Traditional characters → simplified, by OpenCC: 安全生產法 → 安全生产法.

Does not know what a text means. For what people type, never for texts of the law: these are kept as they are.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _converter() -> _Converter:
    from opencc import OpenCC  # here: its tables are read only where somebody writes so

    made: _Converter = OpenCC("t2s")
    return made


def simplified(text: str) -> str:
    """``text`` in simplified characters; as it is where every character is one of GB 2312, which has no others."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return _converter().convert(text)
    return text
