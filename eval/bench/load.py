"""Many people asking the page at once: ``python -m eval.bench.load --index DIR [--people 20] [--each 5]``.

Does not know how answers are made. It talks to a ``kb serve`` of its own on 127.0.0.1 as the page's script does (join
the queue, read the event stream) and measures, per question, the time to the first event (the question is taken,
正在检索) and to the whole answer: without a chat model its words come at once, so that is also the time to the first
words of it. Bounded: people × each questions, then it ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 180.0
ANSWERED = ("kb-cites", "不作回答")
"""What stands in an answer or a refusal; an error's line has neither, and counts as a failure."""
PAUSE_SECONDS = (1.0, 4.0)  # a person reads before asking again
QUESTIONS = (
    "老板没组织安全培训就让新人上岗，违反哪条，罚多少？",
    "仓库里危险化学品和别的东西混放，怎么处罚？",
    "没有设置安全警示标志怎么处理？",
    "特种作业人员无证上岗罚多少？",
    "消防通道被堵住了，依据哪一条处罚？",
    "发生事故隐瞒不报，对主要负责人怎么处罚？",
    "没有制定应急预案的企业怎么罚？",
    "安全生产法第九十七条",
    "烟花爆竹没有许可证就经营，怎么处罚？",
    "拒绝接受安全检查，怎么处理？",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: seconds to the first event and to the answer; ``answered`` False counts as a failure."""

    first: float
    whole: float
    answered: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Start a server, let people ask, print one JSON object; 1 when a question failed."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.load", description="多人同时提问")
    parser.add_argument("--index", type=Path, required=True, help="索引文件夹")
    parser.add_argument("--people", type=int, default=20, help="人数（默认 20）")
    parser.add_argument("--each", type=int, default=5, help="每人提问次数（默认 5）")
    parser.add_argument("--all-at-once", action="store_true", help="不间歇，同时点下（最坏情形）")
    options = parser.parse_args(argv)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "kb.cli", "serve", "--index", str(options.index), "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}")
        asked = asyncio.run(_everybody(f"http://127.0.0.1:{port}", options))
        memory = _memory(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    print(
        json.dumps(
            {**summary(asked), "people": options.people, "server_private_mb": memory}, ensure_ascii=False, indent=1
        )
    )
    return 0 if all(a.answered for a in asked) else 1


def _await(url: str) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        try:
            if httpx.get(f"{url}/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    raise SystemExit("服务没有启动")


async def _everybody(url: str, options: argparse.Namespace) -> list[Asked]:
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        page = (await client.get("/")).text
        handler, inputs = ask_handler(page)
        await _ask(client, handler, inputs, "安全生产法第一条", "warm")  # the encoder is loaded with the first question
        people = [_person(client, handler, inputs, n, options) for n in range(options.people)]
        return [a for rows in await asyncio.gather(*people) for a in rows]


def ask_handler(page: str) -> tuple[int, int]:
    """Number and count of inputs of the page's ask handler, out of its configuration."""
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", page, re.DOTALL)
    if found is None:
        raise SystemExit("网页里没有找到配置")
    config: dict[str, Any] = json.loads(found[1])
    return next((d["id"], len(d["inputs"])) for d in config["dependencies"] if d["api_name"] == "ask")


async def _person(
    client: httpx.AsyncClient, handler: int, inputs: int, number: int, options: argparse.Namespace
) -> list[Asked]:
    chance = random.Random(number)
    rows = []
    for turn in range(options.each):
        if not options.all_at_once:
            await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
        question = QUESTIONS[(number + turn) % len(QUESTIONS)]
        rows.append(await _ask(client, handler, inputs, question, f"load{number}x{turn}"))
    return rows


async def _ask(client: httpx.AsyncClient, handler: int, inputs: int, question: str, session: str) -> Asked:
    """Ask as the page does: question, no earlier turns, everything else as it stands."""
    data = [question, [], "", "上海市", "全部", ""][:inputs]
    body = {"data": data, "fn_index": handler, "session_hash": session, "event_data": None, "trigger_id": None}
    started = time.monotonic()
    joined = await client.post("/gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return Asked(0.0, time.monotonic() - started, False)
    first, told = 0.0, False
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            if message["msg"] == "process_generating" and not first:
                first = time.monotonic() - started
            told = told or any(mark in line for mark in ANSWERED)
            if message["msg"] == "process_completed":
                return Asked(first, time.monotonic() - started, told and bool(message["success"]))
    return Asked(first, time.monotonic() - started, False)


def summary(asked: Sequence[Asked]) -> dict[str, Any]:
    """Counts and percentiles; a failed question counts in the times too."""
    whole = sorted(a.whole for a in asked)
    first = sorted(a.first for a in asked if a.answered)
    return {
        "questions": len(asked),
        "failed": sum(not a.answered for a in asked),
        "first_s": {"p50": _share(first, 0.5), "p95": _share(first, 0.95)},
        "answer_s": {"p50": _share(whole, 0.5), "p95": _share(whole, 0.95), "mean": round(statistics.mean(whole), 3)},
    }


def _share(ordered: Sequence[float], share: float) -> float | None:
    """The value below which ``share`` of them lie; None of nothing."""
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else None


def _memory(pid: int) -> int | None:
    """Private memory of the server in MB; None where the system does not tell."""
    rollup = Path(f"/proc/{pid}/smaps_rollup")
    if not rollup.is_file() or not os.access(rollup, os.R_OK):
        return None
    sizes = re.findall(r"^Private_\w+:\s+(\d+) kB", rollup.read_text("ascii"), re.MULTILINE)
    return sum(map(int, sizes)) // 1024


if __name__ == "__main__":
    raise SystemExit(main())
