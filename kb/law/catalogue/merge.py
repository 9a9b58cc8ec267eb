"""Files' descriptions and editors' facts → one list of instruments and versions, with the days they end.

Does not know names, nor what day it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kb.base.records import Instrument, Version
from kb.law.catalogue.facts import Fact, Facts

# A local regulation's file is named by its publication, days to weeks after the adoption that facts give.
_SAME_DAYS = 31
UNKNOWN = ("effective_after_amendment", "effective_unknown")


def start_of(version: Version) -> str | None:
    """First day in force as far as known: effective, else adoption, else what an undated text's last article says."""
    return version.effective or version.version or stated_of(version)


def stated_of(version: Version) -> str | None:
    """The ``stated=`` flag of an undated version; None when it has none."""
    return next((f[7:] for f in version.flags if f.startswith("stated=")), None)


def merge(
    entries: Iterable[tuple[Instrument, Version]], facts: Facts
) -> tuple[dict[str, Instrument], dict[str, tuple[Version, ...]]]:
    """Instruments by key and their versions, oldest first, each with ``effective`` and ``ended`` filled in.

    A version held in several files (parts of a code, duplicates) keeps one Version per file. Files
    without any text (flag ``empty``) do not count.
    """
    instruments: dict[str, Instrument] = {}
    held: dict[str, list[Version]] = {}
    real = (e for e in entries if "empty" not in e[1].flags)
    for instrument, version in sorted(real, key=lambda e: (e[0].key, e[1].text_kind == "digest", e[1].source)):
        known = instruments.get(instrument.key)
        instruments[instrument.key] = instrument if known is None else _joined(known, instrument)
        held.setdefault(instrument.key, []).append(version)
    by_key = {f.instrument.key: f for f in facts.facts}
    for key, fact in by_key.items():
        known = instruments.get(key)
        instruments[key] = fact.instrument if known is None else _told(known, fact.instrument)
    decided = {(d.version, str(d.rank)): d.effective for d in facts.decisions}
    versions: dict[str, tuple[Version, ...]] = {}
    for key, instrument in instruments.items():
        dated = [_decide(v, instrument, decided) for v in held.get(key, [])]
        versions[key] = ordered(_with_facts(dated, by_key.get(key)))
    versions = {key: tuple(_ended(vs)) for key, vs in versions.items()}
    _retire(instruments, versions, by_key)
    return instruments, versions


def _joined(a: Instrument, b: Instrument) -> Instrument:
    """Two files of one instrument: the first's words, both's names and numbers."""
    aliases = tuple(dict.fromkeys((*a.aliases, *b.aliases)))
    return replace(a, aliases=aliases, decrees=tuple(dict.fromkeys((*a.decrees, *b.decrees))))


def _told(held: Instrument, fact: Instrument) -> Instrument:
    """The facts' words over the file's, with the names and numbers of both."""
    return replace(
        fact,
        title=fact.title if fact.title != fact.key else held.title,
        aliases=tuple(dict.fromkeys((*fact.aliases, *held.aliases))),
        decrees=tuple(dict.fromkeys((*fact.decrees, *held.decrees))),
        note=fact.note or held.note,
    )


def _decide(version: Version, instrument: Instrument, decided: Mapping[tuple[str, str], str]) -> Version:
    """Fill an unknown effective date from a decision that changed many texts on this version's day."""
    day = decided.get((version.version or "", str(instrument.rank)))
    if version.effective is None and day is not None and any(f in UNKNOWN for f in version.flags):
        return _effective(version, day, "effective_from_decision")
    return version


def _effective(version: Version, day: str, flag: str) -> Version:
    flags = (*(f for f in version.flags if f not in UNKNOWN), flag)
    return replace(version, effective=day, flags=flags)


def _with_facts(held: list[Version], fact: Fact | None) -> list[Version]:
    """Held versions dated by the facts, and the facts' versions that are not held."""
    if fact is None:
        return held
    out = list(held)
    for known in fact.versions:
        same = [i for i, v in enumerate(out) if v.source and _same(v, known)]
        for i in same:
            if known.effective and out[i].effective != known.effective:
                out[i] = _effective(out[i], known.effective, "effective_from_catalogue")
            if known.articles and out[i].articles is None:
                out[i] = replace(out[i], articles=known.articles)
        if not same:
            out.append(known)
    return out


def _same(held: Version, known: Version) -> bool:
    """Whether a held version is the one the facts know: its date (or near it), or an undated text's stated date."""
    if held.version is None:
        return known.effective is not None and stated_of(held) == known.effective
    return held.version == known.version or (
        known.version is not None and 0 <= _days(held.version) - _days(known.version) <= _SAME_DAYS
    )


def ordered(versions: Iterable[Version]) -> tuple[Version, ...]:
    """Oldest first; a text without any date before all others."""
    return tuple(sorted(versions, key=lambda v: (start_of(v) or "", v.version or "", v.source)))


def _ended(versions: tuple[Version, ...]) -> list[Version]:
    """Each version ends on the day the next one starts; an estimate is flagged."""
    out = []
    for i, version in enumerate(versions):
        mine = start_of(version) or ""
        after = next((v for v in versions[i + 1 :] if (start_of(v) or "") > mine), None)
        if after is None or version.ended is not None:
            out.append(version)
            continue
        estimated = () if after.effective is not None else ("ended_estimated",)
        out.append(replace(version, ended=start_of(after), flags=(*version.flags, *estimated)))
    return out


def _retire(
    instruments: dict[str, Instrument], versions: dict[str, tuple[Version, ...]], facts: Mapping[str, Fact]
) -> None:
    """End the last version of what facts say has ended, and of what a later text of the same place abolishes."""
    for key, fact in facts.items():
        if fact.ended is not None:
            versions[key] = _closed(versions[key], fact.ended)
    for key, own in list(versions.items()):
        for version in own:
            day = version.effective or version.version
            for flag in version.flags:
                old = flag.removeprefix("repeals=")
                if day is None or old in (flag, key) or old not in versions or old in facts:
                    continue
                if instruments[old].jurisdiction != instruments[key].jurisdiction or instruments[old].replaced_by:
                    continue
                if all((start_of(v) or "") < day for v in versions[old]):
                    instruments[old] = replace(instruments[old], replaced_by=key)
                    versions[old] = _closed(versions[old], day)


def _closed(versions: tuple[Version, ...], day: str) -> tuple[Version, ...]:
    return tuple(replace(v, ended=day) if v.ended is None or v.ended > day else v for v in versions)


def _days(day: str) -> int:
    year, month, rest = (int(x) for x in day.split("-"))
    return year * 372 + month * 31 + rest
