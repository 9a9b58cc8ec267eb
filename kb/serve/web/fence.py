"""The fence round the web page: which addresses exist, from which hosts and origins, with which headers.

Does not know Gradio's insides: everything it serves but the few addresses the page itself asks for is 404 here,
whatever a later Gradio adds. The page's own scripts get a nonce, so a script in a text would not run even if an
escape were missing; the policy names no other origin.
"""

from __future__ import annotations

import gzip
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE = ("/",)
ASSETS = ("/assets/", "/static/", "/pwa_icon")
ASSET_FILES = ("/theme.css", "/favicon.ico", "/manifest.json", "/gradio_api/theme.css")
READ = ("/gradio_api/queue/data", "/gradio_api/startup-events", "/gradio_api/upload_progress")
READ_UNDER = ("/gradio_api/heartbeat/", "/download/")
WRITE = ("/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/cancel", "/logout")
OPEN = ("/login", "/healthz")
"""Need no sign-in."""
MONITOR = ("/metrics",)
STREAMS = ("/gradio_api/queue/data", "/gradio_api/heartbeat/", "/gradio_api/upload_progress")

MAX_BODY = 2_000_000  # a question with the page's state; uploads have their own limit
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """``user_of``: request headers → name of the signed-in user, None for nobody; None: no users are configured.

    ``local``: the server listens on this computer only, so no other host name may lead to it (DNS rebinding).
    ``max_upload``: bytes of one upload request.
    """

    user_of: Callable[[Headers], str | None] | None
    may_monitor: Callable[[Headers, str], bool]
    local: bool
    max_upload: int


class Fence:
    """ASGI middleware, the outermost. ``watch`` is told (method, path, status, seconds, user) of every request."""

    def __init__(
        self, app: ASGIApp, rules: Rules, watch: Callable[[str, str, int, float, str], None] = lambda *_: None
    ) -> None:
        self.app = app
        self.rules = rules
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # the page needs no web sockets
        started = time.monotonic()
        headers = Headers(scope=scope)
        user = (self.rules.user_of(headers) if self.rules.user_of else None) or ""
        status = 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._answer(scope, headers, user, receive, seen)
        finally:
            self.watch(scope["method"], scope["path"], status, time.monotonic() - started, user)

    async def _answer(self, scope: Scope, headers: Headers, user: str, receive: Receive, send: Send) -> None:
        refused = self._refusal(scope, headers, user)
        nonce = secrets.token_urlsafe(16)
        if refused is not None:
            await refused(scope, receive, _with_headers(send, nonce, scope["path"]))
            return
        inner: Send = _with_headers(send, nonce, scope["path"])
        if scope["path"] in PAGE:
            scope = {**scope, "query_string": b"", "headers": _plain(scope["headers"])}
            rewriter = PageRewriter(inner, nonce, gzipped="gzip" in headers.get("accept-encoding", ""))
            await self.app(scope, receive, rewriter)
            return
        limit = self.rules.max_upload if scope["path"].startswith("/gradio_api/upload") else MAX_BODY
        await self.app(scope, _limited(receive, limit), inner)

    def _refusal(self, scope: Scope, headers: Headers, user: str) -> Response | None:
        """Why a request does not pass; None when it does."""
        path, method = scope["path"], scope["method"]
        if self.rules.local and _host(headers.get("host", "")) not in _LOCAL:
            return PlainTextResponse("只能在本机打开", 421)
        if not passes(path, method):
            return PlainTextResponse("没有这个地址", 404)
        if method == "POST" and not _same_origin(headers):
            return PlainTextResponse("来源不符，请刷新页面再试", 403)
        if _too_long(headers, self.rules.max_upload if path.startswith("/gradio_api/upload") else MAX_BODY):
            return PlainTextResponse("内容太大", 413)
        if path in MONITOR:
            return None if self.rules.may_monitor(headers, _client(scope)) else PlainTextResponse("没有权限", 403)
        if self.rules.user_of is None or user or path in OPEN:
            return None
        if path in PAGE and method == "GET":
            return RedirectResponse("/login", 303)
        return PlainTextResponse("请先登录", 401)


def passes(path: str, method: str) -> bool:
    """Whether an address exists for a method."""
    if ".." in path or "\\" in path or "//" in path:
        return False
    if method in ("GET", "HEAD"):
        return (
            path in (*PAGE, *ASSET_FILES, *READ, *OPEN, *MONITOR)
            or path.startswith(ASSETS)
            or path.startswith(READ_UNDER)
        )
    return method == "POST" and path in (*WRITE, "/login")


def _host(printed: str) -> str:
    """The host of a Host header, its port cut off."""
    return printed.rsplit(":", 1)[0] if re.search(r":\d+$", printed) and not printed.endswith("]") else printed


def _client(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _same_origin(headers: Headers) -> bool:
    """Whether a POST comes from our own page: browsers send Origin; tools without one carry no cookies of a page."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _too_long(headers: Headers, limit: int) -> bool:
    length = headers.get("content-length", "0")
    return not length.isdigit() or int(length) > limit


def _plain(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers without Accept-Encoding, so that the page comes uncompressed to be rewritten."""
    return [(k, v) for k, v in headers if k.lower() != b"accept-encoding"]


def _limited(receive: Receive, limit: int) -> Receive:
    """A body that ends as if the client had gone when more than ``limit`` bytes came (chunked, without a length)."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                return {"type": "http.disconnect"}
        return message

    return limited


def _with_headers(send: Send, nonce: str, path: str) -> Send:
    """Add the safety headers; what is not a static file is not kept by the browser."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
            if path.startswith("/assets/") and message["status"] == 200:
                headers["Cache-Control"] = "public, max-age=31536000, immutable"  # their names carry a hash
            elif "cache-control" not in headers and not path.startswith("/static/"):
                headers["Cache-Control"] = "no-store"
        await send(message)

    return sending


class PageRewriter:
    """Collects the page, says it is Chinese, gives its scripts the nonce, drops what points elsewhere; compresses."""

    def __init__(self, send: Send, nonce: str, *, gzipped: bool) -> None:
        self.send = send
        self.nonce = nonce
        self.gzipped = gzipped
        self.start: dict[str, Any] = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Take a message of the app."""
        if message["type"] == "http.response.start":
            self.start = dict(message)
            return
        if message["type"] != "http.response.body":
            await self.send(message)
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = rewritten(self.body.decode("utf-8"), self.nonce).encode("utf-8")
        headers = MutableHeaders(raw=list(self.start["headers"]))
        if self.gzipped:
            body = gzip.compress(body, 5)
            headers["Content-Encoding"] = "gzip"
        headers["Vary"] = "Accept-Encoding"
        headers["Content-Length"] = str(len(body))
        await self.send({**self.start, "headers": headers.raw})
        await self.send({"type": "http.response.body", "body": body})


_SCRIPT = re.compile(r"<script(?=[\s>])")
_CARD = re.compile(r"\s*<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*/>")


def rewritten(page: str, nonce: str) -> str:
    """The page with nonces on its script elements, ``lang`` zh-CN and without cards that name other sites."""
    page = _CARD.sub("", page.replace('<html\n\tlang="en"', '<html\n\tlang="zh-CN"', 1))
    return _SCRIPT.sub(f'<script nonce="{nonce}"', page)
