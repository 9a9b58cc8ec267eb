"""A provision's sanctions as data: whom, for what act, which measures, least, most, unit, condition, 款/项.

Does not know retrieval, nor which duty a sanction belongs to. It reads printed forms and judges nothing: who is fined
is who the text names, a condition is the text's own words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kb.base.records import Fine, Item, Paragraph, Sanction, Share
from kb.law.parse import paragraphs
from kb.law.penalty.amounts import plain
from kb.law.penalty.clauses import Clause, Lead, read_clauses
from kb.law.penalty.party import party

__all__ = ["could_sanction", "fines", "is_sanction", "sanctions"]

_MAYBE = re.compile(r"罚|处分|吊销|拘留|警告|没收|责令|徒刑|刑事责任|取缔|关闭|禁入|撤销|不得担任")
_HEADING = re.compile(r"法律责任|罚\s*则|处\s*罚|惩\s*[罚处戒]|奖\s*[惩罚]|责\s*任$|罚$|分则|罪")
_STRONG = re.compile(
    r"罚款|罚金|吊销[^，。]{2,20}|没收(?:违法|非法)|(?:给予|予以)[^，；。]{0,12}(?:处分|警告|处罚)|处[^，；。]{0,20}(?:拘留|徒刑|拘役|死刑)"
    r"|追究刑事责任|治安管理处罚|责令[^，；。]{0,16}(?:改正|停产|停业|停止)"
)
_ACT = re.compile(r"(?:的|之一|者)[，,：:]|[，；]处|罪")
_LABEL = re.compile(r"\s*[（(]\s*[一二三四五六七八九十百]+\s*[）)]\s*")
_LISTED = re.compile(
    r"(?:下列|以下|如下)[^，；。]{0,12}(?:规定|标准|情形|幅度|办法)?[^，；。]{0,12}(?:处罚|罚款|处分|处理|追究)"
)
_BARE = {"罚款", "依照其他规定处罚"}
# A list of what sanctions there are imposes none.
_KINDS = re.compile(r"\s*[^，。；：:]{2,12}的(?:种类|方式)(?:包括|有)?\s*[：:]")


def is_sanction(text: str, path: tuple[str, ...] = ()) -> bool:
    """Whether an article (``Passage.text``, ``Passage.path``) imposes a sanction on an act.

    Under a heading of liability any measure counts; elsewhere the article must say both an act and what it costs.
    """
    return could_sanction(text, path) and bool(sanctions(text))


def could_sanction(text: str, path: tuple[str, ...] = ()) -> bool:
    """Whether an article may impose a sanction, from a few words and its headings; not wrong where it says no."""
    if _MAYBE.search(text) is None or _KINDS.match(text):
        return False
    if any(_HEADING.search(heading) for heading in path):
        return True
    return _STRONG.search(text) is not None and _ACT.search(text) is not None


def sanctions(text: str) -> tuple[Sanction, ...]:
    """Every sanction of an article's text, one for each condition of each 款 (or 项); empty when it has none.

    ``condition`` is "" for the base case. Where 项 only list acts, the sanction stands at its 款 (``item`` None);
    where each 项 has its own amount, at the 项.
    """
    return _read(text) if _MAYBE.search(text) and not _KINDS.match(text) else ()


@lru_cache(maxsize=64)  # is_sanction, sanctions and fines of one article follow each other
def _read(text: str) -> tuple[Sanction, ...]:
    body = plain(text)
    out: list[Sanction] = []
    for paragraph in paragraphs(text):
        if _MAYBE.search(body, paragraph.start, paragraph.end):
            out.extend(s for s in _paragraph(text, body, paragraph) if s.act or s.fines)
    return tuple(out)


def fines(text: str) -> tuple[Fine, ...]:
    """Every fine of an article's text, in order; empty when it names no amount."""
    if "罚" not in text:
        return ()
    return tuple(fine for sanction in sanctions(text) for fine in sanction.fines)


def _paragraph(text: str, body: str, paragraph: Paragraph) -> list[Sanction]:
    n = paragraph.n
    if not paragraph.items:
        return [_sanction(text, n, None, c) for c in read_clauses(body, paragraph.start, paragraph.end)]
    opening = paragraph.items[0].start
    clauses = read_clauses(body, paragraph.start, opening)
    lead = _lead(body[paragraph.start : opening], clauses)
    own = [(item, _item(body, item, lead)) for item in paragraph.items]
    listed = [_sanction(text, n, item.n, c) for item, found in own for c in found]
    if any(s.fines for s in listed):
        clauses = [c for c in clauses if c.fines or set(c.measures) - _BARE]
    elif any(c.measures for c in clauses) and not _LISTED.search(body, paragraph.start, opening):
        listed = []  # 项 that only name acts may still mention a measure in passing
    return [_sanction(text, n, None, c) for c in clauses] + listed


def _lead(opening: str, clauses: list[Clause]) -> Lead:
    """What the lead-in hands on to its items."""
    if clauses:
        whom = next((w for c in clauses for w in c.whom), "")
        fined = any("罚款" in c.measures for c in clauses) and not any(c.fines for c in clauses)
        return Lead(clauses[0].act or opening.strip("：: \n"), whom, fined)
    act = opening.strip().rstrip("：:").removesuffix("的")
    return Lead(act or "…", party(act), False)


def _item(body: str, item: Item, lead: Lead) -> list[Clause]:
    label = _LABEL.match(body, item.start)
    return read_clauses(body, label.end() if label else item.start, item.end, lead)


def _sanction(text: str, paragraph: int, item: int | None, clause: Clause) -> Sanction:
    start, end = clause.start, clause.end
    while start < end and text[start].isspace():
        start += 1
    return Sanction(
        paragraph=paragraph,
        item=item,
        whom=tuple(clause.whom),
        act=clause.act,
        measures=tuple(clause.measures),
        fines=tuple(clause.fines),
        condition=clause.condition,
        text=text[start:end],
        start=start,
        end=end,
        shares=tuple(Share(*share) for share in clause.shares),
    )
