"""What citation checking passes from step to step: mentions, references, checked references, and two Protocols.

Does not know how a text is searched, how names are resolved, or where provisions are stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal, Protocol

from kb.base.address import Address, ArticleNo, to_chinese
from kb.base.records import Instrument, Passage, Version
from kb.base.textnorm import Normalised, normalised

CheckStatus = Literal["verified", "quote_differs", "not_found", "superseded", "not_held", "named_only"]
Via = Literal["name", "antecedent", "home"]
FAILS: frozenset[CheckStatus] = frozenset({"quote_differs", "not_found", "superseded"})
"""Statuses for which ``kb check`` exits with 3."""
GUESSED = ("typo", "short")
"""Ways of resolving a name that leave room for another instrument (合同法 is no short form of 劳动合同法)."""
MAX_RANGE = 60  # articles of a range that are listed one by one; of a longer one only the ends


class NameMatch(Protocol):
    """What a names table says of a name; see ``law.catalogue.Resolution``."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Instruments that fit: none, one, or several (ambiguous)."""

    @property
    def how(self) -> str:
        """One of exact, alias, short, decree, typo, none."""


class Names(Protocol):
    """Resolves titles, other names and decree numbers."""

    def resolve(self, name: str) -> NameMatch:
        """Resolve one name as printed, without 《》; never raises for an unknown name."""


class Lookup(Protocol):
    """Answers what is held; dates as in ``Version``."""

    def in_force(self, key: str, day: date) -> Version | None:
        """Version in force on ``day``, held or only known; None when there is none or its dates do not tell."""

    def versions(self, key: str) -> tuple[Version, ...]:
        """All known versions, oldest first; empty when only the name is known."""

    def article(self, key: str, article: ArticleNo, version: str | None) -> Passage | None:
        """Text of an article in that version; None when it is not held."""

    def last_article(self, key: str, version: str | None) -> ArticleNo | None:
        """Last article of a held version; None when nothing is held."""

    def instrument(self, key: str) -> Instrument | None:
        """Describe the instrument (what replaced it); None when only its texts are known."""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in an instrument: article, 款, 项, 目; None: the level is not named."""

    article: ArticleNo | None = None
    paragraph: int | None = None
    item: int | None = None
    subitem: int | None = None

    def __str__(self) -> str:
        return str(Address("", self.article, self.paragraph, self.item, self.subitem))[2:]

    @property
    def empty(self) -> bool:
        """Whether no level is named."""
        return self.article is None and self.paragraph is None and self.item is None


@dataclass(frozen=True)
class Source:
    """A text as it is searched: ``plain`` is normalised and without spaces; spans map back to ``text``."""

    text: str

    @cached_property
    def norm(self) -> Normalised:
        """Normalised text with offsets."""
        return normalised(self.text, blanks=False)

    @property
    def plain(self) -> str:
        """Text that the grammar reads."""
        return self.norm.text

    def line_start(self, position: int) -> int:
        """Where the line of ``plain`` that holds ``position`` begins."""
        return self.plain.rfind("\n", 0, position) + 1


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text that reads like a reference; nothing is resolved yet.

    ``start``/``end``/``text`` are of the original. ``title``: printed in brackets, None when not.
    ``pronoun``: 该法, 本条例 …, ``""`` when none. ``relative``: 前款, 前条, 本条, 本款, ``""``; ``count`` is the 二 of
    前二款. ``chain`` is shared by the members of a list (第三十六条、第四十一条), ``first`` marks its first member.
    ``bare``: the number has no 第, so it is a reference only behind a name. ``through``: last provision of a range.
    ``year``/``alias``: what brackets behind the title say (2021修正; 以下简称《某法》). ``at``: span in
    ``source.plain``; ``head``: where in it the name must end that stands before.
    """

    start: int
    end: int
    text: str
    locator: Locator
    through: Locator | None = None
    title: str | None = None
    pronoun: str = ""
    relative: str = ""
    count: int = 1
    chain: int = 0
    first: bool = True
    bare: bool = False
    named: bool = False
    year: int | None = None
    alias: str | None = None
    at: tuple[int, int] = (0, 0)
    head: int = 0
    source: Source = field(default_factory=lambda: Source(""), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted words attached to a reference; ``text`` as printed between the marks, span in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention with its instrument. ``keys``: none (unknown), one, or the candidates of an ambiguous name.

    ``name``: as printed, ``""`` when none was; ``how`` the names table resolved it. ``via``: the name stands here, or
    is pointed back to (该法), or is that of the text's own law (本法). ``problem``: one
    Chinese line on why it could not be resolved, ``""`` when it was. ``year``: of the version the text names itself;
    ``former``: the text says 原 or 旧. ``quote``: quoted words attached to it, None when none.
    """

    start: int
    end: int
    text: str
    keys: tuple[str, ...]
    locator: Locator
    through: Locator | None = None
    name: str = ""
    how: str = "none"
    via: Via = "name"
    problem: str = ""
    year: int | None = None
    former: bool = False
    quote: Quote | None = None
    chain: int = 0

    @property
    def doubtful(self) -> bool:
        """Whether the instrument is only a guess from a mistyped or shortened name."""
        return self.how in GUESSED

    @property
    def key(self) -> str | None:
        """The instrument; None unless exactly one fits."""
        return self.keys[0] if len(self.keys) == 1 else None

    @property
    def address(self) -> Address | None:
        """Address of the (first) provision; None unless exactly one instrument fits."""
        where = self.locator
        if self.key is None:
            return None
        return Address(self.key, where.article, where.paragraph, where.item, where.subitem)

    @property
    def label(self) -> str:
        """Address as shown to a reader, a range with both ends; with the printed name where none is resolved."""
        if self.problem and self.locator.empty and not self.keys and self.name != self.text.strip("《》<>〈〉"):
            return self.text
        title = self.name if self.doubtful else self.key or self.name
        out = (f"《{title}》" if title else "") + str(self.locator)
        return out + (f"至{self.through}" if self.through else "")

    def locators(self) -> Iterator[Locator]:
        """Every provision meant: of a range all members (both ends only, beyond ``MAX_RANGE``)."""
        first, last = self.locator, self.through
        if last is None:
            yield first
            return
        for level in ("article", "paragraph", "item"):
            low, high = _number(first, level), _number(last, level)
            if low is None or high is None or low >= high:
                continue
            if high - low <= MAX_RANGE and not (first.article and (first.article.suffix or _suffix(last))):
                yield first
                for number in range(low + 1, high):
                    yield _at(first, level, number)
                yield last
                return
            break
        yield first
        yield last


def _number(where: Locator, level: str) -> int | None:
    value = getattr(where, level)
    return value.number if isinstance(value, ArticleNo) else value


def _at(where: Locator, level: str, number: int) -> Locator:
    if level == "article":
        return replace(where, article=ArticleNo(number))
    return replace(where, paragraph=number) if level == "paragraph" else replace(where, item=number)


def _suffix(where: Locator) -> int:
    return where.article.suffix if where.article else 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A verified reference. ``expected_quote``: the original's words where the quotation differs.

    ``version``: of the text it was checked against, None when there is none. ``note``: Chinese, one line.
    """

    reference: Reference
    status: CheckStatus
    version: str | None = None
    expected_quote: str | None = None
    note: str = ""

    @property
    def failed(self) -> bool:
        """Whether the citation is wrong; not_held is only unchecked."""
        return self.status in FAILS

    def to_json(self) -> dict[str, Any]:
        """Build the ``citations`` row of ``kb check --json``."""
        r = self.reference
        return {
            "start": r.start,
            "end": r.end,
            "text": r.text,
            "address": r.label,
            "status": self.status,
            "version": self.version,
            "expected_quote": self.expected_quote,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Every citation of a text, in order."""

    citations: tuple[Checked, ...]

    @property
    def failed(self) -> bool:
        """Whether any citation fails."""
        return any(c.failed for c in self.citations)

    @property
    def summary(self) -> dict[str, int]:
        """Number of citations by status; statuses that do not occur are left out."""
        return dict(Counter(c.status for c in self.citations))

    def to_json(self) -> dict[str, Any]:
        """Build the object of ``kb check --json``."""
        return {"citations": [c.to_json() for c in self.citations], "summary": self.summary}


def range_text(last: ArticleNo) -> str:
    """第一条至第一百一十九条, as said of an instrument whose last article is ``last``."""
    return str(last) if last == ArticleNo(1) else f"第{to_chinese(1)}条至{last}"
