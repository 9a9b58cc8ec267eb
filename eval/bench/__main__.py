"""``python -m eval.bench``: measure, print, keep.

Default: three in a hundred of the corpus beside the peers (the files that hold gold among them), an eighth of it as ×1
of the growth curve; some 15 minutes on two idle cores. ``--full`` takes the whole corpus for both.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eval.bench import measure
from eval.bench.material import chosen, lay_out, questions
from eval.bench.page import lines, write_page
from eval.run.execute import commit
from eval.run.store import RESULTS
from kb.base.records import KbError

NEEDED = {"langchain": "langchain_classic", "llamaindex": "llama_index.retrievers.bm25", "txtai": "txtai"}
PACKAGES = ("langchain-community", "langchain-classic", "llama-index-core", "llama-index-retrievers-bm25", "txtai")
PARTS = ("systems", "growth", "updates")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the parts wanted; 1 with one line where the material is missing."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description="与同类产品并排测量")
    parser.add_argument("--full", action="store_true", help="用全部语料（数小时）")
    parser.add_argument(
        "--share", type=float, default=measure.USUAL.share, help="用多大一部分语料（默认百分之三，含全部有答案的文件）"
    )
    parser.add_argument(
        "--growth-share", type=float, default=measure.USUAL.growth_share, help="增长曲线 ×1 的语料份额（默认八分之一）"
    )
    parser.add_argument("--runs", type=int, default=measure.USUAL.runs, help="每项测几次（默认 5）")
    parser.add_argument("--only", choices=PARTS, action="append", help="只测其中一部分")
    parser.add_argument("--peers", nargs="*", choices=measure.PEERS, help="只比这些（默认已安装的全部）")
    parser.add_argument("--work", type=Path, help="工作文件夹（默认临时文件夹，用完删除）")
    parser.add_argument("--out", type=Path, default=RESULTS / "bench", help="结果放在哪里")
    options = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="kb-bench-") as temporary:
            result = _run(options, options.work or Path(temporary))
    except KbError as error:
        print(error, file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"{result['date']}.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print("\n".join(lines(result)))
    print(f"结果：{path}\n网页：{write_page(result, path.with_suffix('.html'))}")
    return 0


def _run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    parts = options.only or PARTS
    asked = questions()
    originals = chosen(1.0 if options.full else options.share, asked)
    plan = measure.Plan(
        share=1.0 if options.full else options.share,
        growth_share=1.0 if options.full else options.growth_share,
        runs=options.runs,
        peers=_peers(options.peers),
    )
    files = tuple(lay_out(originals, folder / "laws"))
    bench = measure.Bench(plan, folder, files, tuple(asked), _say)
    result: dict[str, Any] = {
        "date": date.today().isoformat(),
        "commit": commit(),
        "machine": {"cores": os.cpu_count(), "processor": platform.processor() or platform.machine()},
        "python": platform.python_version(),
        "versions": {p: _version(p) for p in PACKAGES},
        "corpus": {
            "share": plan.share,
            "files": len(files),
            "characters": sum(len(f.read_text("utf-8")) for f in files),
        },
        "questions": len(asked),
    }
    if "systems" in parts:
        result |= _systems(bench)
    if "updates" in parts:
        full = result.get("systems", {}).get("ours", {}).get("build", {}).get("median")
        full = full or bench.worker("ours", "build", bench.fresh("ours"))["seconds"]
        result["updates"] = measure.updates(bench, full)
    if "growth" in parts:
        result["growth"] = measure.growth(bench, chosen(plan.growth_share, asked))
    return result


def _systems(bench: measure.Bench) -> dict[str, Any]:
    names = ("ours", *bench.plan.peers)
    built = measure.builds(bench, ("jieba", *names))
    once = measure.Bench(_once(bench.plan), bench.folder, bench.files, bench.questions, bench.say)
    built |= measure.builds(once, ("ours_plain", "floor"))
    asked = measure.queries(bench, [n for n in (*names, "ours_plain", "floor") if n in built])
    systems = {n: _system(built.get(n, []), asked.get(n)) for n in built}
    seconds = {n: [b["seconds"] for b in runs] for n, runs in built.items()}
    p50 = {n: [r["p50"] for r in a["rounds"]] for n, a in asked.items()}
    out = {
        f"build/{n}": measure.ratios(seconds["ours"], seconds[n])
        for n in ("jieba", *bench.plan.peers)
        if "ours" in seconds and n in seconds
    }
    out |= {
        f"p50/{n}": measure.ratios(p50["ours"], p50[n])
        for n in (*bench.plan.peers, "floor")
        if n in p50 and "ours" in p50
    }
    return {"systems": systems, "ratios": out}


def _once(plan: measure.Plan) -> measure.Plan:
    return replace(plan, runs=1)


def _system(built: Sequence[Mapping[str, Any]], asked: Mapping[str, Any] | None) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if built:
        out["build"] = measure.spread([b["seconds"] for b in built])
        out["build_peak_mb"] = max((b["memory"].get("peak", 0) for b in built), default=0)
        out["index_mb"] = built[-1]["bytes"] / 1e6
    if asked:
        for name in ("p50", "p95", "per_second_1"):
            out[name] = measure.spread([r[name] for r in asked["rounds"]])
        out["per_second_8"] = measure.spread(asked["per_second_8"])
        out |= {"ready_seconds": asked["ready"], "query_mb": asked["memory"].get("now"), "quality": asked["quality"]}
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
