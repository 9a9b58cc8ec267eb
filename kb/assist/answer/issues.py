"""Several findings in one question (没发安全帽，电工也没证), each as a question of its own.

Does not know hits. A tale in several clauses is one finding; only words that add or part (也, 还, 分别, 两样) make two.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kb.assist.answer.intent import tells_deed
from kb.assist.answer.question import Question
from kb.assist.answer.subject import tells_matter
from kb.base.textnorm import squeeze

MOST_ISSUES = 3
SHORTEST = 5  # characters of a clause that tells a finding
_BREAK = re.compile(r"[，。；！？,;?!\n]|还有(?=[^没])|另外|以及|(?<=[^，])、(?=[^，]{5,}[也又还])")
_ADDS = re.compile(
    r"[也还又](?=[没不未无])|另外|同时|而且|并且|以及|分别|各[是罚怎处该违按自]|[两三](?:样|件|个问题|[种个]行为)|一起|一并|一块"
)
_IDLE = re.compile(r"(?:没|没有|无)人(?:来)?(?:管|问|说|理|吭声)|(?:不|没)当回事")  # of a finding told before
_LEADS = re.compile(r"^(?:而且|并且|同时|另外|还有|又|也|还)+")


def issues(question: Question) -> list[Question]:
    """The findings that a question tells one after the other; empty where it tells one, or names provisions."""
    if question.located or question.intent.follow_up or (question.intent.compare and len(question.instruments) > 1):
        return []
    if not _ADDS.search(squeeze(question.text)):
        return []
    clauses = [_LEADS.sub("", c.strip()) for c in _BREAK.split(question.text)]
    told = [c for c in clauses if _tells(c)]
    return [replace(question, text=c, grade="") for c in told] if 1 < len(told) <= MOST_ISSUES else []


def _tells(clause: str) -> bool:
    """Whether a clause tells a finding of its own; 厂里也没人管 does not."""
    plain = squeeze(clause)
    return len(clause) >= SHORTEST and tells_matter(clause) and tells_deed(plain) and not _IDLE.search(plain)
