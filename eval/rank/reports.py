"""Weights of reports: ``python -m eval.rank.reports``: which passage is meant, and whether reports are asked for.

Trained on the questions about the bundled sample reports (``eval/questions/reports.jsonl``) and on known questions
about laws, over an index of the bundled corpus. Knows nothing of the development questions.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.rank.calibrate import logistic
from eval.train.data import ROOT
from kb.app import KnowledgeBase, build_index
from kb.base.textnorm import squeeze
from kb.search.rank.logistic import Logistic
from kb.search.rank.reports import MODEL, ROUTE_SIGNS, ROW_SIGNS, whole_signs
from kb.search.retrieve import Retriever, Scope
from kb.settings import Settings

F64 = npt.NDArray[np.float64]
DAY = date(2026, 6, 30)
LAW_QUESTIONS = 600
SELF = 0.995  # cosine from which a known question is the one asked


@dataclass(frozen=True, slots=True)
class Rows:
    """Signs of passages with labels, one question after the other."""

    signs: list[F64]
    true: list[npt.NDArray[np.bool_]]


def turns(row: dict[str, Any]) -> tuple[str, ...]:
    """Earlier questions of a row, whose history is a list of questions or of chat messages."""
    said = row.get("history", ())
    return tuple(h if isinstance(h, str) else h["content"] for h in said if isinstance(h, str) or h["role"] == "user")


def labelled(retriever: Retriever, rows: Sequence[dict[str, Any]]) -> Rows:
    """Signs of every passage of the reports for every question with gold; gold holds a quotation of it."""
    generation = retriever.generation
    out = Rows([], [])
    for row in rows:
        found = retriever.report_signs(row["question"], Scope(DAY, "report"), turns(row))
        passages = generation.passages(found.rows.tolist())
        true = [
            any(Path(p.source).name == g["doc"] and squeeze(g["quote"])[:16] in squeeze(p.text) for g in row["gold"])
            for p in passages
        ]
        if any(true):
            out.signs.append(found.signs)
            out.true.append(np.array(true))
    return out


def recall(rows: Rows, model: Logistic, k: int = 5) -> float:
    """Mean share of the gold passages among the first ``k``."""
    values = []
    for signs, true in zip(rows.signs, rows.true, strict=True):
        first = np.argsort(-model(signs), kind="stable")[:k]
        values.append(true[first].sum() / true.sum())
    return float(np.mean(values))


def fit(rows: Rows) -> Logistic:
    """Every question weighs the same."""
    weights = np.concatenate([np.full(len(t), 1.0 / len(t)) for t in rows.true])
    return logistic(np.concatenate(rows.signs), np.concatenate(rows.true).astype(np.float64), weights * len(weights))


def crossed(rows: Rows, parts: int = 5) -> tuple[float, F64]:
    """Recall at 5 of questions that the weights never saw, and their (1 - Π(1 - p) of the first five, hit)."""
    recalls, wholes = [], []
    for part in range(parts):
        away = [i for i in range(len(rows.true)) if i % parts != part]
        kept = [i for i in range(len(rows.true)) if i % parts == part]
        model = fit(Rows([rows.signs[i] for i in away], [rows.true[i] for i in away]))
        mine = Rows([rows.signs[i] for i in kept], [rows.true[i] for i in kept])
        recalls += [recall(Rows([s], [t]), model) for s, t in zip(mine.signs, mine.true, strict=True)]
        for signs, true in zip(mine.signs, mine.true, strict=True):
            p = model(signs)
            order = np.argsort(-p, kind="stable")
            wholes.append((*whole_signs(p[order]), float(true[order[:5]].any())))
    return float(np.mean(recalls)), np.array(wholes)


def law_signs(retriever: Retriever, question: str, scope: Scope) -> F64:
    """Signs of a known question as if it were not known: the nearest other one counts."""
    signs = retriever.report_signs(question, scope).route.copy()
    _, near = retriever.generation.known.vectors.top(retriever.query(question, scope).vector, 6)
    others = near[near < SELF]
    signs[ROUTE_SIGNS.index("known")] = float(others[0]) if len(others) else 0.0
    return signs


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, print the figures, write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.rank.reports", description=__doc__)
    parser.add_argument("--index", type=Path, default=ROOT / ".work" / "bundled-index")
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="with the bundled reports among them")
    options = parser.parse_args(arguments)
    settings = Settings(index=options.index, corpora=tuple(options.corpus))
    build_index(settings)
    base = KnowledgeBase(settings)
    retriever = base.retriever
    asked = [json.loads(line) for line in (ROOT / "eval" / "questions" / "reports.jsonl").open(encoding="utf-8")]
    rows = labelled(retriever, asked)
    found, wholes = crossed(rows)
    hit = fit(rows)
    none = [_none(retriever, row, hit) for row in asked if not row["gold"]]
    whole = logistic(np.array([w[:2] for w in wholes] + none), np.array([w[2] for w in wholes] + [0.0] * len(none)))
    laws = [t for _, t, _ in retriever.generation.known_texts()]
    chosen = np.random.default_rng(0).permutation(len(laws))[:LAW_QUESTIONS]
    scope = Scope(DAY, "all", "上海市")
    signs = [law_signs(retriever, laws[i], scope) for i in chosen]
    signs += [retriever.report_signs(row["question"], scope, turns(row)).route for row in asked]
    true = np.array([0.0] * len(chosen) + [1.0] * len(asked))
    weights = np.where(true > 0, len(chosen) / len(asked), 1.0)
    route = logistic(np.stack(signs), true, weights, strength=0.05)
    said = route(np.stack(signs))
    figures = {
        "questions": len(rows.true),
        "recall5_crossed": round(found, 3),
        "route_reports_right": round(float((said[true > 0] > 0.5).mean()), 3),
        "route_laws_right": round(float((said[true == 0] < 0.5).mean()), 3),
    }
    print(json.dumps(figures))
    print({n: round(float(w), 2) for n, w in zip(ROW_SIGNS, hit.weights, strict=True)})
    print({n: round(float(w), 2) for n, w in zip(ROUTE_SIGNS, route.weights, strict=True)})
    plain = {
        name: {"weights": [round(float(w), 5) for w in m.weights], "bias": round(m.bias, 5)}
        for name, m in (("hit", hit), ("route", route), ("whole", whole))
    }
    MODEL.write_text(json.dumps({**plain, "figures": figures}, indent=1) + "\n", "utf-8")
    return 0


def _none(retriever: Retriever, row: dict[str, Any], hit: Logistic) -> tuple[float, ...]:
    p = np.sort(hit(retriever.report_signs(row["question"], Scope(DAY, "report"), turns(row)).signs))[::-1]
    return tuple(whole_signs(p).tolist())


if __name__ == "__main__":
    sys.exit(main())
