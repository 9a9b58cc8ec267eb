"""Which numbers of a report are figures: where each stands, how it is printed, its value and unit.

Does not know what a figure counts, nor when. A number is no figure inside 《…》 or short quotation marks
(“5+2”, “三项制度”), as an ordinal, a date, an edition (2.0版) or a lone small Chinese numeral (一批, 两个清单).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kb.base.quantity import Quantity, find_dates, find_quantities, parse_number

BOUNDARY = "，；。：、（）！？,;()\n"


@dataclass(frozen=True, slots=True)
class Spot:
    """A figure at ``start:end``. ``printed``: the number as printed with 近, 余 …; ``unit`` as printed, empty: none."""

    start: int
    end: int
    printed: str
    value: float
    unit: str
    qualifier: str
    award: bool = False


_NUMBER = re.compile(
    r"""(?P<digits>\d[\d,]*(?:\.\d+)?)
        (?P<more1>[余多]?)(?P<scale>[十百千]?[万亿]?)(?P<more2>[余多]?)(?P<scale2>[万亿]?)""",
    re.VERBOSE,
)
_CHINESE = re.compile(r"数?[十百千万亿]*[零〇一二两三四五六七八九十百千万亿]+[余多]?[万亿]?")
_PREFIX = re.compile(r"(?:将近|接近|大约|超过|突破|近|超|约|逾)$")
_SUFFIX = re.compile(r"(?:及以上|以上|以下|左右|上下)")
_SEVERAL = re.compile(r"数(?P<scale>[十百千万]+)[余多]?(?P<unit>[\u4e00-\u9fff]{1,2})")
_UNIT_NOUNS = re.compile(r"大类|小类|路(?!公交)|部门|卷|台套|间(?!隔)|道(?!路)|只(?!有)")
"""What is counted without a classifier, or with one the vocabulary of units does not hold."""
_INSTITUTION = re.compile(
    r"[\u4e00-\u9fff]{0,4}(?:部门|科|室|处|所|站|中心|大队|支队|街镇|街道|镇|园区|平台|社区|村|委办局)(?=["
    + BOUNDARY
    + r"]|$)"
)
_COUNTED_BEFORE = re.compile(r"(人次|人|次|件|起|户|家|份|数)数?(?<=数)量?(?:为|达|达到|共|约|超|近)?$")
_HOTLINES = ("110", "119", "120", "12345", "12350")
_SMALL_UNITS = {"起", "家", "名", "人", "件", "家次", "人次"}
_DURATIONS = {"工作日", "小时", "天", "分钟"}
_AWARD = re.compile(
    r"(?P<place>[特一二三四])等奖|优秀[\u4e00-\u9fff]{0,4}奖|(?P<medal>[金银铜])奖|第(?P<rank>[一二三四五六七八九十\d]{1,3})名"
)
_PLACES = {"特": 0.0, "一": 1.0, "二": 2.0, "三": 3.0, "四": 4.0, "金": 1.0, "银": 2.0, "铜": 3.0}
_MASKS = (
    re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》"),
    re.compile(r"“[^“”]{1,20}”"),
    re.compile(r"\d{1,2}月\d{1,2}日?\s*(?:[至到—~-]|\u2013)+\s*(?:\d{1,2}月)?\d{1,2}日"),
    re.compile(r"[\u4e00-\u9fff]*〔\d{4}〕\d+号"),  # noqa: RUF001
    re.compile(r"7\s*[×xX*]\s*24\s*小时|(?<!\d)24小时"),
    re.compile(r"(?m)^\s*(?:[（(]?[一二三四五六七八九十]{1,3}[)）、]|[（(]?\d{1,3}[)）.．、](?!\d))"),
)


def spots(text: str) -> list[Spot]:
    """Every figure of ``text`` (healed: no spaces within numbers), in order. Awards (二等奖) count: see ``Spot.award``.

    ``value`` of an award is the place won, 0 where none is named (优秀组织奖).
    """
    masked = [m.span() for mask in _MASKS for m in mask.finditer(text)]
    masked += [(d.start, d.end) for d in find_dates(text)]
    found = [s for q in find_quantities(text, bare=True) if (s := _spot(text, q)) is not None]
    found += [*_several(text), *_awards(text)]
    kept = [s for s in found if not any(a < s.end and s.start < b for a, b in masked)]
    return _apart(sorted(kept, key=lambda s: (s.start, -s.end)))


def _apart(found: list[Spot]) -> list[Spot]:
    out: list[Spot] = []
    for spot in found:
        if not out or spot.start >= out[-1].end:
            out.append(spot)
    return out


def _spot(text: str, q: Quantity) -> Spot | None:
    """The figure at quantity ``q``; None when it is none."""
    if text[q.start : q.start + 1].isdigit():
        return _arabic(text, q)
    return _chinese(text, q)


def _arabic(text: str, q: Quantity) -> Spot | None:
    m = _NUMBER.match(text, q.start)
    if m is None or re.match(r"[A-Za-z+\-./×]", text[max(0, q.start - 1) : q.start]):
        return None
    unit, end = text[m.end() : q.end], q.end
    if q.kind == "money" and (m["scale"] or m["scale2"]):
        scale = m["scale"] + m["scale2"]
        printed = m["digits"] + m["more1"]
        unit = scale + unit
    else:
        printed = m[0]
    longer = _UNIT_NOUNS.match(text, m.end()) or re.compile("个方面").match(text, m.end())
    if longer is not None:
        unit, end = longer[0], longer.end()
    elif not q.unit:
        noun = _INSTITUTION.match(text, m.end()) if m["digits"].isdigit() and int(m["digits"]) < 1000 else None
        if noun is not None and m["digits"] not in _HOTLINES:
            unit, end = noun[0], noun.end()
        elif _COUNTED_BEFORE.search(text, max(0, q.start - 8), q.start):
            unit, end = _unit_before(text, q.start), m.end()  # 累计受益人数12余万: the unit is in the name
        else:
            return None
    if q.kind == "duration" and not any(unit.endswith(d) for d in _DURATIONS):
        return None
    return _made(text, q.start, end, printed, _value(printed), unit)


def _unit_before(text: str, at: int) -> str:
    m = _COUNTED_BEFORE.search(text, max(0, at - 8), at)
    return m[1] if m and m[1] != "数" else ""


def _chinese(text: str, q: Quantity) -> Spot | None:
    """A Chinese numeral counts from ten on, or where nothing but the clause's end follows (死亡两人)."""
    if (
        not q.unit
        or q.kind in ("duration", "number")
        or text[max(0, q.start - 1) : q.start] in ("数", "第", "几", "每")
    ):
        return None
    if q.kind == "share":  # printed in words: 百分之四十, 三分之一
        return _made(text, q.start, q.end, text[q.start : q.end], float(q.value), "%")
    m = _CHINESE.match(text, q.start)
    if m is None or not re.search("[一二两三四五六七八九十]", m[0]):
        return None
    unit = text[m.end() : q.end]
    ends = text[q.end : q.end + 1] in BOUNDARY
    if q.kind == "count" and q.value < 10 and not (ends and unit in _SMALL_UNITS and q.value > 1):
        return None
    return _made(text, q.start, q.end, m[0], float(q.value), unit)


def _value(printed: str) -> float:
    """Value of the number as printed, 余 and 多 passed over."""
    number = parse_number(printed.replace(",", ""))
    return float(number if number is not None else Decimal(0))


def _made(text: str, start: int, end: int, printed: str, value: float, unit: str) -> Spot:
    before, after = _PREFIX.search(text, max(0, start - 2), start), _SUFFIX.match(text, end)
    more = next((c for c in printed if c in "余多"), "")
    qualifier = more or (before[0] if before else "") or (after[0] if after else "")
    if before is not None:
        start, printed = before.start(), before[0] + printed
    return Spot(start, end, printed, value, unit, qualifier)


def _several(text: str) -> Iterator[Spot]:
    """数千条: the least it can be, qualified 数."""
    for m in _SEVERAL.finditer(text):
        inner = find_quantities("一" + m["scale"] + m["unit"])
        if inner and inner[0].start == 0 and inner[0].unit:
            unit = inner[0].text.removeprefix("一" + m["scale"])
            yield Spot(
                m.start(),
                m.start("unit") + len(unit),
                m[0][: m.start("unit") - m.start()],
                float(inner[0].value),
                unit,
                "数",
            )


def _awards(text: str) -> Iterator[Spot]:
    for m in _AWARD.finditer(text):
        place = m["place"] or m["medal"]
        rank = parse_number(m["rank"]) if m["rank"] else None
        value = _PLACES[place] if place else float(rank) if rank is not None else 0.0
        yield Spot(m.start(), m.end(), m[0], value, "", "", award=True)
