"""The clauses of one 款 or 项: act, condition, measures, fines, and who bears them.

Does not know where the 款 stands, nor which law it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kb.base.records import Fine
from kb.law.penalty.amounts import amounts, cap
from kb.law.penalty.words import words

_CUT = re.compile(r"[，；。：;:\n]|,(?!\d{3})")
_HEAD = re.compile(r"(?:的|之一|者)$")
_TARGET = re.compile(
    r"对(?P<who>[^，；。：处]{1,60}?)(?=可以|可|并|分别|依法|单处|处以?(?!分)|给予|予以(?:罚|警|行)|除要求|追究|按照|，|$|罚款)"
)
_INCOME = re.compile(r"^(?:没有|无|有)?(?:违法|非法)(?:所得|收入|经营额)|^货值|^没有")
_CONDITION = re.compile(
    r"^(?:或者)?(?:逾期|拒不|拒绝改正|情节|导致|造成|致使|因而|经责令|经[^，]{0,16}(?:仍|拒)|构成|尚不|不够|尚未|后果|两年内|一年内|再次|屡)"
)
_RETRY = re.compile(r"逾期|拒不|拒绝|仍")
_LAWFUL = re.compile(r"^(?:对)?(?:有|凡)?(?:违反|不遵守|不按照?)(?:了)?[^，；。：]{0,60}?(?:规定|之一)(?:的)?$|^违反(?:本|前|上)")
_NOBODY = re.compile(r"未|不|擅自|向|将|以(?!上)|拒|没有|违反|或者|并|非法|伪造|变造|有(?!关)|由|经(?!营|办|纪|理)|其他|在")
_DEED = r"(?:销售|购买|使用|出租|出借|携带|运输|储存|生产|经营|转让|冒用|采购|进口|出口|提供|发布|倒卖|邮寄|驾驶)"
_DEED_FIRST = re.compile(rf"{_DEED}(?!(?:{_DEED}|[、和或者与及])*(?:单位|企业|机构|公司|经营者|者|商|人|平台|组织|方))[^的]*$")
_EXEMPT = re.compile(r"(?:不得|免予|可以不予?|不予)(?:给予|处以?)?[^，；。]{0,12}$")


@dataclass(slots=True)
class Clause:
    """What falls due under one condition; spans are of the text that was read."""

    start: int
    end: int
    condition: str = ""
    measures: list[str] = field(default_factory=list)
    fines: list[Fine] = field(default_factory=list)
    whom: list[str] = field(default_factory=list)
    act: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """What a list's lead-in hands on to its items: the act, who did it, and whether it already says 罚款."""

    act: str = ""
    whom: str = ""
    fined: bool = False


@dataclass(slots=True)
class _Chunk:
    text: str
    start: int
    end: int
    stop: str


def _chunks(text: str, start: int, end: int) -> Iterator[_Chunk]:
    at = start
    for m in _CUT.finditer(text, start, end):
        yield _Chunk(text[at : m.start()].strip(), at, m.start(), m[0])
        at = m.end()
    if at < end:
        yield _Chunk(text[at:end].strip(), at, end, "")


def party(act: str) -> str:
    """Who commits ``act``, as printed; "" when the act names nobody (未经许可生产…的)."""
    found = ""
    for piece in re.split(r"[，；：]", act):
        piece = piece.strip()
        if found and not piece.startswith("其"):
            continue
        m = words().party.match(piece)
        if m is None or _NOBODY.match(m["who"]) or _DEED_FIRST.match(m["who"]):
            continue
        if found and not re.match(r"其(?:主要|法定|直接|有关|决策|他负责|项目)", piece):
            continue
        found = m["who"].removeprefix("对").removeprefix("凡") if not found else m["who"]
    return found


@dataclass(slots=True)
class _Reader:
    """Walks the chunks of one text; ``clauses`` fills up."""

    lead: Lead
    clauses: list[Clause] = field(default_factory=list)
    pending: list[_Chunk] = field(default_factory=list)
    act: str = ""
    subject: str = ""
    target: str = ""
    fresh: bool = True  # nothing imposed yet in this sentence
    segment: bool = True  # nothing imposed yet since the last semicolon

    def read(self, text: str, start: int, end: int) -> list[Clause]:
        """Clauses of ``text[start:end]``, in order."""
        self.act, self.subject = self.lead.act, self.lead.whom
        for chunk in _chunks(text, start, end):
            self._take(chunk)
            if chunk.stop in "；;。\n":
                self.segment, self.target = True, ""
            if chunk.stop in "。\n":
                self.fresh, self.pending = True, []
        return self.clauses

    def _take(self, chunk: _Chunk) -> None:
        if not chunk.text:
            return
        if _HEAD.search(chunk.text) or not (found := _measures(chunk.text, self.lead.fined)):
            ceiling = cap(chunk.text) if self.clauses and not self.fresh else None
            if ceiling is not None and self.clauses[-1].fines:
                self._cap(chunk, ceiling)
            else:
                self.pending.append(chunk)
            return
        self._open(chunk)
        self._impose(chunk, found)

    def _cap(self, chunk: _Chunk, ceiling: float) -> None:
        clause = self.clauses[-1]
        last = clause.fines[-1]
        clause.fines.append(Fine(None, ceiling, "元", chunk.text, "上限", last.whom, last.condition))
        clause.end = chunk.end

    def _open(self, chunk: _Chunk) -> None:
        """Begin a new clause where the pending chunks or a semicolon call for one."""
        pending, self.pending = self.pending, []
        if pending and pending[-1].text.startswith("对") and words().head.search(pending[-1].text):
            self.target = pending.pop().text.removeprefix("对").removeprefix("其")
        heads = [c for c in pending if not c.text.startswith("由")]
        stated = any(_HEAD.search(c.text) for c in heads)
        if self.fresh:
            condition = self._begin(heads, stated)
        elif stated:
            condition = _trim("，".join(c.text for c in heads))
            self.target = ""
        elif self.segment:
            condition = self._inherited()
        else:
            self.clauses[-1].end = chunk.end
            return
        start = pending[0].start if pending else chunk.start
        if self.fresh or stated or condition != self.clauses[-1].condition:
            self.clauses.append(Clause(start, chunk.end, condition, act=self.act))
        self.fresh = self.segment = False

    def _begin(self, heads: list[_Chunk], stated: bool) -> str:
        """Set act and subject from the first chunks of a sentence; its condition, "" for the base case."""
        if self.lead.act:  # an item of a list: its own words are the condition
            return _trim("，".join(c.text for c in heads))
        if not heads or not (stated or not self.act):
            return _trim(heads[-1].text) if heads and not self.act else ""
        split = len(heads)
        while split > 1 and _CONDITION.match(heads[split - 1].text):
            split -= 1
        if split == 1 and _LAWFUL.match(heads[0].text):
            split = len(heads)
        self.act = _trim("，".join(c.text for c in heads[:split]))
        self.subject = party(self.act)
        return _trim("，".join(c.text for c in heads[split:]))

    def _inherited(self) -> str:
        """Condition of a clause after a semicolon that states none: an order disobeyed goes on, income does not."""
        last = self.clauses[-1].condition
        bare = not any(c.fines for c in self.clauses if not c.condition)
        return last if _RETRY.search(last) and bare and not _INCOME.match(last) else ""

    def _impose(self, chunk: _Chunk, found: list[tuple[int, str]]) -> None:
        clause = self.clauses[-1]
        clause.end = chunk.end
        targets = [(m.start(), m["who"].removeprefix("其")) for m in _TARGET.finditer(chunk.text) if _named(m["who"])]
        if targets:
            self.target = targets[-1][1]
        for _, name in found:
            if name not in clause.measures:
                clause.measures.append(name)
        fined = False
        for amount in amounts(chunk.text, fined=self.lead.fined):
            whom = next((who for at, who in reversed(targets) if at < amount.end or len(targets) == 1), self.target)
            whom = whom or self.subject
            printed = chunk.text[amount.start : amount.end]
            clause.fines.append(
                Fine(amount.least, amount.most, amount.unit, printed, amount.base, whom, clause.condition)
            )
            fined = True
        if fined and "罚款" not in clause.measures and "罚金" not in clause.measures:
            clause.measures.append("罚款")
        for who in [who for _, who in targets] or [self.target or self.subject]:
            if who and who not in clause.whom:
                clause.whom.append(who)


def _named(who: str) -> bool:
    return bool(words().head.search(who)) and not who.startswith(("未", "违反", "不"))


def _trim(text: str) -> str:
    """A condition or act without its closing 的."""
    return text.strip().removesuffix("的").strip("，、")


def _measures(text: str, fined: bool) -> list[tuple[int, str]]:
    found = [(m.start(), words().measure(m)) for m in words().measures.finditer(text) if not _EXEMPT.search(text[: m.start()])]
    if not found and fined and any(amounts(text, fined=True)):
        found.append((0, "罚款"))
    return found


def read_clauses(text: str, start: int, end: int, lead: Lead | None = None) -> list[Clause]:
    """Clauses that impose something in ``text[start:end]`` (plain digits); empty when nothing is imposed."""
    return _Reader(lead or Lead()).read(text, start, end)
