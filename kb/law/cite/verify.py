"""Say of each reference whether the provision exists, was in force on the day, and is quoted exactly.

Does not know where texts are stored (a ``Lookup`` is an argument), nor how a law's text is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kb.base.address import ArticleNo, to_chinese
from kb.base.records import Item, Paragraph, Passage, Version
from kb.law.cite.model import Checked, Locator, Lookup, Reference, range_text
from kb.law.cite.quote import Difference, compare

Paragraphs = Callable[[str], tuple[Paragraph, ...]]
"""Divides ``Passage.text`` into its 款 and 项, as ``law.parse.paragraphs`` does."""


def _default_paragraphs(text: str) -> tuple[Paragraph, ...]:
    from kb.law.parse import paragraphs

    return paragraphs(text)


@dataclass(frozen=True, slots=True)
class _Part:
    """The cited part of an article: its own text and the article's; ``missing`` says what does not exist."""

    text: str = ""
    whole: str = ""
    missing: str = ""


def verify(
    reference: Reference, lookup: Lookup, as_of: date, *, paragraphs: Paragraphs = _default_paragraphs
) -> Checked:
    """Check one reference on the day ``as_of``; see ``CheckStatus`` for what each status means.

    Never ``verified`` when the name is ambiguous, mistyped or unknown, when the text in force is not held, or when
    words are quoted and only a digest is held.
    """
    unclear = _unclear(reference)
    if unclear:
        return Checked(reference, "not_held", note=unclear)
    key = reference.keys[0]
    if reference.locator.empty:
        return Checked(reference, "named_only", note=_fate(key, lookup, as_of) or "")
    version, chosen = _version(reference, lookup, as_of)
    if version is None:
        return _no_version(reference, lookup, as_of)
    if not version.source:
        return Checked(reference, "not_held", version.version, note=_not_held(key, version, lookup))
    return _Check(reference, lookup, as_of, paragraphs, version, chosen).run()


def _unclear(reference: Reference) -> str:
    """Why the reference cannot be checked at all; empty when it can."""
    if len(reference.keys) > 1:
        names = "、".join(f"《{key}》" for key in reference.keys[:6])
        return f"“{reference.name}”可能指{names}，请写全称"
    if reference.problem or not reference.keys:
        return reference.problem or f"目录中没有“{reference.name}”，无法核实，请核对名称"
    if reference.doubtful:
        return f"目录中没有名为“{reference.name}”的法规，是否指《{reference.keys[0]}》？请写全称后再核对"
    return ""


def _date_text(iso: str | None) -> str:
    return iso or "日期不明"


def _version(reference: Reference, lookup: Lookup, as_of: date) -> tuple[Version | None, bool]:
    """The version to check against, and whether the text itself chose it (2014修正, 原…)."""
    key = reference.keys[0]
    now = lookup.in_force(key, as_of)
    versions = lookup.versions(key)
    if reference.year is not None:
        fits = [v for v in versions if str(reference.year) in ((v.version or "")[:4], (v.effective or "")[:4])]
        exact = [v for v in fits if (v.version or "").startswith(str(reference.year))] or fits
        if len(exact) == 1 and exact[0] != now:
            return exact[0], True
    if reference.former and now is not None:
        earlier = [v for v in versions if v != now and (v.version or "") < (now.version or "")]
        if earlier:
            return earlier[-1], True
    return now, False


def _fate(key: str, lookup: Lookup, as_of: date) -> str | None:
    """One line on why no version is in force on the day; None when one is, or dates do not tell."""
    if lookup.in_force(key, as_of) is not None:
        return None
    versions = lookup.versions(key)
    instrument = lookup.instrument(key)
    successor = f"，现为《{instrument.replaced_by}》" if instrument and instrument.replaced_by else ""
    starts = [v.effective or v.version for v in versions]
    if versions and all(start is not None and start > as_of.isoformat() for start in starts):
        first = min(s for s in starts if s)
        if all(v.status == "not_yet" for v in versions):
            return f"该日尚未施行（自{first}起施行）"
        return f"该日的文本未收录或者尚未施行（所收最早的自{first}起施行），未核实"
    ended = [v.ended for v in versions if v.ended is not None and v.ended <= as_of.isoformat()]
    if ended:
        return f"已自{max(ended)}起失效{successor}"
    if any(v.status == "repealed" for v in versions) or successor:
        return f"已失效{successor}"
    return None


def _no_version(reference: Reference, lookup: Lookup, as_of: date) -> Checked:
    """Status where no version is in force on the day."""
    key = reference.keys[0]
    versions = lookup.versions(key)
    fate = _fate(key, lookup, as_of)
    held = any(v.source for v in versions)
    if fate and fate.startswith("已"):
        return Checked(reference, "superseded", note=f"《{key}》{fate}")
    if fate:
        sure = held and fate.startswith("该日尚未施行")
        return Checked(reference, "not_found" if sure else "not_held", note=f"《{key}》{fate}")
    if not held:
        return Checked(reference, "not_held", note=f"《{key}》的文本未收录，未核实")
    return Checked(reference, "not_held", note=f"《{key}》该日施行的是哪个文本不明，未核实")


def _not_held(key: str, version: Version, lookup: Lookup) -> str:
    older = [v for v in lookup.versions(key) if v.source]
    note = f"《{key}》{_date_text(version.version)}的文本未收录，未核实"
    return note + (f"（只收录{_date_text(older[-1].version)}的文本）" if older else "")


def _beyond(key: str, where: Locator, last: ArticleNo | None) -> str:
    there = f"，现有{range_text(last)}" if last else ""
    return f"《{key}》没有{where.article}{there}"


class _Check:
    """Checks one reference against one held version."""

    def __init__(
        self,
        reference: Reference,
        lookup: Lookup,
        as_of: date,
        paragraphs: Paragraphs,
        version: Version,
        chosen: bool,
    ) -> None:
        self.reference = reference
        self.lookup = lookup
        self.as_of = as_of
        self.paragraphs = paragraphs
        self.version = version
        self.chosen = chosen
        self.key = version.key
        self.digest = version.text_kind == "digest"

    def run(self) -> Checked:
        """Existence of every provision meant, then the quotation, then whether the version still governs."""
        last: Passage | None = None
        for where in self.reference.locators():
            if where.article is None:
                return Checked(self.reference, "not_held", note="没有写明条号，无法核实")
            last = self.lookup.article(self.key, where.article, self.version.version)
            if last is None:
                return self._absent(where)
            missing = self._part(last, where).missing
            if missing:
                return self._result("not_found", missing + self._elsewhere(where))
        if self.reference.quote is not None:
            return self._quotation()
        note = f"只核对了条号：{self._kept()}，不是条文原文" if self.digest else ""
        return self._governing(note)

    def _kept(self) -> str:
        return f"《{self.key}》只收录要点"

    def _result(self, status: str, note: str, expected: str | None = None) -> Checked:
        return Checked(self.reference, status, self.version.version, expected, note)  # type: ignore[arg-type]

    def _governing(self, note: str) -> Checked:
        """``verified``, unless the text chose a version that is not the one in force, or nobody knows its dates."""
        if self.version.version is None and self.version.effective is None:
            return self._result("not_held", "有这一条，但所收文本没有日期，该日是否有效未核实")
        if not self.chosen:
            return self._result("verified", note)
        now = self.lookup.in_force(self.key, self.as_of)
        since = "该日已不是现行文本"
        if now is not None and now.effective:
            since = f"该日施行的是{_date_text(now.version)}的文本（自{now.effective}）"
        return self._result("superseded", f"所引为{_date_text(self.version.version)}的文本，{since}")

    def _absent(self, where: Locator) -> Checked:
        article = where.article or ArticleNo(0)
        official = self.version.articles
        if self.digest and official is None:
            return self._result("not_held", f"{self._kept()}，其中没有{article}，未核实")
        if self.digest and official is not None and article <= ArticleNo(official, 99):
            return self._result("not_held", f"{self._kept()}，{article}不在其中，未核实")
        last = self.lookup.last_article(self.key, self.version.version)
        if self.digest and official:
            last = ArticleNo(official)
        return self._result("not_found", _beyond(self.key, where, last) + self._elsewhere(where))

    def _elsewhere(self, where: Locator) -> str:
        """Which other held version has the provision; empty when none has."""
        for other in reversed(self.lookup.versions(self.key)):
            if other == self.version or not other.source or where.article is None:
                continue
            passage = self.lookup.article(self.key, where.article, other.version)
            if passage is not None and not self._part(passage, where).missing:
                return f"；{_date_text(other.version)}的文本有"
        return ""

    def _part(self, passage: Passage, where: Locator) -> _Part:
        """Text of the cited 款 or 项, or what is missing."""
        article = where.article
        parts = self.paragraphs(passage.text)
        if where.paragraph is not None:
            if not 1 <= where.paragraph <= len(parts):
                return _Part(missing=f"{article}没有第{to_chinese(where.paragraph)}款，只有{len(parts)}款")
            parts = (parts[where.paragraph - 1],)
        if where.item is None:
            return _Part("\n".join(p.text for p in parts), passage.text)
        owner, item = next(((p, i) for p in parts for i in p.items if i.n == where.item), (None, None))
        if (owner is None or item is None) and (line := _numbered_line(parts, where.item)):
            return _Part(line, passage.text)
        if owner is None or item is None:
            return _Part(missing=self._no_item(where, [i.n for p in parts for i in p.items]))
        if where.subitem is not None and not re.search(rf"(?<!\d){where.subitem}\s*[.．、]", item.text):
            return _Part(missing=f"{article}第（{to_chinese(where.item)}）项没有第{where.subitem}目")
        return _Part(_with_lead(owner, item), passage.text)

    def _no_item(self, where: Locator, numbers: list[int]) -> str:
        level = str(where.article) + (f"第{to_chinese(where.paragraph)}款" if where.paragraph else "")
        there = f"，只有（{to_chinese(min(numbers))}）至（{to_chinese(max(numbers))}）项" if numbers else "，该处不分项"
        return f"{level}没有第（{to_chinese(where.item or 0)}）项{there}"

    def _quotation(self) -> Checked:
        quote = self.reference.quote
        if quote is None:
            raise ValueError("no quotation to compare")
        if self.digest:
            return self._result("not_held", f"{self._kept()}，引文无法核对")
        difference: Difference | None = None
        for where in self.reference.locators():
            found = self._compare(quote.text, where, self.version.version)
            if found is None:
                return self._governing("")
            difference = difference or found
        older = self._older_wording(quote.text)
        if older:
            return self._result("superseded", older, difference.expected if difference else None)
        note = difference.note if difference else ""
        return self._result("quote_differs", note, difference.expected if difference else None)

    def _compare(self, quote: str, where: Locator, version: str | None) -> Difference | None:
        """None: the words stand in the cited part."""
        passage = self.lookup.article(self.key, where.article, version) if where.article else None
        if passage is None:
            return Difference(None, "")
        part = self._part(passage, where)
        difference = compare(quote, part.text)
        if difference is not None and part.text != part.whole and compare(quote, part.whole) is None:
            place = next((str(p.n) for p in self.paragraphs(part.whole) if compare(quote, p.text) is None), "")
            where_else = f"第{to_chinese(int(place))}款" if place else "同一条的其他部分"
            return Difference(part.text, f"引文不在{where}，而在{where_else}")
        return difference

    def _older_wording(self, quote: str) -> str:
        """One line when the words are exactly those of another version; empty when they are not."""
        where = self.reference.locator
        for other in reversed(self.lookup.versions(self.key)):
            if other.source and other != self.version and other.text_kind != "digest":
                passage = self.lookup.article(self.key, where.article, other.version) if where.article else None
                if passage is not None and compare(quote, passage.text) is None:
                    mine, theirs = _date_text(self.version.version), _date_text(other.version)
                    return f"引文是{theirs}文本的文字，{mine}的文本已不同"
        return ""


def _numbered_line(parts: tuple[Paragraph, ...], number: int) -> str:
    """The line that starts with ``2.`` where a text numbers its 项 so; empty when there is none."""
    found = (re.search(rf"(?m)^\s*{number}\s*[.．、](?!\d).*$", p.text) for p in parts)
    return next((m[0] for m in found if m), "")


def _with_lead(paragraph: Paragraph, item: Item) -> str:
    """The item with the words that lead into the list, as people quote it."""
    return paragraph.text[: paragraph.items[0].start - paragraph.start] + item.text
