"""Decide which lines that begin with 第X条 are article headings, and which are wrapped cross-references.

Does not know nodes or passages; it sees candidates in reading order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kb.base.address import ArticleNo, from_numeral

# WS: what str.strip() takes away plus the zero-width characters of the files met so far.
WS = " \t\r\n\v\f\u3000\xa0\u2002\u2003\u2009\u200b\u200c\u200d\u2060\ufeff"
_N = r"零\u3007○一二三四五六七八九十百千0-9\uff10-\uff19－—\u2013\- \u3000"
LABEL = re.compile(
    rf"""(?P<label>(?:\*\*)?
            第(?P<number>[{_N}]{{1,12}})条
            (?:之(?P<suffix>[一二三四五六七八九十]{{1,3}}))?
            (?:\*\*)?)
         (?P<blank>[{WS}]+|$|(?=[【\[（(]))?
         (?P<rest>.*)""",
    re.VERBOSE | re.DOTALL,
)
# What follows 第X条 in a reference: 第三款, 规定, 、第十条, 至第九条, 的规定, 所列 …
_REFERENCE = re.compile(
    rf"第[{_N}]+[款项目]|规定|[、，。；：）》”]|的[规情行]|和第|至第|或者?第|以及第|及第|之规定|所[列规]|中的|情形|款|项|第一款"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may open an article: its index, number, whether a blank follows the label, and the rest."""

    line: int
    no: ArticleNo
    label: str
    spaced: bool
    rest: str
    shift: int

    @property
    def reference(self) -> bool:
        """Whether the rest reads like the tail of a cross-reference."""
        return _REFERENCE.match(self.rest) is not None


@lru_cache(maxsize=8192)
def _number(digits: str, suffix: str) -> ArticleNo | None:
    cleaned = re.sub(r"[ \u3000]", "", digits)
    value = from_numeral(re.sub(r"[－—\u2013-]", "一", cleaned))
    tail = from_numeral(suffix) if suffix else 0
    return None if not value or tail is None else ArticleNo(value, tail)


def candidate(line: int, text: str) -> Candidate | None:
    """Read a stripped line that starts with 第 (or **第); None when it holds no article number."""
    m = LABEL.match(text)
    if m is None:
        return None
    no = _number(m["number"], m["suffix"] or "")
    if no is None:
        return None
    return Candidate(line, no, m["label"], m["blank"] is not None, m["rest"], m.start("rest"))


def follows(last: ArticleNo, no: ArticleNo) -> bool:
    """Whether ``no`` is the next number after ``last``: 第十条 → 第十一条 or 第十条之一."""
    if no.suffix:
        return no.number == last.number and no.suffix == last.suffix + 1
    return no.number == last.number + 1


def accept(candidates: list[Candidate], *, strict: bool = False) -> list[Candidate]:
    """Choose the candidates that are headings. ``strict``: after the first, only the very next number counts.

    A number in its turn is taken even where the blank is missing, unless it reads like a reference. A
    leap is taken only with a blank, and only where the number that was due does not come later.
    """
    out: list[Candidate] = []
    last: ArticleNo | None = None
    for i, c in enumerate(candidates):
        if last is None:
            if not c.spaced or (c.reference and c.no.number != 1):
                continue
        elif follows(last, c.no):
            if c.reference and not c.spaced:
                continue
        elif (
            strict
            or c.no <= last
            or not c.spaced
            or c.reference
            or any(follows(last, d.no) and d.spaced for d in candidates[i + 1 : i + 40])
        ):
            continue
        out.append(c)
        last = c.no
    return out
