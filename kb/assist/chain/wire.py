"""The OpenAI-compatible endpoint through LangChain: the client, its limits, and what its failures mean.

Does not know prompts or sources. All of LangChain and openai is imported here, when first used.
"""

from __future__ import annotations

import importlib
import json
import logging
import math
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from kb.assist.chain.clean import scrub
from kb.assist.chain.prompt import Message
from kb.assist.chain.settings import ChatSettings
from kb.base.records import ModelError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_openai import ChatOpenAI

_log = logging.getLogger("kb.chat")
MAX_BYTES = 16 * 2**20
"""Bytes read of one response: 4,096 tokens of answer and as many of reasoning, at ~300 bytes of SSE each, is 3 MB."""
CONNECT_S = 10.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 8.0
_NO_KEY = "none"  # ChatOpenAI without a key would take OPENAI_API_KEY, and send it to another firm's endpoint.
_RETRIED = frozenset({408, 429, 500, 502, 503, 504, 529})
_DETAIL = 100
# As OpenAI, DeepSeek, vLLM, DashScope and Ollama word it.
_OVERFLOW = re.compile(r"context (?:length|window|size)|input (?:length|tokens)|prompt is too long", re.IGNORECASE)

EMPTY = "聊天模型没有写出内容：请重试，或换一个模型。"
THOUGHT = "聊天模型只在思考、没有写出回答：请用 KB_LLM_EXTRA 关闭思考模式，或换一个模型。"
CUT = "聊天模型的回答中途断了：请重试。"
FILTERED = "聊天模型的内容审查拦下了回答：请换一种问法，或换一个模型。"
TOO_LONG = "聊天模型的回答过长，已停止接收：请重试，或换一个模型。"
GARBAGE = "聊天模型返回的内容读不懂：请检查 KB_LLM_BASE_URL 是否为 OpenAI 兼容地址（多以 /v1 结尾）。"
MISSING = "没有安装聊天模型所需的包：pip install langchain-openai。"
CONTEXT = "资料太长，超出聊天模型的上限：请缩小范围再问，或换上下文更长的模型。"


class AsyncByteSource(Protocol):
    """What a response's body can do, in httpx and httpx2."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body's blocks."""
        ...

    async def aclose(self) -> None:
        """Release the connection."""
        ...


class OversizeError(Exception):
    """A response larger than ``MAX_BYTES``, or compressed though asked not to be."""


def http_client(settings: ChatSettings) -> Any:  # noqa: ANN401 - httpx or httpx2, whichever openai uses
    """Make an async HTTP client of the library that openai uses, which stops reading after ``MAX_BYTES``.

    It follows no redirects: the key goes to the configured host only.
    """
    import openai

    httpx = _httpx()

    class Capped(httpx.AsyncByteStream):  # type: ignore[misc, name-defined]
        def __init__(self, stream: AsyncByteSource) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for block in self._stream:
                size += len(block)
                if size > MAX_BYTES:
                    raise OversizeError
                yield block

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def cap(response: Any) -> None:  # noqa: ANN401 - a response of that library
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise OversizeError
        response.stream = Capped(response.stream)

    timeout = openai.Timeout(settings.timeout_s, connect=min(CONNECT_S, settings.timeout_s))
    return openai.DefaultAsyncHttpxClient(
        timeout=timeout,
        verify=_tls(),
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [cap]},
    )


@cache
def _httpx() -> Any:  # noqa: ANN401 - a module
    """Find httpx, or httpx2 since openai 3: the module that openai's own default client comes from."""
    import openai

    base = next(c for c in openai.DefaultAsyncHttpxClient.__mro__ if c.__name__ == "AsyncClient")
    return importlib.import_module(base.__module__.partition(".")[0])


@cache
def _tls() -> ssl.SSLContext:
    """Load the trusted certificates once: 35 ms, which a client of its own per request would pay each time."""
    context: ssl.SSLContext = _httpx().create_ssl_context()
    return context


@cache
def _idle() -> Any:  # noqa: ANN401 - httpx or httpx2
    """Make the synchronous client that ChatOpenAI insists on and we never use, once: its own costs 34 ms each."""
    import openai

    return openai.DefaultHttpxClient(verify=_tls())


def chat_openai(settings: ChatSettings, client: Any) -> ChatOpenAI:  # noqa: ANN401 - as made by http_client
    """Make LangChain's chat model for the endpoint; retries are ours (its own would wait up to two minutes)."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=settings.model,
        base_url=settings.base_url,
        api_key=settings.key or _NO_KEY,  # type: ignore[arg-type]  # a str is turned into a SecretStr
        http_async_client=client,
        http_client=_idle(),
        timeout=client.timeout,
        max_retries=0,
        temperature=settings.temperature,
        extra_body={**({} if _is_openai(settings) else {"max_tokens": settings.max_tokens}), **settings.extra},
        max_tokens=settings.max_tokens if _is_openai(settings) else None,  # type: ignore[call-arg]
        streaming=settings.streaming,
        stream_usage=False,
        stream_chunk_timeout=None,  # its asyncio.wait_for loses a cancellation (Python 3.11); the limit is ours
        use_responses_api=False,
        output_version="v0",
        cache=False,
    )


def _is_openai(settings: ChatSettings) -> bool:
    """OpenAI itself wants ``max_completion_tokens`` (what ChatOpenAI sends); all the others know ``max_tokens``."""
    return settings.host == "api.openai.com"


@contextmanager
def untraced() -> Iterator[None]:
    """Nothing of a request goes to LangSmith, whatever the environment asks for."""
    from langsmith import tracing_context

    with tracing_context(enabled=False):
        yield


async def pieces(
    settings: ChatSettings, llm: ChatOpenAI, messages: Sequence[Message]
) -> AsyncGenerator[tuple[str, str], None]:
    """Pieces as ``(text, finish reason)``; the reason is empty until the endpoint gives one."""
    asked: list[Any] = list(messages)
    if not settings.streaming:
        whole = await llm.ainvoke(asked)
        yield _text(whole), str(whole.response_metadata.get("finish_reason") or "")
        return
    async for chunk in llm.astream(asked):
        yield _text(chunk), str(chunk.response_metadata.get("finish_reason") or "")


def _text(message: BaseMessage) -> str:
    """Join the text of a message (chunk); anything but text is left out."""
    content: Any = message.content
    if isinstance(content, str):
        return content
    return "".join(b["text"] for b in content if isinstance(b, dict) and isinstance(b.get("text"), str))


def retry_after(error: BaseException, attempt: int) -> float | None:
    """Seconds to wait before another attempt (0 the first); None where another one would not help.

    Only 408, 429 and 5xx are tried again: 0.5 s, 1 s, 2 s …, or what Retry-After says; where it says
    more than 8 s, the user is told instead of kept waiting.
    """
    if _status(error) not in _RETRIED:
        return None
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        asked = float(headers.get("retry-after", ""))
    except ValueError:
        asked = math.nan
    if math.isfinite(asked) and asked >= 0:
        return asked if asked <= LONGEST_WAIT_S else None
    return float(min(FIRST_WAIT_S * 2**attempt, LONGEST_WAIT_S))


def model_error(error: BaseException, settings: ChatSettings) -> ModelError:
    """Say in one Chinese line what went wrong; never what the endpoint said but a scrubbed hint for 400."""
    if isinstance(error, ModelError):
        return error
    if isinstance(error, ImportError):
        return ModelError(MISSING)
    import openai

    chain = list(_causes(error))
    if any(isinstance(e, OversizeError) for e in chain):
        return ModelError(TOO_LONG)
    status = _status(error)
    if status is not None:
        return ModelError(_status_line(status, error, settings))
    if any(isinstance(e, openai.APITimeoutError | TimeoutError) for e in chain):
        return ModelError(f"聊天模型 {settings.timeout_s:g} 秒没有回应：请稍后再试，或换一个模型。")
    if {type(e).__name__ for e in chain} & {"RemoteProtocolError", "ReadError"}:
        return ModelError(CUT)
    if any(isinstance(e, openai.APIConnectionError) for e in chain):
        return ModelError(f"连不上聊天模型（{settings.host}）：请检查网络和 KB_LLM_BASE_URL。")
    if any(isinstance(e, ValueError) and "No generation" in str(e) for e in chain) and not any(
        isinstance(e, json.JSONDecodeError) for e in chain
    ):
        return ModelError(EMPTY)
    _log.warning("unreadable reply of %s: %s: %s", settings.host, type(error).__name__, scrub(str(error), settings.key))
    return ModelError(GARBAGE)


def _status_line(status: int, error: BaseException, settings: ChatSettings) -> str:
    """Word an HTTP status of 300 and above."""
    said = " ".join(scrub(str(getattr(error, "message", "")), settings.key).split())
    if status < 500 and (getattr(error, "code", None) == "context_length_exceeded" or _OVERFLOW.search(said)):
        return CONTEXT
    lines = {
        401: "聊天模型不认这个密钥（401）：请检查 KB_LLM_API_KEY。",
        402: "聊天模型的账户余额不足（402）：请充值，或换一个模型。",
        403: "聊天模型拒绝了请求（403）：请检查 KB_LLM_API_KEY 的权限。",
        404: "没有这个聊天模型或地址（404）：请检查 KB_LLM_MODEL 和 KB_LLM_BASE_URL。",
        408: "聊天模型超时（408）：请稍后再试。",
        413: CONTEXT,
        429: "聊天模型太忙或额度用完（429）：请稍后再试。",
    }
    if status in lines:
        return lines[status]
    if status >= 500:
        return f"聊天模型出错（{status}）：请稍后再试，或换一个模型。"
    if status < 400:
        return f"聊天模型的地址转到了别处（{status}）：请把 KB_LLM_BASE_URL 改为最终地址。"
    hint = f"（对方说：{said[:_DETAIL]}）" if said.isprintable() and said else ""
    return f"聊天模型不接受这个请求（{status}）：请检查 KB_LLM_MODEL。{hint}"


def _status(error: BaseException) -> int | None:
    """HTTP status an error stands for; None when it is not about one."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Go through the error and what it was raised from or during, at most ten deep."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__
