"""An answer as it is read: numbered chips, citations with role and status, warnings, a refusal with what is near.

Does not know how answers are made. A turn comes back from the browser that kept it, so every field is checked
and escaped like a stranger's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from kb.assist.answer.generated import FAILED as UNVERIFIED
from kb.base.records import Answer, Citation, CitationStatus, Role
from kb.base.words import CITATION_STATUS, FAILED, ROLE
from kb.pages.shared.markup import Markup, badge, button, join, tag
from kb.pages.shared.notices import working
from kb.pages.shared.provision import cited_address, row_name

NEAREST = 5  # nearest provisions shown with a refusal
_MARK = re.compile(r"\[(\d{1,3})\]")
_CLOSING = "。，；、：）？！"
"""Marks that do not begin a line: they stay with the chip before them."""
_BEFORE = 1
"""Characters before a chip that stay with it, so that no line begins with a number."""
_LABEL = re.compile(r"[\u4e00-\u9fff]{2,6}(?=：|(?:\[\d{1,3}\])+：)")
_ABOUT = re.compile(r"(《[^《》]+》)(.+)")
_TONE = {"verified": "good", "digest": "care", "superseded": "care", "not_held": "care", "named_only": "care"}
_KEPT = ("question", "as_of", "generation", "refused", "refusal_reason", "text", "citations", "warnings")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what came of it. ``answer``: the answer object, None while working or after an error.

    ``rows``: row names of the citations, ``near``: (row name, address) of the nearest hits of a refusal;
    ``record``: id in the record of questions, empty when none is kept; ``verdict``: useful, wrong or empty.
    """

    question: str
    answer: Mapping[str, Any] | None = None
    rows: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    record: str = ""
    verdict: str = ""
    error: str = ""
    draft: str = field(default="", compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the browser; the hits stay out, they are long."""
        answer = None if self.answer is None else {k: self.answer[k] for k in _KEPT if k in self.answer}
        return {
            "question": self.question, "answer": answer, "rows": list(self.rows), "near": [list(n) for n in self.near],
            "record": self.record, "verdict": self.verdict, "error": self.error,
        }  # fmt: skip

    def judged(self, verdict: str) -> Turn:
        """The turn with the user's verdict."""
        return replace(self, verdict=verdict)


def turn_of(answer: Answer, record: str = "") -> Turn:
    """The turn of a fresh answer."""
    near = tuple((row_name(answer.generation, h.passage.id), h.passage.address) for h in answer.hits[:NEAREST])
    return Turn(
        answer.question,
        {**answer.to_json(), "citations": [_cited(c) for c in answer.citations]},
        tuple(row_name(answer.generation, c.passage) for c in answer.citations),
        near if answer.refused else (),
        record,
    )


def _cited(citation: Citation) -> dict[str, Any]:
    return {**citation.to_json(), "opens": cited_address(citation)}


def turns_from(value: object, most: int) -> list[Turn]:
    """Turns as a browser kept them, the last ``most``; what is not as it should be is left out."""
    rows = value if isinstance(value, list) else []
    return [t for row in rows[-most:] if (t := _turn_from(row)) is not None]


def _turn_from(row: object) -> Turn | None:
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        return None
    answer = row.get("answer")
    if not _sound(answer):
        return None
    near = tuple((str(n[0]), str(n[1])) for n in _list(row.get("near")) if isinstance(n, list) and len(n) == 2)
    return Turn(
        row["question"], answer, tuple(map(str, _list(row.get("rows")))), near,
        str(row.get("record", "")), str(row.get("verdict", "")), str(row.get("error", "")),
    )  # fmt: skip


def _sound(answer: object) -> bool:
    """Whether an answer object has what the view reads."""
    if answer is None:
        return True
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        return False
    citations = answer.get("citations")
    return isinstance(citations, list) and all(
        isinstance(c, dict)
        and isinstance(c.get("n"), int)
        and all(isinstance(c.get(k), str) for k in ("address", "quote", "source"))
        and c.get("status") in get_args(CitationStatus)
        and c.get("role") in get_args(Role)
        for c in citations
    )


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def turn_view(turn: Turn, number: int, *, feedback: bool) -> Markup:
    """A turn; ``number`` is its place in the conversation, ``feedback`` whether verdicts are taken."""
    parts = [tag("p", turn.question, class_="kb-q")]
    if turn.error:
        parts.append(tag("div", tag("p", turn.error), class_="kb-note kb-bad", role="alert"))
    elif turn.answer is None:
        parts.append(_under_way(turn))
    else:
        parts += _answer(turn, turn.answer, number, feedback=feedback)
    return tag(
        "article", *parts, class_="kb-turn", aria_label=f"第{number + 1}问", aria_busy="true" if _busy(turn) else None
    )


def _busy(turn: Turn) -> bool:
    return turn.answer is None and not turn.error


def _under_way(turn: Turn) -> Markup:
    if not turn.draft:
        return working("正在检索条文…")
    words = join(tag("p", line) for line in turn.draft.split("\n") if line.strip())
    return tag("div", tag("div", words, class_="kb-answer"), working("正在生成，写完后逐处核验…"))


def _answer(turn: Turn, answer: Mapping[str, Any], number: int, *, feedback: bool) -> list[Markup]:
    citations = {c["n"]: (c, turn.rows[i] if i < len(turn.rows) else "") for i, c in enumerate(answer["citations"])}
    parts = []
    failed = sum(c["status"] in FAILED for c, _ in citations.values())
    if answer.get("refused"):
        parts.append(tag("div", tag("p", tag("b", "没有可靠依据，不作回答。")), class_="kb-note kb-care"))
    if failed:
        parts.append(
            tag(
                "div",
                tag("p", f"有 {failed} 处引用没有通过核验，已标出，请勿使用。"),
                class_="kb-note kb-bad",
                role="alert",
            )
        )
    parts.append(tag("div", *_worded(answer["text"], citations, number), class_="kb-answer"))
    parts += [tag("p", w, class_="kb-note kb-care", role="note") for w in gathered(_list(answer.get("warnings")))]
    if citations:
        rows = [_citation_row(c, row, number) for c, row in citations.values()]
        parts.append(tag("ol", *rows, class_="kb-cites", aria_label="引用"))
    parts += _nearest(turn.near)
    parts.append(_foot(turn, number, feedback=feedback))
    return parts


def gathered(warnings: Sequence[object]) -> list[str]:
    """Warnings that say the same of several texts as one: 《甲》为要点 and 《乙》为要点 → 《甲》《乙》为要点."""
    titles: dict[str, list[str]] = {}
    for warning in map(str, warnings):
        named = _ABOUT.fullmatch(warning)
        title, rest = (named[1], named[2]) if named else ("", warning)
        titles.setdefault(rest, []).append(title)
    return ["".join(dict.fromkeys(t)) + rest for rest, t in titles.items()]


Cited = Mapping[int, tuple[Mapping[str, Any], str]]


def _worded(text: str, citations: Cited, turn: int) -> list[Markup]:
    """The answer's lines, its [n] as chips; a number without a citation stays text."""
    return [_line(line.strip(), citations, turn) for line in text.split("\n") if line.strip()]


def _line(line: str, citations: Cited, turn: int) -> Markup:
    """A line with its label (违则：, 幅度[2]：) in bold; a point of a list hangs."""
    label = _LABEL.match(line)
    at = label.end() if label else 0
    bold = [tag("b", line[:at])] if at else []
    said = [_failures_marked(part) for part in _pieces(line[at:], citations, turn)]
    return tag("p", *bold, *said, class_="kb-point" if line.startswith("·") else None)


def _failures_marked(part: str | Markup) -> Markup:
    """A piece of text with the marks of failed sentences as labels."""
    if isinstance(part, Markup):
        return part
    return join(part.split(UNVERIFIED), badge(UNVERIFIED.strip("【】"), "bad"))


def _pieces(line: str, citations: Cited, turn: int) -> list[str | Markup]:
    """Text and chips; a chip stays on one line with what it belongs to and the mark after it."""
    out: list[str | Markup] = []
    at = 0
    for mark in _MARK.finditer(line):
        cited = citations.get(int(mark[1]))
        if cited is None:
            continue
        at_end = mark.end()
        after = line[at_end : at_end + 1] if line[at_end : at_end + 1] in _CLOSING else ""
        start = max(at, mark.start() - _BEFORE)
        held = tag("span", line[start : mark.start()], _chip(*cited, turn), after, class_="kb-together")
        out += [line[at:start], held]
        at = at_end + len(after)
    return [*out, line[at:]]


def _open_data(citation: Mapping[str, Any], row: str, turn: int) -> dict[str, str]:
    return {"row": row, "address": str(citation.get("opens", "")), "n": str(citation["n"]), "turn": str(turn)}


def _chip(citation: Mapping[str, Any], row: str, turn: int) -> Markup:
    status = CITATION_STATUS[citation["status"]]
    tone = "bad" if citation["status"] in FAILED else "good"
    label = f"打开引用{citation['n']}：{citation['address']}，{status}"
    number = tag("span", str(citation["n"]))
    return button(number, "open", class_="kb-chip", label=label, tone=tone, **_open_data(citation, row, turn))


def _citation_row(citation: Mapping[str, Any], row: str, turn: int) -> Markup:
    status = citation["status"]
    tone = "bad" if status in FAILED else _TONE[status]
    name = join([tag("b", f"[{citation['n']}] {ROLE[citation['role']]}"), " ", citation["address"]])
    head = button(name, "open", class_="kb-link", **_open_data(citation, row, turn))
    version = [badge(f"{citation['version']}文本")] if citation.get("version") else []
    badges = tag("p", badge(CITATION_STATUS[status], tone), *version, class_="kb-badges")
    quote = [tag("blockquote", citation["quote"], class_="kb-quote")] if citation["quote"] else []
    return tag("li", head, badges, *quote)


def _nearest(near: Sequence[tuple[str, str]]) -> list[Markup]:
    if not near:
        return []
    rows = [tag("li", button(address, "open", class_="kb-link", row=row)) for row, address in near]
    return [tag("h3", "最接近的规定（是否相关请自行判断）"), tag("ul", *rows)]


def plain(turn: Turn) -> str:
    """The turn as text for the clipboard and for Markdown-free reading."""
    if turn.answer is None:
        return turn.question
    rows = [
        f"[{c['n']}] {ROLE[c['role']]} {c['address']}（{CITATION_STATUS[c['status']]}）\n{c['quote']}"
        for c in turn.answer["citations"]
    ]
    return "\n".join([turn.question, "", turn.answer["text"], "", *rows]).strip()


def _foot(turn: Turn, number: int, *, feedback: bool) -> Markup:
    copy = tag("button", "复制回答", type="button", class_="kb-button", data_copy=plain(turn))
    verdicts = []
    if feedback and turn.record and not turn.verdict:
        verdicts = [button("有用", "useful", turn=number), button("有误", "wrong", turn=number)]
    said = {"useful": "已记下：有用", "wrong": "已记下：有误"}.get(turn.verdict, "")
    return tag(
        "p",
        copy,
        *verdicts,
        *([tag("span", said, class_="kb-source", role="status")] if said else []),
        class_="kb-actions",
    )
