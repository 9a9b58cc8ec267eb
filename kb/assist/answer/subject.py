"""Whether a question tells what it is about, or asks anything at all.

Does not know the law, nor any hit: words are taken away (``subject.toml``), and what is left decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kb.assist.answer.refuse import Refusal
from kb.assist.answer.words import word_list
from kb.base.address import NUMERAL
from kb.base.textnorm import squeeze

WHICH = "没有说清是什么事；请写明场所、行业或具体行为"
NOTHING_ASKED = "没有看到问题；请写明想问的事，例如场所、行业或具体行为"
_MARKS = re.compile(r"[\W_]+")


def silent(question: str, history: Sequence[str]) -> Refusal | None:
    """Nothing is asked (好的，知道了), or of no matter (这个罚多少) and none was told before; None: something is."""
    if acknowledges(question):
        return Refusal("chat", NOTHING_ASKED)
    told = (earlier for earlier in history if not acknowledges(earlier))
    if tells_matter(question) or any(map(tells_matter, told)):
        return None
    return Refusal("no_subject", WHICH)


def tells_matter(question: str) -> bool:
    """Whether anything is left without words that point, ask, or speak of a sanction and of whom it falls on."""
    left = _left(question, _words()[0])
    return bool(left) and not left.isdecimal()


def acknowledges(question: str) -> bool:
    """Whether a text only takes note, greets or laughs, or holds no word."""
    return not _left(question, _words()[1])


def _left(text: str, words: re.Pattern[str]) -> str:
    return _MARKS.sub("", words.sub("", squeeze(text).lower()))


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What tells no matter, and what only acknowledges."""
    data = word_list("subject")
    matterless = [w for name, words in data.items() if name != "acknowledged" for w in words]
    ordinal = rf"第{NUMERAL}[款项]"  # 上面说的第二款; 第五条 has its own line (``refuse.nameless``)
    return re.compile(f"{ordinal}|{_any(matterless)}"), re.compile(_any(data["acknowledged"]))


def _any(words: Iterable[str]) -> str:
    """One of the words, the longest first."""
    return "|".join(map(re.escape, sorted(set(words), key=len, reverse=True)))
