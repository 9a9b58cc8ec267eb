"""Whether an instrument is one that this product's users enforce every day. Does not know questions.

Where a question names no trade, those are meant more often than the rules of any other office. The list is data
(``trade.txt``); what it is worth is learned (``eval.train_ranker``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "data" / "trade.txt"


@cache
def titles() -> frozenset[str]:
    """Short titles, those of local rules without their place."""
    lines = (line.partition("#")[0] for line in FILE.read_text("utf-8").splitlines())
    return frozenset(title for line in lines for title in line.split())


def of_trade(title: str, place: str = "") -> bool:
    """Whether a short title is in the list; ``place``: whose rule it is, empty for national law."""
    return title.removeprefix(place) in titles()
