"""What a task is given: the knowledge base, the day, where answers come from. Does not know tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.base.address import ArticleNo
from kb.base.records import Passage
from kb.law.parse import paragraphs

if TYPE_CHECKING:
    from kb.app import KnowledgeBase

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
QUESTIONS = ROOT / "eval" / "questions"
DAY = date(2025, 4, 30)  # the newest text of the snapshot the question sets were written over


@dataclass
class Context:
    """``answers``: answer objects by row id, made elsewhere (``kb batch``); None: the base is asked.

    ``day``: the day asked about where a row names none. ``files``: question files instead of a task's own; empty:
    its own. ``folder``: of a public set, for its adapter; None: its usual place.
    """

    base: KnowledgeBase
    day: date = DAY
    answers: Mapping[str, Mapping[str, Any]] | None = None
    files: tuple[Path, ...] = ()
    folder: Path | None = None
    limit: int | None = None
    notes: list[str] = field(default_factory=list)

    @cached_property
    def texts(self) -> HeldTexts:
        """The texts of the open generation."""
        return HeldTexts(self.base, self.day)


class HeldTexts:
    """Texts by name out of the generation (``eval.metrics.answers.Texts``); each is read once."""

    def __init__(self, base: KnowledgeBase, day: date) -> None:
        self._generation = base.generation
        self._day = day
        self._articles: dict[tuple[str, str, str | None], Passage | None] = {}
        self._documents: dict[str, str | None] = {}

    def _passage(self, title: str, article: str, version: str | None) -> Passage | None:
        at = (title, article, version)
        if at not in self._articles:
            number = ArticleNo.parse(article)
            found = self._generation.article(title, number, version) if number else None
            self._articles[at] = found
        return self._articles[at]

    def article(self, title: str, article: str, version: str | None) -> str | None:
        """Text of an article; None when it is not held."""
        passage = self._passage(title, article, version)
        return passage.text if passage else None

    def paragraphs(self, title: str, article: str) -> int | None:
        """Number of 款 of an article in force on the day; None when it is not held."""
        version = self._generation.in_force(title, self._day)
        passage = self._passage(title, article, version.version if version and version.source else None)
        return len(paragraphs(passage.text)) if passage else None

    def document(self, source: str) -> str | None:
        """All text of a document; None when it is not held."""
        if source not in self._documents:
            held = next((d for d in self._generation.documents() if d.source == source), None)
            body = [p.text for p in self._generation.of_document(held)] if held else None
            self._documents[source] = "\n".join(body) if body is not None else None
        return self._documents[source]

    def holds_report(self, name: str) -> bool:
        """Whether a report of this file name takes part."""
        return name in self._reports

    @cached_property
    def _reports(self) -> frozenset[str]:
        held = self._generation.documents()
        return frozenset(Path(d.source).name for d in held if d.kind == "report")
