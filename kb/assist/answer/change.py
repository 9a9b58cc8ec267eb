"""A law that changed since the day of the act: the article of both texts, matched by what they say.

Does not know which of the two is milder: that is for the reader (从旧兼从轻).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.assist.answer.near import Near
from kb.base.records import Passage, Version
from kb.base.textnorm import squeeze
from kb.search.index import Generation

SAME_NUMBER = 0.1  # head start of the article with the same number: a 修正 mostly keeps the numbering
LEAST = 0.7  # score of ``Near`` below which the later text is taken to have no counterpart
WINDOW = 300  # characters of the old article that are compared


@dataclass(frozen=True, slots=True)
class Change:
    """``later`` is the counterpart of ``earlier`` in the text in force since ``since`` (ISO day); None: not found."""

    earlier: Passage
    later: Passage | None
    since: str

    @property
    def same_words(self) -> bool:
        """Whether only the number changed."""
        return self.later is not None and squeeze(self.later.text) == squeeze(self.earlier.text)


def later_version(generation: Generation, passage: Passage, today: date) -> Version | None:
    """The newest held text of the same instrument that took effect after ``passage``'s and by ``today``."""
    iso = today.isoformat()
    mine = passage.version or ""
    held = [v for v in generation.versions(passage.title) if v.source and (v.version or "") > mine]
    started = [v for v in held if (v.effective or v.version or "") <= iso]
    return max(started, key=lambda v: v.version or "", default=None)


def changes(generation: Generation, passages: Sequence[Passage], as_of: date, today: date, near: Near) -> list[Change]:
    """The changes of cited provisions between ``as_of`` and ``today``; empty when number and wording are the same."""
    if as_of >= today:
        return []
    found = []
    for passage in passages:
        version = later_version(generation, passage, today)
        if version is None or (version.effective or version.version or "") <= as_of.isoformat():
            continue
        later = counterpart(passage, generation.articles(passage.title, version.version), near)
        if later is None or later.article != passage.article or squeeze(later.text) != squeeze(passage.text):
            found.append(Change(passage, later, version.effective or version.version or ""))
    return found


def counterpart(passage: Passage, articles: Sequence[Passage], near: Near) -> Passage | None:
    """The article of another version that says the same; None when nothing is near enough."""
    if not articles:
        return None
    scores = near(passage.text[:WINDOW], [a.text for a in articles])
    scores = [s + SAME_NUMBER * (a.article == passage.article) for s, a in zip(scores, articles, strict=True)]
    best = max(range(len(articles)), key=scores.__getitem__)
    return articles[best] if scores[best] >= LEAST else None
