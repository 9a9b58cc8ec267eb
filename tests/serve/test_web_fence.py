"""Which addresses exist, for whom, from where, and with which headers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from kb.serve.web.fence import passes, rewritten

EXISTS = [
    tuple(line.split())
    for line in """
    GET /
    GET /assets/index-abc.js
    GET /static/img/x.svg
    GET /theme.css
    GET /favicon.ico
    GET /manifest.json
    GET /healthz
    GET /metrics
    GET /login
    POST /login
    POST /logout
    GET /gradio_api/queue/data
    POST /gradio_api/queue/join
    GET /gradio_api/heartbeat/x
    POST /gradio_api/upload
    GET /gradio_api/upload_progress
    POST /gradio_api/cancel
    GET /download/abc
    GET /gradio_api/startup-events
""".strip().splitlines()
]
ABSENT = [
    tuple(line.split())
    for line in """
    GET /config
    GET /gradio_api/info
    GET /gradio_api/openapi.json
    POST /gradio_api/run/predict
    POST /gradio_api/api/ask
    POST /gradio_api/call/ask
    POST /gradio_api/call/v2/ask
    GET /gradio_api/call/ask/1
    GET /gradio_api/file=/etc/passwd
    GET /gradio_api/file/etc/passwd
    GET /gradio_api/proxy=http://example.org/
    POST /gradio_api/component_server
    GET /gradio_api/runs
    POST /gradio_api/run-history/connect
    GET /gradio_api/deep_link
    GET /gradio_api/token
    GET /gradio_api/user
    GET /gradio_api/app_id
    POST /gradio_api/vibe-edit
    POST /gradio_api/process_recording
    GET /monitoring
    GET /monitoring/summary
    GET /gradio_api/mcp/sse
    GET /docs
    GET /openapi.json
    GET /svelte/svelte.js
    GET /robots.txt
    POST /
    PUT /
    DELETE /gradio_api/queue/join
    OPTIONS /
    GET /gradio_api/queue/status
    GET /assets/../kb/app.py
    GET /static/../../etc/passwd
    GET //example.org/
    GET /gradio_api/custom_component/1/client/component/x.js
    GET /gradio_api/stream/x/1/2/playlist.m3u8
""".strip().splitlines()
]


@pytest.mark.parametrize(("method", "path"), EXISTS)
def test_addresses_the_page_needs(method: str, path: str) -> None:
    assert passes(path, method)


@pytest.mark.parametrize(("method", "path"), ABSENT)
def test_everything_else_is_absent(method: str, path: str) -> None:
    assert not passes(path, method)


def routes(owner: object) -> Iterator[APIRoute]:
    """Every route below a router, included and mounted ones too."""
    for route in getattr(owner, "routes", []):
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if isinstance(route, APIRoute):
            yield route
        elif inner is not None:
            yield from routes(inner)


def test_every_route_of_gradio_is_known(open_app: FastAPI) -> None:
    """Of all routes that Gradio brings, exactly these answer; a later Gradio's new ones stay shut."""
    every = {f"{m} {r.path}": passes(re.sub(r"\{[^}]*\}", "x", r.path), m) for r in routes(open_app) for m in r.methods}
    assert len(every) > 60  # it does find them
    assert {route for route, open_ in every.items() if open_} == {
        "GET /", "HEAD /", "GET /assets/{path:path}", "GET /static/{path:path}", "GET /favicon.ico", "GET /theme.css",
        "GET /manifest.json", "GET /pwa_icon", "GET /pwa_icon/{size}", "GET /gradio_api/theme.css", "POST /login",
        "GET /gradio_api/queue/data", "POST /gradio_api/queue/join", "GET /gradio_api/heartbeat/{session_hash}",
        "POST /gradio_api/upload", "GET /gradio_api/upload_progress", "POST /gradio_api/cancel",
        "GET /gradio_api/startup-events", "GET /healthz", "GET /metrics", "GET /download/{token}",
    }  # fmt: skip


def test_headers_name_no_other_origin(open_client: TestClient) -> None:
    page = open_client.get("/")
    policy = page.headers["content-security-policy"]
    assert "http:" not in policy
    assert "https:" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"


def test_every_script_of_the_page_has_this_answers_nonce(open_client: TestClient) -> None:
    first, second = open_client.get("/"), open_client.get("/")
    nonces = []
    for page in (first, second):
        given = re.search(r"'nonce-([^']+)'", page.headers["content-security-policy"])
        assert given is not None
        scripts = re.findall(r"<script\b[^>]*>", page.text)
        assert scripts
        assert all(f'nonce="{given[1]}"' in s for s in scripts)
        nonces.append(given[1])
    assert nonces[0] != nonces[1]


def test_page_names_no_other_site(open_client: TestClient) -> None:
    page = open_client.get("/").text
    assert 'lang="zh-CN"' in page
    assert re.findall(r"""(?:src|href|content)=["']https?://(?!127\.0\.0\.1)[^"']*""", page) == []


def test_a_scripts_words_in_data_get_no_nonce() -> None:
    page = '<html\n\tlang="en"><script>window.x = "\\u003cscript>alert(1)";</script>'
    assert rewritten(page, "n0").count("nonce") == 1


def test_page_is_compressed_and_small(open_client: TestClient) -> None:
    page = open_client.get("/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) < 60_000


def test_a_link_cannot_bring_state(open_client: TestClient) -> None:
    assert open_client.get("/?deep_link=../../x&__theme=dark").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "kb.local:7860", ""])
def test_other_host_names_do_not_lead_to_this_computer(open_client: TestClient, host: str) -> None:
    assert open_client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:7860", "localhost:80", "[::1]:7860"])
def test_own_host_names_do(open_client: TestClient, host: str) -> None:
    assert open_client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:81"},
    ],
)
def test_posts_of_other_sites_are_refused(open_client: TestClient, headers: dict[str, str]) -> None:
    assert open_client.post("/gradio_api/queue/join", json={}, headers=headers).status_code == 403


def test_long_bodies_are_refused(open_client: TestClient) -> None:
    assert open_client.post("/gradio_api/queue/join", content=b"x" * 2_000_001).status_code == 413
    assert open_client.post("/gradio_api/upload", headers={"Content-Length": "64000001"}).status_code == 413
