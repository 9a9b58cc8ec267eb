"""What people say of a deed, in the law's own words beside it: 把报警器关掉 → 关闭.

Does not know laws: the words are data (``spoken.toml``), for choosing among the 款 and 项 of an article found already.
"""

from __future__ import annotations

import re
from functools import cache

from kb.assist.answer.words import word_list


@cache
def _words() -> tuple[tuple[re.Pattern[str], str], ...]:
    data = word_list("spoken")
    return tuple((re.compile("|".join(said)), law) for law, said in data["words"].items())


def in_law_words(question: str) -> str:
    """``question`` with the law's words for what it says behind it; as it is where it says nothing known."""
    told = [law for said, law in _words() if said.search(question) and law not in question]
    return "，".join((question, *told))
