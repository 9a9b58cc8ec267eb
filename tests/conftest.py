"""Fixtures that every room's tests share: the texts beside the checkout, and what may be skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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
