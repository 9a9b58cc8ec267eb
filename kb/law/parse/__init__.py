"""Text of a law ↔ its tree (编章节条款项目), its history and its passages.

Does not know files, tokens, vectors, nor which instruments exist. The grammar loads when the first text is
parsed, so that looking up an article pays nothing for it.
"""

from __future__ import annotations

from kb.law.parse.model import BLOCK_LIMIT, Act, LawEvent, LawKind, LawText, Node, NodeKind
from kb.law.parse.paragraphs import ITEM_LABEL, paragraphs
from kb.law.parse.titles import name_date, name_title, short_title

__all__ = [
    "BLOCK_LIMIT", "ITEM_LABEL", "Act", "LawEvent", "LawKind", "LawText", "Node", "NodeKind", "name_date", "name_title",
    "paragraphs", "parse_law", "short_title",
]  # fmt: skip


def parse_law(text: str, *, name: str) -> LawText:
    """Parse a legal text. ``name`` is the file stem, ``安全生产法(2021-06-10)``; its date is the version.

    Never raises on bad text: what is not recognised becomes blocks of prose.
    """
    from kb.law.parse.law import parse_law as parse

    return parse(text, name=name)
