"""Answers against questions with gold: citations, answer points, refusals, statuses; by type, and the worst rows.

Does not know how answers are made: an engine is asked, its answers are compared with the gold.

    python -m eval.tasks.answers --index DIR [--as-of 2025-04-30] [--out DIR] FILE.jsonl...

A row that fails to be answered counts as a failure. Citations are compared by article and only in the roles violation,
penalty and basis; procedure, waiver and conflict citations stand apart. An answer point counts as given where all its
clauses stand in the answer's text or one of its scored quotations: word for word, or with every value (compared as a
number) and two thirds of its character pairs. Files of ``corpus/unanswerable`` count for refusals only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from eval.metrics.answers import SCORED, earlier
from eval.metrics.points import given
from eval.metrics.stats import mean as mean_of
from kb.base.records import Answer, KbError
from kb.base.textnorm import squeeze


@dataclass
class Row:
    """One question and how its answer did. ``recall`` … are None where they do not apply."""

    id: str
    type: str
    question: str
    answerable: bool
    refused: bool = False
    recall: float | None = None
    precision: float | None = None
    points: float | None = None
    gold: list[str] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    length: int = 0
    error: str = ""
    text: str = ""

    @property
    def right(self) -> float:
        """One figure to sort by: mean of what applies; refusals count whole."""
        if not self.answerable:
            return float(self.refused)
        found = [x for x in (self.recall, self.precision, self.points) if x is not None]
        return sum(found) / len(found) if found else float(not self.refused)


def judge(row: dict[str, Any], answer: Answer) -> Row:
    """Compare one answer with its gold."""
    question = str(row.get("question") or row.get("q"))
    answerable = bool(row.get("answerable", "gold" in row and bool(row["gold"])))
    out = Row(str(row.get("id", question[:12])), str(row.get("type") or row.get("kind", "")), question, answerable)
    out.refused, out.text, out.length = answer.refused, answer.text, len(answer.text)
    out.statuses.update(c.status for c in answer.citations)
    if not answerable:
        return out
    scored = [c for c in answer.citations if c.role in SCORED or c.kind == "report"]
    if row["gold"] and "doc" in row["gold"][0]:
        _judge_report(row, answer, out)
    else:
        gold = {f"{g['law']}{g['article']}" for g in row["gold"]}
        cited = {f"{c.title}{c.article}" for c in scored if c.role in SCORED}
        out.gold, out.cited = sorted(gold), sorted(cited)
        out.recall = len(gold & cited) / len(gold)
        out.precision = len(gold & cited) / len(cited) if cited else 0.0
    texts = [answer.text, *(c.quote for c in scored)]
    missing = [p for p in row.get("answer_points", ()) if not given(p, texts)]
    if row.get("answer_points"):
        out.points = 1 - len(missing) / len(row["answer_points"])
    out.missing = missing
    return out


def _judge_report(row: dict[str, Any], answer: Answer, out: Row) -> None:
    """Reports: a gold quotation is found where a citation of its document holds half of its character pairs."""
    quotes = [(Path(c.source).name, squeeze(c.quote)) for c in answer.citations if c.kind == "report"]

    def holds(gold: dict[str, str], quote: tuple[str, str]) -> bool:
        plain = squeeze(gold["quote"])
        pairs = {plain[i : i + 2] for i in range(len(plain) - 1)}
        return gold["doc"] == quote[0] and sum(p in quote[1] for p in pairs) >= len(pairs) / 2

    golds = row["gold"]
    out.gold = [f"{g['doc'][:3]} {g['quote'][:24]}" for g in golds]
    out.cited = [f"{d[:3]} {q[:24]}" for d, q in quotes]
    out.recall = sum(any(holds(g, q) for q in quotes) for g in golds) / len(golds)
    out.precision = sum(any(holds(g, q) for g in golds) for q in quotes) / len(quotes) if quotes else 0.0


def mean(values: Iterable[float | None]) -> float | None:
    """Mean of what is not None; None when nothing is left."""
    return mean_of([v for v in values if v is not None])


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Figures over rows, ready for JSON."""
    answerable = [r for r in rows if r.answerable]
    due = [r for r in rows if not r.answerable]
    return {
        "n": len(rows),
        "recall": mean(r.recall for r in answerable),
        "precision": mean(r.precision for r in answerable),
        "points": mean(r.points for r in answerable),
        "refused_due": mean(float(r.refused) for r in due),
        "refused_wrong": mean(float(r.refused) for r in answerable),
        "statuses": dict(sum((r.statuses for r in rows), Counter())),
        "longest": max((r.length for r in rows), default=0),
        "errors": sum(bool(r.error) for r in rows),
    }


def run(base: Any, files: Sequence[Path], day: date) -> list[Row]:  # noqa: ANN401 - anything with ask()
    """Ask every question of ``files``; a failure is a row with ``error``."""
    rows = []
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            question = str(row.get("question") or row["q"])
            try:
                rows.append(judge(row, base.ask(question, history=earlier(row), as_of=day)))
            except KbError as error:
                failed = Row(
                    str(row.get("id", question[:12])),
                    str(row.get("type", "")),
                    question,
                    bool(row.get("answerable", False)),
                )
                failed.error, failed.recall, failed.precision, failed.points = str(error), 0.0, 0.0, 0.0
                rows.append(failed)
    return rows


def show(rows: Sequence[Row], worst: int) -> None:
    """Print the table by type and the worst rows."""
    by_type: dict[str, list[Row]] = defaultdict(list)
    for r in rows:
        by_type[r.type].append(r)
    print(f"{'type':16}{'n':>4} {'recall':>7} {'prec.':>7} {'points':>7} {'due':>6} {'wrong':>6}")
    for name, some in [*sorted(by_type.items()), ("all", list(rows))]:
        s = summary(some)
        cells = [
            f"{s[k]:.3f}" if s[k] is not None else "-"
            for k in ("recall", "precision", "points", "refused_due", "refused_wrong")
        ]
        print(f"{name:16}{s['n']:>4} {cells[0]:>7} {cells[1]:>7} {cells[2]:>7} {cells[3]:>6} {cells[4]:>6}")
    print(
        json.dumps(
            {k: v for k, v in summary(rows).items() if k in ("statuses", "longest", "errors")}, ensure_ascii=False
        )
    )
    for r in sorted(rows, key=lambda r: r.right)[:worst]:
        print(
            f"\n{r.id} [{r.type}] {r.question}\n  gold  {r.gold}"
            f"\n  cited {r.cited}{' REFUSED' if r.refused else ''} {r.error}"
        )
        print(f"  missing {r.missing}\n  text {r.text[:160]!r}")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; prints a table and writes ``answers.json`` where --out is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2025, 4, 30))
    parser.add_argument("--worst", type=int, default=10)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(argv)
    from kb.app import KnowledgeBase
    from kb.settings import Settings

    rows = run(KnowledgeBase(Settings(index=options.index)), options.files, options.as_of)
    show(rows, options.worst)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        body = {"all": summary(rows), "rows": [vars(r) for r in rows]}
        (options.out / "answers.json").write_text(json.dumps(body, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
