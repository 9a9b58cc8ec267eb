"""Does every sentence, figure and quotation of a text stand in the sources it cites?

Does not know where the text came from (a chat model, a draft, a person) nor whether a source is right. It compares
by value: 五万元 stands where 50,000元 is printed. What it cannot find it reports; it drops and mends nothing.

    checks = verify("处五万元以下的罚款[1]。", [SourceText("1", "…处五万元以下的罚款…", "《示例法》第九条")])
    lines = complaints(checks)        # one Chinese line per failure, for the reader or a repair round
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.assist.verify.sentences import Sentence, quotations, sentences
from kb.assist.verify.sources import Evidence, SourceText, titled
from kb.base.quantity import Quantity, find_dates, find_quantities
from kb.base.textnorm import squeeze
from kb.law.cite import Mention, find

__all__ = ["Failure", "FailureKind", "SentenceCheck", "SourceText", "complaints", "verify"]

FailureKind = Literal["key", "figure", "date", "provision", "title", "quotation", "unsourced"]
Verdict = Literal["supported", "unsourced", "failed", "neutral"]

# Words that count what the sentence itself lists (两种情形, 三个方面), not what a source says.
_ROUND = re.compile(r"[一二两三四五六七八九][零〇一二两三四五六七八九十百千]*[百千万亿]")
_LISTING = {"个", "种", "类", "方面", "项", "条", "点", "步", "部"}
_SMALL = "一两二三四五六七八九"
_NO_CLAIM = re.compile(
    r"""
    ^(?:现有资料不足|资料不足|未找到|没有找到|资料中没有|需要进一步核实|请(?:核对|补充|说明))   # it does not know
  | ^[#*\s一二三四五六七八九十\d、.．（）()]*[^，。；0-9]{1,14}[：:]$                           # a heading: 违则：
  | ^\#+\s
  | ^[-*_\s\u2014\u2013]+$                                                                  # a rule
    """,
    re.VERBOSE,
)
_LIST_LABEL = re.compile(
    r"^\s*(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[）)]|(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、.．](?!\d))\s*"
)
_CUT = re.compile(r"…+|\.{3,}")
_EDGE = "。，；：、！？,.;:!?"
_TITLE = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》")
# The end of a law's name printed without 《》 before a provision: …处罚法第五条, 安法97条; not 本法, 该条例.
_BARE_NAME = re.compile(r"(?![本该同此上前述按照的关])[\u4e00-\u9fff](?:法|条例|规定|办法|细则|规则)$")
_KINDS: dict[FailureKind, str] = {
    "key": "编号",
    "figure": "数字",
    "date": "日期",
    "provision": "条款",
    "title": "法规名称",
    "quotation": "引文",
    "unsourced": "句子",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What does not stand in a cited source: ``text`` at ``start:end`` of the whole text; ``note`` says more."""

    kind: FailureKind
    text: str
    start: int
    end: int
    note: str = ""

    def __str__(self) -> str:
        """One line for a reader, with what failed and why."""
        if self.kind == "key":
            return f"编号[{self.text}]不在所给资料之中"
        if self.kind == "unsourced":
            return f"句子没有注明出处：{self.text}"
        if self.kind == "quotation":
            return f"引文与所引资料的原文不一致：“{self.text}”{self.note}"
        return f"{_KINDS[self.kind]}“{self.text}”不在所引资料之中"


@dataclass(frozen=True, slots=True)
class SentenceCheck:
    """A sentence of the text and what became of it.

    ``keys``: the sources it cites. ``verdict``: ``supported`` — it cites sources and all it says by value stands in
    them; ``unsourced`` — it claims something and cites nothing; ``failed`` — see ``failures``; ``neutral`` — a heading
    or an admission that claims nothing.
    """

    text: str
    start: int
    end: int
    keys: tuple[str, ...]
    verdict: Verdict
    failures: tuple[Failure, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is to be shown as failed."""
        return self.verdict in ("supported", "neutral")


def verify(text: str, sources: Sequence[SourceText], *, cited: bool = True) -> list[SentenceCheck]:
    """Check every sentence of ``text`` against the sources it cites ([1], [S7F2]); one result per sentence, in order.

    Checked are: that the keys exist; that every amount, share, multiple, duration, count, bare number of two digits
    or more, date and provision (第X条, with its 款 and 项) stands, by value, in a cited source or its address; that
    every title in 《》 is a source's or is named by one; that every quotation is found exactly after squeezing width,
    white space and punctuation. A sentence without a source is marked ``unsourced`` and checked against all sources,
    so that an invented figure is told apart from a forgotten key. ``cited=False``: nothing needs a key, everything
    is checked against all sources (a draft whose facts stand in a list). Empty text gives an empty list.
    """
    evidence = {s.key: Evidence(s) for s in sources}
    return [_check(sentence, evidence, cited) for sentence in sentences(text)]


def complaints(checks: Sequence[SentenceCheck]) -> list[str]:
    """Every failure as one Chinese line, in order, each once; empty when all stands."""
    return list(dict.fromkeys(str(failure) for check in checks for failure in check.failures))


def _check(sentence: Sentence, evidence: dict[str, Evidence], cited: bool) -> SentenceCheck:
    known = [evidence[k] for k in sentence.keys if k in evidence]
    failures = [Failure("key", key, sentence.start, sentence.end) for key in sentence.keys if key not in evidence]
    said = sentence.bare.strip()
    silent = not said or (not sentence.keys and _NO_CLAIM.search(said) and not any(_unfounded(sentence, ())))
    if silent and not failures:
        return SentenceCheck(sentence.text, sentence.start, sentence.end, sentence.keys, "neutral")
    sourced = bool(sentence.keys) or not cited
    asked = known if known else list(evidence.values())
    failures.extend(_unfounded(sentence, asked))
    if not sourced:
        failures.append(Failure("unsourced", sentence.text, sentence.start, sentence.end))
    if not failures:
        verdict: Verdict = "supported"
    else:
        verdict = "unsourced" if all(f.kind == "unsourced" for f in failures) else "failed"
    return SentenceCheck(sentence.text, sentence.start, sentence.end, sentence.keys, verdict, tuple(failures))


def _unfounded(sentence: Sentence, asked: Sequence[Evidence]) -> Iterator[Failure]:
    """What the sentence says by value and no asked source does."""
    text = sentence.bare
    label = _LIST_LABEL.match(text)
    if label:
        text = " " * label.end() + text[label.end() :]

    def failure(kind: FailureKind, printed: str, start: int, end: int, note: str = "") -> Failure:
        return Failure(kind, printed, sentence.start + start, sentence.start + end, note)

    for quote in quotations(text):
        if not _quoted(quote.text, asked):
            yield failure("quotation", quote.text, quote.start, quote.end, _digest_note(quote.text, asked))
    mentions = titled(find(text))
    for title, mention in mentions:
        if mention.locator.article is not None and not _held(title, mention, text, asked):
            yield failure("provision", mention.text, mention.start, mention.end)
    with_article = {m.start for _, m in mentions if m.title and m.locator.article is not None}
    for m in _TITLE.finditer(text):
        if m.start() not in with_article and not any(e.has_title(m[1]) for e in asked):
            yield failure("title", m[0], m.start(), m.end())
    for when in find_dates(text):
        if not any(e.has_date(when) for e in asked):
            yield failure("date", when.text, when.start, when.end)
    for quantity in find_quantities(text, bare=True):
        if _is_figure(quantity) and not any(e.has_quantity(quantity) for e in asked):
            yield failure("figure", quantity.text, quantity.start, quantity.end)


def _held(title: str | None, mention: Mention, text: str, asked: Sequence[Evidence]) -> bool:
    """Whether a source holds the provision, under a title that agrees with a name printed without 《》 before it."""
    before = text[: mention.start].rstrip()
    name = _BARE_NAME.search(before) if title is None and not mention.pronoun and mention.first else None
    return any(e.has_provision(title, mention) and (name is None or e.may_be_called(name[0])) for e in asked)


def _quoted(quote: str, asked: Sequence[Evidence]) -> bool:
    """Whether every piece of a quotation (… cuts it) stands in one and the same source."""
    pieces = [p for p in (squeeze(piece).strip(_EDGE) for piece in _CUT.split(quote)) if p]
    return any(all(e.has_words(piece) for piece in pieces) for e in asked)


def _digest_note(quote: str, asked: Sequence[Evidence]) -> str:
    """Why a quotation fails that stands in a digest."""
    words = squeeze(quote).strip(_EDGE)
    in_digest = any(not e.source.quotable and words in squeeze(e.source.text) for e in asked)
    return "（所引资料是要点，不是条文原文，不能加引号）" if in_digest else ""


def _is_figure(quantity: Quantity) -> bool:
    """Whether a quantity is one a source must hold: not a small listing word, not a single bare digit."""
    if quantity.unit in _LISTING and quantity.text[0] in _SMALL and len(quantity.text) <= 3:
        return False
    if quantity.unit:
        return True
    if _ROUND.search(quantity.text):  # 罚五万: no unit, but an amount all the same
        return True
    return quantity.text.isascii() and len(quantity.text.replace(",", "").replace(".", "")) > 1
