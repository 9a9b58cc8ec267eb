"""A conversation as a file: Markdown in which no text becomes a link or markup.

Does not know how files are fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kb.base.words import CITATION_STATUS, ROLE
from kb.pages.shared.answer import Turn

OFFERED = {"md": ("问答记录.md", "text/markdown; charset=utf-8")}
NAMES = {"md": "文本"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def conversation(turns: Sequence[Turn], kind: str) -> bytes:
    """The answered turns as a file of ``kind`` (a key of ``OFFERED``)."""
    parts = [_turn(t.question, t.answer) for t in turns if t.answer is not None]
    return ("# 问答记录\n\n" + "\n\n".join(parts) + "\n").encode("utf-8")


def _turn(question: str, answer: Mapping[str, Any]) -> str:
    lines = [f"## {_plain(question)}", f"法律日期：{_plain(str(answer.get('as_of', '')))}", *_block(answer["text"])]
    for c in answer["citations"]:
        version = f"，{_plain(str(c['version']))}文本" if c.get("version") else ""
        lines.append(
            f"- **\\[{c['n']}\\] {ROLE[c['role']]} {_plain(c['address'])}**（{CITATION_STATUS[c['status']]}{version}）"
        )
        lines += [f"  > {_plain(line)}" for line in c["quote"].split("\n") if line.strip()]
        lines.append(f"  来源：{_plain(c['source'])}")
    lines += [f"注意：{_plain(str(w))}" for w in answer.get("warnings", [])]
    return "\n\n".join(lines)


def _block(text: str) -> list[str]:
    return [_plain(line) for line in text.split("\n") if line.strip()]


def _plain(text: str) -> str:
    """Text on one line with Markdown's marks escaped; [n] of an answer stays readable as \\[n\\]."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
