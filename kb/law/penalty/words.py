"""The vocabulary of sanctions, read from ``words.toml`` once.

Does not know what a clause is, nor who is meant.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Words:
    """Compiled vocabulary: one alternation for all measures, and the pattern of a party at the start of its act.

    ``measures``: groups ``m0``, ``m1`` …; ``names[i]`` is what group i is called, None: as printed.
    ``needs``: a clause without any of these words has no measure.
    ``party``: matches (group ``who``) a party's name followed by what it did.
    ``head``: matches a noun that a party's name ends with, at the end of a text.
    """

    measures: re.Pattern[str]
    names: tuple[str | None, ...]
    needs: tuple[str, ...]
    party: re.Pattern[str]
    head: re.Pattern[str]

    def in_clause(self, clause: str) -> list[tuple[int, str]]:
        """Measures of ``clause`` as (position, name), in order; empty when it imposes none."""
        if not any(word in clause for word in self.needs):
            return []
        return [(m.start(), self.measure(m)) for m in self.measures.finditer(clause)]

    def measure(self, match: re.Match[str]) -> str:
        """What a match of ``measures`` is called."""
        name = self.names[int(str(match.lastgroup)[1:])]
        return name or _printed(match[0])


def _printed(text: str) -> str:
    """A measure called as printed, without 其 after its verb and what trails it."""
    text = re.sub(r"^(责令|没收|吊销|暂扣|暂停|撤销|取消|注销)(?:其|该)(?!他)", r"\1", text)
    return re.sub(r"(?:或者|并|，|、|的|外)+$", "", text).removeprefix("的").removeprefix("、")


@lru_cache(maxsize=1)
def words() -> Words:
    """Read the vocabulary that ships with the package."""
    data = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    entries = data["measure"]
    alternation = "|".join(f"(?P<m{i}>{entry['pattern']})" for i, entry in enumerate(entries))
    heads = "|".join(sorted(data["whom"]["heads"], key=len, reverse=True))
    follows = "|".join(sorted(data["whom"]["follows"], key=len, reverse=True))
    return Words(
        measures=re.compile(rf"(?=[{data['starts']}])(?<![被经受])(?:{alternation})"),
        needs=tuple(dict.fromkeys(word for entry in entries for word in entry["needs"])),
        names=tuple(entry.get("name") for entry in entries),
        party=re.compile(
            rf"(?P<who>[^，；。：]{{0,80}}?(?:{heads})(?:（[^）]*）|\([^)]*\))?(?:及其[^，；。：]{{0,24}}?(?:{heads}))?)(?:$|(?={follows}))"
        ),
        head=re.compile(rf"(?:{heads})(?:（[^）]*）|\([^)]*\))?$"),
    )
