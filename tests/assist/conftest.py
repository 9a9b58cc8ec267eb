"""The fake chat endpoint, and settings that point at it with limits a test can wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kb.assist.chain import ChatModel, ChatSettings
from tests.fakes.openai_server import OpenAIServer

API_KEY = "sk-test-4f7Qz81LmN0pXw"


@pytest.fixture
def openai_server() -> Iterator[OpenAIServer]:
    """A running fake endpoint; set ``script`` to the behaviours wanted."""
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def chat(openai_server: OpenAIServer) -> Callable[..., ChatModel]:
    """Makes a model that asks the fake endpoint; keywords go to ChatSettings."""

    def make(**settings: Any) -> ChatModel:
        limits = {"timeout_s": 5.0, "total_s": 10.0, "retries": 2, "api_key": API_KEY, **settings}
        return ChatModel(ChatSettings(openai_server.base_url, "test-model", **limits))

    return make
