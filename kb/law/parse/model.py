"""What a parsed legal text is made of: nodes in reading order, its history, and its passages.

Does not know how text is read from files, how nodes are found, or what an index is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kb.base.address import ArticleNo
from kb.base.records import Part, Passage, TextKind

NodeKind = Literal["front", "title", "meta", "mark", "contents", "heading", "article", "block"]
LawKind = Literal["law", "amendment", "decision", "interpretation", "case"]
Act = Literal["通过", "批准", "修正", "修订", "公布", "施行", "废止"]

# Longest passage of a text that has no articles, in characters: about what a reader takes in on one screen.
BLOCK_LIMIT = 1500
_SENTENCE_END = re.compile(r"[。！？；][”\u2019」』）)]*|…{2}")


@dataclass(frozen=True, slots=True)
class LawEvent:
    """One step of an enactment history.

    ``date`` is ISO. ``full``: the step sets the whole text (an enactment or a full revision), so the
    last article's date of entry into force belongs to it; a 修正, or a 修订 by a 决定 on single
    articles, is not. ``decree`` is the document number as printed, empty when none.
    """

    date: str
    act: Act
    full: bool
    body: str
    decree: str
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    r"""A piece of the text in reading order; all nodes together hold every printed character of it.

    ``label`` is the printed article label, or the leading numeral of a block. ``text`` is the body without that label:
    stripped lines joined by ``\n``. ``path`` holds the headings above it (of a heading: itself
    last). ``level`` is the number of ``#``, 0 for a plain line. ``start``/``end`` span the source.
    """

    kind: NodeKind
    text: str
    start: int
    end: int
    path: tuple[str, ...] = ()
    part: Part = "header"
    label: str = ""
    no: ArticleNo | None = None
    level: int = 0

    def render(self) -> str:
        """Print the node as text again; equal to the source but for white space."""
        if self.kind == "article":
            return f"{self.label} {self.text}"
        if self.level:
            return f"{'#' * self.level} {self.text}"
        return self.text


@dataclass(frozen=True, slots=True)
class LawText:
    """A parsed legal text.

    ``key`` is the short title. ``division`` names the part of a code that came as its own file
    (物权编), empty otherwise. ``version`` is the adoption date of this text, None when neither the
    file name nor the header tells. ``effective`` is the first day this version is in force, None
    when the text does not say (``flags`` then tells why); ``stated_effective`` is the date the last
    article prints, whichever version that belongs to.
    """

    title: str
    key: str
    kind: LawKind
    nodes: tuple[Node, ...]
    meta: Mapping[str, str] = field(default_factory=dict)
    history: tuple[LawEvent, ...] = ()
    decrees: tuple[str, ...] = ()
    version: str | None = None
    effective: str | None = None
    stated_effective: str | None = None
    division: str = ""
    flags: tuple[str, ...] = ()

    def render(self) -> str:
        """Print the whole text from its nodes: the source but for white space and zero-width characters."""
        return "\n\n".join(node.render() for node in self.nodes) + "\n"

    @property
    def articles(self) -> tuple[Node, ...]:
        """The articles, in order."""
        return tuple(n for n in self.nodes if n.kind == "article")

    def article(self, no: ArticleNo) -> Node | None:
        """Find the article numbered ``no``; None when the text has none."""
        return next((n for n in self.nodes if n.no == no), None)

    @property
    def text_kind(self) -> TextKind:
        """``digest`` when the front matter says so, else ``official``."""
        return "digest" if self.meta.get("text_kind") == "digest" else "official"

    def passages(self, source: str, text_kind: TextKind | None = None) -> list[Passage]:
        """One passage per article; the rest in runs under one heading of at most about BLOCK_LIMIT characters.

        ``source`` is the path kept in each passage; ``text_kind`` None means what the front matter says.
        """
        kind = text_kind or self.text_kind
        out = []
        for part, no, path, text, start, end in self._pieces():
            passage = Passage("law", self.key, text, source, self.version, no, part, path, start, end, kind)
            out.append(passage)
        return out

    def _pieces(self) -> Iterator[tuple[Part, ArticleNo | None, tuple[str, ...], str, int, int]]:
        run: list[Node] = []
        size = 0
        for node in self.nodes:
            kind = node.kind
            if kind in ("mark", "front"):
                continue
            if kind in ("article", "heading"):
                yield from _block_pieces(run)
                run, size = [], 0
            if kind == "heading":
                continue
            if kind == "article":
                yield "article", node.no, node.path, node.text, node.start, node.end
                continue
            fresh = bool(node.label) and kind == "block"
            if run and (
                fresh or run[-1].part != node.part or run[-1].path != node.path or size + len(node.text) > BLOCK_LIMIT
            ):
                yield from _block_pieces(run)
                run, size = [], 0
            run.append(node)
            size += len(node.text) + 1
        yield from _block_pieces(run)


def _block_pieces(run: list[Node]) -> Iterator[tuple[Part, ArticleNo | None, tuple[str, ...], str, int, int]]:
    if not run:
        return
    first = run[0]
    if len(run) == 1 and len(first.text) > BLOCK_LIMIT:
        yield from _split_long(first)
        return
    text = "\n".join(n.text for n in run if n.text)
    if not text:
        return
    yield first.part, None, first.path, text, first.start, run[-1].end


def _split_long(node: Node) -> Iterator[tuple[Part, ArticleNo | None, tuple[str, ...], str, int, int]]:
    """Cut one over-long paragraph at sentence ends; a sentence is never cut.

    Each piece spans its own part of the source when the paragraph stands there unwrapped, else the whole.
    """
    text, begin = node.text, 0
    whole = node.end - node.start == len(text)
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    if not ends or ends[-1] != len(text):
        ends.append(len(text))
    for here, following in zip(ends, [*ends[1:], None], strict=True):
        if following is not None and following - begin <= BLOCK_LIMIT:
            continue
        piece = text[begin:here]
        start, end = (node.start + begin, node.start + here) if whole else (node.start, node.end)
        if piece.strip():
            yield node.part, None, node.path, piece.strip(), start, end
        begin = here
