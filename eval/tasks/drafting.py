"""Drafts measured: precedents found, facts unaltered, leaks, origins, gaps: ``python -m eval.tasks.drafting``.

Does not know how drafts are made: a drafter is asked, and its drafts are compared with the tasks. A task that fails
counts as failed in every column. Gaps: each fact that the precedents followed also count is taken away in turn; the
draft must then ask for it.

    python -m eval.tasks.drafting [--index DIR] [--out FILE] [--verbose] [FILE.jsonl …]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath
from typing import Any

from eval.run.context import Context
from eval.run.outcome import Outcome, failed
from eval.run.task import Task
from kb.app import KnowledgeBase
from kb.assist.draft import PLACEHOLDER, Draft, Drafter, Fact, from_text
from kb.base.quantity import contains_value, find_dates, find_quantities
from kb.base.records import KbError
from kb.base.textnorm import squeeze
from kb.report.parse import parse_report
from kb.search.embed import load_encoder
from kb.settings import Settings
from kb.text.read import read

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
TASKS = {
    SHARED / "eval" / "drafting.dev.jsonl": SHARED / "corpus" / "reports",
    ROOT / "eval" / "questions" / "drafting.jsonl": ROOT / "corpus" / "reports",
}
"""Task files and the reports they are about (the bundled reports step back where real ones are indexed)."""
BARS = {"precedents": 0.8, "facts": 1.0, "origins": 1.0}

Row = dict[str, Any]


@dataclass
class Result:
    """One task: counts of what was wanted and what was got; ``leaks`` and ``lost`` name what is wrong."""

    id: str
    wanted: int = 0
    found: int = 0
    facts: int = 0
    kept: int = 0
    sentences: int = 0
    origins: int = 0
    gaps: int = 0
    asked: int = 0
    leaks: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    error: str = ""
    text: str = ""
    warnings: list[str] = field(default_factory=list)


def over(folder: Path) -> Drafter:
    """A drafter over the report files of a folder, without an index: citations are then not checked."""
    paths = sorted(p for p in folder.iterdir() if p.suffix in (".txt", ".md"))
    found = [from_text(parse_report(read(p).text, name=p.stem), p.name) for p in paths]
    return Drafter(found, load_encoder(None), place=Settings.read().place)


def held(drafter: Drafter, rows: Sequence[Row]) -> bool:
    """Whether any report that the tasks want is in the index (the bundled ones step back for real ones)."""
    sources = {PurePath(r.source).name for r in drafter.shelf.reports}
    return any(w["doc"] in sources for row in rows for w in row["wanted_precedents"])


def is_plan(row: Row) -> bool:
    """Whether the task is of a plan (工作要点)."""
    return "工作要点" in row["task"]


def write(drafter: Drafter, row: Row, facts: Sequence[str]) -> Draft:
    """The draft of a task with these facts."""
    given = [Fact(text) for text in facts]
    return drafter.draft(drafter.task(row["section"], row["org"], row["year"], given, plan=is_plan(row)))


def judge(drafter: Drafter, row: Row) -> Result:
    """One task; an error is told in the result, whose counts of what was got then are zero."""
    out = Result(row["id"], wanted=len(row["wanted_precedents"]), facts=len(row["must_include"]), sentences=1)
    try:
        draft = write(drafter, row, row["facts"])
    except KbError as error:
        out.error = str(error)
        return out
    body = "\n".join(p.text for p in draft.paragraphs)
    out.text, out.warnings = draft.text, list(draft.warnings)
    for wanted in row["wanted_precedents"]:
        hit = any(
            PurePath(p.passage.source).name == wanted["doc"] and squeeze(wanted["quote"]) in squeeze(p.passage.text)
            for p in draft.precedents[:10]
        )
        out.found += hit
        if not hit:
            out.missed.append(wanted["quote"])
    out.lost = [
        text
        for text in [*row["facts"], *row["must_include"]]
        if squeeze(text) not in squeeze(draft.text) or squeeze(text) not in squeeze(body)
    ]
    out.facts += len(row["facts"])
    out.kept = out.facts - len(out.lost)
    out.leaks = list(leaks(draft.text, row))
    all_sentences = [s for p in draft.paragraphs for s in p.sentences]
    out.sentences = len(all_sentences)
    out.origins = sum(bool(s.facts or s.origins) for s in all_sentences)
    for gap, asked in gaps(drafter, row, draft):
        out.gaps += 1
        out.asked += asked
        if not asked:
            out.silent.append(gap)
    return out


def leaks(text: str, row: Row) -> Iterator[str]:
    """What a draft must not hold: the task's own list, and any figure or date that no fact states."""
    plain = PLACEHOLDER.sub("　", text)
    for word in row["must_not"]:
        if (
            contains_value(plain, word)
            if find_quantities(word) or word[:1].isdigit()
            else squeeze(word) in squeeze(plain)
        ):
            yield word
    known = "\n".join([*row["facts"], row["section"], row["org"], f"{row['year']}年"])
    for quantity in find_quantities(plain, bare=True):
        if any(c.isdigit() for c in quantity.text) and not contains_value(known, quantity.text):
            yield quantity.text
    for when in find_dates(plain):
        if when.text not in known:
            yield when.text


def gaps(drafter: Drafter, row: Row, whole: Draft) -> Iterator[tuple[str, bool]]:
    """Each figure of a fact that the sentence followed counts too: is it asked for once the fact is gone?"""
    from kb.assist.draft.compose import fact_figures, same_figure
    from kb.assist.draft.patterns import patterns

    for n, known in enumerate(fact_figures(whole.task.facts, row["year"])):
        origins = [o for p in whole.paragraphs for s in p.sentences if n in s.facts for o in s.origins]
        last = drafter.shelf.last(whole.task)
        slots = [
            slot
            for o in origins
            if o.precedent.report is last
            for pattern in patterns(o.precedent)
            if pattern.quote == o.quote
            for slot in pattern.slots
        ]
        counted = [s for s in slots if any(same_figure(f, s) >= 0.6 for f in known.figures)]
        if not counted or len(row["facts"]) < 2:
            continue
        without = write(drafter, row, [f for i, f in enumerate(row["facts"]) if i != n])
        for slot in counted:
            yield f"{slot.indicator}（{slot.unit}）", any(slot.name in mark for mark in without.placeholders)


def summary(results: Sequence[Result]) -> dict[str, float]:
    """Shares over all tasks; leaks as a count."""

    def share(got: str, wanted: str) -> float:
        whole = sum(getattr(r, wanted) for r in results)
        return sum(getattr(r, got) for r in results) / whole if whole else 0.0

    return {
        "tasks": len(results),
        "failed": sum(bool(r.error) for r in results),
        "precedents": share("found", "wanted"),
        "facts": share("kept", "facts"),
        "leaks": sum(len(r.leaks) for r in results),
        "origins": share("origins", "sentences"),
        "gaps": share("asked", "gaps"),
        "gaps_tried": sum(r.gaps for r in results),
    }


def passes(found: dict[str, float]) -> bool:
    """Whether every bar of the product is reached."""
    return not found["failed"] and not found["leaks"] and all(found[k] >= bar for k, bar in BARS.items())


MEASURES = ("precedents", "facts", "leaks", "provenance", "placeholders")


def measure(context: Context) -> list[Outcome]:
    """An outcome for every drafting task; one that raises, whatever it raises, has failed in every measure."""
    drafter = context.base.drafter
    rows = [r for path in files(context) for r in _rows(path) if held(drafter, [r])]
    return [_outcome(drafter, row) for row in rows][: context.limit]


def _outcome(drafter: Drafter, row: Row) -> Outcome:
    try:
        result = judge(drafter, row)
        error = result.error
    except Exception as fault:  # noqa: BLE001 - a crash is a failed draft; the run must go on and name it
        result, error = Result(row["id"]), f"{type(fault).__name__}: {fault}"
    kind = "工作要点" if is_plan(row) else "情况报告"
    if error:
        return Outcome(row["id"], kind, failed(MEASURES), row["task"], error=error)
    metrics = {
        "precedents": result.found / max(result.wanted, 1),
        "facts": result.kept / max(result.facts, 1),
        "leaks": float(bool(result.leaks)),
        "provenance": result.origins / max(result.sentences, 1),
    }
    if result.gaps:
        metrics["placeholders"] = result.asked / result.gaps
    labels = (("旧数", result.leaks), ("未照写", result.lost), ("未找到", result.missed), ("未留空", result.silent))
    missing = tuple(f"{label}：{text}" for label, texts in labels for text in texts)
    return Outcome(row["id"], kind, metrics, row["task"], missing=missing)


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def files(context: Context) -> list[Path]:
    """The tasks over the reports that the index holds."""
    drafter = context.base.drafter
    return [p for p in TASKS if p.is_file() and held(drafter, _rows(p))]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    return "" if files(context) else "索引里没有起草任务所依据的报告；请换 --index"


TASK = Task("drafting", "起草", measure, MEASURES, "precedents", files, absent, private=True)


def main() -> int:
    """Print a line per file and what is wrong; exit status 1 below a bar."""
    parser = argparse.ArgumentParser(description="起草：先例、事实、泄漏、出处、待填")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--index", type=Path, help="reports of an index (default: the report files themselves)")
    parser.add_argument("--out", type=Path, help="results as JSON")
    parser.add_argument("--verbose", action="store_true", help="print drafts, and what was missed")
    arguments = parser.parse_args()
    indexed = KnowledgeBase(Settings(index=arguments.index)).drafter if arguments.index else None
    good, record = True, dict[str, Any]()
    for path in arguments.files or [p for p in TASKS if p.is_file()]:
        drafter = indexed or over(TASKS.get(path.resolve(), ROOT / "corpus" / "reports"))
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not held(drafter, rows):
            print(path.name, "not measured: the index holds none of its reports")
            continue
        results = [judge(drafter, row) for row in rows]
        found = summary(results)
        good = good and passes(found)
        record[path.name] = {"summary": found, "results": [asdict(r) for r in results]}
        print(path.name, " ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in found.items()))
        for r in results:
            wrong = {k: getattr(r, k) for k in ("error", "leaks", "lost", "missed", "silent") if getattr(r, k)}
            if arguments.verbose or r.error or r.leaks or r.lost:
                print(" ", r.id, json.dumps(wrong, ensure_ascii=False))
            if arguments.verbose:
                print("   ", r.text.replace("\n", "\n    "))
    if arguments.out:
        arguments.out.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
