"""A provision as it is shown: its text by 款 and 项, its duty or penalty partners, references and versions.

Does not know how it was named, nor who looks at it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from kb.base.address import Address
from kb.base.records import Pair, Paragraph, Passage, Sanction, Version
from kb.law.parse import paragraphs
from kb.search.index import Generation

# Characters of a penalty that stands beside a duty: one screen of a phone; the address leads to the rest.
MAX_PARTNERS = 8


@dataclass(frozen=True, slots=True)
class Partner:
    """A duty or penalty of the provision. ``inferred``: paired by its wording (推定), not by a reference."""

    passage: Passage
    address: Address
    inferred: bool
    sanctions: tuple[Sanction, ...] = ()


@dataclass(frozen=True, slots=True)
class Provision:
    """An article and what belongs to it. ``address`` is what was asked for, down to 款/项.

    ``status``: current, superseded, repealed, not_yet or unknown on the day asked for; ``effective`` an ISO day or
    None; ``warnings`` say what the reader must know of this text (a digest, a newer version).
    """

    address: Address
    passage: Passage
    text: str
    paragraphs: tuple[Paragraph, ...]
    rank: str
    status: str
    effective: str | None
    sanctions: tuple[Sanction, ...]
    duties: tuple[Partner, ...]
    penalties: tuple[Partner, ...]
    references: tuple[Address, ...]
    versions: tuple[Version, ...]
    before: Passage | None
    after: Passage | None
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The object of ``kb show --json``."""
        return {
            "address": str(self.address),
            "title": self.passage.title,
            "version": self.passage.version,
            "rank": self.rank,
            "status": self.status,
            "effective": self.effective,
            "path": list(self.passage.path),
            "text": self.text,
            "paragraphs": [
                {"n": p.n, "text": p.text, "items": [{"n": i.n, "text": i.text} for i in p.items]}
                for p in self.paragraphs
            ],
            "duties": [str(d.address) for d in self.duties],
            "penalties": [
                {
                    "address": str(p.address),
                    "text": located_text(p.passage, p.address),
                    "fines": [asdict(f) for s in p.sanctions for f in s.fines],
                }
                for p in self.penalties
            ],
            "references": [str(r) for r in self.references],
            "versions": [{"version": v.version, "status": v.status} for v in self.versions],
            "source": self.passage.source,
            "text_kind": self.passage.text_kind,
        }


def located_text(passage: Passage, address: Address) -> str:
    """The words at an address inside its article: the 款 or 项 when one is named, else the whole article.

    A 项 comes with its paragraph's lead-in before ``…`` where words are left out between them.
    """
    if address.paragraph is None and address.item is None:
        return passage.text
    parts = paragraphs(passage.text)
    number = address.paragraph or (1 if len(parts) == 1 else None)
    candidates = [p for p in parts if number is None or p.n == number]
    for paragraph in candidates:
        if address.item is None:
            return paragraph.text
        for item in paragraph.items:
            if item.n == address.item:
                lead = paragraph.text[: paragraph.items[0].start - paragraph.start].strip()
                gap = "" if item is paragraph.items[0] else "…"
                return f"{lead}{gap}{item.text}" if lead else item.text
    return passage.text


def text_warnings(generation: Generation, passage: Passage, day: date) -> tuple[str, ...]:
    """What a reader must know of a text before relying on it; empty when nothing."""
    warnings = []
    if passage.text_kind == "digest":
        warnings.append(f"《{passage.title}》为要点（非条文原文），引用前请核对正式文本")
    document = generation.document_of(passage.id)
    version = _version_of(generation, passage)
    newer = generation.catalogue.newer_known(version) if version is not None else None
    iso = day.isoformat()
    if newer is not None and not newer.source and (newer.effective or newer.version or "") <= iso:
        since = f"，{newer.effective}起施行" if newer.effective else ""
        held = passage.version or "日期不明"
        warnings.append(
            f"库中《{passage.title}》是{held}文本，已知{newer.version or '较新'}版{since}，库中没有，请核对新文本"
        )
    elif document.ended is not None and document.ended <= iso:
        warnings.append(f"《{passage.title}》{passage.version or ''}文本自{document.ended}起已不再有效")
    if document.effective is not None and document.effective > iso:
        warnings.append(f"《{passage.title}》{passage.version or ''}文本自{document.effective}起施行，该日尚未生效")
    for higher in generation.catalogue.above(passage.title, day):
        if not higher.source:
            begins = higher.effective or higher.version
            warnings.append(f"《{higher.key}》自{begins}起施行，效力高于《{passage.title}》，库中没有，请先核对")
    return tuple(warnings)


def _version_of(generation: Generation, passage: Passage) -> Version | None:
    fitting = [v for v in generation.versions(passage.title) if v.version == passage.version]
    return next((v for v in fitting if v.source == passage.source), fitting[0] if fitting else None)


def _partner(generation: Generation, pair: Pair, duty_side: bool) -> Partner:
    row = pair.duty if duty_side else pair.penalty
    passage = generation.passage(row)
    item = None if duty_side else pair.item
    paragraph = None if duty_side else _printed_paragraph(passage, pair.paragraph)
    address = Address(passage.title, passage.article, paragraph, item)
    sanctions = [] if duty_side else generation.sanctions(row)
    fitting = tuple(
        s
        for s in sanctions
        if (pair.paragraph is None or s.paragraph == pair.paragraph)
        and (pair.item is None or s.item in (None, pair.item))
    )
    return Partner(passage, address, pair.how == "wording", fitting or tuple(sanctions))


def _printed_paragraph(passage: Passage, paragraph: int | None) -> int | None:
    """第一款 is printed only where the article has more than one."""
    return paragraph if paragraph is not None and len(paragraphs(passage.text)) > 1 else None


def status_on(generation: Generation, passage: Passage, day: date) -> str:
    """current, superseded, repealed, not_yet or unknown, judged on ``day``."""
    document = generation.document_of(passage.id)
    iso = day.isoformat()
    if document.effective is not None and document.effective > iso:
        return "not_yet"
    if document.ended is not None and document.ended <= iso:
        return "repealed" if document.status == "repealed" else "superseded"
    if document.effective is None and document.version is None:
        return "unknown"
    return "current"


def provision(generation: Generation, passage: Passage, address: Address, day: date) -> Provision:
    """Everything that is shown of an article; ``address`` may name a 款 or 项 of it."""
    row = passage.id
    pairs = generation.pairs(row)
    document = generation.document_of(row)
    before, after = generation.neighbours(row)
    references = dict.fromkeys(e.target for e in generation.edges(row))
    return Provision(
        address=address,
        passage=passage,
        text=located_text(passage, address),
        paragraphs=paragraphs(passage.text),
        rank=document.rank,
        status=status_on(generation, passage, day),
        effective=document.effective,
        sanctions=tuple(generation.sanctions(row)),
        duties=tuple(_partner(generation, p, True) for p in pairs if p.penalty == row)[:MAX_PARTNERS],
        penalties=tuple(_partner(generation, p, False) for p in pairs if p.duty == row)[:MAX_PARTNERS],
        references=tuple(references),
        versions=tuple(sorted(generation.versions(passage.title), key=lambda v: v.version or "", reverse=True)),
        before=before,
        after=after,
        warnings=text_warnings(generation, passage, day),
    )
