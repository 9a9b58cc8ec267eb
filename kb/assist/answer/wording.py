"""Sanctions in the law's own words: what falls due under which condition.

Does not know which provision is cited, nor why. A measure's name and an amount alone say more or less than the law
(可以处, 警告或者罚款, 连带), so that what is imposed is said as printed; only who imposes it is left out, who pays is
added where the act named them, and what is long ends with ….
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.base.address import to_chinese
from kb.base.records import Sanction, Share

LONG = 16  # characters of a party's name that still fit a phone's line beside the amount
SHORT = 8  # characters of a unit's name that is always said
MOST_LINES = 6
MOST_PHRASE = 160
MOST_LABEL = 40  # characters of an act that stands for its 款 in a line
ELSEWHERE = "依照其他规定处罚"
_PERSON = re.compile(r"人员|负责人|责任人")
_OWN = re.compile(r"(?:前|上|本条第?.?|第[一二三四五六七八九十]+)款")
_FINE = re.compile(r"^(?P<and>并?(?:由[^，；]{2,20}?)?)(?P<verb>(?:可以|并|单)*处|可以)")  # 并处 → 并对…处
_MONEY = re.compile(r"罚[款金]")
_JOINT = re.compile(r"[\s，、；]*")

Case = tuple[int, int | None, str]


_INCOME = re.compile(r"(?:违法|非法)(?:所得|收入|经营额)|货值")


@dataclass(frozen=True, slots=True)
class Step:
    """What falls due under one condition. ``condition`` is empty for the base case.

    ``under``: the act whose condition it is, where the condition alone could be another act's. ``fined``: whether a
    fine falls due on who did it; ``elsewhere``: it says no more than that another provision applies.
    """

    condition: str
    phrase: str
    under: str = ""
    fined: bool = False
    elsewhere: bool = False

    @property
    def by_income(self) -> bool:
        """Whether it hangs on what was earned or on what goods are worth: it falls due beside the base case."""
        return bool(_INCOME.search(self.condition))

    @property
    def label(self) -> str:
        """The condition, and before it the act where it needs one."""
        return f"{self.under}，{self.condition}" if self.under and self.condition else self.condition

    @property
    def told(self) -> str:
        """The step as a clause: 逾期未改正的，处一万元罚款."""
        return f"{self.label}的，{self.phrase}" if self.label else self.phrase


def party(whom: str) -> str:
    """A party's name, its long description left out: 从事…的施工单位 → 施工单位."""
    if len(whom) <= LONG or "的" not in whom:
        return whom
    return whom.rsplit("的", 1)[1] or whom


def phrase(sanctions: Sequence[Sanction]) -> str:
    """What sanctions under one condition impose, as printed."""
    several = len({f.whom for s in sanctions for f in s.fines}) > 1
    out = "；".join(dict.fromkeys(filter(None, (_printed(s, several) for s in sanctions))))
    if len(out) <= MOST_PHRASE:
        return out
    cut = max(out.rfind(mark, 0, MOST_PHRASE) for mark in "，；")
    return out[: cut if cut > 0 else MOST_PHRASE] + "…"


def piece(s: Sanction, share: Share) -> str:
    """The words of one of a sanction's pieces."""
    return s.text[share.start - s.start : share.end - s.start]


def _printed(s: Sanction, several: bool) -> str:
    """A sanction's pieces as they follow each other in the text; what lies between two that do is kept."""
    out, at = "", 0
    payers: set[str] = set()
    for share in s.shares:
        text = piece(s, share)
        between = s.text[at - s.start : share.start - s.start] if out else ""
        payer = share.whom[0] if len(share.whom) == 1 else ""
        if _MONEY.search(text) and payer not in payers and _names(payer, several, s.text):
            text = _FINE.sub(rf"\g<and>对{payer}\g<verb>", text)
            payers.add(payer)
        out += (between if _JOINT.fullmatch(between) else "，") + text if out else text
        at = share.end
    return f"罚款{out}" if s.fines and "罚" not in out else out


def _names(payer: str, several: bool, text: str) -> bool:
    """Whether who pays is said: its name is whole and short, and the clause's own words leave it out."""
    if not payer or len(payer) > LONG or re.search(rf"对其?{re.escape(payer)}", text):
        return False
    return several or len(payer) <= SHORT or bool(_PERSON.search(payer))


def steps(sanctions: Iterable[Sanction]) -> list[Step]:
    """Sanctions by act and condition, in the law's order.

    The base case of the first 款 has no condition; that of a later one is told by its act, or by its number.
    """
    grouped: dict[tuple[Case, str], list[Sanction]] = {}
    for s in sanctions:
        grouped.setdefault(((s.paragraph, s.item, s.act), s.condition), []).append(s)
    found: dict[str, Step] = {}
    for (case, condition), group in grouped.items():
        label, under = _labels(case, condition, list(grouped))
        fined = any(_PERSON.search(f.whom) is None or f.whom in s.act for s in group for f in s.fines)
        elsewhere = all(set(s.measures) == {ELSEWHERE} for s in group)
        said = phrase(group)
        step = Step(label, said, under, fined, elsewhere and not _as_before(said, label, group[0].act))
        if step.phrase:
            found.setdefault(f"{step.label}{step.phrase}", step)
    return list(found.values())[:MOST_LINES]


def _labels(case: Case, condition: str, told: Sequence[tuple[Case, str]]) -> tuple[str, str]:
    """The condition under which a case is told, and the act said before it; each "" where none is needed."""
    first, (paragraph, item, act) = told[0][0], case
    if case == first:
        again = condition and any(k != case and c == condition for k, c in told)
        return condition, _short(act, f"第{to_chinese(paragraph)}款") if again else ""
    if item is not None:
        base = next(c for k, c in told if k == case)
        alone = {k[1] for k, _ in told} <= {None, item}
        return condition, "" if alone or base == condition else _short(base, f"第（{to_chinese(item)}）项")
    same = (paragraph, act) == (first[0], first[2])
    named = "" if same else _short(act, f"第{to_chinese(paragraph)}款")
    return (condition, named) if condition else (named, "")


def _as_before(said: str, label: str, act: str) -> bool:
    """Whether a reference says something: an act of its own, told in the label, costs what the 款 before it says."""
    return _OWN.search(said) is not None and label == act and _OWN.search(act) is None


def _short(act: str, number: str) -> str:
    return act if 0 < len(act) <= MOST_LABEL else number


def highest(sanctions: Iterable[Sanction]) -> float:
    """The highest fine in yuan; 0 when none is stated in yuan."""
    return max((f.most for s in sanctions for f in s.fines if f.unit == "元" and f.most is not None), default=0.0)
