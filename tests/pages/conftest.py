"""Chromium, and servers over the bundled corpus: an open one, one with users, one over hostile texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb.app import KnowledgeBase
from tests.fakes.web import free_port, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
    "--disable-sync", "--disable-default-apps",
)  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PATIENCE_MS = 60_000  # two busy cores


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        yield chromium
        chromium.close()


Opener = Callable[..., "Page"]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Opens an address in a fresh browser profile; what its scripts throw fails the test."""
    contexts = []
    errors: list[str] = []

    def open_(url: str, *, phone: bool = False, dark: bool = False, ready: str = "#kb-tabs") -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light", locale="zh-CN", is_mobile=phone, has_touch=phone,
            permissions=["clipboard-read", "clipboard-write"],
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.goto(url)
        page.wait_for_selector(ready)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def open_url(bundled_base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page without users, with a record of questions."""
    from kb.assist.audit import AuditLog
    from kb.serve.web import Listening, make_app

    port = free_port()
    log = AuditLog(tmp_path_factory.mktemp("log") / "log.sqlite")
    with serving(make_app(bundled_base, Listening(port=port), log), port) as url:
        yield url
    log.close()


@pytest.fixture(scope="session")
def users_url(bundled_base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page with one user."""
    from kb.serve.users import add_user
    from kb.serve.web import Listening, make_app

    path = tmp_path_factory.mktemp("users") / "users.toml"
    add_user(path, "reader", "correct-horse-7", "查询")
    port = free_port()
    base = KnowledgeBase(replace(bundled_base.settings, users=path))
    with serving(make_app(base, Listening(port=port)), port) as url:
        yield url


@pytest.fixture(scope="session")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over texts that try to become script: in title, headings, articles, report and file name."""
    from kb.app import build_index
    from kb.serve.web import Listening, make_app
    from kb.settings import Settings
    from tests.pages.hostile import HostileBase, write_hostile

    folder = tmp_path_factory.mktemp("hostile")
    settings = Settings(index=folder / "index", bundled=write_hostile(folder / "bundled"))
    build_index(settings, [write_hostile(folder / "corpus")])
    port = free_port()
    with serving(make_app(HostileBase(settings), Listening(port=port)), port) as url:
        yield url


@pytest.fixture(scope="session")
def own_url(small_bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over an index of its own, which a test may change."""
    from kb.app import build_index
    from kb.serve.web import Listening, make_app
    from kb.settings import Settings

    settings = Settings(index=tmp_path_factory.mktemp("own") / "index", bundled=small_bundled)
    build_index(settings, [])
    port = free_port()
    with serving(make_app(KnowledgeBase(settings), Listening(port=port)), port) as url:
        yield url


@pytest.fixture(scope="session")
def small_bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three invented laws and a report in place of the bundled corpus."""
    from tests.samples import write_corpus

    return write_corpus(tmp_path_factory.mktemp("small") / "regulations").parent


@pytest.fixture(scope="session")
def empty_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page where nothing was built yet."""
    from kb.serve.web import Listening, make_app
    from kb.settings import Settings

    port = free_port()
    nothing: Path = tmp_path_factory.mktemp("nothing")
    with serving(make_app(KnowledgeBase(Settings(index=nothing)), Listening(port=port)), port) as url:
        yield url
