"""The vocabularies of naming: shared names (``indicators.toml``) and the words around numbers (``words.toml``).

Does not know sentences.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Term:
    """A shared name: the pattern its phrases match and the units it is counted in (empty: any)."""

    name: str
    alias: re.Pattern[str]
    units: frozenset[str]
    example: str


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns made of the lists of ``words.toml``; each is named as its list."""

    head: re.Pattern[str]
    support: re.Pattern[str]
    adverbs: re.Pattern[str]
    stop: re.Pattern[str]
    tail: re.Pattern[str]
    related: re.Pattern[str]
    relative: re.Pattern[str]
    counted: re.Pattern[str]
    generic: frozenset[str]
    counters: Mapping[str, str]


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((files("kb.report.figures") / name).read_text("utf-8"))


@cache
def words() -> Words:
    """Compile ``words.toml``."""
    data = _load("words.toml")
    any_of = {key: "|".join(value) for key, value in data.items() if isinstance(value, list)}
    office = r"[\u4e00-\u9fff]{0,8}(?:应急管理局|应急局)(?:现有|共有|有)?"
    return Words(
        head=re.compile(rf"(?:{any_of['adverbs']}|{any_of['support']}|[、·]|{office})+"),
        support=re.compile(any_of["support"]),
        adverbs=re.compile(f"(?:{any_of['adverbs']})+"),
        stop=re.compile(f"{any_of['stop']}|；|。"),
        tail=re.compile(f"(?:{any_of['tail']})+$"),
        related=re.compile(any_of["related"]),
        relative=re.compile(rf"(?:{any_of['relative']})[\u4e00-\u9fffA-Za-z“”]{{1,14}}?的(?=[\u4e00-\u9fff])"),
        counted=re.compile(f"(?:{any_of['counted']})$"),
        generic=frozenset(data["generic"]),
        counters=data["counters"],
    )


@cache
def terms() -> tuple[Term, ...]:
    """Shared names of ``indicators.toml``."""
    return tuple(
        Term(row["name"], re.compile(row["alias"]), frozenset(row["units"]), row["example"])
        for row in _load("indicators.toml")["indicator"]
    )


@cache
def filler() -> re.Pattern[str]:
    """Words that distinguish nothing (``indicators.toml``)."""
    return re.compile("|".join(map(re.escape, _load("indicators.toml")["filler"])))


@cache
def shared_names() -> frozenset[str]:
    """Every shared name."""
    return frozenset(term.name for term in terms())


@lru_cache(maxsize=4096)
def shared(phrase: str, unit: str) -> str | None:
    """The shared name of ``phrase`` counted in ``unit``; None when none fits, or more than one."""
    unit = re.sub(r"[（）()余多]", "", unit)
    plain = filler().sub("", phrase)
    found = {
        term.name
        for form in {phrase, plain, words().tail.sub("", plain)}
        for term in terms()
        if term.alias.fullmatch(form) and (not term.units or unit in term.units)
    }
    return found.pop() if len(found) == 1 else None
