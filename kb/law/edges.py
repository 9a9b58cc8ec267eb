"""References inside a law as edges: 违反本法第三十六条, 依照前条, 《消防法》第六十条第一款.

Does not know whether the target exists, nor how a title is resolved; it reads what is printed.
One pass of one regular expression, because it runs over every article of a corpus; the citation
checker (``kb.law.cite``) is the thorough reader of single texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kb.base.address import NUMERAL, Address, ArticleNo, from_numeral

Relation = Literal["violates", "applies", "cites"]
MAX_RANGE = 30  # 第一条至第三十条 expands to this many articles at most; longer ranges keep their ends

_ARTICLE = rf"第(?:{NUMERAL})条(?:之(?:{NUMERAL}))?"
_TAIL = rf"(?:第(?:{NUMERAL})款)?(?:第[（(]?(?:{NUMERAL})[）)]?项)?"
_REFERENCE = re.compile(
    rf"""
    (?P<home>本法|本条例|本规定|本办法|本细则|本规则|本解释|《(?P<title>[^《》\n]{{2,60}})》|(?P<previous>前条))
    (?P<list>(?:{_ARTICLE}{_TAIL}(?:[、和及与或至]|以及|或者)?)*)
    """,
    re.VERBOSE,
)
_ONE = re.compile(
    rf"第(?P<n>{NUMERAL})条(?:之(?P<s>{NUMERAL}))?(?:第(?P<p>{NUMERAL})款)?(?:第[（(]?(?P<i>{NUMERAL})[）)]?项)?(?P<to>至)?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A printed reference: ``target`` (its title is the home law's key for 本法), span in the text, relation."""

    target: Address
    relation: Relation
    start: int
    end: int


def _relation(before: str) -> Relation:
    """What the words before a reference (up to 6 characters) say of it."""
    if before.endswith(("违反", "违反了")):
        return "violates"
    if before.endswith(("依照", "按照", "根据", "适用", "依据", "符合")):
        return "applies"
    return "cites"


def _numbers(text: str) -> Iterator[tuple[ArticleNo, int | None, int | None]]:
    """Every article named in a list such as 第三十六条第一款、第四十一条至第四十三条."""
    open_range: ArticleNo | None = None
    for m in _ONE.finditer(text):
        number = from_numeral(m["n"])
        if number is None:
            continue
        article = ArticleNo(number, (from_numeral(m["s"]) or 0) if m["s"] else 0)
        if open_range is not None and 0 < number - open_range.number <= MAX_RANGE:
            for between in range(open_range.number + 1, number):
                yield ArticleNo(between), None, None
        open_range = article if m["to"] else None
        yield article, from_numeral(m["p"]) if m["p"] else None, from_numeral(m["i"]) if m["i"] else None


def references(text: str, home: str, article: ArticleNo | None) -> list[Reference]:
    """References in ``text``, an article of ``home`` (short title) numbered ``article``; titles as printed.

    A title without an article (《消防法》的规定) is left out: it names no provision.
    """
    if "条" not in text:
        return []
    found = []
    for m in _REFERENCE.finditer(text):
        relation = _relation(text[max(0, m.start() - 6) : m.start()])
        if m["previous"]:
            if article is not None and article.number > 1 and not article.suffix:
                target = Address(home, ArticleNo(article.number - 1))
                found.append(Reference(target, relation, m.start(), m.end()))
            continue
        title = home if m["title"] is None else m["title"].removeprefix("中华人民共和国")
        found.extend(
            Reference(Address(title, number, paragraph, item), relation, m.start(), m.end())
            for number, paragraph, item in _numbers(m["list"])
        )
    return found
