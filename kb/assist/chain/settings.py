"""What must be known to reach an OpenAI-compatible endpoint, with the key kept out of sight.

Does not know the environment (the composition root reads it) nor LangChain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from kb.base.records import SettingsError

_SHOWN = "***"
_LONGEST_MODEL = 200
_RESERVED = frozenset({"model", "messages", "stream"})


class Secret:
    """A text that only ``reveal()`` shows; ``repr``, ``str``, ``pickle`` do not. Empty is falsy."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Secret({_SHOWN!r})" if self._text else "Secret('')"

    def __str__(self) -> str:
        return _SHOWN if self._text else ""

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return (Secret, (_SHOWN if self._text else "",))

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """Where the chat model is and how long it may take.

    ``base_url`` ends where ``/chat/completions`` would follow (usually in ``/v1``). ``api_key`` may be
    empty (Ollama, vLLM). ``timeout_s``: longest silence before the first and between two pieces, seconds;
    ``total_s``: the whole answer with its retries. ``retries``: further attempts after 429 and 5xx.
    ``max_tokens`` is asked of the endpoint, ``max_chars`` is where reading stops whatever it sends.
    ``extra`` goes into the request as it is, for what one endpoint alone knows (how thinking is switched off).
    ``temperature`` None is left out of the request (some reasoning models refuse it). ``streaming``
    False asks for the answer in one JSON object. Raises SettingsError.
    """

    base_url: str
    model: str
    api_key: Secret | str = field(default_factory=Secret, repr=False)
    timeout_s: float = 60.0
    total_s: float = 180.0
    retries: int = 2
    max_tokens: int = 4096
    max_chars: int = 8_000
    temperature: float | None = 0.0
    streaming: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", _checked_url(self.base_url))
        object.__setattr__(self, "model", _checked_model(self.model))
        key = self.api_key.reveal() if isinstance(self.api_key, Secret) else self.api_key
        object.__setattr__(self, "api_key", Secret(_checked_key(key)))
        if _RESERVED & self.extra.keys():
            raise SettingsError("KB_LLM_EXTRA 不能改写 model、messages 和 stream：请只写该模型特有的参数。")
        if self.timeout_s <= 0 or self.total_s <= 0 or self.max_tokens < 1 or self.max_chars < 1:
            raise SettingsError("聊天模型的时限与长度上限须大于 0。")
        if not 0 <= self.retries <= 10:
            raise SettingsError("聊天模型的重试次数须在 0 到 10 之间。")

    @property
    def key(self) -> str:
        """The key itself, for the request and for scrubbing only; empty when none is set."""
        return self.api_key.reveal() if isinstance(self.api_key, Secret) else self.api_key

    @property
    def host(self) -> str:
        """Host and port, to name the endpoint in a message."""
        return urlsplit(self.base_url).netloc

    def public(self) -> dict[str, Any]:
        """Give what may be logged and recorded: everything but the key."""
        names = ("base_url", "model", "timeout_s", "total_s", "retries", "max_tokens", "max_chars", "temperature")
        return {name: getattr(self, name) for name in names}


def _checked_url(text: str) -> str:
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        raise SettingsError("KB_LLM_BASE_URL 不是网址：应形如 https://api.deepseek.com/v1。") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_ok:
        raise SettingsError("KB_LLM_BASE_URL 不是网址：应形如 https://api.deepseek.com/v1。")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise SettingsError("KB_LLM_BASE_URL 里不要放密钥或参数：密钥请写在 KB_LLM_API_KEY。")
    if parts.path.endswith("/chat/completions"):
        raise SettingsError("KB_LLM_BASE_URL 只写到 /v1：请去掉末尾的 /chat/completions。")
    return url


def _checked_model(text: str) -> str:
    name = text.strip()
    if not name or len(name) > _LONGEST_MODEL or not name.isprintable():
        raise SettingsError("没有写聊天模型的名称：请设置 KB_LLM_MODEL，如 qwen-plus。")
    return name


def _checked_key(text: str) -> str:
    key = text.strip()
    if key and re.fullmatch(r"[!-~]+", key) is None:
        raise SettingsError("KB_LLM_API_KEY 里有空格或非英文字符：请重新复制密钥。")
    return key
