"""Every gold of the known questions against what an index holds.

Does not know the index (a Protocol), nor guesses where a missing article went.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from kb.base.address import Address, ArticleNo
from kb.base.records import KnownQuestion


class Holdings(Protocol):
    """What an index holds of the newest text of each instrument."""

    def articles(self, key: str) -> frozenset[ArticleNo] | None:
        """Numbers of the articles held; None when the instrument is not held at all."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A gold that the index does not hold: the instrument is missing, or it has no such article (any more)."""

    question: KnownQuestion
    key: str
    article: ArticleNo
    why: Literal["no_instrument", "no_article"]

    def __str__(self) -> str:
        address = Address(self.key, self.article)
        why = "索引里没有这部法规" if self.why == "no_instrument" else "索引里的文本没有这一条（可能已改号）"
        return f"{address}：{why}。问题：{self.question.text}"


def check(questions: Iterable[KnownQuestion], held: Holdings) -> list[Problem]:
    """Problems of all active and waiting questions, in order; empty when every gold is held."""
    known: dict[str, frozenset[ArticleNo] | None] = {}
    problems = []
    for question in questions:
        if question.status in ("refused", "retired"):
            continue
        for key, article in question.gold:
            if key not in known:
                known[key] = held.articles(key)
            numbers = known[key]
            if numbers is None:
                problems.append(Problem(question, key, article, "no_instrument"))
            elif article not in numbers:
                problems.append(Problem(question, key, article, "no_article"))
    return problems
