"""A conversation as a file: Word, or Markdown in which no text becomes a link or markup.

Does not know how files are fetched, nor what Word's format looks like (``kb.text.office``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kb.base.words import CITATION_STATUS, ROLE
from kb.pages.shared.answer import Turn, gathered

NAMES = {"docx": "Word", "md": "文本"}
"""Kinds of files with their buttons' words."""
OFFERED = {
    "docx": ("问答记录.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "md": ("问答记录.md", "text/markdown; charset=utf-8"),
}
"""Kind → (file name, media type)."""
_TITLE = "问答记录"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def conversation(turns: Sequence[Turn], kind: str) -> bytes:
    """The answered turns as a file of ``kind`` (a key of ``OFFERED``)."""
    done = [(t.question, t.answer) for t in turns if t.answer is not None]
    if kind == "docx":
        return _word(done)
    return (f"# {_TITLE}\n\n" + "\n\n".join(_markdown(q, a) for q, a in done) + "\n").encode("utf-8")


def _word(done: Sequence[tuple[str, Mapping[str, Any]]]) -> bytes:
    from kb.text.office import Block, OfficialDocument, to_docx

    blocks = []
    for question, answer in done:
        blocks.append(Block.of("heading1", " ".join(question.split())))
        blocks += [Block.of("note" if small else "body", line) for line, small in _lines(answer)]
    return to_docx(OfficialDocument(_TITLE, tuple(blocks)))


def _lines(answer: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """An answer's lines with whether they are small print."""
    yield f"法律日期：{answer.get('as_of', '')}", True
    yield from ((line, False) for line in answer["text"].split("\n") if line.strip())
    for c in answer["citations"]:
        yield _head(c), False
        yield from ((line, False) for line in c["quote"].split("\n") if line.strip())
        yield f"来源：{c['source']}", True
    yield from ((f"注意：{w}", True) for w in gathered(answer.get("warnings") or []))


def _head(citation: Mapping[str, Any]) -> str:
    version = f"，{citation['version']}文本" if citation.get("version") else ""
    status = CITATION_STATUS[citation["status"]]
    return f"[{citation['n']}] {ROLE[citation['role']]} {citation['address']}（{status}{version}）"


def _markdown(question: str, answer: Mapping[str, Any]) -> str:
    lines = [f"## {_plain(question)}", f"法律日期：{_plain(str(answer.get('as_of', '')))}", *_block(answer["text"])]
    for c in answer["citations"]:
        lines.append(f"- **{_plain(_head(c))}**")
        lines += [f"  > {_plain(line)}" for line in c["quote"].split("\n") if line.strip()]
        lines.append(f"  来源：{_plain(c['source'])}")
    lines += [f"注意：{_plain(w)}" for w in gathered(answer.get("warnings") or [])]
    return "\n\n".join(lines)


def _block(text: str) -> list[str]:
    return [_plain(line) for line in text.split("\n") if line.strip()]


def _plain(text: str) -> str:
    """Text on one line with Markdown's marks escaped; [n] of an answer stays readable as \\[n\\]."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
