"""Characters and spacing of report text: the damage that PDF, OCR and the web leave inside a line, undone.

Does not know lines, headings or pages. Healing changes only what ``squeeze`` looks past (white space, width)
and the ``**`` marks, so that a quotation of the source is still found in healed text.
"""

from __future__ import annotations

import re
import unicodedata

from kb.base.textnorm import WIDTH

HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff"
_WIDE = "，；：？！（）"
_TO_WIDE = str.maketrans(",;:?!()", _WIDE)

_PLAIN = "\uff05\uff0b\uff0d\uff0e\uff0f\uff61\uff62\uff63"
_CHARACTERS = {
    code: plain
    for code, plain in WIDTH.items()
    if not (unicodedata.category(chr(code)).startswith(("P", "S")) and chr(code) not in _PLAIN)
}
"""``WIDTH`` without the full-width punctuation, which is what Chinese text should have, but for ``_PLAIN``."""

_MARKS = re.compile(r"\*[ \t]*\*[ \t*]*|(?<!_)__(?!_)")
_SPACE = re.compile(r"(.)[ \t]+(?=(.))")
_COMMA = re.compile(rf"(?<=[{HAN}”\u2019）》%])[,;:?!](?![\d]{{3}}\b)|[,;:?!](?=[{HAN}“\u2018（《])")
_BRACKETS = re.compile(r"\(([^()（）]{0,300})\)")
_LONE_BRACKET = re.compile(rf"\((?=[{HAN}])|(?<=[{HAN}])\)")


def heal(text: str) -> str:
    """``text``, one logical line, without marks and stray spaces, digits half-width, punctuation full-width."""
    text = _SPACE.sub(_spacing, _MARKS.sub("", text.translate(_CHARACTERS)).strip())
    text = _BRACKETS.sub(lambda m: _bracketed(m, text), text)
    text = _LONE_BRACKET.sub(lambda m: m[0].translate(_TO_WIDE), text)
    text = _COMMA.sub(lambda m: m[0].translate(_TO_WIDE), text)
    return _SPACE.sub(_spacing, text)


def _spacing(m: re.Match[str]) -> str:
    """Keep one space between Chinese characters, between Latin words, at a table's bars and a list's bullet."""
    before, after = m[1], m[2]
    alike = _class(before) == _class(after) != "mark" or (before in ",.;:!?" and _class(after) == "latin")
    bullet = m.start() == 0 and before in "-+*"
    return before + (" " if alike or bullet or "|" in (before, after) else "")


def _class(char: str) -> str:
    if re.match(f"[{HAN}]", char):
        return "han"
    return "latin" if char.isascii() and char.isalnum() else "mark"


def _bracketed(m: re.Match[str], text: str) -> str:
    """Widen a pair of brackets that holds or follows Chinese."""
    before = text[m.start() - 1 : m.start()]
    if re.search(f"[{HAN}]", m[1]) or re.match(rf"[{HAN}”》]", before):
        return f"（{m[1]}）"
    return m[0]


def glue(before: str, after: str) -> str:
    """Two printed pieces of one line put together: a space only between two Latin words or numbers."""
    if before and after and _class(before[-1]) == _class(after[0]) == "latin":
        return f"{before} {after}"
    return before + after
