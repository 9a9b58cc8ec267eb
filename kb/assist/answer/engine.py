"""One question's way to an answer: refuse early, search, law or report, refuse late.

Does not know doors. Without a chat model everything said is the provisions' own words or their data.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from kb.assist.answer import evasion, refuse
from kb.assist.answer.asked_value import NO_SUCH, NOT_SAID, unknown_number, unmeasured
from kb.assist.answer.belief import Belief
from kb.assist.answer.cited import cite
from kb.assist.answer.compose import fitted
from kb.assist.answer.elsewhere import held_in, place_asked, wants_local_law
from kb.assist.answer.generated import Tell, in_words, rewrite
from kb.assist.answer.grades import accident_grade
from kb.assist.answer.intent import cues
from kb.assist.answer.law import LawAnswers
from kb.assist.answer.near import EncoderNear, Near, WordNear
from kb.assist.answer.question import Question, leaning, read_question
from kb.assist.answer.quote import asked_kinds
from kb.assist.answer.refuse import Refusal
from kb.assist.answer.reports import LED, ReportReader, asks_report, names_report
from kb.assist.answer.rules import BUNDLED, Rules, load_rules
from kb.assist.answer.select import Bars
from kb.assist.answer.sentence import shortened
from kb.assist.answer.strangers import CAUTION, REFUSE, Strangers
from kb.assist.answer.subject import silent
from kb.assist.answer.targets import Profile, authority_year, office_named, profiles
from kb.assist.chain import ChatModel
from kb.base.quantity import find_quantities
from kb.base.records import Answer, Figure, SearchResult
from kb.base.textnorm import squeeze
from kb.search.embed import StaticEncoder
from kb.search.index import Generation
from kb.search.lookup import article_on
from kb.search.parts import PartJudge
from kb.search.retrieve import Retriever, Scope

SURE = 0.9  # confidence from which a title that no instrument bears is taken for something else
HELD = 0.6  # confidence from which a question that names a law that is held is answered, whomever it resembles
MEASURED = 0.7  # confidence below which a measure that is asked for and stands nowhere makes a refusal
NOTHING = "没有找到足够相关的规定；请补充场所、行业或具体行为再问"


class AnswerEngine:
    """Answers from one generation. Safe for several threads."""

    def __init__(
        self,
        generation: Generation,
        retriever: Retriever,
        *,
        rules: Rules | None = None,
        bars: Bars | None = None,
        today: date | None = None,
        chat: ChatModel | None = None,
    ) -> None:
        """``rules`` None: those of the bundled corpus; ``today`` None: the day on which is asked."""
        self.generation = generation
        self.retriever = retriever
        self.rules = load_rules(BUNDLED) if rules is None else rules
        self.chat = chat
        self.bars = bars or Bars()
        self._today = today

    @cached_property
    def near(self) -> Near:
        """Nearness of texts, by the retriever's encoder."""
        return EncoderNear(self.retriever.encoder)

    @cached_property
    def _closer(self) -> Near:
        """Nearness of the parts of a provision: word by word, too, where the encoder is one of words."""
        encoder = self.retriever.encoder
        return WordNear(encoder) if isinstance(encoder, StaticEncoder) else self.near

    @cached_property
    def _judge(self) -> PartJudge | None:
        """Which 款 or 项 is meant, by the model trained for the static encoder."""
        encoder = self.retriever.encoder
        return PartJudge(self.generation, encoder) if isinstance(encoder, StaticEncoder) else None

    @cached_property
    def _figures(self) -> dict[int, list[Figure]]:
        found: dict[int, list[Figure]] = {}
        for figure in self.generation.figures():
            found.setdefault(figure.passage, []).append(figure)
        return found

    @cached_property
    def _strangers(self) -> Strangers:
        return Strangers(self.rules.strangers, self.retriever.encoder, self.generation)

    @cached_property
    def _reports(self) -> list[Profile]:
        return profiles(self.generation)

    def answer(
        self, question: str, *, scope: Scope, history: Sequence[str] = (), k: int = 20, tell: Tell | None = None
    ) -> Answer:
        """The answer to ``question`` with its citations, or a refusal with the nearest hits.

        ``history``: earlier questions of the conversation, oldest first. ``tell`` hears a chat model's text grow.
        """
        started = time.perf_counter()
        read, told = self._read(question, history, scope)
        scope, notes = self._placed(read, scope)
        read, result = self._searched(read, scope, k)
        found = time.perf_counter()
        answer = replace(self._answer(read, result, scope), question=question)
        if self.chat is not None:
            answer = in_words(answer, self.chat, history, self.generation, tell)
        notes = [*([told] if told else []), *notes]
        answer = replace(answer, warnings=(*notes, *answer.warnings))
        spent = {"retrieve": found - started, "generate": time.perf_counter() - found}
        return replace(answer, timings_ms={name: seconds * 1000 for name, seconds in spent.items()})

    def _searched(self, read: Question, scope: Scope, k: int) -> tuple[Question, SearchResult]:
        """The hits; where nothing tells whether the question leans on the ones before, the surer way of reading it."""
        text = read.text + read.grade
        result = self.retriever.search(text, scope=scope, k=k, history=read.leaning)
        if not read.intent.may_follow or read.located or result.confidence is None:
            return read, result
        with_history = leaning(read)
        other = self.retriever.search(text, scope=scope, k=k, history=with_history.leaning)
        if (other.confidence or 0.0) > result.confidence:
            return with_history, other
        return read, result

    def _placed(self, read: Question, scope: Scope) -> tuple[Scope, list[str]]:
        """The scope, moved to the place whose law is asked for where its law is held; and a line that says so."""
        place = place_asked(read.full)
        if place is None or not scope.place or place == scope.place or read.located:
            return scope, []
        if held_in(place, self.generation.documents()):
            return replace(scope, place=place), [f"问的是{place}，按全国和{place}的规定作答"]
        return scope, [f"库中没有{place}的地方性法规，以下只依据库中的其他规定"]

    def _read(self, question: str, history: Sequence[str], scope: Scope) -> tuple[Question, str]:
        """The question read, a follow-up rewritten where a chat model can; and a line that says so, or ""."""
        read = self._graded(read_question(question, history, self.generation, scope.place, scope.as_of), scope)
        if self.chat is None or not read.intent.follow_up:
            return read, ""
        alone, told = rewrite(self.chat, question, history)
        if not alone or alone == question:
            return read, told
        return self._graded(read_question(alone, (), self.generation, scope.place, scope.as_of), scope), told

    def _graded(self, read: Question, scope: Scope) -> Question:
        """The question with the grade of the accident that its numbers tell."""
        grade = accident_grade(read.full, self.rules.grades, lambda at: article_on(self.generation, at, scope.as_of))
        return replace(read, grade=f"，{grade}") if grade else read

    def _answer(self, read: Question, result: SearchResult, scope: Scope) -> Answer:
        belief = Belief.of(result)
        refusal = self._early(read, scope) or self._beyond(read, belief, scope.place)
        if refusal is not None:
            return refused(result, refusal)
        if self._wants_report(read, result, scope):
            reported = self._reported(read, result, scope)
            if reported is not None:
                return reported
        if not read.located and not read.force and belief.calibrated:
            chance = self._strangers.answerable(read.full, belief.confidence)
            held = belief.confidence >= HELD and self._names_held(read) and not refuse.quotes(read.text)
            if (chance < REFUSE and not held) or (read.leaning and self._strangers.like(read.text)):
                return refused(result, Refusal("nothing", NOTHING))
            belief = replace(belief, doubtful=chance < CAUTION)
        found = self._of_law(read, result, scope, belief)
        return found if isinstance(found, Answer) else refused(result, found)

    def _names_held(self, read: Question) -> bool:
        """Whether the question surely names an instrument whose text is held."""
        return any(n.certain and self.generation.held(n.keys[0]) is not None for n in read.instruments)

    def _of_law(self, read: Question, result: SearchResult, scope: Scope, belief: Belief) -> Answer | Refusal:
        """An answer out of laws, or why there is none once the provisions are seen."""
        counted = None if read.located or read.force else refuse.statistic(read.text)
        if counted is not None:
            return counted
        evades = evasion.evades(read.text)
        rules = evasion.without_waivers(self.rules) if evades else self.rules
        day = self._today or date.today()
        laws = LawAnswers(
            self.generation, self.retriever, self.near, self._closer, rules, self.bars, scope, day, self._judge
        )
        answer = laws.answer(evasion.sanction_asked(read) if evades else read, result, belief)
        if evades:
            return evasion.told(answer, sure=belief.confident and evasion.names_act(read.text))
        if answer is None:
            return Refusal("nothing", NOTHING)
        return answer if read.located or read.force else self._valued(answer, read, belief)

    def _valued(self, answer: Answer, read: Question, belief: Belief) -> Answer | Refusal:
        """The answer; with a warning, or a refusal, where it lacks the name, number or measure that is asked for."""
        texts = [p.text for p in self.generation.passages(c.passage for c in answer.citations)]
        unknown = unknown_number(read.text, texts)
        if unknown is None and belief.calibrated and not belief.confident:
            unknown = refuse.unfounded(read.text, texts)
        unknown = unknown or self._elsewhere(read, texts, belief)
        if unknown is not None:
            return unknown
        if not unmeasured(read.text, texts):
            return answer
        if belief.calibrated and (belief.doubtful or belief.confidence < MEASURED):
            return Refusal("standard", NO_SUCH)
        return replace(answer, text=f"{NOT_SAID}。\n{answer.text}", warnings=(*answer.warnings, NOT_SAID))

    def _elsewhere(self, read: Question, texts: Sequence[str], belief: Belief) -> Refusal | None:
        """A text that rules the matter is known and not held, and what was found is unsure or lacks the value asked."""
        if read.intent.penalty != "no" or read.intent.breach:
            return None
        absent = self.generation.catalogue.absent(read.full, self._today or date.today())
        kinds = asked_kinds(read.text)
        lacking = bool(kinds) and not any(q.kind in kinds for t in texts for q in find_quantities(t))
        if not absent or (belief.confident and not lacking):
            return None
        return Refusal("not_held", f"管这件事的是《{absent[0].key}》，库中没有；请查该文件原文")

    def _early(self, read: Question, scope: Scope) -> Refusal | None:
        """The first reason not to answer that the question itself gives; None when there is none."""
        told = silent(read.text, (*read.history, *([scope.title] if scope.title else ())))
        found = told or refuse.before_searching(read, self.generation) or self._not_here(read, scope)
        found = found or refuse.unborn(read.text, self._today or date.today(), self.generation)
        if found is None and evasion.ordered(read.text):
            return Refusal("evasion", evasion.REASON)
        return found

    def _beyond(self, read: Question, belief: Belief, place: str) -> Refusal | None:
        """What no text held can tell: facts of a firm, another field, a mechanism no law knows; None: they may."""
        if read.located or authority_year(read.text, self._reports):
            return None
        found = refuse.outside(read.text) or refuse.mechanism(read, self.generation, self._common)
        if found is None and (belief.confidence < SURE or not belief.calibrated):
            found = refuse.unheard(read, self.generation.catalogue, place)
        return found

    def _common(self, name: str) -> bool:
        """Whether a known question uses a name: people call something so, though no law has the name."""
        return any(name in squeeze(text) for _, text, _ in self.generation.known_texts())

    def _not_here(self, read: Question, scope: Scope) -> Refusal | None:
        """The local law of a place is asked for that none is held of; None when it is not."""
        place = place_asked(read.text)
        if place is None or not scope.place or place == scope.place or not wants_local_law(read.text):
            return None
        if read.located or held_in(place, self.generation.documents()):
            return None
        return Refusal("not_held", f"库中没有{place}的地方性法规，无法回答；请放入后运行 kb build")

    # ---- reports --------------------------------------------------------------------------------

    def _wants_report(self, read: Question, result: SearchResult, scope: Scope) -> bool:
        if scope.kind == "report":
            return True
        if scope.kind == "law" or scope.title is not None or read.located or read.force:
            return False
        if any(n.certain for n in read.instruments):
            return False
        if cues()["provision"].search(squeeze(read.text)) and not office_named(read.text):
            return False
        return asks_report(read.text, read.history, self._reports, result)

    def _reported(self, read: Question, result: SearchResult, scope: Scope) -> Answer | None:
        """An answer out of reports, sentence by sentence; None where only the hits led there and none is near."""
        led = scope.kind != "report" and not names_report(read.text, read.history, self._reports)
        if led and self._strangers.like(read.text):
            return refused(result, Refusal("nothing", NOTHING))
        reader = ReportReader(self.generation, self.retriever, self.near, self._figures)
        reading = reader.read(read.text, read.history[-2:], self._reports, scope)
        if not reading.found:
            return refused(result, Refusal("report", reading.why_not))
        if led and max(f.score for f in reading.found) < LED:
            return None
        cited = [
            cite(self.generation, f.passage, f.quotation, "report", n, scope.as_of)
            for n, f in enumerate(reading.found, 1)
        ]
        lines = [f"· {c.citation.title}：{shortened(c.citation.quote)}{c.mark}" for c in cited]
        return Answer(
            question=read.text,
            as_of=scope.as_of,
            generation=self.generation.id,
            text=fitted(lines),
            citations=tuple(c.citation for c in cited),
            hits=result.hits,
            warnings=result.warnings,
        )


def refused(result: SearchResult, refusal: Refusal) -> Answer:
    """A refusal that shows the nearest hits."""
    return Answer(
        question=result.question,
        as_of=result.as_of,
        generation=result.generation,
        text=refusal.reason,
        citations=(),
        hits=result.hits,
        refused=True,
        refusal_reason=refusal.reason,
        warnings=result.warnings,
    )
