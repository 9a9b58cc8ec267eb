"""Divide an article's text into its 款 and 项.

Does not know which article it is, nor where it stands in a law.
"""

from __future__ import annotations

import re

from kb.base.address import from_numeral
from kb.base.records import Item, Paragraph

ITEM = re.compile(r"[（(]\s*([一二三四五六七八九十百]+)\s*[）)]")
ITEM_LABEL = re.compile(rf"^\s*{ITEM.pattern}\s*")  # at the head of a text: what is told without its number
# A line that goes on with what stands above it, never a new 款: 1. 1、 （1） ① ⒈ a)
SUBITEM = re.compile(
    r"[0-9\uff10-\uff19]{1,3}\s*[.．、)）](?![0-9])|[（(]\s*[0-9\uff10-\uff19]{1,3}\s*[）)]|[①-⑳⒈-⒛]|[a-zA-Z][)）.．]"
)
_INLINE = re.compile(r"(?<=[：:；;。])[ \u3000]*[（(]\s*([一二三四五六七八九十百]+)\s*[）)]")


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Find the 款 of a ``Passage.text`` (one line is one 款 or one 项), each with its 项.

    Spans are positions in ``text`` and cover it but for the line breaks between 款. An unlabelled
    line between （二） and （三） belongs to （二）; one after a lead-in that ends in ： belongs to
    it. Empty text gives an empty tuple.
    """
    groups: list[list[tuple[int, int]]] = []
    lines = _lines(text)
    labels = [_item_number(text, start, end) for start, end in lines]
    item = 0
    for i, (span, label) in enumerate(zip(lines, labels, strict=True)):
        if not groups:
            groups.append([span])
            item = label or 0
        elif label is not None:
            if label == 1 and item >= 1 and not _leads(text, lines[i - 1]):
                groups.append([span])
            else:
                groups[-1].append(span)
            item = label
        elif SUBITEM.match(text, span[0]) or _goes_on(text, lines, labels, i, item):
            groups[-1].append(span)
        else:
            groups.append([span])
            item = 0
    return tuple(_paragraph(text, n, group) for n, group in enumerate(groups, 1))


def _lines(text: str) -> list[tuple[int, int]]:
    out, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            out.append((at, at + len(line)))
        at += len(line) + 1
    return out


def _item_number(text: str, start: int, end: int) -> int | None:
    m = ITEM.match(text, start, end)
    return from_numeral(m[1]) if m else None


def _leads(text: str, span: tuple[int, int]) -> bool:
    return text[span[0] : span[1]].rstrip().endswith(("：", ":"))


def _goes_on(text: str, lines: list[tuple[int, int]], labels: list[int | None], i: int, item: int) -> bool:
    """Whether unlabelled line ``i`` belongs to the 款 (or 项) above it."""
    if item == 0:
        return _leads(text, lines[i - 1])
    following = next((n for n in labels[i + 1 :] if n is not None), None)
    return following == item + 1 and not _leads(text, lines[i])


def _paragraph(text: str, n: int, spans: list[tuple[int, int]]) -> Paragraph:
    start, end = spans[0][0], spans[-1][1]
    starts: list[tuple[int, int]] = []
    for begin, stop in spans:
        number = _item_number(text, begin, stop)
        if number is not None:
            starts.append((number, begin))
    if len(spans) == 1 or not starts:
        starts = _inline_items(text, start, end) or starts
    edges = [*(at for _, at in starts[1:]), end] if starts else []
    items = []
    for (number, at), edge in zip(starts, edges, strict=True):
        body = text[at:edge].rstrip()
        items.append(Item(number, body, at, at + len(body)))
    return Paragraph(n, text[start:end], start, end, tuple(items))


def _inline_items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """项 printed inside one line: …：（一）…；（二）…。 Empty unless they count from one and are at least two."""
    out: list[tuple[int, int]] = []
    for m in _INLINE.finditer(text, start, end):
        if from_numeral(m[1]) == len(out) + 1:
            out.append((len(out) + 1, m.end() - len(m[0].lstrip(" \u3000"))))
    return out if len(out) > 1 else []
