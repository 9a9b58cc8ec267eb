"""The figures a document claims, held against the last results. Does not know how they were measured.

A claim is marked where it stands: ``<!-- figure:law.recall@5 -->0.93<!-- /figure -->``. Names: ``task.metric``,
with a type or group after a slash (``law.recall@5/scenario``); ``task.n``; ``task.ms/p95``; ``task.low/metric`` and
``task.high/metric``; ``index.documents``, ``index.articles``, ``index.passages`` of the index the last law evaluation
ran over; ``bench.`` with the keys of the last benchmark, ``unseen.`` with those of the last draws of laws without
known questions, separated by dots or slashes.

    python -m eval.report.claims README.md [--write]
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.run import store
from kb.base.records import InputError

_CLAIM = re.compile(r"<!--\s*figure:(?P<name>\S+)\s*-->(?P<printed>[^<]*)<!--\s*/figure\s*-->")


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure as printed, and its span."""

    name: str
    printed: str
    start: int
    end: int


def claims(text: str) -> list[Claim]:
    """Every marked figure in order; empty when none is marked."""
    return [Claim(m["name"], m["printed"], *m.span("printed")) for m in _CLAIM.finditer(text)]


def figure(name: str, folder: Path = store.RESULTS) -> float:
    """The figure of a name in the newest result that holds its task; raises InputError when there is none."""
    task, _, rest = name.partition(".")
    head, _, part = rest.partition("/")
    if task == "bench":
        return _kept(name, sorted((folder / "bench").glob("*.json")), "make bench")
    if task == "index":
        return _index(rest, folder)
    if task == "unseen":
        return _kept(name, sorted((folder / "rank").glob("unseen.json")), "python -m eval.rank.unseen")
    result = store.latest(folder, task)
    if result is None:
        raise InputError(f"{name}：eval/results 里没有任务 {task} 的结果；请运行 kb eval {task}")
    held = result["tasks"][task]
    found = _of_task(held, head, part)
    if found is None:
        raise InputError(f"{name}：任务 {task} 的结果里没有 {rest}")
    return float(found)


def _of_task(held: dict[str, Any], head: str, part: str) -> float | None:
    if head in ("n", "seconds", "errors"):
        return float(held[head])
    if head == "ms":
        return _number(held["ms"].get(part))
    if head in ("low", "high"):
        return _number(held["figures"].get(part, {}).get(head))
    if part:
        some = held["by_type"].get(part) or held["by_group"].get(part) or {}
        return _number(some.get("n") if head == "n" else some.get("figures", {}).get(head))
    return _number(held["figures"].get(head, {}).get("mean"))


def _index(rest: str, folder: Path) -> float:
    """A count of the index behind the newest law evaluation."""
    result = store.latest(folder, "law")
    found = _number(result.get(rest)) if result else None
    if found is None:
        raise InputError(f"index.{rest}：最近的 law 结果里没有这一项；请运行 kb eval law")
    return found


def _kept(name: str, files: Sequence[Path], cure: str) -> float:
    """A value of the newest of some files, under the keys that follow the first part of ``name``."""
    if not files:
        raise InputError(f"{name}：eval/results 里没有结果；请运行 {cure}")
    found = _number(_at(json.loads(files[-1].read_text("utf-8")), name.partition(".")[2]))
    if found is None:
        raise InputError(f"{name}：最近的结果里没有这一项")
    return found


def _at(held: Any, keys: str) -> object:  # noqa: ANN401 - whatever JSON holds
    """The value under keys separated by dots or slashes; a key may hold either itself (``p50/floor``). None: none."""
    if not keys:
        return held
    if not isinstance(held, dict):
        return None
    for key in sorted((k for k in held if keys == k or keys.startswith((f"{k}.", f"{k}/"))), key=len, reverse=True):
        found = _at(held[key], keys[len(key) + 1 :])
        if found is not None:
            return found
    return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def printed(value: float, like: str) -> str:
    """``value`` with the decimals, the percent sign and the thousands' commas of ``like``."""
    share = like.strip().endswith("%")
    digits = like.strip().rstrip("%").partition(".")[2]
    comma = "," if "," in like else ""
    shown = f"{value * 100 if share else value:{comma}.{len(digits)}f}"
    return shown + ("%" if share else "")


def wrong(text: str, folder: Path = store.RESULTS) -> list[str]:
    """A line for every claim that the last results do not bear out; empty when all stand."""
    out = []
    for c in claims(text):
        try:
            value = figure(c.name, folder)
        except InputError as error:
            out.append(str(error))
            continue
        if printed(value, c.printed) != c.printed.strip():
            out.append(f"{c.name}：写的是 {c.printed.strip()}，最近的结果是 {printed(value, c.printed)}")
    return out


def rewritten(text: str, folder: Path = store.RESULTS, *, lenient: bool = False) -> str:
    """``text`` with every claim set to the last results.

    Raises InputError where there is no result; ``lenient``: such a claim stays as it is.
    """
    for c in reversed(claims(text)):
        try:
            value = figure(c.name, folder)
        except InputError:
            if lenient:
                continue
            raise
        text = text[: c.start] + printed(value, c.printed) + text[c.end :]
    return text


def main(argv: Sequence[str]) -> int:
    """Check (or with ``--write`` rewrite) the documents named; 1 when a claim does not stand."""
    failing = False
    for name in (a for a in argv if a != "--write"):
        path = Path(name)
        if "--write" in argv:
            path.write_text(rewritten(path.read_text("utf-8")), "utf-8")
        for line in wrong(path.read_text("utf-8")):
            failing = True
            print(f"{name} {line}")
    return int(failing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
