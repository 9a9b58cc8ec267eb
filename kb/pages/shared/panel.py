"""A gr.HTML that shows ready Markup and reports taps; the one place that hands HTML to Gradio.

Does not know what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import gradio as gr

from kb.pages.shared.markup import Markup

_ACTIONS = (Path(__file__).parent / "actions.js").read_text(encoding="utf-8")


def panel(name: str, value: Iterable[Markup] = (), *, classes: str = "") -> gr.HTML:
    """An element with id ``name`` that shows a list of blocks; only the blocks that change are sent again.

    Gradio's template inserts the values last and never evaluates them, so ``${…}`` in a text stays text.
    """
    return gr.HTML(
        shown(*value),
        html_template='${(value || []).join("")}',
        js_on_load=_ACTIONS,
        elem_id=name,
        elem_classes=["kb-panel", *classes.split()],
        apply_default_css=False,
    )


def shown(*blocks: Markup) -> list[str]:
    """Blocks as a panel's value; raises TypeError for a plain string, which was not escaped."""
    for block in blocks:
        if not isinstance(block, Markup):
            raise TypeError("a panel shows Markup only")
    return [str(b) for b in blocks]


def tapped(event: gr.EventData) -> dict[str, str]:
    """What was tapped: the data of the button as strings; empty when the report is malformed."""
    data = getattr(event, "_data", None)
    if not isinstance(data, dict):
        return {}
    return {str(k): v for k, v in data.items() if isinstance(v, str) and len(v) <= 400}
