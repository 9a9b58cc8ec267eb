"""Grammar of printed references: 第三十六条第一款第（三）项、第四十一条至第四十三条.

Does not know names of laws, nor what stands before or behind a list. Reads ``Source.plain``: normalised, no spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kb.base.address import ArticleNo, from_numeral
from kb.law.cite.model import Locator

N = r"[0-9零\u3007○一二三四五六七八九十百千]{1,9}"
JOIN = r"(?:、|,|和|与|及|或者|或|以及|并|;)"
RANGE = r"(?:至|到|-|~|\u2013|—)"
LEVEL = re.compile(
    rf"""
    (?P<mark>第)?
    (?P<nums>\(?{N}\)?(?:(?:{JOIN}|{RANGE})第?\(?{N}\)?|\({N}\)){{0,60}}) # 三十六 | （一）、（二） | 九十六至九十八
    (?:之(?P<inner>{N}))?                                             # 134之一条
    (?P<unit>(?(mark)条(?!款)|条(?![件例款文目]))|款(?![项额待])|项(?![目])|目(?![的标录前]))
    (?:之(?P<suffix>[一二三四五六七八九十]{{1,3}}|[0-9]{{1,2}})(?![般切样种些点类旨款项]))?   # 条之一
    """,
    re.VERBOSE,
)
"""One level of a provision, perhaps with several numbers."""
_NUMBER = re.compile(rf"(?P<link>{RANGE})?(?:{JOIN})?(?P<body>第?\(?(?P<n>{N})\)?)")
_ITEM = re.compile(r"\((?P<n>[一二三四五六七八九十]{1,3})\)(?!项)")  # 第九十七条(三)
_MORE = re.compile(rf"(?:{JOIN})之(?P<n>[一二三四五六七八九十]{{1,3}})(?![般切样种些点类])")  # 条之一、之二
_LINK = re.compile(rf"(?P<range>{RANGE})|(?:(?:的|规定的?)?[\u4e00-\u9fff]{{1,20}}?罪|的?规定)?(?:{JOIN}){{1,2}}|")
_OF = re.compile(r"(?:的|之|中的?|规定的|所列的?)?(?=第)")
_WORDS = re.compile(r"规定|措施|内容|要求|制度|职责|义务|行为|工作|情形|罪")  # 第三十六条三项规定: three rules, no 项
_UNITS = ("条", "款", "项", "目")


@dataclass(frozen=True, slots=True)
class Spot:
    """A provision read at ``start:end``; ``bare``: its 条 has no 第."""

    start: int
    end: int
    locator: Locator
    through: Locator | None = None
    bare: bool = False


def _set(where: Locator, unit: str, number: int, suffix: int = 0) -> Locator:
    """``where`` with one level set and the deeper ones cleared."""
    if unit == "条":
        return Locator(ArticleNo(number, suffix))
    if unit == "款":
        return Locator(where.article, number)
    if unit == "项":
        return Locator(where.article, where.paragraph, number)
    return replace(where, subitem=number)


def _depth(where: Locator) -> int:
    levels = (where.article, where.paragraph, where.item, where.subitem)
    return max((i for i, level in enumerate(levels) if level is not None), default=-1)


def _numbers(m: re.Match[str]) -> list[tuple[int, int, int, bool]] | None:
    """(value, start, end, ends a range) for every number of a level; None when one is malformed."""
    out = []
    for n in _NUMBER.finditer(m["nums"]):
        value = from_numeral(n["n"])
        if value is None or value == 0:
            return None
        out.append((value, m.start("nums") + n.start("body"), m.start("nums") + n.end(), bool(n["link"])))
    return out


class _Reader:
    """Reads one list; ``spots`` grows as levels follow each other."""

    def __init__(self, text: str, context: Locator) -> None:
        self.text = text
        self.context = context
        self.spots: list[Spot] = []

    def take(self, m: re.Match[str], *, deeper: bool, ranged: bool) -> bool:
        """Add the level ``m``: below the last spot (``deeper``), as the end of a range, or as a new spot."""
        numbers = _numbers(m)
        if not numbers:
            return False
        suffix = from_numeral(m["inner"] or m["suffix"] or "") or 0
        base = self.spots[-1].locator if self.spots else self.context
        if self.spots and deeper and self.spots[-1].through is not None:
            base = self.spots[-1].through
        for i, (value, start, end, link) in enumerate(numbers):
            where = _set(base, m["unit"], value, suffix if i == len(numbers) - 1 else 0)
            stop = m.end() if i == len(numbers) - 1 else end
            if i == 0 and deeper and self.spots:
                last = self.spots[-1]
                if last.through is not None:
                    self.spots[-1] = replace(last, end=stop, through=where)
                else:
                    self.spots[-1] = replace(last, end=stop, locator=where)
            elif self.spots and (link or (i == 0 and ranged)):
                self.spots[-1] = replace(self.spots[-1], end=stop, through=where)
            else:
                begin = m.start() if i == 0 else start
                self.spots.append(Spot(begin, stop, where, bare=m["mark"] is None))
        return True

    def below(self, position: int) -> re.Match[str] | None:
        """Match a deeper level that directly follows the last spot."""
        of = _OF.match(self.text, position)
        m = LEVEL.match(self.text, of.end() if of else position)
        last = self.spots[-1]
        if m is None or _UNITS.index(m["unit"]) <= _depth(last.through or last.locator):
            return None
        if m["mark"] is None and "(" not in m["nums"] and not m["nums"].isascii() and _WORDS.match(self.text, m.end()):
            return None
        return m

    def items(self, position: int) -> int:
        """Read （三） without 项 behind an article or a 款; returns the position behind."""
        while (m := _ITEM.match(self.text, position)) and _depth(self.spots[-1].locator) <= 2:
            last = self.spots[-1]
            if last.through is not None:
                break
            where = _set(last.locator, "项", from_numeral(m["n"]) or 0)
            if _depth(last.locator) < 2:
                self.spots[-1] = replace(last, locator=where, end=m.end())
            else:
                self.spots.append(Spot(m.start(), m.end(), where))
            position = m.end()
        return position

    def next(self, position: int) -> tuple[re.Match[str], bool] | None:
        """Match a further member of the list: a connector (or nothing) and a level that starts with 第 or a bracket."""
        link = _LINK.match(self.text, position)
        at = link.end() if link else position
        m = LEVEL.match(self.text, at)
        if m is None or (m["mark"] is None and not m["nums"].startswith("(")):
            return None
        return m, bool(link and link["range"])

    def more_suffixes(self, position: int) -> int:
        """Read 、之二 behind 第…条之一; returns the position behind."""
        while (m := _MORE.match(self.text, position)) and (article := self.spots[-1].locator.article):
            if not article.suffix or _depth(self.spots[-1].locator) > 0:
                break
            where = Locator(ArticleNo(article.number, from_numeral(m["n"]) or 0))
            self.spots.append(Spot(m.end("n") - len(m["n"]) - 1, m.end(), where))
            position = m.end()
        return position


def read_list(text: str, position: int, context: Locator | None = None) -> list[Spot]:
    """Read the provisions that begin at ``position``; empty when there is none.

    ``context``: what 第二款 alone is a 款 of. A range is one spot with ``through`` set.
    """
    reader = _Reader(text, context or Locator())
    m = LEVEL.match(text, position)
    if m is None or not reader.take(m, deeper=False, ranged=False):
        return []
    position = m.end()
    while True:
        position = reader.more_suffixes(position)
        deeper = reader.below(position)
        if deeper is not None:
            if not reader.take(deeper, deeper=True, ranged=False):
                break
            position = deeper.end()
            continue
        position = reader.items(position)
        following = reader.next(position)
        if following is None or not reader.take(following[0], deeper=False, ranged=following[1]):
            break
        position = following[0].end()
    return reader.spots
