"""Facts about instruments that editors wrote down: corpus/catalogue.toml → values.

Does not know which texts are held, nor how names are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.base.records import NATIONAL, InputError, Instrument, Rank, Version

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIELDS = frozenset((
    "key", "title", "rank", "issuer", "jurisdiction", "aliases", "decrees", "versions", "replaced_by", "ended",
    "missing", "lacks", "known", "note", "above", "matters",
    "comment",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """What editors know of one instrument.

    ``versions`` carry no source. ``ended`` is the day it lost force as a whole, None while in force.
    ``missing``: its text is known to be in none of the public collections indexed so far. ``lacks``:
    what the public text leaves out (a table), empty when nothing. ``known``: what is known to exist,
    in words, where no exact date is.
    """

    instrument: Instrument
    versions: tuple[Version, ...] = ()
    ended: str | None = None
    missing: bool = False
    lacks: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that changed many texts at once: those of its day and rank are in force from ``effective``."""

    version: str
    rank: Rank
    effective: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The whole file; empty when there is none."""

    facts: tuple[Fact, ...] = ()
    decisions: tuple[Decision, ...] = ()


def load_facts(path: Path) -> Facts:
    """Read corpus/catalogue.toml. Raises InputError, naming entry and cure, when it is not what it should be."""
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"目录文件 {path} 读不出：{error}；请按 TOML 格式改正") from error
    facts = tuple(_fact(entry, n) for n, entry in enumerate(data.get("instrument", []), 1))
    seen: set[str] = set()
    for fact in facts:
        if fact.instrument.key in seen:
            raise InputError(f"目录文件中《{fact.instrument.key}》出现两次，请合并为一条")
        seen.add(fact.instrument.key)
    decisions = tuple(
        Decision(_day(d, "version"), _rank(d, "决定"), _day(d, "effective"), str(d.get("name", "")))
        for d in data.get("decision", [])
    )
    return Facts(facts, decisions)


def _fact(entry: Mapping[str, Any], n: int) -> Fact:
    key = entry.get("key")
    if not isinstance(key, str) or not key:
        raise InputError(f"目录文件第 {n} 条没有 key，请写上简称")
    unknown = set(entry) - _FIELDS
    if unknown:
        raise InputError(f"目录文件中《{key}》有不认识的字段 {'、'.join(sorted(unknown))}，请改正或删去")
    instrument = Instrument(
        key,
        str(entry.get("title") or key),
        _rank(entry, key),
        str(entry.get("jurisdiction") or NATIONAL),
        str(entry.get("issuer") or ""),
        tuple(entry.get("aliases", ())),
        tuple(entry.get("decrees", ())),
        entry.get("replaced_by"),
        str(entry.get("note") or ""),
        tuple(entry.get("above", ())),
        tuple(entry.get("matters", ())),
    )
    ended = _day(entry, "ended", key) if "ended" in entry else None
    versions = tuple(_version(key, row) for row in entry.get("versions", ()))
    words = [str(entry.get(field) or "") for field in ("lacks", "known")]
    return Fact(instrument, versions, ended, bool(entry.get("missing", False)), *words)


def _version(key: str, row: Mapping[str, Any]) -> Version:
    effective = _day(row, "effective", key) if "effective" in row else None
    return Version(key, _day(row, "version", key), effective, articles=row.get("articles"))


def _day(entry: Mapping[str, Any], field: str, key: str = "决定") -> str:
    value = entry.get(field)
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise InputError(f"目录文件中“{key}”的 {field} 应写成 2021-06-10 的样子")
    return value


def _rank(entry: Mapping[str, Any], key: str) -> Rank:
    try:
        return Rank(entry.get("rank", ""))
    except ValueError as error:
        known = "、".join(Rank)
        raise InputError(f"目录文件中“{key}”的 rank 不认识，应为其一：{known}") from error
