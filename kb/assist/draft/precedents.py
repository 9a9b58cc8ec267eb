"""Which passages of earlier reports show how a section is written: by heading, by facts, by whose they are, by year.

Does not know how a draft is put together.

    shelf = Shelf(reports, encoder, place="上海市")     # read once
    shelf.find(task)                                    # up to ten, best first
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.assist.draft.records import Office, Precedent, Report, Task, role, unlabelled
from kb.assist.draft.sense import Sense, Vectoriser, alike_names, pairs
from kb.base.records import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]

LEAST = 12
"""Characters of a passage that can show a manner; below stand bare headings."""
SECTION, FACTS, MEAN = 0.5, 1.0, 0.5
"""Weights of likeness to the section's heading, to the best-served fact, and to all facts on average."""
CLOSE = {"own": 0.14, "above": 0.07, "peer": 0.04, "other": 0.0}
LAST = 0.1
"""Added for the office's own last report of the kind that is written."""
OLDER = 0.02
"""Taken off per year of age, up to five."""
OTHER_KIND = 0.06
"""Taken off a plan where a report is written, and the other way round."""
MOST_HOME, SMALL_HOME = 12, 4
"""Most passages of a section; and of one that a single passage may speak for."""
SAME_HEADING, SURE_HEADING, NEAREST = 0.6, 0.95, 0.3
"""Least likeness of two headings of one section, in the last report and older ones; of a vote."""
SAME = 0.8
"""Share of common character pairs from which two passages say the same."""
GAIN = 0.5
"""How much of a fact's likeness still counts where a chosen precedent serves it already."""
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


@dataclass(frozen=True, slots=True)
class _Spot:
    """A passage of the shelf: its report, its headings as one text, and the rows of its sentences."""

    report: int
    passage: Passage
    rows: range


class Shelf:
    """All passages of all reports, ready to be asked. ``place``: the city of districts that do not name theirs."""

    def __init__(self, reports: Sequence[Report], encoder: Vectoriser, place: str = "") -> None:
        self.reports = tuple(reports)
        self.place = place
        self._offices = [Office.parse(r.org, _city(r, place)) for r in reports]
        self._spots: list[_Spot] = []
        sentences: list[str] = []
        for n, report in enumerate(reports):
            for passage in report.passages:
                body = body_of(passage)
                if len(body) < LEAST:
                    continue
                start = len(sentences)
                sentences += [s for m in _SENTENCE.finditer(body) if len(s := m[0].strip()) > 4] or [body]
                self._spots.append(_Spot(n, passage, range(start, len(sentences))))
        self.sense = Sense(encoder, sentences)
        self._headings = Sense(encoder, [_headings(s.passage) for s in self._spots])
        self._pairs = [pairs(s.passage.text) for s in self._spots]

    def closeness(self, report: int, task: Task) -> str:
        """Own, above, peer (of the same city) or other."""
        asked, found = Office.parse(task.org, self._home(task)), self._offices[report]
        if asked.same(found):
            return "own"
        if asked.city and asked.city == found.city:
            return "above" if asked.district and not found.district else "peer"
        return "other"

    def _home(self, task: Task) -> str:
        """The city of the asking office: as named, else that of a report of the same district, else the place."""
        named = Office.parse(task.org)
        if named.city:
            return named.city
        return next((o.city for o in self._offices if o.city and o.district == named.district), self.place)

    def find(self, task: Task, k: int = 10) -> list[Precedent]:
        """The ``k`` passages that serve section and facts best, best first; of two that say the same, the closer one.

        Reports of later years take no part, nor does the text that is being written (same office, year and kind).
        """
        import numpy as np

        if not self._spots:
            return []
        served = self._served(task)  # [facts, passages]
        section = self._section(task.section)
        base = SECTION * section + self._standing(task)
        if len(served):
            base = base + MEAN * served.mean(axis=0)
        usable = np.array([self._usable(s.report, task) for s in self._spots])
        chosen: list[tuple[int, float]] = []
        best = np.zeros(len(served), dtype=np.float32)
        open_ = usable.copy()
        while open_.any() and len(chosen) < k:
            gain = base + FACTS * self._gain(served, best)
            gain[~open_] = -np.inf
            row = int(gain.argmax())
            open_[row] = False
            if any(self._says_the_same(row, other) for other, _ in chosen):
                continue
            chosen.append((row, float(gain[row])))
            if len(served):
                best = np.maximum(best, served[:, row])
        return [self._precedent(row, score, task) for row, score in chosen]

    def heading_for(self, text: str) -> str:
        """The headings under which reports say what is most like ``text``; empty without reports."""
        if not self._spots:
            return ""
        row = int(self.sense.scores(text).argmax())
        spot = next(s for s in self._spots if row in s.rows)
        return _headings(spot.passage)

    def nearest(self, text: str, report: Report) -> Passage | None:
        """The passage of one report that says what is most like ``text``; None when it has none."""
        spots = [s for s in self._spots if self.reports[s.report] is report]
        scores = self.sense.scores(text)
        return max(spots, key=lambda s: float(scores[s.rows.start : s.rows.stop].max())).passage if spots else None

    @staticmethod
    def _gain(served: Scores, best: Scores) -> Scores:
        """What a passage does for the fact it serves best, less where that fact is served already."""
        import numpy as np

        if not len(served):
            return np.float32(0) * best.sum()  # type: ignore[no-any-return]
        fresh: Scores = (served - (1 - GAIN) * np.minimum(served, best[:, None])).max(axis=0)
        return fresh

    def _served(self, task: Task) -> Scores:
        """Likeness of each fact to each passage: that of the passage's best sentence."""
        import numpy as np

        rows = [self.sense.scores(f.text) for f in task.facts]
        starts = [s.rows.start for s in self._spots]
        return np.array([np.maximum.reduceat(r, starts) for r in rows], dtype=np.float32).reshape(-1, len(starts))

    def _section(self, section: str) -> Scores:
        """Likeness of the section's heading to headings, or (a little less) to the passage's best sentence."""
        import numpy as np

        starts = [s.rows.start for s in self._spots]
        said = np.maximum.reduceat(self.sense.scores(section), starts)
        return np.maximum(self._headings.scores(section), np.float32(0.9) * said)

    def _standing(self, task: Task) -> Scores:
        """Whose the passage is and how old."""
        import numpy as np

        last = self.last(task)
        out = []
        for n, report in enumerate(self.reports):
            age = min(5, max(0, task.year - report.year)) if report.year else 3
            kind = OTHER_KIND if report.plan != task.plan else 0.0
            out.append(CLOSE[self.closeness(n, task)] - OLDER * age - kind + (LAST if report is last else 0.0))
        return np.array([out[s.report] for s in self._spots], dtype=np.float32)

    def last(self, task: Task) -> Report | None:
        """The office's own last report of the kind that is written; None when there is none."""
        return next(iter(self._own(task)), None)

    def _own(self, task: Task) -> list[Report]:
        """The office's own usable reports of the kind that is written, the newest first."""
        own = [
            r
            for n, r in enumerate(self.reports)
            if r.year is not None and self._usable(n, task) and r.plan == task.plan and self.closeness(n, task) == "own"
        ]
        return sorted(own, key=lambda r: -(r.year or 0))

    def home(self, task: Task) -> list[Precedent]:
        """The section of the office's own reports that corresponds to the task's, passage by passage.

        It is the one whose heading names the section, or that half of the facts are nearest to; the last report before
        older ones. Empty where
        there is none, or where it is longer than ``MOST_HOME`` passages (then it is no section but a chapter).
        """
        wanted = {"plan"} if task.plan else {role(task.section)}
        wanted |= {"done", "duty"} if wanted & {"done", "duty"} else set()
        spots = [
            [
                i
                for i, s in enumerate(self._spots)
                if self.reports[s.report] is r and (r.plan or role("".join(s.passage.path)) in wanted)
            ]
            for r in self._own(task)
        ]
        if not spots or not spots[0]:
            return []
        named = [
            (r, self._named(task.section, r, least))
            for r, least in zip(spots, [SAME_HEADING] + [SURE_HEADING] * 99, strict=False)
        ]
        several, single = self._voted(task, spots[0])
        for rows, prefix in (named[0], (spots[0], several), *named[1:], (spots[0], single)):
            if prefix:
                found = [i for i in rows if self._spots[i].passage.path[: len(prefix)] == prefix]
                return [self._precedent(i, 0.0, task) for i in found] if len(found) <= MOST_HOME else []
        return []

    def _named(self, section: str, spots: Sequence[int], least: float) -> tuple[str, ...]:
        """The outermost headings down to the one that names the section; empty when none does."""
        best: tuple[float, tuple[str, ...]] = (least, ())
        for i in spots:
            path = self._spots[i].passage.path
            for depth in range(1, len(path) + 1):
                heading = unlabelled(path[depth - 1])
                alike = 1.0 if heading == section else min(0.9, alike_names(heading, section))
                if alike >= best[0] and (alike, path[:depth]) > best:
                    best = (alike, path[:depth])
        return best[1]

    def _voted(self, task: Task, spots: Sequence[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The second-level headings that half of the facts stand nearest to, as (surely, maybe); empty when none.

        Surely: the facts stand in several of its passages. Maybe: in one, of the few that it has.
        """
        votes: Counter[tuple[str, ...]] = Counter()
        places: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for row in self._served(task)[:, spots] if task.facts and spots else ():
            best = int(row.argmax())
            if row[best] >= NEAREST:
                path = self._spots[spots[best]].passage.path[:2]
                votes[path] += 1
                places[path].add(spots[best])
        prefix, count = votes.most_common(1)[0] if votes else ((), 0)
        if len(prefix) < 2 or count * 2 < len(task.facts):
            return (), ()
        if len(places[prefix]) > 1:
            return prefix, ()
        whole = sum(self._spots[i].passage.path[:2] == prefix for i in spots)
        return (), prefix if whole <= SMALL_HOME else ()

    def _usable(self, report: int, task: Task) -> bool:
        found = self.reports[report]
        if found.year is None or found.year < task.year:
            return True
        own = self.closeness(report, task) == "own"
        return found.year == task.year and not (own and found.plan == task.plan)

    def _says_the_same(self, a: int, b: int) -> bool:
        first, second = self._pairs[a], self._pairs[b]
        common = sum((first & second).values())
        return 2 * common >= SAME * max(1, first.total() + second.total())

    def _precedent(self, row: int, score: float, task: Task) -> Precedent:
        spot = self._spots[row]
        return Precedent(spot.passage, self.reports[spot.report], score, self.closeness(spot.report, task))


def body_of(passage: Passage) -> str:
    """The words of a passage without the headings on lines of their own at its head."""
    lines = passage.text.split("\n")
    while lines and lines[0] in passage.path:
        lines.pop(0)
    return "\n".join(lines)


def _headings(passage: Passage) -> str:
    return "，".join(h for h in map(unlabelled, passage.path) if h)


def _city(report: Report, place: str) -> str:
    """The city of a report's office where its name does not say: none but the configured place is known."""
    return "" if Office.parse(report.org).city else place
