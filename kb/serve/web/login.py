"""Signing in: a plain form and a session cookie.

Does not know how passwords are kept or attempts limited (``kb.serve.users.Gate``). Sessions live in memory: a
restart signs everybody out. A session ends with its user's removal or new password.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import Headers

from kb.pages.shared.markup import Markup, tag
from kb.serve.users import Gate, User

COOKIE = "kb_session"
SESSION_SECONDS = 12 * 3600  # a working day
MAX_SESSIONS = 5000


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in until when (monotonic clock), with the password hash of that moment."""

    user: str
    hash: str
    until: float


class Sessions:
    """Signed-in browsers by the hash of their token."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._lock = Lock()
        self._sessions: dict[str, Session] = {}

    def start(self, user: User) -> str:
        """A token for a new session; the oldest sessions go when there are too many."""
        token = secrets.token_urlsafe(32)
        now = time.monotonic()
        with self._lock:
            for key in [k for k, s in self._sessions.items() if s.until < now]:
                del self._sessions[key]
            while len(self._sessions) >= MAX_SESSIONS:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[_key(token)] = Session(user.name, user.hash, now + SESSION_SECONDS)
        return token

    def user(self, token: str) -> str | None:
        """Who a token belongs to; None when nobody's, run out, or the user is gone or has another password."""
        with self._lock:
            session = self._sessions.get(_key(token)) if token else None
        if session is None or session.until < time.monotonic():
            return None
        user = self._gate.user(session.user)
        return user.name if user is not None and user.hash == session.hash else None

    def end(self, token: str) -> None:
        """Forget a session."""
        with self._lock:
            self._sessions.pop(_key(token), None)

    def user_of(self, headers: Headers) -> str | None:
        """Who a request comes from, by its cookie."""
        return self.user(cookie(headers.get("cookie", "")))


def cookie(header: str) -> str:
    """The session token of a Cookie header; empty when it has none."""
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def router(gate: Gate, sessions: Sessions, *, secure: bool, title: str, attempt: Callable[[str], None]) -> APIRouter:
    """``GET``/``POST /login`` and ``POST /logout``.

    ``secure``: cookies over TLS only; ``attempt`` is told ok, wrong or waits.
    """
    routes = APIRouter()

    @routes.get("/login", response_class=HTMLResponse)
    def form() -> HTMLResponse:
        return HTMLResponse(page(title))

    @routes.post("/login")
    def login(
        request: Request, username: str = Form("", max_length=200), password: str = Form("", max_length=1000)
    ) -> Response:
        signed = gate.sign_in(username, password, request.client.host if request.client else "")
        if signed.user is None:
            attempt("waits" if signed.wait_s else "wrong")
            headers = {"Retry-After": str(round(signed.wait_s))} if signed.wait_s else {}
            return HTMLResponse(page(title, signed.message), 429 if signed.wait_s else 403, headers)
        attempt("ok")
        answer = RedirectResponse("/", 303)
        token = sessions.start(signed.user)
        answer.set_cookie(COOKIE, token, SESSION_SECONDS, httponly=True, samesite="strict", secure=secure, path="/")
        return answer

    @routes.post("/logout")
    def logout(request: Request) -> Response:
        sessions.end(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    return routes


_STYLE = Markup("""
:root{--ink:#1b2733;--paper:#fff;--ground:#f3f6f9;--line:#8a98a6;--blue:#1f4f86;--bad:#a31621}
@media(prefers-color-scheme:dark){
:root{--ink:#e8edf2;--paper:#18212b;--ground:#10161d;--line:#6b7a89;--blue:#36699f;--bad:#ffb0b0}}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.7 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:22rem;margin:10vh auto;padding:24px;background:var(--paper);border-top:4px solid var(--blue)}
h1{font-size:1.25rem;margin:0 0 16px}label{display:block;margin:12px 0 4px}
input,button{box-sizing:border-box;width:100%;min-height:44px;font:inherit;border-radius:4px;
border:1px solid var(--line);padding:8px 12px;
background:var(--paper);color:var(--ink)}button{margin-top:20px;background:var(--blue);border-color:var(--blue);color:#fff;cursor:pointer}
:focus-visible{outline:3px solid var(--blue);outline-offset:1px}[role=alert]{color:var(--bad);font-weight:600}
""")


def page(title: str, trouble: str = "") -> str:
    """The sign-in page: no script, nothing from elsewhere."""
    said = [tag("p", trouble, role="alert")] if trouble else []
    fields = [
        tag("label", "用户名", for_="username"),
        Markup('<input id="username" name="username" autocomplete="username" required autofocus>'),
        tag("label", "口令", for_="password"),
        Markup('<input id="password" name="password" type="password" autocomplete="current-password" required>'),
        tag("button", "登录", type="submit"),
    ]
    form = tag("form", *fields, method="post", action="/login")
    head = Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">')
    body = tag("main", tag("h1", title), *said, form)
    styled = tag("style", _STYLE)
    return Markup("<!doctype html>") + tag(
        "html", tag("head", head, tag("title", f"登录 {title}"), styled), tag("body", body), lang="zh-CN"
    )
