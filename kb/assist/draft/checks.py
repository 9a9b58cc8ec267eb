"""Does a draft hold: every fact there and unaltered, nothing of a precedent, citations real, an origin for all.

Does not know how the draft came about: a draft edited by hand is checked the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kb.assist.draft.patterns import Lifter
from kb.assist.draft.records import PLACEHOLDER, Draft, Fact, Task, texts
from kb.assist.verify import SourceText, verify
from kb.base.textnorm import squeeze

if TYPE_CHECKING:
    from kb.law.cite import CheckReport

Check = Callable[[str], "CheckReport"]
"""The citation checker over an index."""

Kind = Literal["fact", "figure", "name", "citation", "origin", "style"]
_CITES = {"quote_differs", "not_found", "superseded"}
_HALF = re.compile(r"(?<=[\u4e00-\u9fff”》）])[,;:?!](?=[\u4e00-\u9fff“《（])")
_PERSON = re.compile(r"(?<![其自])(?:我们|咱们|笔者|本人)|(?<!自)我(?![区市局县镇省国院])")


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold: ``text`` is the piece of the draft (or the fact) it is about."""

    kind: Kind
    text: str
    note: str

    def __str__(self) -> str:
        """One line for the clerk."""
        return f"{self.note}：{self.text}"


def known_words(task: Task) -> str:
    """What a draft may say by value and by name: the facts, the section's heading, the office, the year."""
    return "\n".join([task.section, task.org, f"{task.year}年", f"{task.year}年度", *texts(task.facts)])


def missing_facts(text: str, facts: Sequence[Fact]) -> list[Fact]:
    """Facts that do not stand word for word in the text (white space and width aside)."""
    said = squeeze(text)
    return [f for f in facts if squeeze(f.text) not in said]


def leaks(text: str, task: Task, lifter: Lifter) -> list[Fault]:
    """Figures, dates, titles and names in the text that no fact holds; 【待填：…】 left out. Empty when it is clean."""
    plain = PLACEHOLDER.sub("　", text)
    counted = lifter.masked(plain)
    sources = [SourceText("F", known_words(task))]
    out = [
        Fault("figure", failure.text, "不在本年事实里的数字、日期或条款")
        for check in verify(counted, sources, cited=False)
        for failure in check.failures
        if failure.kind in ("figure", "date", "provision")
    ]
    out += [Fault("name", name, "不在本年事实里的名称") for name in lifter.names(plain)]
    return list(dict.fromkeys(out))


def examine(draft: Draft, lifter: Lifter, check: Check | None = None) -> list[Fault]:
    """Everything that does not hold in a draft, by rule; ``check`` None: citations are not checked."""
    out = [Fault("fact", f.text, "事实没有原样写入") for f in missing_facts(draft.text, draft.task.facts)]
    body = "\n".join(p.text for p in draft.paragraphs)
    out += leaks(body, draft.task, lifter)
    out += [
        Fault("origin", s.text, "句子没有出处")
        for p in draft.paragraphs
        for s in p.sentences
        if not s.facts and not s.origins
    ]
    out += citations(body, check)
    return out + style(body)


def citations(text: str, check: Check | None) -> list[Fault]:
    """Legal citations of the text that fail ``kb check``."""
    if check is None or not text.strip():
        return []
    found = check(PLACEHOLDER.sub("　", text)).to_json()["citations"]
    return [Fault("citation", c["text"], "法条引用核验不通过") for c in found if c["status"] in _CITES]


def style(text: str) -> list[Fault]:
    """Half-width punctuation between Chinese characters (GB/T 15834) and the first person."""
    out = [Fault("style", text[max(0, m.start() - 4) : m.end() + 4], "标点应为全角") for m in _HALF.finditer(text)]
    return out + [Fault("style", m[0], "公文不用第一人称口语") for m in _PERSON.finditer(text)]
