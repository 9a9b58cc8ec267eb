"""The head and the foot of an official document: 文号, 签发人, title, 主送; 落款, date, 抄送.

Does not know the body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kb.base.quantity import find_dates
from kb.report.parse.blocks import marker
from kb.report.parse.heal import glue
from kb.report.parse.lines import DATE_LINE, ORG, Line

DOC_NO = re.compile(
    r"""(?P<code>[\u4e00-\u9fff]{1,10})\s*
        [\u3014\[\uff3b【（(]\s*(?P<year>(?:19|20)\d\d)\s*[\u3015\]\uff3d】）)]\s*
        (?:第\s*)?(?P<number>\d{1,5})\s*号""",
    re.VERBOSE,
)
_SIGNER = re.compile(r"签\s?发\s?人\s?[:：]\s*(?P<name>[\u4e00-\u9fff·]{2,6}(?:\s[\u4e00-\u9fff·]{2,4})*)")
_ADDRESSEE = re.compile(r"[^。；！？]{2,80}[:：]")
_NO_ADDRESSEE = re.compile(r"如下|其中|签发人|联系|电话|附件|年份|指标|说明")
_TAIL = re.compile(r"(?:抄\s?送|抄\s?报|主题词|联系人|（?共印|（?此件|印发机关)")
_ANNEX = re.compile(r"附\s?(?:件|表|录|图)\s?[\d一二三四五六七八九十]{0,2}\s?[:：.、]?.{0,40}")
_ORG_DATE = re.compile(rf"(?P<org>{ORG.pattern})\s?(?P<date>{DATE_LINE.pattern})")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the body; an empty string means the document does not say. ``size``: lines taken."""

    title: str = ""
    doc_no: str = ""
    signer: str = ""
    addressee: str = ""
    letterhead: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands below the body: organisation, ISO date (None: not stated). ``at``: index of its first line."""

    org: str
    date: str | None
    at: int


def front_matter(source: str) -> tuple[Mapping[str, str], int]:
    """``key: value`` lines between two ``---`` lines at the very start, and where the text behind them begins."""
    m = re.match(r"\ufeff?---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", source, re.DOTALL)
    if m is None:
        return {}, 0
    pairs = (line.split(":", 1) for line in m[1].splitlines() if ":" in line and not line.startswith("#"))
    return {k.strip(): re.sub(r"\s#.*$", "", v).strip().strip("\"'") for k, v in pairs}, m.end()


@dataclass(slots=True)
class _HeadReader:
    titles: list[Line] = field(default_factory=list)
    orgs: list[Line] = field(default_factory=list)
    doc_no: str = ""
    signer: str = ""

    def take(self, line: Line) -> None:
        number, signer = DOC_NO.search(line.text), _SIGNER.search(line.text)
        if number is not None:
            self.doc_no = self.doc_no or f"{number['code']}〔{number['year']}〕{number['number']}号"  # noqa: RUF001
        if signer is not None:
            self.signer = self.signer or signer["name"]
        if number is not None or signer is not None:
            self.orgs += self.titles  # what stood above the number is the letterhead
            self.titles = []
        elif line.text.endswith("文件") and ORG.fullmatch(line.text.removesuffix("文件")):
            self.orgs.append(line)
        elif not DATE_LINE.fullmatch(line.text):
            self.titles.append(line)

    def head(self, addressee: str, size: int) -> Head:
        title = ""
        for line in self.titles:
            title = glue(title, line.text)
        letterhead = self.orgs[0].text.removesuffix("文件") if self.orgs else ""
        return Head(title, self.doc_no, self.signer, addressee, letterhead, size)


def read_head(lines: Sequence[Line]) -> Head:
    """Read the lines above the body: up to the addressee, the first numbered heading, or the first sentence."""
    reader = _HeadReader()
    for i, line in enumerate(lines):
        if _is_addressee(line):
            return reader.head(line.text.rstrip(":："), i + 1)
        if _begins_body(line):
            return reader.head("", i)
        reader.take(line)
    return reader.head("", len(lines))


def _is_addressee(line: Line) -> bool:
    return _ADDRESSEE.fullmatch(line.text) is not None and not _NO_ADDRESSEE.search(line.text)


def _begins_body(line: Line) -> bool:
    found = marker(line)
    if found is not None and found.level <= 5:
        return True
    return bool(re.search("[。；，]", line.text)) or len(line.text) > 60 or line.depth > 1 or line.tabular


def cover_end(lines: Sequence[Line]) -> int:
    """Count the lines of a covering notice, signed before the document proper begins; 0 when there is none."""
    for i, line in enumerate(lines[:-3]):
        found = marker(line)
        if found is not None and found.level <= 3:
            return 0
        if i and DATE_LINE.fullmatch(line.text) and ORG.fullmatch(lines[i - 1].text) and i >= 2:
            return i + 1
    return 0


def read_foot(lines: Sequence[Line]) -> Foot:
    """Find the signature: the last organisation with a date below it (or beside it), and all that follows."""
    for i in range(len(lines) - 1, 0, -1):
        beside = _ORG_DATE.fullmatch(lines[i].text)
        if beside is not None:
            return Foot(beside["org"], _iso(beside["date"]), i)
        if not DATE_LINE.fullmatch(lines[i].text) or lines[i].text.endswith("印发"):
            continue
        first = i
        while first > 0 and ORG.fullmatch(lines[first - 1].text):
            first -= 1
        if first < i:
            return Foot(lines[first].text, _iso(lines[i].text), first)
    at = next((i for i, line in enumerate(lines) if i and _TAIL.match(line.text)), len(lines))
    return Foot("", None, at)


def annex_at(lines: Sequence[Line]) -> int:
    """Index of the first line, behind a signature, that titles an annex; the number of lines when there is none."""
    return next((i for i, line in enumerate(lines) if _ANNEX.fullmatch(line.text)), len(lines))


def _iso(text: str) -> str | None:
    days = [d.date for d in find_dates(text)]
    return days[0].isoformat() if days and days[0] is not None else None
