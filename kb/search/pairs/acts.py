"""The acts an article sanctions and the sentences a duty is told in, with the party each names.

Does not know how an act and a duty are matched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.base.records import Item, Passage, Sanction
from kb.law.parse import ITEM_LABEL, paragraphs
from kb.law.penalty.party import party

SHORT_LEAD = 60  # a lead-in up to this many characters is read together with each of its 项

_CONDITION = re.compile(
    r"""
    ^(?:或者)?
    (?: 逾期|拒不|情节|情况|导致|造成|致使|因[而此]|引发|经责令|构成|尚不|不够|有?违法所得|没有|货值|触犯|属于|给他人
      | 对 )
  | 拒不改正|逾期
    """,
    re.VERBOSE,
)
_VAGUE = re.compile(
    r"滥用职权|玩忽职守|徇私舞弊|^其他|有其他|^因[此而]|^(?:发生[^，]{0,16}|(?:特别)?重大|较大|一般)事故"
)
EARLIER = re.compile(
    r"""
    (?:前款|上款|本条第[一二三四五六七八九十]+款|(?<![条款、和及至])第[一二三四五六七八九十]+款)
    (?P<list>(?:规定的?)?(?:第[（(]?[一二三四五六七八九十]+[）)]?项、?)*)
    """,
    re.VERBOSE,
)
"""A reference to another 款 of the same article: 有前款第二项行为."""
_UNFULFILLED = re.compile(
    r"(?P<who>[^，；。]{2,40}?)(?:未|没有?|不)(?:依法|认真)?履行[^，；。]{0,16}职责(?:$|，(?:导致|造成|致使|发生))"
)
_HOLDERS = re.compile(r"以及|及其|[的和、（）()]")
_HOLDER = re.compile(r"(?:负责人|人员|安全员|投资人|矿长)$")
_OFFICE = re.compile(r"(?:(?:下列|以下|如下)[^，；。：:]{0,12}职责|要做这些事)[：:]$")
_MODAL = re.compile(r"应当|不得|必须|负责|有权|可以|负有|履行|禁止|享有")
_KINDS = (
    (
        "official",
        re.compile(
            r"(?:部门|机关|政府|国务院|(?:救援|管理|监察|监督)机构)(?:及其)?的?(?:工作人员|负责人|领导人员)?[^，；。]{0,10}$"
        ),
    ),
    ("head", re.compile(r"(?:负责人|投资人|矿长|法定代表人)[^，；。]{0,10}$")),
    ("staff", re.compile(r"人员[^，；。]{0,8}$")),
    ("unit", re.compile(r"(?:单位|企业|公司|经营者|机构|学校|医院|场所|用户|个人)[^，；。]{0,10}$")),
)
_TRADE = re.compile(r"[^的、，和或及其等各有关\W]{2}(?:单位|企业|机构|公司|者)")


@dataclass(frozen=True, slots=True)
class Subject:
    """A party: its kind ("" when none is named) and, of a unit, its trades (监理单位, 施工单位)."""

    kind: str = ""
    trades: frozenset[str] = frozenset()

    def differs(self, other: Subject) -> bool:
        """Whether both are named and cannot be the same."""
        if not self.kind or not other.kind:
            return False
        return self.kind != other.kind or bool(self.trades and other.trades and not self.trades & other.trades)


@dataclass(frozen=True, slots=True)
class Act:
    """An act sanctioned at ``paragraph``/``item`` of article number ``article`` of the list, ``by`` whom."""

    article: int
    paragraph: int
    item: int | None
    text: str
    by: Subject

    @property
    def vague(self) -> bool:
        """Whether it tells nothing of its own: 其他行为, 有前款行为."""
        return bool(_VAGUE.search(self.text) or EARLIER.search(self.text))


def subject(before: str) -> Subject:
    """The party that ``before`` (the words up to the verb) ends with."""
    kind = next((kind for kind, pattern in _KINDS if pattern.search(before)), "")
    return Subject(kind, frozenset(_TRADE.findall(before[-40:])) if kind == "unit" else frozenset())


def duty_subject(sentence: str) -> Subject:
    """Who a duty sentence obliges."""
    modal = _MODAL.search(sentence)
    return subject(sentence[: modal.start()]) if modal else Subject()


def acts(index: int, passage: Passage, found: Sequence[Sanction]) -> Iterator[Act]:
    """Every act an article sanctions, at its 款 or 项, in the text's words."""
    at: dict[int, list[Sanction]] = defaultdict(list)
    for sanction in found:
        at[sanction.paragraph].append(sanction)
    for paragraph in paragraphs(passage.text):
        here = at.get(paragraph.n, [])
        if not here:
            continue
        by = subject(party(here[0].act))
        listed = [(item.n, _item_act(item, here)) for item in paragraph.items]
        for n, text in listed:
            if text:
                named = subject(party(text))
                yield Act(index, paragraph.n, n, text, named if named.kind else by)
        if not any(text for _, text in listed):  # no 项, or they only grade one act: （一）发生一般事故的，处…
            for text in _told(here, with_act=True):
                yield Act(index, paragraph.n, None, text, subject(party(text)))


def _item_act(item: Item, here: Iterable[Sanction]) -> str:
    """The act an 项 tells; "" where it only grades the act of its 款."""
    own = [s for s in here if s.item == item.n]
    return "，".join(_told(own, with_act=False)) if own else ITEM_LABEL.sub("", item.text).rstrip("；;。 ")


def _told(found: Iterable[Sanction], *, with_act: bool) -> list[str]:
    """Acts told by sanctions: their conditions that are acts of their own, and (``with_act``) the base acts."""
    out: dict[str, None] = {}
    for s in found:
        if s.condition and not _CONDITION.search(s.condition) and not _VAGUE.search(s.condition):
            out[s.condition] = None
        if with_act and s.act and s.act != "…":
            out[s.act] = None
    return list(out)


def unfulfilled(act: str) -> list[str]:
    """Who did not fulfil the duties of his office (主要负责人未履行本法规定的…职责); empty where the act is another."""
    m = _UNFULFILLED.match(act)
    return [] if m is None else [who for who in _HOLDERS.split(m["who"]) if _HOLDER.search(who)]


def office(text: str) -> str:
    """The words that say whose duties an article lists (主要负责人…负有下列职责：); "" where it lists none."""
    lead, _, rest = text.partition("\n")
    return lead if _OFFICE.search(lead) and ITEM_LABEL.match(rest) else ""


def sentences(text: str) -> Iterator[str]:
    """Sentences of a duty article's text; each 项 is read with its lead-in where that is short."""
    lead = ""
    for line in text.split("\n"):
        if ITEM_LABEL.match(line):
            yield lead + line if lead and len(lead) < SHORT_LEAD else line
            continue
        lead = line if line.rstrip().endswith(("：", ":")) else ""
        yield from (s for s in re.split(r"[。；]", line) if s.strip())
