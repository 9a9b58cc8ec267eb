"""What a process of the product costs: its memory, its start, its index on disk. Does not know peers.

A start is taken beside an import of sentence_transformers, in turn, so that the machine's mood cancels out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.bench.material import folder_size
from eval.bench.measure import Bench, ratios, spread
from eval.bench.steps import ended

QUESTION = "老板没组织安全培训就让新人上岗，违反哪条，罚多少？"
PROVISION = "安全生产法第九十七条"
IMPORT = ("-c", "import sentence_transformers")


def process(bench: Bench, index: Path) -> dict[str, Any]:
    """Memory of a process that answered the questions; seconds of cold starts and their ratio; bytes of the index."""
    answered = bench.worker("answer", "ours", "answer", index)
    bench.steps.tell(f"答题进程：独占内存 {answered['memory'].get('private')} MB")
    cold = bench.steps.kept("process-cold") or _cold(bench, index)
    bench.steps.keep("process-cold", cold)
    bench.steps.done += 1
    out = {
        "memory_mb": answered["memory"],
        "answer_ms": {k: answered[k] for k in ("p50", "p95")},
        "index_mb": index_size(index),
        "ask_seconds": spread(cold["ask"]),
        "show_seconds": spread(cold["show"]),
        "import_seconds": spread(cold["import"]),
        "ask_ratio": ratios(cold["ask"], cold["import"]),
        "show_ratio": ratios(cold["show"], cold["import"]),
    }
    bench.steps.tell(f"冷启动 kb ask：{out['ask_seconds']['median']:.2f} 秒")
    return out


def index_size(index: Path) -> float:
    """MB of the current generation; older ones beside it do not count."""
    current = (index / "CURRENT").read_text("utf-8").strip()
    return folder_size(index / current) / 1e6


def _cold(bench: Bench, index: Path) -> dict[str, list[float]]:
    """Seconds of ``kb ask``, ``kb show`` and the import, in turn, each a process; a first round is unheeded."""
    kb = ("-c", "import sys; from kb.cli import main; sys.exit(main())")
    at = ("--index", str(index))
    commands: dict[str, Sequence[str]] = {
        "ask": (*kb, "ask", QUESTION, *at),
        "show": (*kb, "show", PROVISION, *at),
        "import": IMPORT,
    }
    out: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(bench.plan.runs + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            ended([sys.executable, *command])
            if run:
                out[name].append(time.perf_counter() - started)
    return out
