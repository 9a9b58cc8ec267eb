"""The application over the bundled corpus, without users and with three of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from kb.app import KnowledgeBase
from kb.serve.users import add_user
from kb.serve.web import Listening, make_app

PASSWORD = "correct-horse-7"
HERE = "http://127.0.0.1"


@pytest.fixture(scope="session")
def open_app(bundled_base: KnowledgeBase) -> FastAPI:
    return make_app(bundled_base, Listening())


@pytest.fixture(scope="session")
def open_client(open_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(open_app, base_url=HERE, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def users_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("users") / "users.toml"
    for name, role in (("reader", "查询"), ("editor", "编辑"), ("admin", "管理")):
        add_user(path, name, PASSWORD, role)
    return path


@pytest.fixture(scope="session")
def closed_app(bundled_base: KnowledgeBase, users_file: Path) -> FastAPI:
    return make_app(KnowledgeBase(replace(bundled_base.settings, users=users_file)), Listening("0.0.0.0"))


@pytest.fixture
def closed_client(closed_app: FastAPI) -> Iterator[TestClient]:
    """Nobody is signed in yet."""
    client = TestClient(closed_app, base_url="http://kb.example", follow_redirects=False, client=("10.0.0.9", 1))
    yield client
    client.close()
