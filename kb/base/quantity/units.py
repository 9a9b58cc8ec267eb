"""Units of quantities, read from ``units.txt`` beside this file.

Does not know numbers.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple, cast, get_args

from kb.base.textnorm import normalise

QuantityKind = Literal["money", "share", "point", "multiple", "duration", "count", "measure", "number"]
"""What a quantity measures; ``number``: a numeral without a unit."""


class Unit(NamedTuple):
    """A unit: its canonical name and what it measures."""

    name: str
    kind: QuantityKind


@cache
def units() -> dict[str, Unit]:
    """Map printed forms (normalised) to units. Raises ValueError where the data file is malformed."""
    from importlib.resources import files  # here: it takes longer to import than this module

    table: dict[str, Unit] = {}
    for line in (files("kb.base.quantity") / "units.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        kind, name, *forms = line.split()
        if kind not in get_args(QuantityKind) or not forms:
            raise ValueError(f"units.txt: {line}")
        for form in map(normalise, forms):
            if form in table and table[form].name != name:
                raise ValueError(f"units.txt: {form} named twice")
            table[form] = Unit(name, cast(QuantityKind, kind))
    return table


def _form(form: str) -> str:
    """Pattern of one form: 家次 also matches 家(次); Latin letters must end the word."""
    pattern = re.escape(form[:-1]) + r"\s?\(?次\)?" if len(form) > 1 and form.endswith("次") else re.escape(form)
    return pattern + r"(?![A-Za-z0-9])" if form[-1].isascii() and form[-1].isalpha() else pattern


@cache
def unit_pattern() -> re.Pattern[str]:
    """Pattern of any unit, the longest form first."""
    return re.compile("|".join(_form(form) for form in sorted(units(), key=len, reverse=True)))


def unit_of(printed: str) -> Unit:
    """Look up the unit of a form that ``unit_pattern`` matched."""
    return units()[re.sub(r"[\s()]", "", printed)]
