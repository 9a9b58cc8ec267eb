"""What a question asks for: a sanction, the duty broken, a person's share, a list, the wording.

Does not know the law, nor any hit. Words decide (``cues.toml``); nothing is learned and nothing is guessed beyond them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kb.assist.answer.words import word_list
from kb.base.textnorm import squeeze

Wanted = Literal["asked", "likely", "no"]


@dataclass(frozen=True, slots=True)
class Intent:
    """What is asked for.

    ``penalty``: asked by words, ``likely`` where a breach is told and nothing is asked, else ``no``. ``only_penalty``:
    a follow-up that wants the sanction and not the duty again. ``follow_up``: leans on the question before;
    ``may_follow``: there is one before, and nothing tells whether it does.
    """

    penalty: Wanted
    breach: bool = False
    only_penalty: bool = False
    person: bool = False
    crime: bool = False
    compare: bool = False
    whole: bool = False
    wording: bool = False
    follow_up: bool = False
    may_follow: bool = False


@lru_cache(maxsize=1)
def cues() -> Mapping[str, re.Pattern[str]]:
    """The cue words by their heading, compiled."""
    data = word_list("cues")
    return {name: re.compile("|".join(patterns)) for name, patterns in data.items()}


def read_intent(question: str, history: Sequence[str] = ()) -> Intent:
    """Read a question; ``history`` are the earlier questions of the conversation, oldest first."""
    text = squeeze(question)
    says = {name: bool(pattern.search(text)) for name, pattern in cues().items()}
    penalty: Wanted = "asked" if says["penalty"] else "no"
    if penalty == "no" and finds(text):
        penalty = "likely"
    follow_up = bool(history) and (says["elliptical"] or len(text) <= SHORT)
    if follow_up and penalty == "no" and asks_penalty(history[-1]) and says["elliptical"]:
        penalty = "asked"
    return Intent(
        penalty=penalty,
        breach=says["breach"],
        only_penalty=follow_up and says["penalty"] and not says["breach"],
        person=says["person"],
        crime=says["crime"],
        compare=says["compare"],
        whole=says["whole"],
        wording=says["wording"],
        follow_up=follow_up,
        may_follow=bool(history) and not follow_up,
    )


def finds(text: str) -> bool:
    """Whether a text (squeezed) tells what somebody found and asks nothing: it wants the duty and its sanction."""
    words = cues()
    return not words["asking"].search(words["indefinite"].sub("", text)) and tells_deed(text)


def tells_deed(text: str) -> bool:
    """Whether a text (squeezed) tells a deed or a tale, whatever else it asks."""
    words = cues()
    return bool(words["deed"].search(text) or words["narrative"].search(text))


SHORT = 14  # characters: nine in ten of the known follow-ups are no longer; such a one names no subject of its own


def asks_penalty(question: str) -> bool:
    """Whether the words of ``question`` ask for a sanction."""
    return bool(cues()["penalty"].search(squeeze(question)))
