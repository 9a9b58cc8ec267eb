"""What drafting is about: facts, the reports it learns from, precedents, and the draft with its provenance.

Does not know how any of them is found, written or shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any

from kb.base.records import Figure, Passage
from kb.base.textnorm import normalise, squeeze

PLACEHOLDER = re.compile(r"【待填：[^【】]*】")
_DISTRICT = re.compile(r"^(?P<city>[\u4e00-\u9fff]{2,8}?市)?(?P<district>[\u4e00-\u9fff]{1,7}?(?:新区|区|县))?")
_PLAN = re.compile(r"工作要点|工作计划|工作方案|实施方案|行动方案")
_LABEL = re.compile(
    r"^\s*(?:[（(][一二三四五六七八九十]{1,3}[）)]|[一二三四五六七八九十]{1,3}[、是]|\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[）)])\s*"
)


def placeholder(what: str) -> str:
    """【待填：检查企业家次】."""
    return f"【待填：{what}】"


def unlabelled(heading: str) -> str:
    """A heading without its number: （二）优化服务 → 优化服务; 一是 alone → empty."""
    return _LABEL.sub("", heading).strip()


def role(heading: str) -> str:
    """What a chapter of a report does: plan, lack (不足), duty (负责人履职), or done where nothing else is told."""
    if re.search("安排|打算|计划|下一步|重点工作|工作要点", heading):
        return "plan"
    if re.search("不足|问题|短板|原因", heading):
        return "lack"
    return "duty" if re.search("负责人|第一责任人|履职", heading) else "done"


@dataclass(frozen=True, slots=True)
class Office:
    """An organisation as far as its name tells: its city and district, each empty where not named."""

    name: str
    city: str = ""
    district: str = ""

    @classmethod
    def parse(cls, name: str, city: str = "") -> Office:
        """Read 上海市宝山区应急管理局; ``city`` stands in where a district's name does not say its own."""
        plain = normalise(name).strip()
        m = _DISTRICT.match(plain)
        own, district = (m["city"] or "", m["district"] or "") if m else ("", "")
        return cls(plain, own or city, district)

    @property
    def level(self) -> str:
        """``city``, ``district``, or empty where the name tells neither."""
        return "district" if self.district else "city" if self.city else ""

    def same(self, other: Office) -> bool:
        """Whether both are one office; a city that only one of them names is no difference."""
        if self.level and other.level:
            cities = {self.city, other.city} - {""}
            return self.district == other.district and len(cities) <= 1
        return squeeze(self.name) == squeeze(other.name)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as given: ``text`` goes into the draft unaltered. ``section`` is empty where the file names none.

    ``indicator``, ``value``, ``unit`` are set where the file gives them apart; ``line`` is its place there.
    """

    text: str
    section: str = ""
    indicator: str = ""
    value: str = ""
    unit: str = ""
    line: str = ""


@dataclass(frozen=True)
class Report:
    """A report to learn from: its ``passages`` (no title block or signature) and the figures they state."""

    title: str
    org: str
    year: int | None
    source: str
    passages: tuple[Passage, ...]
    figures: tuple[Figure, ...] = ()

    @cached_property
    def plan(self) -> bool:
        """Whether it says what is to be done, not what was."""
        return _PLAN.search(self.title) is not None


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be written: a section of an organisation's text for a year, from its facts.

    ``plan``: it says what is to be done (工作要点), not what was.
    """

    section: str
    org: str
    year: int
    facts: tuple[Fact, ...] = ()
    plan: bool = False


@dataclass(frozen=True, slots=True)
class Precedent:
    """A passage of an earlier report. ``closeness`` says whose it is: own, above, peer, other."""

    passage: Passage
    report: Report
    score: float
    closeness: str

    @property
    def heading(self) -> str:
        """The innermost heading with words of its own; empty when there is none."""
        return next((h for h in map(unlabelled, reversed(self.passage.path)) if h), "")

    def to_json(self, quote: str | None = None) -> dict[str, Any]:
        """As in ``kb draft --json``; ``quote`` narrows the passage to the words used."""
        p = self.passage
        return {"title": p.title, "address": p.address, "quote": p.text if quote is None else quote, "source": p.source}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a sentence's manner came from: a precedent and the sentence of it that was followed."""

    precedent: Precedent
    quote: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the draft with the facts (indices) and the precedents it was made of; never without either."""

    text: str
    facts: tuple[int, ...] = ()
    origins: tuple[Origin, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftParagraph:
    """A paragraph: ``label`` (一是, 1.) stands before its sentences."""

    sentences: tuple[Sentence, ...]
    label: str = ""

    @property
    def text(self) -> str:
        """As it stands in the draft."""
        return self.label + "".join(s.text for s in self.sentences)

    @property
    def facts(self) -> tuple[int, ...]:
        """Indices of the facts in it, each once, in order."""
        return tuple(dict.fromkeys(i for s in self.sentences for i in s.facts))

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The precedents it follows, each once."""
        return tuple({(o.precedent.passage.address, o.quote): o for s in self.sentences for o in s.origins}.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks for the clerk, each once."""
        return tuple(dict.fromkeys(n for s in self.sentences for n in s.notes))

    def to_json(self) -> dict[str, Any]:
        """As in ``kb draft --json``, with ``notes`` beside."""
        return {
            "text": self.text,
            "precedents": [o.precedent.to_json(o.quote) for o in self.origins],
            "facts": list(self.facts),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted section. ``unused``: indices of facts that found no place; they are listed, never lost.

    ``level``: depth of its heading in a whole report, from 1; ``how``: assembled or generated (with a chat model).
    """

    task: Task
    paragraphs: tuple[DraftParagraph, ...]
    precedents: tuple[Precedent, ...]
    unused: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    level: int = 1
    how: str = "assembled"

    @property
    def text(self) -> str:
        """The paragraphs, a line each, and the facts without a place at the end."""
        lines = [p.text for p in self.paragraphs]
        if self.unused:
            lines.append("（以下事实尚未归入段落，请安排位置）")
            lines += [self.task.facts[i].text for i in self.unused]
        return "\n".join(lines)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Every 【待填：…】 of the text, each once, in order."""
        return tuple(dict.fromkeys(PLACEHOLDER.findall(self.text)))

    def to_json(self) -> dict[str, Any]:
        """The object of ``kb draft --json``."""
        return {
            "section": self.task.section,
            "text": self.text,
            "paragraphs": [p.to_json() for p in self.paragraphs],
            "precedents": [{**p.to_json(), "score": round(p.score, 4)} for p in self.precedents],
            "unused_facts": list(self.unused),
            "placeholders": list(self.placeholders),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading of a whole report with what stands below it: a drafted section, or further chapters, or neither."""

    heading: str
    level: int
    draft: Draft | None = None
    parts: tuple[Chapter, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Heading, level, the object of ``kb draft --json`` for its section (None: it has parts), and its parts."""
        return {
            "heading": self.heading,
            "level": self.level,
            "draft": None if self.draft is None else self.draft.to_json(),
            "parts": [p.to_json() for p in self.parts],
        }


def base_name(source: str) -> str:
    """File name of a source path."""
    return PurePath(source).name


def texts(facts: Sequence[Fact]) -> list[str]:
    """The facts' texts."""
    return [f.text for f in facts]
