"""A question about the law of another place than the configured one.

Does not know the question's subject. A place counts where it is told as one of law (安徽那边, 浙江的条例) or printed in
full (北京市); a firm's name that holds a city does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kb.assist.answer.words import word_list
from kb.base.textnorm import squeeze
from kb.search.index.generation import DocumentRow


@dataclass(frozen=True, slots=True)
class _Places:
    names: Mapping[str, str]
    told: re.Pattern[str]
    lawful: re.Pattern[str]


@lru_cache(maxsize=1)
def _places() -> _Places:
    data = word_list("places")
    names: dict[str, str] = data["names"]
    short = "|".join(sorted(names, key=len, reverse=True))
    full = "|".join(sorted(set(names.values()), key=len, reverse=True))
    told = rf"(?P<full>{full})|{data['lead']}(?P<led>{short})(?=[\u4e00-\u9fff])|(?P<short>{short}){data['follow']}"
    return _Places(names, re.compile(told), re.compile(data["lawful"]))


def place_asked(question: str) -> str | None:
    """The place (as in 安徽省) whose law is asked for; None where none is told."""
    m = _places().told.search(squeeze(question))
    if m is None:
        return None
    return m["full"] or _places().names[m["led"] or m["short"]]


def held_in(place: str, documents: Iterable[DocumentRow]) -> bool:
    """Whether local law of a place is held."""
    return any(d.jurisdiction == place for d in documents)


def wants_local_law(question: str) -> bool:
    """Whether the question asks for rules or fines, so that missing local law leaves it without an answer."""
    return bool(re.search(r"地方|条例|办法", question)) and bool(_places().lawful.search(question))
