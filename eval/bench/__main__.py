"""``python -m eval.bench``: measure, print, keep.

Default: the product and the floor over the whole corpus; beside the peers a quarter of it (the files that hold gold
among them), each peer built once; ``--full`` puts the peers over the whole, too. Interrupted, it goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eval.bench import measure
from eval.bench.material import Question, chosen, lay_out, questions
from eval.bench.page import lines, write_page
from eval.bench.process import process
from eval.bench.steps import ROOT, Steps
from eval.run.execute import commit
from eval.run.store import RESULTS
from kb.base.records import KbError

NEEDED = {"langchain": "langchain_classic", "llamaindex": "llama_index.retrievers.bm25", "txtai": "txtai"}
PACKAGES = ("langchain-community", "langchain-classic", "llama-index-core", "llama-index-retrievers-bm25", "txtai")
PARTS = ("systems", "whole", "updates", "process", "growth")
WORK = ROOT / ".work" / "bench"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the parts wanted; 1 with one line where the material is missing."""
    usual = measure.USUAL
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description="与同类产品并排测量")
    parser.add_argument("--full", action="store_true", help="同类产品也用全部语料")
    parser.add_argument("--share", type=float, default=usual.share, help="与同类产品并排的语料份额（默认四分之一）")
    parser.add_argument(
        "--whole", type=float, default=1.0, metavar="份额", help="“全部语料”用多大一部分（试跑用；默认 1）"
    )
    parser.add_argument("--runs", type=int, default=usual.runs, help="每项测几次（默认 5）")
    parser.add_argument("--peer-builds", type=int, default=usual.peer_builds, help="同类产品建几次（默认 1）")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="每个系统计时提问至多几秒（默认 40）")
    parser.add_argument("--only", choices=PARTS, action="append", help="只测其中一部分")
    parser.add_argument("--peers", nargs="*", choices=measure.PEERS, help="只比这些（默认已安装的全部）")
    parser.add_argument("--work", type=Path, default=WORK, help="工作文件夹（默认 .work/bench，测完删除）")
    parser.add_argument("--out", type=Path, default=RESULTS / "bench", help="结果放在哪里")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends by the way that ends the running step, too
    try:
        result = _run(options)
    except KbError as error:
        print(error, file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"{result['date']}.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print("\n".join(lines(result)))
    print(f"结果：{path}\n网页：{write_page(result, path.with_suffix('.html'))}")
    shutil.rmtree(options.work, ignore_errors=True)
    return 0


def _run(options: argparse.Namespace) -> dict[str, Any]:
    parts = options.only or PARTS
    asked = tuple(questions())
    plan = replace(
        measure.USUAL,
        share=options.whole if options.full else min(options.share, options.whole),
        growth_share=options.whole,
        runs=options.runs,
        peer_builds=options.peer_builds,
        seconds=options.seconds,
        peers=_peers(options.peers),
    )
    steps = Steps(options.work, _say, expected=_expected(plan, parts))
    version_now = commit()
    steps.claim([asdict(plan), version_now, [q.id for q in asked]])
    bench = _bench("side", plan, steps, asked, plan.share)
    whole = bench if plan.share >= plan.growth_share else _bench("whole", plan, steps, asked, plan.growth_share)
    result: dict[str, Any] = {
        "date": date.today().isoformat(),
        "commit": version_now,
        "machine": {"cores": os.cpu_count(), "processor": platform.processor() or platform.machine()},
        "python": platform.python_version(),
        "versions": {p: _version(p) for p in PACKAGES},
        "plan": asdict(plan),
        "corpus": _size(bench),
        "corpus_whole": _size(whole),
        "questions": len(asked),
    }
    result |= _measured(parts, bench, whole)
    result["seconds"] = round(time.monotonic() - steps.started)
    return result


def _measured(parts: Sequence[str], bench: measure.Bench, whole: measure.Bench) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if "systems" in parts:
        peers = dict.fromkeys(bench.plan.peers, bench.plan.peer_builds)
        out |= _systems(bench, {"jieba": bench.plan.runs, "ours": bench.plan.runs, "ours_plain": 1, **peers})
    if "whole" in parts and whole is not bench:
        out["whole"] = _systems(whole, {"jieba": whole.plan.runs, "ours": whole.plan.runs})
    if "updates" in parts:
        over = out.get("whole", out if whole is bench else {})
        full = over.get("systems", {}).get("ours", {}).get("build", {}).get("median")
        out["updates"] = measure.updates(whole, full or whole.build("ours", 0)["seconds"])
    if "process" in parts:
        if not whole.index_of("ours").is_dir():
            whole.build("ours", 0)
        out["process"] = process(whole, whole.index_of("ours"))
    if "growth" in parts:
        originals = chosen(bench.plan.growth_share, bench.questions)
        out["growth"] = measure.growth(whole, originals)
    return out


def _bench(name: str, plan: measure.Plan, steps: Steps, asked: tuple[Question, ...], share: float) -> measure.Bench:
    """The files of a share laid out whole or not at all; what a run before laid out stays as it is."""
    folder = steps.folder / "laws" / name
    if not folder.is_dir():
        made = folder.with_name(f"{name}.part")
        shutil.rmtree(made, ignore_errors=True)
        lay_out(chosen(share, asked), made)
        made.rename(folder)
    return measure.Bench(name, plan, steps.folder, tuple(sorted(folder.glob("*.md"))), asked, steps)


def _expected(plan: measure.Plan, parts: Sequence[str]) -> int:
    """Steps foreseen, for the progress lines."""
    peers, runs = len(plan.peers), plan.runs
    counts = {
        "systems": 2 * runs + 1 + peers * plan.peer_builds + 3 + peers,
        "whole": (2 * runs + 2) * (plan.share < plan.growth_share),
        "updates": 2 * runs + 1,
        "process": 2,
        "growth": 2 * len(measure.GROWTH),
    }
    return sum(n for part, n in counts.items() if part in parts)


def _size(bench: measure.Bench) -> dict[str, Any]:
    characters = sum(len(f.read_text("utf-8")) for f in bench.files)
    return {"files": len(bench.files), "characters": characters}


def _systems(bench: measure.Bench, wanted: Mapping[str, int]) -> dict[str, Any]:
    built = measure.builds(bench, wanted)
    asked = measure.queries(bench, [n for n in (*wanted, "floor") if n != "jieba" and (n in built or n == "floor")])
    systems = {n: _system(built.get(n, []), asked.get(n)) for n in (*wanted, "floor")}
    seconds = {n: [b["seconds"] for b in runs] for n, runs in built.items()}
    p50 = {n: [r["p50"] for r in a["rounds"]] for n, a in asked.items()}
    others = [n for n in (*wanted, "floor") if n not in ("ours", "ours_plain")]
    out = {
        f"{what}/{n}": measure.ratios(values["ours"], values[n])
        for what, values in (("build", seconds), ("p50", p50))
        for n in others
        if "ours" in values and n in values
    }
    return {"systems": {n: s for n, s in systems.items() if s}, "ratios": out}


def _system(built: Sequence[Mapping[str, Any]], asked: Mapping[str, Any] | None) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if built:
        out["build"] = measure.spread([b["seconds"] for b in built])
        out["build_peak_mb"] = max((b["memory"].get("peak", 0) for b in built), default=0)
        out["index_mb"] = built[-1]["bytes"] / 1e6
    if asked:
        for name in ("p50", "p95", "per_second_1"):
            out[name] = measure.spread([r[name] for r in asked["rounds"]])
        if asked["per_second_8"]:
            out["per_second_8"] = measure.spread(asked["per_second_8"])
        memory = asked["memory"]
        out |= {"ready_seconds": asked["ready"], "query_mb": memory.get("now"), "private_mb": memory.get("private")}
        out |= {"timed": asked["timed"], "quality": asked["quality"], "threads_error": asked.get("threads_error", "")}
    return out


def _peers(wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The peers whose packages are installed; the others are named."""
    out = []
    for name in measure.PEERS if wanted is None else wanted:
        if _installed(NEEDED[name]):
            out.append(name)
        else:
            _say(f"未装 {name}，不比它；安装：pip install -c constraints.txt --group bench")
    return tuple(out)


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
