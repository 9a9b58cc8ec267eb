"""One system, one action, one process: prints a JSON object as its last line. Does not compare.

    python -m eval.bench.worker JOB.json

A job: ``system``, ``action`` (build or query), ``files``, ``folder``, ``questions`` [[text, [history]]], ``rounds``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from eval.bench.material import folder_size, memory
from eval.bench.systems import Search, system
from eval.metrics.stats import percentiles

Asked = Sequence[tuple[str, Sequence[str]]]


def build(job: dict[str, Any]) -> dict[str, Any]:
    """Seconds of a build (imports apart), bytes on disk, memory."""
    made = system(job["system"])
    files = [Path(f) for f in job["files"]]
    folder = Path(job["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    made.build(files, folder)
    return {"seconds": time.perf_counter() - started, "bytes": folder_size(folder), "memory": memory()}


def query(job: dict[str, Any]) -> dict[str, Any]:
    """Latencies of each round, questions a second with 1 and 8 threads, memory once ready, and the hits."""
    files = [Path(f) for f in job["files"]]
    started = time.perf_counter()
    search = system(job["system"]).open(Path(job["folder"]), files)
    asked: Asked = [(text, tuple(history)) for text, history in job["questions"]]
    search(*asked[0])
    ready = time.perf_counter() - started
    hits = [search(*q) for q in asked]
    rounds = [_timed(search, asked[: job["timed"]]) for _ in range(job["rounds"])]
    return {
        "ready": ready,
        "memory": memory(),
        "rounds": [{**percentiles(r), "per_second_1": 1000 * len(r) / sum(r)} for r in rounds],
        "per_second_8": [_threads(search, asked[: job["timed"]], 8) for _ in range(job["rounds"])],
        "hits": hits,
    }


def _timed(search: Search, asked: Asked) -> list[float]:
    """Milliseconds of each question."""
    out = []
    for text, history in asked:
        started = time.perf_counter()
        search(text, history)
        out.append((time.perf_counter() - started) * 1000)
    return out


def _threads(search: Search, asked: Asked, n: int) -> float:
    """Questions a second with ``n`` threads."""
    with ThreadPoolExecutor(n) as pool:
        started = time.perf_counter()
        list(pool.map(lambda q: search(*q), asked))
        return len(asked) / (time.perf_counter() - started)


def main(argv: Sequence[str]) -> int:
    """Run the job of a file."""
    job = json.loads(Path(argv[0]).read_text("utf-8"))
    done = {"build": build, "query": query}[job["action"]](job)
    print(json.dumps(done, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
