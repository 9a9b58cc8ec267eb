"""The whole way of the citation checker, and marking citations in a text.

Does not know files, pages or where law texts are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import groupby

from kb.base.address import Address, ArticleNo
from kb.base.records import Instrument, Passage, Version
from kb.law.cite.find import find
from kb.law.cite.model import Checked, CheckReport, Lookup, Names, Reference
from kb.law.cite.resolve import resolve
from kb.law.cite.verify import Paragraphs, verify


class _Remembering:
    """A ``Lookup`` that asks another one each question once."""

    def __init__(self, lookup: Lookup) -> None:
        self.in_force: Callable[[str, date], Version | None] = cache(lookup.in_force)
        self.versions: Callable[[str], tuple[Version, ...]] = cache(lookup.versions)
        self.article: Callable[[str, ArticleNo, str | None], Passage | None] = cache(lookup.article)
        self.last_article: Callable[[str, str | None], ArticleNo | None] = cache(lookup.last_article)
        self.instrument: Callable[[str], Instrument | None] = cache(lookup.instrument)


def check(
    text: str,
    names: Names,
    lookup: Lookup,
    as_of: date,
    *,
    home: str | Address | None = None,
    paragraphs: Paragraphs | None = None,
) -> CheckReport:
    """Check every citation in ``text`` on the day ``as_of``; no citation gives an empty report.

    ``home``: the instrument whose own text this is, if it is one. ``paragraphs``: how an article's text is divided
    (default: ``law.parse.paragraphs``).
    """
    memory = _Remembering(lookup)
    options = {} if paragraphs is None else {"paragraphs": cache(paragraphs)}

    def one(reference: Reference) -> Checked:
        return verify(reference, memory, as_of, **options)

    out: list[Checked] = []
    for _, members in groupby(resolve(find(text), names, home), key=lambda r: (r.chain, r.start if not r.chain else 0)):
        out += _list(list(members), one)
    return CheckReport(tuple(out))


def _list(members: Sequence[Reference], one: Callable[[Reference], Checked]) -> list[Checked]:
    """Check the members of a list; words quoted from a list may be those of any member."""
    checked = [one(r) for r in members]
    quoted = next((i for i, r in enumerate(members) if r.quote is not None), None)
    if quoted is None or checked[quoted].status not in ("quote_differs", "superseded") or len(members) < 2:
        return checked
    for i, reference in enumerate(members):
        if i == quoted:
            continue
        trial = one(replace(reference, quote=members[quoted].quote))
        if trial.status == "verified":
            checked[quoted] = one(replace(members[quoted], quote=None))
            checked[i] = trial
            break
    return checked


def _same(text: str) -> str:
    return text


def annotate(
    text: str,
    checked: Iterable[Checked],
    wrap: Callable[[str, Checked], str],
    plain: Callable[[str], str] = _same,
) -> str:
    """``text`` with every citation passed through ``wrap`` and all other text through ``plain`` (escaping, say).

    Where citations overlap the first one counts. Without citations the result is ``plain(text)``.
    """
    out, at = [], 0
    for one in sorted(checked, key=lambda c: (c.reference.start, -c.reference.end)):
        start, end = one.reference.start, one.reference.end
        if start < at:
            continue
        out += [plain(text[at:start]), wrap(text[start:end], one)]
        at = end
    return "".join([*out, plain(text[at:])])
