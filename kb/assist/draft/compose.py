"""Facts and patterns into sentences: facts unaltered, missing figures as 【待填：…】, every sentence with its origin.

Does not know how precedents were found, nor any chat model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.assist.draft.patterns import Clause, Lifter, Pattern, Slot, patterns
from kb.assist.draft.records import (
    PLACEHOLDER,
    DraftParagraph,
    Fact,
    Origin,
    Precedent,
    Report,
    Sentence,
    Task,
    role,
)
from kb.assist.draft.sense import Sense, Vectoriser, alike_names, wordless
from kb.base.records import Figure, Passage
from kb.base.textnorm import squeeze
from kb.report.figures import figures
from kb.report.figures.words import shared_names

FITS = 0.42
"""Least likeness (words and figures) of a fact to a sentence that is followed; measured on the development tasks."""
LEAST_WORDS = 0.2
"""Least likeness of the words alone: figures alone (发现隐患508项) make no manner."""
STANDING = {"own": 0.04, "above": 0.02, "peer": 0.01, "other": 0.0}
LAST = 0.06
"""Added for the office's own last report."""
OTHER_ROLE = {("done", "duty"): 0.05, ("duty", "done"): 0.05, ("plan", "done"): 0.15, ("plan", "duty"): 0.2}
"""Taken off for (wanted, found) kinds of chapter; a pair that is not named is never followed (不足 from a plan)."""
LENDING = 0.05
"""Added for a sentence that has words to lend around the fact."""
CLOSE_WORDS = 0.35
"""Least likeness of another office's sentence to a fact for its other figures to be asked for."""
EXPECTED, EXPECTED_OTHER = 0.38, 0.6
"""Least likeness to the section or a fact of what an own (another's) report counts, for a placeholder."""
NEAR = 0.75
"""Share of the best own passage's likeness to the section from which another of the report belongs to it too."""
OPENING = 0.42
"""Least likeness to the section of a sentence borrowed to open it."""
SAME_FIGURE = 0.6
"""Least share of common character pairs between two indicators' names that makes them one."""
MOST_LEAD, MOST_TAIL = 2, 1
"""Clauses borrowed before and after a fact: more would say more than the facts do."""
MOST_BLANKS, MOST_MISSING, MOST_OPENING = 4, 8, 4
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class FactFigures:
    """A fact and the figures it states."""

    index: int
    fact: Fact
    figures: tuple[Figure, ...]


def fact_figures(facts: Sequence[Fact], year: int) -> list[FactFigures]:
    """Read the figures of each fact; a given indicator names the figure of its value."""
    out = []
    for n, fact in enumerate(facts):
        found = figures([Passage("report", "", fact.text, "", part="section")], org="", year=year)
        out.append(FactFigures(n, fact, tuple(found)))
    return out


def same_figure(figure: Figure, slot: Slot) -> float:
    """How surely a fact's figure is what a slot counts, 0 to 1: by unit and by the names' common characters."""
    if _unit(figure.unit) != _unit(slot.unit):
        return 0.0
    if figure.indicator == slot.indicator:
        return 1.0
    return alike_names(figure.indicator, slot.indicator)


_FAMILIES = {u: f[0] for f in ("起件宗例", "家户", "人名", "次场") for u in f}


def _unit(unit: str) -> str:
    """A unit for comparison of what is counted: 家（次） and 户 as 家, 起 as 件, 万元 as 元."""
    plain = re.sub(r"[（()）]", "", unit)
    if plain.endswith("元"):
        return "元"
    return _FAMILIES.get(plain[:1], plain) if plain[1:] in ("", "次") else plain


class Composer:
    """One section on its way from facts and precedents to paragraphs. ``last``: the office's own last report.

    ``home``: its passages that correspond to the section; what they count is asked for where no fact tells it.
    """

    def __init__(
        self,
        task: Task,
        precedents: Sequence[Precedent],
        lifter: Lifter,
        encoder: Vectoriser,
        last: Report | None = None,
        home: Sequence[Precedent] = (),
    ) -> None:
        self.task = task
        self.lifter = lifter
        self._encoder = encoder
        self._last = last
        self._role = "plan" if task.plan else role(task.section)
        self._facts = fact_figures(task.facts, task.year)
        listed = {_place(p) for p in precedents}
        whole = [*precedents, *(p for p in home if _place(p) not in listed)]
        self._home = {_place(p) for p in home}
        self._patterns = [p for precedent in whole for p in patterns(precedent) if p.clauses]
        said = ["，".join(c.text for c in p.clauses) for p in self._patterns]
        sense = Sense(encoder, said)
        self._like_section = sense.scores(task.section)
        self._of_section: dict[int, float] = {}
        for pattern, like in zip(self._patterns, self._like_section, strict=True):
            key = id(pattern.precedent)
            heading = alike_names(pattern.precedent.heading, task.section) / 2
            self._of_section[key] = max(self._of_section.get(key, 0.0), float(like), heading)
        own = [p for p in whole if p.report is last]
        self._best_own = max((self._of_section.get(id(p), 0.0) for p in own), default=0.0)
        self._like_fact = [sense.scores(f.text) for f in task.facts]

    def paragraphs(self) -> tuple[DraftParagraph, ...]:
        """An opening, the facts in their order, then what the office's own last report counts and no fact tells."""
        chosen = self._choose()
        sentences: list[Sentence] = []
        used: set[int] = set()
        for known in self._facts:
            at = chosen.get(known.index)
            if at is None:
                sentences.append(Sentence(f"{known.fact.text}。", (known.index,)))
            elif at not in used:
                used.add(at)
                group = [k for k in self._facts if chosen.get(k.index) == at]
                sentences.append(self._sentence(self._patterns[at], group))
        sentences += self._missing(used, sentences)
        return _laid_out(self._opening(used), sentences, counted=self._label())

    @property
    def _all(self) -> range:
        return range(len(self._patterns))

    def _choose(self) -> dict[int, int]:
        """Fact → the pattern it fits best; absent where none fits."""
        out = {}
        for known, alike in zip(self._facts, self._like_fact, strict=True):
            scores = [
                (float(alike[i]) + self._figured(known, p) + self._standing(p), i)
                for i, p in enumerate(self._patterns)
                if alike[i] >= LEAST_WORDS and self._fitting(p)
            ]
            if scores and max(scores)[0] >= FITS:
                out[known.index] = max(scores)[1]
        return out

    def _fitting(self, pattern: Pattern) -> bool:
        return pattern.role == self._role or (self._role, pattern.role) in OTHER_ROLE

    @staticmethod
    def _figured(known: FactFigures, pattern: Pattern) -> float:
        """What figures add: half the share of the fact's that the pattern counts."""
        if not known.figures:
            return 0.0
        hits = [max((same_figure(f, s) for s in pattern.slots), default=0.0) for f in known.figures]
        return 0.5 * sum(h for h in hits if h >= SAME_FIGURE) / len(hits)

    def _standing(self, pattern: Pattern) -> float:
        precedent = pattern.precedent
        last = LAST if precedent.report is self._last else 0.0
        lends = LENDING if self._lending(pattern) else 0.0
        return STANDING[precedent.closeness] + last + lends - OTHER_ROLE.get((self._role, pattern.role), 0.0)

    def _lending(self, pattern: Pattern) -> bool:
        """Whether it has a manner before its first figure, or a purpose behind its last."""
        figured = [i for i, c in enumerate(pattern.clauses) if c.figured]
        if not figured:
            return False
        before, behind = pattern.clauses[: figured[0]], pattern.clauses[figured[-1] + 1 :]
        return any(self._lends(c) for c in before) or any(self.lifter.purpose(c.text) for c in behind)

    def _sentence(self, pattern: Pattern, group: Sequence[FactFigures]) -> Sentence:
        """The pattern with the group's facts in place of the clauses that count the same."""
        places = [i for i, c in enumerate(pattern.clauses) if _replaced(c, group)] or [self._nearest(pattern, group)]
        said = squeeze("".join(k.fact.text for k in group))
        lead = [c.text for c in pattern.clauses[: places[0]] if self._lends(c)][-MOST_LEAD:]
        lead = [text for text in lead if alike_names(text, said) < SAME_FIGURE]
        close = pattern.precedent.closeness == "own" or self._close(pattern, group)
        rest = [c for i, c in enumerate(pattern.clauses) if i not in places and close]
        blanks = [b for c in rest for b in self._blanks(c, pattern)]
        tail = [c.text for c in pattern.clauses[places[-1] + 1 :] if not c.figured and self.lifter.purpose(c.text)]
        borrowed = lead + tail[-MOST_TAIL:]
        lead = [self.lifter.plain(text) for text in lead[:1]] + lead[1:]
        parts = [*lead, *(k.fact.text for k in group), *blanks[:MOST_BLANKS], *tail[-MOST_TAIL:]]
        return Sentence(
            "，".join(parts) + "。",
            tuple(k.index for k in group),
            (Origin(pattern.precedent, pattern.quote),),
            self._borrowed("，".join(borrowed), pattern),
        )

    def _close(self, pattern: Pattern, group: Sequence[FactFigures]) -> bool:
        at = self._patterns.index(pattern)
        return max(float(self._like_fact[k.index][at]) for k in group) >= CLOSE_WORDS

    def _borrowed(self, words: str, pattern: Pattern) -> tuple[str, ...]:
        """What the clerk must be told of borrowed words; empty when none are."""
        if not words:
            return ()
        whose = "本单位上一份报告" if pattern.precedent.report is self._last else pattern.precedent.passage.title
        return (f"“{words}”沿用{whose}的表述，请核实今年是否如此",)

    def _lends(self, clause: Clause) -> bool:
        return (
            not clause.figured and not clause.compared and len(clause.text) > 3 and self.lifter.borrowable(clause.text)
        )

    def _nearest(self, pattern: Pattern, group: Sequence[FactFigures]) -> int:
        """The clause most like the facts, where no figure tells."""
        sense = Sense(self._encoder, [c.text for c in pattern.clauses])
        return int(sense.scores("，".join(k.fact.text for k in group)).argmax())

    def _given(self, slot: Slot) -> bool:
        """Whether some fact tells what the slot counts."""
        return any(same_figure(f, slot) >= SAME_FIGURE or _says(k, f, slot) for k in self._facts for f in k.figures)

    def _blanks(self, clause: Clause, pattern: Pattern) -> Iterator[str]:
        """Placeholders of a clause whose figures no fact tells; of others' reports only what all reports count."""
        if clause.compared or not clause.slots or any(self._given(s) for s in clause.slots):
            return
        own = pattern.precedent.closeness == "own"
        if own or all(s.indicator in shared_names() for s in clause.slots):
            text = self.lifter.blank(clause, plain=not own)
            if text:
                yield text

    def _missing(self, used: set[int], written: Sequence[Sentence]) -> list[Sentence]:
        """Sentences of placeholders: what reports count under this section and no fact tells."""
        likes = [max([float(self._like_section[i]), *(float(f[i]) for f in self._like_fact)]) for i in self._all]
        expected = [i for i in self._all if i not in used and self._expected(i, self._patterns[i])]
        found: list[tuple[int, Sentence]] = []
        for i in sorted(expected, key=lambda i: -likes[i]):
            pattern = self._patterns[i]
            blanks = [b for c in pattern.clauses for b in self._blanks(c, pattern)]
            said = "".join(s.text for s in (*written, *(s for _, s in found)))
            fresh = [b for b in dict.fromkeys(blanks) if not _asked(b, said)][:MOST_BLANKS]
            if fresh and len(found) < MOST_MISSING:
                found.append((i, Sentence("，".join(fresh) + "。", (), (Origin(pattern.precedent, pattern.quote),))))
        return [s for _, s in sorted(found, key=lambda pair: pair[0])]

    def _expected(self, i: int, pattern: Pattern) -> bool:
        """Whether the section may be asked for what a sentence counts: the own section's, else what is very like."""
        if pattern.role != self._role:
            return False
        section = self._of_section[id(pattern.precedent)]
        if self._last is None:
            return section >= EXPECTED_OTHER
        if self._home or pattern.precedent.report is not self._last:
            return _place(pattern.precedent) in self._home
        like = max([float(self._like_section[i]), *(float(f[i]) for f in self._like_fact)])
        return like >= EXPECTED or section >= max(NEAR * self._best_own, LEAST_WORDS)

    def _opening(self, used: set[int]) -> Sentence | None:
        """A sentence without figures that tells the section's manner; None where no precedent has one to lend."""
        best: tuple[float, int] | None = None
        for i, pattern in enumerate(self._patterns):
            lent = [c for c in pattern.clauses if self._lends(c)]
            if i in used or len(lent) < len(pattern.clauses) or "：" in pattern.quote or len(lent) > MOST_OPENING:
                continue
            score = float(self._like_section[i]) + self._standing(pattern)
            if self._fitting(pattern) and score >= OPENING and (best is None or score > best[0]):
                best = (score, i)
        if best is None:
            return None
        pattern = self._patterns[best[1]]
        words = "，".join(c.text for c in pattern.clauses)
        return Sentence(f"{words}。", (), (Origin(pattern.precedent, pattern.quote),), self._borrowed(words, pattern))

    def _label(self) -> bool:
        """Whether the manner followed counts 一是、二是: most of the patterns used stand so."""
        own = [p for p in self._patterns if p.precedent.closeness == "own"] or self._patterns
        counted = sum(p.precedent.passage.path[-1][1:2] == "是" for p in own if p.precedent.passage.path)
        return bool(own) and counted * 2 > len(own)


def _replaced(clause: Clause, group: Sequence[FactFigures]) -> bool:
    return any(same_figure(f, s) >= SAME_FIGURE for k in group for f in k.figures for s in clause.slots)


def _says(known: FactFigures, figure: Figure, slot: Slot) -> bool:
    """Whether the clause of a fact that prints the figure names what the slot counts (好评率99.5%: 企业好评率)."""
    if _unit(figure.unit) != _unit(slot.unit):
        return False
    clause = next((c for c in re.split("[，；：、]", known.fact.text) if figure.printed + figure.unit in c), "")
    return alike_names(wordless(clause.replace(figure.unit, "")), slot.indicator) >= SAME_FIGURE


def _place(precedent: Precedent) -> tuple[str, int]:
    return precedent.passage.source, precedent.passage.start


def _asked(blank: str, said: str) -> bool:
    """Whether the text asks already for something that ``blank`` asks for."""
    return any(mark in said for mark in PLACEHOLDER.findall(blank))


def _laid_out(opening: Sentence | None, sentences: Sequence[Sentence], *, counted: bool) -> tuple[DraftParagraph, ...]:
    """一是…二是…, a paragraph each, where that is the manner; else one paragraph."""
    first = [] if opening is None else [opening]
    if not counted or not 1 < len(sentences) <= len(_NUMERALS):
        return (DraftParagraph((*first, *sentences)),) if first or sentences else ()
    return tuple(
        [DraftParagraph((s,)) for s in first]
        + [DraftParagraph((s,), f"{_NUMERALS[i]}是") for i, s in enumerate(sentences)]
    )
