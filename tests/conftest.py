"""Fixtures that every room's tests share: the texts beside the checkout, and what may be skipped."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from kb.app import KnowledgeBase

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def _required() -> set[str]:
    return {name.strip() for name in os.environ.get("KB_REQUIRE", "").split(",") if name.strip()}


def _missing(what: str, reason: str) -> None:
    """Skip with a reason; where KB_REQUIRE names ``what``, fail instead."""
    if what in _required():
        pytest.fail(f"KB_REQUIRE={what}: {reason}", pytrace=False)
    pytest.skip(reason)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what the machine cannot run, with its reason."""
    if item.get_closest_marker("corpus") and not SHARED.is_dir():
        _missing("corpus", "the official texts are not beside the checkout (../shared)")
    if item.get_closest_marker("browser") and shutil.which("chromium") is None:
        _missing("browser", "Chromium is not installed (Debian: apt-get install chromium)")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of official texts beside the checkout; use together with the ``corpus`` marker."""
    return SHARED


def _built(name: str, corpora: list[Path]) -> Path:
    """An index under .work/, built once and brought up to date; another test process may be building it."""
    from kb.app import build_index
    from kb.base.records import BuildRunning
    from kb.settings import Settings

    index = ROOT / ".work" / name
    give_up = time.monotonic() + 600
    while True:
        try:
            build_index(Settings(index=index), corpora)
            return index
        except BuildRunning:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.5)


@pytest.fixture(scope="session")
def bundled_base() -> KnowledgeBase:
    """The knowledge base over the bundled corpus alone, place 上海市."""
    from kb.app import KnowledgeBase
    from kb.settings import Settings

    return KnowledgeBase(Settings(index=_built("bundled-index", [])))


@pytest.fixture(scope="session")
def full_base(shared_dir: Path) -> KnowledgeBase:
    """The knowledge base over every official text beside the checkout; use with the ``corpus`` marker."""
    from kb.app import KnowledgeBase
    from kb.settings import Settings

    return KnowledgeBase(Settings(index=_built("full-index", [shared_dir / "corpus"])))


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """Three invented laws (one in two versions) and a report."""
    from tests.samples import write_corpus

    return write_corpus(tmp_path / "corpus")
