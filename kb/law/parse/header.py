"""Read the head of a legal text: front matter, title, enactment history, decree numbers, dates.

Does not know articles or headings; it is handed the head as lines and the last article as text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kb.base.address import from_numeral
from kb.law.parse.model import Act, LawEvent

_D = r"[0-9\uff10-\uff19\u3007○零一二三四五六七八九十]"
DATE = re.compile(
    rf"""(?P<year>[0-9\uff10-\uff19]{{4}}|[\u3007○零一二三四五六七八九]{{4}})\s*年\s*
         (?P<month>{_D}{{1,2}})\s*月\s*
         (?P<day>{_D}{{1,3}})\s*日""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》")
_ORG = r"[^，,。；;（）()《》〈〉\s、0-9\uff10-\uff19日]{2,24}?"
_DECREE = re.compile(
    rf"(?P<org>{_ORG}(?:、{_ORG})?)令[（(]?第?(?P<no>[0-9\uff10-\uff19]+|[\u3007○零一二三四五六七八九十百千]+)号"
)
# 法释 + year + 3号; the year stands in tortoise-shell brackets (U+3014, U+3015) or what files print for them.
_SYMBOL = re.compile(
    r"(?P<org>[\u4e00-\u9fff]{1,8})[\u3014\[\uff3b（(【](?P<year>(?:19|20)\d\d)[\u3015\]\uff3d）)】]"
    r"第?(?P<no>\d+)号"
)
_ORG_PREFIX = re.compile(r"^.*?(?=中华人民共和国|国务院|最高人民)|^.*?(?:的通知|[以由])(?=.)")
_ACT = re.compile(r"修正|修订|修改|通过|批准|公布|发布|颁布|印发|施行|实施|生效|废止")
_ACTS: dict[str, Act] = {
    "修正": "修正", "修改": "修正", "修订": "修订", "通过": "通过", "批准": "批准", "公布": "公布", "发布": "公布",
    "颁布": "公布", "印发": "公布", "施行": "施行", "实施": "施行", "生效": "施行", "废止": "废止",
}  # fmt: skip
# Local regulations are named by the day of publication, days to weeks after the session that adopted them.
_MONTH = 31
_AT_ONCE = re.compile(r"(?:公布|发布)(?:之日起?)?施行")
_FROM = re.compile(
    rf"自?(?:(?P<date>{_D}{{4}}\s*年\s*{_D}{{1,2}}\s*月\s*{_D}{{1,3}}\s*日)|(?P<publication>公布|发布|颁布|通过|印发)之?日)"
    r"起?(?:正式)?(?:施行|实施|生效|执行)"
)


def iso(match: re.Match[str]) -> str | None:
    """ISO date of a DATE match; None when it is no day of a calendar (13月 …)."""
    year, month, day = (_value(match[k]) for k in ("year", "month", "day"))
    if year is None or month is None or day is None or not (1 <= month <= 12 and 1 <= day <= 31 and year > 1000):
        return None
    return f"{year:04d}-{month:02d}-{day:02d}"


@lru_cache(maxsize=4096)
def _value(text: str) -> int | None:
    return from_numeral(text)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Read the ``key: value`` lines between two ``---`` at the very start, and where the text after them begins.

    ``({}, 0)`` when there is none. Values lose their quotes and a comment set off by two blanks.
    """
    m = re.match(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if m is None:
        return {}, 0
    meta = {}
    for line in m[1].splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip() and not name.lstrip().startswith("#"):
            meta[name.strip()] = re.sub(r"\s{2,}#.*$", "", value).strip().strip("\"'")
    return meta, m.end()


def events(head: str) -> tuple[LawEvent, ...]:
    """Read the enactment history in ``head``, in its order; empty when it tells none.

    One event runs from one date to the next; its act is the last verb outside 《》.
    """
    flat = re.sub(r"[\s\u3000\u200b]+", "", head)
    marks = [(m.start(), m.end(), iso(m)) for m in DATE.finditer(flat) if not _inside_quotes(flat, m.start())]
    out = []
    for (start, after, date), following in zip(marks, [*marks[1:], None], strict=False):
        if date is None:
            continue
        event = _event(date, flat[start : following[0] if following else len(flat)], after - start)
        if event is not None:
            out.append(event)
    return tuple(out)


def _inside_quotes(text: str, at: int) -> bool:
    return text.count("《", 0, at) > text.count("》", 0, at)


def _event(date: str, text: str, skip: int) -> LawEvent | None:
    bare = _QUOTED.sub("《》", text[skip:])
    verbs = _ACT.findall(bare)
    decree = next((d for d in decrees(text)), "")
    if not verbs:
        return LawEvent(date, "公布", not _by_decision(text), bare, decree, text) if decree else None
    act = _ACTS[verbs[-1]]
    if act == "施行" and len(verbs) > 1:
        act = _ACTS[verbs[-2]]
    if "修订" in verbs:
        act = "修订"
    elif "修正" in verbs:
        act = "修正"
    if act in ("通过", "批准") and re.search(r"(?:通过|批准)的《[^》]*(?:修正案|决定|决议)", text):
        act = "修正"
    partial = act == "修正" or (act == "修订" and _by_decision(text))
    body = re.split(_ACT, bare)[0].strip("《》（）()，,根据由经")
    return LawEvent(date, act, not partial and act in ("通过", "修订", "批准", "公布"), body, decree, text)


def _by_decision(text: str) -> bool:
    """Whether the step was made by a decision on single articles (关于修改…的决定)."""
    return re.search(r"《[^》]*关于[^》]*(?:修改|修订|废止|取消|调整)|关于修改", text) is not None


def decrees(text: str) -> tuple[str, ...]:
    """Find decree and document numbers (国务院令第591号) as printed but for brackets, without repeats."""
    found: dict[str, None] = {}
    flat = re.sub(r"[\s\u3000\u200b]+", "", text)
    if "令" in flat:
        for m in _DECREE.finditer(flat):
            number = from_numeral(m["no"])
            org = _ORG_PREFIX.sub("", m["org"]).replace("中华人民共和国", "")
            if number is not None and org:
                found[f"{org}令第{number}号"] = None
    if "号" in flat:
        for m in _SYMBOL.finditer(flat):
            org = _ORG_PREFIX.sub("", m["org"])
            found[f"{org}\u3014{m['year']}\u3015{m['no']}号"] = None
    return tuple(found)


def stated_effective(last_article: str, published: str | None) -> str | None:
    """Read the date the last article gives for entry into force; None when it gives none.

    ``published`` is what 自公布之日起 means, None when unknown.
    """
    m = _FROM.search(re.sub(r"\s+", "", last_article))
    if m is None:
        return None
    if m["date"]:
        day = DATE.search(m["date"])
        return iso(day) if day else None
    return published


def version_of(named: str | None, history: tuple[LawEvent, ...]) -> tuple[str | None, str]:
    """(adoption date of this text, flag). The file name's date, unless the head tells of a change a month later.

    Both unknown: (None, ``undated``).
    """
    told = adoption(history)
    if named is None:
        return (told, "") if told else (None, "undated")
    if told is not None and _days(told) - _days(named) > _MONTH:
        return told, "header_newer_than_name"
    return named, ""


def adoption(history: tuple[LawEvent, ...]) -> str | None:
    """Date of the last step that made the text what it is; None when the history is empty."""
    made = [e.date for e in history if e.act in ("通过", "批准", "修正", "修订", "公布")]
    return max(made) if made else None


def effective_date(
    version: str | None, history: tuple[LawEvent, ...], last_article: str
) -> tuple[str | None, str | None, str]:
    """(effective, stated, flag): when this version came into force, what the last article says, why unknown.

    A 施行 line of the head counts first. Then the last article's date, which survives every 修正: it
    counts only where it is not earlier than this version, or where the history knows no later change.
    """
    made = [e for e in history if e.act in ("通过", "批准", "修正", "修订", "公布")]
    published = max((e.date for e in history if e.act in ("公布", "通过", "批准", "修订") and e.full), default=None)
    stated = stated_effective(last_article, published)
    explicit = [e.date for e in history if e.act == "施行" or _AT_ONCE.search(e.text)]
    if explicit and (version is None or explicit[-1] >= version) and explicit[-1] >= max(e.date for e in history):
        return explicit[-1], stated, ""
    if stated is not None and version is not None and stated >= version and not _only_published(last_article):
        return stated, stated, ""
    if not made or version is None:
        return None, stated, "effective_unknown"
    last = max(made, key=lambda e: e.date)
    enacted_once = all(e.full for e in made) and not any(e.act == "修订" for e in made)
    same_text = last.full and abs(_days(version) - _days(last.date)) <= _MONTH
    if stated is not None and same_text and (_only_published(last_article) or enacted_once):
        return stated, stated, ""
    return None, stated, "effective_after_amendment" if not last.full else "effective_unknown"


def _only_published(last_article: str) -> bool:
    m = _FROM.search(re.sub(r"\s+", "", last_article))
    return m is not None and m["date"] is None


def _days(date: str) -> int:
    year, month, day = (int(x) for x in date.split("-"))
    return year * 372 + month * 31 + day
