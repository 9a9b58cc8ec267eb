"""What one path of retrieval found, and how two paths are joined.

Does not know how either found it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Found:
    """Rows best first with a score each; ``why``: by which means each came.

    ``confidence``: that the first five hold one that is meant; None where no model weighed them.
    """

    rows: tuple[int, ...] = ()
    scores: tuple[float, ...] = ()
    why: Mapping[int, set[str]] = field(default_factory=dict)
    confidence: float | None = None


def joined(laws: Found, reports: Found, share: float) -> Found:
    """Both in one order by their probabilities, weighed by the ``share`` that reports have in what is asked."""
    pairs = [(s * (1 - share), r) for r, s in zip(laws.rows, laws.scores, strict=True)]
    pairs += [(s * share, r) for r, s in zip(reports.rows, reports.scores, strict=True)]
    pairs.sort(key=lambda pair: -pair[0])
    confidence = None
    if laws.confidence is not None and reports.confidence is not None:
        confidence = (1 - share) * laws.confidence + share * reports.confidence
    rows = tuple(r for _, r in pairs)
    return Found(rows, tuple(s for s, _ in pairs), {**laws.why, **reports.why}, confidence)
