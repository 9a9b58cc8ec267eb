"""The designed states of a panel: empty, working, an error with its cure.

Does not know which page shows them.
"""

from __future__ import annotations

from kb.base.records import KbError
from kb.pages.shared.markup import Markup, lines, tag


def problem(error: KbError | str) -> Markup:
    """What went wrong and how to mend it, announced to screen readers."""
    return tag("div", lines(str(error)), class_="kb-note kb-bad", role="alert")


def hint(text: str) -> Markup:
    """What to do next on an empty panel."""
    return tag("div", lines(text), class_="kb-empty")


def working(text: str) -> Markup:
    """Something is under way."""
    return tag("p", tag("span", "", class_="kb-spin", aria_hidden="true"), text, class_="kb-working", role="status")
