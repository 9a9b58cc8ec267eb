"""Duty ↔ penalty pairs inside one instrument: by explicit reference, else by the wording of the act.

Does not know ranking, other instruments, or whether a pair matters to a question. A liability provision
either names the duty it sanctions (违反本法第十六条) or tells the act again in words (第二十八条 应当…教育和培训 and
第九十七条 未按照规定…进行安全生产教育和培训); the second kind is an inference, says so (``how="wording"``), and is left
out where two duties fit alike.

The wording score is the idf-weighted share of the act's character bigrams that stand in the best sentence
of a duty (three quarters) and of that sentence in the act (one quarter). Its thresholds, in ``wording``,
were set on six of the sixteen instruments of eval/questions/pairs_gold.jsonl (split ``tune``);
``python -m eval.tasks.penalty`` measures both halves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from kb.base.address import ArticleNo, from_numeral
from kb.base.records import Pair, Passage, Sanction
from kb.law.edges import references
from kb.law.penalty import could_sanction, sanctions
from kb.search.pairs.acts import EARLIER, Act, acts, office, sentences, unfulfilled
from kb.search.pairs.wording import Wording

__all__ = ["pairs"]

INHERITED = 3  # 有前款行为 takes over the duties of a 款 that has at most this many
INHERITED_SHARE = 0.9  # and keeps this share of their scores

OFFICE = 0.9  # score of a pair by the office whose duties were not fulfilled

_DUTY = re.compile(r"应当|应|不得|禁止|必须|严禁|方可|有权|负责|实行|义务|可以|依法|具备|职责|需要")
_OUTSIDE = re.compile(r"法律责任|罚\s*则|附\s*则")
_ITEM = re.compile(r"第[（(]?([一二三四五六七八九十]+)[）)]?项")
_PARAGRAPH = re.compile(r"第([一二三四五六七八九十]+)款")
_BARE = re.compile(r"(?<![》法例定则办章释款])第([零〇一二三四五六七八九十百千]+)条(?:之([一二三四五六七八九十]+))?")
# Words before a reference that make it the duty itself (违反本法第X条), not just where a word comes from.
_BROKEN = re.compile(
    r"(?:违反|未|不符合|不按|不依|不遵守|不执行|不履行|有)[^，；。]{0,12}$|第[^，；。]{1,12}条[^，；。]{0,8}$"
)
_EXCEPT = re.compile(r"除[^，；。]{0,12}$")


def pairs(articles: Sequence[Passage], found: Mapping[int, Sequence[Sanction]] | None = None) -> list[Pair]:
    """Duty ↔ penalty pairs among the articles of one version of one instrument, in order.

    A pair holds the passages' ``id`` (their position where the id is -1); ``paragraph``/``item`` say where the penalty
    stands. ``found``: the articles' sanctions by id, where they are known already. Sorted by penalty; empty when
    nothing is sanctioned or nothing fits.
    """
    ids = [p.id if p.id >= 0 else i for i, p in enumerate(articles)]
    liable: dict[int, Sequence[Sanction]] = {}
    for i, passage in enumerate(articles):
        if could_sanction(passage.text, passage.path):
            read = sanctions(passage.text) if found is None else found.get(ids[i], ())
            if read:
                liable[i] = read
    if not liable:
        return []
    told = [act for i, read in liable.items() for act in acts(i, articles[i], read)]
    kept = _Kept({p.article: i for i, p in enumerate(articles) if p.article is not None}, liable.keys())
    offices = {i: lead for i, p in enumerate(articles) if i not in liable and (lead := office(p.text))}
    left = [
        act for act in told if not kept.by_reference(act, articles[act.article]) and not kept.by_office(act, offices)
    ]
    duties = [
        (i, sentence)
        for i, p in enumerate(articles)
        if i not in liable and _DUTY.search(p.text) and not any(_OUTSIDE.search(h) for h in p.path)
        for sentence in sentences(p.text)
    ]
    if left and duties:
        wording = Wording([s for _, s in duties], [i for i, _ in duties], left)
        for number, act in enumerate(left):
            for duty, score in wording.duties_of(number):
                kept.add(act, duty, "wording", score)
    for act in told:
        kept.inherit(act)
    return kept.pairs(ids)


class _Kept:
    """Pairs found so far, by positions in the list of articles."""

    def __init__(self, numbers: Mapping[ArticleNo, int], penal: Collection[int]) -> None:
        self.numbers = numbers
        self.penal = penal
        self.kept: dict[tuple[int, int, int, int | None], Pair] = {}

    def add(self, act: Act, duty: int, how: Literal["read", "reference", "wording"], score: float) -> None:
        """Keep a pair unless a better one for the same places is kept already."""
        key = (act.article, act.paragraph, duty, act.item)
        if key not in self.kept or self.kept[key].score < score:
            self.kept[key] = Pair(duty, act.article, how, act.paragraph, act.item, round(score, 3))

    def by_reference(self, act: Act, home: Passage) -> bool:
        """Pair an act with every duty it names; whether that settles it (违反本法第X条, not just 第X条规定的许可证)."""
        settled = False
        for article, start in _named(act.text, home):
            duty = self.numbers.get(article)
            if duty is None or duty in self.penal or _EXCEPT.search(act.text[:start]):
                continue
            self.add(act, duty, "reference", 1.0)
            settled = settled or bool(_BROKEN.search(act.text[:start]))
        return settled

    def by_office(self, act: Act, offices: Mapping[int, str]) -> bool:
        """Pair 主要负责人未履行…职责 with the one article that lists the duties of that office; whether there is."""
        holders = unfulfilled(act.text)
        found = [duty for duty, lead in offices.items() if any(who in lead for who in holders)]
        if len(found) == 1:
            self.add(act, found[0], "wording", OFFICE)
        return len(found) == 1

    def inherit(self, act: Act) -> None:
        """有前款违法行为: the duties of the 款 (or 项) before, unless that lists many."""
        m = EARLIER.search(act.text)
        if m is None:
            return
        items = {from_numeral(n) for n in _ITEM.findall(m["list"])}
        number = _PARAGRAPH.search(m[0])
        paragraph = (from_numeral(number[1]) or 0) if number else act.paragraph - 1
        source = [
            p
            for p in self.kept.values()
            if p.penalty == act.article and p.paragraph == paragraph and (not items or p.item in items)
        ]
        if len({p.duty for p in source}) <= INHERITED:
            for p in source:
                self.add(act, p.duty, p.how, INHERITED_SHARE * p.score)

    def pairs(self, ids: Sequence[int]) -> list[Pair]:
        """All pairs with ids in place of positions, by penalty, 款, 项, duty."""
        order = sorted(self.kept.values(), key=lambda p: (p.penalty, p.paragraph or 0, p.item or 0, p.duty))
        return [replace(p, duty=ids[p.duty], penalty=ids[p.penalty]) for p in order]


def _named(text: str, home: Passage) -> Iterator[tuple[ArticleNo, int]]:
    """Articles of the home instrument that ``text`` names, with the position of the reference."""
    for reference in references(text, home.title, home.article):
        if reference.target.title == home.title and reference.target.article is not None:
            yield reference.target.article, reference.start
    if "《" in text:
        return  # a bare 第X条 may belong to the other law
    for m in _BARE.finditer(text):
        number = from_numeral(m[1])
        if number is not None:
            yield ArticleNo(number, (from_numeral(m[2]) or 0) if m[2] else 0), m.start()
