"""Health, metrics, downloads, and the handlers of the page: intended ones only, guarded each."""

from __future__ import annotations

import json
import logging
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from kb.app import KnowledgeBase
from kb.base.records import SettingsError
from kb.serve.users import Role
from kb.serve.web import Listening, make_app
from kb.serve.web.logs import JsonLines
from kb.settings import Settings

# Every handler the page has, and what it takes to call it. A new one is added here on purpose or not at all.
HANDLERS = {
    "查询": "ask ask_enter ask_tap ask_pane ask_wrong ask_clear ask_docx ask_md ask_restore lookup_find lookup_find_1"
    " lookup_list lookup_pane"
    " check check_list check_pane check_table ledger ledger_enter corpus_words corpus_words_left"
    " corpus_kind corpus_open corpus_tick lookup_open head_open",
    "编辑": "draft draft_again draft_docx draft_md corpus_upload corpus_build",
    "管理": "",
}


def blocks_of(app: FastAPI) -> gr.Blocks:
    for route in app.routes:
        inner = getattr(route, "app", None)
        if hasattr(inner, "get_blocks"):
            return inner.get_blocks()
    raise AssertionError("no page is mounted")


def test_only_intended_handlers(open_app: FastAPI) -> None:
    # 评测 is there where something was measured.
    found = [(f.fn.kb_role.value, f.api_name) for f in blocks_of(open_app).fns.values() if f.fn is not None]
    found = [(role, name) for role, name in found if not name.startswith("quality")]
    for role, names in HANDLERS.items():
        assert sorted(n for r, n in found if r == role) == sorted(names.split())


def test_no_handler_is_public(open_app: FastAPI) -> None:
    assert {f.api_visibility for f in blocks_of(open_app).fns.values()} == {"private"}


def test_no_component_answers_by_itself(open_app: FastAPI) -> None:
    """Components with server functions (file browsers and such) would be a door of their own."""
    assert [b for b in blocks_of(open_app).blocks.values() if getattr(b, "server_fns", [])] == []


def test_health(open_client: TestClient, bundled_base: KnowledgeBase) -> None:
    assert open_client.get("/healthz").json() == {"status": "ok", "generation": bundled_base.generation.id}


def test_health_without_an_index(tmp_path: Any) -> None:
    with TestClient(
        make_app(KnowledgeBase(Settings(index=tmp_path / "none")), Listening()), base_url="http://127.0.0.1"
    ) as client:
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert "kb build" in answer.json()["detail"]
        assert "kb build" in client.get("/").text


def test_metrics_count_requests(open_client: TestClient) -> None:
    open_client.get("/nothing-here")
    text = open_client.get("/metrics").text
    assert 'kb_requests_total{method="GET",status="404"}' in text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "kb.example"])
def test_other_addresses_need_users(bundled_base: KnowledgeBase, host: str) -> None:
    with pytest.raises(SettingsError, match="kb users add"):
        make_app(bundled_base, Listening(host))


def test_a_download_is_for_its_user_and_is_saved(open_app: FastAPI, open_client: TestClient) -> None:
    offers = open_app.state.door.offers
    mine = open_client.get("/" + offers.add("问答<记录>.md", "text/markdown", b"# x", ""))
    assert mine.content == b"# x"
    assert mine.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E9%97%AE")
    assert "<" not in mine.headers["content-disposition"]
    assert open_client.get("/" + offers.add("x.md", "text/markdown", b"x", "somebody")).status_code == 404
    assert open_client.get("/download/guess").status_code == 404


def test_log_lines_are_json_without_the_question(open_client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("kb.web")
    with caplog.at_level(logging.INFO, logger="kb.web"):
        before, logger.propagate = logger.propagate, True
        open_client.get("/login?username=geheim")
        logger.propagate = before
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert line["event"] == "request"
    assert (line["method"], line["path"]) == ("GET", "/login")
    assert "geheim" not in json.dumps(line)


def test_roles_of_handlers_are_roles(open_app: FastAPI) -> None:
    assert set(HANDLERS) == {str(r) for r in Role}
