"""What a source says, ready to be asked: its figures, dates, provisions, titles and exact words.

Does not know which sentence asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.base.address import Address, ArticleNo
from kb.base.quantity import DateMention, Quantity, find_dates, find_quantities
from kb.base.textnorm import squeeze
from kb.law.cite import Mention, find
from kb.law.parse import paragraphs

_TITLE = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》")


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source as it is cited: by ``key`` ("1" or "S7F2"), with its ``address`` as printed and its words.

    ``note`` holds what else is known of it and may be said (the version's date, 施行日). ``quotable`` is False where
    the text is not the official wording (要点): then no quotation stands in it.
    """

    key: str
    text: str
    address: str = ""
    note: str = ""
    quotable: bool = True


def short(title: str) -> str:
    """A title as it is compared: squeezed, without 中华人民共和国 and 《》."""
    return squeeze(title).strip("《》").removeprefix("中华人民共和国")


class Evidence:
    """One source, read once; every question is answered by value, not by spelling."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self._said = "\n".join((source.address, source.note, source.text))

    @cached_property
    def _quantities(self) -> list[Quantity]:
        return find_quantities(self._said, bare=True)

    @cached_property
    def _dates(self) -> list[DateMention]:
        return find_dates(self._said)

    @cached_property
    def _wording(self) -> str:
        return squeeze(self.source.text) if self.source.quotable else ""

    @cached_property
    def _address(self) -> Address | None:
        head = re.match(
            r"\s*《.*》(?:第[^\s《》]*[条款项目](?:之[一二三四五六七八九十]+)?[^\s《》]*)?", self.source.address
        )
        return Address.parse(head[0]) if head else None

    @cached_property
    def _named(self) -> set[tuple[str | None, ArticleNo]]:
        """Provisions the source is or names, as (title or None, article)."""
        out: set[tuple[str | None, ArticleNo]] = set()
        own = self._address
        if own is not None and own.article is not None:
            out |= {(short(own.title), own.article), (None, own.article)}
        home = short(own.title) if own is not None else None
        for title, mention in titled(find(self.source.text)):
            for article in _articles(mention):
                out |= {(short(title) if title else home, article), (None, article)}
        return out

    @cached_property
    def _titles(self) -> set[str]:
        return {short(t) for t in _TITLE.findall(self._said)}

    def has_quantity(self, wanted: Quantity) -> bool:
        """Whether a quantity of the same value and unit stands in it (a bare number: of that value)."""
        return any(q.value == wanted.value and wanted.unit in ("", q.unit) for q in self._quantities)

    def has_date(self, wanted: DateMention) -> bool:
        """Whether a date stands in it that agrees in every written component."""
        return any(wanted.within(d) for d in self._dates)

    def has_words(self, wanted: str) -> bool:
        """Whether the squeezed words stand in its text exactly."""
        return bool(wanted) and wanted in self._wording

    def has_title(self, title: str) -> bool:
        """Whether it is of, or names, the instrument ``title``."""
        return short(title) in self._titles

    def may_be_called(self, name: str) -> bool:
        """Whether ``name``, the end of a printed name, shortens a title it bears or names (its characters in order)."""
        return any(_in_order(squeeze(name), title) for title in self._titles)

    def has_provision(self, title: str | None, mention: Mention) -> bool:
        """Whether it is, or names, the provision a sentence mentions, down to 款 and 项 where it can tell."""
        key = short(title) if title else None
        if not all((key, article) in self._named for article in _articles(mention)):
            return False
        return self._has_level(mention)

    def _has_level(self, mention: Mention) -> bool:
        """Whether the 款 and 项 exist in its text; True where the mention is of another article."""
        own, at = self._address, mention.locator
        if own is None or own.article != at.article or at.paragraph is at.item is None:
            return True
        if own.item is not None or own.paragraph is not None:
            return at.item in (None, own.item) and (own.paragraph is None or at.paragraph in (None, own.paragraph))
        found = paragraphs(self.source.text)
        if at.paragraph is not None:
            found = tuple(p for p in found if p.n == at.paragraph)
        return any(at.item is None or any(i.n == at.item for i in p.items) for p in found)


def _in_order(part: str, whole: str) -> bool:
    """Whether the characters of ``part`` occur in ``whole`` in this order."""
    rest = iter(whole)
    return all(c in rest for c in part)


def titled(mentions: Sequence[Mention]) -> list[tuple[str | None, Mention]]:
    """Mentions with the title each stands under; a later member of a list takes the first one's."""
    under: dict[int, str | None] = {}
    out = []
    for mention in mentions:
        title = mention.title
        if title is None and mention.chain and not mention.first:
            title = under.get(mention.chain)
        under[mention.chain] = title
        out.append((title, mention))
    return out


def _articles(mention: Mention) -> list[ArticleNo]:
    """The articles a mention names: one, or the two ends of a range; empty for 前款 and the like."""
    ends = [mention.locator, mention.through]
    return [e.article for e in ends if e is not None and e.article is not None]
