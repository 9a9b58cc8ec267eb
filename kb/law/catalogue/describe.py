"""What instrument and version a file holds, from its place in the corpus and its parsed text.

Does not know other files, nor the editors' facts.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from kb.base.records import NATIONAL, Instrument, Rank, Version
from kb.law.parse import LawText, short_title

_SC = "全国人民代表大会常务委员会"
_FOLDERS: dict[str, Rank] = {
    "宪法": Rank.CONSTITUTION,
    **dict.fromkeys(
        ("宪法相关法", "刑法", "民法典", "民法商法", "社会法", "经济法", "行政法", "诉讼与非诉讼程序法", "法律"),
        Rank.LAW,
    ),
    "行政法规": Rank.ADMINISTRATIVE_REGULATION,
    "司法解释": Rank.JUDICIAL_INTERPRETATION,
    "地方性法规": Rank.LOCAL_REGULATION,
    "部门规章": Rank.DEPARTMENT_RULE,
    "地方政府规章": Rank.LOCAL_RULE,
    "规范性文件": Rank.NORMATIVE_DOCUMENT,
    "标准": Rank.STANDARD,
    "案例": Rank.CASE,
    "其他": Rank.OTHER,
}
_CITIES = ("上海", "北京", "天津", "重庆")
_REGIONS = {"内蒙古": "内蒙古自治区", "广西": "广西壮族自治区", "西藏": "西藏自治区", "宁夏": "宁夏回族自治区",
            "新疆": "新疆维吾尔自治区"}  # fmt: skip
_PROVINCES = (
    "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南",
    "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海",
)  # fmt: skip
PLACES = {c: f"{c}市" for c in _CITIES} | {p: f"{p}省" for p in _PROVINCES} | _REGIONS
_TITLE_PLACE = re.compile(
    r"^([^《》（）]{2,6}?(?:省|市|自治区)|[^《》（）省市]{2,14}?(?:自治州|自治县))(?=.{2,})|^(..)经济特区"
)
_SESSION = re.compile(
    r"第[〇零一二三四五六七八九十百\d]+[届次].*?(?=人民代表大会|人大)|第[〇零一二三四五六七八九十百\d]+次会议"
)
_CONGRESS = re.compile(
    r"(?P<place>[^，。；、]{2,14}?(?:省|市|自治区|自治州|自治县))第?.*?(?:人民代表大会|人大)(?P<sc>常)?"
)
_REPEAL = re.compile(r"(?:同时|即行|予以)?(?:废止|停止执行)")
_TITLE = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》")


def describe_file(path: str, law: LawText) -> tuple[Instrument, Version]:
    """The instrument and the version that the file at ``path`` (inside its corpus folder, / between parts) holds.

    Front matter counts first, then the folders, then what header and title tell. Version flags may
    hold, besides the parser's: ``stated=DATE`` (the last article's date where the version is
    undated), ``repeals=KEY`` (an instrument its last articles abolish), ``division=NAME``. A part of a
    code and a text whose end is missing count no articles.
    """
    rank = _rank(path, law)
    place = _place(path, law, rank)
    stem = short_title(PurePosixPath(path).stem)
    aliases = [] if stem in (law.key, law.division) or rank is Rank.CASE or not stem else [stem]
    title = law.title if law.title != law.key else law.key
    instrument = Instrument(
        law.key,
        re.sub(r"[\s\u200b]+", "", title),
        rank,
        place,
        law.meta.get("issuer") or _issuer(path, law, rank, place),
        tuple(aliases) if law.text_kind == "official" else (),
        law.decrees,
        note=law.meta.get("note", ""),
    )
    return instrument, _version(path, law)


def same_version_key(law: LawText) -> tuple[str, str, str]:
    """(key, version, division): equal for two files that hold the same text of the same instrument.

    Versions are told apart by the day they come into force where it is known, else by adoption; an
    undated text has its stated date, so that it never equals a dated one.
    """
    return law.key, law.effective or law.version or f"stated={law.stated_effective or ''}", law.division


def _version(path: str, law: LawText) -> Version:
    flags = list(law.flags)
    if law.version is None and law.stated_effective:
        flags.append(f"stated={law.stated_effective}")
    if law.division:
        flags.append(f"division={law.division}")
    flags += [f"repeals={key}" for key in _repealed(law)]
    declared = law.meta.get("articles", "")
    whole = not law.division and "end_missing" not in law.flags
    articles = int(declared) if declared.isdigit() else (len(law.articles) or None) if whole else None
    return Version(law.key, law.version, law.effective, None, "unknown", path, law.text_kind, articles, tuple(flags))


def _repealed(law: LawText) -> list[str]:
    """Titles that the last two articles abolish, as keys; the instrument's own older text does not count."""
    out: dict[str, None] = {}
    for node in law.articles[-2:]:
        for sentence in re.split(r"[。；\n]", node.text):
            verbs = [m.start() for m in _REPEAL.finditer(sentence)]
            if not verbs:
                continue
            for m in _TITLE.finditer(sentence, 0, verbs[-1]):
                key = short_title(m[1])
                if key != law.key and not key.endswith(("决定", "决议")):
                    out[key] = None
    return list(out)


def _rank(path: str, law: LawText) -> Rank:
    declared = law.meta.get("rank", "")
    if declared in set(Rank):
        return Rank(declared)
    parts = PurePosixPath(path).parts[:-1]
    if law.kind == "case" or "案例" in parts:
        return Rank.CASE
    for part in reversed(parts):
        if part in _FOLDERS:
            return _FOLDERS[part]
        if part.endswith("地方法规"):
            return Rank.LOCAL_REGULATION
    return _told_rank(law)


def _told_rank(law: LawText) -> Rank:
    """Rank by what header and title tell; OTHER when they tell nothing."""
    told = "".join(e.text for e in law.history) + " ".join(law.decrees)
    if law.kind == "interpretation":
        return Rank.JUDICIAL_INTERPRETATION
    if re.match(r"(?:GB|AQ|[A-Z]{2,3})[/／ ]?T?\s*\d", law.key):
        return Rank.STANDARD
    if "国务院令" in told or "国务院发布" in told:
        return Rank.ADMINISTRATIVE_REGULATION
    if re.search(r"(?:部|总局|委员会|局|署|行)令", told):
        return Rank.DEPARTMENT_RULE
    if "人民政府令" in told:
        return Rank.LOCAL_RULE
    if _CONGRESS.search(_SESSION.sub("", told)):
        return Rank.LOCAL_REGULATION
    if re.search(r"全国人民代表大会|第.{1,3}届全国", told) or law.title.startswith("中华人民共和国"):
        return Rank.LAW
    return Rank.LOCAL_REGULATION if _TITLE_PLACE.match(law.key) else Rank.OTHER


def _place(path: str, law: LawText, rank: Rank) -> str:
    """``全国`` or the place whose organ made it: of a local text the place its title begins with, else the folder's."""
    declared = law.meta.get("jurisdiction")
    if declared:
        return PLACES.get(declared, declared)
    if rank not in (Rank.LOCAL_REGULATION, Rank.LOCAL_RULE):
        return NATIONAL
    m = _TITLE_PLACE.match(law.key)
    if m is not None:
        return m[1] or f"{m[2]}市"
    for part in reversed(PurePosixPath(path).parts[:-1]):
        name = part.removesuffix("地方法规")
        if name in PLACES:
            return PLACES[name]
    return next((place for name, place in PLACES.items() if law.key.startswith(name)), NATIONAL)


def _issuer(path: str, law: LawText, rank: Rank, place: str) -> str:
    first = law.history[0].text if law.history else ""
    if rank in (Rank.LAW, Rank.CONSTITUTION):
        return _SC if "常务委员会" in first else "全国人民代表大会"
    if rank is Rank.ADMINISTRATIVE_REGULATION:
        return "国务院"
    if rank is Rank.JUDICIAL_INTERPRETATION:
        both = "最高人民法院、最高人民检察院"
        return both if law.key.startswith(both) else law.key[:7] if law.key.startswith("最高人民检") else "最高人民法院"
    if rank is Rank.LOCAL_REGULATION and first:
        return f"{place}人民代表大会" + ("常务委员会" if "常务委员会" in first or "常委会" in first else "")
    if rank is Rank.LOCAL_RULE:
        return f"{place}人民政府"
    if rank is Rank.DEPARTMENT_RULE:
        parts = PurePosixPath(path).parts
        if "部门规章" in parts[:-2]:
            return parts[parts.index("部门规章") + 1]
        return law.decrees[0].partition("令")[0] if law.decrees else ""
    return ""
