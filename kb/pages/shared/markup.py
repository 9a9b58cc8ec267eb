"""HTML in which a text can never become markup: every value is escaped where it is put in.

Does not know what is shown. ``markupsafe`` does the escaping; only literals of this package are trusted.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

__all__ = ["Markup", "badge", "button", "escape", "join", "lines", "tag"]

Tone = str
"""A colour with a meaning: plain, good, care or bad; never the only carrier of it, the words say it too."""


def tag(name: str, /, *children: str | Markup, **attributes: str | int | bool | None) -> Markup:
    """An element; ``class_`` becomes class, ``data_act`` data-act; None and False leave an attribute out."""
    out = [Markup("<"), Markup(name)]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        printed = Markup(key.rstrip("_").replace("_", "-"))
        out.append(Markup(" {}").format(printed) if value is True else Markup(' {}="{}"').format(printed, value))
    return join([*out, Markup(">"), *children, Markup("</{}>").format(Markup(name))])


def join(parts: Iterable[str | Markup], between: str | Markup = "") -> Markup:
    """Parts in a row; what is not Markup is escaped."""
    return escape(between).join(escape(p) for p in parts)


def lines(text: str, name: str = "p", **attributes: str | int | bool | None) -> Markup:
    """Every line of a text as an element of its own; empty lines are left out."""
    return join(tag(name, line, **attributes) for line in text.split("\n") if line.strip())


def badge(text: str, tone: Tone = "plain") -> Markup:
    """A short label."""
    return tag("span", text, class_=f"kb-badge kb-{tone}")


def button(
    shown: str | Markup, act: str, /, *, class_: str = "kb-button", label: str | None = None, **data: str | int | None
) -> Markup:
    """A button that ``actions.js`` reports to the server as ``act`` with its ``data``; ``label`` for screen readers."""
    named = {f"data_{k}": v for k, v in data.items()}
    return tag("button", shown, type="button", class_=class_, data_act=act, aria_label=label, **named)
