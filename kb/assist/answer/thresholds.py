"""Ranges that a text sets (三人以上十人以下死亡) beside the numbers that a question tells (死了五个).

Does not know what follows from a range, nor where texts come from. Fines are amounts, no ranges. 以上 takes its number
in, 以下 leaves it out: so does the article on the grades of accidents (生产安全事故报告和调查处理条例第三条), and where
two neighbouring grades meet, the graver one holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kb.base.quantity import Quantity, find_quantities

Of = Literal["dead", "hurt", "people", "loss", "gain", "worth", ""]
_DEAD = re.compile(r"死|亡|遇难|丧生|丧命|没命|没了")
_HURT = re.compile(r"伤|中毒")
_LOSS = re.compile(r"损失|赔进去|烧掉|烧了")
_GAIN = re.compile(r"(?:违法|非法)(?:所得|收入)|收了|收[入取费]|赚|挣|获利|得利|到手|[房地]?租金?|费$")
_WORTH = re.compile(r"货值|价值|值")
_SUM = 1000  # a bare number from which on it is a sum of money: 收了15万
_MONEY = ("loss", "gain", "worth")  # amounts that ranges can speak of
_KINDS: tuple[tuple[Of, re.Pattern[str]], ...] = (
    ("dead", _DEAD),
    ("hurt", _HURT),
    ("loss", _LOSS),
    ("gain", _GAIN),
    ("worth", _WORTH),
)
_MORE = re.compile(r"又|再|另有?|后来|陆续|第.{1,3}天")  # deaths that add up: 死了两个，第二十天又一个
_STAFF = re.compile(r"人|员工|职工|工人|民工|农民工|从业人员|师傅|学生|老人|孩子|打工的|干活的")
_TERM = re.compile(r"拘留|徒刑|拘役|管制|暂扣|禁止|处")  # what a sanction lasts is no range
_FINE = re.compile(r"罚|处|没收|缴")
_LEAST = {"以上", "及以上", "不低于", "不少于", "至少", "最少", "最低", "满", "达到"}
_OVER = {"超过", "超", "逾", "突破", "高于", "多于"}
_LESS = {"以下", "及以下", "不足", "不满", "不到", "低于", "少于"}
_MOST = {"不超过", "不高于", "不多于", "最多", "最高"}
_PEOPLE = ("人", "个", "名", "位", "")
_NEAR, _FAR = 6, 24  # characters before and after a number that tell what it counts
_BREAK = re.compile(r"[，。；、,;]|或者")


@dataclass(frozen=True, slots=True)
class Told:
    """A number that a question tells, of what."""

    value: Decimal
    unit: str
    of: Of


@dataclass(frozen=True, slots=True)
class Range:
    """Values from ``least`` (``over``: beyond it) to below ``below`` (``upto``: it counts, too); None: open."""

    unit: str
    of: Of
    least: Decimal | None = None
    below: Decimal | None = None
    over: bool = False
    upto: bool = False

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies inside."""
        low = self.least is None or value > self.least or (value == self.least and not self.over)
        high = self.below is None or value < self.below or (value == self.below and self.upto)
        return low and high


def told_in(question: str) -> tuple[Told, ...]:
    """The numbers of a question that ranges can speak of; no articles, dates, fines or ages of documents."""
    found = []
    for q in find_quantities(question, bare=True):
        of = _of(question, q)
        if of in ("dead", "hurt") and q.unit in _PEOPLE:
            found.append(Told(q.value, "人", of))
        elif of in _MONEY and (q.unit == "元" or (not q.unit and (of == "loss" or q.value >= _SUM))):
            found.append(Told(q.value, "元", of))
        elif q.unit == "人" or (q.unit in ("个", "名", "位") and _STAFF.match(question, q.end)):
            found.append(Told(q.value, "人", "people"))
        elif q.kind in ("measure", "duration"):
            found.append(Told(q.value, q.unit, ""))
    dead = [t.value for t in found if t.of == "dead"]
    if len(dead) > 1 and _MORE.search(question):
        found = [*(t for t in found if t.of != "dead"), Told(sum(dead, Decimal(0)), "人", "dead")]
    return tuple(found)


def ranges_in(text: str) -> tuple[Range, ...]:
    """The ranges of a text, in order."""
    found: list[Range] = []
    last: Quantity | None = None
    for q in find_quantities(text):
        one = _range(text, q)
        if one is None:
            last = None
            continue
        if last is not None and one.least is None and found[-1].below is None and _joined(text, last, q):
            whole = found.pop()
            one = Range(one.unit, one.of or whole.of, whole.least, one.below, whole.over, one.upto)
        found.append(one)
        last = q
    return tuple(found)


def _joined(text: str, before: Quantity, after: Quantity) -> bool:
    """Whether two ends are those of one range: 三人以上十人以下."""
    between = text[before.end : after.start]
    return before.unit == after.unit and len(between) <= _NEAR and not _BREAK.search(between)


def _range(text: str, q: Quantity) -> Range | None:
    if not (q.unit == "人" or q.kind in ("money", "measure", "duration")):
        return None
    if q.kind == "duration" and _TERM.search(text[max(0, q.start - _NEAR) : q.end + _FAR]):
        return None
    of = _of(text, q)
    if q.kind == "money" and (of not in _MONEY or _FINE.search(text[max(0, q.start - 2) : q.start])):
        return None
    of = "people" if q.unit == "人" and not of else of
    if q.qualifier in _LEAST | _OVER:
        return Range(q.unit, of, least=q.value, over=q.qualifier in _OVER)
    if q.qualifier in _LESS | _MOST:
        return Range(q.unit, of, below=q.value, upto=q.qualifier in _MOST)
    return None


def _of(text: str, q: Quantity) -> Of:
    """What a number counts, by the words nearest to it in its own clause."""
    before = _BREAK.split(text[max(0, q.start - _NEAR) : q.start])[-1]
    after = _BREAK.split(text[q.end : q.end + _FAR])[0]
    near = (before[-2:], after, before) if q.unit else (after[:1], before, after)  # 死3人, but 3死5伤
    return next((of for words in near for of, pattern in _KINDS if pattern.search(words)), "")


def fits(told: Sequence[Told], text: str) -> bool | None:
    """Whether one of a text's ranges holds a number told; None where none of them speaks of the same."""
    if not told:
        return None
    pairs = [(r, t) for r in ranges_in(text) for t in told if (r.unit, r.of) == (t.unit, t.of)]
    return any(r.holds(t.value) for r, t in pairs) if pairs else None
