"""Names for figures: the phrase of a sentence that says what was counted, and the shared name where there is one.

Does not know numbers' values, dates or organisations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.report.figures.spot import BOUNDARY, Spot
from kb.report.figures.words import shared, words

_BY = re.compile(
    r"^(?:通过|依托|借助|利用|围绕|结合)[^，]{2,20}?(?:接入|建成|检查|培训|发放|发现)(?=[\u4e00-\u9fff]{2})"
)
_TO_WHOM = re.compile(
    r"(?:(?<![结相绝面核派应比])对|向|给|^为|[，、]为|围绕|推动)(?:全区|全市|全县|辖区|本市|本区|我区)?$"
)
FROM = re.compile(r"(?:由|从)(?:上年|去年|原来|过去|此前|原先|法定|年初)?的?约?$")
"""What stands before the first of two figures that one thing went through."""
_LATELY = re.compile(r"累计|共计|总计|先后|一共|(?<!公)共(?![同享建治用有])")
"""What is counted stands behind these: 执法队伍累计 *检查生产经营单位* 12家次."""
_LABEL = re.compile(r"^\s*(?:[（(]?[一二三四五六七八九十]{1,3}[)）、]|[一二三四五六七八九十]是|\d{1,3}[.．、](?!\d))")
_OF = re.compile(r"(?P<generic>[\u4e00-\u9fff]{1,4}?)的(?P<noun>[\u4e00-\u9fff]{2,12}?)(?:和|与|及|、|，|$)")
_DID = re.compile(r"(?:做出|作出|开展|进行|召开|组织|提出)([\u4e00-\u9fff]{2,6})$")
_LASTING = ("小时", "工作日", "天", "分钟")
_RELATIVE_UNITS = ("%", "倍", "个百分点", "百分点")
_PLAIN_UNITS = ("家次", "件次", "户次", "项次", "条次", "条（次）", "家（次）", "台次")
_MOST = 24
"""Longest name in characters; a longer phrase is cut to what stands behind its last 、 or to its end."""
_CONTEST = re.compile(
    r"(?:在|获得?|荣获|参加|参与)([\u4e00-\u9fff\d“”·]{4,40}?(?:比武|竞赛|大赛|比赛|评选|赛|活动|决赛))"
)


def name(sentence: str, spot: Spot, others: Sequence[Spot], previous: str) -> str:
    """Name what ``spot`` of ``sentence`` counts. ``others``: all its figures; ``previous``: the name before, or empty.

    Falls back on the unit (科 → 科数); empty only for a number whose sentence says nothing else.
    """
    if spot.award:
        return _award(sentence, spot)
    left, right = _left(sentence, spot, others), _right(sentence, spot, others)
    bare = words().tail.sub("", left)
    head = _LATELY.split(_strip(words().adverbs, bare))[-1]
    known = None if right else _known(bare, head, spot.unit)
    if known:
        return known
    if previous and bare in ("上年", "去年", "上年同期", "去年同期"):
        return f"{previous}（上年）"
    related = words().related.fullmatch(_strip(words().head, bare))
    if related and previous and not right:
        return _joined(_base(previous), related[0]) + _counter(related[0], spot.unit)
    phrase = _phrase(head, right, lasting=spot.unit.endswith(_LASTING))
    if not right:
        phrase += _act(sentence, spot, others)
    phrase = phrase or _predicate(sentence, spot, others) or _strip(words().adverbs, bare)
    return shared(phrase, spot.unit) or _counted(_short(phrase), spot.unit)


def leans(indicator: str, previous: str) -> bool:
    """Whether a name leans on the one before (…总人数 on …机构数), so that the next must not lean on it."""
    base = _base(previous)
    return len(base) > 1 and indicator.startswith(base) and indicator != previous


def _known(bare: str, head: str, unit: str) -> str | None:
    """The shared name of the phrase, or of its end behind a verb that carries no meaning (对企业实施 *首违不罚*)."""
    for phrase in (bare, head, _strip(words().head, head)):
        found = shared(phrase, unit)
        if found:
            return found
    for m in reversed(list(words().support.finditer(bare))):
        if not bare[: m.start()].endswith(("未", "不", "没有", "拒不", "无")):
            found = shared(bare[m.end() :], unit)
            if found:
                return found
    return None


def _joined(base: str, related: str) -> str:
    """``base`` and ``related`` without saying twice what both share (法制审核, 审核率)."""
    shared_length = next((k for k in range(len(related), 0, -1) if base.endswith(related[:k])), 0)
    return base + related[shared_length:]


def subject(sentence: str, spot: Spot, noun: str, previous: str) -> str:
    """Name what goes from ``spot`` to the next figure (办结时限由12天减到9天); ``noun`` stands behind the unit."""
    left = _LABEL.sub("", FROM.sub("", sentence[: spot.start]))
    clause = re.split("[" + re.escape(BOUNDARY) + "]", left)[-1]
    phrase = _strip(words().head, words().tail.sub("", clause)) or noun
    if words().related.fullmatch(phrase) and previous:
        return _joined(_base(previous), phrase)
    return shared(phrase, spot.unit) or _counted(_short(phrase), spot.unit)


def _base(previous: str) -> str:
    """The name before without what it counted (…机构数 → …机构)."""
    return re.sub("总$", "", words().counted.sub("", previous))


def _strip(pattern: re.Pattern[str], text: str) -> str:
    """``text`` without what ``pattern`` matches at its head."""
    m = pattern.match(text)
    return text[m.end() :] if m else text


def _left(sentence: str, spot: Spot, others: Sequence[Spot]) -> str:
    """Text of the clause before the figure, back to a mark or to the figure before it."""
    plain = re.sub(r"（[^（）\d]{1,12}）", lambda m: "·" * len(m[0]), sentence)  # 各街镇（园区）演练
    start = max((plain.rfind(mark, 0, spot.start) + 1 for mark in BOUNDARY.replace("、", "")), default=0)
    before = max((s.end for s in others if s.end <= spot.start), default=0)
    if before > start:
        start = before
        link = max(sentence.rfind(mark, start, spot.start) for mark in "、和及与")
        start = link + 1 if link >= 0 else start + len(_noun_before(sentence, start, others))
    text = _LABEL.sub("", sentence[start : spot.start])
    if text.endswith(("、", "等")) or _TO_WHOM.search(text):
        return ""  # an enumeration of other things, or those to whom something was done
    return text.strip("、| ")


def _noun_before(sentence: str, at: int, others: Sequence[Spot]) -> str:
    """The noun that belongs to the figure ending at ``at``: 10万家 *单位* 排查隐患120万项."""
    return next((_right(sentence, s, others) for s in others if s.end == at), "")


def _rest(sentence: str, spot: Spot, others: Sequence[Spot]) -> str:
    """Text of the clause behind the figure, up to a mark or to the next figure."""
    end = min((s.start for s in others if s.start >= spot.end), default=len(sentence))
    return re.split("[" + re.escape(BOUNDARY) + "]", sentence[spot.end : end], maxsplit=1)[0]


def _right(sentence: str, spot: Spot, others: Sequence[Spot]) -> str:
    """The noun behind the unit (5家 *安全生产培训机构*); empty where the clause ends or a verb follows."""
    if spot.unit in _RELATIVE_UNITS:
        return ""
    rest = _rest(sentence, spot, others).removeprefix("的")
    relative = words().relative.match(rest)
    if relative is not None:
        noun = words().stop.split(rest[relative.end() :], maxsplit=1)[0]
        return relative[0] + noun if 1 < len(noun) <= 12 else ""
    of = _OF.match(rest)
    if of is not None and of["generic"] in words().generic:
        return of["noun"] if of["noun"] in words().generic else of["noun"] + of["generic"]
    noun = _noun(rest, sentence, spot, others)
    return noun if 1 <= len(noun) <= 16 and not noun.startswith(("以上", "以下", "左右")) else ""


def _noun(rest: str, sentence: str, spot: Spot, others: Sequence[Spot]) -> str:
    """The first noun of ``rest``; one that is joined to the next by 、 goes on to it (危险化学品、工贸企业)."""
    noun = words().stop.split(rest, maxsplit=1)[0]
    at = spot.end + len(rest)
    if noun and noun == rest and sentence[at : at + 1] == "、":
        end = min((s.start for s in others if s.start >= spot.end), default=len(sentence))
        second = re.split("[" + re.escape(BOUNDARY + "“") + "]", sentence[at + 1 : end], maxsplit=1)[0]
        whole = re.match(
            "[\u4e00-\u9fff]{0,12}?(?:企业|单位|人员|机构|场所)", words().stop.split(second, maxsplit=1)[0]
        )
        if whole is not None and at + 1 + len(whole[0]) < end:
            return f"{noun}、{whole[0]}"
    return noun


def _phrase(left: str, right: str, *, lasting: bool) -> str:
    """Put the words before and the noun behind together so that they say what is counted; empty when they do not.

    ``lasting``: a duration, whose noun behind says less than the words before (短信2小时发布能力).
    """
    stripped = _BY.sub("", _strip(words().head, left))
    if not right:
        return stripped
    if right in words().generic or lasting:
        return stripped + right if len(stripped) > 1 else ""
    return (stripped if 0 < len(stripped) <= 4 else "") + right


def _predicate(sentence: str, spot: Spot, others: Sequence[Spot]) -> str:
    """What the counted did: 11人 *参加培训考核*."""
    return re.sub(
        r"^(?:共同|分批|先后|全部|均|已|的|及以上|以上|以下|左右)+|了|等$", "", _rest(sentence, spot, others)
    )[:_MOST]


def _act(sentence: str, spot: Spot, others: Sequence[Spot]) -> str:
    """What was done so many times: 24次就安全生产做出 *批示*; empty where the clause does not go on so."""
    if not _rest(sentence, spot, others).startswith(("就", "对", "向", "为", "到")):
        return ""
    did = _DID.search(re.split("[，；。]", sentence[spot.end :], maxsplit=1)[0])
    return did[1] if did is not None else ""


def _short(phrase: str) -> str:
    if len(phrase) <= _MOST:
        return phrase
    tail = re.split("[、，]", phrase)[-1]
    return tail if 4 <= len(tail) <= _MOST else phrase[-_MOST:]


def _counted(phrase: str, unit: str) -> str:
    """Add what the unit counts: 人数, 次数, 场次, 金额 … or 数."""
    phrase = _unquoted(phrase.strip("·、 "))
    if not phrase and unit not in _RELATIVE_UNITS:
        phrase = unit.removeprefix("个")
    return phrase + _counter(phrase, unit)


def _counter(phrase: str, unit: str) -> str:
    if not phrase or unit in _RELATIVE_UNITS or unit.endswith(_LASTING) or words().counted.search(phrase):
        return ""
    if phrase.endswith("数据"):
        return "量"
    if unit in _PLAIN_UNITS:
        return "数"
    word = next((word for end, word in words().counters.items() if unit.endswith(end)), "数")
    return "数" if unit.endswith(phrase) or (word == "人数" and phrase.endswith(("人", "员"))) else word


def _unquoted(phrase: str) -> str:
    """Drop quotation marks that lost their partner, and a pair about the whole."""
    if phrase.count("“") != phrase.count("”"):
        phrase = phrase.replace("“", "").replace("”", "")
    return phrase[1:-1] if phrase.startswith("“") and phrase.find("”") == len(phrase) - 1 else phrase


def _award(sentence: str, spot: Spot) -> str:
    """Name the contest an award was won in."""
    found = _CONTEST.findall(sentence[: spot.start])
    return (found[-1] if found else "") + "获奖名次"
