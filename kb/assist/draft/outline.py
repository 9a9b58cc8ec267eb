"""A whole report: its chapters from an earlier one of the same kind, each with its facts or its gaps.

Does not know how a section is written.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from kb.assist.draft.engine import Drafter
from kb.assist.draft.patterns import Lifter
from kb.assist.draft.records import Chapter, Draft, Fact, Report, Task, role, unlabelled
from kb.assist.draft.sense import Sense, alike_names

CHAPTERS = (
    "推进法治政府建设的主要举措和成效",
    "存在的不足和原因",
    "主要负责人履行推进法治建设第一责任人职责情况",
    "下一年度工作安排",
)
"""The four chapters of every yearly report; see the outline of a report at hand for its own wording."""
SAME = 0.6
"""Least likeness of two headings that name one section."""
PLACED = 0.2
"""Least likeness of a fact to a section it is put under."""
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")


def outline(
    drafter: Drafter, org: str, year: int, facts: Sequence[Fact]
) -> tuple[tuple[Chapter, ...], tuple[Fact, ...]]:
    """The chapters of the yearly report of ``org``, and the facts that fit none.

    The model is the office's own last report, else the level above's, else the newest one. Sections named by the facts
    file come in its order; those of the model that have no fact ask for what they count. Raises InputError.
    """
    model = _model(drafter, org, year)
    lifter = Lifter(drafter.shelf.reports, f"{org}\n" + "\n".join(f"{f.section}\n{f.text}" for f in facts))
    skeleton = _skeleton(model, lifter)
    named = list(dict.fromkeys(f.section for f in facts if f.section))
    sections = _merged(skeleton, named, _homes(drafter, model, facts))
    placed, left = _placed(drafter, sections, facts)
    chapters = []
    for chapter in CHAPTERS:
        parts = tuple(_part(drafter, s, org, year, placed.get(s, ()), 2) for s in sections[chapter])
        own = placed.get(chapter, ())
        draft = None if parts else _drafted(drafter, chapter, org, year, own)
        chapters.append(Chapter(chapter, 1, draft, parts))
    return tuple(chapters), tuple(left)


def _model(drafter: Drafter, org: str, year: int) -> Report | None:
    """The report whose chapters are followed; None when the library holds none."""
    task = Task("", org, year)
    own = drafter.shelf.last(task)
    if own is not None:
        return own
    order = {"own": 0, "above": 1, "peer": 2, "other": 3}
    found = [
        (order[drafter.shelf.closeness(n, task)], -(r.year or 0), n)
        for n, r in enumerate(drafter.shelf.reports)
        if not r.plan and (r.year or 0) <= year
    ]
    return drafter.shelf.reports[min(found)[2]] if found else None


def _skeleton(model: Report | None, lifter: Lifter) -> dict[str, list[str]]:
    """Chapter → section headings of the model that name no figure and nothing of its own."""
    roles = dict(zip(("done", "lack", "duty", "plan"), CHAPTERS, strict=True))
    out: dict[str, list[str]] = {c: [] for c in CHAPTERS}
    for passage in model.passages if model is not None else ():
        if len(passage.path) < 2:
            continue
        heading = _YEAR.sub("", unlabelled(passage.path[1]))
        chapter = roles[role(passage.path[0])]
        if 2 < len(heading) <= 30 and lifter.borrowable(heading) and heading not in out[chapter]:
            out[chapter].append(heading)
    for chapter in CHAPTERS[1:]:  # what is lacking and what is to come are said anew every year
        out[chapter] = []
    return out


def _homes(drafter: Drafter, model: Report | None, facts: Sequence[Fact]) -> dict[str, str]:
    """Section of the facts file → the model's heading under which most of its facts' likes stand."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for fact in facts:
        if model is not None and fact.section:
            passage = drafter.shelf.nearest(fact.text, model)
            if passage is not None and len(passage.path) > 1:
                votes[fact.section][_YEAR.sub("", unlabelled(passage.path[1]))] += 1
    return {s: v.most_common(1)[0][0] for s, v in votes.items() if v.most_common(1)[0][1] * 2 > v.total()}


def _merged(
    skeleton: Mapping[str, Sequence[str]], named: Sequence[str], homes: Mapping[str, str]
) -> dict[str, list[str]]:
    """The model's sections with those of the facts file in place of those they stand for, else at the end."""
    out = {chapter: list(found) for chapter, found in skeleton.items()}
    for section in named:
        if any(alike_names(c, section) >= SAME for c in CHAPTERS):
            continue
        chapter = dict(zip(("done", "lack", "duty", "plan"), CHAPTERS, strict=True))[role(section)]
        found = out[chapter]
        if section in found:
            continue
        at = next((i for i, s in enumerate(found) if s == homes.get(section) and s not in named), None)
        if at is None:
            at = next((i for i, s in enumerate(found) if alike_names(s, section) >= SAME and s not in named), None)
        if at is None:
            found.append(section)
        else:
            found[at] = section
    return out


def _placed(
    drafter: Drafter, sections: Mapping[str, Sequence[str]], facts: Sequence[Fact]
) -> tuple[dict[str, list[Fact]], list[Fact]]:
    """Section (or chapter) → facts: as the file says, else by likeness to the section and to what reports say there."""
    names = [s for chapter in CHAPTERS for s in sections[chapter]]
    sense = Sense(drafter.encoder, names) if names else None
    out: dict[str, list[Fact]] = defaultdict(list)
    left: list[Fact] = []
    for fact in facts:
        if fact.section:
            home = next((c for c in CHAPTERS if alike_names(c, fact.section) >= SAME), fact.section)
            out[home].append(fact)
            continue
        if sense is None:
            left.append(fact)
            continue
        scores = sense.scores(f"{fact.text}，{drafter.shelf.heading_for(fact.text)}")
        best = int(scores.argmax())
        if scores[best] >= PLACED:
            out[names[best]].append(fact)
        else:
            left.append(fact)
    return out, left


def _part(drafter: Drafter, section: str, org: str, year: int, facts: Sequence[Fact], level: int) -> Chapter:
    return Chapter(section, level, _drafted(drafter, section, org, year, facts))


def _drafted(drafter: Drafter, section: str, org: str, year: int, facts: Sequence[Fact]) -> Draft:
    """A section; one without facts asks for what the office's own last report counts there, or for everything."""
    bare = [Fact(f.text, "", f.indicator, f.value, f.unit, f.line) for f in facts]
    return drafter.draft(drafter.task(section, org, year, bare))
