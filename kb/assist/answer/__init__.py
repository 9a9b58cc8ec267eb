"""Hits → an answer whose every citation verifies, or a refusal; with a chat model or without one.

Does not know doors, nor how hits are found.

* ``engine``     one question's way: refuse early, search, law or report, refuse late
* ``question``   a question read: ``intent`` (what it asks for, ``cues.toml``) and ``names`` (what it names)
* ``law``        hits among laws → an answer: ``select``, ``quote``, ``cited``, ``compose``, ``wording``
* ``conflict``, ``change``, ``tips``, ``rules``   two provisions on one act; a law that changed; procedure and waiver
* ``reports``, ``targets``   which report is asked about, which sentences answer
* ``refuse``     when there is no answer, and why (``refusals.toml``)
"""

from kb.assist.answer.engine import AnswerEngine
from kb.assist.answer.rules import Rules, load_rules

__all__ = ["AnswerEngine", "Rules", "load_rules"]
