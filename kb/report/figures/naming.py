"""Names for figures: the phrase of a sentence that says what was counted, and the shared name where there is one.

Does not know numbers' values, dates or organisations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kb.report.figures.spot import BOUNDARY, Spot

_ADVERBS = re.compile(
    r"""^(?:全年|今年以来|本年度|今年|年内|目前|期间|活动期间|近年来|年初以来|上半年|下半年|累计|共计|总计|一共|先后|已经|现有|其中
        |另有|另外|分别|同时|此外|涉及|全市|全区|全局|全系统|本市|本区|本局|我区|我局|截\s?[至止]\w{1,12}?[日底月]|到年底|年底
        |\d{4}年度?|应|将|已|现|共|另|并|各|约|达|经|其他(?=有))+""",
    re.VERBOSE,
)
_SUPPORT = re.compile(
    r"^(?:开展|组织|举办|进行|完成|实施|实现|做好|做到|建立完善|建立健全|建立|推进|召开|承担|接入|组成|抓好|组织开展|牵头指导|牵头"
    r"|指导|依法|依序按时|共有|拥有|设立|设置|配备|达到|形成|覆盖|对照|引导|联合|对|为|以|向|与|由|在|把|将|等|从|按|使|就|给|被|有|是)+"
)
_TAIL = re.compile(
    r"(?:数量为|数量达|数量|总计为|总计|共计|合计|累计|分别为|分别|达到|共有|共|约为|约|近|超过|超|为|达|至|到|等|的|有|了|是|仅|各|均|已"
    r"|拓展|扩大|增加|提升|提高|缩短|下降|上升|减少|增长|降低|余|计|：|:|“|（)+$"
)
_STOP = re.compile(
    r"的|在|以(?!案)|为|被|就|和(?!谐)|与|及(?!时)|或|开展|进行|实施|完成|实现|参加|参与|签订|涉及|列入|纳入|推进|全面|共同|分批|使用|获|入选"
    r"|逐步|逐一|逐家|建档|主动|平均|每|按|已|均|全部|未|通过|接入|平均|做成|走进|提供|送|做|到|并|随同|免费|建立|批准|不予|用于|占|其中|；|。"
)
_RELATIVE = re.compile(
    r"^(?:涉及|使用|列入|从事|存在|符合|纳入|承担|受过)[\u4e00-\u9fffA-Za-z“”]{1,18}?的(?=[\u4e00-\u9fff])"
)
_GENERIC = frozenset(
    "措施 内容 机制 项目 事项 工程 活动 清单 举措 案例 情况 企业 单位 人员 商户 主题 问题 任务 重点任务 具体举措 针对性举措"
    " 智能体 区 方面 次数 领域 工作 意见".split()
)
"""Nouns that say nothing without the words before the number."""
_RELATED = re.compile(
    r"^(?:总人数|参加人数|参与人数|受益人数|受教育人数|参演人数?|受众|占比|比例|覆盖率|完成率|优良率|合格率|通过率|参演|其余|其他)$"
)
_MOST = 24
"""Longest name in characters; a longer phrase is cut after its last 、 or to its end."""
_COUNTERS = (
    ("人次", "人次"),
    ("场", "场次"),
    ("次", "次数"),
    ("人", "人数"),
    ("名", "人数"),
    ("位", "人数"),
    ("平方米", "面积"),
    ("元", "金额"),
)
_COUNTED = re.compile(r"(?:数|数量|人数|次数|人次|场次|起数|件数|金额|款|面积|率|占比|比例|资金|总额|费|时间|时限)$")


@dataclass(frozen=True, slots=True)
class Term:
    """A shared name: the pattern its phrases match and the units it is counted in (empty: any)."""

    name: str
    alias: re.Pattern[str]
    units: frozenset[str]
    example: str


@cache
def vocabulary() -> tuple[tuple[Term, ...], re.Pattern[str]]:
    """Shared names from ``indicators.toml``, and the pattern of words that distinguish nothing."""
    import tomllib
    from importlib.resources import files

    data = tomllib.loads((files("kb.report.figures") / "indicators.toml").read_text("utf-8"))
    terms = tuple(
        Term(row["name"], re.compile(row["alias"]), frozenset(row["units"]), row["example"])
        for row in data["indicator"]
    )
    return terms, re.compile("|".join(map(re.escape, data["filler"])))


def shared(phrase: str, unit: str) -> str | None:
    """The shared name of ``phrase``; None when none fits, or more than one."""
    terms, filler = vocabulary()
    unit = re.sub(r"[（）()余多]", "", unit)
    found = set()
    for form in {phrase, filler.sub("", phrase), _TAIL.sub("", filler.sub("", phrase))}:
        found |= {t.name for t in terms if t.alias.fullmatch(form) and (not t.units or unit in t.units)}
    return found.pop() if len(found) == 1 else None


def name(sentence: str, spot: Spot, others: Sequence[Spot], previous: str) -> str:
    """Name what ``spot`` of ``sentence`` counts. ``others``: all its figures; ``previous``: the name before, or empty.

    Empty when nothing in the sentence says it.
    """
    if spot.award:
        return _award(sentence, spot)
    left, right = _left(sentence, spot, others), _right(sentence, spot, others)
    bare = _TAIL.sub("", left)
    for phrase in (bare, _ADVERBS.sub("", bare)):
        known = shared(phrase, spot.unit)
        if known and not right:
            return known
    if _RELATED.match(_SUPPORT.sub("", _ADVERBS.sub("", bare))) and previous:
        return _counted(_COUNTED.sub("", previous) + _ADVERBS.sub("", bare), spot.unit)
    phrase = _phrase(_ADVERBS.sub("", bare), right)
    return shared(phrase, spot.unit) or _counted(_short(phrase), spot.unit)


def _left(sentence: str, spot: Spot, others: Sequence[Spot]) -> str:
    """Text of the clause before the figure, back to a mark or to the figure before it."""
    plain = re.sub(r"（[^（）\d]{1,12}）", lambda m: "·" * len(m[0]), sentence)  # 各街镇（园区）演练
    start = max((plain.rfind(mark, 0, spot.start) + 1 for mark in BOUNDARY.replace("、", "")), default=0)
    before = max((s.end for s in others if s.end <= spot.start), default=0)
    if before > start:
        start = before
        link = max(sentence.rfind(mark, start, spot.start) for mark in "、和及与")
        start = link + 1 if link >= 0 else start
    return sentence[start : spot.start].strip("、 ")


def _right(sentence: str, spot: Spot, others: Sequence[Spot]) -> str:
    """The noun behind the unit (5家 *安全生产培训机构*); empty where the clause ends or a verb follows."""
    end = min((s.start for s in others if s.start >= spot.end), default=len(sentence))
    rest = re.split("[" + re.escape(BOUNDARY) + "]", sentence[spot.end : end], maxsplit=1)[0]
    relative = _RELATIVE.match(rest)
    if relative:
        rest = rest[relative.end() :]
    noun = _STOP.split(rest, maxsplit=1)[0]
    return noun if 1 <= len(noun) <= 16 and not noun.startswith(("以上", "以下", "左右")) else ""


def _phrase(left: str, right: str) -> str:
    """Put the words before and the noun behind together so that they say what is counted."""
    stripped = _SUPPORT.sub("", left)
    if not right:
        return stripped or left
    if right in _GENERIC:
        return (stripped if len(stripped) > 1 else "") + right
    return (left if 0 < len(stripped) <= 4 and len(left) <= 4 else "") + right


def _short(phrase: str) -> str:
    if len(phrase) <= _MOST:
        return phrase
    tail = re.split("[、，]", phrase)[-1]
    return tail if 4 <= len(tail) <= _MOST else phrase[-_MOST:]


def _counted(phrase: str, unit: str) -> str:
    """Add what the unit counts: 人数, 次数, 场次, 金额 … or 数."""
    phrase = phrase.strip("“”·、")
    if not phrase or unit == "%" or unit.endswith("百分点") or _COUNTED.search(phrase):
        return phrase
    word = next(
        (word for end, word in _COUNTERS if unit.endswith(end) and unit not in ("家次", "件次", "户次", "项次")), "数"
    )
    if unit.startswith(("场", "条", "家", "件")) and word == "次数":
        word = "场次" if unit.startswith("场") else "数"
    return phrase + word


def _award(sentence: str, spot: Spot) -> str:
    """The contest an award was won in."""
    clause = sentence[: spot.start]
    found = re.findall(
        r"(?:在|获得?|荣获|参加)([\u4e00-\u9fff\d“”·]{4,40}?(?:比武|竞赛|大赛|比赛|评选|赛|活动|决赛))", clause
    )
    return (found[-1] if found else "") + "获奖名次"
