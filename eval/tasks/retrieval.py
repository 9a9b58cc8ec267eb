"""Retrieval on question sets with gold articles: ``python -m eval.tasks.retrieval [--index DIR] [FILE…]``.

Does not know answers or their wording. A question that fails, or finds nothing, counts as missed. Figures are those of
ir-measures: R@k is the mean share of gold articles among the first k, RR@10 the reciprocal rank of the first of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from eval.metrics.ranking import measure as ranking
from eval.metrics.stats import interval
from kb.app import KnowledgeBase
from kb.base.records import KbError, SearchResult
from kb.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
DAY = date(2025, 4, 30)  # the snapshot's newest text
DEPTH = 100
NAMES = {"R@5": "recall@5", "R@20": "recall@20", "R@100": "recall@100", "RR@10": "mrr@10"}

Row = dict[str, Any]
Values = dict[str, dict[str, float]]  # measure → question id → value


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put: its row, what was found (title + article, best first), how long it took in ms."""

    row: Row
    found: tuple[str, ...]
    confidence: float | None
    elapsed: float


def rows(path: Path) -> list[Row]:
    """Rows of a question file in order."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def named(title: str, article: object) -> str:
    """One article as a gold row and a hit both name it."""
    return f"{title.removeprefix('中华人民共和国')} {article}"


def put(base: KnowledgeBase, questions: Iterable[Row], *, day: date = DAY, scope: str = "law") -> list[Asked]:
    """Ask every question, with its history, to a depth of 100 hits."""
    out = []
    for row in questions:
        started = time.perf_counter()
        result = _search(base, row, day, scope)
        elapsed = (time.perf_counter() - started) * 1000
        hits = result.hits if result is not None else ()
        found = dict.fromkeys(named(h.passage.title, h.passage.article) for h in hits if h.passage.article)
        out.append(Asked(row, tuple(found), result.confidence if result is not None else None, elapsed))
    return out


def _search(base: KnowledgeBase, row: Row, day: date, scope: str) -> SearchResult | None:
    try:
        said = row.get("history", ())
        history = tuple(
            h if isinstance(h, str) else h["content"] for h in said if isinstance(h, str) or h["role"] == "user"
        )
        return base.search(row["question"], k=DEPTH, history=history, as_of=day, scope=scope)
    except KbError as error:
        print(f"{row.get('id')}: {error}", file=sys.stderr)
        return None


def measure(asked: Sequence[Asked]) -> Values:
    """R@5, R@20, R@100, RR@10 of every question that has gold; missing ones are 0."""
    named_gold = {
        f"{i}:{a.row.get('id', '')}": ([named(g["law"], g["article"]) for g in a.row["gold"]], a.found)
        for i, a in enumerate(asked)
        if a.row["gold"]
    }
    found = ranking({k: g for k, (g, _) in named_gold.items()}, {k: f for k, (_, f) in named_gold.items()}, deep=True)
    return {ours: {k: v[theirs] for k, v in found.items()} for ours, theirs in NAMES.items()}


def summary(asked: Sequence[Asked]) -> dict[str, Any]:
    """Means with intervals, by type of question, confidences, and the time a question takes."""
    every = measure(asked)
    types: dict[str, list[str]] = {}
    for i, a in enumerate(asked):
        if a.row["gold"]:
            types.setdefault(a.row.get("type") or a.row.get("style", ""), []).append(f"{i}:{a.row.get('id', '')}")
    spent = sorted(a.elapsed for a in asked)
    out: dict[str, Any] = {"questions": len(asked), "with_gold": len(every["R@5"])}
    for name, values in every.items():
        low, high = interval(list(values.values())) or (0.0, 0.0)
        out[name] = {
            "mean": round(float(np.mean(list(values.values()))), 4),
            "interval": [round(low, 4), round(high, 4)],
        }
    out["by_type"] = {
        t: {name: round(float(np.mean([every[name][k] for k in keys])), 4) for name in ("R@5", "RR@10")}
        | {"n": len(keys)}
        for t, keys in sorted(types.items())
    }
    for label, flag in (("confidence_with_gold", True), ("confidence_without", False)):
        known = [a.confidence for a in asked if bool(a.row["gold"]) is flag and a.confidence is not None]
        out[label] = [round(float(v), 3) for v in np.percentile(known, [10, 50, 90])] if known else []
    out["ms"] = {"p50": round(spent[len(spent) // 2], 1), "p95": round(spent[int(len(spent) * 0.95)], 1)}
    return out


def worst(asked: Sequence[Asked], n: int = 10) -> list[Row]:
    """The ``n`` questions with the least recall at 5, with gold and what was found instead."""
    recall = measure(asked)["R@5"]
    keyed = {f"{i}:{a.row.get('id', '')}": a for i, a in enumerate(asked)}
    ordered = sorted(recall, key=lambda k: recall[k])[:n]
    return [
        {
            "id": keyed[k].row.get("id"),
            "question": keyed[k].row["question"],
            "recall5": recall[k],
            "gold": {
                name: keyed[k].found.index(name) + 1 if name in keyed[k].found else None
                for name in (named(g["law"], g["article"]) for g in keyed[k].row["gold"])
            },
            "found": list(keyed[k].found[:5]),
        }
        for k in ordered
    ]


def _line(name: str, found: Mapping[str, Any]) -> str:
    parts = [
        f"{m} {found[m]['mean']:.3f} [{found[m]['interval'][0]:.3f}, {found[m]['interval'][1]:.3f}]" for m in MEASURES
    ]
    return f"{name}: n={found['with_gold']} " + "  ".join(parts) + f"  p50 {found['ms']['p50']} ms"


MEASURES = ("R@5", "R@20", "R@100", "RR@10")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.tasks.retrieval", description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, help="question files (default: the development sets beside the checkout)"
    )
    parser.add_argument("--index", type=Path, default=ROOT / ".work" / "full-index")
    parser.add_argument("--as-of", type=date.fromisoformat, default=DAY)
    parser.add_argument("--place", default="上海市")
    parser.add_argument("--worst", type=int, default=0, help="show so many of the worst questions")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    files = options.files or [SHARED / "eval" / f"enforcement_{name}.dev.jsonl" for name in "ab"]
    base = KnowledgeBase(Settings(index=options.index, place=options.place))
    base.search("预热", as_of=options.as_of)
    result = {}
    for path in files:
        asked = put(base, rows(path), day=options.as_of)
        result[path.name] = summary(asked)
        if options.worst:
            result[path.name]["worst"] = worst(asked, options.worst)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return 0
    for name, found in result.items():
        print(_line(name, found))
        for kind, values in found["by_type"].items():
            print(f"    {kind}: {values}")
        print(f"    confidence with gold {found['confidence_with_gold']}, without {found['confidence_without']}")
        for row in found.get("worst", []):
            print("   ", json.dumps(row, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
