"""Provisions chosen → citations, each quoted at the 款 and 项 that are meant.

Does not know how they were chosen, nor what the answer says of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kb.assist.answer.cited import Cited, cite, numbers
from kb.assist.answer.near import Near
from kb.assist.answer.question import Question
from kb.assist.answer.quote import Quotation, Wish, quote, quotes
from kb.assist.answer.same import Spans
from kb.assist.answer.select import DUTY, Chosen
from kb.assist.answer.spoken import in_law_words
from kb.base.records import Pair
from kb.law.parse import paragraphs
from kb.search.index import Generation
from kb.search.parts import PartJudge, Place

ASIDE = 0.7  # share of the best probability below which a provision need not answer each thing asked
TIED = 1.5  # head start, in the model's scores, of the part of a duty that the likeliest part of its sanction punishes
# A text that somebody can break; digests say so in everyday words.
BINDS = re.compile(rf"{DUTY.pattern}|未经")
DIGEST_BINDS = re.compile(rf"{BINDS.pattern}|不准|不许|不能|须|(?<![需主重])要(?![求素点])")
Scores = Mapping[Place, float]


@dataclass(frozen=True, slots=True)
class Citer:
    """Quotes from one generation on one day.

    ``closer`` compares the parts of a provision; ``judge`` tells which of them is meant, None where no model does.
    """

    generation: Generation
    closer: Near
    judge: PartJudge | None
    day: date

    def cited(self, question: Question, chosen: Sequence[Chosen], *, thin: bool) -> list[Cited]:
        """What was chosen, quoted. ``thin``: a follow-up asks of a person or procedure; the act was told before.

        Without the duties of which it was read that none of the 款 and 项 quoted punishes them, where others are left.
        """
        out = self._every(question, chosen, thin)
        loose = self._loose(out)
        kept = [c for c in chosen if c.named or c.role != "violation" or c.passage.id not in loose]
        return out if len(kept) == len(chosen) else self._every(question, kept, thin)

    def _loose(self, cited: Sequence[Cited]) -> set[int]:
        """Rows of duties that the quoted parts of their sanctions do not punish; empty where that leaves none."""
        penalties = {c.passage.id: c.quotation for c in cited if c.citation.role == "penalty"}
        duties = {c.passage.id for c in cited if c.citation.role == "violation"}
        loose = set()
        for row in duties:
            pairs = [p for p in self.generation.pairs(row) if p.duty == row and p.penalty in penalties]
            if pairs and not any(p.how != "read" or _punishes(penalties[p.penalty], p) for p in pairs):
                loose.add(row)
        return loose if loose < duties else set()

    def _every(self, question: Question, chosen: Sequence[Chosen], thin: bool) -> list[Cited]:
        told, *leaning = question.matter, *reversed([q for q in question.leaning if q])
        if thin and leaning:
            told, leaning = leaning[0], [told, *leaning[1:]]
        scores = self._scores(chosen, told, leaning)
        best = max((c.probability for c in chosen), default=0.0)
        out: list[Cited] = []
        for c, parts in zip(chosen, scores, strict=True):
            matter = c.told or told
            beside = [*reversed(leaning), *([duty] if (duty := _duty(c, chosen, out)) else [])]
            wish = Wish(
                matter if question.intent.crime and "罚" not in question.text else in_law_words(matter),
                beside=tuple(beside),
                paragraph=c.paragraph if c.named else None,
                item=c.item if c.named else None,
                hints=c.places or ((c.paragraph, c.item),),
                whole=question.intent.whole or question.intent.wording or c.named,
                penalty=c.sanctions,
                aside=c.probability < ASIDE * best,
                parts=parts,
                basis=c.role == "basis",
            )
            for found in self._quoted(c, wish):
                n = numbers(out) + 1
                one = cite(self.generation, c.passage, found, c.role, n, self.day, inferred=c.inferred, aside=c.aside)
                out.append(one)
        return out

    def place(self, question: Question, duties: Sequence[Chosen], thin: bool, one: Chosen) -> Spans:
        """The pieces of a penalty that are quoted beside ``duties``."""
        main = self.cited(question, [*duties, one], thin=thin)
        return [span for c in main if c.passage.id == one.passage.id for span in c.quotation.every_span]

    def same_part(self, question: Question, one: Chosen, other: Chosen) -> bool:
        """Whether two choices of one provision mean the same 款 or 项 of it."""
        first, second = (_best(self._judged(c, c.told or question.full)) for c in (one, other))
        return first == second

    def _scores(self, chosen: Sequence[Chosen], told: str, leaning: Sequence[str]) -> list[Scores]:
        """Scores of the parts of each; a part of a duty gains where the likeliest part of its sanction punishes it."""
        found = [self._leaning(c, c.told or told, leaning) for c in chosen]
        for penalty, scores in zip(chosen, found, strict=True):
            best = _best(scores)
            if not penalty.sanctions or penalty.aside or best is None:
                continue
            punished = {
                (p.duty, p.duty_paragraph, p.duty_item)
                for p in self.generation.pairs(penalty.passage.id)
                if p.penalty == penalty.passage.id and (p.paragraph, p.item) == best and p.how == "read"
            }
            found = [_favoured(c, one, punished) for c, one in zip(chosen, found, strict=True)]
        return found

    def _leaning(self, c: Chosen, told: str, leaning: Sequence[str]) -> Scores:
        """Scores of the parts for the words told; of a follow-up half by its own words, which say what is new."""
        whole = self._judged(c, " ".join((*reversed(leaning), told)))
        own = self._judged(c, told) if leaning else whole
        return {at: (score + own[at]) / 2 for at, score in whole.items()}

    def _judged(self, c: Chosen, told: str) -> Scores:
        """Scores of the parts of a provision; empty: no model, or one part."""
        return {} if self.judge is None else self.judge.scores(c.passage, told, penal=c.sanctions)

    def _quoted(self, c: Chosen, wish: Wish) -> list[Quotation]:
        """The quotations of what was chosen; of a duty that is broken only 款 that bind somebody."""
        found = quotes(c.passage, wish, self.closer)
        if c.role != "violation" or c.named:
            return found
        binds = DIGEST_BINDS if c.passage.text_kind == "digest" else BINDS
        kept = [q for q in found if binds.search(q.text)]
        binding = [p for p in paragraphs(c.passage.text) if binds.search(p.text)]
        if kept or not binding:
            return kept or found
        scores = self.closer(found[0].text, [p.text for p in binding])
        best = binding[max(range(len(binding)), key=scores.__getitem__)]
        return [quote(c.passage, Wish("", paragraph=best.n), self.closer)]


def _duty(c: Chosen, chosen: Sequence[Chosen], out: Sequence[Cited]) -> str:
    """The text of the duties that a sanction is quoted beside: as quoted, else whole; "" for what is no sanction."""
    if not c.sanctions:
        return ""
    quoted = "\n".join(o.quotation.text for o in out if o.citation.role == "violation")
    return quoted or "\n".join(o.passage.text for o in chosen if not o.sanctions) or c.unsaid


def _punishes(quoted: Quotation, pair: Pair) -> bool:
    """Whether the quoted part of a sanction is, or holds, the one of a pair."""
    same_paragraph = None in (quoted.paragraph, pair.paragraph) or quoted.paragraph == pair.paragraph
    return same_paragraph and (None in (quoted.item, pair.item) or quoted.item == pair.item)


def _best(scores: Scores) -> Place | None:
    return max(scores, key=scores.__getitem__) if scores else None


def _favoured(c: Chosen, scores: Scores, punished: set[tuple[int, int | None, int | None]]) -> Scores:
    """Scores of a duty's parts with the head start of those that are punished (the row, its 款 and 项)."""
    if c.role != "violation":
        return scores
    places = {(paragraph, item) for row, paragraph, item in punished if row == c.passage.id}
    return {at: s + TIED * bool({at, (at[0], None)} & places) for at, s in scores.items()}
