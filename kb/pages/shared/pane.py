"""The pane that opens a provision: what a tap on a citation, a neighbour, a reference or a version leads to.

Does not know the page around it.
"""

from __future__ import annotations

from datetime import date
from itertools import count

from kb.app import KnowledgeBase
from kb.base.records import InputError, KbError
from kb.pages.shared.compare import comparison
from kb.pages.shared.markup import Markup, tag
from kb.pages.shared.notices import problem
from kb.pages.shared.panel import shown
from kb.pages.shared.provision import Opened, open_row, provision_view

PANE_ACTS = ("open", "refer", "compare")
_taps = count()


def follow(base: KnowledgeBase, data: dict[str, str], day: date) -> Markup:
    """The view that a tap leads to; a KbError becomes its line. ``data``: see ``panel.tapped``."""
    try:
        if data.get("act") == "refer":
            return show_view(base, data.get("address", ""), day)
        if data.get("act") == "compare":
            return comparison(base, open_row(base, data.get("row", ""), day), data.get("version", ""))
        return provision_view(open_row(base, data.get("row", ""), day, data.get("address", ""), data.get("quote", "")))
    except KbError as error:
        return problem(error)


def opened(view: Markup) -> list[str]:
    """A pane's value after a tap; another one each time, so that a phone goes to it though the same was open before."""
    return shown(view, tag("span", "", hidden=True, data_tap=next(_taps)))


def show_view(base: KnowledgeBase, reference: str, day: date) -> Markup:
    """The view of a named provision; raises InputError and its kin when it cannot be found."""
    if not reference.strip():
        raise InputError("请写出要查的条文，如“安全生产法第九十七条”")
    return provision_view(Opened(base.show(reference, as_of=day), base.generation.id, day))
