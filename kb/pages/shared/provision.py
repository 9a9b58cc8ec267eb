"""A provision or a report's passage as it is read: text with the quoted words marked, partners, neighbours, versions.

Does not know how it was found. Rows are named ``generation:row``, so that a tap after a rebuild opens no other text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.app import KnowledgeBase
from kb.base.address import Address, from_numeral
from kb.base.records import Citation, Fine, InputError, Paragraph, Passage, Version
from kb.base.textnorm import squeezed
from kb.base.words import VERSION_STATUS
from kb.law.cite.quote import pieces
from kb.pages.shared.markup import Markup, badge, button, join, tag
from kb.search.provision import Partner, Provision, located_text, provision

_GLIMPSE = 40  # characters of a neighbour: one line of a phone
_WHOLE_PARTNERS = 2  # partners up to so many are shown whole; of more, the first words: a tap opens them
_PARTNER_GLIMPSE = 80
_STATUS_TONE = {"current": "good", "superseded": "care", "repealed": "bad", "not_yet": "care", "unknown": "care"}
_STALE = "资料库刚更新过，请重新查找这一条"


@dataclass(frozen=True, slots=True)
class Opened:
    """A provision with what was quoted of it; ``quote`` empty: opened without a quotation."""

    found: Provision
    generation: str
    day: date
    quote: str = ""


def row_name(generation: str, row: int) -> str:
    """The name by which a page asks for a passage again."""
    return f"{generation}:{row}"


def open_row(base: KnowledgeBase, name: str, day: date, address: str = "", quote: str = "") -> Opened:
    """Open the passage of a row name; ``address`` may lead to a 款/项 of it. Raises InputError for a stale name."""
    generation = base.generation
    made_by, _, row = name.partition(":")
    if made_by != generation.id or not row.isascii() or not row.isdigit() or int(row) >= len(generation):
        raise InputError(_STALE)
    passage = generation.passage(int(row))
    return Opened(provision(generation, passage, _address_in(passage, address), day), generation.id, day, quote)


def _address_in(passage: Passage, address: str) -> Address:
    """The address when it lies in the passage, else the passage's own."""
    parsed = Address.parse(address) if address else None
    if parsed is not None and parsed.article == passage.article and parsed.title == passage.title:
        return parsed
    return Address(passage.title, passage.article)


def cited_address(citation: Citation) -> str:
    """A citation's address as data (《某法》第十条第二款第（三）项), for ``open_row``; empty for a report."""
    if citation.kind == "report" or citation.article is None:
        return ""
    paragraph = f"第{citation.paragraph}款" if citation.paragraph else ""
    number = from_numeral(citation.item.strip("（）()")) if citation.item else None
    return f"《{citation.title}》{citation.article}{paragraph}" + (f"第{number}项" if number else "")


def quoted_spans(text: str, quote: str) -> list[tuple[int, int]]:
    """Where the pieces of a quotation stand in ``text``, white space and width aside; what is not found is left out."""
    whole = squeezed(text)
    spans = []
    for piece in pieces(quote):
        wanted = squeezed(piece).text
        at = whole.text.find(wanted) if wanted else -1
        if at >= 0:
            spans.append(whole.span(at, at + len(wanted)))
    return merged(spans)


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, overlapping ones joined."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def marked(text: str, spans: Sequence[tuple[int, int]], offset: int = 0) -> Markup:
    """A stretch of text (its start at ``offset`` of the whole) with the spans marked."""
    out: list[str | Markup] = []
    at = 0
    for start, end in spans:
        start, end = max(start - offset, at), min(end - offset, len(text))
        if start < end:
            out += [text[at:start], tag("mark", text[start:end])]
            at = end
    return join([*out, text[at:]])


def provision_view(opened: Opened) -> Markup:
    """The whole view, under one heading."""
    found = opened.found
    passage = found.passage
    if passage.kind == "report":
        return _report_view(opened)
    parts = [
        tag("h2", str(found.address), tabindex="-1"),
        _badges(found),
        *_path(passage),
        *_warnings(found.warnings),
        _body(opened),
        _copying(opened),
        _partners("罚则", "违反这一条的处罚", found.penalties, opened.generation),
        _partners("违则", "这一条处罚的行为", found.duties, opened.generation),
        _neighbours(opened),
        _references(found),
        _versions(opened),
        _source(passage),
    ]
    return tag("article", *parts, class_="kb-provision", aria_label=str(found.address))


def _report_view(opened: Opened) -> Markup:
    passage = opened.found.passage
    parts = [
        tag("h2", passage.title, tabindex="-1"),
        tag("p", badge("报告"), class_="kb-badges"),
        *_path(passage),
        _plain_body(opened),
        _copying(opened),
        _neighbours(opened),
        _source(passage),
    ]
    return tag("article", *parts, class_="kb-provision", aria_label=passage.title)


def _badges(found: Provision) -> Markup:
    passage = found.passage
    kind = badge("要点，非条文原文", "care") if passage.text_kind == "digest" else badge("原文")
    status = badge(VERSION_STATUS[found.status], _STATUS_TONE[found.status])  # type: ignore[index]
    version = badge(f"{passage.version}文本") if passage.version else badge("版本日期不明", "care")
    since = [badge(f"{found.effective}起施行")] if found.effective else []
    return tag("p", join([status, kind, badge(found.rank), version, *since], " "), class_="kb-badges")


def _path(passage: Passage) -> list[Markup]:
    return [tag("p", " / ".join(passage.path), class_="kb-path")] if passage.path else []


def _warnings(warnings: Sequence[str]) -> list[Markup]:
    return [tag("p", w, class_="kb-note kb-care", role="note") for w in warnings]


def _body(opened: Opened) -> Markup:
    """The article by 款 and 项; the quoted words, or the 款/项 that was asked for, marked."""
    found = opened.found
    text = found.passage.text
    spans = quoted_spans(text, opened.quote) if opened.quote else _asked(found)
    many = len(found.paragraphs) > 1
    rows = [_paragraph(p, spans, text, numbered=many) for p in found.paragraphs]
    lost = opened.quote and not spans
    note = [tag("p", "引文在这一条里没有逐字找到，请以下面的文字为准。", class_="kb-note kb-bad")] if lost else []
    label = str(found.passage.article) if found.passage.article else "正文"
    return tag("div", *note, tag("p", label, class_="kb-article-no"), *rows, class_="kb-text")


def _asked(found: Provision) -> list[tuple[int, int]]:
    if found.address.paragraph is None and found.address.item is None:
        return []
    return quoted_spans(found.passage.text, located_text(found.passage, found.address))


def _paragraph(p: Paragraph, spans: Sequence[tuple[int, int]], text: str, *, numbered: bool) -> Markup:
    number = [tag("span", f"第{p.n}款", class_="kb-para-no", aria_hidden="true")] if numbered else []
    first = p.items[0].start if p.items else p.end
    lead = marked(text[p.start : first].rstrip(), spans, p.start)
    items = [tag("li", marked(text[i.start : i.end], spans, i.start)) for i in p.items]
    return join([tag("p", *number, lead), *([tag("ul", *items, class_="kb-items")] if items else [])])


def _plain_body(opened: Opened) -> Markup:
    text = opened.found.passage.text
    spans = quoted_spans(text, opened.quote) if opened.quote else []
    rows, at = [], 0
    for line in text.split("\n"):
        rows.append(tag("p", marked(line, spans, at)))
        at += len(line) + 1
    return tag("div", *rows, class_="kb-text")


def copied(opened: Opened) -> str:
    """What 复制引用 puts on the clipboard: address, whether it is a digest, and the wording."""
    found = opened.found
    words = opened.quote or located_text(found.passage, found.address)
    address = str(found.address) if found.passage.kind == "law" else found.passage.address
    digest = "（要点，非条文原文）" if found.passage.text_kind == "digest" else ""
    return f"{address}{digest}：“{words}”" if not digest else f"{address}{digest}：{words}"


def _copying(opened: Opened) -> Markup:
    copy = tag("button", "复制引用", type="button", class_="kb-button kb-primary", data_copy=copied(opened))
    back = button("返回原处", "back", class_="kb-button kb-back")
    return tag("p", copy, back, class_="kb-actions")


def fine_line(fine: Fine) -> str:
    """Who pays how much, when: 企业，逾期未改正，1万元以上5万元以下."""
    return "，".join(part for part in (fine.whom, fine.condition, fine.amount) if part)


def _partners(name: str, heading: str, partners: Sequence[Partner], generation: str) -> Markup:
    if not partners:
        return Markup("")
    rows = []
    whole = len(partners) <= _WHOLE_PARTNERS
    for partner in partners:
        open_ = button(
            join([tag("b", name), " ", str(partner.address)]), "open", class_="kb-link",
            row=row_name(generation, partner.passage.id), address=str(partner.address),
        )  # fmt: skip
        inferred = [badge("推定：按文字相近配对，请核对", "care")] if partner.inferred else []
        fines = [tag("li", line) for s in partner.sanctions for f in s.fines if (line := fine_line(f))]
        said = located_text(partner.passage, partner.address)
        text = tag("p", said if whole else glimpse(said, _PARTNER_GLIMPSE), class_="kb-partner-text")
        rows.append(tag("li", open_, *inferred, text, *([tag("ul", *fines, class_="kb-fines")] if fines else [])))
    return tag("section", tag("h3", heading), tag("ul", *rows, class_="kb-partners"))


def glimpse(text: str, most: int = _GLIMPSE) -> str:
    """The first words of a text, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most] + "…"


def _neighbours(opened: Opened) -> Markup:
    rows = []
    for name, passage in (("上一条", opened.found.before), ("下一条", opened.found.after)):
        if passage is None:
            continue
        label = str(passage.article) if passage.article else (passage.path[-1] if passage.path else "")
        text = join([tag("b", name if passage.article else name[:2] + "段"), " ", label, " ", glimpse(passage.text)])
        rows.append(tag("li", button(text, "open", class_="kb-link", row=row_name(opened.generation, passage.id))))
    return tag("section", tag("h3", "前后文"), tag("ul", *rows)) if rows else Markup("")


def _references(found: Provision) -> Markup:
    if not found.references:
        return Markup("")
    rows = [tag("li", button(str(r), "refer", class_="kb-link", address=str(r))) for r in found.references]
    return tag("section", tag("h3", "本条引用"), tag("ul", *rows, class_="kb-inline"))


def version_line(version: Version) -> str:
    """2021-06-10文本 现行有效（2021-09-01起施行），库中没有."""
    since = f"，{version.effective}起施行" if version.effective else ""
    held = "" if version.source else "，库中没有"
    return f"{version.version or '日期不明'}文本：{VERSION_STATUS[version.status]}{since}{held}"


def _versions(opened: Opened) -> Markup:
    found = opened.found
    if len(found.versions) < 2:
        return Markup("")
    rows = []
    for v in found.versions:
        other = v.source and v.version != found.passage.version and found.passage.article is not None
        compare = [
            button("对照", "compare", class_="kb-button", row=row_name(opened.generation, found.passage.id),
                   version=v.version or "", label=f"与{v.version}文本对照")
        ] if other else []  # fmt: skip
        rows.append(tag("li", version_line(v), *compare))
    return tag("section", tag("h3", "版本"), tag("ul", *rows))


def _source(passage: Passage) -> Markup:
    page = f"，第{passage.page}页" if passage.page else ""
    return tag("p", f"来源：{passage.source}{page}", class_="kb-source")
