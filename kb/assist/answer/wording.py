"""Sanctions as short Chinese phrases: measures, who pays, how much, under which condition.

Does not know which provision is cited, nor why. Every word is the law's own or a connective.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.base.address import to_chinese
from kb.base.records import Fine, Sanction

LONG = 16  # characters of a party's name that still fit a phone's line beside the amount
SHORT = 8  # characters of a party's name that is always said
MOST_LINES = 6
MOST_PHRASE = 120
MOST_LABEL = 30  # characters of an act that stands for its 款 in a line
_TERM = re.compile(
    r"(?:对[^，；。：]{1,14}的)?处?(?:(?!处|并)[^，；。：]){0,16}(?:有期徒刑|拘役|管制|死刑|拘留)[^，；。：]{0,12}"
)
_PERSON = re.compile(r"人员|负责人|责任人")
_FINES = {"罚款", "罚金", "有期徒刑", "无期徒刑", "拘役", "管制", "死刑", "拘留", "行政拘留"}


ELSEWHERE = "依照其他规定处罚"
ELSEWHERE_SAID = "按该条指向的其他规定处罚"


@dataclass(frozen=True, slots=True)
class Step:
    """What falls due under one condition. ``condition`` is empty for the base case."""

    condition: str
    phrase: str


def party(whom: str) -> str:
    """A party's name, its long description left out: 从事…的施工单位 → 施工单位."""
    if len(whom) <= LONG or "的" not in whom:
        return whom
    return whom.rsplit("的", 1)[1] or whom


def fine_phrase(fine: Fine, several: bool) -> str:
    """对主要负责人罚款一万元以下; whom where several parties pay, the name is short, or it is a person's."""
    told = several or len(fine.whom) <= SHORT or _PERSON.search(fine.whom)
    whom = f"对{party(fine.whom)}" if fine.whom and told else ""
    base = fine.base if fine.base and fine.base not in fine.text else ""
    return f"{whom}罚款{base}{fine.text}"


def phrase(sanctions: Sequence[Sanction]) -> str:
    """The measures and amounts of sanctions under one condition, as one phrase."""
    measures = dict.fromkeys(m for s in sanctions for m in s.measures if m not in _FINES)
    terms = dict.fromkeys(t for s in sanctions for t in prison(s))
    if len(measures) > 1 or terms or any(s.fines for s in sanctions):
        measures.pop(ELSEWHERE, None)
    fines = list(dict.fromkeys(f for s in sanctions for f in s.fines))
    several = len({f.whom for f in fines}) > 1
    parts = [*measures, *terms, *(fine_phrase(f, several) for f in fines)]
    if not fines and any("罚款" in s.measures for s in sanctions):
        parts.append("罚款")
    elif not fines and any("罚金" in s.measures for s in sanctions):
        parts.append("罚金")
    out = "，".join(parts)
    if out == ELSEWHERE:
        return ELSEWHERE_SAID
    return out if len(out) <= MOST_PHRASE else "，".join(parts[:3]) + " 等"


def prison(sanction: Sanction) -> list[str]:
    """Terms of imprisonment or detention as printed: 处三年以下有期徒刑或者拘役."""
    if not any(m in _FINES - {"罚款", "罚金"} for m in sanction.measures):
        return []
    return [m[0].strip() for m in _TERM.finditer(sanction.text)]


def steps(sanctions: Iterable[Sanction]) -> list[Step]:
    """Sanctions by 款 and condition, in the law's order.

    The base case of the first 款 has no condition; that of a later one is told by its act, or by its number.
    """
    grouped: dict[tuple[int, str], list[Sanction]] = {}
    for s in sanctions:
        grouped.setdefault((s.paragraph, s.condition), []).append(s)
    first = min((paragraph for paragraph, _ in grouped), default=0)
    found: dict[str, Step] = {}
    for (paragraph, condition), group in grouped.items():
        label = condition
        if paragraph != first and not condition:
            act = group[0].act
            label = act if 0 < len(act) <= MOST_LABEL else f"第{to_chinese(paragraph)}款"
        step = Step(label, phrase(group))
        if step.phrase:
            found.setdefault(f"{step.condition}{step.phrase}", step)
    return list(found.values())[:MOST_LINES]


def highest(sanctions: Iterable[Sanction]) -> float:
    """The highest fine in yuan; 0 when none is stated in yuan."""
    return max((f.most for s in sanctions for f in s.fines if f.unit == "元" and f.most is not None), default=0.0)
