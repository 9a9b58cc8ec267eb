"""Questions of a fold → feature rows with labels, kept on disk fold by fold.

Does not know how folds were made beyond their evidence, nor models.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.rank.evidence import FoldEvidence, Rows
from eval.rank.questions import Fold, Item
from kb.search.index import Generation
from kb.search.rank import NAMES, Query, features, pruned
from kb.search.retrieve.candidates import gather
from kb.search.retrieve.named import named_keys

DAY = date(2025, 4, 30)  # the day of the snapshot: which version of each law is searched
PLACE = "上海市"
HEAD = 60  # best candidates by fusion that are kept for training
TAIL = 40  # random others
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Material:
    """Feature rows of many questions.

    ``x`` [rows, features]; ``y`` 1 for gold; ``rows``: row id of each; ``sizes``: rows of each question; ``question``:
    its number; ``unseen``: whether its law was left out; ``gold``: number of gold articles; ``fused``: kept in the
    order of fusion within a question.
    """

    x: F32
    y: npt.NDArray[np.int8]
    rows: I64
    sizes: I64
    question: I64
    unseen: npt.NDArray[np.bool_]
    gold: I64
    fold: I64

    @classmethod
    def join(cls, parts: Sequence[Material]) -> Material:
        """One after the other."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__))

    def take(self, chosen: npt.NDArray[np.bool_]) -> Material:
        """The questions flagged in ``chosen`` (one flag a question)."""
        rows = np.repeat(chosen, self.sizes)
        return Material(
            self.x[rows],
            self.y[rows],
            self.rows[rows],
            self.sizes[chosen],
            self.question[chosen],
            self.unseen[chosen],
            self.gold[chosen],
            self.fold[chosen],
        )

    def save(self, path: Path) -> None:
        """Write uncompressed."""
        with path.open("wb") as file:
            np.savez(file, **{name: getattr(self, name) for name in self.__slots__}, names=np.array(NAMES))

    @classmethod
    def load(cls, path: Path) -> Material:
        """Read; raises ValueError when it was made with other features."""
        with np.load(path) as found:
            if tuple(found["names"].tolist()) != NAMES:
                raise ValueError(f"{path} was made with other features; delete it")
            return cls(*(found[name] for name in cls.__slots__))


class Names:
    """Document numbers of the instruments that a question names."""

    def __init__(self, generation: Generation) -> None:
        self._catalogue = generation.catalogue
        self._numbers: dict[str, list[int]] = {}
        for i, d in enumerate(generation.documents()):
            self._numbers.setdefault(d.key, []).append(i)

    def __call__(self, text: str) -> tuple[int, ...]:
        """Numbers, as the retriever finds them."""
        return tuple(i for k in named_keys(text, self._catalogue, PLACE) for i in self._numbers.get(k, ()))


def query_of(
    item: Item, evidence: FoldEvidence, allowed: npt.NDArray[np.bool_], names: Callable[[str], tuple[int, ...]]
) -> Query:
    """The question as the retriever would put it."""
    if not item.history:
        vector = evidence.encode([item.text])[0]
        return Query(item.text, vector, allowed, vector, vector, names(item.text))
    vectors = evidence.encode([item.text, item.last, item.history[-1]])
    return Query(item.text, vectors[0], allowed, vectors[1], vectors[2], names(item.text), len(item.history))


def sample(fold: Fold, questions: Sequence[Item], by_law: int, by_question: int) -> list[int]:
    """Up to so many questions of each kind, evenly over the fold's questions; follow-ups all."""
    rng = np.random.default_rng(fold.n)
    chosen: list[int] = []
    for pool, size in ((fold.by_law, by_law), (fold.by_question, by_question)):
        taken = rng.permutation(len(pool))[:size]
        chosen += [pool[i] for i in taken]
        left = set(chosen)
        chosen += [i for i in pool if questions[i].history and i not in left]
    return chosen


def make(
    fold: Fold, corpus: Rows, chosen: Sequence[int], folder: Path, names: Callable[[str], tuple[int, ...]]
) -> Material:
    """Feature rows of the chosen questions under the fold's evidence."""
    evidence, questions = FoldEvidence(folder, corpus), corpus.questions
    rng = np.random.default_rng(fold.n)
    by_law = frozenset(fold.by_law)
    xs, ys, rows, sizes = [], [], [], []
    started = time.monotonic()
    for done, number in enumerate(chosen):
        item = questions[number]
        query = query_of(item, evidence, corpus.allowed, names)
        found = pruned(evidence.evidence, query, gather(evidence.evidence, query))
        x = features(evidence.evidence, query, found)
        y = np.isin(found.rows, np.array(item.gold, np.int64))
        keep = thinned(len(x), y, rng)
        xs.append(x[keep])
        ys.append(y[keep].astype(np.int8))
        rows.append(found.rows[keep])
        sizes.append(len(keep))
        if done % 500 == 499:
            rate = (time.monotonic() - started) / (done + 1)
            print(f"fold {fold.n}: {done + 1} of {len(chosen)} questions, {rate * 1000:.1f} ms each", file=sys.stderr)
    return Material(
        np.concatenate(xs),
        np.concatenate(ys),
        np.concatenate(rows),
        np.array(sizes, np.int64),
        np.array(chosen, np.int64),
        np.array([i in by_law for i in chosen], np.bool_),
        np.array([len(questions[i].gold) for i in chosen], np.int64),
        np.full(len(chosen), fold.n, np.int64),
    )


def thinned(n: int, gold: npt.NDArray[np.bool_], rng: np.random.Generator) -> I64:
    """Positions kept of ``n`` candidates in the order of fusion: gold, the first, and random others."""
    keep = gold.copy()
    keep[:HEAD] = True
    rest = np.flatnonzero(~keep)
    keep[rng.permutation(rest)[:TAIL]] = True
    return np.flatnonzero(keep)
