"""One system, one action, one process: prints a JSON object as its last line. Does not compare.

    python -m eval.bench.worker JOB.json

A job: ``system``, ``action`` (build, query or answer), ``files``, ``folder``, ``questions`` [[text, [history]]],
``rounds``, ``timed`` (questions a round), ``seconds`` (time the rounds may take; fewer questions where they would not).
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
from eval.bench.systems import DAY, Search, system
from eval.metrics.stats import percentiles

Asked = Sequence[tuple[str, Sequence[str]]]
THREADS = 8
LEAST = 5  # questions a round, however slow a system is


def build(job: dict[str, Any]) -> dict[str, Any]:
    """Seconds of a build (imports, encoder and dictionary apart), bytes on disk, memory."""
    made = system(job["system"])
    files = [Path(f) for f in job["files"]]
    folder = Path(job["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    made.prepare(building=True)
    started = time.perf_counter()
    made.build(files, folder)
    return {"seconds": time.perf_counter() - started, "bytes": folder_size(folder), "memory": memory()}


def query(job: dict[str, Any]) -> dict[str, Any]:
    """Latencies of each round, questions a second with 1 and 8 threads, memory once ready, and the hits.

    ``per_second_8`` is empty where a system cannot be asked by several threads; ``threads_error`` says why.
    """
    files = [Path(f) for f in job["files"]]
    asked: Asked = [(text, tuple(history)) for text, history in job["questions"]]
    made = system(job["system"])
    made.prepare(building=False)
    started = time.perf_counter()
    search = made.open(Path(job["folder"]), files)
    search(*asked[0])
    ready = time.perf_counter() - started
    opened = memory()
    started = time.perf_counter()
    hits = [search(*q) for q in asked]
    each = (time.perf_counter() - started) / len(asked)
    timed = asked[: affordable(each, job["rounds"], job["timed"], job["seconds"])]
    out = {
        "ready": ready,
        "memory": opened,
        "timed": len(timed),
        "rounds": [_round(search, timed) for _ in range(job["rounds"])],
        "hits": hits,
    }
    try:
        return {**out, "per_second_8": [_threads(search, timed, THREADS) for _ in range(job["rounds"])]}
    except Exception as error:  # noqa: BLE001 - another's library, whatever it raises is that it cannot; said in the result
        return {**out, "per_second_8": [], "threads_error": f"{type(error).__name__}: {error}"[:200]}


def affordable(each: float, rounds: int, most: int, seconds: float) -> int:
    """How many questions of ``each`` seconds fit in ``rounds`` alone and as many with threads; at least ``LEAST``."""
    return max(min(LEAST, most), min(most, int(seconds / (2 * rounds * max(each, 1e-6)))))


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Memory of a process that has answered the questions (the product only), and the time of each answer."""
    from datetime import date

    from kb.app import KnowledgeBase
    from kb.settings import Settings

    base = KnowledgeBase(Settings(index=Path(job["folder"])))
    spent = []
    for text, history in job["questions"]:
        started = time.perf_counter()
        base.ask(text, history=history, as_of=date.fromisoformat(DAY))
        spent.append((time.perf_counter() - started) * 1000)
    return {"memory": memory(), **percentiles(spent[1:])}


def _round(search: Search, asked: Asked) -> dict[str, float]:
    """p50 and p95 in milliseconds, and questions a second, of one round."""
    spent = []
    for text, history in asked:
        started = time.perf_counter()
        search(text, history)
        spent.append((time.perf_counter() - started) * 1000)
    return {**percentiles(spent), "per_second_1": 1000 * len(spent) / sum(spent)}


def _threads(search: Search, asked: Asked, n: int) -> float:
    """Questions a second with ``n`` threads."""
    with ThreadPoolExecutor(n) as pool:
        started = time.perf_counter()
        list(pool.map(lambda q: search(*q), asked))
        return len(asked) / (time.perf_counter() - started)


def main(argv: Sequence[str]) -> int:
    """Run the job of a file."""
    job = json.loads(Path(argv[0]).read_text("utf-8"))
    done = {"build": build, "query": query, "answer": answer}[job["action"]](job)
    print(json.dumps(done, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
