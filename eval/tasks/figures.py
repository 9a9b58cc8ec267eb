"""Figures read from the development reports against the gold ledger: ``python -m eval.tasks.figures``.

A figure is right when a gold row of the same document has its value, its unit and its sentence; each gold row is
matched once. A document that cannot be read, and every gold row of it, counts as wrong. Knows nothing of an index.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.run.context import Context
from eval.run.outcome import Outcome
from eval.run.task import Task
from kb.base.quantity import parse_number
from kb.base.records import Figure, KbError
from kb.base.textnorm import squeeze
from kb.report.figures import figures
from kb.report.parse import parse_report
from kb.text.read import read

SHARED = Path(__file__).resolve().parents[3] / "shared"
GOLD = SHARED / "eval" / "report_figures.dev.jsonl"
REPORTS = SHARED / "corpus" / "reports"

Row = dict[str, Any]


@dataclass(slots=True)
class Score:
    """Of one document, or of all: gold rows, figures read, matches, and what was missed or too much."""

    gold: int = 0
    read: int = 0
    right: int = 0
    missed: list[Row] = field(default_factory=list)
    extra: list[Figure] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the gold rows found; 0 without gold."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def precision(self) -> float:
        """Share of the figures read that are right; 0 when none was read."""
        return self.right / self.read if self.read else 0.0


def gold_rows(path: Path) -> dict[str, list[Row]]:
    """Rows of the gold ledger by document."""
    out: dict[str, list[Row]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            out[row["doc"]].append(row)
    return out


def ledger(path: Path) -> list[Figure]:
    """Figures of one report; empty when it cannot be read (every gold row of it is then missed)."""
    try:
        report = parse_report(read(path).text, name=path.stem)
    except KbError:
        return []
    return figures(report.passages(path.name), org=report.org, year=report.year)


def matches(row: Row, figure: Figure) -> bool:
    """Whether value, unit and sentence agree."""
    return same_value(str(row["value"]), figure) and unit(row["unit"]) == unit(figure.unit) and same_place(row, figure)


def same_value(gold: str, figure: Figure) -> bool:
    """Whether a gold value as printed (700余, 8.6万, 数千, 二等奖) is the figure's."""
    if squeeze(gold) == squeeze(figure.printed):
        return True
    number = parse_number(re.sub(r"^[近超约逾]", "", squeeze(gold)))
    return number is not None and float(number) == figure.value


def unit(text: str) -> str:
    """A unit for comparison: one width, no brackets."""
    return re.sub(r"[()]", "", squeeze(text))


def same_place(row: Row, figure: Figure) -> bool:
    """Whether the gold quotation, or a sentence of it, is the figure's sentence or part of it, or holds it."""
    sentence = squeeze(figure.quote)
    pieces = [p for p in re.split("[。！？]", squeeze(row["quote"])) if p]
    return any(p in sentence or sentence in p for p in pieces)


def score(gold: Sequence[Row], found: Sequence[Figure]) -> Score:
    """Match each figure with at most one gold row, in order."""
    out = Score(gold=len(gold), read=len(found))
    open_rows = list(gold)
    for figure in found:
        row = next((r for r in open_rows if matches(r, figure)), None)
        if row is None:
            out.extra.append(figure)
            continue
        open_rows.remove(row)
        out.right += 1
    out.missed = open_rows
    return out


def total(scores: Iterable[Score]) -> Score:
    """All documents as one."""
    out = Score()
    for s in scores:
        out.gold, out.read, out.right = out.gold + s.gold, out.read + s.read, out.right + s.right
        out.missed += s.missed
        out.extra += s.extra
    return out


def measure(context: Context) -> list[Outcome]:
    """One row for every gold figure (recall) and for every figure read (precision)."""
    out = []
    for doc, gold in gold_rows(GOLD).items():
        found = score(gold, ledger(REPORTS / doc))
        name = doc[:3]
        for i in range(found.gold):
            value = float(i >= len(found.missed))
            out.append(Outcome(f"{name} 应读 {i}", doc, {"recall": value}))
        for i in range(found.read):
            value = float(i >= len(found.extra))
            out.append(Outcome(f"{name} 读出 {i}", doc, {"precision": value}))
    return out[: context.limit]


def files(context: Context) -> list[Path]:
    """The gold ledger."""
    return [GOLD]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    return "" if GOLD.is_file() and REPORTS.is_dir() else "检出目录旁没有 ../shared/eval 或 ../shared/corpus/reports"


TASK = Task("figures", "报告数据", measure, ("recall", "precision"), "recall", files, absent, private=True)


def main() -> int:
    """Print recall and precision by document and together; exit status 1 below the bar."""
    parser = argparse.ArgumentParser(description="报告数据台账：召回与准确")
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--reports", type=Path, default=REPORTS)
    parser.add_argument("--least", type=float, default=0.9, help="least recall and precision, else status 1")
    parser.add_argument("--verbose", action="store_true", help="print what was missed and what was too much")
    arguments = parser.parse_args()
    scores = {doc: score(rows, ledger(arguments.reports / doc)) for doc, rows in gold_rows(arguments.gold).items()}
    together = total(scores.values())
    for doc, s in [*sorted(scores.items()), ("together", together)]:
        print(f"{doc:28} gold {s.gold:4} read {s.read:4} recall {s.recall:.3f} precision {s.precision:.3f}")
    if arguments.verbose:
        for row in together.missed:
            print(f"missed  {row['indicator']} {row['value']}{row['unit']}: {row['quote'][:60]}")
        for figure in together.extra:
            print(f"extra   {figure.indicator} {figure.printed}{figure.unit}: {figure.quote[:60]}")
    return 0 if min(together.recall, together.precision) >= arguments.least else 1


if __name__ == "__main__":
    raise SystemExit(main())
