"""Answers out of reports: which sentences answer, and when none does.

Does not know law. A sentence is quoted as it stands; a figure asked for that no sentence holds is a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.assist.answer.near import Near
from kb.assist.answer.quote import Quotation
from kb.assist.answer.targets import Profile, Target, authority_year, office_named, targets
from kb.assist.answer.words import word_list
from kb.base.quantity import find_quantities
from kb.base.records import Figure, Passage, SearchResult
from kb.base.textnorm import squeeze
from kb.search.index import Generation
from kb.search.retrieve import Retriever, Scope

POOL = 12  # passages of each report whose sentences are compared, where they are many
SMALL = 400  # passages of all reports in question up to which every sentence is compared: a hundredth of a second
MARGIN = 0.18  # a sentence this near to the best one goes along where a list is wanted
MOST = 6  # sentences of one answer
# Score below which a sentence answers nothing where only the hits led to the reports: of the 33 development questions
# those led there by hits score .83 and more, 矩阵怎么乘 .77.
LED = 0.8
LEAST = 0.3  # score of ``Near`` below which no sentence answers
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_ASKED = re.compile(
    r"(?:多少|几)(?P<unit>家次|万元|个百分点|家|条|起|项|个|人|名|路|件|次|期|元|钱|天|份|场|类|亩|台|套)?(?P<noun>[\u4e00-\u9fff]{0,6})"
)
_SHARE = re.compile(r"比例|占|百分|几成|增长多少|下降多少|少了多少|多了几|多了多少|率")
_WHICH = re.compile(
    r"(?:哪些|哪几|几份|哪份)[^，。？]{0,8}(?:提到|写到|写了|说到|涉及|出现|有)|(?:提到|写到|涉及)[^，。]{2,20}的(?:有|是)哪"
)
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]{2,20})[”\"」』]")
_NUMBER = re.compile(r"^\s*(?:\d+[.．、]|[（(][一二三四五六七八九十]+[）)])")
_CLAUSE = re.compile(r"[，。；？！,?!]")
_ASKS = re.compile(r"多少|几|哪|什么|啥|谁|吗|没有|怎么|咋|何|名")


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that answers: ``score`` of ``Near``, its passage and its span there."""

    score: float
    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.passage.text[self.start : self.end]

    @property
    def quotation(self) -> Quotation:
        """The sentence as a quotation."""
        return Quotation(self.text, ((self.start, self.end),))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found for a question: sentences, or why there are none (one Chinese line)."""

    found: tuple[Found, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Finds the sentences of held reports that answer. ``figures``: those of each passage, by row id."""

    generation: Generation
    retriever: Retriever
    near: Near
    figures: Mapping[int, Sequence[Figure]]

    def read(self, question: str, history: Sequence[str], held: Sequence[Profile], scope: Scope) -> Reading:
        """The sentences for ``question``; none, with the reason, where the reports do not tell."""
        before = " ".join(history)
        wanted = targets(question, held, before=before)
        absent = [t for t in wanted if t.missing]
        if absent and len(absent) == len(wanted):
            return Reading((), f"库中没有{absent[0]}的报告，无法回答；请放入该报告后运行 kb build")
        term = _QUOTED.search(question)
        if _WHICH.search(question) and term is not None:
            return self._mentions(term[1], held)
        found: list[Found] = []
        for target in wanted:
            found += self._of_target(question, before, target, scope, alone=len(wanted) == 1)
        unique = list({(f.passage.id, f.start): f for f in found}.values())
        if not unique:
            return Reading((), "报告里没有写明这一点，无法回答")
        return Reading(tuple(unique[:MOST]))

    def _of_target(self, question: str, before: str, target: Target, scope: Scope, *, alone: bool) -> list[Found]:
        full = f"{before} {question}".strip() if len(question) < 20 else question
        pool = self._pool(full, target, scope)
        asked = _parts(question) if alone else [_of_place(question, target)]
        found: list[Found] = []
        for part in asked:
            text = bare(f"{before} {part}".strip() if len(part) < 20 else part, target)
            ranked = self._ranked(text, pool)
            fitting = [f for f in ranked if holds_asked(part, f)]
            if not fitting or fitting[0].score < LEAST:
                continue
            best = fitting[0].score
            most = 3 if _whole(part) else 1
            for f in (f for f in fitting[:most] if f.score >= best - MARGIN):
                below = self._below(f, part, pool)
                found += below or [f]
                if below:
                    break
        return found

    def _below(self, heading: Found, question: str, pool: Sequence[Passage]) -> list[Found]:
        """What stands below a found heading: its sub-headings, else its nearest sentences; empty: no heading."""
        title = squeeze(heading.text).rstrip("。")
        level = next((i for i, h in enumerate(heading.passage.path) if squeeze(h).rstrip("。") == title), None)
        if level is None:
            return []
        above = heading.passage.path[: level + 1]
        inside = [p for p in pool if p.source == heading.passage.source and p.path[: level + 1] == above]
        deeper = [(p, p.path[level + 1]) for p in inside if len(p.path) > level + 1]
        if deeper:
            return [f for p, h in deeper if (f := _headed(p, h, heading.score)) is not None][:MOST]
        ranked = [f for f in self._ranked(question, inside) if squeeze(f.text).rstrip("。") != title]
        return sorted(ranked[:3], key=lambda f: (f.passage.id, f.start))

    def _pool(self, question: str, target: Target, scope: Scope) -> list[Passage]:
        """The passages of the target's reports that retrieval finds for the question."""
        if sum(d.n for d in target.documents) <= SMALL:
            return [
                p for d in target.documents for p in self.generation.of_document(d) if p.part in ("section", "annex")
            ]
        out: dict[int, Passage] = {}
        for document in target.documents:
            inside = replace(scope, kind="report", title=document.source)
            for hit in self.retriever.search(question, scope=inside, k=POOL).hits:
                out[hit.passage.id] = hit.passage
        return list(out.values())

    def _ranked(self, question: str, pool: Iterable[Passage]) -> list[Found]:
        spans = [(p, m.start(), m.end()) for p in pool for m in _sentences(p.text)]
        scores = self.near(question, [self._scored(p, a, b) for p, a, b in spans])
        made = [Found(s, p, a, b) for s, (p, a, b) in zip(scores, spans, strict=True)]
        seen: dict[str, Found] = {}
        for f in sorted(made, key=lambda f: -f.score):
            seen.setdefault(squeeze(f.text), f)
        return list(seen.values())

    def _scored(self, passage: Passage, start: int, end: int) -> str:
        """A sentence as it is compared: with its heading and the names of the indicators whose figures it holds."""
        text = passage.text[start:end]
        names = dict.fromkeys(f.indicator for f in self.figures.get(passage.id, ()) if f.printed in text)
        return " ".join((*passage.path[-1:], text, *names))

    def _mentions(self, term: str, held: Sequence[Profile]) -> Reading:
        """The first sentence of each report that holds ``term`` word for word."""
        plain = squeeze(term)
        found: list[Found] = []
        for profile in held:
            for p in self.generation.of_document(profile.document):
                m = next((m for m in _sentences(p.text) if plain in squeeze(m[0])), None)
                if m is not None:
                    found.append(Found(1.0, p, m.start(), m.end()))
                    break
        return Reading(tuple(found), "" if found else f"库中的报告都没有提到“{term}”")


# What asks, and what only says that a report is meant: no sentence of a report holds it.
_ASKING = re.compile(
    r"分别(?:是|为)?|各是|多少|是否|一共|总共|到底|报告(?:里|中|指出)?|要点(?:里|中)?|怎么样|如何|几|吗|呢|啥|什么|了没有|了没"
)


def bare(question: str, target: Target) -> str:
    """The question without the place and year that chose the report, and without its asking words."""
    text = re.sub(r"(?:20)?[12]\d年度?(?:[和与、](?:20)?[12]\d年度?)*", " ", squeeze(question))
    if target.place is not None:
        text = text.replace(target.place, " ").replace(target.place.rstrip("区市县"), " ")
    meant = " ".join(means for pattern, means in _said() if pattern.search(question))
    return f"{_ASKING.sub(' ', text)} {meant}".strip() or question


@lru_cache(maxsize=1)
def _said() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What people say and what reports write (``report_words.toml``)."""
    data = word_list("report_words")
    return tuple((re.compile(row["pattern"]), row["means"]) for row in data["said"])


def _sentences(text: str) -> list[re.Match[str]]:
    return [m for m in _SENTENCE.finditer(text) if len(_NUMBER.sub("", m[0]).strip()) > 5]


def _headed(passage: Passage, heading: str, score: float) -> Found | None:
    """A passage by its heading; by its first sentence where the heading is a mere number; None without either."""
    at = passage.text.find(heading)
    if at >= 0 and _NUMBER.sub("", heading).strip():
        return Found(score, passage, at, at + len(heading))
    first = next(iter(_sentences(passage.text)), None)
    return None if first is None else Found(score, passage, first.start(), first.end())


def _parts(question: str) -> list[str]:
    """The questions inside a question: …多少家？…多少条？ Words before the first that ask go with each."""
    clauses = [c for c in _CLAUSE.split(question) if len(c.strip()) > 2]
    asking = [c for c in clauses if _ASKS.search(c)]
    if len(asking) < 2:
        return [question]
    topic = "，".join(c for c in clauses if not _ASKS.search(c))
    return [f"{topic}，{c}" if topic else c if i == 0 else f"{asking[0][:12]}，{c}" for i, c in enumerate(asking)]


def _of_place(question: str, target: Target) -> str:
    """What a question on several reports asks of one: the clauses that name its place, with those that ask nothing."""
    clauses = [c for c in _CLAUSE.split(question) if len(c.strip()) > 2]
    own = [c for c in clauses if target.place is not None and target.place in c]
    if not own or len(own) == len(clauses):
        return question
    return "，".join(c for c in clauses if c in own or not _ASKS.search(c))


def _whole(question: str) -> bool:
    return bool(re.search(r"哪些|哪几|哪三|哪四|哪五|分别|几块|几方面|什么手段|手段|措施", question))


def holds_asked(question: str, found: Found) -> bool:
    """Whether a sentence holds a figure of the kind asked for; True where no figure is asked."""
    quantities = find_quantities(found.text)
    if _SHARE.search(question) and re.search(r"多少|几", question):
        return any(q.unit == "%" for q in quantities) or bool(quantities)
    m = _ASKED.search(question)
    if m is None or not (m["unit"] or "多少" in m[0]):
        return True
    unit = {"钱": "元", "万元": "元", "家次": "家", "名": "人"}.get(m["unit"] or "", m["unit"])
    if not unit:
        return bool(quantities)
    counted = re.compile(rf"\d[余多]?[百千万亿]?余?{unit}")
    return any(unit in q.unit for q in quantities) or bool(counted.search(squeeze(found.text)))


def asks_report(question: str, history: Sequence[str], held: Sequence[Profile], result: SearchResult) -> bool:
    """Whether the reports, not the law, are asked: by place and year, by words, or by what retrieval puts first."""
    if not held:
        return False
    if names_report(question, history, held):
        return True
    return bool(result.hits) and result.hits[0].passage.kind == "report"


def names_report(question: str, history: Sequence[str], held: Sequence[Profile]) -> bool:
    """Whether the words tell that a report is meant: place and year with a figure, or with an authority."""
    text = " ".join((*history[-1:], question))
    figure = bool(_ASKED.search(text) or _SHARE.search(text))
    return authority_year(text, held) and (figure or office_named(text))
