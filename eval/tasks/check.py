"""Texts whose citations are checked (``kb check``) against the statuses they should get.

Does not know how citations are found. A row: ``id``, ``text``, ``as_of``, ``expected``: [{``address``, ``status``}],
``licence``. Compared as a multiset of (address, status); a mention that nobody expects counts against precision.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from eval.run.asking import broken
from eval.run.context import QUESTIONS, Context
from eval.run.outcome import Outcome, failed
from eval.run.questions import Broken
from eval.run.task import Task
from eval.tasks.law import official
from kb.base.address import Address
from kb.law.cite import FAILS

METRICS = ("check_recall", "check_precision", "check_exact", "false_pass")
Expected = tuple[str, str]


def files(context: Context) -> Sequence[Path]:
    """The one file."""
    return [p for p in (QUESTIONS / "checks.jsonl",) if p.is_file()]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    if not files(context):
        return "缺少 eval/questions/checks.jsonl"
    return "" if official(context) else "索引里只有随附要点，没有正式文本"


def measure(context: Context) -> list[Outcome]:
    """An outcome for every text."""
    out = []
    for path in files(context):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip():
                out.append(_measure(context, line, number, path.name))
    return out[: context.limit]


def _measure(context: Context, line: str, number: int, name: str) -> Outcome:
    try:
        row = json.loads(line)
        day = date.fromisoformat(row.get("as_of") or context.day.isoformat())
        wanted = Counter((place(e["address"]), str(e["status"])) for e in row["expected"])
        text = str(row["text"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return broken(Broken(f"{name}#{number}", number, f"读不出：{type(error).__name__} {error}"), METRICS)
    started = time.perf_counter()
    try:
        found = context.base.check(text, as_of=day).to_json()["citations"]
    except Exception as error:  # noqa: BLE001 - a crash is a wrong check; the run must go on and name it
        return Outcome(str(row["id"]), kind_of(row), failed(METRICS), text, error=f"{type(error).__name__}: {error}")
    ms = (time.perf_counter() - started) * 1000
    got = Counter((place(c["address"]), str(c["status"])) for c in found)
    wrong = got - wanted
    return Outcome(
        id=str(row["id"]),
        type=kind_of(row),
        metrics=scores(wanted, got),
        question=text,
        gold=tuple(f"{a} {s}" for a, s in wanted.elements()),
        cited=tuple(f"{a} {s}" for a, s in got.elements()),
        missing=tuple(f"{a} {s}" for a, s in (wanted - got).elements()),
        found=tuple(f"多出：{a} {s}" for a, s in wrong.elements()),
        ms=ms,
    )


def place(address: str | None) -> str:
    """An address as compared: parsed and printed again, without 中华人民共和国; as it is where it does not parse."""
    parsed = Address.parse(str(address or ""))
    return str(parsed).replace("《中华人民共和国", "《") if parsed else str(address or "")


def scores(wanted: Counter[Expected], got: Counter[Expected]) -> dict[str, float]:
    """Recall, precision, all equal, and the share of citations that should fail but pass as verified."""
    both = (wanted & got).total()
    out = {
        "check_recall": both / wanted.total() if wanted else 1.0,
        "check_precision": both / got.total() if got else float(not wanted),
        "check_exact": float(wanted == got),
    }
    bad = [address for address, status in wanted.elements() if status in FAILS]
    if bad:
        passed = {address for address, status in got if status == "verified"}
        out["false_pass"] = sum(a in passed for a in bad) / len(bad)
    return out


def kind_of(row: Mapping[str, Any]) -> str:
    """The row's type; else whether a citation of it should fail."""
    given = row.get("type") or row.get("kind")
    return str(given) if given else ("有误" if any(e["status"] in FAILS for e in row["expected"]) else "无误")


TASK = Task("check", "引用核对", measure, METRICS, "check_exact", files, absent)
