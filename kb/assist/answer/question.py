"""A question read: its words, what it asks for, what it names, what it leans on.

Does not know hits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.assist.answer.intent import Intent, asks_penalty, read_intent
from kb.assist.answer.names import NamedInstrument, named_instruments
from kb.search.index import Generation
from kb.search.lookup import Located, Named, named

HISTORY = 2  # earlier questions that a follow-up leans on
# 134条1 for 第一百三十四条之一, as it is typed on a phone; not 134条1款.
_SUFFIX = re.compile(r"(条)\s*([1-9])(?![0-9款项号万千百年月日天人个元])")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is answered. ``history``: the earlier questions, oldest first.

    ``named``: the provisions it names, with where each leads; ``instruments``: the instruments it names, or of a
    follow-up those that the question before it named.
    """

    text: str
    history: tuple[str, ...]
    intent: Intent
    named: tuple[Named, ...]
    instruments: tuple[NamedInstrument, ...]

    @property
    def located(self) -> list[Located]:
        """The provisions named that are held, each once."""
        found = {p.passage.id: p for n in self.named for p in n.located}
        return list(found.values())

    @property
    def leaning(self) -> tuple[str, ...]:
        """The earlier questions that belong to this one; empty where it stands alone."""
        return self.history[-HISTORY:] if self.intent.follow_up else ()

    @property
    def full(self) -> str:
        """The words to be near to: with the earlier questions where it leans on them."""
        return " ".join((*self.leaning, self.text))


def read_question(text: str, history: Sequence[str], generation: Generation, place: str, day: date) -> Question:
    """Read a question against what the generation knows."""
    intent = read_intent(text, history)
    catalogue = generation.catalogue
    found = named_instruments(text, catalogue, place)
    if intent.follow_up and not found:
        for earlier in reversed(history[-HISTORY:]):
            found = found or named_instruments(earlier, catalogue, place)
    provisions = named(_SUFFIX.sub(r"\1之\2", text), generation, day, place)
    return Question(text, tuple(history), intent, tuple(provisions), tuple(found))


def wants_sanction(question: Question) -> bool:
    """Whether a sanction is wanted, by its own words or those it leans on."""
    return question.intent.penalty != "no" or any(asks_penalty(q) for q in question.leaning[-1:])
