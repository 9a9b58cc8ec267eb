"""Which condition of a sanction a question tells (逾期不改, 较大事故).

Does not know the sanction's law, nor who is fined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.assist.answer.intent import cues
from kb.assist.answer.thresholds import fits, told_in
from kb.assist.answer.wording import Step
from kb.search.parts import pairs_of

TOLD = 0.6  # share of a condition's character pairs from which the question tells it
_STILL = re.compile(
    r"逾期|不改|没改|拒不|拒绝|还是没|照样|拖着|不听|再不|(?:到期|过了?期限|期限到|期满)[^，。]{0,6}[还仍]"
    r"|(?:叫(?:他|她|你|人家)|责令|通知|催|限期)[^。]{0,12}?[不没](?:肯|愿)?[改搬整换修拆装动停撤]"
)
_AMOUNT = re.compile(r"罚|钱")
_MEASURE = re.compile(r"拘留|吊销|停产|停业|关闭|没收|取缔|撤职|开除")
# An accident: what a condition says of it without a grade, and what a question tells.
_LED_TO = re.compile(r"(?:导致|造成|发生)[^，]{0,8}(?<!一般)(?<!较大)(?<!重大)事故$")
_HAPPENED = re.compile(
    r"(?:出|发生|导致|造成|酿成)了?[^，。没未]{0,4}事故|(?<![没未不])死(?:了?[^，。？没未]{0,4}人|人)|出了?人命"
)
_SPARED = re.compile(r"(?:没|未|没有|还没|不)(?:出|发生|造成|导致|酿成)")
CRIME = re.compile(r"(?<!不)构成犯罪")
OVERDUE = re.compile(r"逾期|拒不|拒绝改正")


def focus(found: Sequence[Step], question: str) -> Step | None:
    """The step whose condition the question tells (逾期不改, 较大事故), else the base case; None: neither stands."""
    return told_step(found, question) or next((s for s in found if not s.condition), None)


def also(found: Sequence[Step], said: Sequence[Step], question: str) -> list[Step]:
    """The first step under a condition that holds what is asked for (罚多少: a fine; 拘留) and nothing said holds.

    Fines that hang on an income are told together. Empty where what is said holds it, the question tells the condition
    itself, or nothing imposes it.
    """
    if any(s.condition and not s.by_income and told_step([s], question) for s in said):
        return []
    left = [s for s in found if s not in said]
    words = _MEASURE.findall(question)
    if _AMOUNT.search(question) and not any(s.fined for s in said):
        fined = [s for s in left if s.fined]
        by_income = [s for s in fined if s.by_income]
        by_income = [s for s in by_income if told_step([s], question)] or by_income
        return by_income if fined[:1] == by_income[:1] else fined[:1]
    if words and not any(w in s.phrase for w in words for s in said):
        return [s for s in left if any(w in s.phrase for w in words)][:1]
    return []


def told_step(found: Sequence[Step], question: str) -> Step | None:
    """The step whose condition the question tells; None: it tells none."""
    told = [(_told_share(s, question), s) for s in found if s.condition]
    best = max(told, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= TOLD else None


def _told_share(step: Step, question: str) -> float:
    """Share of a condition's character pairs that the question holds; 1 where it says 逾期, 犯罪 in other words."""
    condition = step.condition
    if OVERDUE.search(condition) and _STILL.search(question):
        return 1.0
    if CRIME.search(condition) and cues()["crime"].search(question):
        return 1.0
    if step.by_income and (holds := fits(told_in(question), condition)) is not None:
        return float(holds)
    if _LED_TO.search(condition) and _HAPPENED.search(question) and not _SPARED.search(question):
        return 1.0
    pairs = pairs_of(condition)
    return len(pairs & pairs_of(question)) / len(pairs) if pairs else 0.0
