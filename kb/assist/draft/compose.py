"""Facts and patterns into sentences: facts unaltered, missing figures as 【待填：…】, every sentence with its origin.

Does not know how precedents were found, nor any chat model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.assist.draft.patterns import Clause, Lifter, Pattern, Slot, patterns, role
from kb.assist.draft.records import (
    PLACEHOLDER,
    DraftParagraph,
    Fact,
    Origin,
    Precedent,
    Report,
    Sentence,
    Task,
    unlabelled,
)
from kb.assist.draft.sense import Sense, Vectoriser, pairs, wordless
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
OTHER_ROLE = 0.25
"""Taken off a sentence of another kind of chapter: a plan's in what was done, and so on."""
EXPECTED, EXPECTED_OTHER = 0.38, 0.5
"""Least likeness to the section or a fact of what an own (another's) report counts, for a placeholder."""
OPENING = 0.3
"""Least likeness to the section of a sentence borrowed to open it."""
SAME_FIGURE = 0.6
"""Least share of common character pairs between two indicators' names that makes them one."""
MOST_LEAD, MOST_TAIL = 2, 1
"""Clauses borrowed before and after a fact: more would say more than the facts do."""
MOST_BLANKS, MOST_MISSING, MOST_OPENING = 4, 6, 4
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


def alike_names(one: str, other: str) -> float:
    """Share of common character pairs; names that hold each other's characters in order, or all of them, are alike."""
    short, long = sorted((squeeze(one), squeeze(other)), key=len)
    a, b = pairs(short), pairs(long)
    share = sum((a & b).values()) / min(a.total(), b.total()) if a and b else 0.0
    if len(short) > 2 and _in_order(short, long):
        return max(share, 0.8)
    return max(share, 0.7) if len(short) > 3 and set(short) <= set(long) else share


def _in_order(short: str, long: str) -> bool:
    rest = iter(long)
    return all(c in rest for c in short)


_FAMILIES = {u: f[0] for f in ("起件宗例", "家户", "人名", "次场") for u in f}


def _unit(unit: str) -> str:
    """A unit for comparison of what is counted: 家（次） and 户 as 家, 起 as 件, 万元 as 元."""
    plain = re.sub(r"[（()）]", "", unit)
    if plain.endswith("元"):
        return "元"
    return _FAMILIES.get(plain[:1], plain) if plain[1:] in ("", "次") else plain


class Composer:
    """One section on its way from facts and precedents to paragraphs. ``last``: the office's own last report."""

    def __init__(
        self,
        task: Task,
        precedents: Sequence[Precedent],
        lifter: Lifter,
        encoder: Vectoriser,
        last: Report | None = None,
    ) -> None:
        self.task = task
        self.lifter = lifter
        self._encoder = encoder
        self._last = last
        self._role = "plan" if task.plan else role(task.section)
        self._facts = fact_figures(task.facts, task.year)
        self._patterns = [p for precedent in precedents for p in patterns(precedent) if p.clauses]
        said = ["，".join(c.text for c in p.clauses) for p in self._patterns]
        sense = Sense(encoder, said)
        self._like_section = sense.scores(task.section)
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

    def _choose(self) -> dict[int, int]:
        """Fact → the pattern it fits best; absent where none fits."""
        out = {}
        for known, alike in zip(self._facts, self._like_fact, strict=True):
            scores = [
                (float(alike[i]) + self._figured(known, p) + self._standing(p), i)
                for i, p in enumerate(self._patterns)
                if alike[i] >= LEAST_WORDS
            ]
            if scores and max(scores)[0] >= FITS:
                out[known.index] = max(scores)[1]
        return out

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
        return STANDING[precedent.closeness] + last - (OTHER_ROLE if pattern.role != self._role else 0.0)

    def _sentence(self, pattern: Pattern, group: Sequence[FactFigures]) -> Sentence:
        """The pattern with the group's facts in place of the clauses that count the same."""
        places = [i for i, c in enumerate(pattern.clauses) if _replaced(c, group)] or [self._nearest(pattern, group)]
        said = squeeze("".join(k.fact.text for k in group))
        lead = [c.text for c in pattern.clauses[: places[0]] if self._lends(c)][-MOST_LEAD:]
        lead = [text for text in lead if alike_names(text, said) < SAME_FIGURE]
        blanks = [b for i, c in enumerate(pattern.clauses) if i not in places for b in self._blanks(c, pattern)]
        tail = [c.text for c in pattern.clauses[places[-1] + 1 :] if not c.figured and self.lifter.purpose(c.text)]
        borrowed = lead + tail[-MOST_TAIL:]
        parts = [*lead, *(k.fact.text for k in group), *blanks[:MOST_BLANKS], *tail[-MOST_TAIL:]]
        return Sentence(
            "，".join(parts) + "。",
            tuple(k.index for k in group),
            (Origin(pattern.precedent, pattern.quote),),
            self._borrowed("，".join(borrowed), pattern),
        )

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
        out: list[Sentence] = []
        for i, pattern in enumerate(self._patterns):
            if i in used or not self._expected(i, pattern):
                continue
            blanks = [b for c in pattern.clauses for b in self._blanks(c, pattern)]
            said = "".join(s.text for s in (*written, *out))
            fresh = [b for b in dict.fromkeys(blanks) if not _asked(b, said)][:MOST_BLANKS]
            if fresh and len(out) < MOST_MISSING:
                out.append(Sentence("，".join(fresh) + "。", (), (Origin(pattern.precedent, pattern.quote),)))
        return out

    def _expected(self, i: int, pattern: Pattern) -> bool:
        """Whether the section may be asked for what a sentence counts: the own last report's, else what is very like."""
        if pattern.role != self._role:
            return False
        like = max([float(self._like_section[i]), *(float(f[i]) for f in self._like_fact)])
        under = self._last is not None and _under(pattern.precedent, self.task.section)
        if self._last is None:
            return float(self._like_section[i]) >= EXPECTED_OTHER
        return pattern.precedent.report is self._last and (under or like >= EXPECTED)

    def _opening(self, used: set[int]) -> Sentence | None:
        """A sentence without figures that tells the section's manner; None where no precedent has one to lend."""
        best: tuple[float, int] | None = None
        for i, pattern in enumerate(self._patterns):
            lent = [c for c in pattern.clauses if self._lends(c)]
            if i in used or len(lent) < len(pattern.clauses) or "：" in pattern.quote or len(lent) > MOST_OPENING:
                continue
            score = float(self._like_section[i]) + self._standing(pattern)
            if score >= OPENING and (best is None or score > best[0]):
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


def _under(precedent: Precedent, section: str) -> bool:
    """Whether a precedent stands under a heading that names the section."""
    return any(alike_names(unlabelled(h), section) >= SAME_FIGURE for h in precedent.passage.path if unlabelled(h))


def _asked(blank: str, said: str) -> bool:
    """Whether the text asks already for all that ``blank`` asks for."""
    return all(mark in said for mark in PLACEHOLDER.findall(blank))


def _laid_out(opening: Sentence | None, sentences: Sequence[Sentence], *, counted: bool) -> tuple[DraftParagraph, ...]:
    """一是…二是…, a paragraph each, where that is the manner; else one paragraph."""
    first = [] if opening is None else [opening]
    if not counted or not 1 < len(sentences) <= len(_NUMERALS):
        return (DraftParagraph((*first, *sentences)),) if first or sentences else ()
    return tuple(
        [DraftParagraph((s,)) for s in first]
        + [DraftParagraph((s,), f"{_NUMERALS[i]}是") for i, s in enumerate(sentences)]
    )
