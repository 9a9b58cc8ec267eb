"""How near the parts of a provision are to a question: one row of numbers each, as the model was trained on them.

Does not know which part is meant, nor where questions come from. The order of ``NAMES`` is part of the trained model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.base.textnorm import squeeze
from kb.search.embed import StaticEncoder
from kb.search.parts.split import Part, Place
from kb.search.rank.translation import likelihood
from kb.search.rank.values import shares

F32 = npt.NDArray[np.float32]
_KINDS = ("cosine", "pairs", "words", "telling", "likely")
_ASKED = ("asked_best", "asked_mean", "asked_count")
_BELOW = (
    *("cosine", "words", "telling", "likely", "tied_cosine", "tied_words", "tied_likely"),
    *("asked_best", "asked_mean"),
)
NAMES = (
    *_KINDS,
    *(f"tied_{kind}" for kind in _KINDS),
    *_ASKED,
    *(f"{name}_below_best" for name in _BELOW),
    *("length", "without_items", "penal"),
)
MEAN_OF = 3  # nearest known questions of a part whose mean counts
NOTHING = "。"  # stands for a part that is paired with nothing: near to no question


def pairs_of(text: str) -> frozenset[str]:
    """Character pairs of ``text`` without white space."""
    plain = squeeze(text)
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def shared(question: str, texts: Sequence[str]) -> list[float]:
    """Share of the question's character pairs that each text holds, 0 to 1; what few of the texts hold weighs more.

    Pairs that no text holds are left out; 0 where none is held.
    """
    return _shared(question, [pairs_of(t) for t in texts])


def _shared(question: str, held: Sequence[frozenset[str]]) -> list[float]:
    count = Counter(pair for pairs in held for pair in pairs)
    weight = {p: math.log(1 + len(held) / count[p]) for p in pairs_of(question) if count[p]}
    total = sum(weight.values())
    return [sum(w for p, w in weight.items() if p in pairs) / total if total else 0.0 for pairs in held]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts made ready once for many questions: words as numbers, vectors (n, dim), character pairs."""

    ids: list[list[int]]
    vectors: F32
    pairs: list[frozenset[str]]

    @classmethod
    def of(cls, encoder: StaticEncoder, texts: Sequence[str]) -> Texts:
        """Read the texts."""
        ids = encoder.token_ids(list(texts))
        return cls(ids, encoder.encode_ids(ids), [pairs_of(t) for t in texts])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question made ready: its text, its vector, its distinct words, as numbers and as unit vectors.

    ``weight``: of each word by its length, ``surprisal``: by how much it says; either sums up to 1.
    """

    text: str
    vector: F32
    words: npt.NDArray[np.int64]
    unit: F32
    weight: F32
    surprisal: F32

    @classmethod
    def of(cls, encoder: StaticEncoder, text: str) -> Asked:
        """Read a question."""
        words = np.unique(np.array(encoder.token_ids([text])[0], np.int64))
        lengths = encoder.lengths_of(words)
        unit = encoder.vectors_of(words) / np.maximum(lengths, 1e-6)[:, None]
        vector = encoder.encode([text], kind="query")[0]
        return cls(text, vector, words, unit.astype(np.float32), shares(lengths), shares(encoder.surprisal_of(words)))


def near(encoder: StaticEncoder, question: Asked, texts: Texts) -> F32:
    """Four numbers a text, shape (n, 4): as ``_KINDS`` without the last.

    ``words``: how near each word of the question comes to a word of the text, longer word vectors telling more;
    ``telling``: the same, words that tell these texts apart weighing more.
    """
    best = np.zeros((len(texts.ids), len(question.weight)), np.float32)
    if len(question.weight):
        for i, ids in enumerate(texts.ids):
            if ids:
                best[i] = encoder.cosines_of(np.array(ids), question.unit).max(axis=0)
    apart = shares(question.weight * (best.max(axis=0) - best.min(axis=0)) if len(best) else question.weight)
    cosine = texts.vectors @ question.vector
    return np.stack((cosine, np.array(_shared(question.text, texts.pairs)), best @ question.weight, best @ apart), 1)


def near_and_likely(encoder: StaticEncoder, question: Asked, texts: Texts) -> F32:
    """Five numbers a text, shape (n, 5): as ``near``, and how likely its words make the question's."""
    lifts = encoder.lifts_of(question.words)
    sums = np.stack([lifts[np.array(ids, np.int64)].sum(axis=0) for ids in texts.ids])
    sizes = np.array([len(ids) for ids in texts.ids], np.int64)
    return np.column_stack((near(encoder, question, texts), likelihood(sums, sizes, question.surprisal)))


def asked_signs(places: Sequence[Place], of: Sequence[Place], cosines: npt.NDArray[np.floating]) -> F32:
    """Nearest known question of each place, mean of the nearest, log of how many; shape (n, 3).

    ``of[k]``: the place that known question k is about.
    """
    out = np.zeros((len(places), len(_ASKED)), np.float32)
    at = {place: i for i, place in enumerate(places)}
    found: list[list[float]] = [[] for _ in places]
    for place, cosine in zip(of, cosines.tolist(), strict=True):
        if place in at:
            found[at[place]].append(cosine)
    for i, some in enumerate(found):
        if some:
            nearest = sorted(some, reverse=True)[:MEAN_OF]
            out[i] = nearest[0], sum(nearest) / len(nearest), math.log1p(len(some))
    return out


def signs(own: F32, tied: F32, has_tied: Sequence[bool], asked: F32, parts: Sequence[Part], *, penal: bool) -> F32:
    """Columns as ``NAMES``, one row a part."""
    tied = np.where(np.array(has_tied)[:, None], tied, 0.0)
    columns = dict(zip(NAMES, np.concatenate((own, tied, asked), axis=1).T, strict=False))
    below = [columns[name] - columns[name].max() for name in _BELOW]
    size = np.array([len(p.text) / 100 for p in parts])
    whole = np.array([p.place[1] is None for p in parts])
    return np.stack((*columns.values(), *below, size, whole, np.full(len(parts), penal)), axis=1).astype(np.float32)
