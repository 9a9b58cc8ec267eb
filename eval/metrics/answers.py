"""One answer object (``kb ask --json``) against its gold row. Does not know how answers are made, nor questions files.

Citations are compared by article in the roles violation, penalty and basis; procedure, waiver and conflict citations
stand apart, unless the gold itself names that role. At the level of 款 and 项 a citation is right when it names the
gold place or one inside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Protocol

from eval.metrics.points import character_pairs, given, given_exactly
from eval.metrics.stats import mean
from kb.assist.verify import SourceText, verify
from kb.base.address import Address, ArticleNo, from_numeral
from kb.base.quantity import contains_value
from kb.base.textnorm import squeeze

Row = Mapping[str, Any]
SCORED = ("violation", "penalty", "basis")
FAILED = ("not_found", "quote_differs", "unsupported")
HELD = 0.5  # share of a gold quotation's character pairs that a report citation must hold


class Texts(Protocol):
    """Texts as the index holds them."""

    def article(self, title: str, article: str, version: str | None) -> str | None:
        """Text of an article; None when it is not held."""

    def document(self, source: str) -> str | None:
        """All text of a document of the corpus; None when it is not held."""

    def paragraphs(self, title: str, article: str) -> int | None:
        """Number of 款 of an article in force; None when it is not held."""


@dataclass(slots=True)
class Judged:
    """An answer's metrics (only those that apply to its row), and by name what was cited, missing, unsupported."""

    metrics: dict[str, float] = field(default_factory=dict)
    gold: list[str] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)


def named(title: str, article: object) -> str:
    """One article as a gold row and a citation both name it: 安全生产法第九十七条."""
    number = ArticleNo.parse(str(article))
    return title.strip("《》").removeprefix("中华人民共和国") + str(number or article)


def judge(row: Row, answer: Row, texts: Texts) -> Judged:
    """Compare an answer object with its gold row; see ``expected`` for which metrics apply to which row."""
    out = Judged()
    refused = bool(answer["refused"])
    if not row["answerable"]:
        out.metrics["refusal_due"] = float(refused)
        return out
    out.metrics["refusal_undue"] = float(refused)
    report = _is_report(row)
    (_judge_report if report else _judge_law)(row, answer, texts, out)
    citations = answer["citations"]
    said = [answer["text"], *(c["quote"] for c in citations if c["role"] in SCORED or c["kind"] == "report")]
    points = list(row.get("answer_points", ()))
    if points:
        out.missing = [p for p in points if not given(p, said)]
        out.metrics["points"] = 1 - len(out.missing) / len(points)
        out.metrics["points_exact"] = sum(given_exactly(p, said) for p in points) / len(points)
    if citations:
        out.metrics["quote_exact"] = sum(exact(c, texts) for c in citations) / len(citations)
        out.metrics["status_ok"] = sum(c["status"] not in FAILED for c in citations) / len(citations)
    if not refused:
        out.unsupported = unsupported(row, answer, texts)
        out.metrics["numbers"] = float(not out.unsupported)
    return out


def expected(row: Row) -> list[str]:
    """Metrics of ``judge`` that a row must have whatever the answer; a failed answer is wrong in these."""
    if not row["answerable"]:
        return ["refusal_due"]
    out = ["refusal_undue", "cite_recall", "cite_precision"]
    if any(g.get("items") for g in row["gold"]):
        out += ["place_recall", "place_around", "place_precision"]
    if any(g.get("role") == "conflict" for g in row["gold"]):
        out.append("conflict")
    if row.get("answer_points"):
        out += ["points", "points_exact"]
    return [*out, "numbers", "quote_exact", "status_ok"]


def _is_report(row: Row) -> bool:
    return any("doc" in g for g in row["gold"])


# ---- citations of laws --------------------------------------------------------------------------


def _judge_law(row: Row, answer: Row, texts: Texts, out: Judged) -> None:
    golds = [g for g in row["gold"] if g.get("role") != "conflict"]
    roles = {*SCORED, *(g["role"] for g in golds if g.get("role"))}
    cites = [c for c in answer["citations"] if c["kind"] == "law" and c["role"] in roles and c["article"]]
    gold = {named(g["law"], g["article"]) for g in golds}
    cited = {named(c["title"], c["article"]) for c in cites}
    out.gold, out.cited = sorted(gold), sorted(cited)
    if gold:
        out.metrics["cite_recall"] = len(gold & cited) / len(gold)
        out.metrics["cite_precision"] = len(gold & cited) / len(cited) if cited else 0.0
    _judge_places(golds, cites, texts, out)
    opposed = {named(g["law"], g["article"]) for g in row["gold"] if g.get("role") == "conflict"}
    if opposed:
        shown = {named(c["title"], c["article"]) for c in answer["citations"] if c["article"]}
        out.metrics["conflict"] = len(opposed & shown) / len(opposed)


@dataclass(frozen=True, slots=True)
class Place:
    """款 and 项 in an article; ``paragraph`` None: not told, or the whole article."""

    paragraph: int | None
    item: int | None

    def holds(self, other: Place) -> bool:
        """Whether ``other`` is this place or inside it."""
        same = self.paragraph is None or self.paragraph == other.paragraph
        return same and (self.item is None or self.item == other.item)


def _judge_places(golds: Sequence[Row], cites: Sequence[Row], texts: Texts, out: Judged) -> None:
    wanted: dict[str, set[Place]] = {}
    for g in golds:
        if g.get("items"):
            single = texts.paragraphs(g["law"], g["article"]) == 1
            wanted[named(g["law"], g["article"])] = {_gold_place(i, single) for i in g["items"]}
    if not wanted:
        return
    found: dict[str, set[Place]] = {}
    for c in cites:
        name = named(c["title"], c["article"])
        if name in wanted:
            found.setdefault(name, set()).add(_cited_place(c, texts))
    n_gold = sum(map(len, wanted.values()))
    golds_met = sum(any(g.holds(f) for f in found.get(name, ())) for name, places in wanted.items() for g in places)
    around = sum(
        any(g.holds(f) or f.holds(g) for f in found.get(name, ())) for name, places in wanted.items() for g in places
    )
    right = sum(any(g.holds(f) for g in wanted[name]) for name, places in found.items() for f in places)
    n_found = sum(map(len, found.values()))
    out.metrics["place_recall"] = golds_met / n_gold
    out.metrics["place_around"] = around / n_gold
    out.metrics["place_precision"] = right / n_found if n_found else 0.0


def _gold_place(text: str, single: bool) -> Place:
    """第一款第（三）项 as a place; raises ValueError when it is none."""
    address = Address.parse(f"《某》第一条{text.strip()}")
    if address is None or (address.paragraph is None and address.item is None):
        raise ValueError(f"no 款 or 项: {text}")
    return Place(1 if single and address.paragraph is None else address.paragraph, address.item)


def _cited_place(citation: Row, texts: Texts) -> Place:
    """Place of a citation; an unnamed 款 of an article that has one 款 is the first."""
    paragraph = citation["paragraph"]
    if paragraph is None and texts.paragraphs(citation["title"], citation["article"]) == 1:
        paragraph = 1
    return Place(paragraph, _number(citation["item"]))


def _number(item: str | None) -> int | None:
    return from_numeral(re.sub(r"[第（()）项\s]", "", item)) if item else None


# ---- citations of reports -----------------------------------------------------------------------


def holds_quote(gold: Row, source: str, text: str) -> bool:
    """Whether a piece of a document holds a gold quotation: same file, half of the quotation's character pairs."""
    pairs = character_pairs(squeeze(gold["quote"]))
    whole = squeeze(text)
    return gold["doc"] == PurePosixPath(source).name and sum(p in whole for p in pairs) >= HELD * len(pairs)


def _judge_report(row: Row, answer: Row, texts: Texts, out: Judged) -> None:
    golds = [g for g in row["gold"] if "doc" in g]
    cites = [c for c in answer["citations"] if c["kind"] == "report"]
    out.gold = [f"{g['doc']}：{g['quote'][:24]}" for g in golds]
    out.cited = [str(c["address"])[:40] for c in cites]
    met = [any(holds_quote(g, c["source"], c["quote"]) for c in cites) for g in golds]
    right = [any(holds_quote(g, c["source"], c["quote"]) for g in golds) for c in cites]
    out.metrics["cite_recall"] = mean(met) or 0.0
    out.metrics["cite_precision"] = mean(right) or 0.0


# ---- quotations and numbers ---------------------------------------------------------------------


def exact(citation: Row, texts: Texts) -> bool:
    """Whether every piece of a quotation (… between them) stands in the text the index holds under its address.

    Judged from the texts, not from the status the answer gives itself. An empty quotation is not exact.
    """
    whole = _text_of(citation, texts)
    pieces = [p for p in (squeeze(piece) for piece in re.split(r"…+", citation["quote"])) if p]
    return whole is not None and bool(pieces) and all(p in squeeze(whole) for p in pieces)


def _text_of(citation: Row, texts: Texts) -> str | None:
    if citation["kind"] == "law" and citation["article"]:
        return texts.article(citation["title"], citation["article"], citation["version"])
    return texts.document(citation["source"])


def unsupported(row: Row, answer: Row, texts: Texts) -> list[str]:
    """Numbers and dates of the answer's text that stand neither in a source it cites nor in the question."""
    sources = [
        SourceText(
            str(c["n"]),
            "\n".join(filter(None, (c["quote"], _text_of(c, texts) if c["kind"] == "law" else None))),
            c["address"],
            note=c["version"] or "",
        )
        for c in answer["citations"]
    ]
    asked = "\n".join([row["question"], *earlier(row)])
    failed = [
        f.text for check in verify(answer["text"], sources) for f in check.failures if f.kind in ("figure", "date")
    ]
    return [f for f in dict.fromkeys(failed) if not contains_value(asked, f)]


def earlier(row: Row) -> tuple[str, ...]:
    """Earlier questions of a row; of turns with roles those of the user."""
    return tuple(
        h if isinstance(h, str) else str(h["content"])
        for h in row.get("history") or ()
        if isinstance(h, str) or h.get("role") == "user"
    )
