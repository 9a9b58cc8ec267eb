"""A question how to break the law and not be found out: told what the act costs, never how it is done.

Does not know the law. Words decide (``refusals.toml``, ``evasion``); a question what such an act costs is an ordinary
one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from kb.assist.answer.question import Question
from kb.assist.answer.refuse import Refusal
from kb.assist.answer.rules import Rules
from kb.assist.answer.subject import tells_matter
from kb.assist.answer.words import word_list
from kb.base.records import Answer
from kb.base.textnorm import squeeze

HEAD = "这样做违法。"
REASON = "不提供规避检查、弄虚作假的办法；想知道违法后果，请写明具体行为再问"


def evades(question: str) -> bool:
    """Whether it is asked how to do what the law forbids, or to have it done."""
    text = squeeze(question)
    wish, order, unless, _ = _patterns()
    return bool((wish.search(text) and not unless.search(text)) or order.search(text))


def ordered(question: str) -> bool:
    """Whether the forbidden thing itself is ordered (帮我写个假的培训记录): no sanction is wanted."""
    return bool(_patterns()[1].search(squeeze(question)))


def names_act(question: str) -> bool:
    """Whether it is told what is hidden (怎么绕过消防验收), not only from whom (怎么躲过安全检查)."""
    return tells_matter(_patterns()[3].sub("", squeeze(question)))


def sanction_asked(question: Question) -> Question:
    """The same question, taken to ask what the act costs."""
    return replace(question, intent=replace(question.intent, penalty="asked"))


def without_waivers(rules: Rules) -> Rules:
    """The rules without lines on what is not or less punished: no hint at how to get off."""
    return replace(rules, tips=tuple(t for t in rules.tips if t.role != "waiver"))


def told(answer: Answer | None, *, sure: bool) -> Answer | Refusal:
    """The answer that opens with the act being unlawful; a refusal where no penalty is cited, or it is not ``sure``."""
    if answer is None or not sure or all(c.role != "penalty" for c in answer.citations):
        return Refusal("evasion", REASON)
    return replace(answer, text=f"{HEAD}\n{answer.text}")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """How to do it; do it; what makes it an ordinary question; words that name no act."""
    data = word_list("refusals")["evasion"]
    how, act, sanctioned = (_any(data[name]) for name in ("how", "acts", "sanctioned"))
    wish = re.compile(rf"(?:{how})(?!{sanctioned})[^，。？?]{{0,12}}(?:{act})")
    return (
        wish,
        re.compile(data["order"]),
        re.compile(_any(data["unless"])),
        re.compile(_any([*data["vague"], *data["whom"]])),
    )


def _any(patterns: Sequence[str]) -> str:
    return "|".join(patterns)
