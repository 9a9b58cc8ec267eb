"""A report section from this year's facts and the manner of earlier reports, with the origin of every sentence.

Does not know files' formats on the way out, nor the web.

    drafter = Drafter(from_generation(generation), encoder, place="上海市")
    draft = drafter.draft(drafter.task("优化营商环境", "示例市示例区应急管理局", 2026, read_facts("facts.txt")))
"""

from __future__ import annotations

from kb.assist.draft.checks import Fault
from kb.assist.draft.engine import Drafter
from kb.assist.draft.facts import parse_facts, read_facts
from kb.assist.draft.library import from_generation, from_text
from kb.assist.draft.records import PLACEHOLDER, Chapter, Draft, DraftParagraph, Fact, Precedent, Report, Task

__all__ = [
    "PLACEHOLDER",
    "Chapter",
    "Draft",
    "DraftParagraph",
    "Drafter",
    "Fact",
    "Fault",
    "Precedent",
    "Report",
    "Task",
    "from_generation",
    "from_text",
    "parse_facts",
    "read_facts",
]
