"""Quoted words attached to a reference, and their comparison with the original, character by character.

Does not know which provision is cited, nor where its text comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kb.base.quantity import canonical
from kb.base.textnorm import Normalised, squeeze, squeezed

LONGEST = 6000  # characters; a quotation mark that closes later than that was never closed
SIMILAR = 50.0  # rapidfuzz ratio below which no words of the original are offered as the ones meant
SHOWN = 6  # differences listed in a note
_PAIRS = {"“": "”", "「": "」", "『": "』"}
_MARKS = re.compile("[" + "".join(_PAIRS) + "".join(_PAIRS.values()) + "]")
_SAYS = "明确规定|规定|明确|指出|载明|要求|写明|写道"
_BEHIND = re.compile(
    rf"""
    (?:
        (?:之|的)?(?:{_SAYS}|所称|所指|原文|内容)?(?:的|为|是|如下)?:\n?     # 第九十七条规定:“
      | (?:{_SAYS}),\n?                                                 # 第九十七条规定,“
      | (?:之|的)?(?:{_SAYS}|所称|所指)?(?:的|为|是)?                       # 第九十七条所称“ 规定的“
    )(?=[“"「『])
    """,
    re.VERBOSE,
)
_AHEAD = re.compile(r"[”\"」』][。,;.]?(?:[(\[【]|[—-]{1,2})(?:见|参见|出自|引自|摘自|语出|依据|根据|来源:?)?$")
_GAP = re.compile(r"…+|\.{3,}|\((?:略|省略|中略)\)")
_EDGE = ',.;:。!?、"·-'
_PRINTED = {
    ord(half): full for half, full in zip(",:;()?!", "，：；（）？！", strict=True)
}  # as Chinese text prints them
_LABEL = re.compile(r"第[0-9零\u3007一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?")


@dataclass(frozen=True)
class Quotes:
    """Quotation marks of a (normalised) text: ``closing`` maps each opening mark's place to its partner's."""

    plain: str

    @cached_property
    def closing(self) -> dict[int, int]:
        """Pairs of marks no further apart than ``LONGEST``; nested ones each have their own partner."""
        pairs: dict[int, int] = {}
        open_marks: dict[str, list[int]] = {close: [] for close in _PAIRS.values()}
        for m in _MARKS.finditer(self.plain):
            if m[0] in _PAIRS:
                open_marks[_PAIRS[m[0]]].append(m.start())
            elif open_marks[m[0]] and m.start() - (start := open_marks[m[0]].pop()) <= LONGEST:
                pairs[start] = m.start()
        return pairs

    @cached_property
    def opening(self) -> dict[int, int]:
        """The same pairs from their closing marks."""
        return {close: start for start, close in self.closing.items()}

    def behind(self, end: int) -> tuple[int, int] | None:
        """Span of the quoted words that a reference ending at ``end`` introduces; None when it introduces none."""
        lead = _BEHIND.match(self.plain, end)
        if lead is None:
            return None
        start = lead.end()
        close = self.closing.get(start)
        if self.plain[start] == '"':
            close = self.plain.find('"', start + 1, start + LONGEST)
        return None if close is None or close - start < 3 else (start + 1, close)

    def ahead(self, start: int) -> tuple[int, int] | None:
        """Span of the quoted words that end right before a reference in brackets: “…”（《某法》第九条）."""
        m = _AHEAD.search(self.plain, max(0, start - 8), start)
        if m is None:
            return None
        begin = self.opening.get(m.start())
        if self.plain[m.start()] == '"':
            begin = self.plain.rfind('"', max(0, m.start() - LONGEST), m.start())
        return None if begin is None or begin < 0 or m.start() - begin < 3 else (begin + 1, m.start())


@dataclass(frozen=True, slots=True)
class Difference:
    """How a quotation differs: ``expected`` are the original's words in its place, None when none come near."""

    expected: str | None
    note: str


def pieces(quote: str) -> list[str]:
    """Squeezed pieces of a quotation between its gaps (…), without the marks at their edges and 第X条 labels."""
    out = []
    for piece in _GAP.split(squeeze(quote)):
        text = _LABEL.sub("", piece.strip(_EDGE), count=1) if _LABEL.match(piece.strip(_EDGE)) else piece
        if text.strip(_EDGE):
            out.append(text.strip(_EDGE))
    return out


def compare(quote: str, original: str) -> Difference | None:
    """Compare quoted words with a provision's text; None: every piece stands in it word for word, in order."""
    text = squeezed(original)
    at = 0
    wrong: list[tuple[str, int]] = []
    wanted = pieces(quote)
    spans: list[tuple[int, int]] = []
    for piece in wanted:
        found = text.text.find(piece, at)
        if found < 0:
            wrong.append((piece, at))
            spans.append((-1, -1))
        else:
            at = found + len(piece)
            spans.append((found, at))
    if not wrong:
        return None
    notes: list[str] = []
    for i, piece in enumerate(wanted):
        if spans[i][0] >= 0:
            continue
        near = _nearest(piece, text.text)
        if near is None:
            return Difference(None, "引文与该条文字相差太大，原文没有这样的话")
        spans[i] = near
        notes += (note.translate(_PRINTED) for note in _describe(piece, text.text[slice(*near)]))
    text_by_value = canonical(original)
    same = all(canonical(piece) in text_by_value for piece in wanted)
    shown = "；".join(notes[:SHOWN]) + (f"；等{len(notes)}处" if len(notes) > SHOWN else "")
    return Difference(_words(text, original, spans), ("只是数字写法不同：" if same else "与原文不同：") + shown)


def _words(text: Normalised, original: str, spans: list[tuple[int, int]]) -> str:
    return "…".join(original[slice(*text.span(*span))].replace("\n", "") for span in spans)


def _nearest(piece: str, text: str) -> tuple[int, int] | None:
    """Span of the words of ``text`` that ``piece`` most likely meant; None when nothing comes near."""
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Indel

    if len(piece) >= len(text):
        return (0, len(text)) if text and fuzz.ratio(piece, text) >= SIMILAR else None
    alignment = fuzz.partial_ratio_alignment(piece, text, score_cutoff=SIMILAR)
    if alignment is None:
        return None
    start, end = alignment.dest_start, alignment.dest_end
    margin = max(8, len(piece) // 5)
    low, high = max(0, start - margin), min(len(text), end + margin)
    blocks = [b for b in Indel.opcodes(piece, text[low:high]) if b.tag == "equal"]
    if not blocks:
        return None
    first, last = blocks[0], blocks[-1]
    begin = low + first.dest_start - first.src_start
    stop = low + last.dest_end + (len(piece) - last.src_end)
    return max(low, begin), min(high, stop)


def _describe(quoted: str, expected: str) -> Iterator[str]:
    """Differences one by one, as a reader would mark them."""
    from rapidfuzz.distance import Levenshtein

    for op in Levenshtein.opcodes(quoted, expected):
        mine, theirs = quoted[op.src_start : op.src_end], expected[op.dest_start : op.dest_end]
        before = expected[max(0, op.dest_start - 4) : op.dest_start]
        place = f"“{before}”后" if before else "开头"
        if op.tag == "replace":
            yield f"{place}“{mine}”应为“{theirs}”"
        elif op.tag == "delete":
            yield f"{place}多“{mine}”"
        elif op.tag == "insert":
            yield f"{place}缺“{theirs}”"
