"""Put questions to the knowledge base, or take answers made elsewhere, and judge each. Does not know which task asks.

A question that raises, whatever it raises, has a wrong answer: the run goes on and says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from eval.metrics.answers import earlier, expected, holds_quote, judge, named
from eval.metrics.ranking import RANKING, measure
from eval.run.context import Context
from eval.run.outcome import Outcome, failed
from eval.run.questions import Broken, QuestionSet, Row, load
from kb.base.records import Answer

ANSWERING = (
    "refusal_undue",
    "refusal_due",
    "cite_recall",
    "cite_precision",
    "place_recall",
    "place_around",
    "place_precision",
    "points",
    "points_exact",
    "quote_exact",
    "numbers",
    "status_ok",
    "conflict",
)
EVERYTHING = (*RANKING, *ANSWERING)
SHOWN = 6  # hits kept by name per question
Found = list[str]


def sets(files: Iterable[Path]) -> list[QuestionSet]:
    """The question sets of several files."""
    return [load(f) for f in files]


def ask_all(context: Context, files: Sequence[Path]) -> list[Outcome]:
    """Ask every row of the files; one outcome a row, broken rows among them."""
    entries = [e for s in sets(files) for e in s.entries][: context.limit]
    if context.answers is None and entries:
        _warm(context)
    asked = [_ask(context, e) for e in entries if not isinstance(e, Broken)]
    ranked = _ranking({str(i): a for i, a in enumerate(asked)})
    judged = iter([_outcome(context, a, ranked.get(str(i), {})) for i, a in enumerate(asked)])
    return [broken(e, EVERYTHING) if isinstance(e, Broken) else next(judged) for e in entries]


def broken(entry: Broken, metrics: Iterable[str]) -> Outcome:
    """The outcome of a row that cannot be read: wrong in everything."""
    return Outcome(entry.id, "坏行", failed(metrics), error=str(entry))


class Asked:
    """A row with its answer object (None: it failed, and ``error`` says how) and the time it took in ms."""

    def __init__(self, row: Row, answer: Mapping[str, Any] | None, error: str = "", ms: float | None = None) -> None:
        self.row, self.answer, self.error, self.ms = row, answer, error, ms

    @property
    def gold(self) -> list[str]:
        """Gold ids for ranking."""
        law = [named(g["law"], g["article"]) for g in self.row["gold"] if "law" in g]
        return law + [f"{g['doc']}：{g['quote'][:24]}" for g in self.row["gold"] if "doc" in g]

    @property
    def found(self) -> Found:
        """Ids of the hits, best first; a report hit stands for the gold quotations it holds."""
        return [name for h in (self.answer or {}).get("hits", ()) for name in self._names(h)]

    def _names(self, hit: Mapping[str, Any]) -> Found:
        if hit["kind"] == "law":
            return [named(hit["title"], hit["article"])] if hit["article"] else [f"{hit['title']}#{hit['rank']}"]
        golds = [g for g in self.row["gold"] if "doc" in g]
        held = [f"{g['doc']}：{g['quote'][:24]}" for g in golds if holds_quote(g, hit["source"], hit.get("text", ""))]
        return held or [f"{hit['title']}#{hit['rank']}"]


def _warm(context: Context) -> None:
    """Load what loads at the first question, so that no row pays for it."""
    context.base.search("安全生产", as_of=context.day)


def _day(row: Row, context: Context) -> date:
    return date.fromisoformat(row["as_of"]) if row.get("as_of") else context.day


def _ask(context: Context, row: Row) -> Asked:
    if context.answers is not None:
        given = context.answers.get(row["id"])
        return Asked(row, given, "" if given is not None else "没有回答")
    started = time.perf_counter()
    try:
        answer = context.base.ask(row["question"], history=earlier(row), as_of=_day(row, context))
    except Exception as error:  # noqa: BLE001 - a crash is a wrong answer; the run must go on and name it
        return Asked(row, None, f"{type(error).__name__}: {error}", (time.perf_counter() - started) * 1000)
    spent = (time.perf_counter() - started) * 1000
    return Asked(row, with_texts(answer), ms=spent)


def with_texts(answer: Answer) -> dict[str, Any]:
    """The answer object, each hit with its text."""
    out = answer.to_json()
    for row, hit in zip(out["hits"], answer.hits, strict=True):
        row["text"] = hit.passage.text
    return out


def _ranking(asked: Mapping[str, Asked], *, deep: bool = False) -> dict[str, dict[str, float]]:
    """Ranking metrics of every row that has gold; a failed row has none found. Hits without text judge no report."""
    able = {k: a for k, a in asked.items() if a.gold and not _textless(a)}
    return measure({k: a.gold for k, a in able.items()}, {k: a.found for k, a in able.items()}, deep=deep)


def _textless(asked: Asked) -> bool:
    reports = any("doc" in g for g in asked.row["gold"])
    return reports and asked.answer is not None and any("text" not in h for h in asked.answer["hits"])


def _outcome(context: Context, asked: Asked, ranked: Mapping[str, float]) -> Outcome:
    row, answer = asked.row, asked.answer
    ok = answer is not None
    error = asked.error
    metrics = {**ranked, **failed(expected(row))}
    detail: dict[str, Any] = {}
    if answer is not None:
        try:
            judged = judge(row, answer, context.texts)
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            ok, error = False, f"回答的格式不对：{type(fault).__name__} {fault}"
        else:
            metrics = {**ranked, **judged.metrics}
            missing = (*judged.missing, *(f"无出处：{n}" for n in judged.unsupported))
            detail = {"cited": tuple(judged.cited), "missing": missing, "refused": bool(answer["refused"])}
    return Outcome(
        id=row["id"],
        type=row["type"],
        metrics=metrics,
        question=row["question"],
        gold=tuple(asked.gold),
        found=tuple(dict.fromkeys(asked.found))[:SHOWN] if ok else (),
        groups=groups_of(row),
        ms=asked.ms,
        error=error,
        **detail,
    )


def groups_of(row: Row) -> tuple[str, ...]:
    """Labels reported apart: laws with and without known questions."""
    known = row.get("known")
    return () if known is None or not row["answerable"] else ("有已知问题的法" if known else "没有已知问题的法",)


def search_rows(context: Context, rows: Sequence[Row], *, k: int = 100) -> list[Outcome]:
    """Search alone, laws only, for rows that all have gold: the ranking metrics with recall@100."""
    _warm(context)
    asked = [_search(context, r, k) for r in rows]
    ranked = _ranking({str(i): a for i, a in enumerate(asked)}, deep=True)
    return [
        Outcome(
            id=a.row["id"],
            type=a.row["type"],
            metrics=ranked[str(i)],
            question=a.row["question"],
            gold=tuple(a.gold),
            found=tuple(dict.fromkeys(a.found))[:SHOWN],
            groups=groups_of(a.row),
            ms=a.ms,
            error=a.error,
        )
        for i, a in enumerate(asked)
    ]


def _search(context: Context, row: Row, k: int) -> Asked:
    started = time.perf_counter()
    try:
        found = context.base.search(
            row["question"], k=k, history=earlier(row), as_of=_day(row, context), scope="law"
        ).to_json()
    except Exception as error:  # noqa: BLE001 - a crash is a question without hits; the run must go on and name it
        return Asked(row, None, f"{type(error).__name__}: {error}", (time.perf_counter() - started) * 1000)
    return Asked(row, found, ms=(time.perf_counter() - started) * 1000)
