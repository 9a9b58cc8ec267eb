"""Instruments that a question names without an article: 按许可证条例…, 危险化学品安全法里…, GB 30871.

Does not know what they say. A name is looked up in the catalogue as it stands; nothing is guessed from its meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kb.law.catalogue import Resolution

LONGEST = 30  # characters before the type word that are tried: the longest title inspectors print in a question has 27
_BRACKETS = re.compile(r"《([^《》]{2,60})》")
# Words that a title ends with, and the mistyped forms of them met in the known questions.
_TYPE = re.compile(
    r"(?:条例|条列|办法|规定|细则|规则|解释|标准|规范|规程|通则|导则|法典"
    r"|(?<![违非合执司方犯守依普想说看做没无])法(?![院律人制庭官治]|[定规](?!定)))(?:[（(]?[一二三四五1-5][）)]?(?![一二三四五六七八九十百零0-9]*\s*条))?"
)
_DECREE = re.compile(r"(?:[\u4e00-\u9fff]{2,12}令(?:第\s?)?[0-9]{1,4}\s?号|[0-9]{1,4}\s?号令)")
_STANDARD = re.compile(
    r"(?<![A-Za-z])(?:GBZ|GB|AQ|HG|JGJ|DB\d{0,2}|TSG|SY|YJ|XF|GA)(?:/[TZ])?[\s-]?\d{1,6}(?:\.\d+)?(?![\d])",
    re.IGNORECASE,
)
_STOP = re.compile(r"[，。；：！？、,;:!?…\s“”\"《》]")
_INTRODUCED = re.compile(r"(?:按照?|依照?|依据|根据|违反了?|引用|查查?|在)$")
# Words that stand for a kind of law and name none: 国家法, 地方条例.
_KIND = re.compile(r"(?:国家|地方|本地|本市|上海|国务院|两部|哪部|这部|那部|新|老|旧)的?(?:法|条例|规定|办法|标准)$")


class Resolver(Protocol):
    """What resolves a name; ``Catalogue`` is one."""

    def resolve(self, name: str, *, place: str = "") -> Resolution:
        """Resolve one name as printed."""


@dataclass(frozen=True, slots=True)
class NamedInstrument:
    """A name as it stands in the question. ``keys``: none (no such instrument), one, or several that fit.

    ``how`` as the catalogue says; ``bracketed``: printed in 《》.
    """

    text: str
    keys: tuple[str, ...]
    how: str
    start: int
    bracketed: bool = False
    standard: bool = False

    @property
    def certain(self) -> bool:
        """Whether the name can mean nothing else: a title, a listed name, a decree or a standard's number."""
        return len(self.keys) == 1 and (self.how in ("exact", "alias", "decree") or self.standard)


def named_instruments(question: str, names: Resolver, place: str = "") -> list[NamedInstrument]:
    """Every instrument that ``question`` names, in order; names without 《》 only where they resolve."""
    found: list[NamedInstrument] = []
    taken: list[tuple[int, int]] = []
    for m in _BRACKETS.finditer(question):
        r = names.resolve(m[1], place=place)
        found.append(NamedInstrument(m[1], r.keys, r.how, m.start(), bracketed=True))
        taken.append(m.span())
    for m in _STANDARD.finditer(question):
        r = names.resolve(m[0], place=place)
        found.append(NamedInstrument(m[0], r.keys, r.how, m.start(), standard=True))
        taken.append(m.span())
    for m in _DECREE.finditer(question):
        starts = (i for i in range(m.start(), m.end() - 2) if not question[i - 1 : i].isdigit() or i == m.start())
        tried = ((i, names.resolve(question[i : m.end()], place=place)) for i in starts)
        hit = next(((i, r) for i, r in tried if r.keys), None)
        if hit is not None:
            found.append(NamedInstrument(question[hit[0] : m.end()], hit[1].keys, hit[1].how, hit[0]))
            taken.append((hit[0], m.end()))
    for m in _TYPE.finditer(question):
        if any(a <= m.start() < b for a, b in taken):
            continue
        bare = _bare(question, m.start(), m.end(), names, place)
        if bare is not None:
            found.append(bare)
            taken.append((bare.start, m.end()))
    return sorted(found, key=lambda n: n.start)


def _bare(question: str, at: int, end: int, names: Resolver, place: str) -> NamedInstrument | None:
    """The longest name that ends at ``end``: titles and listed names before short forms, these before mistyped ones."""
    low = max((m.end() for m in _STOP.finditer(question, max(0, at - LONGEST), at)), default=max(0, at - LONGEST))
    tried = [(start, names.resolve(question[start:end], place=place)) for start in range(low, at)]
    if _KIND.search(question, low, end):
        return None
    for hows in (("exact", "alias", "decree"), ("short",), ("typo",)):
        for start, r in tried:
            if r.keys and r.how in hows and (r.how != "typo" or _at_edge(question, start, low)):
                return NamedInstrument(question[start:end], r.keys, r.how, start)
    return None


def _at_edge(question: str, start: int, low: int) -> bool:
    """Whether a name can begin here: a mistyped name is only read from the start of a clause or after 按, 违反 …."""
    return start == low or bool(_INTRODUCED.search(question, max(0, start - 3), start))


def keys_of(found: Sequence[NamedInstrument]) -> tuple[str, ...]:
    """The instruments named, each once; of an ambiguous name all that fit."""
    return tuple(dict.fromkeys(k for n in found for k in n.keys))
