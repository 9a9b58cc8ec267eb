"""A provision or report passage as a citation: quoted, addressed, verified against its own text.

Does not know why it is cited, nor what the answer says of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kb.assist.answer.quote import Quotation, address_of, stands
from kb.base.address import to_chinese
from kb.base.records import Citation, CitationStatus, Passage, Role, Sanction
from kb.search.index import Generation
from kb.search.provision import status_on


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation with what it was made of.

    ``sanctions``: those of the quoted 款/项; ``article``: those of the whole article; ``inferred``: it came by a pair
    of wording. ``aside``: it may apply besides what leads; nothing ties it to that. ``after``: citations of the 款 that
    go on from what is quoted, whose sanctions are among ``sanctions``.
    """

    citation: Citation
    passage: Passage
    quotation: Quotation
    sanctions: tuple[Sanction, ...] = ()
    article: tuple[Sanction, ...] = ()
    inferred: bool = False
    aside: bool = False
    after: tuple[Citation, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Its citation and those of the 款 that go on from it, numbered one after the other."""
        return (self.citation, *self.after)

    @property
    def mark(self) -> str:
        """[n], as it stands in the answer; [n][m] where a 款 goes on from it."""
        return "".join(f"[{c.n}]" for c in self.citations)

    @property
    def address(self) -> str:
        """Where it stands with its marks: 《某法》第六十条第一款第（三）项[2]、第二款[3]."""
        first, *rest = self.citations
        return f"{first.address}[{first.n}]" + "".join(f"、第{to_chinese(c.paragraph or 0)}款[{c.n}]" for c in rest)


def cite(
    generation: Generation,
    passage: Passage,
    quotation: Quotation,
    role: Role,
    n: int,
    day: date,
    *,
    inferred: bool = False,
    aside: bool = False,
) -> Cited:
    """The citation of a passage; its status says what checking the quotation against the passage found."""
    citation, *after = (
        _citation(generation, passage, q, role, number, day)
        for number, q in enumerate((quotation, *quotation.after), n)
    )
    article = tuple(generation.sanctions(passage.id)) if passage.kind == "law" else ()
    inside = tuple(s for s in article if any(a <= s.start < b for a, b in quotation.every_span))
    return Cited(citation, passage, quotation, inside, article, inferred, aside, tuple(after))


def numbers(cited: Iterable[Cited]) -> int:
    """How many numbers citations take."""
    return sum(len(c.citations) for c in cited)


def _citation(
    generation: Generation, passage: Passage, quotation: Quotation, role: Role, n: int, day: date
) -> Citation:
    item = f"（{to_chinese(quotation.item)}）" if quotation.item is not None else None
    law = passage.kind == "law"
    return Citation(
        n=n,
        kind=passage.kind,
        title=passage.title,
        address=address_of(passage, quotation) if law else passage.address,
        role=role,
        quote=quotation.text,
        status=_status(generation, passage, quotation, day),
        source=passage.source,
        version=passage.version,
        article=str(passage.article) if passage.article is not None else None,
        paragraph=quotation.paragraph,
        item=item,
        text_kind=passage.text_kind,
        passage=passage.id,
    )


def _status(generation: Generation, passage: Passage, quotation: Quotation, day: date) -> CitationStatus:
    if not stands(quotation.text, passage.text):
        return "quote_differs"
    if passage.text_kind == "digest":
        return "digest"
    if passage.kind == "law" and status_on(generation, passage, day) in ("superseded", "repealed"):
        return "superseded"
    return "verified"
