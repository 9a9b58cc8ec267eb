"""Printed lines → the logical pieces of a report's body: headings, numbered items and paragraphs.

Does not know the letterhead, the signature, nor what the text says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from kb.base.address import from_numeral
from kb.report.parse.heal import glue
from kb.report.parse.lines import Line, Wrapping

_CN = "[一二三四五六七八九十]{1,3}"
_MARKERS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第({_CN})(?:部分|章|节|篇)\s*")),
    (2, re.compile(rf"({_CN})、")),
    (3, re.compile(rf"[（(]({_CN})[)）]、?")),
    (4, re.compile(r"(\d{1,3})[.．、](?!\d)")),
    (5, re.compile(r"[（(](\d{1,3})[)）]、?")),
    (6, re.compile(rf"({_CN})是(?!否|不是)")),
)
"""Levels of GB/T 9704: 一、（一）1.（1）, below a part where there is one, and above the paragraphs 一是… 二是…"""
_SENTENCE = re.compile(r"[。！？；]")
_MOST_HEADING = 60
_MOST_RUN_IN = 32
"""Characters of a heading that stands at the head of its paragraph; the longest in the reports at hand has 28."""


@dataclass(frozen=True, slots=True)
class Marker:
    """The number a line begins with: its level (1 a part, 2 一、 3（一）4 1. 5（1）6 一是), value, and printed form."""

    level: int
    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Block:
    """A logical piece: healed ``text``, its span in the source, and the headings above it (``path``).

    ``kind``: heading (a line of its own), item (numbered) or paragraph. ``marker`` is None for a paragraph.
    """

    kind: Literal["heading", "item", "paragraph"]
    text: str
    start: int
    end: int
    marker: Marker | None = None
    path: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """What stands for it in a path: a heading's text, an item's heading in its first sentence, or its number."""
        if self.kind == "heading" or self.marker is None:
            return self.text.rstrip("。")
        first = _SENTENCE.split(self.text, maxsplit=1)[0]
        counts = re.search(r"\d", first.removeprefix(self.marker.label)) is not None  # a heading states no figures
        run_in = len(first) <= _MOST_RUN_IN and len(first) + 1 < len(self.text) and not counts
        return first if run_in else self.marker.label


def marker(line: Line) -> Marker | None:
    """Read the number that ``line`` begins with; None when it begins with none."""
    for level, pattern in _MARKERS:
        m = pattern.match(line.text)
        number = from_numeral(m[1]) if m else None
        if m is not None and number is not None:
            return Marker(level, number, m[0].strip())
    return None


@dataclass(slots=True)
class _Builder:
    """Collects lines into blocks, keeping count of the numbers seen at each level."""

    wrapping: Wrapping
    blocks: list[Block] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    mark: Marker | None = None
    counts: dict[int, int] = field(default_factory=dict)

    def add(self, line: Line, after: Line | None) -> None:
        """Take the next line; ``after`` is the one behind it."""
        found = marker(line)
        if found is not None and self._starts(found, line):
            self.flush()
            self.mark = found
            self.counts[found.level] = found.number
            for level in [level for level in self.counts if level > found.level]:
                if level < 4:  # 1. may be counted through the whole report, （一） never is
                    del self.counts[level]
        elif line.depth or not self._continues(line, after):
            self.flush()
        self.lines.append(line)

    def flush(self) -> None:
        """Close the block at hand."""
        if not self.lines:
            return
        pieces = [self.lines[0].text]
        for before, line in pairwise(self.lines):
            pieces.append("\n" + line.text if line.tabular else glue(before.text[-1:], line.text)[1:])
        text = "".join(pieces)
        kind: Literal["heading", "item", "paragraph"] = "paragraph" if self.mark is None else "item"
        if self.lines[0].depth or (self.mark is not None and _is_heading(text)):
            kind = "heading"
        self.blocks.append(Block(kind, text, self.lines[0].start, self.lines[-1].end, self.mark))
        self.lines, self.mark = [], None

    def _starts(self, found: Marker, line: Line) -> bool:
        """Whether the number begins a block: it does not where it breaks the count in mid-sentence."""
        if not self.lines or line.depth:
            return True
        if self.lines[-1].closed:
            return found.level < 6 or not self.wrapping.full(self.lines[-1])
        last = self.counts.get(found.level, 0)
        expected = found.number == last + 1 or (found.number == 1 and found.level > 2)
        inside = self.wrapping.full(self.lines[-1]) if self.wrapping.columns else self.lines[-1].broken
        if inside and not self._heading_so_far():
            return expected and found.number > 1
        return expected or not inside

    def _heading_so_far(self) -> bool:
        few = self.mark is not None and len(self.lines) <= _MOST_HEADING
        return few and _is_heading("".join(line.text for line in self.lines))

    def _continues(self, line: Line, after: Line | None) -> bool:
        """Whether an unnumbered ``line`` goes on with the block at hand."""
        if not self.lines:
            return False
        before = self.lines[-1]
        if before.tabular or line.tabular:
            return before.tabular and line.tabular
        if before.depth or (self.wrapping.gaps_tell and line.gap and before.closed):
            return False
        if self._heading_so_far():
            return self._heading_goes_on(before, line, after)
        if self.wrapping.columns is not None:
            return not before.closed or (self.wrapping.full(before) and not self.wrapping.indented(line))
        return before.broken

    def _heading_goes_on(self, before: Line, line: Line, after: Line | None) -> bool:
        """Tell whether a heading goes on: it may be wrapped, or run into its paragraph."""
        if not self.wrapping.full(before) or self.wrapping.indented(line):
            return False
        wrapped = not self.wrapping.full(line) and not line.closed and after is not None and marker(after) is not None
        return wrapped or self.wrapping.full(line) or (self.mark is not None and self.mark.level >= 3)


def _is_heading(text: str) -> bool:
    return len(text) <= _MOST_HEADING and not _SENTENCE.search(text) and not text.endswith(("，", "、", "：", ","))


def build(lines: Sequence[Line], wrapping: Wrapping) -> tuple[Block, ...]:
    """Join the lines of a body into blocks and give each the headings it stands under."""
    builder = _Builder(wrapping)
    for i, line in enumerate(lines):
        builder.add(line, lines[i + 1] if i + 1 < len(lines) else None)
    builder.flush()
    return _with_paths(_sentences_as_headings(builder.blocks))


def _sentences_as_headings(blocks: list[Block]) -> list[Block]:
    """Take a single numbered sentence above a plain paragraph for a heading that someone ended with a full stop."""
    out = []
    for i, block in enumerate(blocks):
        below = blocks[i + 1] if i + 1 < len(blocks) else None
        lone = block.text.endswith("。") and _is_heading(block.text[:-1])
        if block.kind == "item" and lone and below and below.kind == "paragraph" and _level(block) <= 3:
            block = Block("heading", block.text, block.start, block.end, block.marker)
        out.append(block)
    return out


def _level(block: Block) -> int:
    return block.marker.level if block.marker else 9


def _with_paths(blocks: Sequence[Block]) -> tuple[Block, ...]:
    stack: list[tuple[int, str]] = []
    out = []
    for block in blocks:
        if block.kind != "paragraph":
            while stack and stack[-1][0] >= _level(block):
                stack.pop()
            stack.append((_level(block), block.head))
        path = tuple(head for _, head in stack)
        out.append(Block(block.kind, block.text, block.start, block.end, block.marker, path))
    return tuple(out)
