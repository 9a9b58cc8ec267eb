"""One known question ↔ one JSON line.

Does not know files or indexes.

    {"q": "问题", "gold": [["安全生产法", "第九十七条"]], "places": [["安全生产法", "第九十七条第一款第（三）项"]],
     "style": "scenario", "origin": "written", "status": "active", "history": ["上一问"]}

``places`` names 款 and 项 of the golds. It is left out when nobody told them, ``status`` when active, ``history`` when
empty; ``origin`` may be missing when read (written).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, cast, get_args

from kb.base.address import Address, ArticleNo
from kb.base.records import InputError, KnownQuestion

Origin = Literal["written", "used", "model"]
Status = Literal["active", "refused", "retired", "review"]
_ORIGINS, _STATUSES = get_args(Origin), get_args(Status)
MAX_LENGTH = 500  # characters of a question; a longer text is a document
MAX_GOLD = 12  # articles of one question; the written ones have at most 6

_parse = lru_cache(maxsize=None)(ArticleNo.parse)


def to_row(question: KnownQuestion) -> dict[str, Any]:
    """JSON object of a question; inverse of ``from_row``."""
    row: dict[str, Any] = {
        "q": question.text,
        "gold": [[key, str(article)] for key, article in question.gold],
    }
    if question.places:
        row["places"] = [[a.title, str(replace(a, title="")).removeprefix("《》")] for a in question.places]
    row |= {"style": question.style, "origin": question.origin}
    if question.status != "active":
        row["status"] = question.status
    if question.history:
        row["history"] = list(question.history)
    return row


def from_row(row: object) -> KnownQuestion:
    """Question of a JSON object. Raises InputError that says what is wrong with it."""
    if not isinstance(row, Mapping):
        raise InputError("不是一个 JSON 对象")
    origin, status = row.get("origin", "written"), row.get("status", "active")
    if origin not in _ORIGINS:
        raise InputError(f"origin 只能是 {'、'.join(_ORIGINS)}，不能是 {origin!r}")
    if status not in _STATUSES:
        raise InputError(f"status 只能是 {'、'.join(_STATUSES)}，不能是 {status!r}")
    style, history = row.get("style", ""), row.get("history", [])
    if not isinstance(style, str):
        raise InputError("style 应是文字")
    if not isinstance(history, list) or not all(isinstance(h, str) for h in history):
        raise InputError("history 应是问题的列表")
    text, gold = _text(row.get("q")), _gold(row.get("gold"))
    return KnownQuestion(
        text=text,
        gold=gold,
        style=style,
        origin=cast(Origin, origin),
        status=cast(Status, status),
        history=tuple(history),
        places=_places(row.get("places", []), gold),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError("缺少问题（q）")
    text = value.strip()
    if len(text) > MAX_LENGTH:
        raise InputError(f"问题超过 {MAX_LENGTH} 字")
    if not text.isprintable():
        raise InputError("问题里有换行或不可见字符")
    return text


def _gold(value: object) -> tuple[tuple[str, ArticleNo], ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InputError("缺少依据（gold），应为 [[法规简称, 第几条], …]")
    if len(value) > MAX_GOLD:
        raise InputError(f"依据超过 {MAX_GOLD} 条")
    found: dict[tuple[str, ArticleNo], None] = {}
    for entry in value:
        match entry:
            case [str(key), str(article)] if key.strip() and (number := _parse(article)) is not None:
                found[key.strip(), number] = None
            case _:
                raise InputError(f"依据 {entry!r} 应写成 [法规简称, 第几条]")
    return tuple(found)


def _places(value: object, gold: Sequence[tuple[str, ArticleNo]]) -> tuple[Address, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InputError("places 应为 [[法规简称, 第几条第几款第几项], …]")
    return tuple(_place(entry, gold) for entry in value)


def _place(entry: object, gold: Sequence[tuple[str, ArticleNo]]) -> Address:
    match entry:
        case [str(key), str(text)] if (address := Address.parse(f"《某法》{text}")) is not None:
            if address.paragraph is None or (key.strip(), address.article) not in gold:
                raise InputError(f"places 的 {entry!r} 应是依据（gold）里某一条的款或项")
            return replace(address, title=key.strip())
        case _:
            raise InputError(f"places 的 {entry!r} 应写成 [法规简称, 第几条第几款第几项]")
