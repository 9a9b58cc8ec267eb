"""The grade of an accident that a question tells by numbers (死了三个人 → 较大事故), read from the law itself.

Does not know thresholds: the article that sets them is named in ``corpus/procedure.toml`` and read where it is held.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kb.assist.answer.thresholds import fits, told_in
from kb.base.address import Address
from kb.base.records import Passage
from kb.law.parse import paragraphs

_NAMED = re.compile(r"(?P<grade>(?:特别重大|重大|较大|一般)[^，。；]{0,6}?事故)")


_TALE = re.compile(r"谣|编造|瞎编|瞎传|传言|假消息")  # the numbers are somebody's tale
_CRIME = re.compile(r"判|刑|坐牢|犯罪|入罪")  # a court's matter: crimes have thresholds of their own
_FINED = re.compile(r"罚(?:款|多少|几|不罚)|怎么罚|处罚")
# An accident that is not reported has articles of its own, the same for every grade.
_HIDDEN = re.compile(r"瞒|谎报|迟报|漏报|[不没](?:往上|上)?报(?!警)|压着|压下来")
_ASKED = re.compile(r"[几哪什][一么]?[个种]?(?:等?级|事故)|等级")


def accident_grade(question: str, at: Address | None, article: Callable[[Address], Passage | None]) -> str:
    """The gravest grade (较大事故) whose ranges hold a number told; "" where none does, or the article is not held.

    Also where the grade is told already, where the numbers are of no accident that is graded, and where the question is
    of an accident's concealment, unless it asks for the grade.
    """
    told = [t for t in told_in(question) if t.of in ("dead", "hurt", "loss")]
    court = _CRIME.search(question) and not _FINED.search(question)
    hidden = _HIDDEN.search(question) and not _ASKED.search(question)
    if not told or court or hidden or _NAMED.search(question) or _TALE.search(question):
        return ""
    passage = article(at) if at is not None else None
    if passage is None:
        return ""
    for paragraph in paragraphs(passage.text):
        for item in paragraph.items:
            name = _NAMED.search(item.text)
            if name is not None and fits(told, item.text):
                return name["grade"]
    return ""
