"""Questions beside the articles that answer them → a translation model, by expectation maximisation.

Does not know vectors or ranking. IBM model 1 with an empty word (Brown et al., The Mathematics of Statistical Machine
Translation, 1993): every word of a question was called forth by one word of the article. The figures below were chosen
on one fold by recall at 5 of its score alone (LOG.md has the others).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eval.train.batches import I32, I64, Sampler, Texts
from eval.train.data import Data
from kb.search.embed.translations import Translations

if TYPE_CHECKING:
    from tokenizers import Tokenizer

F32 = npt.NDArray[np.float32]

ROUNDS = 8
DOUBT = 20.0  # questions' words that each word of an article is taken to have called forth without any translation
LEAST = 1e-4  # smaller probabilities are not kept
ITSELF = 0.03  # probability of calling forth the same word, added: words that no training question holds have it too
LONGEST = 160  # distinct words of an article that are looked at, at random
EMPTY = 0  # the unknown word stands for the empty one


@dataclass(frozen=True, slots=True)
class _Cells:
    """Every word of a question beside every word of its article, one question's word after the other.

    ``pairs`` [distinct]: article's word × vocabulary + question's word; ``cell``: which pair each cell is; ``sizes``:
    cells of each question's word.
    """

    pairs: I64
    cell: I32
    sizes: I64


def from_questions(sampler: Sampler, vocabulary: int, source: str = "written") -> Translations:
    """The translation model of the ``written`` or the ``public`` questions that a sampler draws from."""
    questions, words = sampler.questions(source)
    return estimate(
        [(words[i], sampler.document(row)) for i, question in enumerate(questions) for row in question.gold], vocabulary
    )


def from_data(data: Data, texts: Texts, tokenizer: Tokenizer) -> Translations:
    """The translation model of all written questions; ``texts``: the articles' words by this tokenizer."""
    sampler = Sampler(data, texts, tokenizer, np.random.default_rng(0), {})
    return from_questions(sampler, tokenizer.get_vocab_size())


def estimate(pairs: Sequence[tuple[I32, I32]], vocabulary: int) -> Translations:
    """The model of pairs (words of a question, words of its article).

    Raises ValueError without a pair that has words on both sides.
    """
    cells = _cells(pairs, vocabulary)
    chance = _maximised(cells, vocabulary)
    often = np.full(vocabulary, 0.5)
    for words, _ in pairs:
        often[words] += 1
    often /= often.sum()
    source, target = np.divmod(cells.pairs, vocabulary)
    kept = (chance > LEAST) & (source != EMPTY)
    source, target, chance = source[kept], target[kept], chance[kept]
    every = np.arange(1, vocabulary)
    source, target = np.concatenate((source, every)), np.concatenate((target, every))
    chance = np.concatenate((chance, np.full(len(every), ITSELF)))
    key, where = np.unique(target * vocabulary + source, return_inverse=True)  # a word's own chance is added
    target, source = np.divmod(key, vocabulary)
    lifts = np.bincount(where, chance) / often[target]
    starts = np.searchsorted(target, np.arange(vocabulary + 1))
    return Translations(
        starts.astype(np.int64),
        source.astype(np.uint16),
        np.log(lifts).astype(np.float16),
        -np.log(often).astype(np.float32),
    )


def _cells(pairs: Sequence[tuple[I32, I32]], vocabulary: int) -> _Cells:
    chance = np.random.default_rng(0)
    keys: list[I64] = []
    sizes: list[I64] = []
    for asked, answer in pairs:
        words, told = np.unique(asked).astype(np.int64), np.unique(answer)
        told = told[told != EMPTY]
        if not len(words) or not len(told):
            continue
        if len(told) > LONGEST:
            told = chance.choice(told, LONGEST, replace=False)
        beside = np.append(told, EMPTY).astype(np.int64)
        keys.append((words[:, None] + beside[None, :] * vocabulary).ravel())
        sizes.append(np.full(len(words), len(beside)))
    if not keys:
        raise ValueError("no question has words beside an article that has some")
    found, cell = np.unique(np.concatenate(keys), return_inverse=True)
    return _Cells(found, cell.astype(np.int32), np.concatenate(sizes))


def _maximised(cells: _Cells, vocabulary: int) -> F32:
    """Probability of each pair after ``ROUNDS`` rounds: that the article's word calls forth the question's."""
    source = cells.pairs // vocabulary
    begins = np.cumsum(cells.sizes) - cells.sizes
    chance = np.full(len(cells.pairs), 1e-3, np.float32)  # the same for all: the first round counts
    for _ in range(ROUNDS):
        share = chance[cells.cell]
        share /= np.repeat(np.add.reduceat(share, begins), cells.sizes)
        count = np.bincount(cells.cell, share, minlength=len(cells.pairs))
        whole = np.bincount(source, count, minlength=vocabulary)
        chance = (count / (whole[source] + DOUBT)).astype(np.float32)
    return chance
