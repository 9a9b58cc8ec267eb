"""The printed lines of a report: which are furniture of the page, and how the text was wrapped.

Does not know headings nor what the text says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from kb.report.parse.heal import heal

CLOSED = re.compile(r"[。！？；：!?;:…][”\u2019）》\])\"'*]*$")
"""A line that ends a sentence, or announces a list."""
DATE_LINE = re.compile(
    r"[（(]?\s*(?:19|20|二[\u3007零○])[\d\u3007零○一二三四五六七八九]{2}\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月"
    r"\s*[\d一二三四五六七八九十]{1,3}\s*日\s*[)）]?(?:\s*印发)?"
)
ORG = re.compile(
    r"(?:中共)?[\u4e00-\u9fff（）()]{2,28}"
    r"(?:局|委员会|委|办公室|办|厅|人民政府|总队|支队|大队|中心|办事处|公司|集团|部)"
)
_DASHES = r"[-\u2013—－―~·.\s]"
_PAGE_NUMBER = re.compile(
    rf"{_DASHES}*[-\u2013—－―~·]\s*\d{{1,3}}\s*[-\u2013—－―~·]{_DASHES}*"
    r"|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?|(?:page\s*)?\d{1,3}\s*(?:/|of)\s*\d{1,3}",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\d{1,3}")
_WIDEST = 100
"""Columns of the widest page's line: 28 characters by GB/T 9704 are 56; a plain A4 page holds 45 characters."""
_INDENT = 4
"""Columns by which a paragraph's first line is set in."""
_NOT_WIDER = 0.98
"""Share of the lines that must fit: a web address or a heading in a table may stick out."""


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line that is not empty: ``source[start:end]``, healed as ``text``; ``gap`` empty lines before it.

    ``depth`` is the number of ``#`` before it, ``spaces`` how many spaces healing took out.
    """

    text: str
    start: int
    end: int
    gap: int
    depth: int = 0
    spaces: int = 0

    @property
    def closed(self) -> bool:
        """Whether a sentence (or an announcement, or a table's row) ends with the line."""
        return bool(CLOSED.search(self.text)) or self.tabular

    @property
    def tabular(self) -> bool:
        """Whether the line is a table's row, its cells parted by bars."""
        return " | " in self.text or (self.text.startswith("|") and self.text.endswith("|"))

    @property
    def broken(self) -> bool:
        """Whether the line, where lines are whole paragraphs, breaks off in mid-sentence."""
        if self.closed:
            return False
        unbalanced = any(self.text.count(a) > self.text.count(b) for a, b in ("《》", "“”", "（）"))
        return len(self.text) >= 30 or unbalanced or bool(re.search("[。；]", self.text))

    @property
    def columns(self) -> float:
        """Printed width: 2 for a Chinese character or mark, 1 for a Latin one, a half for a gap round a number."""
        return sum(1 if c.isascii() else 2 for c in self.text) + min(self.spaces, 12) / 2


@dataclass(frozen=True, slots=True)
class Wrapping:
    """How the source breaks lines. ``columns``: usual width of a full line, None where lines are whole paragraphs.

    ``gaps_tell``: an empty line between two lines means a new paragraph (not so where every line has one).
    """

    columns: float | None
    gaps_tell: bool

    def full(self, line: Line) -> bool:
        """Whether the line was broken for lack of room; always False where lines are paragraphs."""
        return self.columns is not None and line.columns >= self.columns - _INDENT - 3

    def indented(self, line: Line) -> bool:
        """Whether a full line is so much narrower than the others that it must be a paragraph's first."""
        if self.columns is None or line.closed:
            return False
        return abs(self.columns - _INDENT - line.columns) <= 1.5


def split(source: str, start: int = 0) -> list[Line]:
    """Split ``source[start:]`` into its lines that hold anything, page numbers and running heads left out."""
    lines: list[Line] = []
    gap = 0
    for m in re.finditer(r"[^\n]*\n?", source[start:]):
        raw = m[0]
        mark = re.match(r"\s*(#{1,6}\s+)?", raw)
        depth = len(mark[1].strip()) if mark and mark[1] else 0
        text = heal(raw[mark.end() if mark else 0 :])
        if not text:
            gap += bool(raw)
            continue
        at = start + m.start() + len(raw) - len(raw.lstrip())
        spaces = raw.strip().count(" ") - text.count(" ")
        lines.append(Line(text, at, start + m.start() + len(raw.rstrip()), gap, depth, max(spaces, 0)))
        gap = 0
    return _without_furniture(lines)


def wrapping(lines: Sequence[Line]) -> Wrapping:
    """Tell from the lines' widths whether they were broken at a margin, and what empty lines mean.

    Broken at a margin: no line is wider than a page, and of the widest ones at least half break off in mid-sentence
    (where lines are paragraphs, the widest end with a full stop).
    """
    gaps = sum(1 for line in lines[1:] if line.gap)
    tell = 0 < gaps < 0.6 * max(len(lines) - 1, 1)
    widths = sorted(line.columns for line in lines if not line.tabular)
    if not widths:
        return Wrapping(None, tell)
    widest = widths[max(ceil(_NOT_WIDER * len(widths)) - 1, 0)]
    wide = [line if 0.85 * widest <= line.columns <= 1.1 * widest else None for line in lines]
    cut = [line if line and not line.closed and re.search("[，。；、]", line.text) else None for line in wide]
    times = sum(1 for line in cut if line)
    if widest > _WIDEST or not times or times * 2 < sum(1 for line in wide if line):
        return Wrapping(None, tell)
    later = [line.columns for before, line in pairwise(cut) if before and line]  # no paragraph's first line is here
    return Wrapping(_usual(later or [line.columns for line in cut if line]), tell)


def _usual(widths: Sequence[float]) -> float:
    """Mean of the widths about the commonest one; of two as common the smaller (hanging marks stick out)."""
    near = {width: [w for w in widths if abs(w - width) <= 1] for width in set(widths)}
    chosen = near[max(near, key=lambda width: (len(near[width]), -width))]
    return sum(chosen) / len(chosen)


def _without_furniture(lines: list[Line]) -> list[Line]:
    """Drop page numbers, lines repeated as running heads, and letterheads that stand in mid-sentence."""
    numbers = _page_numbers(lines)
    kept = [line for i, line in enumerate(lines) if i not in numbers]
    often = Counter(line.text for line in kept)
    heads = {text for text, n in often.items() if n >= 3 and len(text) <= 30 and not re.search("[，。；、：]", text)}
    width = wrapping(kept)
    out: list[Line] = []
    for i, line in enumerate(kept):
        after = kept[i + 1] if i + 1 < len(kept) else None
        inside = out and after is not None and _open(out[-1], width) and not DATE_LINE.fullmatch(after.text)
        letterhead = ORG.fullmatch(line.text.removesuffix("文件")) is not None and not width.full(line)
        if inside and (line.text in heads or letterhead):
            continue
        out.append(line)
    return out


def _open(line: Line, width: Wrapping) -> bool:
    """Whether the line breaks off in mid-sentence."""
    return width.full(line) and not line.closed if width.columns else line.broken


def _page_numbers(lines: Sequence[Line]) -> set[int]:
    """Return the indices of page numbers. A bare number counts only where two or more such lines ascend."""
    found = {i for i, line in enumerate(lines) if _PAGE_NUMBER.fullmatch(line.text)}
    bare = [i for i, line in enumerate(lines) if _BARE_NUMBER.fullmatch(line.text)]
    values = [int(lines[i].text) for i in bare]
    if len(values) >= 2 and all(a < b for a, b in pairwise(values)):
        found |= set(bare)
    return found
