"""Every setting of the product, read from the environment (KB_…) and ``kb.toml``. The only reader of the environment.

Does not know what the settings are used for.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.base.records import SettingsError

CHECKOUT = Path(__file__).resolve().parent.parent


def _is_checkout() -> bool:
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "corpus").is_dir()


def default_index() -> Path:
    """``index/`` of the checkout, else the user's data folder."""
    if _is_checkout():
        return CHECKOUT / "index"
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "enforcement-kb" / "index"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, from the environment (KB_…) or ``kb.toml``; the environment wins.

    ``place``: the configured jurisdiction. ``encoder``/``reranker``: None means the shipped ones.
    ``llm_*``: an OpenAI-compatible chat model; None means answers without a model.
    ``llm_key`` never shows in ``repr``.
    """

    index: Path
    place: str = "上海市"
    encoder: str | None = None
    reranker: str | None = None
    llm_model: str | None = None
    llm_base_url: str | None = None
    llm_key: str | None = None
    llm_extra: str | None = None
    users: Path | None = None
    log: Path | None = None
    log_questions: bool = True
    corpora: tuple[Path, ...] = ()
    bundled: Path = CHECKOUT / "corpus"

    def __repr__(self) -> str:
        return f"Settings(index={self.index}, place={self.place}, encoder={self.encoder}, llm={self.llm_model})"

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
        """Read ``kb.toml`` of ``folder`` (default: the working folder) and the environment over it.

        Raises SettingsError when the file is malformed or names an unknown setting.
        """
        env = os.environ if environ is None else environ
        values = _from_toml((folder or Path.cwd()) / "kb.toml")
        values.update({name: env[f"KB_{name}"] for name in _NAMES if env.get(f"KB_{name}")})
        corpora = tuple(Path(p) for p in values.get("CORPUS", "").split(os.pathsep) if p)
        return cls(
            index=Path(values["INDEX"]) if "INDEX" in values else default_index(),
            place=values.get("PLACE", "上海市"),
            encoder=values.get("ENCODER"),
            reranker=values.get("RERANKER"),
            llm_model=values.get("LLM_MODEL"),
            llm_base_url=values.get("LLM_BASE_URL"),
            llm_key=values.get("LLM_API_KEY"),
            llm_extra=values.get("LLM_EXTRA"),
            users=Path(values["USERS"]) if "USERS" in values else None,
            log=Path(values["LOG"]) if "LOG" in values else None,
            log_questions=values.get("LOG_QUESTIONS", "1") not in ("0", "false", "no"),
            corpora=corpora,
        )


_NAMES = (
    "INDEX",
    "PLACE",
    "ENCODER",
    "RERANKER",
    "LLM_MODEL",
    "LLM_BASE_URL",
    "LLM_API_KEY",
    "LLM_EXTRA",
    "USERS",
    "LOG",
    "LOG_QUESTIONS",
    "CORPUS",
)


def _from_toml(path: Path) -> dict[str, str]:
    """The settings of a ``kb.toml`` by their upper-case names; empty when there is no such file."""
    if not path.is_file():
        return {}
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} 格式有误：{error}；请改正后再运行") from error
    values = {}
    for name, value in raw.items():
        upper = name.upper().removeprefix("KB_")
        if upper not in _NAMES:
            raise SettingsError(f"{path.name} 里的 {name} 不是已知的设置；可用：{'、'.join(n.lower() for n in _NAMES)}")
        values[upper] = os.pathsep.join(map(str, value)) if isinstance(value, list) else str(value)
    return values


def json_object(text: str | None) -> dict[str, Any]:
    """The object of KB_LLM_EXTRA; empty when it is not set. Raises SettingsError when it is no JSON object."""
    try:
        value = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise SettingsError(f'KB_LLM_EXTRA 不是 JSON（{error.msg}）；请写成 {{"名称": 值}} 的样子') from error
    if not isinstance(value, dict):
        raise SettingsError('KB_LLM_EXTRA 应是一个 JSON 对象；请写成 {"名称": 值} 的样子')
    return value
