"""What a row became and what the rows of a task come to. Does not know how a row was put or judged.

A metric is a number per row; the figure of a task is its mean over the rows it applies to. A row that failed holds
the worst value in everything that applies to it, so nothing drops out of a mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.metrics.stats import interval, mean, percentiles


@dataclass(frozen=True, slots=True)
class Metric:
    """Name, Chinese label, and whether more is better."""

    name: str
    label: str
    higher: bool = True

    @property
    def worst(self) -> float:
        """Value of a row that failed."""
        return 0.0 if self.higher else 1.0


_ALL = (
    Metric("recall@1", "召回@1"),
    Metric("recall@3", "召回@3"),
    Metric("recall@5", "召回@5"),
    Metric("recall@10", "召回@10"),
    Metric("recall@20", "召回@20"),
    Metric("recall@100", "召回@100"),
    Metric("mrr@10", "MRR@10"),
    Metric("ndcg@10", "nDCG@10"),
    Metric("all@5", "前5全中"),
    Metric("cite_recall", "引用召回（条）"),
    Metric("cite_precision", "引用准确（条）"),
    Metric("place_recall", "引用召回（款项）"),
    Metric("place_around", "引用召回（款项或所在条款）"),
    Metric("place_precision", "引用准确（款项）"),
    Metric("points", "答案要点"),
    Metric("points_exact", "答案要点（逐字）"),
    Metric("quote_exact", "引文逐字一致"),
    Metric("numbers", "数字都有出处"),
    Metric("status_ok", "引用状态无误"),
    Metric("conflict", "冲突已示明"),
    Metric("refusal_due", "该拒则拒"),
    Metric("refusal_undue", "误拒", higher=False),
    Metric("check_recall", "引用找出率"),
    Metric("check_precision", "核对准确"),
    Metric("check_exact", "整段全对"),
    Metric("false_pass", "错的放行", higher=False),
    Metric("recall", "召回"),
    Metric("precision", "准确"),
    Metric("facts", "事实照写"),
    Metric("leaks", "旧数混入", higher=False),
    Metric("precedents", "先例前10"),
    Metric("provenance", "有出处"),
    Metric("placeholders", "缺数留空"),
)
METRICS: dict[str, Metric] = {m.name: m for m in _ALL}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row after the run. ``metrics`` holds what applies; ``error`` is empty unless it failed; ``ms`` None: not timed.

    ``gold``, ``found`` (best first), ``cited``, ``missing`` are names to show, not texts. ``groups``: further labels
    to report apart (有已知问题 …).
    """

    id: str
    type: str
    metrics: Mapping[str, float]
    question: str = ""
    gold: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    refused: bool = False
    ms: float | None = None
    error: str = ""

    def to_json(self, *, bare: bool = False) -> dict[str, Any]:
        """Plain data; empty fields are left out. ``bare``: without question and missing points (private sets)."""
        out: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "question": "" if bare else self.question,
            "metrics": {k: round(v, 4) for k, v in self.metrics.items()},
            "gold": list(self.gold),
            "found": list(self.found),
            "cited": list(self.cited),
            "missing": [] if bare else list(self.missing),
            "groups": list(self.groups),
            "refused": self.refused,
            "ms": None if self.ms is None else round(self.ms, 1),
            "error": self.error,
        }
        return {k: v for k, v in out.items() if k == "type" or v not in ("", [], None, False)}


def failed(names: Iterable[str]) -> dict[str, float]:
    """The worst value in each of ``names``."""
    return {n: METRICS[n].worst for n in names}


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Mean, 95 % interval and number of rows of every metric that occurs, in the order of ``METRICS``."""
    out: dict[str, dict[str, Any]] = {}
    for name in METRICS:
        values = [r["metrics"][name] for r in rows if name in r["metrics"]]
        if values:
            low, high = interval(values) or (0.0, 0.0)
            out[name] = {"mean": _short(mean(values)), "low": _short(low), "high": _short(high), "n": len(values)}
    return out


def _short(value: float | None) -> float:
    return round(value or 0.0, 4)


def means(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Means alone."""
    values = {n: [r["metrics"][n] for r in rows if n in r["metrics"]] for n in METRICS}
    return {n: _short(mean(v)) for n, v in values.items() if v}


@dataclass(slots=True)
class TaskRun:
    """A task's rows and their figures; ``to_json`` is what a results file keeps of it.

    ``about`` holds provenance: question files with hash and number of rows, commit, day, place, model.
    """

    name: str
    label: str
    primary: str
    outcomes: list[Outcome]
    seconds: float = 0.0
    private: bool = False
    about: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data of the task."""
        rows = [o.to_json(bare=self.private) for o in self.outcomes]
        return {
            "label": self.label,
            "primary": self.primary,
            "about": self.about,
            "seconds": round(self.seconds, 1),
            "n": len(rows),
            "errors": sum(bool(o.error) for o in self.outcomes),
            "figures": figures(rows),
            "by_type": _by(rows, lambda r: [r["type"]]),
            "by_group": _by(rows, lambda r: r.get("groups", [])),
            "ms": percentiles([o.ms for o in self.outcomes if o.ms is not None]),
            "rows": rows,
        }


def _by(rows: Sequence[dict[str, Any]], labels: Callable[[dict[str, Any]], Iterable[str]]) -> dict[str, dict[str, Any]]:
    parts: dict[str, list[dict[str, Any]]] = {}
    for r in rows:
        for label in labels(r):
            parts.setdefault(label, []).append(r)
    return {label: {"n": len(some), "figures": means(some)} for label, some in sorted(parts.items())}
