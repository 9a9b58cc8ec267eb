"""Who is meant: the party that commits an act, the party a sanction is aimed at.

Does not know what the sanction is.
"""

from __future__ import annotations

import re

from kb.law.penalty.words import words

_AUTHORITY = re.compile(r"(?:部门|机关|机构)$")
# How an act begins that names nobody, although a party's noun follows: 向未取得许可的单位销售…, 邀请…人员作为….
_NOBODY = re.compile(
    r"""
    邀请|限制|侵犯|聘用|雇用|招用|录用|利用|允许|指使|强令|阻碍|妨碍|拒绝|安排|指派
  | 擅自|非法|伪造|变造|没有|违反|拒
  | 未|不(?!符合|具备|具有)|有(?!关)|以(?!上)|经(?!营|办|纪|理)
  | 向|将|由|在|或者|并|其他
  | .*(?:未|擅自)
    """,
    re.VERBOSE,
)
_DEED = r"(?:销售|购买|使用|出租|出借|携带|运输|储存|生产|经营|转让|冒用|采购|进口|出口|提供|发布|倒卖|邮寄|驾驶)"
# 销售充装单位…瓶装燃气: a deed and its object, where 销售单位 and 从事…的企业 are parties.
_DEED_FIRST = re.compile(
    rf"{_DEED}(?!(?:{_DEED}|[、和或者与及])*(?:单位|企业|机构|公司|经营者|者|商|人|平台|组织|方))[^的]*$"
)
_ITS_HEAD = re.compile(r"其(?:主要|法定|直接|有关|决策|他负责|项目)")
_TARGET = re.compile(
    r"""
    对(?P<who>[^，；。：处]{1,60}?)
    (?=可以|可|并|分别|依法|单处|另|各处|处以?(?!分)|给予|予以(?:罚|警|行)|除要求|追究|按照|，|$|罚款)
    """,
    re.VERBOSE,
)


def party(act: str) -> str:
    """Who commits ``act``, as printed; "" when the act names nobody (未经许可生产…的)."""
    found = ""
    for piece in re.split(r"[，；：]", act):
        words_of = piece.strip()
        if found and not _ITS_HEAD.match(words_of):
            continue
        m = words().party.match(words_of)
        if m is None or _NOBODY.match(m["who"]) or _DEED_FIRST.match(m["who"]):
            continue
        if _AUTHORITY.search(m["who"]) and words_of[m.end() :].startswith(("对", "应当", "可以")):
            continue
        found = m["who"].removeprefix("对").removeprefix("凡")
    return found


def targets(clause: str) -> list[tuple[int, str]]:
    """The parties a clause is aimed at (对单位处…，对个人处…) as (position, name without 其)."""
    return [(m.start(), m["who"].removeprefix("其")) for m in _TARGET.finditer(clause) if _named(m["who"])]


def target_alone(clause: str) -> str:
    """The party of a clause that is nothing else (对直接负责的主管人员，依法给予处分); "" when it is no such clause."""
    if not clause.startswith("对") or not words().head.search(clause):
        return ""
    return clause.removeprefix("对").removeprefix("其")


def _named(who: str) -> bool:
    return words().head.search(who) is not None and not who.startswith(("未", "违反", "不"))
