"""Running the application until SIGTERM or Ctrl-C: open streams get a few seconds, then the process ends with 0.

Does not know what is served.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from kb.base.records import SettingsError
from kb.serve.web.app import Listening

GRACE_SECONDS = 3  # a browser keeps its event stream open for ever


def run(
    app: FastAPI, where: Listening, *, cert: Path | None = None, key: Path | None = None, ready: Callable[[str], None]
) -> None:
    """Serve until told to stop; ``ready`` gets the address once it listens.

    Raises SettingsError for a port in use or bad TLS files.
    """
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS, server_header=False,
        proxy_headers=False, ssl_certfile=cert, ssl_keyfile=key, timeout_keep_alive=30,
    )  # fmt: skip
    try:
        config.load()
    except (OSError, ValueError) as error:
        raise SettingsError(f"证书文件不能用：{error}；请核对 --cert 与 --key") from error
    server = _Server(config, lambda: ready(address(where)))
    with _listen(where) as taken:
        # uvicorn raises the signal again when it has stopped; by then it has done its work.
        before = {s: signal.signal(s, lambda *_: None) for s in (signal.SIGTERM, signal.SIGINT)}
        try:
            server.run(sockets=[taken])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Server(uvicorn.Server):
    """uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if not self.should_exit:
            self._started()


def address(where: Listening) -> str:
    """The address to open in a browser."""
    host = f"[{where.host}]" if ":" in where.host else where.host
    return f"{'https' if where.secure else 'http'}://{host}:{where.port}"


def _listen(where: Listening) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((where.host, where.port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise SettingsError(f"不能在 {where.host}:{where.port} 上监听（{error}）；请用 --port 换一个端口") from error
    listening.set_inheritable(True)
    return listening
