"""Find what reads like a reference: 《某法》第九十七条, 该条例第八条, 前款, 591号令第28条, 97条.

Does not know which names exist; a name that stands unbracketed before a provision is left to ``resolve``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.base.address import from_numeral
from kb.law.cite.grammar import LEVEL, N, Spot, read_list
from kb.law.cite.model import Locator, Mention, Source

LAW_NOUN = "法典|法律|法规|法|条例|规定|办法|细则|规则|解释|决定|规程|标准|规章|准则"
_NOTES = r"(?:\((?:[^()\n]|\([^()\n]*\)){0,120}\))*"
_TITLE = (
    r"《(?P<title>(?:[^《》]|《[^《》]*》){1,90}?)》"
    r"|[<〈](?P<angled>[^<>〈〉《》\n]{1,40}(?:法|条例|办法|规定|细则|规则|解释|标准))[>〉]"
)
_SCAN = re.compile(
    rf"""
    # 《某法》 〈某法〉
    {_TITLE}
    # 该条例第八条 同一条例第八条
  | (?P<self>(?<![基根日版成资原])本|(?<!应)该|(?<![合相共如不])同(?:一[部个件]?)?|上述|前述)
    (?P<noun>{LAW_NOUN})(?=[^\n,。;:]{{0,12}}条)
    # 前款 前二款
  | (?P<previous>前(?P<count>[一二两三四五])?)(?P<previous_unit>条(?![件款例])|款(?!项)|项(?!目))
    # 同条第二款
  | (?P<same>本|该|同|此|上述)(?P<same_unit>条(?![件款例])|款(?!项))(?=[的之中]?第)
  | {LEVEL.pattern}
    """,
    re.VERBOSE,
)
_FILLER = re.compile(
    rf"""(?P<notes>{_NOTES})
         (?:的规定|规定的?|中的?|里的?|的|之|,)?
         (?:第{N}[编章节](?:["“][^"”\n]{{1,20}}["”]|[\u4e00-\u9fff、]{{2,14}}?(?=第{N}条))?,?)*""",
    re.VERBOSE,
)
_ALIAS = re.compile(r"(?:以下|下)(?:统|简|通)?称(?:为|作)?[^\w(]*(?P<alias>[\w(][^\"”》〉()《》,。;\s\u2019']{1,30})")
_YEAR = re.compile(
    r"((?:19|20)\d\d)(?:年)?(?:\d{1,2}月\d{1,2}日)?(?:第.次)?(?:修正|修订|修改|版|本|公布|通过|文本|施行|\)|$)"
)
_YEAR_BEFORE = re.compile(r"((?:19|20)\d\d)(?:年?版的?|年(?:修正|修订|修改|公布)?的?)$")
_TITLE_WITH_PROVISION = re.compile(rf"第{N}条")
# 根据…: what follows may be a law named without brackets and without a provision.
_TRIGGER = re.compile(
    r"(?:根据|依据|依照|按照|违反|适用|触犯|参照|遵守|贯彻|学习|宣传|落实)(?P<name>[^\n,。;:《》<>\"“”?!、]{2,40})"
)


@dataclass(slots=True)
class _Chains:
    """Counts the lists of a text."""

    last: int = 0

    def new(self) -> int:
        self.last += 1
        return self.last


def _notes(text: str) -> tuple[int | None, str | None]:
    """Year of the version and the short name that brackets behind a title give; None when they do not."""
    alias = _ALIAS.search(text)
    year = None if re.search(r"号|令|以下", text) else _YEAR.search(text.strip("()"))
    return (int(year[1]) if year else None), (alias["alias"] if alias else None)


def _heading(source: Source, spot: Spot) -> bool:
    """Whether an article number is the label of an article (at a line's start, blank behind), not a reference."""
    plain = source.plain
    if "\n" not in plain or source.line_start(spot.start) != spot.start or spot.bare:
        return False
    behind = source.norm.span(spot.start, spot.end)[1]
    return source.text[behind : behind + 1].isspace() and plain[spot.end : spot.end + 1] != "\n"


def _mention(source: Source, start: int, end: int, locator: Locator, **more: object) -> Mention:
    begin, stop = source.norm.span(start, end)
    return Mention(begin, stop, source.text[begin:stop], locator, at=(start, end), source=source, **more)  # type: ignore[arg-type]


def _members(source: Source, spots: list[Spot], start: int, chain: int, **more: object) -> Iterator[Mention]:
    """Mentions of one list; the first reaches back to ``start``."""
    for i, spot in enumerate(spots):
        extra = more if i == 0 else {}
        yield _mention(
            source,
            start if i == 0 else spot.start,
            spot.end,
            spot.locator,
            through=spot.through,
            chain=chain,
            first=i == 0,
            **({"head": spot.start, "bare": spot.bare} | extra),
        )


def _titled(source: Source, m: re.Match[str], chains: _Chains) -> tuple[list[Mention], int]:
    """Mentions of 《某法》 and the list behind it; the position to go on from."""
    plain = source.plain
    title = (m["title"] or m["angled"]).replace("\n", "")
    filler = _FILLER.match(plain, m.end())
    notes = filler["notes"] if filler else ""
    year, alias = _notes(notes)
    if year is None and (before := _YEAR_BEFORE.search(plain, max(0, m.start() - 12), m.start())):
        year = int(before[1])
    at = filler.end() if filler else m.end()
    level = LEVEL.match(plain, at)
    near = level and (level["mark"] or at == m.end() + len(notes))
    spots = read_list(plain, at) if level and near and level["unit"] == "条" else []
    chain = chains.new()
    if not spots:
        only = _mention(source, m.start(), m.end(), Locator(), title=title, year=year, alias=alias, chain=chain)
        return [only], m.end() + len(notes)
    return list(_members(source, spots, m.start(), chain, title=title, year=year, alias=alias, bare=False)), spots[
        -1
    ].end


def _pronoun(source: Source, m: re.Match[str], chains: _Chains) -> tuple[list[Mention], int]:
    """Mentions of 该法 and the list behind it."""
    filler = _FILLER.match(source.plain, m.end())
    at = filler.end() if filler else m.end()
    level = LEVEL.match(source.plain, at)
    spots = read_list(source.plain, at) if level and level["mark"] and level["unit"] == "条" else []
    if not spots:
        return [], m.end()
    return list(_members(source, spots, m.start(), chains.new(), pronoun=m["self"] + m["noun"])), spots[-1].end


def _relative(source: Source, m: re.Match[str], chains: _Chains) -> tuple[list[Mention], int]:
    """Mentions of 前款, 前条第二款, 同条第三款."""
    word = ("前" + m["previous_unit"]) if m["previous"] else ("本" + m["same_unit"])
    count = from_numeral(m["count"] or "一") or 1
    filler = re.compile("[的之中]?(?=第)").match(source.plain, m.end())
    spots = read_list(source.plain, filler.end()) if filler else []
    spots = [s for s in spots if s.locator.article is None]
    chain = chains.new()
    if not spots:
        alone = _mention(source, *m.span(), Locator(), chain=chain, head=m.start(), relative=word, count=count)
        return [alone], m.end()
    return list(_members(source, spots, m.start(), chain, relative=word, count=count)), spots[-1].end


def _levels(source: Source, m: re.Match[str], chains: _Chains) -> tuple[list[Mention], int]:
    """Mentions of a list whose name, if any, stands unbracketed before it."""
    spots = read_list(source.plain, m.start())
    if not spots or (spots[0].locator.article is None and source.plain[spots[0].start] not in "第("):
        return [], m.end()  # 一项, 三款: counts
    label = Spot(m.start(), m.end(), Locator(spots[0].locator.article), bare=spots[0].bare)
    if _heading(source, label):
        return [_mention(source, label.start, label.end, label.locator, relative="heading")], label.end
    return list(_members(source, spots, spots[0].start, chains.new())), spots[-1].end


def _provisions(source: Source) -> Iterator[Mention]:
    chains, at = _Chains(), 0
    while m := _SCAN.search(source.plain, at):
        title = m["title"] or m["angled"]
        if title is not None and _TITLE_WITH_PROVISION.search(title):
            at = m.start() + 1  # 《某法第九条》: read what is inside
            continue
        if title is not None:
            mentions, at = _titled(source, m, chains)
        elif m["self"]:
            mentions, at = _pronoun(source, m, chains)
        elif m["previous"] or m["same"]:
            mentions, at = _relative(source, m, chains)
        else:
            mentions, at = _levels(source, m, chains)
        yield from mentions


def _named(source: Source) -> Iterator[Mention]:
    """Places where a law may be named without brackets and without a provision (依照治安管理处罚法的规定)."""
    for m in _TRIGGER.finditer(source.plain):
        if any(end in m["name"] for end in ("法", "条例")):
            yield _mention(source, *m.span("name"), Locator(), named=True, chain=0)


def find(text: str) -> list[Mention]:
    """Every mention in ``text``, in order of position; empty when there is none.

    Mentions may overlap only where one is ``named`` (a guess that ``resolve`` settles).
    """
    source = Source(text)
    return sorted([*_provisions(source), *_named(source)], key=lambda mention: (mention.at[0], mention.named))
