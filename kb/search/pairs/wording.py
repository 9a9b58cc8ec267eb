"""Which duty tells an act again in words: shared character bigrams, weighted by how rare they are in the instrument.

Does not know articles, 款 or 项; acts and duty sentences are numbered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.search.pairs.acts import Act, Subject, duty_subject

LEAST = 0.3  # least score of a pair
MARGIN = 0.1  # by which it must lead the next article
TIE_LEAST = 0.5  # least score where two duties are close; then each must also be told best by this very act
PART_LEAST, PART_MARGIN = 0.55, 0.15  # the same for one alternative (…，或者未…) of an act
MASS = 18.0  # least idf mass of an act: 发生生产安全事故 and the like tell nothing …
SHORT_MASS, SHORT_LEAST, SHORT_MARGIN = 9.0, 0.85, 0.3  # … unless the duty says the very same (盗用燃气)
ACT_SHARE = 0.75  # weight of the act's coverage; the rest is the duty sentence's
OTHER_PARTY = 0.85  # factor where act and duty name different parties
NEAR = 0.2  # below this score nobody looks who the party is

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

_FIRST, _SIZE = 0x4E00, 0x9FFF - 0x4E00 + 1  # the Han characters of legal texts
# What every act and duty says and none is told apart by. 的$ and the like stand before a line's end.
_FORMULA = re.compile(
    r"""
    违反了?(?:本|国家|有关|前)[^，。；\n]{0,12}(?:规定|要求)
  | (?:有|存在)?(?:下列|前款|以下)[^，。；\n]{0,8}(?:行为|情形)(?:之一)?
  | 未?(?:按照|依照|按)(?:国家|有关|规定|本[^，\n]{1,4}|法律|行政法规|国家有关)*规定
  | 应当|不得|禁止|必须|严禁|方可|擅自|没有|或者|以及|[的未不]
    """,
    re.VERBOSE,
)
_ALTERNATIVE = re.compile(r"[，；]?或者(?=未|不|将|对|向|擅自|由|发现)|；")


def grams(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """Bigrams of Han characters of each text as (text number, code), each once, sorted; formulas break them."""
    joined = _FORMULA.sub("|", "\n".join(t.replace("\n", "|") for t in texts) + "\n")
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    row = np.cumsum(codes == ord("\n"))
    han = codes - _FIRST
    inside = (han >= 0) & (han < _SIZE)
    pair = inside[:-1] & inside[1:]
    keys = np.unique(row[:-1][pair] * _SIZE**2 + han[:-1][pair] * _SIZE + han[1:][pair])
    return keys // _SIZE**2, keys % _SIZE**2


class Wording:
    """Scores of acts against the duty sentences of one instrument.

    ``owner[k]``: number of the article that duty sentence k belongs to. Scores are in 0..1.
    """

    def __init__(self, duties: Sequence[str], owner: Sequence[int], acts: Sequence[Act]) -> None:
        self.duties, self.owner, self.acts = duties, np.asarray(owner, dtype=np.int64), acts
        self.parts = [(i, part) for i, act in enumerate(acts) for part in _alternatives(act.text)]
        texts = [act.text for act in acts] + [part for _, part in self.parts]
        parties = [act.by for act in acts] + [acts[i].by for i, _ in self.parts]
        self.mass, told, self.shared, self.scores = _scores(texts, duties)
        self._set_back(parties)
        self.told_best = self._told_best(told)

    def _set_back(self, parties: Sequence[Subject]) -> None:
        """Lower the scores where act and duty name different parties."""
        by = lru_cache(maxsize=None)(lambda k: duty_subject(self.duties[k]))
        for a, k in zip(*np.nonzero(self.scores >= NEAR), strict=True):
            if parties[a].kind and parties[a].differs(by(int(k))):
                self.scores[a, k] *= OTHER_PARTY

    def _told_best(self, sentence_mass: Floats) -> NDArray[np.bool_]:
        """Whether act a tells duty sentence k better than every other act does."""
        n = len(self.acts)
        usable = np.array([not act.vague for act in self.acts], dtype=bool) & (self.mass[:n] >= MASS)
        shared = np.where(usable[:, None], self.shared[:n], 0.0)
        score = (1 - ACT_SHARE) * shared / self.mass[:n, None] + ACT_SHARE * shared / sentence_mass
        best: NDArray[np.bool_] = (score > 0) & (score == score.max(axis=0, initial=0.0))
        return best

    def duties_of(self, a: int) -> Iterator[tuple[int, float]]:
        """Articles whose duty act number ``a`` breaks, with their scores; empty when none is clear."""
        if self.acts[a].vague:
            return
        first = self._clear(a, LEAST, MARGIN)
        if first is not None:
            yield first
        else:
            yield from self._tied(a)
        for number, (whole, _) in enumerate(self.parts, len(self.acts)):
            if whole == a:
                found = self._clear(number, PART_LEAST, PART_MARGIN)
                if found is not None and (first is None or found[0] != first[0]):
                    yield found

    def _two_best(self, a: int) -> list[tuple[int, float]]:
        """The two articles that tell act ``a`` best."""
        best: dict[int, float] = {}
        for k in np.argsort(-self.scores[a], kind="stable"):
            if len(best) == 2 or self.scores[a, k] <= 0:
                break
            best.setdefault(int(self.owner[k]), float(self.scores[a, k]))
        return list(best.items())

    def _clear(self, a: int, least: float, margin: float) -> tuple[int, float] | None:
        """The one article that fits; None when too little is said or two fit alike."""
        if self.mass[a] < MASS:
            least, margin = max(least, SHORT_LEAST), max(margin, SHORT_MARGIN)
        best = self._two_best(a)
        if self.mass[a] < SHORT_MASS or not best or best[0][1] < least:
            return None
        if len(best) > 1 and best[0][1] - best[1][1] < margin:
            return None
        return best[0]

    def _tied(self, a: int) -> Iterator[tuple[int, float]]:
        """Of two articles that fit alike, those that this act tells better than any other does."""
        best = self._two_best(a)
        if self.mass[a] < MASS or len(best) < 2 or best[0][1] - best[1][1] >= MARGIN:
            return
        mine = set(self.owner[self.told_best[a]].tolist())
        yield from ((article, score) for article, score in best if score >= TIE_LEAST and article in mine)


def _alternatives(text: str) -> list[str]:
    parts = _ALTERNATIVE.split(text)
    return parts if len(parts) > 1 else []


def _scores(texts: Sequence[str], duties: Sequence[str]) -> tuple[Floats, Floats, Floats, Floats]:
    """Idf mass of each text and each duty, what they share (texts × duties), and the score.

    Masses are at least a tiny number, so that a text without bigrams scores 0.
    """
    n, m = len(texts), len(duties)
    duty_row, duty_gram = grams(duties)
    text_row, text_gram = grams(texts)
    vocabulary, number, frequency = np.unique(duty_gram, return_inverse=True, return_counts=True)
    idf = np.log((m + 1) / (frequency + 0.5))
    duty_mass: Floats = np.bincount(duty_row, weights=idf[number], minlength=m) + 1e-9
    at = np.minimum(np.searchsorted(vocabulary, text_gram), max(len(vocabulary) - 1, 0))
    known = vocabulary[at] == text_gram if len(vocabulary) else np.zeros(len(text_gram), dtype=bool)
    weight = np.where(known, idf[at] if len(vocabulary) else 0.0, np.log((m + 1) / 0.5))
    text_mass: Floats = np.bincount(text_row, weights=weight, minlength=n) + 1e-9
    # every (text, duty sentence) that share a bigram, once for each bigram shared
    order = np.argsort(number, kind="stable")
    start = np.concatenate([[0], np.cumsum(frequency)])
    row, gram = text_row[known], at[known]
    times = frequency[gram]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    sentence = duty_row[order][np.repeat(start[gram], times) + within]
    cell = np.repeat(row, times) * m + sentence
    counted = np.bincount(cell, weights=np.repeat(idf[gram], times), minlength=n * m)
    shared: Floats = counted.astype(np.float64).reshape(n, m)
    score: Floats = ACT_SHARE * shared / text_mass[:, None] + (1 - ACT_SHARE) * shared / duty_mass
    return text_mass, duty_mass, shared, score
