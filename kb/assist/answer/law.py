"""Hits among laws → an answer with duty, penalty, range, procedure, conflicts and changes.

Does not know refusals that need no hits, nor reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from kb.assist.answer import refuse
from kb.assist.answer.belief import Belief
from kb.assist.answer.change import changes
from kb.assist.answer.cited import Cited, cite, numbers
from kb.assist.answer.citing import Citer
from kb.assist.answer.compose import Parts, compose
from kb.assist.answer.conflict import Ruling
from kb.assist.answer.conflict import apply as ruled
from kb.assist.answer.force import Force, force_of
from kb.assist.answer.general import asks_general, of_general_accidents, of_general_law, strange
from kb.assist.answer.issues import issues
from kb.assist.answer.names import keys_of
from kb.assist.answer.near import Near
from kb.assist.answer.office import office
from kb.assist.answer.person import Kind, asked_of, share_of
from kb.assist.answer.question import Question
from kb.assist.answer.quote import Wish, quote
from kb.assist.answer.rules import Rules, Tip
from kb.assist.answer.select import MOST, ORDER, Bars, Chosen, Selection
from kb.assist.answer.tips import asks_procedure, tips
from kb.base.address import Address
from kb.base.records import Answer, Hit, Passage, SearchResult
from kb.search.index import Generation
from kb.search.lookup import article_on, document_on
from kb.search.parts import PartJudge
from kb.search.provision import text_warnings
from kb.search.retrieve import Retriever, Scope

CAUTION = "可能相关，请核对"
SURE_OF_ONE, SURE_HIT = 0.6, 0.5  # confidence and probability from which one of several findings is answered alone
ABSENT = 2  # texts that are not held and named beside an answer
STRANGE = 0.1  # share of its probability that the law of a field keeps where the question does not tell the field
OVER = 0.3  # share of its probability that a text no longer in force keeps
INSIDE = 3  # hits taken of an instrument that is named and has none among the hits


@dataclass(frozen=True, slots=True)
class LawAnswers:
    """Answers questions on law from one generation on one day.

    ``near`` compares provisions, ``closer`` the parts of one (款, 项, sentences); ``judge`` tells which 款 or 项 is
    meant, None where no model does.
    """

    generation: Generation
    retriever: Retriever
    near: Near
    closer: Near
    rules: Rules
    bars: Bars
    scope: Scope
    today: date
    judge: PartJudge | None = None

    @property
    def day(self) -> date:
        """The day asked about."""
        return self.scope.as_of

    @property
    def _citer(self) -> Citer:
        return Citer(self.generation, self.closer, self.judge, self.day)

    def answer(self, question: Question, result: SearchResult, belief: Belief) -> Answer | None:
        """The answer; None where nothing is probable enough to cite."""
        force = self._force(question)
        told = [Chosen(force.article, "basis", 1.0, named=True)] if force else self._chosen(question, result, belief)
        chosen = of_general_law(question, of_general_accidents(question, told, self.rules), self.rules)
        chosen = self._with_accident(question, chosen)
        if not chosen and not asks_general(question.text, self.rules):
            return None
        person = asked_of(question.text) if any(c.sanctions for c in chosen) else None
        chosen, rulings = self._ruled(question, chosen, person)
        answer = self._written(question, result, belief, chosen, rulings, person)
        if force is None:
            return answer
        said = f"{force.sentence}（{answer.citations[0].address}[1]）。"
        text = f"结论：{force.line}\n首次施行：{said}" if force.first else f"结论：{said}\n{force.line}"
        return replace(answer, text=text)

    def _chosen(self, question: Question, result: SearchResult, belief: Belief) -> list[Chosen]:
        """What is cited; a text no longer in force only where nobody else speaks, or where it was named."""
        trust = self._trusted(belief, question, result)
        selection = Selection(self.generation, self.near, trust, self._governs, self.bars)
        if question.located:
            chosen = selection.named(question)
        else:
            chosen = selection.found(question, self._hits(question, result))
            chosen = self._of_each(question, chosen)
        named = keys_of(question.instruments)
        governing = [c for c in chosen if c.named or c.passage.title in named or not self._over(c.passage)]
        return governing or chosen

    def _of_each(self, question: Question, chosen: list[Chosen]) -> list[Chosen]:
        """What was chosen, and what each of several findings told needs by itself; only that where all are sure."""
        parts = issues(question)
        found = [self._of_one(part) for part in parts]
        if not any(found):
            return chosen
        out = [] if all(found) else list(chosen)
        for c in (c for some in found for c in some):
            same = [o for o in out if o.passage.id == c.passage.id]
            if not any(self._citer.same_part(question, o, c) for o in same):
                out.append(c)
        return sorted(out[: MOST + len(parts)], key=lambda c: ORDER.index(c.role))

    def _of_one(self, part: Question) -> list[Chosen]:
        """What one finding needs, where that is sure; else empty."""
        result = self.retriever.search(part.text, scope=self.scope)
        belief = Belief.of(result)
        if not belief.calibrated or belief.confidence < SURE_OF_ONE:
            return []
        selection = Selection(self.generation, self.near, self._trusted(belief, part, result), self._governs, self.bars)
        couple = selection.couple(selection.found(part, self._hits(part, result)))
        sure = max((c.probability for c in couple), default=0.0) >= SURE_HIT
        return [replace(c, told=part.text) for c in couple] if sure else []

    def _with_accident(self, question: Question, chosen: Sequence[Chosen]) -> list[Chosen]:
        """What was chosen, led by what an accident of the grade told costs, where that is asked and not cited."""
        asked = question.grade and question.intent.penalty == "asked" and not question.instruments
        cited = any(c.sanctions and "事故" in c.passage.text for c in chosen)
        found = self._article(self.rules.accident) if asked and not cited and self.rules.accident is not None else None
        if found is None:
            return list(chosen)
        return [Chosen(found, "penalty", 1.0), *(replace(c, aside=c.sanctions) for c in chosen)]

    def _ruled(
        self, question: Question, chosen: Sequence[Chosen], person: Kind | None
    ) -> tuple[list[Chosen], list[Ruling]]:
        """What was chosen in the order in which it governs, and what governs what."""
        duties, thin = [c for c in chosen if not c.sanctions], self._thin(question, person)
        place = partial(self._citer.place, question, duties, thin)
        ordered, rulings = ruled(question.full, chosen, self.rules, self.generation, self._article, self.near, place)
        if not question.intent.compare:
            return ordered, rulings
        # Both sides are wanted as they are; which governs is still said.
        sides = {c.passage.id for c in chosen}
        named = {c.passage.id for c in chosen if c.named}
        rulings = [r for r in rulings if r.yields in named or {r.governs, r.yields} <= sides]
        lacking = {r.governs for r in rulings} - sides
        return [*chosen, *(c for c in ordered if c.passage.id in lacking)], rulings

    def _hits(self, question: Question, result: SearchResult) -> list[Hit]:
        """The hits that can be cited, and the best of each named instrument that has none among them."""
        hits = [h for h in result.hits if h.passage.kind == "law" and h.passage.part in ("article", "annex")]
        there = {h.passage.title for h in hits}
        for n in question.instruments:
            key = n.keys[0] if len(n.keys) == 1 else None
            several = question.intent.compare and len(question.instruments) > 1
            if key is not None and (several or key not in there) and self.generation.held(key) is not None:
                inside = replace(self.scope, title=key)
                found = self.retriever.search(question.full, scope=inside, k=INSIDE).hits
                hits += [h for h in found if h.passage.id not in {o.passage.id for o in hits}]
                there.add(key)
        return hits

    def _force(self, question: Question) -> Force | None:
        """When the instrument came into force that is asked about; None: that is not asked, or nothing held says."""
        document = document_on(self.generation, question.force, self.today) if question.force is not None else None
        if document is None:
            return None
        return force_of(document, self.generation.articles(document.key, document.version))

    def _trusted(self, belief: Belief, question: Question, result: SearchResult) -> dict[int, float]:
        """Probabilities of passages; less for a text no longer in force (its successor is not held) that nobody named.

        It may still say what the new text says, so it is cited where nothing in force comes near. Less, too, for the
        law of a field that the question does not tell.
        """
        named = keys_of(question.instruments)
        is_strange = strange(question, self.rules)
        trust = dict(belief.of_passage)
        for hit in result.hits:
            if hit.passage.kind != "law" or hit.passage.title in named or hit.passage.id not in trust:
                continue
            if self._over(hit.passage):
                trust[hit.passage.id] *= OVER
            if is_strange(hit.passage.title):
                trust[hit.passage.id] *= STRANGE
        return trust

    def _over(self, passage: Passage) -> bool:
        ended = self.generation.document_of(passage.id).ended
        return ended is not None and ended <= self.day.isoformat()

    def _governs(self, passage: Passage) -> bool:
        """Whether a passage is of the text that governs on the day."""
        document = document_on(self.generation, passage.title, self.day)
        return document is None or document.version == passage.version

    def _article(self, address: Address, day: date | None = None) -> Passage | None:
        """The article of an address in the text that governs on ``day`` (None: the day asked about); None: not held."""
        return article_on(self.generation, address, day or self.day)

    # ---- writing --------------------------------------------------------------------------------

    def _written(
        self,
        question: Question,
        result: SearchResult,
        belief: Belief,
        chosen: Sequence[Chosen],
        rulings: Sequence[Ruling],
        person: Kind | None,
    ) -> Answer:
        main = self._citer.cited(question, chosen, thin=self._thin(question, person))
        office = self._office(question, main, person)
        by_row = {c.passage.id: c for c in main}
        conflicts = [(r.why, by_row[r.governs], by_row[r.yields], r.amounts) for r in rulings]
        changed = self._changed(main, numbers([*main, *office]))
        later = [c for _, c in changed if c is not None]
        shown = self._tips(question, main, numbers([*main, *office, *later]), changed=bool(changed))
        sanction = question.intent.penalty != "no" or question.intent.breach or person is not None
        named = any(r.yields == c.passage.id for r in rulings for c in chosen if c.named)
        compared = question.intent.compare and named
        parts = Parts(
            main,
            question.full,
            tips=shown,
            conflicts=conflicts,
            changes=changed,
            procedure_first=self._about_procedure(question),
            sanction=sanction,
            person=person,
            office=office,
            compared=compared,
            lacking=self._lacks_penalty(question, main, result),
        )
        text = self._said(parts)
        cited = [*main, *office, *later, *(c for _, c, _ in shown)]
        today = {c.passage.id for c in later} | {c.passage.id for _, c, _ in shown if changed}
        warnings = self._warnings(question, cited, belief, result, later=today)
        return Answer(
            question=question.text,
            as_of=self.day,
            generation=self.generation.id,
            text=text,
            citations=tuple(one for c in cited for one in c.citations),
            hits=result.hits,
            warnings=warnings,
        )

    def _said(self, parts: Parts) -> str:
        """The answer's text; where all that is cited is no longer in force, the conclusion says so."""
        text = compose(parts, self.closer)
        over = parts.main and all(c.citation.status == "superseded" for c in parts.main) and self.day == self.today
        return text.replace("结论：", "结论（所据文本已不再有效，只供参考）：", 1) if over else text

    def _about_procedure(self, question: Question) -> bool:
        """Whether the lines on procedure lead."""
        follows = question.intent.follow_up and asks_procedure(question.text, self.rules)
        return follows or asks_general(question.text, self.rules)

    def _thin(self, question: Question, person: Kind | None) -> bool:
        """Whether the question tells no act of its own: it asks of a person, or of procedure."""
        return person is not None or asks_procedure(question.text, self.rules)

    def _lacks_penalty(self, question: Question, main: Sequence[Cited], result: SearchResult) -> bool:
        """Whether a sanction is asked in so many words and no hit of an instrument that is cited states one."""
        if question.intent.penalty != "asked" or asks_procedure(question.text, self.rules):
            return False
        titles = {c.citation.title for c in main}
        hits = [h.passage for h in result.hits if h.passage.kind == "law" and h.passage.title in titles]
        return not any(self.generation.sanctions(p.id) for p in hits)

    def _office(self, question: Question, main: Sequence[Cited], person: Kind | None) -> list[Cited]:
        """The duty of a head's own office and its penalty, where the breach told touches it; else empty."""
        penalty = next((c for c in main if c.citation.role == "penalty"), None)
        if person is None or person.id != "head" or penalty is None or share_of(person, penalty.sanctions):
            return []
        breach = "\n".join((question.full, *(c.quotation.text for c in main)))
        found = office(self.generation, person, breach, penalty.passage, [c.passage.id for c in main])
        if found is None:
            return []
        places = ((found.duty, found.paragraph, found.item), (found.penalty, found.at, None))
        return [
            cite(self.generation, p, quote(p, Wish("", paragraph=at, item=item), self.closer), "basis", n, self.day)
            for n, (p, at, item) in enumerate(places, numbers(main) + 1)
        ]

    def _changed(self, main: Sequence[Cited], n: int) -> list[tuple[str, Cited | None]]:
        """What has changed since the day asked about, with the article of the later text, cited after the ``n``-th."""
        governing = [c for c in main if c.citation.role != "conflict"]
        out: list[tuple[str, Cited | None]] = []
        for change in changes(self.generation, [c.passage for c in governing], self.day, self.today, self.near):
            earlier = next(c for c in governing if c.passage.id == change.earlier.id)
            line = f"此后已修改：{earlier.address}自{change.since}起有新文本"
            if change.later is None:
                out.append((line + "，新文本里没有找到对应的条文。", None))
                continue
            if change.same_words:
                line += "（条号已变，文字未变）"
            wish = Wish(change.earlier.text, whole=True, penalty=earlier.citation.role == "penalty")
            found = quote(change.later, wish, self.closer)
            later = cite(self.generation, change.later, found, earlier.citation.role, n + 1, self.today)
            n += numbers([later])
            out.append((line + f"，对应{later.citation.address}", later))
        return out

    def _tips(
        self, question: Question, main: Sequence[Cited], n: int, *, changed: bool
    ) -> list[tuple[str, Cited, bool]]:
        """Lines on procedure and waiver whose provisions are held and not cited already, and whether words ask them."""
        cited = {c.passage.id for c in main}
        wanted = question.intent.penalty != "no" or asks_procedure(question.text, self.rules)
        sanctions = [s for c in main if c.citation.role == "penalty" for s in c.sanctions] if wanted else []
        out: list[tuple[str, Cited, bool]] = []
        for shown in tips(question.text, sanctions, self.rules, changed=changed):
            passage = self._article(shown.tip.address, self.today if shown.tip.when else self.day)
            if passage is None or passage.id in cited:
                continue
            tip = self._tip(shown.tip, passage, n + 1)
            n += numbers([tip])
            out.append((shown.line, tip, shown.asked and not shown.tip.when))
        return out

    def _tip(self, tip: Tip, passage: Passage, n: int) -> Cited:
        at = tip.address
        wish = Wish(
            tip.line,
            item=at.item,
            paragraph=at.paragraph if at.item else None,
            hints=((at.paragraph, None),),
            penalty=True,
        )
        found = quote(passage, wish, self.closer)
        return cite(self.generation, passage, found, tip.role, n, self.today if tip.when else self.day)

    def _warnings(
        self, question: Question, cited: Sequence[Cited], belief: Belief, result: SearchResult, *, later: set[int]
    ) -> tuple[str, ...]:
        """What the reader must know; of the texts in ``later`` (row ids) their own day is not the one asked about."""
        found: dict[str, None] = dict.fromkeys(result.warnings)
        if not question.located and not belief.confident:
            found[CAUTION] = None
        name = refuse.invented(question.text, [c.passage.text for c in cited])
        if name is not None:
            found[f"所引条文里没有“{name}”的说法，请核对是否真有这项规定"] = None
        for c in cited:
            if c.passage.id not in later:
                found |= dict.fromkeys(text_warnings(self.generation, c.passage, self.day))
        absent = self.generation.catalogue.absent(question.full, self.day)[:ABSENT]
        found |= {f"《{v.key}》（{v.effective or v.version}起施行）也管这件事，库中没有，请另查": None for v in absent}
        return tuple(found)
