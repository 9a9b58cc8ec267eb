"""``kb serve`` as a process: says where it listens, answers, and ends on SIGTERM with 0."""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.app import KnowledgeBase
from kb.cli import main
from tests.fakes.web import free_port

START_SECONDS, STOP_SECONDS = 120, 15


@contextmanager
def kb_serve(index: Path, *more: str, trusted: Path | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running ``kb serve`` and its address; ``trusted``: the certificate it shows, where it serves with TLS."""
    port = free_port()
    command = [sys.executable, "-m", "kb.cli", "serve", "--index", str(index), "--port", str(port), *more]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    address = f"{'https' if trusted else 'http'}://127.0.0.1:{port}"
    context = ssl.create_default_context(cafile=trusted) if trusted else None
    try:
        give_up = time.monotonic() + START_SECONDS
        while True:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < give_up
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=2, context=context):
                    break
            except OSError:
                time.sleep(0.2)
        yield process, address
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_serves_logs_and_stops_cleanly(bundled_base: KnowledgeBase) -> None:
    with kb_serve(bundled_base.settings.index) as (process, address):
        page = urllib.request.urlopen(f"{address}/", timeout=10)
        assert "应急管理执法知识库".encode() in page.read() or page.status == 200
        # An open event stream, as every open page has, must not hold the process up.
        stream = urllib.request.urlopen(f"{address}/gradio_api/heartbeat/abc", timeout=10)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=STOP_SECONDS)
        assert process.returncode == 0
        assert time.monotonic() - started < STOP_SECONDS
        stream.close()
        lines = said.strip().splitlines()
        assert address in lines[0]
        records = [json.loads(line) for line in lines[1:]]
        assert any(r["event"] == "request" and r["path"] == "/" for r in records)
        assert records[-1]["event"] == "stopped"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_serves_with_tls(bundled_base: KnowledgeBase, tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*make, *named], check=True, capture_output=True)
    index = bundled_base.settings.index
    with kb_serve(index, "--cert", str(cert), "--key", str(key), trusted=cert) as (_, address):
        page = urllib.request.urlopen(
            f"{address}/manifest.json", timeout=10, context=ssl.create_default_context(cafile=cert)
        )
        assert json.loads(page.read())["display"] == "standalone"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "kb users add"),
        (["--cert", "x.pem"], "--key"),
        (["--port", "99999"], "--port"),
        (["--cert", "none.pem", "--key", "none.pem"], "证书"),
    ],
)
def test_refuses_in_one_line(
    bundled_base: KnowledgeBase, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.delenv("KB_USERS", raising=False)
    assert main(["serve", "--index", str(bundled_base.settings.index), *arguments]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_without_an_index_it_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--index", str(tmp_path)]) == 1
    assert "kb build" in capsys.readouterr().err


def test_users_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    table = str(tmp_path / "users.toml")
    for words, piped, said in [
        (["add", "zhangsan", "--role", "编辑"], "correct-horse-7\n", "zhangsan"),
        (["list"], "", "编辑"),
        (["role", "zhangsan", "--role", "管理"], "", "zhangsan"),
        (["password", "zhangsan"], "another-horse-8\n", "zhangsan"),
        (["remove", "zhangsan"], "", "zhangsan"),
        (["list"], "", "还没有用户"),
    ]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
        assert main(["users", "--users", table, *words]) == 0
        assert said in capsys.readouterr().out


def test_users_needs_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KB_USERS", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["users", "list"]) == 1
    assert "KB_USERS" in capsys.readouterr().err
