"""One step of a benchmark: a worker process whose result is kept, so that an interrupted run goes on where it was.

Does not know what is measured. What is kept belongs to one plan; another plan's steps are thrown away.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Say = Callable[[str], None]
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"TOKENIZERS_PARALLELISM": "true"}


class WorkerFailed(RuntimeError):
    """A worker ended badly; holds the last lines it said."""


@dataclass(slots=True)
class Steps:
    """Runs steps in ``folder`` and counts them; ``expected`` of them are foreseen (0: unknown)."""

    folder: Path
    say: Say
    expected: int = 0
    done: int = 0
    started: float = field(default_factory=time.monotonic)

    def claim(self, plan: object) -> None:
        """Make the folder the plan's: what another plan left there is removed. ``plan``: anything JSON can hold."""
        mark = hashlib.sha256(json.dumps(plan, sort_keys=True, default=str).encode()).hexdigest()
        held = self.folder / "plan"
        if held.is_file() and held.read_text("ascii") == mark:
            self.say("沿用上次中断前已测的步骤")
            return
        for name in ("plan", "steps", "index", "growth", "laws", "whole"):
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        (self.folder / "steps").mkdir(parents=True)
        held.write_text(mark, "ascii")

    def run(self, name: str, job: dict[str, Any]) -> dict[str, Any]:
        """The worker's result, or the one kept under ``name``; raises WorkerFailed with what it said last."""
        self.done += 1
        kept = self.folder / "steps" / f"{name}.json"
        if kept.is_file():
            found: dict[str, Any] = json.loads(kept.read_text("utf-8"))
            return found
        kept.parent.mkdir(parents=True, exist_ok=True)
        path = kept.with_suffix(".job")
        path.write_text(json.dumps(job), "utf-8")
        result = json.loads(ended([sys.executable, "-m", "eval.bench.worker", str(path)]).splitlines()[-1])
        self.keep(name, result)
        return dict(result)

    def keep(self, name: str, result: dict[str, Any]) -> None:
        """Keep a step's result; a killed run leaves none or a whole one."""
        kept = self.folder / "steps" / f"{name}.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = kept.with_suffix(".tmp")
        made.write_text(json.dumps(result, ensure_ascii=False), "utf-8")
        made.replace(kept)

    def kept(self, name: str) -> dict[str, Any] | None:
        """The result kept under ``name``; None: there is none."""
        path = self.folder / "steps" / f"{name}.json"
        return json.loads(path.read_text("utf-8")) if path.is_file() else None

    def tell(self, line: str) -> None:
        """Say a line with the steps done and the minutes since the start."""
        count = f"{self.done}/{max(self.expected, self.done)}" if self.expected else str(self.done)
        self.say(f"[{count}，{(time.monotonic() - self.started) / 60:.1f} 分] {line}")


def ended(command: Sequence[str]) -> str:
    """What a process said, stripped; raises WorkerFailed with its last lines where it ended badly."""
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(list(command), capture_output=True, text=True, env=environment)
    if done.returncode:
        raise WorkerFailed("\n".join(done.stderr.strip().splitlines()[-3:]))
    return done.stdout.strip()
