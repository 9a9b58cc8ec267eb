"""Automatic numbers of a Word document (一、（一）1.), which its text does not hold, counted out.

Does not know what the paragraphs say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.base.address import to_chinese

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: where it starts, how a number prints, and the pattern (``（%1）``) it prints in."""

    start: int
    format: str
    pattern: str


@dataclass(slots=True)
class Numbering:
    """Counts the numbered paragraphs of one document in their order; ``label`` must be called once for each."""

    levels: Mapping[tuple[str, int], Level]
    lists: Mapping[str, str]
    restarts: Mapping[tuple[str, int], int] = field(default_factory=dict)
    _counts: dict[tuple[str, int], int] = field(default_factory=dict)
    _restarted: set[tuple[str, int]] = field(default_factory=set)

    def label(self, list_id: str, depth: int) -> str:
        """Next label of list ``list_id`` at ``depth`` (0 the outermost); empty for a bullet or an unknown list."""
        abstract = self.lists.get(list_id)
        level = self.levels.get((abstract, depth)) if abstract is not None else None
        if abstract is None or level is None:
            return ""
        self._advance(abstract, list_id, depth, level)
        if level.format in {"bullet", "none"}:
            return ""
        out = level.pattern
        for i in range(depth + 1):
            shown = self.levels.get((abstract, i), level)
            out = out.replace(f"%{i + 1}", _print(self._counts.get((abstract, i), shown.start), shown.format))
        return out

    def _advance(self, abstract: str, list_id: str, depth: int, level: Level) -> None:
        restart = self.restarts.get((list_id, depth))
        if restart is not None and (list_id, depth) not in self._restarted:
            self._restarted.add((list_id, depth))
            self._counts[abstract, depth] = restart
        else:
            self._counts[abstract, depth] = self._counts.get((abstract, depth), level.start - 1) + 1
        for deeper in range(depth + 1, 9):
            self._counts.pop((abstract, deeper), None)


def load(numbering_xml: Any) -> Numbering:  # noqa: ANN401 - an lxml element, untyped
    """Read the document's numbering part (an lxml element, or None when it has none)."""
    levels: dict[tuple[str, int], Level] = {}
    lists: dict[str, str] = {}
    restarts: dict[tuple[str, int], int] = {}
    if numbering_xml is None:
        return Numbering(levels, lists)
    for abstract in numbering_xml.iter(f"{_W}abstractNum"):
        for node in abstract.iter(f"{_W}lvl"):
            depth = int(node.get(f"{_W}ilvl", "0"))
            levels[abstract.get(f"{_W}abstractNumId"), depth] = _level(node)
    for number in numbering_xml.iter(f"{_W}num"):
        list_id = number.get(f"{_W}numId")
        lists[list_id] = _value(number, "abstractNumId", "")
        for override in number.iter(f"{_W}lvlOverride"):
            start = _value(override, "startOverride", "")
            if start.isdigit():
                restarts[list_id, int(override.get(f"{_W}ilvl", "0"))] = int(start)
    return Numbering(levels, lists, restarts)


def _level(node: Any) -> Level:  # noqa: ANN401
    start = _value(node, "start", "1")
    return Level(int(start) if start.isdigit() else 1, _value(node, "numFmt", "decimal"), _value(node, "lvlText", ""))


def _value(node: Any, tag: str, default: str) -> str:  # noqa: ANN401
    child = node.find(f"{_W}{tag}")
    return default if child is None else child.get(f"{_W}val", default)


def _roman(number: int) -> str:
    table = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
    out = ""
    for value, sign in (*table, (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        out += sign * (number // value)
        number %= value
    return out


def _letter(number: int) -> str:
    """Return a … z, then doubled (aa, bb), as Word counts."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": to_chinese,
    "chineseCountingThousand": to_chinese,
    "chineseLegalSimplified": to_chinese,
    "taiwaneseCounting": to_chinese,
    "taiwaneseCountingThousand": to_chinese,
    "japaneseCounting": to_chinese,
    "ideographDigital": to_chinese,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalZero": lambda n: f"{n:02}",
    "decimalFullWidth": lambda n: str(n).translate({ord("0") + i: "０１２３４５６７８９"[i] for i in range(10)}),  # noqa: RUF001
    "ideographTraditional": lambda n: "甲乙丙丁戊己庚辛壬癸"[(n - 1) % 10],
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda n: _letter(n).upper(),
    "lowerLetter": _letter,
}


def _print(number: int, style: str) -> str:
    """Return the number in Word's style; decimal for styles not in the table and for numbers below 1."""
    show = _FORMATS.get(style)
    return str(number) if show is None or number < 1 else show(number)
