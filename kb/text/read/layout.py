"""Printed lines with their places on pages → running text: margins' furniture removed, lines rejoined.

Does not know where the lines come from (a PDF's text layer or OCR), nor what they say. Coordinates are
in points from the page's top left corner.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb.text.read.document import PageSpan


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line: its text and box. ``page`` counts from 1; ``page_height`` is that page's."""

    text: str
    page: int
    left: float
    right: float
    top: float
    bottom: float
    page_height: float

    @property
    def height(self) -> float:
        """Height of the box: about the size of the type."""
        return max(self.bottom - self.top, 1.0)


_MARGIN = 0.12
"""Share of the page's height, above and below, in which headers, footers and page numbers are looked for.

GB/T 9704 sets 37 mm above and 35 mm below on 297 mm, the page number 7 mm under the text: 0.12 covers them.
"""
_REPEATS = 0.3
"""A line counts as running when it stands at the same height on this share of the pages (odd and even differ)."""
_SAME_HEIGHT = 4.0

_PAGE_NUMBER = re.compile(
    r"""\s*(?:
        [-\u2013—－―~～·.\s]*\d{1,4}[-\u2013—－―~～·.\s]*            # —7—, - 7 -, 7
      | 第\s*\d{1,4}\s*页(?:\s*[,，/]?\s*共\s*\d{1,4}\s*页)?  # 第7页 共20页
      | (?:page\s*)?\d{1,4}\s*(?:/|of)\s*\d{1,4}             # 7/20, Page 7 of 20
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_STRUCTURE = re.compile(
    r"""\s*(?:
        第[零〇一二三四五六七八九十百千\d]+(?:编|章|节|条)[\s之]  # 第X条 heads an article (第X条规定 goes on)
      | [一二三四五六七八九十]{1,3}、
      | [（(][一二三四五六七八九十]{1,3}[)）]
      | \d{1,2}[.．、](?!\d)
      | [①-⑳]
      | 附件|附\s*[:：]
    )""",
    re.VERBOSE,
)
_ENDS = tuple("。！？；：!?;:")


def assemble(lines: Sequence[Line]) -> tuple[str, tuple[PageSpan, ...]]:
    """Return the running text and the spans of its pages. Empty pages have empty spans; no lines, no text."""
    kept = _without_furniture(lines)
    breaks = _paragraph_starts(kept)
    out: list[str] = []
    length = 0
    starts: dict[int, int] = {}
    for i, line in enumerate(kept):
        text = line.text.strip()
        glue = "" if i == 0 else "\n" if breaks[i] else _glue(kept[i - 1].text.rstrip(), text)
        out.append(glue + text)
        starts.setdefault(line.page, length + len(glue))
        length += len(glue) + len(text)
    return "".join(out), _spans(starts, length)


def _spans(starts: dict[int, int], length: int) -> tuple[PageSpan, ...]:
    pages = sorted(starts)
    ends = [*(starts[p] for p in pages[1:]), length][: len(pages)]
    return tuple(PageSpan(page, starts[page], end) for page, end in zip(pages, ends, strict=True))


def _glue(before: str, after: str) -> str:
    """Return what stands between two joined lines: a space between Latin words, else nothing."""
    if before and after and before[-1].isascii() and after[0].isascii():
        return " " if before[-1].isalnum() and after[0].isalnum() else ""
    return ""


def _without_furniture(lines: Sequence[Line]) -> list[Line]:
    """Drop page numbers and running headers and footers, which stand in the margins only."""
    margin = [line for line in lines if _in_margin(line)]
    least = max(2, _REPEATS * len({line.page for line in lines}))
    alike: dict[str, list[Line]] = {}
    for line in margin:
        alike.setdefault(_shape(line), []).append(line)
    running = {shape for shape, same in alike.items() if len({line.page for line in same}) >= least and _level(same)}
    return [
        line
        for line in lines
        if not (_in_margin(line) and (_PAGE_NUMBER.fullmatch(line.text) or _shape(line) in running))
    ]


def _level(lines: Sequence[Line]) -> bool:
    """Whether the lines stand at the same height of their pages, most of them."""
    middle = sorted(line.top for line in lines)[len(lines) // 2]
    return sum(1 for line in lines if abs(line.top - middle) <= _SAME_HEIGHT) * 2 > len(lines)


def _shape(line: Line) -> str:
    """Return the line without its digits and white space: what stays the same from page to page."""
    return re.sub(r"[\d\s]+", "", line.text)


def _in_margin(line: Line) -> bool:
    return line.bottom <= _MARGIN * line.page_height or line.top >= (1 - _MARGIN) * line.page_height


def _paragraph_starts(lines: Sequence[Line]) -> list[bool]:
    """Whether each line begins a paragraph, judged by indent, the length of the line before, and numbering."""
    if not lines:
        return []
    left, right = _text_edges(lines)
    return [True] + [_breaks(before, line, left, right) for before, line in pairwise(lines)]


def _text_edges(lines: Sequence[Line]) -> tuple[float, float]:
    """Left and right edge of the type area: the commonest left edge, and the 90th percentile of the right ones."""
    left = Counter(round(line.left) for line in lines).most_common(1)[0][0]
    rights = sorted(line.right for line in lines)
    return float(left), rights[int(0.9 * len(rights))]


def _breaks(before: Line, line: Line, left: float, right: float) -> bool:
    em = line.height
    short = before.right < right - 2.2 * before.height
    if short or line.left > left + 1.2 * em:
        return True
    if before.height > 1.35 * em or em > 1.35 * before.height:
        return True  # a heading in larger type
    ended = before.text.rstrip().endswith(_ENDS)
    if _STRUCTURE.match(line.text) and ended:
        return True
    gap = line.top - before.bottom
    return line.page == before.page and gap > 1.8 * em and ended
