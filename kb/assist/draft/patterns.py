"""A precedent's sentence as a pattern: its clauses, where figures stand in them, and which words may be borrowed.

Does not know this year's facts beyond the words they use, nor which pattern suits them.

A clause may be borrowed only when it tells a manner and nothing that happened: no number, date, title in 《》, name of
a place, office or person, no project's own name in “”, no one-off deed (印发, 建成), no boast (首次, 全部, 获评).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kb.assist.draft.records import Office, Precedent, Report, placeholder, role, unlabelled
from kb.base.quantity import find_dates, find_quantities
from kb.base.records import Figure
from kb.base.textnorm import squeeze
from kb.report.figures import figures

SENTENCE = re.compile(r"[^。！？\n]+")
_MARKS = "，；：,;:"
_PAIRS = {"“": "”", "《": "》", "（": "）", "(": ")"}
_QUOTED = re.compile(r"“([^“”]{1,30})”")
_TITLE = re.compile(r"《[^《》]+(?:《[^《》]*》[^《》]*)*》")
_BRACKET = re.compile(r"[（(][^（）()]*[）)]")
_COMPARED = re.compile(
    r"比(?:上年|去年|上一年|往年|同期)|同比|环比|较(?:上年|去年|前)|[由从][^，；。]*[到至为]|上年|去年|此前|以来首次"
)
_REMAINDER = re.compile(
    r"^(?:其余|其他|其它|其中)|(?:降幅|增幅|增加|减少|下降|增长|提高|变化)$|（(?:此前|上年)）$|^场|^(?:不少于|不超过|不低于|达到|力争)"
)
_PLACE = re.compile(r"(?P<name>[\u4e00-\u9fff]{2})(?P<kind>新区|区(?![级域])|县(?!级)|镇(?!级)|街道|市(?![级场]))")


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Words of ``words.txt`` by kind: deeds, boasts, purposes, joins, places (general), persons."""
    out: dict[str, list[str]] = defaultdict(list)
    for line in (files("kb.assist.draft") / "words.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            kind, *words = line.split()
            out[kind] += words
    return {kind: tuple(words) for kind, words in out.items()}


@cache
def _any(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, vocabulary()[kind]), key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Slot:
    """A figure in a clause: what it counts, how it is printed with its unit, and whether it tells a change."""

    indicator: str
    printed: str
    unit: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """What is to be filled in: 检查企业家次; a rate's own name says its unit."""
        return f"{self._base}{'' if self.unit == '%' else self.unit}"

    @property
    def _base(self) -> str:
        """Its name without “” and without a counting word that the unit says again (…件数, …次数)."""
        base = re.sub("[“”]", "", self.indicator).removesuffix(self.unit or "%")
        return base if self.unit in ("%", "") else re.sub(f"(?:{re.escape(self.unit[:1])}次?)?数?量?$", "", base)

    @property
    def telling(self) -> bool:
        """Whether its name says what is to be filled in: not a remainder, a change, an award, nor one word."""
        return len(self._base) > 1 and bool(self.unit) and not _REMAINDER.search(self.indicator)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause without its mark; ``compared``: it sets a figure against another year's."""

    text: str
    slots: tuple[Slot, ...] = ()
    compared: bool = False

    @property
    def figured(self) -> bool:
        """Whether it holds a number, named or not."""
        return bool(self.slots) or bool(find_quantities(self.text)) or any(c.isdigit() for c in self.text)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence of a precedent, its label (一是, 3.) left out."""

    precedent: Precedent
    quote: str
    clauses: tuple[Clause, ...]

    @property
    def slots(self) -> list[Slot]:
        """Figures that count something, comparisons left out."""
        return [s for c in self.clauses if not c.compared for s in c.slots]

    @property
    def role(self) -> str:
        """What its chapter does; see ``role``."""
        report = self.precedent.report
        return "plan" if report.plan else role("".join(self.precedent.passage.path))


def patterns(precedent: Precedent) -> list[Pattern]:
    """The sentences of a precedent, headings left out, in order."""
    passage = precedent.passage
    heads = {squeeze(h) for h in passage.path} | {squeeze(unlabelled(h)) for h in passage.path}
    ledger: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures([passage], org="", year=precedent.report.year):
        ledger[figure.quote].append(figure)
    out = []
    for m in SENTENCE.finditer(passage.text):
        quote = m[0].strip()
        if not quote or squeeze(quote) in heads:
            continue
        body = unlabelled(quote)
        if body:
            out.append(Pattern(precedent, quote, _clauses(body, ledger.get(quote, []))))
    return out


def _clauses(sentence: str, found: Sequence[Figure]) -> tuple[Clause, ...]:
    text = sentence
    for _ in range(2):  # a bracket within a bracket is as deep as reports go
        text = _BRACKET.sub("", text)
    queue = list(found)
    out = []
    for piece in _split(text):
        slots, at = [], 0
        while queue:
            printed = queue[0].printed + queue[0].unit
            start = piece.find(printed, at)
            if start < 0:
                later = next((i for i, f in enumerate(queue) if piece.find(f.printed + f.unit, at) >= 0), None)
                if later is None:
                    break
                del queue[:later]  # a figure of a bracket that was left out, or told twice
                continue
            figure = queue.pop(0)
            at = start + len(printed)
            slots.append(Slot(figure.indicator, figure.printed, figure.unit, start, at))
        out.append(Clause(piece, tuple(slots), _COMPARED.search(piece) is not None))
    return tuple(out)


def _split(text: str) -> list[str]:
    """Clauses between ，；： that stand outside “”, 《》 and brackets."""
    out, depth, start = [], [], 0
    closing = set(_PAIRS.values())
    for i, c in enumerate(text):
        if c in _PAIRS:
            depth.append(_PAIRS[c])
        elif c in closing and depth and c == depth[-1]:
            depth.pop()
        elif c in _MARKS and not depth:
            out.append(text[start:i])
            start = i + 1
    return [p.strip() for p in (*out, text[start:]) if p.strip()]


class Lifter:
    """Tells what of a precedent may stand in a draft. ``known``: the words the draft's own facts use."""

    def __init__(self, reports: Iterable[Report], known: str) -> None:
        self._known = squeeze(known)
        self._terms: Counter[str] = Counter()
        self._names: set[str] = set()
        offices = defaultdict(set)
        for report in reports:
            office = Office.parse(report.org)
            self._names |= {n for n in (office.city.removesuffix("市"), *_short(office.district)) if n}
            for passage in report.passages:
                for term in _QUOTED.findall(passage.text):
                    offices[squeeze(term)].add(office.name)
        self._shared = {term for term, named in offices.items() if len(named) > 1}

    def borrowable(self, clause: str) -> bool:
        """Whether a clause tells a manner only; see the module."""
        names, clause = self.names(clause), self.masked(clause)
        return not (
            names
            or find_quantities(clause)
            or any(c.isdigit() for c in clause)
            or find_dates(clause)
            or _any("deed").search(clause)
            or _any("boast").search(clause)
            or _any("person").search(clause)
        )

    def masked(self, text: str) -> str:
        """``text`` without the terms in “” that several offices use (“综合查一次” counts nothing once)."""
        return _QUOTED.sub(lambda m: "“”" if squeeze(m[1]) in self._shared else m[0], text)

    def _liftable(self, words: str) -> bool:
        """Whether words may stand beside a gap: what was done may, for the gap asks whether it was."""
        names, words = self.names(words), self.masked(words)
        return not (
            names
            or any(c in "《》" for c in words)
            or any(c.isdigit() for c in words)
            or find_dates(words)
            or _any("boast").search(words)
            or _any("person").search(words)
        )

    def names(self, text: str) -> list[str]:
        """Titles, projects, offices and places of a precedent in ``text`` that this year's facts do not name."""
        out = [m[0] for m in _TITLE.finditer(text)]
        out += [m[0] for m in _QUOTED.finditer(text) if squeeze(m[1]) not in self._shared]
        out += [n for n in self._names if n in text]
        general = vocabulary()["place"]
        out += [m[0] for m in _PLACE.finditer(text) if not m[0].endswith(general)]
        return [n for n in dict.fromkeys(out) if squeeze(n).strip("“”\"'") not in self._known]

    def plain(self, clause: str) -> str:
        """A clause without the word that tied it to what stood before it (并, 其中)."""
        return _join().sub("", clause)

    def purpose(self, clause: str) -> bool:
        """Whether a clause tells what something was for (助力…, 切实提升…)."""
        return clause.startswith(vocabulary()["purpose"]) and self.borrowable(clause)

    def blank(self, clause: Clause, *, plain: bool = False) -> str:
        """The clause with its figures lifted out: 重大事故隐患【待填：重大事故隐患项】; names never pass.

        ``plain``: no word of the clause but what its figures count. Empty where that is not told.
        """
        slots = [s for s in clause.slots if s.telling and self._askable(s.indicator)]
        if not slots:
            return ""
        text, rest, at = "", "", 0
        for slot in clause.slots:
            text += clause.text[at : slot.start] + placeholder(slot.name)
            rest += clause.text[at : slot.start]
            at = slot.end
        tail = clause.text[at:]
        said = _join().sub("", rest + tail)
        whole = len(slots) == len(clause.slots) and not tail and self._liftable(said)
        if whole and not plain and not re.search(r"[近超约逾对为有家的]$", rest):
            return _join().sub("", text)
        return "、".join(self._asking(s) for s in slots)

    def _asking(self, slot: Slot) -> str:
        """整改率【待填：整改率】; the gap alone where the name holds a project's own."""
        words = "" if self.names(slot.indicator) else re.sub("数量?$", "", slot.indicator)
        return words + placeholder(slot.name)

    def _askable(self, indicator: str) -> bool:
        """Whether a gap may name what is asked for: an own project may stand there, no title or place."""
        named = [n for n in self.names(indicator) if not n.startswith("“")]
        named += [c for c in indicator if c in "《》"]  # half a title: its other half stands in another clause
        return not named and not any(c.isdigit() for c in indicator) and not _any("person").search(indicator)


@cache
def _join() -> re.Pattern[str]:
    """Words that tie a clause to the one before, at its head."""
    return re.compile("^(?:" + "|".join(map(re.escape, sorted(vocabulary()["join"], key=len, reverse=True))) + ")+")


def _short(district: str) -> tuple[str, ...]:
    """宝山区 → 宝山; 浦东新区 → 浦东; empty where the district has no name of its own."""
    name = re.sub("(?:新区|区|县)$", "", district)
    return (name,) if len(name) > 1 else ()
