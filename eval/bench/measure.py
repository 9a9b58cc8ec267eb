"""Runs the workers: builds, questions, growth, updates. Does not print or draw."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.material import Articles, Question, lay_out
from eval.metrics.ranking import measure as ranking
from eval.metrics.stats import mean

Say = Callable[[str], None]
PEERS = ("langchain", "llamaindex", "txtai")
GROWTH = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0)


class WorkerFailed(RuntimeError):
    """A worker ended badly; holds the last lines it said."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. ``share`` of the corpus; ``runs`` of each build and round; ``timed`` questions a round.

    ``growth_share`` is what ×1 of the growth curve stands for.
    """

    share: float = 0.03
    growth_share: float = 0.125
    runs: int = 5
    timed: int = 30
    peers: tuple[str, ...] = PEERS
    python: str = sys.executable


USUAL = Plan()


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder to work in, the files laid out there, and the questions."""

    plan: Plan
    folder: Path
    files: tuple[Path, ...]
    questions: tuple[Question, ...]
    say: Say

    def worker(self, system: str, action: str, index: Path, files: Sequence[Path] | None = None) -> dict[str, Any]:
        """One process; raises WorkerFailed with what it said last."""
        job = {
            "system": system,
            "action": action,
            "files": [str(f) for f in files or self.files],
            "folder": str(index),
            "questions": [[q.text, q.history] for q in self.questions],
            "rounds": self.plan.runs,
            "timed": self.plan.timed,
        }
        path = self.folder / f"{system}-{action}.json"
        path.write_text(json.dumps(job), "utf-8")
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "TOKENIZERS_PARALLELISM": "true",
            "ALLOW_RESOLVE_TRANSFORM": "True",  # txtai loads an index with a function of ours only so
        }
        done = subprocess.run(
            [self.plan.python, "-m", "eval.bench.worker", str(path)], capture_output=True, text=True, env=environment
        )
        if done.returncode:
            raise WorkerFailed("\n".join(done.stderr.strip().splitlines()[-3:]))
        return dict(json.loads(done.stdout.strip().splitlines()[-1]))

    def index_of(self, system: str) -> Path:
        """Folder of a system's index."""
        return self.folder / "index" / system

    def fresh(self, system: str) -> Path:
        """The same, emptied."""
        shutil.rmtree(self.index_of(system), ignore_errors=True)
        return self.index_of(system)


def builds(bench: Bench, systems: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Builds in turn, ``runs`` of each; a system that fails has no entry and its reason is said."""
    out: dict[str, list[dict[str, Any]]] = {}
    failed: set[str] = set()
    for run in range(bench.plan.runs):
        for name in (s for s in systems if s not in failed):
            try:
                done = bench.worker(name, "build", bench.fresh(name))
            except WorkerFailed as error:
                failed.add(name)
                bench.say(f"{name} 没有建成：{error}")
                continue
            out.setdefault(name, []).append(done)
            bench.say(f"建立 {name} 第 {run + 1} 次：{done['seconds']:.1f} 秒")
    return out


def queries(bench: Bench, systems: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Speed and quality of each system that was built; a system that fails is left out and its reason said."""
    articles = Articles(bench.files)
    out = {}
    for name in systems:
        try:
            done = bench.worker(name, "query", bench.index_of(name))
        except WorkerFailed as error:
            bench.say(f"{name} 没有查成：{error}")
            continue
        hits = done.pop("hits")
        done["quality"] = quality(bench.questions, [[articles.of(*h) for h in some] for some in hits])
        out[name] = done
        shown = done["quality"]
        bench.say(f"提问 {name}：p50 {done['rounds'][0]['p50']:.1f} 毫秒，召回@5 {shown['recall@5']:.3f}")
    return out


def quality(questions: Sequence[Question], found: Sequence[Sequence[Sequence[str]]]) -> dict[str, float]:
    """Mean recall@5, recall@20 and MRR@10 over ranks of hits, each with the articles it overlaps.

    A gold article is found at the first hit that overlaps it, however many others that hit holds: chunks that span
    several articles are not punished for it.
    """
    gold: dict[str, list[str]] = {}
    lists: dict[str, list[str]] = {}
    for q, hits in zip(questions, found, strict=True):
        for article in q.gold:
            first = next((i for i, names in enumerate(hits) if article in names), None)
            gold[f"{q.id} {article}"] = [f"hit {first}"]
            lists[f"{q.id} {article}"] = [f"hit {i}" for i in range(len(hits))]
    values = ranking(gold, lists)
    out = {}
    for name in ("recall@5", "recall@20", "mrr@10"):
        best = max if name == "mrr@10" else mean
        each = [best([values[f"{q.id} {a}"][name] for a in q.gold]) or 0.0 for q in questions]
        out[name] = round(mean(each) or 0.0, 4)
    return out


def growth(bench: Bench, originals: Sequence[Path]) -> dict[str, Any]:
    """Ours at several sizes of the files, twice by copies with changed words; exponents fitted over characters."""
    points = []
    for factor in GROWTH:
        folder = bench.folder / "growth"
        shutil.rmtree(folder, ignore_errors=True)
        part = originals if factor >= 1 else originals[: max(1, round(len(originals) * factor))]
        files = lay_out(part, folder, copies=2 if factor > 1 else 1)
        built = bench.worker("ours_plain", "build", bench.fresh("growth"), files)
        asked = bench.worker("ours_plain", "query", bench.index_of("growth"), files)
        point = {
            "factor": factor,
            "files": len(files),
            "characters": sum(len(f.read_text("utf-8")) for f in files),
            "build_seconds": built["seconds"],
            "index_mb": built["bytes"] / 1e6,
            "build_peak_mb": built["memory"].get("peak"),
            "query_mb": asked["memory"].get("now"),
            "p50_ms": float(np.median([r["p50"] for r in asked["rounds"]])),
        }
        points.append(point)
        bench.say(f"增长 ×{factor:g}：建立 {point['build_seconds']:.1f} 秒，p50 {point['p50_ms']:.1f} 毫秒")
    shutil.rmtree(bench.folder / "growth", ignore_errors=True)
    measured = ("build_seconds", "index_mb", "build_peak_mb", "query_mb", "p50_ms")
    return {"points": points, "exponents": {m: exponent(points, m) for m in measured}}


def exponent(points: Sequence[Mapping[str, Any]], measured: str) -> float | None:
    """Slope of log(measured) over log(characters): 1 is linear, 0 constant; None with fewer than two points."""
    pairs = [(p["characters"], p[measured]) for p in points if p[measured]]
    if len(pairs) < 2:
        return None
    x, y = np.log(np.array(pairs, np.float64)).T
    return round(float(np.polyfit(x, y, 1)[0]), 3)


def updates(bench: Bench, full: float) -> dict[str, Any]:
    """Seconds of an update after one file, and after one in a hundred, changed; shares of a full build."""
    out: dict[str, Any] = {}
    bench.worker("ours", "build", bench.index_of("ours"))  # brings the index to the present files
    for label, n in (("one_file", 1), ("one_percent", max(1, len(bench.files) // 100))):
        changed = bench.files[:n]
        before = [p.read_text("utf-8") for p in changed]
        for path, text in zip(changed, before, strict=True):
            path.write_text(text.rstrip("\n") + f"\n\n测量用的一行（{label}）。\n", "utf-8")
        seconds = bench.worker("ours", "build", bench.index_of("ours"))["seconds"]
        for path, text in zip(changed, before, strict=True):
            path.write_text(text, "utf-8")
        out[label] = {"files": n, "seconds": seconds, "share": seconds / full}
        bench.say(f"更新 {n} 个文件：{seconds:.1f} 秒，为全量的 {seconds / full:.0%}")
    unchanged = bench.worker("ours", "build", bench.index_of("ours"))["seconds"]
    out["back_again"] = {"files": n, "seconds": unchanged, "share": unchanged / full}
    return out


def spread(values: Sequence[float]) -> dict[str, float]:
    """min, median, max."""
    return {"min": float(min(values)), "median": float(np.median(values)), "max": float(max(values)), "n": len(values)}


def ratios(a: Sequence[float], b: Sequence[float]) -> dict[str, float]:
    """Spread of a over b, run by run."""
    return spread([x / y for x, y in zip(a, b, strict=False) if y])
