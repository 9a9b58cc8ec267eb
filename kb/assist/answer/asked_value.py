"""A value that is asked for and stands in no text cited: 接地电阻不大于多少欧姆, 12350是什么电话.

Does not know what is measured: a quantity of the same kind (厘米 for 米) counts as one that may be meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.assist.answer.refuse import Refusal
from kb.base.textnorm import squeeze

NOT_SAID = "所引条文没有写这个数值，多半在国家标准或者行业标准里"
NO_SUCH = "没有找到写有这个数值的规定，多半在国家标准或者行业标准里；请查标准原文"
# Units of one kind, as asked and as printed. 度 alone is asked of temperature; 公斤 also of pressure.
_KINDS = (
    ("米", "厘米", "毫米", "公分", "公里", "千米", "m", "cm", "mm", "km"),
    ("度", "摄氏度", "℃", "°C"),
    ("欧姆", "欧", "兆欧", "千欧", "Ω", "MΩ"),
    ("分贝", "dB", "dB(A)"),
    ("毫安", "安培", "安", "mA", "A"),
    ("伏", "伏特", "千伏", "kV", "V"),
    ("公斤", "千克", "克", "毫克", "吨", "斤", "kg", "g", "mg", "t"),
    ("兆帕", "千帕", "帕", "MPa", "kPa", "Pa", "公斤"),
    ("勒克斯", "勒", "lx", "lux"),
    ("平方米", "平米", "㎡", "平方毫米", "平方公里", "亩", "公顷"),
    ("立方米", "立方", "方", "m³", "升", "毫升", "L", "mL"),
    ("千瓦", "瓦", "兆瓦", "kW", "W", "MW"),
)
_ASKED = {unit: {u for kind in _KINDS if unit in kind for u in kind} for kind in _KINDS for unit in kind}


def _any(units: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(units, key=len, reverse=True)))


_SAID = _any([unit for unit in _ASKED if len(unit) > 1 or unit in "米度吨升伏亩克"])
# Asked, not told (十几米, 问废铁屑多少吨谁也说不上来): the unit ends a clause, or only how it is measured follows.
_UNIT = re.compile(
    rf"(?<![写问标])(?:多少|(?<![十百千万好出往])几)个?(?P<unit>{_SAID})"
    r"(?=$|[，。？?高宽长深远厚重]|以[上下内]|之[内间]|才|一[个只台处道根]|的距离|的间距|合格|吗|呢|呀|啊)"
)
# A length without its unit (离地多高), a value that only a standard sets (接触限值是多少), a share (百分之几).
_LENGTH = re.compile(r"(?:离|距|间|装|挂|埋|砌|挖|隔|相距)[^，。？]{0,6}多(?:高|远|宽|深|厚|大距离)")
_SET = re.compile(
    r"(?:限值|限量|阈值|临界量|标准值|安全值|浓度|温度|湿度|照度|压力|间距|高度)(?:应该|应当|要求|一般|最[高低大小])*(?:是|为|要)?(?:多少|几)(?![个人天年月元钱])"
)
_STANDARD = re.compile(r"(?:标准|规范|规程|国标|行标)(?:里|中|上)的?(?:数字?|数值|值)")
_PERCENT, _PERCENTS = re.compile(r"百分之(?:几|多少)"), re.compile(r"百分之|[%\uff05]")
_FIGURE = r"[\d零一二两三四五六七八九十百千万半]"
# 12350是什么电话: the number itself is asked about; not 打119要钱吗.
_ABOUT = re.compile(
    r"^(?:请问)?(?<!\d)(?P<number>\d{3,})(?![\d.年])(?:这个)?(?:电话|热线|号码?)?(?:是|属于)?(?:个|哪个|一个)?"
    r"(?:什么|啥|干什么|干啥|干嘛|做什么|哪里|哪儿|谁)"
)


def unknown_number(question: str, texts: Sequence[str]) -> Refusal | None:
    """A number is asked about (12350是什么电话) that no text holds; None: one does, or none is asked about."""
    m = _ABOUT.search(squeeze(question))
    if m is None:
        return None
    number = m["number"]
    if any(re.search(rf"(?<!\d){number}(?!\d)", squeeze(text)) for text in texts):
        return None
    return Refusal("nothing", f"没有找到写有“{number}”的规定；请核对号码，或者换个说法再问")


def unmeasured(question: str, texts: Sequence[str]) -> bool:
    """Whether a measure is asked for (多少分贝) and no text holds one of its kind."""
    plain = squeeze(question)
    if _PERCENT.search(plain):
        return not any(_PERCENTS.search(text) for text in texts)
    asked = _units_asked(plain)
    if not asked:
        return False
    printed = re.compile(rf"{_FIGURE}[余多]?(?:{_any(sorted(asked))})")
    return not any(printed.search(squeeze(text)) for text in texts)


def _units_asked(question: str) -> set[str]:
    """The units that an answer can be in; empty: no measure is asked for."""
    m = _UNIT.search(question)
    if m is not None:
        return _ASKED[m["unit"]]
    if _LENGTH.search(question):
        return _ASKED["米"]
    return set(_ASKED) if _SET.search(question) or _STANDARD.search(question) else set()
