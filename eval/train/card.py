"""The model card of a trained encoder, as text.

Does not know how the figures were measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

from eval.train.batches import WEIGHTS
from eval.train.data import Data, Split
from eval.train.measure import Figures
from eval.train.model import Settings

_CARD = Path(__file__).with_name("encoder_card.md")


def model(
    data: Data,
    settings: Settings,
    step: int,
    split: Split,
    found: Mapping[str, Figures],
    rounded: Mapping[str, Figures],
    seconds: float,
) -> str:
    """Card of the shipped encoder; ``rounded`` are the figures with the table as stored (int8)."""
    lines = [_row(name, f) for name, f in found.items()]
    lines += [_row(f"{name}, stored as int8", f) for name, f in rounded.items()]
    return _CARD.read_text("utf-8").format(
        **asdict(settings),
        words=settings.vocabulary,
        today=date.today().isoformat(),
        minutes=seconds / 60,
        laws=len({a.key for a in data.articles}),
        articles=len(data.articles),
        written=len(data.written),
        public=len(data.public),
        answers=len(data.answers),
        searched=sum(a.searched for a in data.articles),
        first=settings.first_round,
        step=step,
        shares=", ".join(f"{name} {share:g}" for name, share in {**WEIGHTS, **settings.weights}.items()),
        held=len(split.laws),
        names="、".join(split.laws),
        rows="\n".join(lines),
    )


def fold(left_out: int) -> str:
    """Card of an encoder for cross-fitting."""
    return (
        f"# Static encoder for cross-fitting\n\nTrained without {left_out:,} of the written questions. Not for use.\n"
    )


def _row(name: str, f: Figures) -> str:
    return f"| {name} | {f.n:,} | {f.recall5:.3f} | {f.recall20:.3f} | {f.recall100:.3f} | {f.mrr10:.3f} |"
