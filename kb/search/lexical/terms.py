"""Text → terms: the words of jieba's search mode, and the bigrams of neighbouring Han characters.

Does not know documents, frequencies or scores.

rjieba (jieba-rs, the same dictionary) cuts; jieba is its reference in the tests and takes over where rjieba is
not installed. Terms of the trade that jieba's dictionary lacks (首违不罚, 有限空间作业) come from a data file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path

from kb.base.textnorm import WIDTH

LEGAL_TERMS_FILE = Path(__file__).resolve().parents[1] / "data" / "legal_terms.txt"

Cutter = Callable[[str], list[str]]

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\u3007"
_HAN_RUN = re.compile(f"[{_HAN}]{{2,}}")
# Letters and digits in another dress, and the invisible characters: what changes a term. Not the full-width
# punctuation of nearly every text, which no term holds and which would cost 5 s on 20 million characters.
_ODD = re.compile(
    "[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u2e80-\u2fdf\uf900-\ufaff"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
# Numbers of standards are printed in every way (GB30871, gb 30871-2022, GB/T 9704): letters and numbers apart. The two
# cutters differ here, too: rjieba keeps 30871-2022 whole.
_NUMBERED = re.compile(r"([a-z](?=[0-9])|[0-9a-z](?=[-_/][0-9a-z]))[-_/]?")
_LONG = 1 << 63  # marks the keys of words longer than two characters


def clean(text: str) -> str:
    """Text as it is cut: half-width, lower case, no zero-width characters, letters apart from numbers."""
    if _ODD.search(text):
        text = text.translate(WIDTH)
    return _NUMBERED.sub(r"\1 ", text.lower())


def legal_terms() -> tuple[str, ...]:
    """Terms of ``legal_terms.txt`` in file order: one a line, ``#`` starts a comment."""
    lines = (line.partition("#")[0].strip() for line in LEGAL_TERMS_FILE.read_text("utf-8").splitlines())
    return tuple(line for line in lines if line)


@cache
def cutter() -> Cutter:
    """Load jieba's search mode with the legal terms added: its dictionary takes 0.15 s, once."""
    try:
        return rjieba_cutter()
    except ImportError:
        return jieba_cutter()


@cache
def rjieba_cutter() -> Cutter:
    """Load the fast cutter. Raises ImportError where rjieba is not installed."""
    import rjieba  # heavy: reads its dictionary on import

    for term in legal_terms():
        rjieba.add_word(term, None, None)
    cut: Cutter = rjieba.cut_for_search
    return cut


@cache
def jieba_cutter() -> Cutter:
    """Load the reference and fallback: the same words, about twenty times slower."""
    import logging

    import jieba  # heavy: reads its dictionary on first use

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    for term in legal_terms():
        tokenizer.add_word(term)
    return lambda text: list(tokenizer.cut_for_search(text))


def words(text: str, cut: Cutter | None = None) -> list[str]:
    """Words of a cleaned ``text``, in order; punctuation and white space are no words."""
    return [word for word in (cut or cutter())(text) if is_word(word)]


def is_word(token: str) -> bool:
    """Whether a token of the cutter holds a letter, a digit or a Han character."""
    return token.isalnum() or any(c.isalnum() for c in token)


def bigrams(text: str) -> list[str]:
    """Every two neighbouring Han characters of a cleaned ``text``, in order."""
    return [run[i : i + 2] for run in _HAN_RUN.findall(text) for i in range(len(run) - 1)]


def terms(text: str) -> list[str]:
    """Terms of a question or document, repeats kept: words first, then bigrams. Empty when there is nothing to read.

    A word of two characters is also a bigram and so counts twice: whole words weigh more than chance neighbours.
    """
    text = clean(text)
    return words(text) + bigrams(text)


def term_key(term: str) -> int:
    """Give the 64-bit key of a non-empty term, the same in every process and on every machine."""
    if len(term) <= 2:
        return ord(term[0]) if len(term) == 1 else ord(term[0]) << 21 | ord(term[1])
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") | _LONG
