"""What the steps are: builds, questions, growth, updates; and their arithmetic. Does not print or draw."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.material import Articles, Question, lay_out
from eval.bench.steps import Steps, WorkerFailed
from eval.metrics.ranking import measure as ranking
from eval.metrics.stats import mean

PEERS = ("langchain", "llamaindex", "txtai")
GROWTH = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    ``share`` of the corpus beside the peers, ``growth_share``: what ×1 of the growth curve stands for. ``runs`` of each
    build of ours and each round of questions, ``peer_builds`` of each peer; ``timed`` questions a round, fewer where
    the rounds of a system would take more than ``seconds``.
    """

    share: float = 0.25
    growth_share: float = 1.0
    runs: int = 5
    peer_builds: int = 1
    timed: int = 30
    seconds: float = 40.0
    peers: tuple[str, ...] = PEERS


USUAL = Plan()


@dataclass(frozen=True, slots=True)
class Bench:
    """The files of one comparison, laid out under ``folder``, the questions, the steps; ``name`` tells two apart."""

    name: str
    plan: Plan
    folder: Path
    files: tuple[Path, ...]
    questions: tuple[Question, ...]
    steps: Steps

    def worker(
        self, label: str, system: str, action: str, index: Path, files: Sequence[Path] | None = None
    ) -> dict[str, Any]:
        """One step; raises WorkerFailed with what it said last."""
        job = {
            "system": system,
            "action": action,
            "files": [str(f) for f in files or self.files],
            "folder": str(index),
            "questions": [[q.text, q.history] for q in self.questions],
            "rounds": self.plan.runs,
            "timed": self.plan.timed,
            "seconds": self.plan.seconds,
        }
        return self.steps.run(f"{self.name}-{label}", job)

    def index_of(self, system: str) -> Path:
        """Folder of a system's index."""
        return self.folder / "index" / self.name / system

    def fresh(self, system: str) -> Path:
        """The same, emptied."""
        shutil.rmtree(self.index_of(system), ignore_errors=True)
        return self.index_of(system)

    def build(self, system: str, run: int) -> dict[str, Any]:
        """A build from nothing. Bare cutting takes another part of the files each run and is scaled to all of them."""
        label = f"build-{system}-{run}"
        kept = self.steps.kept(f"{self.name}-{label}")
        if system != "jieba":
            index = self.index_of(system) if kept is not None else self.fresh(system)
            return self.worker(label, system, "build", index)
        part = self.files[run :: self.plan.runs] or self.files
        done = self.worker(label, system, "build", self.index_of(system), part)
        size = [sum(f.stat().st_size for f in some) for some in (self.files, part)]
        return {**done, "seconds": done["seconds"] * size[0] / size[1]}


def builds(bench: Bench, systems: Mapping[str, int]) -> dict[str, list[dict[str, Any]]]:
    """Builds in turn, as many of each system as it says; one that fails has no entry and its reason is said."""
    out: dict[str, list[dict[str, Any]]] = {}
    failed: set[str] = set()
    for run in range(max(systems.values())):
        for name in (s for s, n in systems.items() if run < n and s not in failed):
            try:
                done = bench.build(name, run)
            except WorkerFailed as error:
                failed.add(name)
                bench.steps.tell(f"{name} 没有建成：{error}")
                continue
            out.setdefault(name, []).append(done)
            bench.steps.tell(f"建立 {name} 第 {run + 1} 次：{done['seconds']:.1f} 秒")
    return out


def queries(bench: Bench, systems: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Speed and quality of each system that was built; a system that fails is left out and its reason said.

    The floor searches the arrays that ours built.
    """
    articles = Articles(bench.files)
    out = {}
    for name in systems:
        try:
            done = bench.worker(f"query-{name}", name, "query", bench.index_of("ours" if name == "floor" else name))
        except WorkerFailed as error:
            bench.steps.tell(f"{name} 没有查成：{error}")
            continue
        hits = done.pop("hits")
        done["quality"] = quality(bench.questions, [[articles.of(*h) for h in some] for some in hits])
        out[name] = done
        p50 = float(np.median([r["p50"] for r in done["rounds"]]))
        bench.steps.tell(f"提问 {name}：p50 {p50:.1f} 毫秒，召回@5 {done['quality']['recall@5']:.3f}")
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
        part = originals if factor >= 1 else originals[: max(1, round(len(originals) * factor))]
        folder = bench.folder / "growth"
        shutil.rmtree(folder, ignore_errors=True)
        files = lay_out(part, folder, copies=2 if factor > 1 else 1)
        label, index = f"growth-{factor:g}", bench.folder / "index" / "growth" / f"{factor:g}"
        built = bench.worker(f"{label}-build", "ours_plain", "build", index, files)
        asked = bench.worker(f"{label}-query", "ours_plain", "query", index, files)
        point = {
            "factor": factor,
            "files": len(files),
            "characters": sum(len(f.read_text("utf-8")) for f in files),
            "build_seconds": built["seconds"],
            "index_mb": built["bytes"] / 1e6,
            "build_peak_mb": built["memory"].get("peak"),
            "query_mb": asked["memory"].get("now"),
            "query_private_mb": asked["memory"].get("private"),
            "p50_ms": float(np.median([r["p50"] for r in asked["rounds"]])),
        }
        points.append(point)
        shutil.rmtree(index, ignore_errors=True)
        bench.steps.tell(f"增长 ×{factor:g}：建立 {point['build_seconds']:.1f} 秒，p50 {point['p50_ms']:.1f} 毫秒")
    shutil.rmtree(bench.folder / "growth", ignore_errors=True)
    measured = ("build_seconds", "index_mb", "build_peak_mb", "query_mb", "query_private_mb", "p50_ms")
    return {"points": points, "exponents": {m: exponent(points, m) for m in measured}}


def exponent(points: Sequence[Mapping[str, Any]], measured: str) -> float | None:
    """Slope of log(measured) over log(characters): 1 is linear, 0 constant; None with fewer than two points."""
    pairs = [(p["characters"], p[measured]) for p in points if p[measured]]
    if len(pairs) < 2:
        return None
    x, y = np.log(np.array(pairs, np.float64)).T
    return round(float(np.polyfit(x, y, 1)[0]), 3)


def updates(bench: Bench, full: float) -> dict[str, Any]:
    """Seconds of an update with nothing changed, after one file and after one in a hundred changed; shares of ``full``.

    Each is measured ``runs`` times (another file each time); one in a hundred once.
    """
    index = bench.index_of("ours")
    if not index.is_dir():
        bench.worker("update-first", "ours", "build", index)
    runs = bench.plan.runs
    cases = (("unchanged", 0, runs), ("one_file", 1, runs), ("one_percent", max(1, len(bench.files) // 100), 1))
    out: dict[str, Any] = {}
    for label, n, times in cases:
        changed = [bench.files[run * n : (run + 1) * n] for run in range(times)]
        seconds = [_update(bench, f"update-{label}-{run}", some) for run, some in enumerate(changed)]
        out[label] = {"files": n, "seconds": spread(seconds), "share": float(np.median(seconds)) / full}
        bench.steps.tell(f"更新，改 {n} 个文件：{np.median(seconds):.1f} 秒，为全量的 {out[label]['share']:.1%}")
    return out


def _update(bench: Bench, label: str, changed: Sequence[Path]) -> float:
    """Seconds of one update after a line more in each of the files; they stay changed."""
    if bench.steps.kept(f"{bench.name}-{label}") is None:
        for path in changed:
            path.write_text(path.read_text("utf-8").rstrip("\n") + f"\n\n测量用的一行（{label}）。\n", "utf-8")
    return float(bench.worker(label, "ours", "build", bench.index_of("ours"))["seconds"])


def spread(values: Sequence[float]) -> dict[str, float]:
    """min, median, max."""
    return {"min": float(min(values)), "median": float(np.median(values)), "max": float(max(values)), "n": len(values)}


def ratios(a: Sequence[float], b: Sequence[float]) -> dict[str, float]:
    """Spread of a over b, run by run; where b has fewer runs (``n_other``), each of a over the middle of b."""
    others = list(b) if len(b) >= len(a) else [float(np.median(b))] * len(a)
    return {**spread([x / y for x, y in zip(a, others, strict=False) if y]), "n_other": len(b)}
