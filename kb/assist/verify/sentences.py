"""Sentences of an answer or draft with the source keys each cites.

Does not know what a source says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_OPEN, _CLOSE = r"\[\uff3b【\u3014（(", r"\]\uff3d】\u3015）)"
_MARK = re.compile(
    rf"""
    (?P<open>[{_OPEN}])\s*
    (?P<inner>(?:来源|资料)?[:：]?\s*[0-9A-Za-z\uff10-\uff19]+(?:[\s,，、;；/和及与]+[0-9A-Za-z\uff10-\uff19]+)*)
    \s*[{_CLOSE}]
    """,
    re.VERBOSE,
)
_KEY = re.compile(r"[0-9]{1,3}|S[0-9A-Z]{3}")
_WORDS = re.compile(r"[0-9A-Za-z\uff10-\uff19]+")
_QUOTES = {"“": "”", "「": "」", "『": "』", '"': '"', "\uff02": "\uff02"}
_CLOSING = "”」』）)\u2019"
_ENDS = "。！？!?\n"
LONGEST_QUOTE = 2_000  # a quotation mark that is not closed within this many characters is a slip, not a quotation


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch ``text`` at ``start:end`` of the whole."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence at ``start:end``: ``keys`` are the sources it cites, in order, each once.

    ``bare`` is the text with its citation marks blanked out (same length, so that offsets stay).
    """

    text: str
    start: int
    end: int
    keys: tuple[str, ...]
    bare: str


def marks(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Citation marks [1], 【S7F2、S9K3】, （S7F2） as (start, end, keys); a number in round brackets is none."""
    found = []
    for m in _MARK.finditer(text):
        keys = tuple(unicodedata.normalize("NFKC", k).upper() for k in _WORDS.findall(m["inner"]))
        numbered = any(k.isdigit() for k in keys)
        if all(_KEY.fullmatch(k) for k in keys) and not (numbered and m["open"] in "（(\u3014"):
            found.append((m.start(), m.end(), keys))
    return found


def quotations(text: str) -> list[Span]:
    """What stands in quotation marks, outermost marks only, without them; an unclosed mark is passed over."""
    found, at = [], 0
    while at < len(text):
        close = _QUOTES.get(text[at])
        if close is None:
            at += 1
            continue
        end = text.find(close, at + 1, at + LONGEST_QUOTE)
        if end < 0:
            at += 1
            continue
        found.append(Span(text[at + 1 : end], at + 1, end))
        at = end + 1
    return found


def sentences(text: str) -> list[Sentence]:
    """Sentences of ``text`` in order; citation marks that follow a full stop belong to the sentence before.

    A full stop inside quotation marks ends nothing. Lines are apart. Blank stretches are left out.
    """
    marked = marks(text)
    closed = [(q.start, q.end) for q in quotations(text)] + [(a, b) for a, b, _ in marked]
    out, at = [], 0
    for end in _ends(text, closed, [(a, b) for a, b, _ in marked]):
        sentence = _sentence(text, at, end, marked)
        if sentence is not None:
            out.append(sentence)
        at = end
    return out


def _ends(text: str, closed: list[tuple[int, int]], marked: list[tuple[int, int]]) -> Iterator[int]:
    """Positions behind each sentence."""
    starts = dict(marked)
    inside = sorted(closed)
    k = 0
    at = 0
    while at < len(text):
        while k < len(inside) and inside[k][1] <= at:
            k += 1
        within = k < len(inside) and inside[k][0] <= at < inside[k][1]
        if text[at] in _ENDS and (not within or text[at] == "\n"):
            at = _behind(text, at + 1, starts) if text[at] != "\n" else at + 1
            yield at
        else:
            at += 1
    yield len(text)


def _behind(text: str, at: int, starts: dict[int, int]) -> int:
    """Behind closing quotation marks and citation marks that follow a full stop."""
    while at < len(text):
        if text[at] in _CLOSING:
            at += 1
        elif at in starts:
            at = starts[at]
        elif text[at] in " \u3000" and at + 1 in starts:
            at += 1
        else:
            break
    return at


def _sentence(text: str, start: int, end: int, marked: list[tuple[int, int, tuple[str, ...]]]) -> Sentence | None:
    piece = text[start:end]
    if not piece.strip():
        return None
    bare = list(piece)
    keys: dict[str, None] = {}
    for a, b, named in marked:
        if start <= a and b <= end:
            bare[a - start : b - start] = " " * (b - a)
            keys.update(dict.fromkeys(named))
    lead = len(piece) - len(piece.lstrip())
    tail = len(piece.rstrip())
    return Sentence(piece[lead:tail], start + lead, start + tail, tuple(keys), "".join(bare)[lead:tail])
