"""Mistyped names: heard alike (安全生产发), nearly alike (条列), or one character too many or too few.

Does not know short forms beyond a piece of a title, nor versions. Strict on purpose: what is not
close in sound is another name, and what is close to two is both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from kb.law.catalogue.names import MOST, Entry, Fit, choose, places_of, plain_words, specific, take_apart

# Last words as people mistype them, by sound.
_SPOKEN_TYPES = {
    ("tiao", "li"): "条例", ("tiao", "lie"): "条例", ("tiao", "liao"): "条例", ("ban", "fa"): "办法",
    ("gui", "ding"): "规定", ("xi", "ze"): "细则", ("gui", "ze"): "规则", ("biao", "zhun"): "标准",
}  # fmt: skip
# Shorter names differ from too many others in one sound.
_SHORTEST = 4
_SHORTEST_EDITED = 5
# Words that stand beside a name in a sentence; one too many of them is no slip of the pen.
_FUNCTION_WORDS = "的等和与及或按照据依用于是被但至已了为成入受合国市省县区"
_BASE = 0xE000  # first of the private-use characters


def readings() -> dict[str, str]:
    """Syllable → the characters of GB 2312 (what people type) that are read so, most usual reading, toneless."""
    from pypinyin import lazy_pinyin

    out: dict[str, str] = {}
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                char = bytes((row, cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            sound = lazy_pinyin(char)[0]
            out[sound] = out.get(sound, "") + char
    return out


class Sounds:
    """Names as they sound. ``readings`` maps syllables to their characters; ``coded`` are the entries' stems.

    A stem is coded as one private-use character per syllable (its place in ``readings``), so that sounds
    compare as strings; what is no Chinese character of ``readings`` stays as it is.
    """

    def __init__(self, readings: Mapping[str, str], coded: Sequence[str], entries: Sequence[Entry]) -> None:
        self.readings = dict(readings)
        self.table = list(self.readings)
        self.codes = {char: chr(_BASE + i) for i, chars in enumerate(self.readings.values()) for char in chars}
        self.entries = list(entries)
        self.coded = list(coded)
        self.places = sorted({e.place for e in self.entries if e.place}, key=len, reverse=True)

    @classmethod
    def of(cls, entries: Sequence[Entry], known: Mapping[str, str] | None = None) -> Sounds:
        """Code the stems of ``entries``; ``known`` None: all of GB 2312 is read first (half a second)."""
        made = cls(readings() if known is None else known, (), entries)
        made.coded = [made.code(e.stem) for e in entries]
        return made

    def code(self, text: str) -> str:
        """``text`` as coded sounds, character for character."""
        return "".join(self.codes.get(char, char) for char in text)

    def sound(self, char: str) -> str:
        """Syllable of a character or of a code; the character itself when it has none."""
        code = self.codes.get(char, char)
        at = ord(code) - _BASE
        return self.table[at] if 0 <= at < len(self.table) else char

    def mended(self, query: str) -> str:
        """``query`` with a last word of two characters put right by sound (条列 → 条例); itself when it needs none."""
        if len(query) < 3:
            return query
        spoken = _SPOKEN_TYPES.get((self.sound(query[-2]), self.sound(query[-1])))
        return query if spoken is None else query[:-2] + spoken

    def as_law(self, query: str) -> str | None:
        """``query`` with its last character read as 法 (安全生产发); None where it is 法, 罚 or sounds otherwise.

        The result must be a whole name: 行政处罚 and 突发 are words, not names.
        """
        last = query[-1]
        return query[:-1] + "法" if last not in "法罚" and self.sound(last) == "fa" else None

    def find(self, query: str, place: str, successors: Mapping[str, str]) -> tuple[str, ...]:
        """Keys whose title sounds like ``query``: the whole of it or its end; else with one small slip."""
        stem, kind, mark = take_apart(query)
        if not kind or len(stem) < 2 or query in plain_words() or query[-2:] in plain_words():
            return ()
        coded = self.code(stem)
        home = next((p for p in self.places for n in places_of(p) if stem.startswith(n)), "")
        alike, near = [], []
        for entry, name in zip(self.entries, self.coded, strict=True):
            if entry.type != kind or (mark and entry.mark != mark) or (home and entry.place not in ("", home)):
                continue
            title = name if home or not entry.place else name[len(entry.stem) - len(entry.bare) :]
            tier = _alike(coded, title, entry.fact)
            if tier == 0 and len(query) < _SHORTEST:
                continue
            if tier is not None and specific(stem, tier, kind, entry, len(title)):
                alike.append(Fit(entry, tier, len(coded) / len(title)))
            elif len(query) >= _SHORTEST_EDITED and self._slip(stem, coded, title):
                near.append(Fit(entry, 0, 1.0))
        keys = choose(alike or near, place or home, bool(home), successors)
        return keys if len(keys) <= MOST else ()

    def _slip(self, stem: str, coded: str, title: str) -> bool:
        """One character too many, or one that differs by a letter (li, lie); the rest sounds alike.

        The first character is never the slip: what stands before a name is another word.
        """
        if len(coded) == len(title) + 1:
            at = next((i for i, (a, b) in enumerate(zip(coded, title, strict=False)) if a != b), len(title))
            return at > 0 and coded[at + 1 :] == title[at:] and stem[at] not in _FUNCTION_WORDS
        if len(coded) != len(title) or coded == title:
            return False
        wrong = [(a, b) for a, b in zip(coded, title, strict=True) if a != b]
        return len(wrong) == 1 and near(self.sound(wrong[0][0]), self.sound(wrong[0][1]))


def _alike(coded: str, title: str, fact: bool) -> int | None:
    """0: the same sounds; 1: the end of a listed title; None otherwise."""
    if coded == title:
        return 0
    return 1 if fact and len(coded) >= 2 and title.endswith(coded) else None


@lru_cache(maxsize=4096)
def near(a: str, b: str) -> bool:
    """Whether two syllables differ by one letter (li/lie, shi/si, an/ang)."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b, score_cutoff=1) <= 1
