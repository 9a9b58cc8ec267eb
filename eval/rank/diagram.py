"""Reliability of the confidence: ``python -m eval.rank.diagram --index DIR`` writes docs/reliability.svg.

Does not know how the confidence is made. Three sets: known questions of which half calibrated the other half (from the
figures of ``eval.train_ranker``), the project's own law questions, the development questions where they are beside the
checkout. A question without gold counts as not answered.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.rank.report import Bin, reliability
from eval.report.charts import diagonal
from eval.tasks.retrieval import ROOT, SHARED, Row, named, put, rows
from kb.app import KnowledgeBase
from kb.settings import Settings

OUT = ROOT / "docs" / "reliability.svg"
FIRST = 5
BINS = 5  # of sets of some hundred questions
OWN = tuple(sorted((ROOT / "eval" / "questions").glob("law_*.jsonl")))
SETS: Mapping[str, Sequence[Path]] = {
    "自编法律问答": OWN,
    "开发题": [SHARED / "eval" / f"enforcement_{name}.dev.jsonl" for name in "ab"],
}


def measured(base: KnowledgeBase, asked: Sequence[Row]) -> tuple[list[Bin], float]:
    """Bins of confidence and share of questions whose first five hold gold; the expected calibration error."""
    said, true = [], []
    for a in put(base, asked):
        gold = {named(g["law"], g["article"]) for g in a.row["gold"]}
        said.append(a.confidence or 0.0)
        true.append(float(bool(gold & set(a.found[:FIRST]))))
    return reliability(np.array(said), np.array(true), bins=BINS)


def crossed(file: Path) -> tuple[list[Bin], float]:
    """What the ranker's training wrote."""
    found = json.loads(file.read_text("utf-8"))["calibration"]["confidence"]
    return [Bin(int(b["n"]), b["said"], b["true"]) for b in found["bins"]], float(found["error"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, draw, print."""
    parser = argparse.ArgumentParser(prog="python -m eval.rank.diagram", description=__doc__)
    parser.add_argument("--index", type=Path, default=ROOT / ".work" / "full-index")
    parser.add_argument("--figures", type=Path, default=ROOT / ".work" / "rank" / "figures.json")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    found = {}
    if options.figures.is_file():
        found["已知问题（交叉）"] = crossed(options.figures)
    base = KnowledgeBase(Settings(index=options.index))
    for name, files in SETS.items():
        there = [row for f in files if f.is_file() for row in rows(f)]
        if there:
            found[name] = measured(base, there)
    series = {}
    for name, (bins, error) in found.items():
        n = sum(b.n for b in bins)
        series[f"{name} n={n} 误差 {error:.3f}"] = [(b.said, b.true, b.n) for b in bins]
        print(f"{name}：n={n}，期望校准误差 {error:.3f}")
        for b in bins:
            print(f"  自信 {b.said:.2f}  属实 {b.true:.2f}  {b.n} 题")
    options.out.write_text(diagonal(series, "置信度与属实的比例", "所说的置信度", "前五条含答案的比例") + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
