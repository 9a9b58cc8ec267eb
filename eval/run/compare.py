"""Two results side by side: paired differences, and which questions were gained or lost. Does not print.

Where both runs read the same question files, a row that one of them lacks counts as wrong there; where the files
differ, only the common rows are compared, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eval.metrics.stats import Difference, paired
from eval.run.outcome import METRICS

Task = Mapping[str, Any]
VERDICTS = {"better": "更好", "worse": "更差", "open": "看不出差别"}


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose value of the primary metric moved."""

    id: str
    question: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A task of two runs. ``common``: rows compared; ``same_questions``: whether both read the same files."""

    task: str
    label: str
    primary: str
    common: int
    same_questions: bool
    metrics: dict[str, Difference]
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    ms: tuple[dict[str, float], dict[str, float]]

    @property
    def moved(self) -> dict[str, Difference]:
        """The metrics in which any question differs."""
        return {m: d for m, d in self.metrics.items() if (d.low, d.change, d.high) != (0, 0, 0)}

    def verdict(self, metric: str) -> str:
        """better, worse or open."""
        return self.metrics[metric].verdict(METRICS[metric].higher)


def compare(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Comparison]:
    """Every task that both results hold, in the order of the second."""
    return [_compare(n, a["tasks"][n], t) for n, t in b["tasks"].items() if n in a["tasks"]]


def _same(a: Task, b: Task) -> bool:
    """Whether both runs put the same questions."""
    left, right = (([q["sha256"] for q in t["about"].get("questions", ())], t["about"].get("limit")) for t in (a, b))
    return bool(left == right and left[0])


def _compare(name: str, a: Task, b: Task) -> Comparison:
    same = _same(a, b)
    left, right = ({r["id"]: r for r in t["rows"]} for t in (a, b))
    ids = list(dict.fromkeys((*left, *right))) if same else [i for i in left if i in right]
    metrics = {m: d for m in METRICS if (d := _difference(m, ids, left, right)) is not None}
    gained, lost = _moved(b["primary"], ids, left, right)
    return Comparison(
        name, b["label"], b["primary"], len(ids), same, metrics, gained, lost, (a.get("ms", {}), b.get("ms", {}))
    )


def _values(metric: str, row: str, *sides: Mapping[str, Any]) -> list[float] | None:
    """A row's value on both sides; None where neither holds one, the worst value where one side does not."""
    found = [s[row]["metrics"].get(metric) if row in s else None for s in sides]
    if all(v is None for v in found):
        return None
    if any(v is None and row in s for v, s in zip(found, sides, strict=True)):
        return None  # the metric does not apply to this row's answer on one side (no quotation to be exact)
    return [METRICS[metric].worst if v is None else float(v) for v in found]


def _difference(metric: str, ids: list[str], left: Mapping[str, Any], right: Mapping[str, Any]) -> Difference | None:
    pairs = [v for i in ids if (v := _values(metric, i, left, right)) is not None]
    return paired([p[0] for p in pairs], [p[1] for p in pairs]) if pairs else None


def _moved(
    metric: str, ids: list[str], left: Mapping[str, Any], right: Mapping[str, Any]
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Questions whose primary metric rose, and those whose fell, the largest moves first."""
    changes = []
    for i in ids:
        values = _values(metric, i, left, right)
        if values is not None and values[0] != values[1]:
            row = right.get(i) or left[i]
            changes.append(Change(i, row.get("question", ""), values[0], values[1]))
    changes.sort(key=lambda c: -abs(c.after - c.before))
    up = METRICS[metric].higher
    return (
        tuple(c for c in changes if (c.after > c.before) is up),
        tuple(c for c in changes if (c.after > c.before) is not up),
    )
