"""Counts of words → a Unigram tokenizer that cuts as jieba does, without jieba when it is used.

Does not know vectors or training.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SIZE = 32_000  # entries; design/retrieval found about as many words with a count of three
LEAST = 3
UNKNOWN = "[unk]"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\u3007"
# Numbers of articles, chapters and paragraphs say nothing of the matter, and differ between a law's versions.
_NUMBERED = "第[零\u3007一二三四五六七八九十百千万0-9]+(?:分编|[编章节条款项目])(?:之[一二三四五六七八九十]+)?"
_PIECE = rf"[{_HAN}]+|[a-z]+|[0-9]+(?:\.[0-9]+)?%?"


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each word of jieba (legal terms included) stands in ``texts``; only what the tokenizer can meet."""
    import rjieba

    from kb.search.lexical.terms import clean, cutter

    cutter()  # adds the legal terms to rjieba's dictionary
    piece = re.compile(_PIECE)
    numbered = re.compile(_NUMBERED)
    counts: Counter[str] = Counter()
    for text in texts:
        for part in piece.findall(numbered.sub(" ", clean(text))):
            counts.update(rjieba.cut(part))
    return counts


def build(counts: Counter[str], size: int = SIZE) -> Tokenizer:
    """Unigram tokenizer of the most frequent words, all characters seen three times, digits and letters.

    A piece's score is its log relative frequency; single characters get one less, so that words win.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    characters: Counter[str] = Counter()
    for word, count in counts.items():
        for character in word:
            characters[character] += count
    singles = {c for c, n in characters.items() if n >= LEAST} | set("0123456789abcdefghijklmnopqrstuvwxyz.%")
    words = [w for w, n in counts.most_common() if n >= LEAST and len(w) > 1]
    words = words[: max(0, size - 1 - len(singles))]
    total = sum(counts.values())
    vocabulary = [(UNKNOWN, -100.0)]
    vocabulary += [(c, math.log(max(counts[c], 1) / total) - 1) for c in sorted(singles)]
    vocabulary += [(w, math.log(counts[w] / total)) for w in sorted(words)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(_NUMBERED), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_PIECE), behavior="removed", invert=True)
    return tokenizer
