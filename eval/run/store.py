"""Results files: ``<date>-<generation>.json``, several runs of a day over one generation in one file.

Does not know how figures are shown. A file is written whole or not at all. A run that must not be taken for the
product's figures (some of the questions, answers made elsewhere, worse than a gate allows) stands in a file of its own,
``<date>-<generation>-<kind>.json``, which nothing is compared with unless it is named.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from eval.run.context import ROOT
from eval.run.outcome import TaskRun
from kb.base.records import InputError

FORMAT = 1
KINDS = ("limit", "answers", "worse")
RESULTS = ROOT / "eval" / "results"
Result = dict[str, Any]


def result_of(runs: Sequence[TaskRun], status: dict[str, Any], today: date) -> Result:
    """A results file's content; ``status``: that of the knowledge base (``kb status --json``)."""
    return {
        "format": FORMAT,
        "date": today.isoformat(),
        "generation": status["generation"],
        "encoder": status["encoder"],
        "corpus_newest": status["corpus_newest"],
        "documents": sum(status.get("documents", {}).values()),
        "articles": status.get("articles", 0),
        "passages": status["passages"],
        "tasks": {r.name: r.to_json() for r in runs},
    }


def name_of(result: Result) -> str:
    """File stem of a result."""
    return f"{result['date']}-{result['generation'][:12]}"


def save(result: Result, folder: Path, kind: str = "") -> Path:
    """Write ``<date>-<generation>.json``; tasks of an earlier run of the same day and generation stay.

    ``kind``: one of ``KINDS`` where the figures are not the product's own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name_of(result)}{f'-{kind}' if kind else ''}.json"
    if path.is_file():
        result = {**result, "tasks": {**read(path)["tasks"], **result["tasks"]}}
    made = path.with_suffix(f".{os.getpid()}.tmp")
    made.write_text(_printed(result), "utf-8")
    made.replace(path)
    return path


def _printed(result: Result) -> str:
    """Readable JSON with one line a row, so that a change of a row is a change of a line."""
    tasks = [f"  {_plain(name)}: {_task(task)}" for name, task in result["tasks"].items()]
    head = [f" {_plain(k)}: {_plain(v)}" for k, v in result.items() if k != "tasks"]
    return "{\n" + ",\n".join([*head, ' "tasks": {\n' + ",\n".join(tasks) + "\n }"]) + "\n}\n"


def _task(task: dict[str, Any]) -> str:
    head = [f"   {_plain(k)}: {_plain(v)}" for k, v in task.items() if k != "rows"]
    rows = ",\n".join(f"    {_plain(r)}" for r in task["rows"])
    return "{\n" + ",\n".join([*head, f'   "rows": [\n{rows}\n   ]']) + "\n  }"


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def read(path: Path) -> Result:
    """A results file; raises InputError when it is none."""
    try:
        result = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{path.name} 读不出来；请给出 kb eval 写的 .json 文件") from error
    if not isinstance(result, dict) or result.get("format") != FORMAT or "tasks" not in result:
        raise InputError(f"{path.name} 不是 kb eval 的结果；请给出 eval/results 下的 .json 文件")
    return result


def find(name: str, folder: Path = RESULTS) -> Result:
    """A result by path, or by the start of its name in ``folder``; raises InputError when none or several fit."""
    if Path(name).is_file():
        return read(Path(name))
    fitting = sorted(folder.glob(f"{name}*.json")) if "/" not in name else []
    fitting = [p for p in fitting if p.stem == name] or [p for p in fitting if _own(p)] or fitting
    if len(fitting) != 1:
        have = "、".join(p.stem for p in sorted(folder.glob("*.json"))[-5:]) or "（空）"
        why = "有几个结果都以它开头" if fitting else "没有这个结果"
        raise InputError(f"“{name}”：{why}；最近的结果：{have}")
    return read(fitting[0])


def _own(path: Path) -> bool:
    """Whether a file holds the product's figures over whole question sets."""
    return not path.stem.endswith(tuple(f"-{kind}" for kind in KINDS))


def latest(folder: Path, task: str, *, before: str | None = None) -> Result | None:
    """The newest own result that holds ``task``; ``before``: only runs that began earlier. None: there is none."""
    found = []
    for path in sorted(filter(_own, folder.glob("*.json"))):
        result = read(path)
        held = result["tasks"].get(task)
        if held is not None and (before is None or held["about"]["when"] < before):
            found.append((held["about"]["when"], result))
    return max(found, key=lambda pair: pair[0])[1] if found else None
