"""The clauses of one 款 or 项: act, condition, measures, fines, and who bears them.

Does not know where the 款 stands, nor which law it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from kb.base.records import Fine
from kb.law.penalty.amounts import amounts
from kb.law.penalty.party import party, target_alone, targets
from kb.law.penalty.words import words

_CUT = re.compile(
    r"""
    [；。：;:\n]
  | ，(?!但?(?:最高|最多|总额|不得?超过))    # a ceiling belongs to the amount before it: 处一倍以下，但最高不超过三万元
  | ,(?!\d{3})
  | (?<=的)(?=由[^，；。]{2,40}?(?:责令|处以?(?!理)|给予|没收))    # no comma between act and sanction: …的由公安机关处…
    """,
    re.VERBOSE,
)
# Who imposes it, at the beginning of a clause: 由公安机关[责令…]; 由公安机关可以处 is kept, because it is left to them.
_BY = re.compile(
    r"由(?:(?!可以)[^，；。]){2,60}?(?=责令|给予|予以|没收|吊销|暂扣|撤销|取消|依照|依法|(?<!理)处(?!理|置|分|罚权))"
)
_BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)|《[^《》]*》")
_HEAD = re.compile(r"(?:的|之一|者)$")
_INCOME = re.compile(r"^(?:没有|无|有)?(?:违法|非法)(?:所得|收入|经营额)|^货值|^没有")
_CONDITION = re.compile(
    r"""
    ^(?:或者)?
    (?: 逾期|拒不|拒绝改正|经责令|经[^，]{0,16}(?:仍|拒)      # the order was disobeyed
      | 情节|后果|导致|造成|致使|因而                          # how bad it was
      | 构成|尚不|不够|尚未                                    # crime or not
  | 具有(?!下列|以下)[^，]{0,40}危险                        # what nearly happened
      | 两年内|一年内|再次|屡 )                                # again
    """,
    re.VERBOSE,
)
_CRIME = re.compile(r"构成|尚不|不够|尚未")
_RETRY = re.compile(r"逾期|拒不|拒绝|仍")
_MEANWHILE = re.compile(r"并|限期|可以|暂停|扣减|通报|公告")  # what is done besides, not a condition
_UNLAWFUL = re.compile(r"^(?:对|有|凡)?(?:违反|不遵守|不按照?)了?[^，；。：]{0,60}?(?:规定|之一)的?$|^违反(?:本|前|上)")
_EXEMPT = re.compile(
    r"(?:不得|免予|可以不予?|不予)(?:给予|处以?)?[^，；。]{0,12}$|未(?:按|依|经|办|取|在)[^，；。]*$|罚$"
)
# A measure named, not imposed: 没收违法所得的申请, 吊销许可证的决定后.
_NAMED_ONLY = re.compile(r"(?:决定|处罚|案件|办法|申请|程序|的)(?:时|后|中|之?前)?$|(?:时|后)$|案件|意见书|处罚决定")
_AROUND = re.compile(r"(?:决定|处罚|处分)之?[前后时]$")
_ENDS_IN_PUNISHMENT = {"依照其他规定处罚", "治安管理处罚", "按日连续处罚"}


@dataclass(slots=True)
class Clause:
    """What falls due under one condition; spans are of the text that was read. ``actor``: who did it, by default.

    ``shares``: the pieces that impose something, each with whom it is aimed at and its span.
    """

    start: int
    end: int
    condition: str = ""
    measures: list[str] = field(default_factory=list)
    fines: list[Fine] = field(default_factory=list)
    whom: list[str] = field(default_factory=list)
    act: str = ""
    actor: str = ""
    shares: list[tuple[tuple[str, ...], int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lead:
    """What a list's lead-in hands on to its items: the act, who did it, and whether it already says 罚款."""

    act: str = ""
    whom: str = ""
    fined: bool = False


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A piece between two cuts; ``stop`` is the mark that ends it."""

    text: str
    start: int
    end: int
    stop: str


def _chunks(text: str, start: int, end: int) -> Iterator[_Chunk]:
    """Pieces of ``text[start:end]``; marks inside brackets and titles do not cut."""
    at = start
    closed = [m.span() for m in _BRACKETS.finditer(text, start, end) if _CUT.search(m[0])]
    for m in _CUT.finditer(text, start, end):
        if any(a < m.start() < b for a, b in closed):
            continue
        yield _chunk(text, at, m.start(), m[0])
        at = m.end()
    if at < end:
        yield _chunk(text, at, end, "")


def _chunk(text: str, start: int, end: int, stop: str) -> _Chunk:
    piece = text[start:end]
    return _Chunk(piece.strip(), start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()), stop)


def _said_from(between: Sequence[_Chunk], chunk: _Chunk, *, opening: bool) -> int:
    """Where what is imposed begins; ``opening``: the words of a clause, which leave out who imposes it."""
    rest = list(dropwhile(lambda c: c.text.startswith("由"), between)) if opening else list(between)
    if rest:
        return rest[0].start
    by = _BY.match(chunk.text) if opening else None
    return chunk.start + (by.end() if by else 0)


@dataclass(slots=True)
class _Reader:
    """Walks the chunks of one text; ``clauses`` fills up.

    ``fresh``: nothing imposed yet in this sentence; ``segment``: nothing imposed yet since the last semicolon.
    """

    lead: Lead
    clauses: list[Clause] = field(default_factory=list)
    pending: list[_Chunk] = field(default_factory=list)
    act: str = ""
    subject: str = ""
    target: str = ""
    fresh: bool = True
    segment: bool = True

    def read(self, text: str, start: int, end: int) -> list[Clause]:
        """Clauses of ``text[start:end]``, in order."""
        self.act, self.subject = self.lead.act, self.lead.whom
        for chunk in _chunks(text, start, end):
            if chunk.text:
                self._take(chunk)
            if chunk.stop and chunk.stop in "；;。\n":
                self._stop(chunk.stop in "。\n")
        return self.clauses

    def _stop(self, sentence: bool) -> None:
        """End a segment, or a whole sentence; an act may list its parts over several semicolons."""
        if not self.segment:
            self._trail(self.pending)
        self.segment, self.target = True, ""
        if sentence or not self.fresh:
            self.pending = []
        self.fresh = self.fresh or sentence

    def _trail(self, chunks: Sequence[_Chunk]) -> None:
        """Chunks behind a measure that are no new case go with it: 但…的除外, 并向社会公布."""
        if chunks and not any(_HEAD.search(c.text) for c in chunks):
            clause = self.clauses[-1]
            whom, start, _ = clause.shares[-1]
            clause.end = chunks[-1].end
            clause.shares[-1] = (whom, start, clause.end)

    def _take(self, chunk: _Chunk) -> None:
        """Put the chunk aside as act or condition, or read what it imposes."""
        stated = _HEAD.search(chunk.text) or _AROUND.search(chunk.text)
        found = [] if stated else _measures(chunk.text, self.lead.fined)
        if not found:
            self.pending.append(chunk)
            return
        before, self.pending = self.pending, []
        clauses = len(self.clauses)
        used = self._open(chunk, before)
        start = _said_from(before[used:], chunk, opening=len(self.clauses) > clauses)
        self._impose(chunk, found, start)

    def _open(self, chunk: _Chunk, before: Sequence[_Chunk]) -> int:
        """Begin a new clause where the chunks before or a semicolon call for one.

        How many of the chunks before tell its act and condition; those behind them belong to what is imposed.
        """
        pending = list(before)
        if pending and (alone := target_alone(pending[-1].text)):
            self.target = alone
            if self.act or len(pending) > 1 or not self.fresh:
                pending.pop()
        heads = self._heads(pending)
        stated = any(_HEAD.search(c.text) for c in heads)
        told = bool(heads) and (stated or (self.fresh and (bool(self.lead.act) or not self.act)))
        if self.fresh:
            condition = self._begin(heads, stated)
        elif stated:
            if not self.segment:
                self._trail(pending[: pending.index(heads[0])])
            condition, self.target = _joined(heads), ""
        elif self.segment:
            condition = self._inherited()
        else:
            return 0
        if self.fresh or stated or condition != self.clauses[-1].condition:
            start = pending[0].start if pending else chunk.start
            self.clauses.append(
                Clause(start, chunk.end, condition, act=self.act, actor=party(condition) or self.subject)
            )
        self.fresh = self.segment = False
        return pending.index(heads[-1]) + 1 if told else 0

    def _heads(self, pending: list[_Chunk]) -> list[_Chunk]:
        """Drop from the pending chunks what is neither act nor condition: the authority, what is done besides."""
        heads = [c for c in pending if not c.text.startswith("由")]
        if any(_HEAD.search(c.text) for c in heads):
            while not _HEAD.search(heads[-1].text):
                heads.pop()
            while not self.fresh and _MEANWHILE.match(heads[0].text) and not _HEAD.search(heads[0].text):
                heads.pop(0)
        return heads

    def _begin(self, heads: list[_Chunk], stated: bool) -> str:
        """Set act and subject from the first chunks of a sentence; its condition, "" for the base case."""
        if self.lead.act:  # an item of a list: its own words are the condition
            condition = _joined(heads)
            self.subject = self.lead.whom or party(condition)
            return condition
        if not heads or (self.act and not stated):
            return ""
        split = len(heads)
        while split > 1 and _CONDITION.match(heads[split - 1].text):
            split -= 1
        first = "，".join(c.text for c in heads[:split])
        only_unlawful = split == 1 < len(heads) and _UNLAWFUL.match(first) and not _CRIME.match(heads[1].text)
        if only_unlawful or words().head.search(first):
            split = len(heads)
        self.act = _joined(heads[:split])
        self.subject = party(self.act)
        return _joined(heads[split:])

    def _inherited(self) -> str:
        """Condition of a clause after a semicolon that states none: an order disobeyed goes on, income does not."""
        last = self.clauses[-1].condition
        base_fined = any(c.fines for c in self.clauses if not c.condition)
        return last if _RETRY.search(last) and not base_fined and not _INCOME.match(last) else ""

    def _impose(self, chunk: _Chunk, found: list[tuple[int, str]], start: int) -> None:
        """Add the chunk's measures, fines and parties to the open clause; its words begin at ``start``."""
        clause = self.clauses[-1]
        clause.end = chunk.end
        aimed = targets(chunk.text)
        if aimed:
            self.target = aimed[-1][1]
        _extend(clause.measures, (name for _, name in found))
        for amount in amounts(chunk.text, fined=self.lead.fined):
            whom = next((who for at, who in reversed(aimed) if at < amount.end or len(aimed) == 1), self.target)
            printed = chunk.text[amount.start : amount.end]
            clause.fines.append(
                Fine(
                    amount.least, amount.most, amount.unit, printed, amount.base, whom or clause.actor, clause.condition
                )
            )
            if "罚金" not in clause.measures:
                _extend(clause.measures, ["罚款"])
        whom_all = [who for _, who in aimed] or [self.target or clause.actor]
        _extend(clause.whom, whom_all)
        clause.shares.append((tuple(filter(None, whom_all)), start, chunk.end))


def _extend(names: list[str], more: Iterator[str] | list[str]) -> None:
    """Append what is neither empty nor there already."""
    for name in more:
        if name and name not in names:
            names.append(name)


def _joined(chunks: list[_Chunk]) -> str:
    """Chunks as one act or condition, without its closing 的."""
    return "，".join(c.text for c in chunks).strip().removesuffix("的").strip("，、.．")


def _measures(text: str, fined: bool) -> list[tuple[int, str]]:
    """Measures a chunk imposes as (position, name); one it only names does not count."""
    found = [
        (at, name)
        for at, name in words().in_clause(text)
        if (name in _ENDS_IN_PUNISHMENT or not _NAMED_ONLY.search(name)) and not _EXEMPT.search(text[:at])
    ]
    if not found and (fined or "罚" in text) and any(amounts(text, fined=fined)):
        found.append((0, "罚款"))
    return found


def read_clauses(text: str, start: int, end: int, lead: Lead | None = None) -> list[Clause]:
    """Clauses that impose something in ``text[start:end]`` (plain digits); empty when nothing is imposed."""
    return _Reader(lead or Lead()).read(text, start, end)
