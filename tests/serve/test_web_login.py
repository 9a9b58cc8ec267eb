"""Signing in, and what a role may do: on the server, whatever the page shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from kb.app import KnowledgeBase
from kb.serve.users import add_user, remove_user, set_password
from kb.serve.web import Listening, make_app
from kb.serve.web.login import COOKIE
from tests.serve.conftest import PASSWORD
from tests.serve.test_web_app import blocks_of


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> Any:
    return client.post("/login", data={"username": name, "password": password})


def test_nobody_gets_in_unsigned(closed_client: TestClient) -> None:
    assert closed_client.get("/").headers["location"] == "/login"
    for path in ("/assets/x.js", "/theme.css", "/gradio_api/queue/data", "/download/x", "/manifest.json"):
        assert closed_client.get(path).status_code == 401
    for path in ("/gradio_api/queue/join", "/gradio_api/upload"):
        assert closed_client.post(path, json={}).status_code == 401
    assert closed_client.get("/metrics").status_code == 403
    assert closed_client.get("/healthz").status_code == 200


def test_sign_in_and_out(closed_client: TestClient) -> None:
    signed = sign_in(closed_client, "reader")
    assert signed.headers["location"] == "/"
    cookie = signed.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert closed_client.get("/").status_code == 200
    closed_client.post("/logout")
    closed_client.cookies.set(COOKIE, cookie.split("=", 1)[1].split(";")[0])
    assert closed_client.get("/").headers["location"] == "/login"


def test_the_form_is_a_page_of_its_own(closed_client: TestClient) -> None:
    """Not a word of markup is shown, and no browser falls back to its quirks mode."""
    page = closed_client.get("/login").text
    assert page.lower().startswith("<!doctype html><html")
    assert "&lt;" not in page


def test_wrong_password(closed_client: TestClient) -> None:
    said = sign_in(closed_client, "reader", "not-the-password")
    assert said.status_code == 403
    assert "不对" in said.text
    assert COOKIE not in closed_client.cookies


def test_a_name_with_markup_is_text(closed_client: TestClient) -> None:
    assert "<script>" not in sign_in(closed_client, "<script>alert(1)</script>", "x").text.split("</style>")[1]


@pytest.fixture
def own(bundled_base: KnowledgeBase, tmp_path: Path) -> Iterator[tuple[TestClient, Path]]:
    """A server of its own with one user, for tests that change the users."""
    path = tmp_path / "users.toml"
    add_user(path, "someone", PASSWORD, "查询")
    app = make_app(KnowledgeBase(replace(bundled_base.settings, users=path)), Listening("0.0.0.0"))
    with TestClient(app, base_url="http://kb.example", follow_redirects=False, client=("10.0.0.7", 1)) as client:
        yield client, path


def test_attempts_are_limited(own: tuple[TestClient, Path]) -> None:
    client, _ = own
    codes = [sign_in(client, "someone", f"wrong-password-{i}").status_code for i in range(7)]
    assert codes[0] == 403
    assert codes[-1] == 429
    assert sign_in(client, "someone").status_code == 429


def test_a_removed_user_is_out_at_once(own: tuple[TestClient, Path]) -> None:
    client, path = own
    sign_in(client, "someone")
    assert client.get("/").status_code == 200
    remove_user(path, "someone")
    assert client.get("/").headers["location"] == "/login"


def test_a_new_password_ends_the_session(own: tuple[TestClient, Path]) -> None:
    client, path = own
    sign_in(client, "someone")
    set_password(path, "someone", "another-horse-8")
    assert client.get("/").headers["location"] == "/login"


def call(client: TestClient, app: FastAPI, api_name: str, data: list[Any]) -> list[dict[str, Any]]:
    """Call a handler as the page's script does; gives the messages of its stream."""
    at = next(i for i, f in blocks_of(app).fns.items() if f.api_name == api_name)
    body = {"data": data, "fn_index": at, "session_hash": f"test{at}", "event_data": None, "trigger_id": None}
    joined = client.post("/gradio_api/queue/join", json=body)
    assert joined.status_code == 200, joined.text
    out = []
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": f"test{at}"}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                out.append(json.loads(line[5:]))
                if out[-1]["msg"] in ("process_completed", "close_stream", "unexpected_error"):
                    break
    return out


def test_a_handler_refuses_who_lost_the_role(own: tuple[TestClient, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard asks the user file again at every call: the fence let this request through."""
    client, _ = own
    app = client.app
    sign_in(client, "someone")
    done = call(client, app, "lookup_find", ["消防法第一条", ""])[-1]  # type: ignore[arg-type]
    assert done["success"] is True
    monkeypatch.setattr(app.state.door, "may", lambda *_: False)  # type: ignore[attr-defined]
    refused = call(client, app, "lookup_find", ["消防法第一条", ""])[-1]  # type: ignore[arg-type]
    assert refused["success"] is False
    assert "权限" in refused["output"]["error"]
