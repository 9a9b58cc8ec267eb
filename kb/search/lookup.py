"""Exact references → passages: 安全生产法97条, 安法第九十七条第一款, 591号令第28条. Works with no model.

Does not know ranking. A name that fits several instruments is asked back, a provision that does not exist is
said not to exist with the range that does; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kb.base.address import NUMERAL, Address, ArticleNo
from kb.base.records import AmbiguousReference, InputError, KbError, NotHeld, Passage, UnknownProvision
from kb.law.catalogue import Catalogue, Resolution
from kb.law.cite import Locator, Reference, find, resolve
from kb.law.cite.model import range_text
from kb.law.parse import paragraphs
from kb.search.index import Generation
from kb.search.index.generation import DocumentRow

_BARE = re.compile(  # 安法97, 刑法134之一, 消防法 60
    rf"(?P<name>\D*?[^\W\d零一二三四五六七八九十百千])[\s第]*"
    rf"(?P<number>{NUMERAL})(?:[之-](?P<suffix>{NUMERAL}))?"
)
MAX_NAMED = 12  # provisions of one question that are looked up: a range of a whole chapter is no lookup


@dataclass(frozen=True, slots=True)
class Located:
    """A provision that was named and is held. ``address`` goes down to the 款/项 that was named."""

    passage: Passage
    address: Address


@dataclass(frozen=True, slots=True)
class Named:
    """A reference of a question: where it leads, or why it leads nowhere (``error``, one Chinese line)."""

    reference: Reference
    located: tuple[Located, ...]
    error: KbError | None = None


class PlacedNames:
    """The catalogue's names as people in ``place`` mean them: 消防条例 is the local one where there is one."""

    def __init__(self, catalogue: Catalogue, place: str) -> None:
        self._catalogue = catalogue
        self._place = place

    def resolve(self, name: str) -> Resolution:
        """Resolve one name as printed, without 《》."""
        return self._catalogue.resolve(name, place=self._place)

    def known(self, name: str) -> Resolution:
        """Look one name up as written, without mending it."""
        return self._catalogue.resolve(name, place=self._place, mend=False)


def named(text: str, generation: Generation, day: date, place: str = "") -> list[Named]:
    """Every reference in ``text`` that names a provision, with where it leads on ``day``."""
    found = []
    for reference in resolve(find(text), PlacedNames(generation.catalogue, place)):
        if reference.locator.article is None or not (reference.name or reference.keys):
            continue
        try:
            found.append(Named(reference, _located(reference, generation, day)))
        except KbError as error:
            found.append(Named(reference, (), error))
    return found


def mentioned(text: str, generation: Generation, day: date, place: str = "") -> list[Located]:
    """The provisions that ``text`` names and the generation holds, each once, in order."""
    seen: dict[int, Located] = {}
    for one in named(text, generation, day, place):
        for located in one.located:
            seen.setdefault(located.passage.id, located)
    return list(seen.values())[:MAX_NAMED]


def locate(text: str, generation: Generation, day: date, place: str = "") -> Located:
    """The one provision that ``text`` names.

    Raises UnknownProvision (no such article, 款 or 项: the range that exists is said), NotHeld (a real instrument
    whose text is not in the index), AmbiguousReference (several instruments fit), InputError (no provision named).
    """
    every = named(text, generation, day, place) or named(with_unit(text), generation, day, place)
    if every:
        if every[0].error is not None:
            raise every[0].error
        return every[0].located[0]
    keys = generation.catalogue.resolve(text.strip().strip("《》"), place=place).keys
    if len(keys) > 1:
        raise _ambiguous(text.strip(), keys)
    if not keys:
        raise InputError(f"没有认出条号：“{text.strip()[:40]}”；请写成“安全生产法第九十七条”的样子")
    if generation.held(keys[0]) is None:
        raise _not_held(generation, keys[0])
    last = generation.last_article(keys[0])
    if last is None:
        raise InputError(f"请写明条号，如“{keys[0]}第一条”")
    raise InputError(f"请写明条号：《{keys[0]}》有{range_text(last)}，如“{keys[0]}第一条”")


def with_unit(text: str) -> str:
    """安法97, 刑法134之一 → 安法第97条, 刑法第134条之一: what people type into a look-up; other texts as they are."""
    m = _BARE.fullmatch(text.strip())
    return text if m is None else f"{m['name']}第{m['number']}条" + (f"之{m['suffix']}" if m["suffix"] else "")


def _located(reference: Reference, generation: Generation, day: date) -> tuple[Located, ...]:
    if len(reference.keys) > 1:
        raise _ambiguous(reference.name, reference.keys)
    if reference.key is None:
        raise UnknownProvision(f"没有找到名为“{reference.name}”的法律法规；请核对名称，或用 kb status 查看已收入的文件")
    key = reference.key
    document = document_on(generation, key, day)
    if document is None:
        raise _not_held(generation, key)
    members = [w for w in reference.locators() if w.article is not None][:MAX_NAMED]
    return tuple(_one(generation, key, document, where) for where in members)


def document_on(generation: Generation, key: str, day: date) -> DocumentRow | None:
    """The held text of an instrument to answer from on ``day``; None when no text is held."""
    in_force = generation.in_force(key, day)
    if in_force is not None and in_force.source:
        exact = generation.held(key, in_force.version)
        if exact is not None:
            return exact
    iso = day.isoformat()
    started = [
        d
        for d in generation.documents()
        if d.key == key and d.kind == "law" and (d.effective or d.version or "") <= iso
    ]
    return max(started, key=lambda d: d.version or "", default=None) or generation.held(key)


def article_on(generation: Generation, address: Address, day: date) -> Passage | None:
    """The article of an address in the text to answer from on ``day``; None: not held, or no article named."""
    document = document_on(generation, address.title, day)
    if document is None or address.article is None:
        return None
    return generation.article(address.title, address.article, document.version)


def _one(generation: Generation, key: str, document: DocumentRow, where: Locator) -> Located:
    if where.article is None:
        raise InputError(f"请写明《{key}》的条号")
    passage = generation.article(key, where.article, document.version)
    if passage is None:
        raise _missing(generation, key, document, where.article)
    address = Address(key, where.article, where.paragraph, where.item, where.subitem)
    parts = paragraphs(passage.text)
    if where.paragraph is not None and where.paragraph > len(parts):
        raise UnknownProvision(f"《{key}》{where.article}只有{len(parts)}款，没有第{where.paragraph}款")
    if where.item is not None:
        chosen = [p for p in parts if where.paragraph in (None, p.n)]
        if not any(i.n == where.item for p in chosen for i in p.items):
            most = max((i.n for p in chosen for i in p.items), default=0)
            has = f"只有{most}项" if most else "没有分项"
            raise UnknownProvision(f"《{key}》{where.article}{has}，没有第（{where.item}）项")
    return Located(passage, address)


def _missing(generation: Generation, key: str, document: DocumentRow, article: ArticleNo) -> KbError:
    if document.broken_off:
        return NotHeld(f"库中《{key}》的文本不全（缺少结尾），{article}无法核实；请放入完整文本后运行 kb build")
    last = generation.last_article(key, document.version)
    if document.text_kind == "digest" and last is not None and article <= last:
        return NotHeld(f"《{key}》{article}的要点未收入（正式文本有{range_text(last)}）；请放入正式文本后运行 kb build")
    exists = f"该文本有{range_text(last)}" if last is not None else "该文本没有编号的条"
    return UnknownProvision(f"《{key}》没有{article}，{exists}；请核对条号")


def _not_held(generation: Generation, key: str) -> NotHeld:
    known = max((v.version or "" for v in generation.versions(key)), default="")
    since = f"（已知{known}文本）" if known else ""
    return NotHeld(f"库中没有《{key}》的文本{since}；请放入正式文本后运行 kb build，引用前另行核对")


def _ambiguous(name: str, keys: tuple[str, ...]) -> AmbiguousReference:
    listed = "、".join(f"《{k}》" for k in keys[:6])
    return AmbiguousReference(f"“{name}”可能指{listed}；请写明是哪一部", keys)
