"""A question about a person beside the unit (如果是个人呢, 主要负责人要罚吗): what the sanctions say about that person.

Does not know retrieval. Who is fined is who the sanction's text names; what names nobody may fall on anyone, so that
nothing is said about it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.assist.answer.cited import Cited
from kb.assist.answer.focus import OVERDUE, told_step
from kb.assist.answer.wording import Step, party, piece, steps
from kb.assist.answer.words import word_list
from kb.base.records import Sanction, Share
from kb.base.textnorm import squeeze

SHOWN = 24  # characters of a party's name that is said whole: 直接负责的主管人员和其他直接责任人员 has 17


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person: the noun that asks for it, the party that a sanction prints, what the answer calls it."""

    id: str
    name: str
    asked: re.Pattern[str]
    whom: re.Pattern[str]

    def meets(self, whom: str) -> bool:
        """Whether a sanction's party is of this kind."""
        return is_person(whom) and bool(self.whom.search(whom))


# Persons whom a unit lacks: 没配安全员罚多少 asks for the unit's share.
_LACKING = re.compile(
    r"(?:没有?|未|不|缺|只有?|少)(?:按规定)?(?:配备?|设置?|安排|派|请)?[^，。]{0,4}(?:安全员|安全(?:生产)?管理人员|作业人员|押运员)"
)


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """The kinds of persons, in the order in which they are tried."""
    rows = word_list("persons")["kind"]
    return tuple(Kind(k["id"], k["name"], re.compile(k["asked"]), re.compile(k["whom"])) for k in rows)


def kind(id: str) -> Kind:
    """The kind of that name."""
    return next(k for k in kinds() if k.id == id)


@lru_cache(maxsize=16)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(word_list("persons")["patterns"][name])


@lru_cache(maxsize=8)
def _asking(id: str) -> re.Pattern[str]:
    """罚老板, 对个人能罚吗, 负责人要罚吗, 如果是个人呢: the person is what is asked about, not who did it."""
    p = word_list("persons")["patterns"]
    who = rf"(?:{kind(id).asked.pattern})"
    after = rf"{who}{p['between']}(?:{p['sanction']})|{who}{p['self']}(?:{p['sanction']})"
    return re.compile(rf"{p['verb']}{who}(?!以)|{after}|{p['lead']}{who}{p['between']}(?:$|[？?]|{p['sanction']})")


def asked_of(question: str) -> Kind | None:
    """The person whose share a question asks for; None where it asks for none, or for unit and person alike."""
    text = _LACKING.sub("", squeeze(question))
    if _pattern("several").search(text):
        return None
    return next((k for k in kinds() if _asking(k.id).search(text)), None)


def asks_several(question: str) -> bool:
    """Whether the shares of a unit and of a person are asked for (公司罚多少，老板罚多少)."""
    text = squeeze(question)
    return bool(_pattern("several").search(text)) and any(k.asked.search(text) for k in kinds())


def parties(sanctions: Sequence[Sanction]) -> frozenset[str]:
    """Which of person and unit the sanctions name; empty: they name nobody."""
    named = [w for s in sanctions for w in (*s.whom, *(f.whom for f in s.fines))]
    found = {"person": any(map(is_person, named)), "unit": any(map(is_unit, named))}
    return frozenset(name for name, there in found.items() if there)


def is_person(whom: str) -> bool:
    """Whether a party can only be a natural person, and none of an authority's staff."""
    return bool(_pattern("natural").search(whom)) and not _pattern("staff").search(whom)


def is_unit(whom: str) -> bool:
    """Whether a party can only be a unit."""
    return bool(_pattern("unit").search(whom)) and not _pattern("natural").search(whom)


def share_of(k: Kind, sanctions: Sequence[Sanction]) -> list[Sanction]:
    """What of the sanctions falls on persons of a kind, each with its party alone; empty: nothing is said of them."""
    out: list[Sanction] = []
    for s in sanctions:
        for whom in dict.fromkeys(w for w in (*s.whom, *(f.whom for f in s.fines)) if k.meets(w)):
            fines = tuple(replace(f, whom="") for f in s.fines if f.whom == whom)
            measures = tuple(m for m in s.measures if m != "罚款" and _falls_on(m, whom, s))
            if fines or measures:
                shares = _pieces(s, whom, measures)
                out.append(replace(s, whom=(whom,), fines=fines, measures=measures, shares=shares))
    return out


def _pieces(s: Sanction, whom: str, measures: Sequence[str]) -> tuple[Share, ...]:
    """The pieces of a sanction that are aimed at ``whom`` or hold one of its measures, without 对其…."""
    out: list[Share] = []
    for share in s.shares:
        text = piece(s, share)
        if whom in share.whom or any(m in text for m in measures):
            aim = re.match(rf"(?:并且?|同时)?对其?{re.escape(whom)}，?", text)
            out.append(replace(share, whom=(), start=share.start + (aim.end() if aim else 0)))
    return tuple(out) or s.shares


def units_share(sanctions: Sequence[Sanction]) -> list[Sanction]:
    """What of the sanctions falls on units that they name; empty: they name none."""
    out: list[Sanction] = []
    for s in sanctions:
        if any(is_unit(w) for w in s.whom):
            fines = tuple(f for f in s.fines if not is_person(f.whom))
            shares = tuple(h for h in s.shares if not h.whom or not all(is_person(w) for w in h.whom))
            measures = tuple(m for m in s.measures if m != "罚款" or fines)
            out.append(replace(s, fines=fines, measures=measures, shares=shares))
    return out


def _falls_on(measure: str, whom: str, s: Sanction) -> bool:
    """Whether a measure is a person's: only persons bear it, or the person did the act, or it is named behind them."""
    if _pattern("personal").search(measure):
        return True
    if not all(is_person(w) for w in s.whom):
        return False
    at = s.text.find(whom)
    return whom in s.act or s.text.find(measure) > at >= 0


def only_units(sanctions: Sequence[Sanction]) -> bool:
    """Whether every party is named and a unit, so that nothing falls on a person."""
    named = [w for s in sanctions for w in (*s.whom, *(f.whom for f in s.fines))]
    return bool(named) and all(s.whom for s in sanctions) and all(is_unit(w) for w in named)


def told(k: Kind, c: Cited, name: str, question: str) -> str:
    """The conclusion on a person under one penalty; "" where its text does not tell. ``name``: its address.

    Of several conditions it says the one that ``question`` tells, else all.
    """
    own = share_of(k, c.sanctions)
    if own:
        return f"依照{name}{c.mark}，{_shares(own, question)}{_unit_before(own, c.sanctions)}"
    responsible = share_of(kind("responsible"), c.sanctions)
    if responsible and k.id != "responsible":
        said = _shares(responsible, question).removeprefix("对").replace("：", "的，", 1)
        return f"{name}{c.mark}没有单列{k.name}；属于{said}{_unit_before(responsible, c.sanctions)}"
    heads = share_of(kind("head"), c.sanctions)
    if heads and k.id not in ("head", "any"):
        return f"{name}{c.mark}只对{party(heads[0].whom[0])}作了规定，没有写{k.name}"
    if only_units(c.article):
        unit = next((s for s in steps(c.sanctions) if not s.condition), None)
        return f"{name}{c.mark}没有规定对个人的罚款" + (f"，{_only_unit(unit)}" if unit else "")
    return ""


def _shares(own: Sequence[Sanction], question: str) -> str:
    """对直接负责的主管人员：逾期未改正的，罚款二万元以上五万元以下."""
    out = []
    for whom in dict.fromkeys(s.whom[0] for s in own):
        found = steps([s for s in own if s.whom[0] == whom])
        meant = told_step(found, question)
        said = "；".join(s.told for s in ([meant] if meant else found))
        out.append(f"对{whom if len(whom) <= SHOWN else party(whom)}：{said}")
    return "；".join(out)


def _unit_before(own: Sequence[Sanction], sanctions: Sequence[Sanction]) -> str:
    """What falls on the unit alone before any condition of the person's share is met; "" where nothing is."""
    first = min(s.paragraph for s in own)
    base = [s for s in sanctions if not s.condition and s.paragraph <= first]
    if not base or any(not s.condition for s in own) or not only_units(base):
        return ""
    unit = steps(base)
    when = "尚未逾期" if all(OVERDUE.search(s.condition) for s in own) else "没有这种情形"
    return f"。{when}的，{_only_unit(unit[0])}" if unit else ""


def _only_unit(step: Step) -> str:
    return f"只{'罚' if '罚款' in step.phrase else '处理'}单位：{step.phrase}"
