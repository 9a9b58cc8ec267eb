"""A report's text ↔ its parts: head, headings 一、（一）1., items and paragraphs, signature, annexes.

Does not know law, files, or which figures a report holds. The damage of PDF, OCR and the web is healed on the way:
see ``lines`` (page numbers, letterheads in mid-sentence, wrapped lines) and ``heal`` (spaces, marks, widths).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from kb.base.records import Part, Passage, TextKind
from kb.report.parse.blocks import Block, build
from kb.report.parse.front import Foot, Head, annex_at, cover_end, front_matter, read_foot, read_head
from kb.report.parse.heal import heal
from kb.report.parse.lines import ORG, Line, split, wrapping

__all__ = ["Block", "Page", "ReportText", "heal", "parse_report"]


class Page(Protocol):
    """A page of the source: its number from 1 and where it starts (``kb.text.read.PageSpan`` is one)."""

    @property
    def page(self) -> int:
        """Number from 1."""
        ...

    @property
    def start(self) -> int:
        """Offset of its first character."""
        ...


@dataclass(frozen=True, slots=True)
class ReportText:
    """A parsed report. An empty string, or None, means the document does not say and nothing could be inferred.

    ``title`` is never empty: where the document has none (``title_stated`` False) it is put together from
    organisation, year and topic, or is the file's name. ``org`` is as printed in the signature, else the
    letterhead or title. ``year`` is the year reported on (a plan's: planned for). ``date`` is ISO.
    ``cover`` is a notice that forwards the document, ``head`` and ``foot`` are what stands above and below the body.
    """

    title: str
    org: str
    year: int | None
    date: str | None
    doc_no: str
    signer: str
    addressee: str
    body: tuple[Block, ...]
    cover: Block | None = None
    head: Block | None = None
    foot: Block | None = None
    annexes: tuple[Block, ...] = ()
    title_stated: bool = True
    text_kind: TextKind = "official"

    def passages(self, source: str, pages: Sequence[Page] = ()) -> list[Passage]:
        """Every piece as a passage of the file ``source``, in document order; nothing of the text is left out.

        A passage is one numbered item or paragraph. Headings on lines of their own stand at the head of the first
        passage below them, each on its own line, equal to its element of ``path``. ``text`` is healed: white
        space, widths and ``**`` aside it is the source's wording, furniture of the page left out.
        """
        parts: list[tuple[Part, Sequence[Block]]] = [
            ("header", [b for b in (self.cover, self.head) if b]),
            ("section", self.body),
            ("signature", [self.foot] if self.foot else []),
            ("annex", self.annexes),
        ]
        return [
            Passage(
                kind="report",
                title=self.title,
                text=text,
                source=source,
                part=part,
                path=path,
                start=start,
                end=end,
                text_kind=self.text_kind,
                page=_page_of(start, pages),
            )
            for part, blocks in parts
            for text, path, start, end in _merged(blocks)
        ]


def _merged(blocks: Sequence[Block]) -> Iterator[tuple[str, tuple[str, ...], int, int]]:
    """Put headings before the first item or paragraph below them; headings with nothing below stand alone."""
    pending: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            pending.append(block)
            continue
        texts = [b.text for b in (*pending, block)]
        yield "\n".join(texts), block.path, pending[0].start if pending else block.start, block.end
        pending = []
    if pending:
        yield "\n".join(b.text for b in pending), pending[-1].path, pending[0].start, pending[-1].end


def _page_of(offset: int, pages: Sequence[Page]) -> int | None:
    found = [p.page for p in pages if p.start <= offset]
    return found[-1] if found else None


def parse_report(text: str, *, name: str) -> ReportText:
    """Parse the text of a report; ``name`` (the file's stem) is its title where nothing better is found.

    Never fails: a text without any structure becomes paragraphs without headings.
    """
    facts, start = front_matter(text)
    lines = split(text, start)
    wrap = wrapping(lines)
    cover = cover_end(lines)
    notice, rest = lines[:cover], lines[cover:]
    outer = read_head(notice)
    head = read_head(rest)
    foot = read_foot(rest[head.size :])
    body = build(rest[head.size : head.size + foot.at], wrap)
    tail = rest[head.size + foot.at :]
    annex = annex_at(tail)
    signed = foot if foot.org else read_foot(notice) if notice else foot
    kind = facts.get("text_kind", "official")
    title, stated = facts.get("title") or head.title, True
    org = facts.get("org") or facts.get("issuer") or _org(signed, head, title)
    year = int(facts["year"]) if facts.get("year", "").isdigit() else _year(title, body, signed.date)
    if not title:
        title, stated = _made_title(org, year, body) or name, False
    return ReportText(
        title=title,
        org=org,
        year=year,
        date=facts.get("date") or signed.date,
        doc_no=facts.get("doc_no") or head.doc_no or outer.doc_no,
        signer=facts.get("signer") or head.signer or outer.signer,
        addressee=head.addressee or outer.addressee,
        body=body,
        cover=_block(notice),
        head=_block(rest[: head.size]),
        foot=_block(tail[:annex]),
        annexes=build(tail[annex:], wrap),
        title_stated=stated,
        text_kind=cast(TextKind, kind if kind in {"official", "digest"} else "official"),
    )


def _block(lines: Sequence[Line]) -> Block | None:
    """Lines that keep their breaks, as one piece; None when there are none."""
    if not lines:
        return None
    return Block("paragraph", "\n".join(line.text for line in lines), lines[0].start, lines[-1].end)


def _org(foot: Foot, head: Head, title: str) -> str:
    if foot.org or head.letterhead:
        return foot.org or head.letterhead
    named = ORG.match(title)
    return named[0].removeprefix("关于") if named else ""


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")


def _year(title: str, body: Sequence[Block], date: str | None) -> int | None:
    """Year reported on: the title's, else the first one in a heading, else of the date (a winter's report: before)."""
    headings = [b.text for b in body if b.kind == "heading"]
    for text in (title, *headings):
        found = _YEAR.search(text)
        if found is not None:
            return int(found[1])
    if date is None:
        return None
    looks_back = re.search("报告|总结|情况", title or "".join(b.text for b in body[:1])) is not None
    return int(date[:4]) - (1 if looks_back and date[5:7] <= "03" else 0)


def _made_title(org: str, year: int | None, body: Sequence[Block]) -> str:
    """Make a title from organisation, year and the topic of the first heading; empty when one of them is missing."""
    first = next((b for b in body if b.kind == "heading" and b.marker), None)
    if not org or year is None or first is None or first.marker is None:
        return ""
    topic = first.text.removeprefix(first.marker.label).strip()
    topic = re.sub(r"^(?:\d{4}年度?)?(?:推进|关于|开展)?", "", topic)
    topic = re.sub(r"(?:的?(?:主要|基本|有关|重点)?(?:举措|措施|做法|工作|成效|情况|和|及|与))+$", "", topic)
    return f"{org}{year}年{topic}情况报告"
