"""Duty ↔ penalty pairs that an editor read (``corpus/pairs.jsonl``): one place of a liability article a line.

Does not know any index. A row holds for one version of one text only: another version may be numbered otherwise.

    {"law": "安全生产法", "version": "2021-06-10", "penalty": "第九十七条", "paragraph": 1, "item": 3,
     "duties": ["第二十八条第一款"]}

A text without a date has ``version`` null and is known by ``articles``, how many it has. ``item`` is null where the act
stands in no list; ``duties`` is empty where the liability article alone tells the act, or the duty stands in another
instrument. Who reads one place of an article reads them all: an article in the table has no other pairs any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.base.address import Address, ArticleNo
from kb.base.records import InputError


@dataclass(frozen=True, slots=True)
class ReadPlace:
    """A place that punishes an act (款 from 1, 项 or None) and the provisions the act breaches, the main one first.

    ``articles``: how many articles the text has; told where ``version`` is None.
    """

    law: str
    version: str | None
    penalty: ArticleNo
    paragraph: int
    item: int | None
    duties: tuple[Address, ...]
    articles: int | None = None


def load(file: Path) -> list[ReadPlace]:
    """Rows of the table in order. Raises InputError naming file and line where a line is no such row."""
    return list(_places(file))


def _places(file: Path) -> Iterator[ReadPlace]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} 无法读取：{error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _place(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise InputError(f"{file} 第 {number} 行不是一处罚则对照（{error}）；请改正这一行") from error


def _place(row: dict[str, object]) -> ReadPlace:
    law, version, duties = row["law"], row["version"], row["duties"]
    if not isinstance(law, str) or not isinstance(version, str | None) or not isinstance(duties, list):
        raise ValueError("law、version 应是文字，duties 应是列表")
    penalty = ArticleNo.parse(str(row["penalty"]))
    if penalty is None:
        raise ValueError(f"penalty 不是条号：{row['penalty']}")
    paragraph, item = _number(row["paragraph"]), None if row["item"] is None else _number(row["item"])
    articles = _number(row["articles"]) if version is None else None
    return ReadPlace(law, version, penalty, paragraph, item, tuple(_duty(law, str(d)) for d in duties), articles)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"款、项应是从 1 起的整数，不是 {value!r}")
    return value


def _duty(law: str, text: str) -> Address:
    address = Address.parse(f"《{law}》{text}")
    if address is None or address.article is None:
        raise ValueError(f"duties 里不是条款：{text}")
    return address
