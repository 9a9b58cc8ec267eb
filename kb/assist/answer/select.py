"""Which hits are cited, and in which role.

Does not know wording, nor how hits were ranked: a hit comes with the probability that it is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.assist.answer.intent import Intent
from kb.assist.answer.near import Near
from kb.assist.answer.person import asks_several, parties
from kb.assist.answer.question import Question
from kb.base.address import Address
from kb.base.records import Hit, Pair, Passage, Rank, Role
from kb.search.index import Generation

MOST = 4  # law citations besides procedure, waiver and conflict: what a phone shows without scrolling twice
ORDER: tuple[Role, ...] = ("violation", "penalty", "basis")
TIED = 0.3  # share of the leading penalty's probability from which another one of the same duty stands beside it
HEAD = 6  # duties and penalties among which the couple is looked for
DUTY = re.compile(r"应当|不得|禁止|必须|严禁|方可|负责")
_LIABILITY = re.compile(r"法律责任|罚\s*则|^(?:第\S+[章节]\s*)?(?:处\s*罚|奖\s*惩|惩\s*[戒处])|[和与]处\s*罚|分则|罪$")
# An article outside the liability chapter that tells how a penalty is decided or paid, not that one falls due.
_PROCEDURE = re.compile(r"拟作出|组织听证|当场收缴|加处罚款|分期缴纳|缴纳罚款|集体讨论决定")
# Who a sentence of duty speaks of: the words before 应当 …, of which the last name decides.
_SENTENCE = re.compile(r"[。；\n]")
_SUBJECT = re.compile(r"\s*(?P<subject>[^，：]{2,50}?)(?:应当|不得|必须|严禁|方可|负责)")
_OFFICE = re.compile(
    r"(?:人民政府|部门|公安机关|行政机关|执法机关|司法机关|(?:消防救援|监督|监察|监管|疾病预防控制)机构|人民法院|人民检察院|居民委员会|村民委员会|执法人员|监察员)"
    r"(?:和|及|及其|或者|以及|、|有关|工作人员|[（(][^）)]*[）)]|[^单企业者人户主的]){0,12}$"
)
_OFFICE_ACTS = re.compile(
    r"\s*[^，：]{0,20}(?:人民政府|部门|公安机关|行政机关|执法机关)(?:发现|接到|收到|对|认为|作出|应当|依照|根据)"
)
_GOES_ON = re.compile(r"\s*(?:认为|予以|经|对|并|依法|不予|决定|情况|特殊)")  # a sentence that keeps its subject
# What an authority has to do, or when nothing is imposed: no duty that the one asked about broke.
_AUTHORITY = re.compile(r"行政机关|行政处罚决定|不予(?:行政)?处罚|执法人员")
_HARD = re.compile(r"罚金|拘留|徒刑|拘役|吊销|没收|停产停业|处分|关闭")


@dataclass(frozen=True, slots=True)
class Bars:
    """Probabilities that decide, chosen on the 340 answerable questions of eval/questions/law_*.jsonl.

    ``accept``: a further hit is cited, ``tied``: beside a duty and its known penalty. It must have a share of the best
    one's: ``relative``, ``other`` where no provision of its instrument is among the first, ``stray`` where it is
    besides a duty and penalties are among them. ``penalty``: a sanction is cited though none was asked;
    ``elsewhere``: a hit is cited though the question names another instrument; ``couple``: share of the best one's
    that both of a duty and its penalty have; ``printed``, ``worded``: what a pair by reference (or read), or by
    wording, adds to them; ``strange``: what it takes from them that they are of two instruments; ``partner``: least
    probability of a paired provision that no bar let in; ``compared``: factor on the bar of a further instrument where
    a question compares.
    """

    accept: float = 0.08
    tied: float = 0.1
    relative: float = 0.1
    other: float = 0.3
    stray: float = 0.6
    penalty: float = 0.7
    elsewhere: float = 0.6
    couple: float = 0.3
    printed: float = 0.1
    worded: float = 0.06
    strange: float = 0.2
    partner: float = 0.02
    compared: float = 0.5


@dataclass(frozen=True, slots=True)
class Chosen:
    """A provision to cite. ``paragraph``/``item``: where its pair, or the question, points; None: not known.

    ``inferred``: it came by a pair of wording (推定). ``named``: the question itself named it. ``unsaid``: the text of
    the duty that a follow-up for the sanction leaves out; it tells the 项. ``places``: several 款 and 项 that sanction
    the duties chosen beside it. ``aside``: it may apply, too, but nothing ties it to what leads. ``told``: the words it
    was found for, where the question tells several findings; "" for all of them.
    """

    passage: Passage
    role: Role
    probability: float
    paragraph: int | None = None
    item: int | None = None
    inferred: bool = False
    named: bool = False
    unsaid: str = ""
    places: tuple[tuple[int | None, int | None], ...] = ()
    aside: bool = False
    told: str = ""

    @property
    def sanctions(self) -> bool:
        """Whether it is cited for its sanction."""
        return self.role == "penalty"


@dataclass(frozen=True, slots=True)
class Selection:
    """Chooses among hits and pairs. ``governs``: whether a passage is of the text in force."""

    generation: Generation
    near: Near
    belief: Mapping[int, float]
    governs: Callable[[Passage], bool]
    bars: Bars

    def named(self, question: Question) -> list[Chosen]:
        """What the question itself named, at the 款 and 项 it named, with its partner where that is asked."""
        chosen = [
            Chosen(
                found.passage,
                self.role(found.passage, question.intent),
                1.0,
                found.address.paragraph,
                found.address.item,
                named=True,
            )
            for found in question.located[:MOST]
        ]
        return self._completed(question, chosen)

    def found(self, question: Question, hits: Sequence[Hit]) -> list[Chosen]:
        """The hits that are probably meant, the best one always, with the partners that the question asks for."""
        intent = question.intent
        chosen = self._accepted(hits, question)
        chosen = self._completed(question, chosen)
        if intent.only_penalty:
            chosen = [c for c in chosen if c.sanctions] or chosen
            chosen = [replace(c, unsaid=self._unsaid(c, hits)) for c in chosen]
        placed = [self._placed(c, chosen) for c in chosen]
        if not intent.compare and len(question.instruments) <= 1:
            placed = self._set_aside(placed, both=asks_several(question.text))
        return sorted(placed, key=lambda c: ORDER.index(c.role))

    def couple(self, chosen: Sequence[Chosen]) -> list[Chosen]:
        """The likeliest duty and the likeliest of its sanctions among what leads; empty where no pair ties two."""
        tied = [
            (d, p)
            for p in chosen
            for d in chosen
            if p.sanctions and not p.aside and d.role == "violation" and d.passage.id in self._sanctioned_by(p.passage)
        ]
        return list(max(tied, key=lambda c: c[0].probability + c[1].probability, default=()))

    def _set_aside(self, chosen: list[Chosen], *, both: bool) -> list[Chosen]:
        """A duty and a penalty lead, and what is paired with either; other breaches are told as possible ones.

        ``both``: the shares of unit and person are asked for, so that a penalty of the other one leads, too.
        """
        penalties, duties = [c for c in chosen if c.sanctions], [c for c in chosen if c.role == "violation"]
        if not penalties:
            return chosen
        paired = {p.passage.id: self._sanctioned_by(p.passage) for p in penalties}
        leads = [p for p in penalties if any(d.passage.id in paired[p.passage.id] for d in duties)] or penalties
        lead = max(leads, key=lambda c: c.probability)
        with_lead = [d for d in duties if d.passage.id in paired[lead.passage.id]]
        tied = {lead.passage.id, *(d.passage.id for d in with_lead or duties[:1])}
        likely = [p for p in penalties if p.probability >= TIED * lead.probability]
        tied |= {p.passage.id for p in likely if paired[p.passage.id] & tied}
        tied |= {d.passage.id for d in duties if any(d.passage.id in paired[t] for t in tied & paired.keys())}
        if both:
            tied |= self._other_party(lead, penalties)
        loose = {c.passage.id for c in (*penalties, *duties)} - tied
        return [replace(c, aside=c.passage.id in loose) for c in chosen]

    def _other_party(self, lead: Chosen, penalties: Sequence[Chosen]) -> set[int]:
        """The likeliest penalty of the lead's instrument that names the party (unit, person) which that leaves out."""
        named = parties(self.generation.sanctions(lead.passage.id))
        others = [
            p
            for p in penalties
            if p.passage.title == lead.passage.title and parties(self.generation.sanctions(p.passage.id)) - named
        ]
        return {max(others, key=lambda p: p.probability).passage.id} if others else set()

    def _sanctioned_by(self, penalty: Passage) -> set[int]:
        """Rows of the duties that a penalty sanctions."""
        return {p.duty for p in self.generation.pairs(penalty.id) if p.penalty == penalty.id}

    def _unsaid(self, c: Chosen, hits: Sequence[Hit]) -> str:
        """The text of the most probable duty among the hits that a penalty sanctions; "" where none is."""
        if not c.sanctions:
            return ""
        duties = self._sanctioned_by(c.passage) - {c.passage.id}
        found = [h.passage for h in hits if h.passage.id in duties]
        return max(found, key=lambda p: self.belief.get(p.id, 0.0)).text if found else ""

    def role(self, passage: Passage, intent: Intent) -> Role:
        """Penalty where the text imposes a sanction, violation where a duty is told and a breach asked, else basis."""
        rank = self.generation.document_of(passage.id).rank
        if rank != Rank.JUDICIAL_INTERPRETATION and self.imposes(passage):
            return "penalty"
        wanted = (intent.penalty != "no" or intent.breach) and rank != Rank.JUDICIAL_INTERPRETATION
        unlike = _PROCEDURE.search(passage.text) or _AUTHORITY.search(passage.text)
        return "violation" if wanted and not unlike and _binds_others(passage.text) else "basis"

    def imposes(self, passage: Passage) -> bool:
        """Whether an article imposes a sanction: one is read, and it stands under liability or is no mere order."""
        sanctions = self.generation.sanctions(passage.id)
        if not sanctions:
            return False
        if any(_LIABILITY.search(heading) for heading in passage.path):
            return True
        if _PROCEDURE.search(passage.text):
            return False
        return any(s.fines or any(_HARD.search(m) for m in s.measures) for s in sanctions)

    def _accepted(self, hits: Sequence[Hit], question: Question) -> list[Chosen]:
        """The best hit, or the best duty with its penalty where a sanction is asked; then every hit sure enough."""
        ranked = sorted(hits, key=lambda h: -self.belief.get(h.passage.id, 0.0))
        titles = self._titles(question, hits)
        inside = [self._chosen(h.passage, question) for h in ranked if not titles or h.passage.title in titles]
        if not inside:
            return []
        first = self._first(question, inside, titles)
        best = max(c.probability for c in first)
        tied = len(first) > 1 and self._bond(first[0].passage, first[1].passage) > 0
        core, taken = tuple(first), {c.passage.id for c in first}
        for hit in ranked:
            c = self._chosen(hit.passage, question)
            bar = max(self.bars.tied if tied else self.bars.accept, self._share(c, core) * best)
            if titles and hit.passage.title not in titles:
                bar = max(bar, self.bars.elsewhere)
            elif question.intent.compare and not any(o.passage.title == c.passage.title for o in first):
                bar *= self.bars.compared
            if c.sanctions and question.intent.penalty == "no":
                bar = max(bar, self.bars.penalty)
            if c.probability >= bar and hit.passage.id not in taken:
                taken.add(hit.passage.id)
                first.append(c)
        return first[:MOST]

    def _share(self, c: Chosen, first: Sequence[Chosen]) -> float:
        """Share of the best probability that a further hit must have beside the first ones."""
        if any(o.passage.title == c.passage.title for o in first):
            return self.bars.relative
        duty_alone = c.role == "violation" and any(o.sanctions for o in first)
        return self.bars.stray if duty_alone else self.bars.other

    def _first(self, question: Question, inside: Sequence[Chosen], titles: frozenset[str]) -> list[Chosen]:
        """What is cited in any case: of several named instruments the best of each, else the couple or the best hit."""
        wanted = question.intent.penalty != "no"
        if len(titles) > 1 and (question.intent.compare or sum(n.certain for n in question.instruments) > 1):
            each = [[c for c in inside if c.passage.title == t] for t in titles]
            best = [next((c for c in some if c.sanctions or not wanted), some[0]) for some in each if some]
            return sorted(best, key=lambda c: -c.probability)
        if wanted and question.intent.compare:
            return [next((c for c in inside if c.sanctions), inside[0])]
        return self._couple(question, inside) if wanted else [inside[0]]

    def _chosen(self, passage: Passage, question: Question) -> Chosen:
        return Chosen(passage, self.role(passage, question.intent), self.belief.get(passage.id, 0.0))

    def _couple(self, question: Question, hits: Sequence[Chosen]) -> list[Chosen]:
        """The duty and the penalty that go best together, by their probabilities and the pair between them.

        One of them alone where the other is too improbable; partners outside the hits are left to ``_completed``.
        """
        duties = [c for c in hits if not c.sanctions][:HEAD]
        penalties = [c for c in hits if c.sanctions][:HEAD]
        if question.intent.only_penalty or not duties or not penalties:
            return [hits[0]]
        best = max(
            ((d, p) for d in duties for p in penalties),
            key=lambda pair: pair[0].probability + pair[1].probability + self._bond(pair[0].passage, pair[1].passage),
        )
        return [c for c in best if c.probability >= self.bars.couple * hits[0].probability] or [hits[0]]

    def _bond(self, duty: Passage, penalty: Passage) -> float:
        """How much a pair adds to the two probabilities; two instruments that nothing ties together take from them."""
        found = [p.how for p in self.generation.pairs(penalty.id) if p.duty == duty.id and p.penalty == penalty.id]
        if found:
            return self.bars.worded if set(found) == {"wording"} else self.bars.printed
        return 0.0 if duty.title == penalty.title else -self.bars.strange

    def _titles(self, question: Question, hits: Sequence[Hit]) -> frozenset[str]:
        """The instruments named; of an ambiguous name those among the hits. Empty: none that any hit is of."""
        there = {h.passage.title for h in hits}
        return frozenset(k for n in question.instruments for k in n.keys if k in there)

    # ---- partners -------------------------------------------------------------------------------

    def _completed(self, question: Question, chosen: list[Chosen]) -> list[Chosen]:
        """The penalty of a chosen duty and the duty of a chosen penalty, where the question asks for both."""
        intent = question.intent
        if intent.penalty == "no" and not intent.breach:
            return chosen
        if not any(c.sanctions for c in chosen):
            return (
                (chosen + self._partner(question, chosen, duty=False))[: MOST + 1] if intent.penalty != "no" else chosen
            )
        if intent.only_penalty or intent.compare or (intent.crime and not intent.breach):
            return chosen
        if all(c.sanctions for c in chosen) and not all(c.named for c in chosen):
            return self._partner(question, chosen, duty=True) + chosen
        return chosen

    def _partner(self, question: Question, chosen: Sequence[Chosen], *, duty: bool) -> list[Chosen]:
        """The best partner of the first chosen provision that has one; empty: none has."""
        taken = {c.passage.id for c in chosen}
        for c in chosen:
            row = c.passage.id
            sides = [(p.duty, p.penalty, p) for p in self.generation.pairs(row) if p.duty != p.penalty]
            pairs = [p for d, s, p in sides if (s if duty else d) == row and (d if duty else s) not in taken]
            best = self._best(question, pairs, duty)
            if best is not None:
                return [best]
        return []

    def _best(self, question: Question, pairs: Sequence[Pair], duty: bool) -> Chosen | None:
        """Of several partners the one nearest to the question, one printed or read before a guess by wording."""
        found: dict[int, Pair] = {}
        for pair in pairs:
            found.setdefault(pair.duty if duty else pair.penalty, pair)
        likely = [row for row in found if self.belief.get(row, 0.0) >= self.bars.partner]
        passages = [p for p in self.generation.passages(likely) if self.governs(p)]
        if not passages:
            return None
        near = self.near(question.full, [p.text for p in passages])
        worth = [
            score + self.belief.get(p.id, 0.0) + 0.1 * (found[p.id].how != "wording")
            for score, p in zip(near, passages, strict=True)
        ]
        passage = passages[max(range(len(passages)), key=worth.__getitem__)]
        pair = found[passage.id]
        place = (None, None) if duty else (pair.paragraph, pair.item)
        role: Role = "violation" if duty else "penalty"
        return Chosen(passage, role, self.belief.get(passage.id, 0.0), *place, inferred=pair.how == "wording")

    def _placed(self, c: Chosen, chosen: Sequence[Chosen]) -> Chosen:
        """A penalty at the 款/项 that sanctions a duty chosen beside it, where there is one such place."""
        if not c.sanctions or c.paragraph is not None or c.named:
            return c
        duties = {o.passage.id for o in chosen if not o.sanctions}
        pairs = [p for p in self.generation.pairs(c.passage.id) if p.penalty == c.passage.id and p.duty in duties]
        places = {(p.paragraph, p.item) for p in pairs}
        if len(places) != 1:
            return replace(c, places=tuple(sorted(places, key=str)))
        paragraph, item = places.pop()
        return replace(c, paragraph=paragraph, item=item)


def _binds_others(text: str) -> bool:
    """Whether a text puts a duty on anybody but an authority: 消防救援机构应当… is none that a firm breaks."""
    office = False
    for sentence in filter(str.strip, _SENTENCE.split(text)):
        subject = _SUBJECT.match(sentence)
        if subject is not None:
            office = bool(_OFFICE.search(subject["subject"]))
        elif _OFFICE_ACTS.match(sentence):
            office = True
        elif not _GOES_ON.match(sentence):
            office = False
        if DUTY.search(sentence) and not office:
            return True
    return False


def address_key(address: Address) -> tuple[str, int, int]:
    """Instrument and article of an address, for comparison; article 0 where it names none."""
    article = address.article
    return (address.title, article.number if article else 0, article.suffix if article else 0)
