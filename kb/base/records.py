"""Frozen facts that every room shares, and the tree of errors.

Does not know where facts are stored, how they were found, or who shows them.

Errors (a message always holds its cure, in Chinese, in one line)::

    KbError
    ├── InputError              the input is at fault (exit status 1)
    │   ├── UnreadableFile      a file that cannot be read; names file and reason
    │   ├── UnknownProvision    the law is held or known, the provision does not exist
    │   ├── NotHeld             a real instrument whose text is not in the index
    │   └── AmbiguousReference  two or more instruments fit; carries the candidates
    ├── SettingsError           a setting is missing or malformed
    ├── GenerationError         no generation, a broken one, or one of another format/encoder
    │   └── BuildRunning        another build holds the lock
    ├── AuditError              the record of questions cannot be written or read
    ├── MissingExtra            an optional package is not installed; names the extra
    └── ModelError              an encoder or a chat model failed or answered garbage
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from kb.base.address import Address, ArticleNo


class KbError(Exception):
    """Anything the user can be told in one line; ``str(error)`` holds what and the cure."""


class InputError(KbError):
    """The user's input is at fault."""


class UnreadableFile(InputError):
    """A file that cannot be read as what it claims to be."""


class UnknownProvision(InputError):
    """The instrument is known, the provision does not exist in it."""


class NotHeld(InputError):
    """A real instrument (or provision of a digest) whose text is not in the index."""


class AmbiguousReference(InputError):
    """Several instruments fit a name; ``candidates`` are their short titles."""

    def __init__(self, message: str, candidates: tuple[str, ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


class SettingsError(KbError):
    """A setting is missing, malformed, or contradicts another."""


class GenerationError(KbError):
    """No usable generation of the index; the message names the command that mends it."""


class BuildRunning(GenerationError):
    """Another process is building this index right now."""


class AuditError(KbError):
    """The record of questions and answers cannot be written or read."""


class MissingExtra(KbError):
    """An optional package is needed; the message holds the install line."""


class ModelError(KbError):
    """A model (encoder, reranker, chat) failed or returned what cannot be used."""


class Rank(StrEnum):
    """Rank of an instrument (效力位阶); ``Rank.x.order`` compares, smaller is higher."""

    CONSTITUTION = "宪法"
    LAW = "法律"
    ADMINISTRATIVE_REGULATION = "行政法规"
    JUDICIAL_INTERPRETATION = "司法解释"
    LOCAL_REGULATION = "地方性法规"
    DEPARTMENT_RULE = "部门规章"
    LOCAL_RULE = "地方政府规章"
    NORMATIVE_DOCUMENT = "规范性文件"
    STANDARD = "标准"
    CASE = "案例"
    OTHER = "其他"

    @property
    def order(self) -> int:
        """Position in the hierarchy, 0 the highest."""
        return list(Rank).index(self)


NATIONAL = "全国"

Kind = Literal["law", "report"]
TextKind = Literal["official", "digest"]
VersionStatus = Literal["current", "superseded", "repealed", "not_yet", "unknown"]
Part = Literal["article", "preamble", "header", "annex", "decision", "signature", "section"]
Role = Literal["violation", "penalty", "basis", "report", "procedure", "waiver", "conflict"]
CitationStatus = Literal[
    "verified", "digest", "quote_differs", "not_found", "unsupported", "superseded", "not_held", "named_only"
]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, regulation, rule, standard … as an identity over all its versions.

    ``key`` is the short title: no 《》, no 中华人民共和国, no date. ``jurisdiction`` is ``全国`` or a
    place as in ``上海市``. ``decrees`` are document numbers as printed (``国务院令第591号``).
    ``replaced_by`` is the key of the instrument that took its place, None when none is known. ``above``: keys of those
    of lower rank on the same matter, which yield to it. ``matters``: words of questions that it rules (有限空间), by
    which a reader learns of it where its text is not held.
    """

    key: str
    title: str
    rank: Rank
    jurisdiction: str = NATIONAL
    issuer: str = ""
    aliases: tuple[str, ...] = ()
    decrees: tuple[str, ...] = ()
    replaced_by: str | None = None
    note: str = ""
    above: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an instrument, held (``source`` set) or only known (``source`` empty).

    Dates are ISO strings. ``version`` is the adoption date of this text, None when unknown.
    ``effective``: first day in force, None when unknown (flagged). ``ended``: first day no
    longer in force, None while in force or unknown. ``articles``: number of articles of the
    official text where known (a digest holds fewer), None when unknown.
    """

    key: str
    version: str | None
    effective: str | None = None
    ended: str | None = None
    status: VersionStatus = "unknown"
    source: str = ""
    text_kind: TextKind = "official"
    articles: int | None = None
    flags: tuple[str, ...] = ()

    def in_force(self, day: date) -> bool | None:
        """Whether it was in force on ``day``; None when its dates do not tell."""
        iso = day.isoformat()
        if self.ended is not None and iso >= self.ended:
            return False
        start = self.effective or self.version
        if start is None:
            return None
        return iso >= start


@dataclass(frozen=True, slots=True)
class Item:
    """An 项 of a paragraph: ``n`` its number, ``text`` verbatim with its label （一）, span in the passage's text."""

    n: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A 款: ``n`` from 1; ``text`` is the whole paragraph with its items; span in the passage's text."""

    n: int
    text: str
    start: int
    end: int
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is indexed, found and quoted: one article, or one numbered part of a report.

    ``text`` is the verbatim body (no 第X条 label), its non-empty lines stripped and joined by
    ``\\n``; one line is one 款 or one 项. ``start``/``end`` are the character span in the decoded
    source text, label included. ``title`` is the instrument's key, or a report's own title.
    ``path`` holds the headings, outermost first, as printed. ``page`` is the PDF page from 1.
    ``id`` is its row in the generation, -1 before indexing.
    """

    kind: Kind
    title: str
    text: str
    source: str
    version: str | None = None
    article: ArticleNo | None = None
    part: Part = "article"
    path: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    text_kind: TextKind = "official"
    page: int | None = None
    id: int = -1

    @property
    def address(self) -> str:
        """《安全生产法》第九十七条; for a report its title and heading path."""
        if self.kind == "report":
            return "》".join(("《" + self.title, "")) + " ".join(self.path)
        if self.article is None:
            return f"《{self.title}》" + (f"（{self.path[-1]}）" if self.path else "")
        return str(Address(self.title, self.article))


@dataclass(frozen=True, slots=True)
class Edge:
    """A reference inside a law: passage ``source`` (row id) names ``target`` and does what ``relation`` says."""

    source: int
    target: Address
    relation: Literal["violates", "applies", "cites"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fine:
    """A fine's range. ``least``/``most`` in ``unit``: 元 (yuan, integers), 倍 (multiple) or % (share).

    None for ``least``: no lower bound is stated; None for ``most``: none stated. ``base`` says of
    what a multiple or share is taken (违法所得, 上一年年收入 …); for 元 it is empty, or says what one
    amount is counted for (每平方米, 每少配备一人), or 上限 where the amount only caps the fine before
    it. ``whom`` is who pays this fine, as printed; ``condition`` under which it falls due
    (逾期未改正 …), empty when none.
    """

    least: float | None
    most: float | None
    unit: Literal["元", "倍", "%"]
    text: str
    base: str = ""
    whom: str = ""
    condition: str = ""

    @property
    def amount(self) -> str:
        """The range in short: 1万元以上5万元以下, 违法所得的2倍以上5倍以下; empty when no bound is stated."""
        base = f"{self.base}的" if self.base else ""
        least, most = (None if v is None else _bound(v, self.unit) for v in (self.least, self.most))
        if least is not None and most is not None:
            return base + (most if least == most else f"{least}以上{most}以下")
        if most is not None:
            return f"{base}{most}以下"
        return "" if least is None else f"{base}{least}以上"


def _bound(value: float, unit: str) -> str:
    """One end of a range; yuan as people write it: 50000 → 5万元, 5000 → 5000元, 15000 → 1.5万元."""
    if unit != "元":
        return f"{value:g}{unit}"
    for size, name in ((100_000_000, "亿元"), (10_000, "万元")):
        if value >= size and round(value / size, 2) * size == value:
            return f"{value / size:g}{name}"
    return f"{value:g}元"


@dataclass(frozen=True, slots=True)
class Share:
    """A piece of a sanction that imposes something, at ``start:end`` of the passage's text, and whom it is aimed at.

    Its words hold what a measure's name and an amount do not: 可以处, 并处, 或者, 连带. ``whom`` is empty where the
    text names nobody.
    """

    whom: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sanction:
    """A sanction at one 款/项: whom, for what act, which measures, how much, when.

    ``paragraph``/``item`` locate it in its article (item None: the paragraph itself).
    ``condition`` is empty for the base case. ``start``/``end``: span in the passage's text; ``shares``: the pieces of
    it that impose something, in order.
    """

    paragraph: int
    item: int | None
    whom: tuple[str, ...]
    act: str
    measures: tuple[str, ...]
    fines: tuple[Fine, ...]
    condition: str
    text: str
    start: int
    end: int
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A duty provision and its sanction, as row ids; ``paragraph``/``item``: where the penalty stands.

    ``how``: an editor read it, by explicit reference, or by the act's wording (推定). ``duty_paragraph``/``duty_item``:
    which 款 and 项 of the duty, None where nobody said.
    """

    duty: int
    penalty: int
    how: Literal["read", "reference", "wording"]
    paragraph: int | None = None
    item: int | None = None
    score: float = 1.0
    duty_paragraph: int | None = None
    duty_item: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a report: ``value`` as number in ``unit``; ``printed`` as in the text; see report.figures.

    ``as_of`` is an ISO day, or ``start/end`` where the text states a span; None when it states neither. ``period`` and
    ``scope`` are as printed (今年以来, 全区), empty when the text does not say; ``planned``: an aim, not yet reached.
    """

    org: str
    year: int | None
    as_of: str | None
    indicator: str
    value: float
    printed: str
    unit: str
    qualifier: str
    change: str
    quote: str
    source: str
    passage: int = -1
    period: str = ""
    scope: str = ""
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A found passage. ``why`` tells which means found it: exact, lexical, dense, question, reference, pair, rerank."""

    rank: int
    passage: Passage
    score: float
    why: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The ``hits`` row of the answer object (interfaces)."""
        p = self.passage
        return {
            "rank": self.rank,
            "kind": p.kind,
            "title": p.title,
            "version": p.version,
            "article": str(p.article) if p.article else None,
            "source": p.source,
            "score": round(self.score, 6),
            "why": list(self.why),
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What retrieval found. ``confidence``: calibrated probability that the first five hold an answer, None unknown.

    ``exact`` are the row ids that an explicit reference in the question resolved to. ``question``
    is the question as searched (after history was carried in).
    """

    question: str
    as_of: date
    generation: str
    hits: tuple[Hit, ...]
    confidence: float | None = None
    exact: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object of ``kb search --json``."""
        return {
            "question": self.question,
            "as_of": self.as_of.isoformat(),
            "generation": self.generation,
            "hits": [{**h.to_json(), "address": h.passage.address, "text": h.passage.text} for h in self.hits],
            "warnings": list(self.warnings),
            "timings_ms": dict(self.timings_ms),
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation of an answer; fields and values as in the answer object of docs/interfaces.md."""

    n: int
    kind: Kind
    title: str
    address: str
    role: Role
    quote: str
    status: CitationStatus
    source: str
    version: str | None = None
    article: str | None = None
    paragraph: int | None = None
    item: str | None = None
    text_kind: TextKind = "official"
    passage: int = -1

    def to_json(self) -> dict[str, Any]:
        """The ``citations`` row of the answer object."""
        return {
            "n": self.n,
            "kind": self.kind,
            "title": self.title,
            "version": self.version,
            "article": self.article,
            "paragraph": self.paragraph,
            "item": self.item,
            "address": self.address,
            "role": self.role,
            "text_kind": self.text_kind,
            "quote": self.quote,
            "status": self.status,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose citations were verified, or a refusal (``refused`` with its reason and nearest hits)."""

    question: str
    as_of: date
    generation: str
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    refused: bool = False
    refusal_reason: str | None = None
    warnings: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The answer object of docs/interfaces.md."""
        timings = {"retrieve": 0.0, "generate": 0.0, "verify": 0.0, **self.timings_ms}
        return {
            "question": self.question,
            "as_of": self.as_of.isoformat(),
            "generation": self.generation,
            "refused": self.refused,
            "refusal_reason": self.refusal_reason,
            "text": self.text,
            "citations": [c.to_json() for c in self.citations],
            "hits": [h.to_json() for h in self.hits],
            "warnings": list(self.warnings),
            "timings_ms": {k: round(v, 2) for k, v in timings.items()},
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """A known hole of the corpus: what is held (``""``: nothing) against what is known to exist."""

    key: str
    held: str
    known: str


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """A question people ask, tied to the articles that answer it (key, article). ``origin``: written, used or model.

    ``places``: the 款 and 项 of those articles that are meant, where an editor told them; empty: nobody did.
    """

    text: str
    gold: tuple[tuple[str, ArticleNo], ...]
    style: str = ""
    origin: Literal["written", "used", "model"] = "written"
    status: Literal["active", "refused", "retired", "review"] = "active"
    history: tuple[str, ...] = ()
    places: tuple[Address, ...] = ()
