"""A draft, or a whole outline, as an official document: text with its provenance in comments.

Does not know .docx.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.assist.draft.records import Chapter, Draft, Fact, Sentence, placeholder
from kb.text.office import Block, OfficialDocument, Piece, label

MOST_QUOTE = 160
"""Characters of a precedent in a comment; the whole stands in the JSON."""


def section_document(draft: Draft) -> OfficialDocument:
    """One section under its heading; the office and the year make the title's line in the properties."""
    blocks = [*_paragraphs(draft), *_unused([draft.task.facts[i] for i in draft.unused]), *_warnings(draft)]
    return OfficialDocument(draft.task.section, tuple(blocks))


def report_document(
    org: str,
    year: int,
    chapters: Sequence[Chapter],
    left: Sequence[Fact],
    *,
    number: str = "",
    addressee: str = "",
    date: str = "",
) -> OfficialDocument:
    """A whole yearly report with what is still to be filled in: number, addressee and date where they are not given."""
    blocks = [Block.of("body", placeholder("导语"))]
    for n, chapter in enumerate(chapters, 1):
        blocks += _chapter(chapter, n)
    blocks += _unused(left)
    return OfficialDocument(
        f"{org}{year}年度法治政府建设情况报告",
        tuple(blocks),
        number=number or placeholder("发文字号"),
        addressee=addressee or placeholder("主送机关"),
        signer=org,
        date=date or placeholder("成文日期"),
    )


def _chapter(chapter: Chapter, n: int) -> Iterator[Block]:
    yield Block.of("heading1" if chapter.level == 1 else "heading2", label(n, chapter.level) + chapter.heading)
    if chapter.draft is not None:
        written = list(_paragraphs(chapter.draft))
        yield from written or [Block.of("body", placeholder(chapter.heading))]
        yield from _warnings(chapter.draft)
    for k, part in enumerate(chapter.parts, 1):
        yield from _chapter(part, k)


def _paragraphs(draft: Draft) -> Iterator[Block]:
    for paragraph in draft.paragraphs:
        pieces = [Piece(s.text, comment(s, draft)) for s in paragraph.sentences]
        if paragraph.label and pieces:
            pieces[0] = Piece(paragraph.label + pieces[0].text, pieces[0].comment)
        yield Block("body", tuple(pieces))


def comment(sentence: Sentence, draft: Draft) -> str:
    """Where a sentence comes from, and what the clerk should look at; a line each."""
    lines = [f"事实：{draft.task.facts[i].line or f'第{i + 1}条'}" for i in sentence.facts]
    for origin in sentence.origins:
        quote = origin.quote if len(origin.quote) <= MOST_QUOTE else origin.quote[:MOST_QUOTE] + "…"
        lines.append(f"行文参照：{origin.precedent.passage.address}：“{quote}”")
    return "\n".join([*lines, *sentence.notes])


def _unused(facts: Sequence[Fact]) -> Iterator[Block]:
    if facts:
        yield Block.of("body", "（以下事实尚未归入段落，请安排位置）")
        yield from (Block.of("body", f.text + "。") for f in facts)


def _warnings(draft: Draft) -> Iterator[Block]:
    for warning in draft.warnings:
        yield Block.of("note", f"提示：{warning}")
