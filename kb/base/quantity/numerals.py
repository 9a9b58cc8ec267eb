"""Numerals: Arabic, Chinese (一百五十), mixed (2.9万) and bankers' (伍万) numerals as exact values.

Does not know units, nor whether a number counts anything.
"""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"\u3007": 0, "○": 0, "两": 2}
POWERS = {"十": 10, "百": 100, "千": 1000}
SCALES = POWERS | {"万": 10**4, "亿": 10**8}
LONGEST = 40  # characters of a number that somebody wrote to be read; what is longer is no number
_BANKERS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")

_PART = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_HUNDRED, _THOUSAND = "百(?!分点)", "千(?![伏克瓦米])"  # 12百分点 and 12千克 are units
_SCALE = rf"(?:[十万亿]|{_HUNDRED}|{_THOUSAND})"
ARABIC = rf"(?<![\dA-Za-z.]){_PART}(?:\s?[余多]?{_SCALE}{{1,2}}(?:{_PART}(?=\s?[余多]?[十百千万]))?)*(?!\.?\d)"
"""Pattern (of normalised text) of a number that starts with digits: 50,000, 2.9万, 200余万, 1亿2000万."""
CHINESE = (
    rf"(?<![零\u3007○一二两三四五六七八九十百千万亿])(?:[零\u3007○一二两三四五六七八九十万亿]|{_HUNDRED}|{_THOUSAND})+"
    r"(?:点[零〇一二三四五六七八九]+[万亿]?)?(?:[余多][万亿]+)?"
)
"""Pattern of a number in Chinese characters; not every match is a numeral (see ``parse_number``)."""
BANKERS = r"[壹贰叁肆伍陆柒捌玖拾佰仟零万亿]+(?=[元圆])"
"""Pattern of a bankers' numeral, only before 元: 队伍 and 陆地 are words."""


def _section(text: str, spoken: bool) -> int | None:
    """Value of a numeral below 10,000; None when it is malformed. ``spoken``: see ``integer``."""
    total, power, digit, gap = 0, 10_000, None, False
    for c in text:
        if c in POWERS:
            if POWERS[c] >= power or digit == 0:
                return None
            power = POWERS[c]
            total += (1 if digit is None else digit) * power
            digit, gap = None, False
        elif digit is not None or (gap and DIGITS[c] == 0):
            return None
        elif DIGITS[c] == 0:
            gap = True
        else:
            digit = DIGITS[c]
    if digit is not None:
        total += digit * (power // 10 if spoken and 10 < power < 10_000 and not gap else 1)
    return total


def integer(text: str, *, spoken: bool = False) -> int | None:
    """Value of a whole number in Arabic digits or Chinese characters; None when it is neither.

    A row of Chinese digits is read by position (二〇二五). ``spoken``: 一万五 is 15,000 and 三百五 is 350,
    as in talk about money; otherwise the last digit counts ones, as in old article numbers (一百二 = 102).
    More than ``LONGEST`` characters are no number.
    """
    if len(text) > LONGEST:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if not text or any(c not in DIGITS and c not in SCALES for c in text):
        return None
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    for mark, scale in (("亿", 10**8), ("万", 10**4)):
        if mark in text:
            left, _, right = text.rpartition(mark)
            high = integer(left, spoken=spoken) if left else 1
            if high is None:
                return None
            if spoken and len(right) == 1 and DIGITS.get(right, 0) > 0:
                return high * scale + DIGITS[right] * (scale // 10)
            low = integer(right, spoken=spoken) if right else 0
            return None if low is None or low >= scale else high * scale + low
    return _section(text, spoken)


def plain(value: Decimal) -> Decimal:
    """Write ``value`` without trailing zeros and without an exponent, so that it prints as people write it."""
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()


_SCALED = re.compile(rf"({_PART})\s?[余多]?([十百千万亿]*)")


def _arabic(text: str) -> Decimal | None:
    total, last = Decimal(0), None
    for m in _SCALED.finditer(text):
        scale = 1
        for c in m[2]:
            scale *= SCALES[c]
        if last is not None and scale >= last:
            return None
        total += Decimal(m[1].replace(",", "")) * scale
        last = scale
    return plain(total)


def parse_number(text: str, *, spoken: bool = True) -> Decimal | None:
    """Exact value of a whole numeral (normalised text) as ``ARABIC``, ``CHINESE`` or ``BANKERS`` match it.

    余 and 多 inside are passed over (200余万 → 2,000,000). None: no numeral, or an
    approximate one (三五, 十七八).
    """
    if len(text) > LONGEST:
        return None
    if text[:1].isascii() and text[:1].isdigit():
        return _arabic(text)
    text = text.translate(_BANKERS).replace("余", "").replace("多", "")
    if all(c in DIGITS for c in text) and 1 < len(text) < 4 and not any(c in "零〇○" for c in text):
        return None
    head, point, tail = text.partition("点")
    scale = 1
    if point and tail[-1:] in SCALES:
        scale, tail = SCALES[tail[-1]], tail[:-1]
    whole = integer(head, spoken=spoken)
    if whole is None:
        return None
    if not point:
        return Decimal(whole)
    return plain(Decimal(f"{whole}.{''.join(str(DIGITS[c]) for c in tail)}") * scale)
