"""One FastAPI application: fence, sign-in, downloads, health and metrics, and the page mounted at ``/``.

Does not know Gradio's insides, nor how the process is run.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers

from kb.serve.api import Metrics, router
from kb.serve.users import Gate, Role, check_listening, is_loopback
from kb.serve.web import login
from kb.serve.web.fence import STREAMS, Fence, Rules

if TYPE_CHECKING:
    from kb.app import KnowledgeBase
    from kb.assist.audit import AuditLog
    from kb.pages.shared.door import Door

MAX_FILE = "20mb"
MAX_UPLOAD = 64_000_000  # one upload request, several files
_log = logging.getLogger("kb.web")
_FAVICON = Path(__file__).parent / "favicon.png"


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens; ``secure``: with TLS."""

    host: str = "127.0.0.1"
    port: int = 7860
    secure: bool = False

    @property
    def local(self) -> bool:
        """Whether only this computer can reach it."""
        return is_loopback(self.host)


def make_app(base: KnowledgeBase, where: Listening, log: AuditLog | None = None) -> FastAPI:
    """The application. Raises SettingsError for an address beyond this computer without users (settings.users)."""
    check_listening(where.host, base.settings.users)
    private = _private_folder()
    from kb.pages.shared.door import Door
    from ui import NAME

    metrics = Metrics()
    gate = Gate(base.settings.users) if base.settings.users is not None else None
    sessions = login.Sessions(gate) if gate is not None else None
    door = Door(base, gate=gate, log=log, answered=metrics.answered)
    app = FastAPI(title=NAME, docs_url=None, redoc_url=None, openapi_url=None, lifespan=_closing(private))
    app.include_router(router(base, metrics))
    _add_downloads(app, door, sessions)
    if gate is not None and sessions is not None:
        count = metrics.logins.labels
        app.include_router(
            login.router(gate, sessions, secure=where.secure, title=NAME, attempt=lambda outcome: count(outcome).inc())
        )
    with ThreadPoolExecutor(1) as thread:  # a thread of its own: the caller may be inside an event loop
        thread.submit(lambda: asyncio.run(_mount(app, door, sessions))).result()
    app.add_middleware(Fence, rules=_rules(where, gate, sessions), watch=_watch(metrics))
    app.state.door = door
    return app


async def _mount(app: FastAPI, door: Door, sessions: login.Sessions | None) -> None:
    """Mount the page at ``/``. Inside a running loop, because gradio opens event loops of its own where none runs."""
    import gradio as gr

    from kb.pages.shared.theme import CSS, theme
    from ui import compose

    gr.mount_gradio_app(
        app, compose(door), path="/", auth_dependency=_dependency(sessions),
        allowed_paths=[], favicon_path=str(_FAVICON), show_error=False, max_file_size=MAX_FILE, ssr_mode=False,
        enable_monitoring=False, pwa=True, mcp_server=False, footer_links=[], run_history=False, theme=theme(),
        css=CSS,
    )  # fmt: skip


def _private_folder() -> Path:
    """A fresh folder, ours alone, for what Gradio keeps of uploads; set before gradio is imported."""
    folder = Path(tempfile.mkdtemp(prefix="kb-web-"))
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    return folder


def _closing(private: Path) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        shutil.rmtree(private, ignore_errors=True)
        _log.info("stopped")

    return lifespan


def _dependency(sessions: login.Sessions | None) -> Callable[[Request], str | None] | None:
    """Who a request comes from, for Gradio; None where no users are configured."""
    if sessions is None:
        return None

    def user(request: Request) -> str | None:
        return sessions.user_of(request.headers)

    return user


def _add_downloads(app: FastAPI, door: Door, sessions: login.Sessions | None) -> None:
    """``GET /download/<token>``: a file made for this user a moment ago; always saved, never shown."""

    @app.get("/download/{token}")
    def download(token: str, request: Request) -> Response:
        user = (sessions.user_of(request.headers) or "") if sessions is not None else ""
        offer = door.offers.get(token, user)
        if offer is None:
            return Response("文件已过期，请重新导出", 404, media_type="text/plain; charset=utf-8")
        disposition = f"attachment; filename*=UTF-8''{quote(offer.name)}"
        return Response(offer.body, media_type=offer.media, headers={"Content-Disposition": disposition})


def _rules(where: Listening, gate: Gate | None, sessions: login.Sessions | None) -> Rules:
    def may_monitor(headers: Headers, client: str) -> bool:
        """Without users: anyone here. With users: this computer, or one who administers."""
        if gate is None or sessions is None or is_loopback(client):
            return True
        user = gate.user(sessions.user_of(headers) or "")
        return user is not None and user.role.allows(Role.ADMIN)

    return Rules(sessions.user_of if sessions is not None else None, may_monitor, where.local, MAX_UPLOAD)


def _watch(metrics: Metrics) -> Callable[[str, str, int, float, str], None]:
    def watch(method: str, path: str, status: int, seconds: float, user: str) -> None:
        metrics.requests.labels(method if method in ("GET", "HEAD", "POST") else "other", str(status)).inc()
        if not path.startswith(STREAMS):
            metrics.request_seconds.observe(seconds)
        quiet = path.startswith(
            ("/assets/", "/static/", "/gradio_api/heartbeat/", "/healthz", "/metrics", "/download/")
        )
        if not quiet or status >= 400:
            shown = path if not path.startswith("/download/") else "/download/…"
            fields = {"method": method, "path": shown, "status": status, "ms": round(seconds * 1000, 1), "user": user}
            _log.info("request", extra=fields)

    return watch
