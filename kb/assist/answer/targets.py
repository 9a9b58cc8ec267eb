"""Which report a question is about: whose, of which year, report or plan.

Does not know what the reports say. A place or year that no held report has is told, never exchanged for another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.base.textnorm import squeeze
from kb.search.index import Generation
from kb.search.index.generation import DocumentRow

_YEAR = re.compile(r"(?<!\d)(?:20)?([12]\d)(?:年|(?=[和与、至到]\s*(?:20)?[12]\d年))")
_TITLE_YEAR = re.compile(r"20([12]\d)")
_UNIT = r"(?:自治区|省|市|区|县|镇|乡|街道)"
_NAMED = re.compile(rf"([\u4e00-\u9fff]{{2,6}}?){_UNIT}")
_HEAD = re.compile(r"应急|安全|安监|人民政府|消防|管理|20\d\d|关于")
_CITY = re.compile(r"全市|市局|市应急|市里|我市|本市|市级")
_PLAN = re.compile(r"要点|工作计划|年初计划")
_AHEAD = re.compile(r"计划|将|打算|准备|重点工作|下一步|明年|目标")
# Organisations a question can name beside a place; without them a bare 浦东 may be a scene of a breach.
_OFFICE = re.compile(r"应急(?:管理)?局|执法大队|安监局|区局|法治政府|报告|工作总结|要点")
_DISTRICT = re.compile(
    r"(?<![\u4e00-\u9fff])((?:(?![不服的了在去给找我你他该各某全本到从年月与和及是])[\u4e00-\u9fff]){2,4}?)(?:新区|区|县|市|省|镇|乡|街道)(?=应急|执法|安监|去年|今年|(?:20)?[12]\d年)"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A held report. ``places``: the narrowest place of its organisation, with and without 区; ``plan``: a plan."""

    document: DocumentRow
    year: int | None
    places: tuple[str, ...]
    plan: bool

    @property
    def city(self) -> bool:
        """Whether it is of a whole city or province."""
        return bool(self.places) and self.places[0][-1] in "市省"


@dataclass(frozen=True, slots=True)
class Target:
    """One report that is asked for; None: not named. ``documents``: those that fit, empty where none is held."""

    place: str | None
    year: int | None
    documents: tuple[DocumentRow, ...]

    @property
    def missing(self) -> bool:
        """Whether a place or year was named and no held report fits."""
        return not self.documents

    def __str__(self) -> str:
        return (self.place or "") + (f"{self.year}年" if self.year else "")


def profiles(generation: Generation) -> list[Profile]:
    """One a report document, in the index's order."""
    return [profile(d) for d in generation.documents() if d.kind == "report"]


def profile(document: DocumentRow) -> Profile:
    """Read a report's title: place, year, plan or report."""
    found = _TITLE_YEAR.search(document.key)
    year = 2000 + int(found[1]) if found else None
    return Profile(document, year, places_of(document.key), bool(_PLAN.search(document.key)))


def places_of(title: str) -> tuple[str, ...]:
    """The narrowest place that opens a title, in full and short: 上海市宝山区… → 宝山区, 宝山. Empty: none."""
    head = _HEAD.split(title, maxsplit=1)[0]
    named = [m[0] for m in _NAMED.finditer(head)]
    if not named:
        return ()
    short = re.sub(rf"{_UNIT}$", "", named[-1])
    return (named[-1], short) if len(short) > 1 else (named[-1],)


def targets(question: str, held: Sequence[Profile], *, before: str = "") -> list[Target]:
    """The reports a question asks for, in order; one without place and year where it names none.

    ``before``: the earlier questions, which lend their place and year to a follow-up that names none.
    """
    text = squeeze(question)
    marks = _marks(text, held)
    if not any(place for _, place, _ in marks) and before:
        lent = [m for m in _marks(squeeze(before), held) if m[1]]
        marks = [(-1, lent[-1][1], None), *marks] if lent else marks
    if not any(year for _, _, year in marks) and before:
        lent_years = [m for m in _marks(squeeze(before), held) if m[2]]
        marks = [*marks, (len(text), None, lent_years[-1][2])] if lent_years else marks
    return [_target(place, year, text, held) for place, year in _paired(marks)]


_Mark = tuple[int, str | None, int | None]


def _marks(text: str, held: Sequence[Profile]) -> list[_Mark]:
    """Places and years with where they stand."""
    found: dict[int, _Mark] = {}
    for place in dict.fromkeys(p for h in held for p in h.places):
        for m in re.finditer(re.escape(place), text):
            if not any(a <= m.start() < a + 8 and found[a][1] and m[0] in (found[a][1] or "") for a in found):
                found[m.start()] = (m.start(), place, None)
    city = next((h.places[0] for h in held if h.city), None)
    strange = [m for m in _DISTRICT.finditer(text) if not any(found[a][0] <= m.start() + 1 < a + 4 for a in found)]
    found |= {m.start(): (m.start(), m[0], None) for m in strange}
    if _YEAR.search(text) and (nation := text.find("全国")) >= 0:
        found[nation] = (nation, "全国", None)
    named_city = _CITY.search(text)
    if city is not None and named_city is not None:
        at = named_city.start()
        if not any(m.start() <= at <= m.end() for m in strange):
            found.setdefault(at, (at, city, None))
    for m in _YEAR.finditer(text):
        found[m.start() + 10_000] = (m.start(), None, 2000 + int(m[1]))
    return sorted(found.values(), key=lambda mark: mark[0])


def _paired(marks: Sequence[_Mark]) -> list[tuple[str | None, int | None]]:
    """Each year with the place before it (or the first one behind it), each place without a year alone."""
    places = [(at, p) for at, p, _ in marks if p]
    years = [(at, y) for at, _, y in marks if y]
    if not years:
        return list(dict.fromkeys((p, None) for _, p in places)) or [(None, None)]
    if not places:
        return list(dict.fromkeys((None, y) for _, y in years))
    out: list[tuple[str | None, int | None]] = []
    for at, year in years:
        before = [p for a, p in places if a <= at]
        out.append((before[-1] if before else places[0][1], year))
    paired = {p for p, _ in out}
    out += [(p, None) for _, p in places if p not in paired]
    return list(dict.fromkeys(out))


def _target(place: str | None, year: int | None, text: str, held: Sequence[Profile]) -> Target:
    fitting = [h for h in held if place is None or place in h.places]
    if _PLAN.search(text) and any(h.plan for h in fitting) and "年底" not in text:
        fitting = [h for h in fitting if h.plan]
    if year is not None:
        exact = [h for h in fitting if h.year == year]
        ahead = [h for h in fitting if h.year == year - 1] if _AHEAD.search(text) else []
        fitting = exact + ahead
    return Target(place, year, tuple(h.document for h in fitting))


def office_named(question: str) -> bool:
    """Whether the question speaks of an authority's own work: 应急局, 执法大队, 报告, 要点."""
    return bool(_OFFICE.search(question))


def authority_year(question: str, held: Sequence[Profile]) -> bool:
    """Whether a place is named together with a year or its authority, as only questions on reports do."""
    text = squeeze(question)
    if _DISTRICT.search(text):
        return True
    return any(p in text for h in held for p in h.places) and bool(_YEAR.search(text))
