"""Which 款 and 项 of an article are quoted, verbatim.

Does not know why the article is cited, nor how it was found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kb.assist.answer.near import Near
from kb.assist.answer.thresholds import fits, ranges_in, told_in
from kb.base.address import NUMERAL, Address, from_numeral
from kb.base.quantity import find_quantities
from kb.base.records import Item, Paragraph, Passage
from kb.base.textnorm import squeeze
from kb.law.parse import paragraphs
from kb.search.parts import Place

GAP = "…"
# Chosen on the 351 places (款, 项) of the 340 answerable questions of eval/questions/law_*.jsonl, their articles given:
# 56 % of the places are named, 94 % named or inside what is named, and 96 % of the answer points stand in the
# quotations. Quoting articles of up to 400 characters whole gives 5 %, 99 % and 99.8 %; always the one nearest 款 and
# 项 61 %, 86 % and 91 %.
LISTED = 200  # characters of a list that imposes nothing, quoted whole: it is read as one
MARGIN = 0.06  # a 项 this near to the best one goes along (score of ``Near``)
BESIDE, BESIDE_PENAL = 0.2, 0.15  # the same for a 款, and for one of a penalty
CLAUSES = 2  # clauses that ask, from which several things are asked
CLAUSE = 4  # characters of a clause of a question that can ask something of its own
GRADES = 0.25  # the same where each 项 has its own sanction: the question must tell the grade to leave out the others
GRADED = 2  # 项 with ranges from which a list is one of grades
MOST_ITEMS = 2  # 项 quoted of a list, unless the question wants all of it
MOST = 900  # characters of one quotation; a longer list is cut to its best items
HINT = 0.25  # head start of the 款 and 项 at which a pair stands
PARTS = 0.15  # weight of the scores of the model of parts beside these
PARTS_BASIS = 0.08  # the same where nothing is punished: more of the article is quoted
FIT = 0.5  # head start of what sets a range that holds a number told, taken from what sets one that does not
VALUE = 0.25  # head start of what holds a value of the kind asked for (几天: a duration)
_GRADE = re.compile(r"(?P<grade>特别重大|(?<!特别)重大|较大|一般)(?:生产安全|安全|火灾|涉险)?事故")
# 依照前款规定处罚: the sanction itself stands in the 款 before.
_AS_BEFORE = re.compile(
    r"(?:依照|按照|根据)(?:本条)?(?:前|上|第一)款(?:的?规定)?(?:处罚|处理|予以处罚|给予处罚|的?数额)"
)
_BESIDES = re.compile(r"\s*(?:前款规定以外|除前款)")  # a 款 on all others than those of the one before it
_SUBJECTS = re.compile(r"、|和|以及|及|的|或者")
_PLAIN = frozenset(("单位", "生产", "经营", "储存", "使用", "企业"))  # words of subjects that name nobody
SUBJECT = 2  # characters of a subject that can be named
_ASKING = re.compile(r"[吗么呢谁]|多少|几|多久|怎么|什么|哪|能不能|可不可以|要不要|行不行|算不算|可以|不[？?]?$")
_CLAUSE = re.compile(r"[，。；、？！,;?!]")
_BACK = re.compile(r"(?:前|上|本条第[一二三四五六七八九十]+)(?:[一二三四五六七八九十]+)?款")
_ITEM = re.compile(rf"第[（(]?({NUMERAL})[）)]?项")
_COST = re.compile(r"罚|处分|拘留|吊销|没收|刑")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Verbatim pieces of an article. ``paragraph``/``item``: the address they stand at, None where it is wider.

    ``spans``: the pieces as spans of the passage's text, ascending; ``text`` joins them, … where words are left out.
    ``after``: the 款 that go on from it (个人有前款行为的…), each quoted at its own address.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    paragraph: int | None = None
    item: int | None = None
    after: tuple[Quotation, ...] = ()

    @property
    def every_span(self) -> tuple[tuple[int, int], ...]:
        """Its spans and those of the 款 that go on from it."""
        return (*self.spans, *(span for q in self.after for span in q.spans))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the quotation should show.

    ``question``: the words to be near to; ``beside``: further words (the duty's text for its penalty, the earlier
    questions of a follow-up), each half as heavy. ``paragraph``/``item``: what the question itself names. ``hints``: 款
    and 项 at which pairs stand. ``whole``: a full list is wanted; ``penalty``: it is cited for its sanction;
    ``aside``: others are more probable, so that each thing asked need not be answered here. ``parts``: scores of the
    parts of the article, where a trained model knows better than nearness; empty: none does.
    """

    question: str
    beside: tuple[str, ...] = ()
    paragraph: int | None = None
    item: int | None = None
    hints: tuple[tuple[int | None, int | None], ...] = ()
    whole: bool = False
    penalty: bool = False
    aside: bool = False
    parts: Mapping[Place, float] = field(default_factory=dict)
    basis: bool = False


_ASKED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(r"几天|多少天|多久|多长时间|几日|几年|多少年|什么时候|期限|几个?月|多少小时|最晚|几时"),
        ("duration",),
    ),
    (re.compile(r"罚多少|多少钱|罚几|几万|多少万|罚款(?:数额|额度|幅度|多少)"), ("money", "multiple", "share")),
    (re.compile(r"几个|几人|多少人|几名|几级|几处|多少个|多少米|多远|几次|多少次"), ("count", "measure")),
)


def asked_kinds(question: str) -> frozenset[str]:
    """Kinds of values (``Quantity.kind``) that a question asks for; empty: none."""
    return frozenset(kind for pattern, kinds in _ASKED if pattern.search(question) for kind in kinds)


def quote(passage: Passage, wish: Wish, near: Near) -> Quotation:
    """The quotation of ``passage`` for ``wish``; the whole text where it is one 款 without 项 or all is wanted."""
    parts = paragraphs(passage.text)
    if not parts:
        return Quotation(passage.text, ((0, len(passage.text)),))
    if wish.item is not None or wish.paragraph is not None:
        found = _at(passage.text, parts, wish)
        if found is not None:
            return found
    if len(parts) == 1 and not parts[0].items:
        return _whole(passage.text)
    chosen = _paragraphs(parts, wish, near)
    if chosen[0].n > 1 and meant_before(parts[chosen[0].n - 2].text, chosen[0].text, wish.question):
        chosen = [parts[chosen[0].n - 2], *chosen]
    chosen = _with_leader(parts, chosen) if wish.penalty else chosen
    spans = [span for p in chosen for span in _spans(p, wish, near)]
    only = chosen[0] if len(chosen) == 1 else None
    item = _only_item(only, spans) if only is not None else None
    found = _joined(passage.text, spans, only.n if only is not None and len(parts) > 1 else None, item)
    return replace(found, after=_after(passage.text, parts, chosen[-1], item)) if wish.penalty else found


def quotes(passage: Passage, wish: Wish, near: Near) -> list[Quotation]:
    """``quote``, but several 款 each by itself, so that each is cited where it stands; a sanction stays whole."""
    found = quote(passage, wish, near)
    parts = [p for p in paragraphs(passage.text) if any(a < p.end and p.start < b for a, b in found.spans)]
    if wish.penalty or found.paragraph is not None or len(parts) < 2 or _everything(passage.text, found):
        return [found]
    out = []
    for p in parts:
        spans = [(max(a, p.start), min(b, p.end)) for a, b in found.spans if a < p.end and p.start < b]
        out.append(_joined(passage.text, spans, p.n, _only_item(p, spans)))
    return out


def _everything(text: str, found: Quotation) -> bool:
    return sum(b - a for a, b in found.spans) >= len(text.strip())


def _at(text: str, parts: Sequence[Paragraph], wish: Wish) -> Quotation | None:
    """The quotation at a given 款/项; None when the article has no such place."""
    number = wish.paragraph or next((p.n for p in parts if any(i.n == wish.item for i in p.items)), None)
    paragraph = next((p for p in parts if p.n == number), None)
    if paragraph is None:
        return None
    printed = paragraph.n if len(parts) > 1 else None
    item = next((i for i in paragraph.items if i.n == wish.item), None)
    spans = [(paragraph.start, paragraph.end)] if item is None else [*_lead(paragraph), (item.start, item.end)]
    found = _joined(text, spans, printed, item.n if item is not None else None)
    return replace(found, after=_after(text, parts, paragraph, found.item)) if wish.penalty else found


def _whole(text: str) -> Quotation:
    return Quotation(text, ((0, len(text)),))


def _scores(pieces: Sequence[Paragraph | Item], wish: Wish, near: Near, paragraph: int | None = None) -> list[float]:
    """Nearness of 款, or of the 项 of one 款, to what is wanted; values of the kind asked for have a head start."""
    kinds = asked_kinds(wish.question)
    texts = [p.text for p in pieces]
    if wish.parts:
        weight = PARTS_BASIS if wish.basis else PARTS
        scores, heavy = [weight * _judged(p, wish, paragraph) for p in pieces], 1.0
    else:
        scores, heavy = _nearness(texts, wish, near), 1 + len(wish.beside) / 2
    held = [bool(kinds) and any(q.kind in kinds for q in find_quantities(t)) for t in texts]
    told = told_in(wish.question)
    ranged = [{True: FIT, False: -FIT, None: 0.0}[fits(told, t)] for t in texts]
    return [s / heavy + VALUE * h + r for s, h, r in zip(scores, held, ranged, strict=True)]


def _nearness(texts: Sequence[str], wish: Wish, near: Near) -> list[float]:
    scores = near(wish.question, texts)
    for words in wish.beside:
        scores = [a + b / 2 for a, b in zip(scores, near(words, texts), strict=True)]
    return scores


def _judged(piece: Paragraph | Item, wish: Wish, paragraph: int | None) -> float:
    """The model's score of a 项 of a 款, or of a 款: that of its best 项."""
    if isinstance(piece, Item):
        return wish.parts[paragraph or 1, piece.n]
    return max((wish.parts[piece.n, i.n] for i in piece.items), default=wish.parts.get((piece.n, None), 0.0))


def _paragraphs(parts: Sequence[Paragraph], wish: Wish, near: Near) -> list[Paragraph]:
    """The 款 nearest to the wish, with those hardly farther; all where the whole is wanted and short enough."""
    if len(parts) == 1:
        return list(parts)
    if wish.whole and parts[-1].end <= MOST:
        return list(parts)
    scores = _scores(parts, wish, near)
    hinted = {paragraph for paragraph, _ in wish.hints}
    scores = [s + HINT * (p.n in hinted) for s, p in zip(scores, parts, strict=True)]
    best, beside = max(scores), BESIDE_PENAL if wish.penalty else BESIDE
    near_enough = [p for p, s in zip(parts, scores, strict=True) if s >= best - beside]
    ranked = sorted(near_enough, key=lambda p: -scores[p.n - 1])[:2]
    kept: list[Paragraph] = []
    size = 0
    for p in dict.fromkeys([*ranked, *([] if wish.penalty or wish.aside else _asked_each(parts, wish, near))]):
        if not kept or size + len(p.text) <= MOST // 2:
            kept.append(p)
            size += len(p.text)
    return sorted(kept, key=lambda p: p.n)


def meant_before(before: str, text: str, question: str) -> bool:
    """Whether ``text`` is on all others than ``before``, and the question names one of those: 金属冶炼, 建筑施工."""
    subjects = _SUBJECTS.split(before.split("应当")[0]) if _BESIDES.match(text) else ()
    return any(len(s) >= SUBJECT and s in question and s not in _PLAIN for s in subjects)


def asking_clauses(question: str) -> list[str]:
    """The clauses of a question that each ask something (至少几个人押送？坐公交送行吗)."""
    clauses = [c for c in _CLAUSE.split(question) if len(c) >= CLAUSE]
    return [c for c in clauses if _ASKING.search(c)]


def _asked_each(parts: Sequence[Paragraph], wish: Wish, near: Near) -> list[Paragraph]:
    """Where a question asks several things, the 款 nearest to each; else none."""
    asking = asking_clauses(wish.question)
    if len(asking) < CLAUSES:
        return []
    each = [_scores(parts, replace(wish, question=c, parts={}), near) for c in asking]
    return [parts[max(range(len(parts)), key=scores.__getitem__)] for scores in each]


def _with_leader(parts: Sequence[Paragraph], chosen: Sequence[Paragraph]) -> list[Paragraph]:
    """A 款 that sanctions as the one before it does (依照前款规定处罚) brings that one along."""
    first = chosen[0]
    m = _AS_BEFORE.search(first.text)
    if m is None or first.n == 1:
        return list(chosen)
    leader = parts[0] if "第一款" in m[0] else parts[first.n - 2]
    return [leader, *chosen]


def _after(text: str, parts: Sequence[Paragraph], last: Paragraph, item: int | None) -> tuple[Quotation, ...]:
    """The 款 behind ``last`` that sanction by reference to the one before them (有前款行为…罚款).

    One that names 项 (有前款第二项行为) and not ``item``, the only one quoted, is left out.
    """
    out: list[Quotation] = []
    for p in parts[last.n :]:
        m = _BACK.search(p.text[:40])
        if m is None or not _COST.search(p.text):
            break
        named = {from_numeral(n) for n in _ITEM.findall(p.text[m.end() :].split("行为")[0])}
        if item is None or not named or item in named:
            out.append(_joined(text, [(p.start, p.end)], p.n, None))
    return tuple(out)


def _lead(paragraph: Paragraph) -> list[tuple[int, int]]:
    start, end = paragraph.start, paragraph.items[0].start
    return [(start, end)] if end > start else []


def _spans(paragraph: Paragraph, wish: Wish, near: Near) -> list[tuple[int, int]]:
    """The 款 whole, or its lead-in and the 项 that are nearest."""
    size = len(paragraph.text)
    limit = MOST if wish.whole else 0 if wish.penalty else LISTED
    if not paragraph.items or size <= limit:
        return [(paragraph.start, paragraph.end)]
    scores = _scores(paragraph.items, wish, near, paragraph.n)
    hinted = {item for at, item in wish.hints if at in (None, paragraph.n)}
    scores = [s + HINT * (i.n in hinted) for s, i in zip(scores, paragraph.items, strict=True)]
    graded = _graded(paragraph, wish)
    if graded is not None:
        return graded
    best = max(scores)
    ranked = sorted(zip(scores, paragraph.items, strict=True), key=lambda pair: -pair[0])
    differ = _items_differ(paragraph.items)
    near_enough = [item for score, item in ranked if score >= best - (GRADES if differ else MARGIN)]
    if differ and size <= MOST and len(near_enough) > MOST_ITEMS:
        return [(paragraph.start, paragraph.end)]
    return _listed(paragraph, near_enough[:MOST_ITEMS])


def _listed(paragraph: Paragraph, kept: Sequence[Item]) -> list[tuple[int, int]]:
    """The lead-in, some 项, and what stands behind the last one."""
    tail = (paragraph.items[-1].end, paragraph.end)
    spans = [*_lead(paragraph), *((i.start, i.end) for i in sorted(kept, key=lambda i: i.n))]
    return [*spans, tail] if tail[1] > tail[0] else spans


def _graded(paragraph: Paragraph, wish: Wish) -> list[tuple[int, int]] | None:
    """Of 项 that are grades those that the question tells, by number or by name, all where it tells none; else None."""
    named = [m["grade"] if (m := _GRADE.search(i.text)) else "" for i in paragraph.items]
    if not all(named) and sum(bool(ranges_in(i.text)) for i in paragraph.items) < GRADED:
        return None
    told, said = told_in(wish.question), grades_named(wish.question)
    held = [grade in said or bool(fits(told, i.text)) for grade, i in zip(named, paragraph.items, strict=True)]
    if any(held):
        return _listed(paragraph, [i for i, fit in zip(paragraph.items, held, strict=True) if fit])
    return [(paragraph.start, paragraph.end)] if len(paragraph.text) <= MOST else None


def grades_named(text: str) -> frozenset[str]:
    """Grades of accidents that a text names: 较大, 特别重大 …"""
    return frozenset(m["grade"] for m in _GRADE.finditer(text))


def _items_differ(items: Sequence[Item]) -> bool:
    """Whether each 项 has its own sanction (发生一般事故的，处…): then all of them are the answer."""
    return len(items) > 1 and sum(bool(_COST.search(i.text)) for i in items) * 2 >= len(items)


def _only_item(paragraph: Paragraph, spans: Sequence[tuple[int, int]]) -> int | None:
    """The one 项 that is quoted beside the lead-in; None when several or all are."""
    inside = [i for i in paragraph.items if any(a <= i.start and i.end <= b for a, b in spans)]
    return inside[0].n if len(inside) == 1 and len(paragraph.items) > 1 else None


def _joined(text: str, spans: Sequence[tuple[int, int]], paragraph: int | None, item: int | None) -> Quotation:
    """Pieces joined: as printed where only white space lies between them, else with …."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and not text[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return Quotation(GAP.join(text[a:b].strip() for a, b in merged), tuple(merged), paragraph, item)


def address_of(passage: Passage, quotation: Quotation) -> str:
    """《某法》第十条第二款第（三）项; a passage without article keeps its own address."""
    if passage.article is None:
        return passage.address
    return str(Address(passage.title, passage.article, quotation.paragraph, quotation.item))


def stands(quotation: str, passage: str) -> bool:
    """Whether every piece of a quotation stands word for word in the passage, but for white space and width."""
    whole = squeeze(passage)
    pieces = [squeeze(piece) for piece in quotation.split(GAP)]
    return any(pieces) and all(piece in whole for piece in pieces if piece)
