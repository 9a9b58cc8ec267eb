"""Addresses of provisions: 《某法》第十条之一第二款第（三）项, as values that parse and print themselves.

Does not know what any law says, nor which titles exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from kb.base.quantity import integer

_DIGITS = "零一二三四五六七八九"


def to_chinese(number: int) -> str:
    """Chinese numeral of ``number`` as laws print it (119 → 一百一十九). Raises ValueError outside 0 to 99,999."""
    if not 0 <= number <= 99_999:
        raise ValueError(f"numeral out of range: {number}")
    if number < 10:
        return _DIGITS[number]
    out = ""
    zero = False
    for power, unit in ((4, "万"), (3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = number // 10**power % 10
        if digit == 0:
            zero = bool(out)
            continue
        if zero:
            out += "零"
            zero = False
        out += _DIGITS[digit] + unit
    return out[1:] if out.startswith("一十") else out


NUMERAL = r"[0-9０-９零\u3007○一二三四五六七八九十百千万两]+"
"""Pattern of a numeral in an address, either script; ``from_numeral`` tells whether it is well formed."""
_WIDTH = {ord("０") + i: str(i) for i in range(10)}


def from_numeral(text: str) -> int | None:
    """Value of an Arabic (either width) or Chinese numeral; None when it is neither."""
    return integer(text.translate(_WIDTH))


@total_ordering
@dataclass(frozen=True, slots=True)
class ArticleNo:
    """Number of an article: ``ArticleNo(134, 1)`` prints 第一百三十四条之一."""

    number: int
    suffix: int = 0

    def __str__(self) -> str:
        tail = f"之{to_chinese(self.suffix)}" if self.suffix else ""
        return f"第{to_chinese(self.number)}条{tail}"

    def __lt__(self, other: ArticleNo) -> bool:
        return (self.number, self.suffix) < (other.number, other.suffix)

    @classmethod
    def parse(cls, text: str) -> ArticleNo | None:
        """Read 第九十七条, 97条, 第134条之一 (the whole text); None when it is not an article number."""
        m = re.fullmatch(rf"\s*第?\s*({NUMERAL})\s*条(?:\s*之\s*({NUMERAL}))?\s*", text)
        if m is None:
            return None
        number = from_numeral(m[1])
        suffix = from_numeral(m[2]) if m[2] else 0
        return None if number is None or suffix is None else cls(number, suffix)


@dataclass(frozen=True, slots=True)
class Address:
    """A provision: instrument (short title), article, 款, 项, 目. None: the level is not named."""

    title: str
    article: ArticleNo | None = None
    paragraph: int | None = None
    item: int | None = None
    subitem: int | None = None

    def __str__(self) -> str:
        out = f"《{self.title}》"
        if self.article is not None:
            out += str(self.article)
        if self.paragraph is not None:
            out += f"第{to_chinese(self.paragraph)}款"
        if self.item is not None:
            out += f"第（{to_chinese(self.item)}）项"
        if self.subitem is not None:
            out += f"第{self.subitem}目"
        return out

    @classmethod
    def parse(cls, text: str) -> Address | None:
        """Inverse of ``str``; also reads half-width brackets and Arabic numerals. None when it is no address."""
        m = re.fullmatch(
            rf"""\s*《(?P<title>[^《》]*(?:《[^《》]*》[^《》]*)*)》\s*
                 (?:(?P<article>第?\s*{NUMERAL}\s*条(?:\s*之\s*{NUMERAL})?)\s*
                    (?:第\s*(?P<paragraph>{NUMERAL})\s*款\s*)?
                    (?:第\s*[（(]?(?P<item>{NUMERAL})[）)]?\s*项\s*)?
                    (?:第\s*(?P<subitem>{NUMERAL})\s*目\s*)?)?""",
            text,
            re.VERBOSE,
        )
        if m is None:
            return None
        article = ArticleNo.parse(m["article"]) if m["article"] else None
        numbers = [from_numeral(m[k]) if m[k] else None for k in ("paragraph", "item", "subitem")]
        return cls(m["title"], article, *numbers)
