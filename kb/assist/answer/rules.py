"""Procedure tips, waivers and known conflicts, read from ``corpus/procedure.toml`` and ``corpus/conflicts.toml``.

Does not know the question, nor the texts: a rule is an address and one line about it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from kb.base.address import Address, ArticleNo
from kb.base.records import SettingsError

BUNDLED = Path(__file__).resolve().parents[3] / "corpus"
TipRole = Literal["procedure", "waiver"]


@dataclass(frozen=True, slots=True)
class Tip:
    """One line on procedure or waiver and the provision it rests on.

    Shown when the question holds one of ``asked`` and (with ``either``: or) the answer's sanctions call for it: a
    measure with one of ``measures`` in its name, a fine that reaches ``heavy`` or stays within the limits on the spot.
    ``after``: only where one of those tips is shown. ``general``: on the procedure that every penalty has.
    """

    id: str
    role: TipRole
    address: Address
    line: str
    asked: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    heavy_fine: bool = False
    small_fine: bool = False
    either: bool = False
    when: str = ""
    general: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Provisions that sanction one act differently: ``governs`` goes before ``yields``; ``why`` in one line."""

    act: str
    governs: tuple[Address, ...]
    yields: tuple[Address, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Yuan: the most that is imposed on the spot on a person or a unit; the fine that calls for a hearing."""

    spot_person: int = 0
    spot_unit: int = 0
    heavy: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the files say; empty when they are absent. ``strangers``: questions that nothing held answers.

    ``grades``: the article that tells the grades of accidents; ``general``: the laws on procedure of all penalties,
    ``topics``: the words that tell such procedure.
    ``accident``: the article on what an accident costs a unit; ``fields``: the law of one field (铁路法), by title, and
    the words that tell the field; ``accident_fields``: the same for what fields say of accidents.
    """

    tips: tuple[Tip, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    limits: Limits = Limits()
    strangers: tuple[str, ...] = ()
    grades: Address | None = None
    general: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    accident: Address | None = None
    accident_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def tip(self, id: str) -> Tip | None:
        """The tip of that name; None when there is none."""
        return next((t for t in self.tips if t.id == id), None)


def load_rules(folder: Path) -> Rules:
    """Read the rules in ``folder`` (the bundled corpus). Raises SettingsError for a malformed file."""
    procedure, conflicts = _toml(folder / "procedure.toml"), _toml(folder / "conflicts.toml")
    try:
        tips = tuple(_tip(row) for row in procedure.get("tip", ()))
        known = tuple(_conflict(row) for row in conflicts.get("conflict", ()))
        limits = Limits(**procedure["limits"]) if "limits" in procedure else Limits()
        general, topics = (tuple(procedure.get(name, ())) for name in ("general", "topics"))
        accident_fields, fields = (_words_of(procedure.get(name, {})) for name in ("accident_fields", "fields"))
        grades, accident = (
            _addresses([procedure[name]])[0] if name in procedure else None for name in ("grades", "accident")
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{folder} 里的 procedure.toml 或 conflicts.toml 写法有误：{error}；请改正") from error
    return Rules(
        tips,
        known,
        limits,
        _strangers(folder / "unanswerable" / "train.jsonl"),
        grades,
        general,
        topics,
        accident,
        accident_fields,
        fields,
    )


# Unanswerable for the text, article, report or mechanism they name: rules refuse them, and the same matter may be
# answered (有限空间作业 asked of 工贸企业有限空间作业安全规定, which is not held; another year's figures).
NAMED = frozenset(("no_article", "no_law", "not_held", "report", "mechanism"))


def _strangers(path: Path) -> tuple[str, ...]:
    """The questions of a file of unanswerable ones that name nothing; empty when there is no such file."""
    if not path.is_file():
        return ()
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return tuple(row["q"] for row in rows if row.get("kind") not in NAMED)
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path.name} 格式有误：{error}；请改正") from error


def _words_of(rows: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {title: tuple(words) for title, words in rows.items()}


def _toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} 格式有误：{error}；请改正") from error


def _tip(row: Mapping[str, Any]) -> Tip:
    article = ArticleNo.parse(row["article"])
    if article is None or row["role"] not in ("procedure", "waiver"):
        raise ValueError(f"{row['id']} 的 article 或 role")
    return Tip(
        id=row["id"],
        role=cast(TipRole, row["role"]),
        address=Address(row["law"], article, row.get("paragraph"), row.get("item")),
        line=row["line"],
        asked=tuple(row.get("asked", ())),
        measures=tuple(row.get("measures", ())),
        after=tuple(row.get("after", ())),
        heavy_fine=row.get("heavy_fine", False),
        small_fine=row.get("small_fine", False),
        either=row.get("either", False),
        when=row.get("when", ""),
        general=row.get("general", False),
    )


def _conflict(row: Mapping[str, Any]) -> Conflict:
    return Conflict(row["act"], _addresses(row["governs"]), _addresses(row["yields"]), row["why"])


def _addresses(texts: list[str]) -> tuple[Address, ...]:
    found = [Address.parse(text) for text in texts]
    if not found or any(a is None or a.article is None for a in found):
        raise ValueError(f"地址 {texts}")
    return tuple(a for a in found if a is not None)
