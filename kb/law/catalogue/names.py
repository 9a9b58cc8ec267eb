"""Names people use for instruments → keys: titles, aliases, decree numbers, short forms, mistyped names.

Does not know versions or texts. A short form drops characters of a title in their order and keeps its
last word (安法, 危化条例); what fits two instruments equally gives both, what fits many gives none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from kb.base.address import from_numeral
from kb.base.records import NATIONAL, Instrument

How = Literal["exact", "alias", "short", "decree", "typo", "none"]

# More candidates than these say nothing; asking back with a longer list helps nobody.
MOST = 8
# Longest first, so that 办法 is not read as 法.
TYPES = (
    "法典", "条例", "办法", "规定", "细则", "规则", "解释", "标准", "规范", "规程", "基准", "通则", "导则", "法",
)  # fmt: skip
# Words so common in running text that a short form of them needs more of the title.
_COMMON_TYPES = frozenset(("规定", "解释", "标准", "规范", "规程", "基准", "通则", "导则", "规则"))
_DROP = re.compile(r"[\s\u200b-\u200d\ufeff《》〈〉<>「」“”\"'\u2018\u2019、,，·]|中华人民共和国")
_YEAR_TAIL = re.compile(
    r"[(]?(?:19|20)\d\d(?:-\d\d-\d\d|年)?(?:[)]|(?:版|修订版|修正版|修订|修正|修正本|修改|本)[)]?)$"
)
_PREFIX = re.compile(r"^(?:(?:19|20)\d\d年?版?的?|新修订的?|新修正的?|最新的?|现行的?|新版|新|旧|老|原)(?=.{2})")
_MARK = re.compile(r"\([^()]{1,8}\)$")
_LOCAL_ACT = re.compile(r"^(?:实施|贯彻)(.+)(办法|细则|条例|若干规定|规定)$")
_NO = r"(?P<no>[0-9]+|[零一二三四五六七八九十百千]+)"
_DECREES = (
    re.compile(rf"(?P<org>.*?)令(?:(?P<year>\d{{4}})年)?第?{_NO}号"),
    re.compile(rf"(?P<org>.*?)第?{_NO}号令"),
    re.compile(rf"第?{_NO}号(?P<org>.+?)令"),
    re.compile(rf"(?P<org>国务院)第?{_NO}号"),
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for: no key (``none``), one, or several that fit equally (ask back)."""

    keys: tuple[str, ...]
    how: How

    @property
    def key(self) -> str | None:
        """The one instrument; None when none or several fit."""
        return self.keys[0] if len(self.keys) == 1 else None


NOTHING = Resolution((), "none")


class Entry(NamedTuple):
    """A title taken apart for short forms: ``stem`` + ``type`` + ``mark``; ``bare`` is the stem without its place."""

    key: str
    stem: str
    type: str
    mark: str
    place: str
    bare: str
    fact: bool


def plain(name: str) -> str:
    """Fold a name for comparison: width, white space, quotation marks, 、, case, 中华人民共和国."""
    folded = unicodedata.normalize("NFKC", name).lower()
    folded = folded.translate({0x3014: "(", 0x3015: ")", ord("["): "(", ord("]"): ")", ord("【"): "(", ord("】"): ")"})
    return _DROP.sub("", folded)


def take_apart(name: str) -> tuple[str, str, str]:
    """(stem, type, mark) of a folded name; type empty when it ends like no instrument."""
    m = _MARK.search(name)
    mark = m[0] if m else ""
    body = name[: len(name) - len(mark)]
    kind = next((t for t in TYPES if body.endswith(t)), "")
    return body[: len(body) - len(kind)], kind, mark


@cache
def plain_words() -> frozenset[str]:
    """Words that end like a title and name no instrument (plain_words.txt)."""
    text = Path(__file__).with_name("plain_words.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def entries_of(instrument: Instrument, fact: bool) -> list[Entry]:
    """The title (and 实施《某法》办法 also as 某法实施办法) taken apart."""
    out = []
    place = "" if instrument.jurisdiction == NATIONAL else instrument.jurisdiction
    for name in dict.fromkeys((plain(instrument.key), *_turned(instrument.key, place))):
        stem, kind, mark = take_apart(name)
        if kind and stem:
            out.append(Entry(instrument.key, stem, kind, mark, place, without_place(stem, place), fact))
    return out


def alias_entries(instrument: Instrument) -> list[Entry]:
    """The other names of a listed instrument taken apart, to be compared by sound as wholes."""
    out = []
    for alias in instrument.aliases:
        stem, kind, mark = take_apart(plain(alias))
        if kind and stem:
            out.append(Entry(instrument.key, stem, kind, mark, "", stem, False))
    return out


def _turned(key: str, place: str) -> tuple[str, ...]:
    name = plain(key)
    bare = without_place(name, place)
    m = _LOCAL_ACT.match(bare)
    return (f"{name[: len(name) - len(bare)]}{m[1]}实施{m[2]}",) if m else ()


def without_place(stem: str, place: str) -> str:
    """``stem`` without its leading place (上海市消防 → 消防, 上海港口 → 港口)."""
    for name in places_of(place):
        if stem.startswith(name) and len(stem) > len(name):
            return stem[len(name) :]
    return stem


def places_of(place: str) -> tuple[str, ...]:
    """How a place is written at the head of a title, longest first: 上海市, 上海."""
    short = re.sub(r"(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区)$", "", place)
    return (place, short) if place and len(short) > 1 and short != place else (place,) if place else ()


class Fit(NamedTuple):
    """How well a short form fits: ``tier`` 0 equal, 1 in one piece, 2 from the first character on, 3 in longer runs."""

    entry: Entry
    tier: int
    cover: float


def fit(query: str, title: str) -> int | None:
    """Tier of ``query`` against a title's stem (see Fit); None when it is not made by dropping characters in order."""
    if query == title:
        return 0
    if len(query) >= len(title):
        return None
    if query in title:
        return 1
    at = -1
    for char in query:
        at = title.find(char, at + 1)
        if at < 0:
            return None
    if query[0] == title[0]:
        return 2
    return 3 if len(query) >= 4 and _in_runs(query, title) else None


def _in_runs(query: str, title: str) -> bool:
    """Whether ``query`` is pieces of at least two characters each that stand in ``title`` in this order."""
    if not query:
        return True
    for size in range(len(query), 1, -1):
        at = title.find(query[:size])
        if at >= 0 and len(query) - size != 1 and _in_runs(query[size:], title[at + size :]):
            return True
    return False


class NameTable:
    """All names of a catalogue. ``place`` (上海市) decides between equal local names; empty: nothing does."""

    def __init__(
        self,
        exact: Mapping[str, list[str]],
        aliases: Mapping[str, list[str]],
        decrees: Iterable[tuple[str, str, str, bool]],
        entries: Iterable[Entry],
        successors: Mapping[str, str],
    ) -> None:
        self.exact = exact
        self.aliases = aliases
        self.decrees = list(decrees)
        self.entries = list(entries)
        self.successors = successors
        self.places = sorted({e.place for e in self.entries if e.place}, key=len, reverse=True)
        self.by_type: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self.by_type.setdefault(entry.type, []).append(entry)

    def resolve(self, name: str, place: str = "") -> Resolution:
        """Exact title, alias, decree number, then short form; typing errors are not looked at here."""
        query = plain(name)
        return self.lookup(query, place) or self.decree(query) or self.short(query, place) or NOTHING

    def lookup(self, query: str, place: str = "") -> Resolution | None:
        """The name as it stands, or without 新/旧 and year; None when it is no whole name."""
        for form in self.forms(query):
            keys = self.exact.get(form)
            if keys:
                return Resolution(tuple(keys), "exact")
            keys = self.aliases.get(form)
            if keys:
                return Resolution(tuple(keys), "alias")
        return None

    def forms(self, query: str) -> list[str]:
        """The query, and what remains without a year at its end and 新, 旧 … at its head."""
        out = [query]
        for shorter in (_YEAR_TAIL.sub("", query), _PREFIX.sub("", query), _PREFIX.sub("", _YEAR_TAIL.sub("", query))):
            if shorter and shorter not in out and shorter not in plain_words():
                out.append(shorter)
        return out

    def decree(self, query: str) -> Resolution | None:
        """Instruments of a decree or document number; editors' facts count before what headers print."""
        direct = [(key, fact) for text, _, key, fact in self.decrees if text == query]
        found = direct or self._by_number(query)
        keys = {k for k, fact in found if fact} or {k for k, _ in found}
        return Resolution(tuple(sorted(keys)), "decree") if 0 < len(keys) <= MOST else None

    def _by_number(self, query: str) -> list[tuple[str, bool]]:
        for pattern in _DECREES:
            m = pattern.fullmatch(query)
            number = from_numeral(m["no"]) if m else None
            if m is None or number is None:
                continue
            org = m["org"].removesuffix("部门")
            tail = f"令第{number}号"
            return [
                (key, fact)
                for text, whose, key, fact in self.decrees
                if text.endswith(tail) and (not org or _subsequence(org, whose))
            ]
        return []

    def short(self, query: str, place: str = "") -> Resolution | None:
        """Instruments whose title gives ``query`` by dropping characters; None when none or too many do."""
        for form in self.forms(query):
            if form in plain_words():
                continue
            keys = self._short(form, place)
            if keys:
                return Resolution(keys, "short")
        return None

    @cached_property
    def _by_character(self) -> dict[tuple[str, str], set[int]]:
        """(type, character) → numbers of the titles of this type whose stem has it."""
        found: dict[tuple[str, str], set[int]] = {}
        for kind, entries in self.by_type.items():
            for i, entry in enumerate(entries):
                for char in set(entry.stem):
                    found.setdefault((kind, char), set()).add(i)
        return found

    def _holding(self, kind: str, characters: str) -> Iterator[Entry]:
        """Titles of a type that have all of some characters: the only ones a short form can be made from."""
        every = [self._by_character.get((kind, char), set()) for char in set(characters)]
        entries = self.by_type.get(kind, [])
        return (entries[i] for i in sorted(set.intersection(*every))) if every else iter(entries)

    def _short(self, query: str, place: str) -> tuple[str, ...]:
        stem, kind, mark = take_apart(query)
        if not stem or not kind:
            return ()
        home = next((p for p in self.places for n in places_of(p) if stem.startswith(n) and len(stem) > len(n)), "")
        rest = without_place(stem, home)
        fits = []
        for e in self._holding(kind, rest):
            if mark and e.mark != mark:
                continue
            if e.place and home and e.place != home:
                continue
            asked, title = (rest if home else stem, e.bare) if e.place else (stem, e.stem)
            tier = fit(asked, title)
            if tier is not None and specific(asked, tier, kind, e, len(title)):
                fits.append(Fit(e, tier, len(asked) / len(title)))
        return choose(fits, place or home, bool(home), self.successors)


def specific(asked: str, tier: int, kind: str, entry: Entry, length: int) -> bool:
    """Whether a short form says enough: two characters at least, and more of titles editors did not list.

    One character (安法) names an instrument only as an alias: 道法 and 治法 stand in running text.
    """
    if tier == 0:
        return True
    cover = len(asked) / length
    if len(asked) < 2:
        return False
    if kind in _COMMON_TYPES:
        return len(asked) >= 4 and cover >= (0.25 if entry.fact else 0.5)
    return entry.fact or cover >= 0.4


def choose(fits: list[Fit], place: str, named: bool, successors: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of the best fits: one, several that fit equally, or none when there are too many.

    National before local unless the place is named; a local title without its place counts as whole.
    """
    if not fits:
        return ()
    whole = [f for f in fits if f.tier == 0]
    national = [f for f in fits if not f.entry.place]
    local = [f for f in fits if f.entry.place]
    if whole:
        group = whole
    elif named:
        group = _best(local or national)
    else:
        group = _best(national or local)
    here = [f for f in group if f.entry.place == place]
    if here and place and not any(not f.entry.place for f in group):
        group = here
    keys = list(dict.fromkeys(f.entry.key for f in _marked_last(group)))
    keys = [k for k in keys if successors.get(k) not in keys]
    keys = _shortest_of_family(keys, group)
    if len(keys) > MOST:
        return tuple(keys[:MOST]) if whole else ()
    return tuple(keys)


def _best(fits: list[Fit]) -> list[Fit]:
    """Fits of the best tier; listed ones push aside those that fit less closely, never those that fit as well."""
    tier = min(f.tier for f in fits)
    group = [f for f in fits if f.tier == tier]
    closest = max((f.cover for f in group if f.entry.fact), default=0.0)
    return [f for f in group if f.entry.fact or f.cover >= closest]


def _marked_last(group: list[Fit]) -> list[Fit]:
    """Without those marked （试行）, （二） … where the same title without a mark fits too."""
    unmarked = {(f.entry.stem, f.entry.type) for f in group if not f.entry.mark}
    return [f for f in group if not f.entry.mark or (f.entry.stem, f.entry.type) not in unmarked]


def _shortest_of_family(keys: list[str], group: list[Fit]) -> list[str]:
    """Of 环境保护法 and 环境保护税法 for 环保法 only the first: its stem begins the other's."""
    if len(keys) < 2 or group[0].tier != 2:
        return keys
    stems = {f.entry.key: f.entry.bare if f.entry.place else f.entry.stem for f in group}
    return [k for k in keys if not any(o != k and stems[k].startswith(stems[o]) for o in keys)]


def _subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(char in rest for char in short)
