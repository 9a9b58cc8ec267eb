"""Build the nodes of a legal text from its lines: title, history, headings, articles, numbered parts, annexes.

Does not know dates, versions or passages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kb.base.address import from_numeral, to_chinese
from kb.base.records import Part
from kb.law.parse.model import LawKind, Node, NodeKind
from kb.law.parse.numbering import WS, Candidate, accept, candidate
from kb.law.parse.paragraphs import ITEM, SUBITEM

_RANKS = {"编": 1, "分编": 2, "章": 3, "节": 4}
_NUMERAL = "[零〇一二三四五六七八九十百0-9０-９]"
_HEADING = re.compile(rf"第{_NUMERAL}{{1,4}}(?P<unit>分编|编|章|节)(?=[{WS}]|$|[^{WS}。；：，、,;第的]{{1,30}}$)")
_NUMBERED = re.compile(r"([一二三四五六七八九十]{1,4})、")
_ANNEX = re.compile(
    r"附\s*[:：]?$|附\s*[:：]|附\s*(?:件|表|录|图|注)\s*(?:$|[:：\s]|[一二三四五六七八九十0-9０-９]{1,2}(?:$|[:：\s（(]|[^\d。，；]{0,40}$))"
)
_SIGNATURE = re.compile(r"(?:抄送|主送|送|印发|签发)[:：]|[〇○零一二三四五六七八九0-9]{4}年.{1,3}月.{1,3}日$")
_SENTENCE = "。；：！？;:!?”\"』」）)…》】|>"
_LISTED = re.compile(r"[（(]|[0-9０-９]|[①-⑳]|[“‘\"《|<]|[a-zA-Z][)）]")
_QUOTES = re.compile(r"[，。；：、,;:]")
# A heading without 第X章 is at most this long; the longest in the files beside the checkout has 22 characters.
_PLAIN_HEADING = 26
_CASE = re.compile(r"^#+\s*(?:裁判要点|裁判结果|基本案情|典型意义|案例分析|简要案情|案情简介)", re.MULTILINE)


@dataclass(slots=True)
class Line:
    """A non-empty line: stripped text and its span in the source; ``level`` is its number of ``#``."""

    text: str
    start: int
    end: int
    level: int = 0


def lines_of(text: str, begin: int = 0) -> list[Line]:
    """The non-empty lines of ``text`` from ``begin``, stripped of white space and zero-width characters."""
    out = []
    at = begin
    for raw in (text[begin:] if begin else text).split("\n"):
        body = raw.strip(WS)
        if body:
            start = at + raw.find(body) if len(body) != len(raw) else at
            level = 0
            if body[0] == "#":
                level = len(body) - len(body.lstrip("#"))
                body = body[level:].strip(WS)
            out.append(Line(body, start, at + len(raw.rstrip(WS)), level))
        at += len(raw) + 1
    return out


def kind_of(title: str, text: str) -> LawKind:
    """What sort of text it is, from its title and the headings of cases."""
    if _CASE.search(text):
        return "case"
    if re.search(r"修正案(?:（[^）]*）)?$", title):
        return "amendment"
    if re.search(r"(?:决定|决议)(?:（[^）]*）)?$", title):
        return "decision"
    if re.match(r"(?:最高人民(?:法院|检察院)|人民(?:法院|检察院))", title):
        return "interpretation"
    return "law"


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

    def path(self) -> tuple[str, ...]:
        """Headings open at this point, outermost first."""
        return self.prefix + tuple(text for _, text in self.stack)

    def walk(self, lines: list[Line]) -> list[Node]:
        """All nodes of the body."""
        for i, line in enumerate(lines):
            first = line.text[:1]
            if line.level:
                self.flush()
                self.heading(line, self.rank(line))
            elif i in self.heads:
                self.open_article(self.heads[i], line)
            elif first == "<" and line.text.startswith("<!--"):
                self.mark(line)
            elif first == "第" and self.kind != "amendment" and _HEADING.match(line.text) and len(line.text) <= 40:
                self.flush()
                self.heading(line, self.rank(line))
            elif first == "附" and not self.annex and self.starts_annex(line):
                self.flush()
                self.annex, self.stack, self.numeral = line.text, [], ()
                self.heading(line, 1)
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
        m = _HEADING.match(line.text)
        if m is not None:
            rank = _RANKS[m["unit"]]
            if line.level:
                self.ranks[line.level] = rank
            return rank
        return self.ranks.get(line.level, line.level + 1 if line.level else 3)

    def heading(self, line: Line, rank: int) -> None:
        """Close what is deeper and open this heading."""
        if line.level and line.text.startswith("附件"):
            self.annex = line.text
        elif line.level and self.annex:
            m = _HEADING.match(line.text)
            self.annex = "" if m and not self.seen_article else self.annex
        while self.stack and self.stack[-1][0] >= rank:
            self.stack.pop()
        if line.text:
            self.stack.append((rank, line.text))
        self.numeral = ()
        path = self.path()
        self.nodes.append(Node("heading", line.text, line.start, line.end, path, "section", level=line.level))

    def mark(self, line: Line) -> None:
        """An HTML comment of the file: kept for the round trip, no text of the law.

        Inside an article it is put behind the article, whose text may go on.
        """
        mark = Node("mark", line.text, line.start, line.end)
        if self.head is None:
            self.nodes.append(mark)
        else:
            self.marks.append(mark)

    def starts_annex(self, line: Line) -> bool:
        """Whether a line that begins with 附 opens an annex (and is not 附则 or a sentence)."""
        return (self.seen_article or bool(self.nodes)) and _ANNEX.match(line.text) is not None

    def open_article(self, head: Candidate, line: Line) -> None:
        """Start an article; short unpunctuated lines just above it are headings that lost their number."""
        loose = self.pop_loose_headings()
        self.flush()
        for extra in loose:
            self.loose_heading(extra)
        self.annex, self.numeral = "", ()
        self.head, self.seen_article, self.commenced = head, True, False
        self.body = [Line(line.text, line.start, line.end)]

    def pop_loose_headings(self) -> list[Line]:
        """Trailing lines of the open article that are headings of what follows."""
        out: list[Line] = []
        while len(self.body) > 1 and is_loose_heading(self.body[-1].text):
            out.insert(0, self.body.pop())
        if out and self.body and self.body[-1].text[-1:] not in _SENTENCE:
            self.body.extend(out)
            return []
        if self.head is None and not self.annex:
            while self.nodes and self.nodes[-1].kind == "block" and is_loose_heading(self.nodes[-1].text):
                node = self.nodes.pop()
                out.insert(0, Line(node.text, node.start, node.end))
        return out

    def loose_heading(self, line: Line) -> None:
        """A heading without number: goes on with the heading just above it, else stands like a chapter."""
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
        """A further line of the open article, or the start of what trails the last one."""
        if self.commenced and self.trails(line):
            self.flush()
            self.annex, self.stack = line.text, []
            if _SIGNATURE.match(line.text):
                self.block(line)
            else:
                self.heading(line, 1)
            return
        self.body.append(line)
        self.note_commencement(line.text)

    def trails(self, line: Line) -> bool:
        """A table's title or a signature after the article on entry into force."""
        return _SIGNATURE.match(line.text) is not None or (
            len(line.text) <= 40 and line.text[-1] not in "。；：，、,;:" and not _LISTED.match(line.text)
        )

    def note_commencement(self, text: str) -> None:
        """Remember that the open article says when the law comes into force and its sentence is complete."""
        self.commenced = text.endswith("。") and ("施行" in text or "实施" in text or "生效" in text)

    def open_numbered(self, line: Line) -> None:
        """Start the part 一、二、… of a text without articles."""
        self.flush()
        m = _NUMBERED.match(line.text)
        label = m[0] if m else ""
        self.numeral = (clause_title(line.text, label),)
        self.add_block(line, label)

    def block(self, line: Line) -> None:
        """A paragraph outside any article."""
        self.add_block(line, "")

    def add_block(self, line: Line, label: str) -> None:
        part: Part
        if self.annex:
            part = "signature" if _SIGNATURE.match(self.annex) else "annex"
        elif self.kind in ("amendment", "decision"):
            part = "decision"
        elif self.kind == "law" and not self.seen_article and (self.heads or not self.numbered) or (
            self.heads and not self.seen_article
        ):
            part = "preamble"
        else:
            part = "section"
        path = self.path() + self.numeral
        self.nodes.append(Node("block", line.text, line.start, line.end, path, part, label))

    def flush(self) -> None:
        """Close the open article."""
        if self.head is not None and self.body:
            self.nodes.append(article_node(self.head, self.body, self.path()))
        self.nodes.extend(self.marks)
        self.head, self.body, self.marks = None, [], []


def article_node(head: Candidate, body: list[Line], path: tuple[str, ...]) -> Node:
    """The node of one article, its wrapped lines joined."""
    text = heal([head.rest.strip(WS), *(b.text for b in body[1:])])
    return Node("article", text, body[0].start, body[-1].end, path, "article", head.label, head.no)


def heal(texts: list[str]) -> str:
    """Join lines with ``\\n``, but one that was wrapped in mid-sentence goes on without a break.

    A line counts as wrapped when it is long enough to be prose, ends without punctuation (or with a
    comma), and the next is no listed item.
    """
    out: list[str] = []
    for text in texts:
        if not text:
            continue
        if out and out[-1][-1] not in _SENTENCE and len(out[-1]) >= 14 and not _LISTED.match(text):
            glue = " " if out[-1][-1].isascii() and text[0].isascii() and out[-1][-1].isalnum() else ""
            out[-1] += glue + text
        else:
            out.append(text)
    return "\n".join(out)


def is_loose_heading(text: str) -> bool:
    """Whether a line above an article reads like a heading without number: 法律责任, 一、一般规定."""
    if len(text) > _PLAIN_HEADING or text[-1] in _SENTENCE.replace("）", "").replace(")", "") + "，、,":
        return False
    return not (_LISTED.match(text) or ITEM.match(text) or SUBITEM.match(text)) and not re.search("[。；：，]", text)


def clause_title(text: str, label: str) -> str:
    """What a numbered part is called in a path: its first clause when short, else its numeral."""
    clause = re.split(r"[。：:；;]", text, maxsplit=1)[0]
    return clause if len(clause) <= 40 else label.rstrip("、")


def numbered_lines(lines: list[Line]) -> frozenset[int]:
    """Indices of the lines 一、二、三、… that count up from one; empty when fewer than two do."""
    out = []
    for i, line in enumerate(lines):
        if line.level or not line.text or line.text[0] not in "一二三四五六七八九十":
            continue
        m = _NUMBERED.match(line.text)
        if m and from_numeral(m[1]) == len(out) + 1:
            out.append(i)
    return frozenset(out) if len(out) > 1 else frozenset()


def headings_of(kind: LawKind, lines: list[Line]) -> dict[int, Candidate]:
    """The lines that open articles, by index; none in cases, nor in texts numbered 一、二、 from the start."""
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
    if first.no.number != 1 and any(_NUMBERED.match(line.text) for line in lines[: first.line]):
        return {}
    return {c.line: c for c in accepted}


def body_nodes(kind: LawKind, lines: list[Line], prefix: tuple[str, ...] = ()) -> list[Node]:
    """Nodes of everything below the head."""
    heads = headings_of(kind, lines)
    if heads:
        cut = split_run_on(lines, heads)
        if len(cut) > len(lines):
            lines, heads = cut, headings_of(kind, cut)
    numbered = frozenset() if heads else numbered_lines(lines)
    return Builder(kind, heads, numbered, prefix).walk(lines)


def split_run_on(lines: list[Line], heads: dict[int, Candidate]) -> list[Line]:
    """Cut lines in which several articles were run together (… 。 第十二条 …); the same lines where none were."""
    order = sorted(heads)
    out = lines[: order[0]]
    for here, after in zip(order, [*order[1:], len(lines)], strict=True):
        no = heads[here].no
        due = heads[after].no if after in heads else None
        leap = due is None or due.number > no.number + 1
        number = no.number
        for line in lines[here:after]:
            pieces = _pieces(line, number) if leap else [line]
            number += len(pieces) - 1
            out.extend(pieces)
    return out


def _pieces(line: Line, last: int) -> list[Line]:
    """The line cut before each blank + 第X条 + blank that continues the count; the line itself when none does."""
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
    """A node of the head made of one line."""
    return Node(kind, line.text, line.start, line.end, (), part, level=line.level)
