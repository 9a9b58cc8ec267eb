"""Build the nodes of a legal text from its lines: title, history, headings, articles, numbered parts, annexes.

Does not know dates, versions or passages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kb.base.address import to_chinese
from kb.base.records import Part
from kb.law.parse.lines import (
    ANNEX,
    COMMENCES,
    HEADING,
    LISTED,
    NUMBERED,
    RANKS,
    SENTENCE,
    SIGNATURE,
    Line,
    clause_title,
    ends,
    heal,
    is_loose_heading,
    numbered_lines,
)  # fmt: skip
from kb.law.parse.model import LawKind, Node, NodeKind
from kb.law.parse.numbering import WS, Candidate, accept, candidate

# Longer first lines of an annex are its text; the longest annex title beside the checkout has 50 characters.
_ANNEX_TITLE = 60


@dataclass(slots=True)
class Builder:
    """Walks the body's lines once and collects nodes; the state is what stands open."""

    kind: LawKind
    heads: dict[int, Candidate]
    numbered: frozenset[int]
    prefix: tuple[str, ...] = ()
    nodes: list[Node] = field(default_factory=list)
    stack: list[tuple[int, str]] = field(default_factory=list)
    ranks: dict[int, int] = field(default_factory=dict)
    body: list[Line] = field(default_factory=list)
    head: Candidate | None = None
    marks: list[Node] = field(default_factory=list)
    annex: str = ""
    numeral: tuple[str, ...] = ()
    seen_article: bool = False
    commenced: bool = False
    last_head: int = -1

    def path(self) -> tuple[str, ...]:
        """Headings open at this point, outermost first."""
        return self.prefix + tuple(text for _, text in self.stack)

    def walk(self, lines: list[Line]) -> list[Node]:
        """Collect all nodes of the body."""
        self.last_head = max(self.heads, default=-1)
        for i, line in enumerate(lines):
            first = line.text[:1]
            if line.level:
                self.flush()
                self.heading(line, self.rank(line))
            elif i in self.heads:
                self.open_article(self.heads[i], line)
                self.note_commencement(line.text, last=i == self.last_head)
            elif first == "<" and line.text.startswith("<!--"):
                self.mark(line)
            elif first == "第" and self.kind != "amendment" and HEADING.match(line.text) and len(line.text) <= 40:
                self.flush()
                self.heading(line, self.rank(line))
            elif first == "附" and self.starts_annex(line):
                self.open_annex(line)
            elif i in self.numbered:
                self.open_numbered(line)
            elif self.head is not None and not self.annex:
                self.continue_article(line)
            else:
                self.block(line)
        self.flush()
        return self.nodes

    def rank(self, line: Line) -> int:
        """Depth of a heading: by its word 编分编章节, else like the last worded one with as many ``#``."""
        m = HEADING.match(line.text)
        if m is not None:
            rank = RANKS[m["unit"]]
            if line.level:
                self.ranks[line.level] = rank
            return rank
        return self.ranks.get(line.level, line.level + 1 if line.level else 3)

    def heading(self, line: Line, rank: int) -> None:
        """Close what is deeper and open this heading."""
        if line.level and line.text.startswith("附件"):
            self.annex = line.text
        elif line.level and self.annex:
            m = HEADING.match(line.text)
            self.annex = "" if m and not self.seen_article else self.annex
        while self.stack and self.stack[-1][0] >= rank:
            self.stack.pop()
        if line.text:
            self.stack.append((rank, line.text))
        self.numeral = ()
        path = self.path()
        self.nodes.append(Node("heading", line.text, line.start, line.end, path, "section", level=line.level))

    def mark(self, line: Line) -> None:
        """Keep an HTML comment of the file for the round trip; it is no text of the law.

        Inside an article it is put behind the article, whose text may go on.
        """
        mark = Node("mark", line.text, line.start, line.end)
        if self.head is None:
            self.nodes.append(mark)
        else:
            self.marks.append(mark)

    def starts_annex(self, line: Line) -> bool:
        """Whether a line that begins with 附 opens an annex (and is not 附则 or a sentence)."""
        return (self.seen_article or bool(self.nodes)) and ANNEX.match(line.text) is not None

    def open_annex(self, line: Line) -> None:
        """Start an annex; a list of annexes run into one line is text, its first word the heading."""
        self.flush()
        self.annex, self.stack, self.numeral = line.text, [], ()
        if len(line.text) <= _ANNEX_TITLE:
            self.heading(line, 1)
        else:
            self.stack = [(1, re.split(r"[\s:：]", line.text, maxsplit=1)[0])]
            self.block(line)

    def open_article(self, head: Candidate, line: Line) -> None:
        """Start an article; short unpunctuated lines just above it are headings that lost their number."""
        loose = self.pop_loose_headings()
        self.flush()
        for extra in loose:
            self.loose_heading(extra)
        self.annex, self.numeral = "", ()
        self.head, self.seen_article = head, True
        self.body = [Line(line.text, line.start, line.end)]

    def pop_loose_headings(self) -> list[Line]:
        """Trailing lines of the open article that are headings of what follows."""
        out: list[Line] = []
        while len(self.body) > 1 and is_loose_heading(self.body[-1].text, wrapped=bool(out)):
            out.insert(0, self.body.pop())
        if out and self.body and ends(self.body[-1].text) not in SENTENCE:
            self.body.extend(out)
            return []
        if self.head is None and not self.annex:
            while (
                self.nodes
                and self.nodes[-1].kind == "block"
                and is_loose_heading(self.nodes[-1].text, wrapped=bool(out))
            ):
                node = self.nodes.pop()
                out.insert(0, Line(node.text, node.start, node.end))
        return out

    def loose_heading(self, line: Line) -> None:
        """Place a heading without number: it goes on with the heading just above it, else stands like a chapter."""
        above = self.nodes[-1] if self.nodes else None
        if above is not None and above.kind == "heading" and self.stack:
            rank, text = self.stack[-1]
            if re.match(r"[和及与或的、]|以及", line.text) or text.endswith(("和", "及", "与", "的", "、")):
                self.stack[-1] = (rank, text + line.text)
                self.nodes.append(Node("heading", line.text, line.start, line.end, self.path(), "section"))
                return
            self.heading(line, rank + 1)
            return
        self.heading(line, 3)

    def continue_article(self, line: Line) -> None:
        """Add a line to the open article, or start what trails the last one."""
        if self.commenced and self.trails(line):
            self.flush()
            self.annex, self.stack = line.text, []
            if SIGNATURE.match(line.text):
                self.block(line)
            else:
                self.heading(line, 1)
            return
        self.body.append(line)
        self.note_commencement(line.text, last=self.commenced)

    def trails(self, line: Line) -> bool:
        """Whether a line is a table's title or a signature after the article on entry into force."""
        return SIGNATURE.match(line.text) is not None or (
            len(line.text) <= 40 and line.text[-1] not in "。；：，、,;:" and not LISTED.match(line.text)
        )

    def note_commencement(self, text: str, *, last: bool) -> None:
        """Remember that the last article says when the law comes into force and its sentence is complete."""
        self.commenced = last and ends(text) == "。" and (self.commenced or COMMENCES.search(text) is not None)

    def open_numbered(self, line: Line) -> None:
        """Start the part 一、二、… of a text without articles."""
        self.flush()
        m = NUMBERED.match(line.text)
        label = m[0] if m else ""
        self.numeral = (clause_title(line.text, label),)
        self.add_block(line, label)

    def block(self, line: Line) -> None:
        """Add a paragraph outside any article."""
        self.add_block(line, "")

    def add_block(self, line: Line, label: str) -> None:
        """Append a paragraph outside any article, as what its place makes it."""
        part: Part
        if self.annex:
            part = "signature" if SIGNATURE.match(self.annex) else "annex"
        elif self.kind in ("amendment", "decision"):
            part = "decision"
        elif self.numeral or self.seen_article or self.kind == "case" or not (self.heads or self.numbered):
            part = "section"
        else:
            part = "preamble"
        path = self.path() + self.numeral
        self.nodes.append(Node("block", line.text, line.start, line.end, path, part, label))

    def flush(self) -> None:
        """Close the open article."""
        if self.head is not None and self.body:
            self.nodes.append(article_node(self.head, self.body, self.path()))
        self.nodes.extend(self.marks)
        self.head, self.body, self.marks = None, [], []


def article_node(head: Candidate, body: list[Line], path: tuple[str, ...]) -> Node:
    """Make the node of one article, its wrapped lines joined."""
    text = heal([head.rest.strip(WS), *(b.text for b in body[1:])])
    return Node("article", text, body[0].start, body[-1].end, path, "article", head.label, head.no)


def headings_of(kind: LawKind, lines: list[Line]) -> dict[int, Candidate]:
    """Find the lines that open articles, by index; none in cases, nor in texts numbered 一、二、 from the start."""
    if kind == "case":
        return {}
    found = []
    for i, line in enumerate(lines):
        if not line.level and line.text[0] in "第*":
            c = candidate(i, line.text)
            if c is not None:
                found.append(c)
    if not found:
        return {}
    accepted = accept(found, strict=kind == "amendment")
    if not accepted:
        return {}
    first = accepted[0]
    if first.no.number != 1 and any(NUMBERED.match(line.text) for line in lines[: first.line]):
        return {}
    return {c.line: c for c in accepted}


def body_nodes(kind: LawKind, lines: list[Line], prefix: tuple[str, ...] = ()) -> list[Node]:
    """Nodes of everything below the head."""
    heads = headings_of(kind, lines)
    if heads:
        cut = split_run_on(lines, heads)
        if len(cut) > len(lines):
            lines, heads = cut, headings_of(kind, cut)
    numbered = numbered_lines(lines[: min(heads)] if heads else lines)
    return Builder(kind, heads, numbered, prefix).walk(lines)


def split_run_on(lines: list[Line], heads: dict[int, Candidate]) -> list[Line]:
    """Cut lines in which several articles were run together (… 。 第十二条 …); the same lines where none were."""
    order = sorted(heads)
    out: list[Line] = []
    done = 0
    for here, after in zip(order, [*order[1:], len(lines)], strict=True):
        number = heads[here].no.number
        if after in heads and heads[after].no.number <= number + 1:
            continue
        out.extend(lines[done:here])
        done = after
        for line in lines[here:after]:
            pieces = _pieces(line, number)
            number += len(pieces) - 1
            out.extend(pieces)
    return [*out, *lines[done:]] if out else lines


def _pieces(line: Line, last: int) -> list[Line]:
    """Cut the line before each blank + 第X条 + blank that continues the count; itself when none does."""
    cuts = [0]
    number = last + 1
    while True:
        m = re.compile(rf"(?<=[。；”）])[{WS}]*(第{to_chinese(number)}条)[{WS}]").search(line.text, cuts[-1])
        if m is None:
            break
        cuts.append(m.start(1))
        number += 1
    if len(cuts) == 1:
        return [line]
    out = []
    for here, after in zip(cuts, [*cuts[1:], len(line.text)], strict=True):
        body = line.text[here:after].rstrip(WS)
        out.append(Line(body, line.start + here, line.start + here + len(body)))
    return out


def node(kind: NodeKind, line: Line, part: Part = "header") -> Node:
    """Make a node of the head made of one line."""
    return Node(kind, line.text, line.start, line.end, (), part, level=line.level)
