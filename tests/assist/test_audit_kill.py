"""What was recorded survives kill -9 of its writers at any moment, several of them, from the first write on."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.assist.audit import AuditLog
from tests.assist.test_audit import an_answer

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from tests.assist.test_audit import an_answer
from kb.assist.audit import AuditLog
log = AuditLog(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
n = 0
while True:
    made = log.record(an_answer(f"{sys.argv[2]}-{n} " + "长" * 3000), arguments={"n": n})
    print(made, flush=True)
    n += 1
    if n % 3 == 0:
        log.feedback(made, "useful")
"""


def _start(path: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _kill(writer: subprocess.Popen[str]) -> list[str]:
    """Kill it; the ids it had said were on record (a last line cut short is none)."""
    writer.send_signal(signal.SIGKILL)
    said, _ = writer.communicate(timeout=20)
    assert writer.returncode == -signal.SIGKILL
    return [line for line in said.split("\n")[:-1] if line != "ready"]


@pytest.mark.parametrize("seed", range(3))
def test_killed_writers_lose_nothing_they_confirmed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "log.sqlite"
    confirmed: list[str] = []
    writers = [_start(path, f"w{n}") for n in range(4)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:  # all at once: also the making of the file is contended, and may be cut
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        time.sleep(chance.random() * 0.25)
        confirmed += _kill(writer)
    assert len(confirmed) > 4
    with AuditLog(path) as log:
        assert log.check() == ()
        kept = list(log.records())
        ids = [r.id for r in kept]
        assert set(confirmed) <= set(ids)
        assert len(set(ids)) == len(ids) <= len(confirmed) + len(writers)
        for name in {r.answer["text"].partition("-")[0] for r in kept}:
            own = [r.arguments["n"] for r in kept if r.answer["text"].startswith(f"{name}-")]
            assert own == list(range(len(own)))
        log.feedback(log.record(an_answer("之后"), arguments={}), "wrong")
        assert len(list(log.records())) == len(ids) + 1


@pytest.mark.parametrize("moment", ["BEGIN IMMEDIATE", "INSERT", "COMMIT"])
def test_killed_inside_a_transaction(tmp_path: Path, moment: str) -> None:
    """Killed by its own hand right before or after a statement: the record is whole or absent."""
    path = tmp_path / "log.sqlite"
    code = f"""
import os, signal, sys
from tests.assist.test_audit import an_answer
from kb.assist.audit import AuditLog, store
log = AuditLog({str(path)!r})
log.record(an_answer("先"), arguments={{}})
class Deadly:
    def __init__(self, real): self.real = real
    def __getattr__(self, name): return getattr(self.real, name)
    def execute(self, sql, *values):
        done = self.real.execute(sql, *values)
        if sql.startswith({moment!r}): os.kill(os.getpid(), signal.SIGKILL)
        return done
log._connections[os.getpid()] = Deadly(log._connections[os.getpid()])
log.record(an_answer("后"), arguments={{}})
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with AuditLog(path) as log:
        assert log.check() == ()
        assert [r.answer["text"] for r in log.records()] == (["先", "后"] if moment == "COMMIT" else ["先"])
        log.record(an_answer("之后"), arguments={})


def test_killed_while_the_file_is_made(tmp_path: Path) -> None:
    """A file left empty or without tables is taken up by the next process."""
    path = tmp_path / "log.sqlite"
    code = f"""
import os, signal
from pathlib import Path
from kb.assist.audit import schema
real = schema._statements
schema._statements = lambda script: [*real(script)[:3], "SELECT die()"]
import sqlite3
class Dying(sqlite3.Connection):
    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        self.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
connect = sqlite3.connect
sqlite3.connect = lambda *a, **k: connect(*a, factory=Dying, **k)
schema.connect(Path({str(path)!r}), 5.0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert path.exists()
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == []
    other.close()
    with AuditLog(path) as log:
        log.record(an_answer("之后"), arguments={})
        assert len(list(log.records())) == 1
