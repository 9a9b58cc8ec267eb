"""Lines of a legal text, and what a single line looks like: heading, listed item, annex, rest of a sentence.

Does not know nodes, numbers in their order, or what came before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.base.address import from_numeral
from kb.law.parse.model import LawKind
from kb.law.parse.numbering import WS
from kb.law.parse.paragraphs import SUBITEM

RANKS = {"编": 1, "分编": 2, "章": 3, "节": 4}
_NUMERAL = r"[零\u3007一二三四五六七八九十百0-9\uff10-\uff19]"
HEADING = re.compile(rf"第{_NUMERAL}{{1,4}}(?P<unit>分编|编|章|节)(?=[{WS}]|$|[^{WS}。；：，、,;第的]{{1,30}}$)")
NUMBERED = re.compile(r"([一二三四五六七八九十]{1,4})、")
ANNEX = re.compile(
    r"""附\s*(?:[:：]|$)
        |附\s*[件表录图注]\s*
         (?:$|[:：\s]
           |[一二三四五六七八九十0-9\uff10-\uff19]{1,2}(?:$|[:：\s（(]|[^\d。，；]{0,40}$))""",
    re.VERBOSE,
)
SIGNATURE = re.compile(r"(?:抄送|主送|送|印发|签发)[:：]|[\u3007○零一二三四五六七八九0-9]{4}年.{1,3}月.{1,3}日$")
LISTED = re.compile(r"[（(]|[0-9\uff10-\uff19]|[①-⑳]|[“\u2018\"《|<]|[a-zA-Z][)）]")
COMMENCES = re.compile(r"[自从于].{2,30}(?:施行|实施|生效|执行)|之日起(?:施行|实施|生效)")
SENTENCE = '。；：！？;:!?”"』」）)…》】|>'
_NO_HEADING = '。；：！？;:!?”"』」…》】|>，,'
# Characters of the private use area that the files beside the checkout print as nothing.
_UNPRINTED = "".join(map(chr, range(0xE000, 0xE010))) + "\ue5f9"
_FORMULA = re.compile(r"[=\uff1d×÷]")
# A heading without 第X章 is at most this long; the longest in the files beside the checkout has 22 characters.
_PLAIN_HEADING = 26
# A wrapped line is at least this long; shorter unpunctuated ones are captions or terms.
_PROSE = 14
_CASE = re.compile(r"^#+\s*(?:裁判要点|裁判结果|基本案情|典型意义|案例分析|简要案情|案情简介)", re.MULTILINE)


@dataclass(slots=True)
class Line:
    """A non-empty line: stripped text and its span in the source; ``level`` is its number of ``#``."""

    text: str
    start: int
    end: int
    level: int = 0


def lines_of(text: str, begin: int = 0) -> list[Line]:
    """List the non-empty lines of ``text`` from ``begin``, stripped of white space and zero-width characters."""
    out = []
    at = begin
    for raw in (text[begin:] if begin else text).split("\n"):
        size = len(raw)
        if size:
            body = raw.strip(WS)
            if body:
                start = at if len(body) == size else at + raw.find(body)
                end = start + len(body)
                level = 0
                if body[0] == "#":
                    level = len(body) - len(body.lstrip("#"))
                    body = body[level:].strip(WS)
                out.append(Line(body, start, end, level))
        at += size + 1
    return out


def kind_of(title: str, text: str) -> LawKind:
    """Tell what sort of text it is, from its title and the headings of cases."""
    if _CASE.search(text):
        return "case"
    if re.search(r"修正案(?:（[^）]*）)?$", title):
        return "amendment"
    if re.search(r"(?:决定|决议)(?:（[^）]*）)?$", title):
        return "decision"
    if re.match(r"(?:最高人民(?:法院|检察院)|人民(?:法院|检察院))", title):
        return "interpretation"
    return "law"


def heal(texts: list[str]) -> str:
    r"""Join lines with ``\n``, but one that was wrapped in mid-sentence goes on without a break.

    A line counts as wrapped when it is long enough to be prose, ends without punctuation (or with a
    comma), and the next is no listed item.
    """
    out: list[str] = []
    for text in texts:
        if not text:
            continue
        if out and len(out[-1]) >= _PROSE and ends(out[-1]) not in SENTENCE and _wraps(out[-1], text):
            glue = " " if out[-1][-1].isascii() and text[0].isascii() and out[-1][-1].isalnum() else ""
            out[-1] += glue + text
        else:
            out.append(text)
    return "\n".join(out)


def _wraps(above: str, text: str) -> bool:
    """Whether ``text`` may be the rest of the sentence ``above``: no listed item, no formula, no table."""
    return not (LISTED.match(text) or _FORMULA.search(above) or _FORMULA.search(text))


def ends(text: str) -> str:
    """Last character that prints (private-use characters of broken fonts do not)."""
    return text.rstrip(_UNPRINTED)[-1:]


def is_loose_heading(text: str, *, wrapped: bool = False) -> bool:
    """Whether a line above an article reads like a heading without number: 法律责任, 一、一般规定.

    ``wrapped``: another heading line follows, so this one may break off at 、.
    """
    end = ends(text)
    if len(text) > _PLAIN_HEADING or end in _NO_HEADING or (end == "、" and not wrapped):
        return False
    return not (LISTED.match(text) or SUBITEM.match(text)) and not re.search("[。；：，]", text)


def clause_title(text: str, label: str) -> str:
    """Name a numbered part for a path: its first clause when short, else its numeral."""
    clause = re.split(r"[。：:；;]", text, maxsplit=1)[0]
    return clause if len(clause) <= 40 else label.rstrip("、")


def numbered_lines(lines: list[Line]) -> frozenset[int]:
    """Find the indices of the lines 一、二、三、… that count up from one; empty when fewer than two do."""
    out: list[int] = []
    for i, line in enumerate(lines):
        if line.level or not line.text or line.text[0] not in "一二三四五六七八九十":
            continue
        m = NUMBERED.match(line.text)
        if m and from_numeral(m[1]) == len(out) + 1:
            out.append(i)
    return frozenset(out) if len(out) > 1 else frozenset()
