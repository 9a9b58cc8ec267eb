"""Opaque keys of sources (S7F2): drawing them, and turning them into the numbers [1] [2] a reader sees.

Does not know what a source says, nor whether a sentence follows from it.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping

# No 0/O, 1/I/L, 8/B, Z/2, S/5: a model that reads its own key back must not confuse two.
_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_DIGITS = "234679"
_SHAPES = ("dld", "ldl", "ddl", "lld", "dll", "ldd")
_LONGEST_GROUP = 60

# U+FF3B, U+FF3D: wide square brackets. U+3014, U+3015: the tortoise-shell brackets of document numbers.
_OPEN, _CLOSE = r"\[\uff3b【\u3014（(", r"\]\uff3d】\u3015）)"
_HELD = re.compile(rf"(?:[{_OPEN}][^{_OPEN}{_CLOSE}\n]{{0,{_LONGEST_GROUP}}}|[0-9A-Za-z]+)\Z")
_SEPARATOR = re.compile(r"[\s,，、;；/]+|和|及|与")
_LIKE_KEY = re.compile(r"(?:来源|资料|编号|SOURCE|REF)?[:：#]?(?P<key>S(?:[0-9A-Z]{3}|(?=[A-Z]*[0-9])[0-9A-Z]{1,7}))")
_LIKE_NUMBER = re.compile(r"(?:\^|来源|资料|编号|SOURCE|REF)?[:：#]?(?P<number>[0-9]{1,3})")
_BARE = re.compile(r"(?<![0-9A-Za-z])S[0-9A-Z]{3}(?![0-9A-Za-z])")
_CITATION = re.compile(
    rf"""(?P<open>[{_OPEN}])                                   # a bracket of either width …
         (?P<inner>[^{_OPEN}{_CLOSE}\n]{{1,{_LONGEST_GROUP}}})   # … and what it holds, on one line
         [{_CLOSE}]
       | {_BARE.pattern}                                       # or a key without brackets
    """,
    re.VERBOSE,
)


def make_key(choose: Callable[[str], str] = secrets.choice) -> str:
    """One key: S and three characters, letters and digits mixed (about 19,000 of them)."""
    shape = choose("012345")
    return "S" + "".join(choose(_DIGITS if c == "d" else _LETTERS) for c in _SHAPES[int(shape)])


def make_keys(count: int, *, avoid: str = "", choose: Callable[[str], str] = secrets.choice) -> tuple[str, ...]:
    """``count`` distinct keys, none of which occurs in ``avoid`` (sources, question, history), in either case.

    So neither a source nor a question can name a key, or close the block it stands in. Raises
    ValueError above 999, far from where drawing would become slow.
    """
    if count > 999:
        raise ValueError(f"too many sources for opaque keys: {count}")
    haystack = unicodedata.normalize("NFKC", avoid).upper()
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        key = make_key(choose)
        if key not in haystack:
            drawn[key] = None
    return tuple(drawn)


def to_numbered(text: str, keys: Mapping[str, int]) -> tuple[str, tuple[str, ...]]:
    """``text`` with its source keys as [1][2], and the citations that name no source.

    ``keys`` maps a key to its source's number. Read are [S7F2], 【S7F2、S9K3】, （S7F2）, [来源：S7F2] and a
    bare known S7F2. What looks like a citation but is none of ``keys`` — an invented key, or a number
    such as [1] that the model wrote itself — is taken out of the text and returned, in order, each
    once; an empty tuple means every citation names a source. Brackets that hold anything else, such as
    (2011), （一） and [注], stay.
    """
    unknown: dict[str, None] = {}

    def shown(match: re.Match[str]) -> str:
        if match["inner"] is None:
            return bare(match)
        tokens = _tokens(match["inner"], round_bracket=match["open"] in "（(\u3014")
        if tokens is None:
            return _BARE.sub(bare, match[0])
        known = dict.fromkeys(keys[t] for t in tokens if t in keys)
        unknown.update(dict.fromkeys(t for t in tokens if t not in keys))
        return "".join(f"[{n}]" for n in known)

    def bare(match: re.Match[str]) -> str:
        return f"[{keys[match[0]]}]" if match[0] in keys else match[0]

    return _CITATION.sub(shown, text), tuple(unknown)


def _tokens(inner: str, *, round_bracket: bool) -> list[str] | None:
    """Read the keys and numbers a bracket holds, upper case; None when it is no citation.

    Round brackets hold item labels （一） (1) and years, so a number in them is no citation.
    """
    out = []
    for piece in _SEPARATOR.split(unicodedata.normalize("NFKC", inner).upper().strip()):
        like_key, like_number = _LIKE_KEY.fullmatch(piece), _LIKE_NUMBER.fullmatch(piece)
        if like_key is not None:
            out.append(like_key["key"])
        elif like_number is not None and not round_bracket:
            out.append(like_number["number"])
        elif piece:
            return None
    return out or None


class NumberedPieces:
    """``to_numbered`` for a text that arrives in pieces: what is shown while the model still writes.

    ``feed`` returns what is settled, ``finish`` the rest; an unclosed bracket or word is held back.
    Joined, they equal ``to_numbered`` of the whole. ``unknown`` grows as ``to_numbered``'s does.
    """

    def __init__(self, keys: Mapping[str, int]) -> None:
        self._keys = keys
        self._held = ""
        self._unknown: dict[str, None] = {}

    @property
    def unknown(self) -> tuple[str, ...]:
        """Citations so far that name no source."""
        return tuple(self._unknown)

    def feed(self, piece: str) -> str:
        """Return the text that ``piece`` settles; may be empty."""
        text = self._held + piece
        held = _HELD.search(text)
        cut = held.start() if held else len(text)
        self._held = text[cut:]
        return self._numbered(text[:cut])

    def finish(self) -> str:
        """Return what was held back."""
        text, self._held = self._held, ""
        return self._numbered(text)

    def _numbered(self, text: str) -> str:
        out, unknown = to_numbered(text, self._keys)
        self._unknown.update(dict.fromkeys(unknown))
        return out
