"""Give every mention its instrument: by its name, by what it points back to (该法, 前款), or by where it stands.

Does not know what is held, nor whether a provision exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from kb.base.address import Address, ArticleNo
from kb.law.cite.model import Locator, Mention, Names, Quote, Reference, Source, Via
from kb.law.cite.names import NameFound, NameReader, as_printed, law_like, no_law
from kb.law.cite.quote import Quotes

REACH = 2000  # characters that 该法 looks back; beyond a page or two a reader no longer knows which is meant
_ITEM_LINE = re.compile(r"\(?[一二三四五六七八九十]{1,3}\)|\d{1,2}[.、]")
_FORMER = re.compile(r"(?:原|旧|修订前的?|修改前的?|修正前的?|废止前的?|当时的?)$")
_GOES_ON = re.compile(r"的|之|规定|中|所|[、,。;:和至及或\n]|$")
_AGREED = re.compile(r"(?:的)?约定|(?:的)?合同")  # an article of a contract
_ANY_NOUN = ("法律", "法规", "规章")
_UNKNOWN = "目录中没有“{}”，无法核实，请核对名称"
_SELF = "指正文自身的条款，未核实"
_NO_NAME = "没有写明是哪部法规，无法核实"
_NO_BASE = "不能确定“{}”指哪一条款，无法核实"


@dataclass(frozen=True, slots=True)
class _Named:
    """An instrument that was named: what 该法 and a bare 第X条 can point back to."""

    keys: tuple[str, ...]
    printed: str
    how: str
    at: int
    problem: str = ""
    year: int | None = None
    former: bool = False
    via: Via = "name"

    def fits(self, noun: str) -> bool:
        """Whether 该条例 (``noun`` 条例) can mean it."""
        title = re.sub(r"\([^()]*\)$", "", self.keys[0] if self.keys else self.printed)
        if noun in _ANY_NOUN:
            return True
        return title.endswith(("法", "法典")) if noun in ("法", "法典") else title.endswith(noun)


@dataclass(slots=True)
class _State:
    """What was read so far; ``heading`` is the article whose text is being read (a law checked in itself)."""

    named: list[_Named] = field(default_factory=list)
    last: Reference | None = None
    last_at: int = 0
    heading: ArticleNo | None = None
    heading_at: int = 0
    quoted: tuple[int, int, Reference] | None = None  # span in plain, and the reference whose words they are


class _Resolver:
    """One run over the mentions of one text."""

    def __init__(self, source: Source, names: Names, home: str | Address | None, self_text: bool) -> None:
        self.source = source
        self.plain = source.plain
        self.quotes = Quotes(source.plain)
        self.names = NameReader(names)
        self.home = Address(home) if isinstance(home, str) else home
        self.self_text = self_text
        self.state = _State(heading=self.home.article if self.home else None)

    def chain(self, members: Sequence[Mention]) -> list[Reference]:
        """Resolve one list; empty when it is no citation of a law."""
        lead = members[0]
        if lead.relative == "heading" or (len(members) == 1 and self._label(lead)):
            self.state.heading, self.state.heading_at = lead.locator.article, lead.at[1]
            return []
        state = self.state
        if state.quoted and lead.at[0] >= state.quoted[1]:
            state.quoted = None
        inside = state.quoted is not None
        named = self._named(lead)
        if named is None:
            return []
        out: list[Reference] = []
        for m in members:
            made = self._reference(m, named, out[-1].locator if out else None)
            if made is not None:
                out.append(made)
        if not out:
            return []
        self._attach_quote(out, members, named)
        if not inside:
            state.last, state.last_at = out[-1], max(members[-1].at[1], state.quoted[1] if state.quoted else 0)
            if named.via == "name":
                state.named.append(named)
        return out

    def _label(self, lead: Mention) -> bool:
        """Whether ``lead`` is the label of the next article although no blank follows it (第六条单位应当…)."""
        number, last = lead.locator.article, self.state.heading
        if number is None or last is None or self.state.heading_at == 0 or lead.locator != Locator(number):
            return False
        at_line = self.source.line_start(lead.at[0]) == lead.at[0] and lead.title is None and not lead.through
        following = number in (ArticleNo(last.number + 1), ArticleNo(last.number, last.suffix + 1))
        return at_line and following and not _GOES_ON.match(self.plain, lead.at[1])

    def _named(self, lead: Mention) -> _Named | None:
        if lead.title is not None:
            return self._titled(lead)
        if lead.pronoun:
            return self._pronoun(lead)
        if lead.relative or lead.locator.article is None:
            return self._relative_base(lead)
        found = self.names.before(self.plain, lead.head, certain=lead.bare)
        if found is not None and found.start >= self.state.last_at:  # not over what is cited already: 《甲法》》第一条
            return self._found(found)
        if lead.bare or no_law(self.plain, lead.head) or _AGREED.match(self.plain, lead.at[1]):
            return None
        return self._unnamed(lead)

    def _titled(self, lead: Mention) -> _Named | None:
        title = lead.title or ""
        match = self.names.titled(title)
        if lead.alias:
            self.names.aliases[lead.alias] = match
        provision = not lead.locator.empty
        if not match.keys and not (law_like(title) or (provision and not no_law(title + "第", len(title)))):
            return None
        printed = as_printed(title)
        problem = "" if match.keys else _UNKNOWN.format(printed)
        return _Named(match.keys, printed, match.how, lead.at[0], problem, lead.year, self._former(lead.at[0]))

    def _found(self, found: NameFound) -> _Named:
        printed = as_printed(found.printed)
        problem = "" if found.match.keys else _UNKNOWN.format(printed)
        former = self._former(found.start)
        return _Named(found.match.keys, printed, found.match.how, found.start, problem, None, former)

    def _former(self, start: int) -> bool:
        start -= self.plain[start - 1 : start] in ("《", "〈", "<")
        return _FORMER.search(self.plain, max(0, start - 5), start) is not None

    def _inside(self) -> _Named | None:
        """Name the law whose quoted words are being read; None outside a quotation."""
        if self.state.quoted is None:
            return None
        reference = self.state.quoted[2]
        return replace(_again(reference, -1), via="home")

    def _at_home(self) -> _Named | None:
        return _Named((self.home.title,), self.home.title, "exact", -1, via="home") if self.home else None

    def _back(self, lead: Mention, noun: str) -> _Named | None:
        """Find the last named instrument that 该… can mean; None when none fits."""
        near = [n for n in self.state.named if lead.at[0] - n.at <= REACH and n.fits(noun)]
        return replace(near[-1], via="antecedent") if near else None

    def _pronoun(self, lead: Mention) -> _Named:
        word, noun = lead.pronoun[: -len(_noun(lead.pronoun))], _noun(lead.pronoun)
        own = self._inside() or self._at_home()
        if word == "本" and own is not None:
            return own
        if word == "本" and self.self_text:
            return _Named((), "", "none", lead.at[0], _SELF)
        back = self._back(lead, noun)
        return back or _Named((), "", "none", lead.at[0], f"不能确定“{lead.pronoun}”指哪部法规，无法核实")

    def _unnamed(self, lead: Mention) -> _Named | None:
        """第九条 without any name: the law being read, else the last one named on the same line."""
        own = self._inside() or self._at_home()
        if own is not None:
            return own
        line = self.source.line_start(lead.at[0])
        if self.state.named and self.state.last and self.state.last_at >= line and self.state.named[-1].at >= 0:
            return replace(self.state.named[-1], via="antecedent")
        return _Named((), "", "none", lead.at[0], _SELF if self.self_text else _NO_NAME)

    def _relative_base(self, lead: Mention) -> _Named | None:
        """前款, 本条第二款, or 第二款 alone: what they are relative to."""
        own = self._inside() or self._at_home()
        near = self._near(lead)
        if own is not None and (lead.relative or near is None):
            return own if lead.relative or lead.locator.paragraph is not None else None
        if near is None or near.locator.article is None:
            return None
        if own is None and not lead.relative and lead.locator.paragraph is None and "(" not in self._printed(lead):
            return None  # 第三项任务
        return replace(_again(near, lead.at[0]), via="antecedent")

    def _printed(self, m: Mention) -> str:
        return self.plain[slice(*m.at)]

    def _near(self, lead: Mention) -> Reference | None:
        """Find the last reference on the same line; None when there is none."""
        if self.state.quoted is None and self.state.last_at >= self.source.line_start(lead.at[0]):
            return self.state.last
        return None

    def _own(self, m: Mention) -> bool:
        """Whether ``m`` points into the text that is being read itself, not back to another reference."""
        own_text = self.state.quoted is None and self.home is not None
        return own_text and (bool(m.relative) or self._near(m) is None)

    def _base(self, m: Mention) -> Locator:
        """Find the provision that 前款 and 本条 stand in (own text) or stand behind (any other text)."""
        state = self.state
        if self._own(m) and self.home is not None:
            return Locator(state.heading, self.home.paragraph)
        last = state.quoted[2] if state.quoted is not None else state.last
        return (last.through or last.locator) if last is not None else Locator()

    def _here(self, lead: Mention) -> int | None:
        """Count the 款 from the heading to ``lead``; None outside a law's own text."""
        state = self.state
        if self.home is None or not self._own(lead):
            return None
        if self.home.paragraph is not None:
            return self.home.paragraph
        lines = self.plain[state.heading_at : lead.at[1]].split("\n")
        return sum(1 for line in lines if line.strip() and not _ITEM_LINE.match(line))

    def _reference(self, m: Mention, named: _Named, before: Locator | None) -> Reference | None:
        locator, through, problem = m.locator, m.through, named.problem
        if m.relative or (locator.article is None and not locator.empty):
            placed = self._place(m) if before is None else _after(before, m)
            if placed is None and self.state.quoted is not None:
                return None  # words of a quoted law that point to each other
            if placed is None:
                locator, through, problem = Locator(), None, problem or _NO_BASE.format(m.text)
            else:
                locator, through = placed
        start = (
            m.at[0]
            if m.title is not None or m.pronoun or before is not None or named.at < 0
            else min(m.at[0], named.at)
        )
        if named.via != "name":
            start = m.at[0]
        begin, end = self.source.norm.span(start, m.at[1])
        keys = () if problem and not named.problem else named.keys
        return Reference(
            begin, end, self.source.text[begin:end], keys, locator, through,
            named.printed, named.how, named.via, problem, named.year, named.former, None, m.chain,
        )  # fmt: skip

    def _place(self, m: Mention) -> tuple[Locator, Locator | None] | None:
        """Fill in what a relative mention leaves out; None when that cannot be told."""
        base, here, own = self._base(m), self._here(m), m.locator
        if base.article is None:
            return None
        paragraph = here if here is not None else base.paragraph
        if m.relative == "前条":
            low, high = base.article.number - m.count, base.article.number - 1
            if low < 1:
                return None
            first_one = Locator(ArticleNo(low), own.paragraph, own.item, own.subitem)
            return first_one, (Locator(ArticleNo(high)) if high > low else None)
        if m.relative == "前款":
            low, high = (paragraph or 0) - m.count, (paragraph or 0) - 1
            if low < 1:
                return None
            first_one = Locator(base.article, low, own.item, own.subitem)
            return first_one, (Locator(base.article, high) if high > low else None)
        if m.relative == "前项":
            item = (base.item or 0) - m.count
            return (Locator(base.article, base.paragraph, item), None) if item > 0 else None
        if own.paragraph is None and m.relative != "本条":
            own = replace(own, paragraph=paragraph)
        through = m.through
        if through is not None:
            through = replace(through, article=base.article, paragraph=through.paragraph or own.paragraph)
        return replace(own, article=base.article), through

    def _attach_quote(self, out: list[Reference], members: Sequence[Mention], named: _Named) -> None:
        """Find the words quoted from the list's last member, or before its first in brackets."""
        span = self.quotes.behind(members[-1].at[1])
        which = -1
        if span is None:
            start = min(members[0].at[0], named.at) if named.via == "name" else members[0].at[0]
            span, which = self.quotes.ahead(max(0, start - (self.plain[start - 1 : start] == "《"))), 0
        if span is None or out[which].locator.empty:
            return
        begin, end = self.source.norm.span(*span)
        out[which] = replace(out[which], quote=Quote(self.source.text[begin:end], begin, end))
        if which == -1 and self.state.quoted is None:
            self.state.quoted = (span[0], span[1], out[which])


def _again(reference: Reference, at: int) -> _Named:
    """The instrument of a reference, to be pointed back to."""
    r = reference
    return _Named(r.keys, r.name, r.how, at, r.problem, r.year, r.former)


def _after(before: Locator, m: Mention) -> tuple[Locator, Locator | None] | None:
    """A later member of a list (…第一项、第三项) with what it shares with the one before it."""
    if before.article is None:
        return None
    own, through = m.locator, m.through
    paragraph = own.paragraph or before.paragraph
    if through is not None:
        through = replace(through, article=before.article, paragraph=through.paragraph or paragraph)
    return replace(own, article=before.article, paragraph=paragraph), through


def _noun(pronoun: str) -> str:
    return re.sub(r"^(?:本|该|同(?:一[部个件]?)?|上述|前述)", "", pronoun)


def _guesses(mentions: Iterable[Mention], resolver: _Resolver, taken: list[tuple[int, int]]) -> list[Reference]:
    """Laws named without brackets and without a provision, outside the spans ``taken``."""
    out = []
    for m in mentions:
        found = resolver.names.prefix(resolver.plain[slice(*m.at)])
        if found is None:
            continue
        begin, end = resolver.source.norm.span(m.at[0], m.at[0] + found[0])
        if any(begin < e and s < end for s, e in taken):
            continue
        text = resolver.source.text[begin:end]
        out.append(Reference(begin, end, text, found[1].keys, Locator(), name=text, how=found[1].how))
    return out


def resolve(mentions: Sequence[Mention], names: Names, home: str | Address | None = None) -> list[Reference]:
    """Resolve the mentions of one text (as ``find`` gives them), in order of position.

    ``home``: the instrument (or the article of it) whose own text this is: what 本法 and a bare 第X条 mean there.
    Mentions that prove to be no citation of a law (合同第三条, 10条措施) are left out; those that are but cannot be
    resolved have empty ``keys``, or several, and never an address.
    """
    if not mentions:
        return []
    source = mentions[0].source
    firm = [m for m in mentions if not m.named]
    self_text = home is None and sum(m.relative == "heading" for m in firm) > 1
    resolver = _Resolver(source, names, home, self_text)
    out: list[Reference] = []
    for _, members in groupby(firm, key=lambda m: (m.chain, m.at if m.relative == "heading" else 0)):
        out += resolver.chain(list(members))
    guesses = _guesses((m for m in mentions if m.named), resolver, [(r.start, r.end) for r in out])
    return sorted([*out, *guesses], key=lambda r: (r.start, r.end))
