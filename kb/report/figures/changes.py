"""Changes in a report's sentence: 同比增长80.93%, 均下降25%, 占总量的18%、14.5%; which number belongs to which thing.

Does not know dates, organisations, or how figures are spotted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.report.figures.spot import BOUNDARY, Spot

_DIRECTION = re.compile(
    r"(?P<how>同比|环比|比上年同期|比上年|比去年同期|比去年|较上年同期|较上年|较去年同期|较去年|较上一年)?(?:呈现[“”双下降上升]+，)?"
    r"(?P<each>均|分别|各)?(?:同比)?(?P<way>增长|上升|提升|提高|增加|下降|减少|降低|压减|缩短|下浮)(?:了|约|近|超)*$"
)
_SHARE = re.compile(r"(?:分别)?占(?P<whole>[\u4e00-\u9fff]{0,14}?)的?(?:比例|比重|比)?(?:分别)?(?:为|达|达到)?$")
_UP = {"增长", "上升", "提升", "提高", "增加"}
_RELATIVE_UNITS = ("%", "个百分点", "百分点", "倍")
_LAST_YEAR = "同比|上年|去年|上一年"
_AND = re.compile(r"、|和|与|及")


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that tells a change or a share. ``kind`` is 同比增幅, 同比降数 … or 占…比例; ``text`` as printed.

    ``subjects`` are the things it is about, empty where the sentence names none (then: the figure before).
    ``each``: one number holds for several things (均). ``back``: about which figure before, counted backwards.
    """

    spot: Spot
    kind: str
    text: str
    subjects: tuple[str, ...]
    each: bool = False
    back: int = 1


def read_changes(sentence: str, found: Sequence[Spot]) -> list[Change]:
    """Changes and shares among the figures ``found`` of ``sentence``."""
    out: list[Change] = []
    taken = 0
    for i, spot in enumerate(found):
        if i < taken or spot.award:
            continue
        run = _run(sentence, found, i)
        changes = _read(sentence, run, found[i - 1].end if i else 0)
        if changes:
            taken = i + len(run)
            out.extend(changes)
    return out


def _run(sentence: str, found: Sequence[Spot], first: int) -> list[Spot]:
    """Figures joined by nothing but 、 or 和: 40.6%和34%."""
    run = [found[first]]
    for spot in found[first + 1 :]:
        if not _AND.fullmatch(sentence[run[-1].end : spot.start]):
            break
        run.append(spot)
    return run


def _read(sentence: str, run: Sequence[Spot], before: int) -> list[Change]:
    start = max(sentence.rfind(mark, before, run[0].start) + 1 for mark in BOUNDARY.replace("、", ""))
    start = max(start, before)
    left = sentence[start : run[0].start]
    way, share = _DIRECTION.search(left), _SHARE.search(left)
    against = way is not None and re.search(_LAST_YEAR, re.split("；", sentence[: run[0].start])[-1]) is not None
    if way is not None and (run[0].unit in _RELATIVE_UNITS or against):
        subject, kind = left[: way.start()], "同比增幅" if way["way"] in _UP else "同比降幅"
        if not against:
            kind = kind.removeprefix("同比")
        if run[0].unit not in _RELATIVE_UNITS:
            kind = kind.replace("幅", "数")
        each = way["each"] == "均"
        if each and not subject.strip():
            subject = _clause_before(sentence, start)
        text = way[0] + sentence[run[0].start : run[-1].end]
    elif share is not None and len(run) > 1 and run[0].unit in _RELATIVE_UNITS:
        subject, kind, each = left[: share.start()], f"占{share['whole']}比例", False
        text = sentence[start + share.start() : run[-1].end]
    else:
        return []
    subjects = _subjects(subject, len(run), each)
    if len(run) > 1 and len(subjects) == len(run):
        return [Change(s, kind, text, (name,)) for s, name in zip(run, subjects, strict=True)]
    return [Change(s, kind, text, subjects, each, len(run) - i) for i, s in enumerate(run)]


def _clause_before(sentence: str, start: int) -> str:
    """Subject of 事故起数与死亡人数较去年同比呈现“双下降”，均下降25%: the clause before the comma."""
    clause = re.split("[，；：]", sentence[: start - 1])[-1] if start > 1 else ""
    return re.split(r"较|比|同比|呈现", clause, maxsplit=1)[0]


def _subjects(text: str, count: int, each: bool) -> tuple[str, ...]:
    """Things a change is about; several only where as many are named as there are numbers, or 均 says so."""
    text = re.sub(r"^(?:与|较|比)(?:上年|去年)(?:同期)?(?:相比)?", "", text)
    text = re.sub(r"(?:分别|均|各)$", "", text.strip("，、 "))
    text = re.sub(r"^(?:推动|实现|相关领域|全市|全区|全局|全年|实施|其中)+", "", text).strip("，、 ")
    text = re.sub(r"(?:(?:较|比)(?:去年|上年)(?:同期)?)?(?:同比)?$", "", text)
    if not text:
        return ()
    parts = tuple(p for p in _AND.split(text) if p)
    if len(parts) > 1 and (each or len(parts) == count):
        return _completed(parts)
    return (text[-24:],)


def _completed(parts: tuple[str, ...]) -> tuple[str, ...]:
    """事故发生起数 and 死亡人数 stand as they are; 事故起数和亡人数 too: nothing is guessed."""
    return tuple(p[-24:] for p in parts)
