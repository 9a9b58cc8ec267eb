"""Width, white space, punctuation and invisible characters: normalised text with a map back to the original.

Does not know what any text means: no numerals, no titles, no sentences.

Two strengths. ``normalise`` is for *finding* things in a text (full-width letters, digits and ASCII punctuation become
half-width, Kangxi radicals and compatibility ideographs become plain characters, invisible characters go; line breaks
stay). ``squeeze`` is for *comparing wording exactly*: it also drops all white space and unifies the punctuation marks
that differ only by font or keyboard (quotation marks, brackets, dashes), and nothing else: 、 and ， stay different.
"""
# ruff: noqa: RUF001 (look-alike characters are this module's matter)

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Characters that print nothing: zero-width spaces and joiners, direction marks, byte-order mark, soft hyphen,
# variation selectors, Hangul fillers, and the control characters except tab and line feed.
_INVISIBLE = [
    *range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xAD, 0x034F, 0x061C, 0x115F, 0x1160,
    0x17B4, 0x17B5, *range(0x180B, 0x180F), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
    0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0, *range(0xFFF0, 0xFFFC),
]  # fmt: skip
_SPACES = [0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_LINE_BREAKS = [0x0D, 0x85, 0x2028, 0x2029]
# Ranges whose compatibility form is the same character in another dress. Not all of NFKC: it would turn ① into 1,
# … into ... and ² into 2, which changes what is said.
_COMPATIBILITY = [
    range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0xFB00, 0xFB07), range(0xFE10, 0xFE20), range(0xFE30, 0xFE70),
    range(0xFF01, 0xFFA0), range(0xFFE0, 0xFFE7), range(0x3371, 0x33E0), range(0x2F800, 0x2FA20),
]  # fmt: skip

# Simplified radicals (U+2Exx) that PDF printers put in place of the character and that NFKC leaves alone.
_RADICALS = dict(
    zip(
        "⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰",
        "民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙",
        strict=True,
    )
)


def _width_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for block in _COMPATIBILITY:
        for code in block:
            plain = unicodedata.normalize("NFKC", chr(code))
            if plain != chr(code) and "\ufffd" not in plain and not plain.startswith(" "):
                table[code] = plain
    table |= {ord(radical): plain for radical, plain in _RADICALS.items()}
    table |= dict.fromkeys(_SPACES, " ")
    table |= dict.fromkeys(_LINE_BREAKS, "\n")
    table |= dict.fromkeys(_INVISIBLE, "")
    return table


_MARKS = {
    '"': "“”„‟«»「」『』〝〞〟'‘’‚‛`´",  # single and double alike: a quotation inside a quotation changes them
    "(": "〔［【[{〖",
    ")": "〕］】]}〗",
    "《": "〈<≪",
    "》": "〉>≫",
    "-": "—–―‐‑‒−─━",
    "·": "•‧∙⋅・●",
    "…": "⋯",
    "~": "〜∼",
}

WIDTH: Mapping[int, str] = _width_table()
"""Translation table of ``normalise``: code point → replacement (``""``: dropped)."""
_SQUEEZE: Mapping[int, str] = {
    code: mark
    for mark, variants in _MARKS.items()
    for variant in variants
    for code in {ord(variant), *(c for c, plain in WIDTH.items() if plain == variant)}
}
_BLANK = re.compile(r"\s+")
_SPACE = re.compile(" +")
_REPEATED = re.compile(r"([-…])\1+")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A changed text and the way back.

    ``offsets`` are pairs (position in ``text``, shift), ascending: a character at position p of ``text`` stood at
    p + shift of the original, with the shift of the last pair whose position is not beyond p (0 before the first).
    ``length`` is the number of characters of the original.
    """

    text: str
    offsets: tuple[tuple[int, int], ...]
    length: int

    def original(self, position: int) -> int:
        """Offset in the original of the character at ``position`` (``len(text)`` → end of the original)."""
        if position >= len(self.text):
            return self.length
        at = bisect_right(self.offsets, (position, _FAR)) - 1
        return position + (self.offsets[at][1] if at >= 0 else 0)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Span in the original of ``text[start:end]``, from its first to behind its last character."""
        if end <= start:
            at = self.original(start)
            return at, at
        return self.original(start), self.original(end - 1) + 1

    def position(self, offset: int) -> int:
        """Inverse of ``original``: where character ``offset`` of the original, or the next one kept, stands."""
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high) // 2
            if self.original(middle) < offset:
                low = middle + 1
            else:
                high = middle
        return low


_FAR = 1 << 60


def _rewrite(text: str, pieces: Iterable[tuple[int, int, str]]) -> Normalised:
    """``text`` with each (start, end, replacement) put in; pieces ascending, not overlapping.

    Characters of a replacement map to the piece's start, or one to one where the lengths agree.
    """
    out: list[str] = []
    offsets: list[tuple[int, int]] = []
    at = position = 0
    for start, end, replacement in pieces:
        out.append(text[at:start])
        position += start - at
        if len(replacement) != end - start:
            offsets.extend((position + i, start - position - i) for i in range(1, len(replacement)))
            offsets.append((position + len(replacement), end - position - len(replacement)))
        out.append(replacement)
        position += len(replacement)
        at = end
    out.append(text[at:])
    return Normalised("".join(out), tuple(offsets), len(text))


_RESIZED = re.compile(
    "\r\n|[" + "".join(re.escape(chr(c)) for c, plain in sorted(WIDTH.items()) if len(plain) != 1) + "]"
)


def _compose(first: Normalised, second: Normalised) -> Normalised:
    """Change ``first`` and then ``second`` (made of ``first.text``) as one, mapping to ``first``'s original."""
    breaks = {at for at, _ in second.offsets} | {second.position(at) for at, _ in first.offsets}
    offsets = tuple((at, first.original(second.original(at)) - at) for at in sorted(breaks) if at < len(second.text))
    return Normalised(second.text, offsets, first.length)


def _dropping(pattern: re.Pattern[str], text: str, keep: str = "") -> Normalised:
    return _rewrite(text, ((m.start(), m.end(), m.expand(keep)) for m in pattern.finditer(text)))


def normalise(text: str) -> str:
    """``text`` as it is searched: half-width, no invisible characters, line feeds only."""
    return (text.replace("\r\n", "\n") if "\r" in text else text).translate(WIDTH)


def normalised(text: str, *, blanks: bool = True) -> Normalised:
    """``normalise(text)`` with the way back to the original's offsets. ``blanks`` False: without spaces."""
    first = _rewrite(text, ((m.start(), m.end(), normalise(m[0])) for m in _RESIZED.finditer(text)))
    plain = Normalised(first.text.translate(WIDTH), first.offsets, first.length)
    return plain if blanks else _compose(plain, _dropping(_SPACE, plain.text))


def squeeze(text: str) -> str:
    """``text`` for exact comparison of wording: no white space, one form of each punctuation mark.

    Two texts say the same words exactly when their squeezed forms are equal.
    """
    return _REPEATED.sub(r"\1", _BLANK.sub("", normalise(text)).translate(_SQUEEZE))


def squeezed(text: str) -> Normalised:
    """``squeeze(text)`` with the way back: ``squeezed(t).span(a, b)`` is where those words stand in ``t``."""
    first = normalised(text)
    second = _dropping(_BLANK, first.text)
    third = _dropping(_REPEATED, second.text.translate(_SQUEEZE), r"\1")
    return _compose(_compose(first, second), third)
