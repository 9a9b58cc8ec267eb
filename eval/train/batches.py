"""Articles and questions as token numbers → random training batches.

Does not know the model or the loss.

A pair is (left words, right words, the row of the right article or -1). What is drawn how often is ``WEIGHTS``: shares
of a batch, as measured for questions of inspectors (self-supervision about half, written questions a third).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eval.train.data import Data, Question

if TYPE_CHECKING:
    from tokenizers import Tokenizer

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Drawn = tuple[I32, I32, int, tuple[int, ...]]  # left words, right words, right row or -1, all rows that fit the left

WEIGHTS = {"own": 0.25, "halves": 0.12, "heading": 0.1, "cited": 0.1, "public": 0.08, "answers": 0.05, "written": 0.3}
STARD_WEIGHTS = {"own": 0.27, "halves": 0.09, "heading": 0.18, "cited": 0.13, "public": 0.27, "answers": 0.06}
LOCAL_WEIGHT = 0.5  # an article of another city's rules, beside 1 for national and Shanghai's


class Words:
    """Texts as token numbers, one flat array."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
        rows = [
            np.array([i for i in e.ids if i], np.int32)  # 0 is the unknown word
            for e in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        ]
        self.starts: I64 = np.cumsum([0, *map(len, rows)])
        self.flat: I32 = np.concatenate([*rows, np.zeros(0, np.int32)]).astype(np.int32)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> I32:
        return self.flat[self.starts[row] : self.starts[row + 1]]


class Texts:
    """Words of all articles."""

    def __init__(self, data: Data, tokenizer: Tokenizer) -> None:
        self.heads = Words(tokenizer, [a.head for a in data.articles])
        self.bodies = Words(tokenizer, [a.body for a in data.articles])


@dataclass(frozen=True, slots=True)
class Batch:
    """``left`` and ``right`` word lists; ``right`` may go on with hard negatives; ``same`` masks false negatives."""

    left: list[I32]
    right: list[I32]
    same: npt.NDArray[np.bool_]  # [left, right], True where right is no negative of left (nor its own partner)


class Sampler:
    """Draws batches from all sources."""

    def __init__(
        self, data: Data, texts: Texts, tokenizer: Tokenizer, rng: np.random.Generator, weights: Mapping[str, float]
    ) -> None:
        """``texts``: the articles' words, shared by all folds; ``weights`` replace some of ``WEIGHTS``."""
        self._rng = rng
        self.heads, self.bodies = texts.heads, texts.bodies
        self.searched = np.flatnonzero([a.searched for a in data.articles])
        self._written, self._public = list(data.written), list(data.public)
        self._questions = {
            "written": Words(tokenizer, [q.text for q in self._written]),
            "public": Words(tokenizer, [q.text for q in self._public]),
        }
        self._a = Words(tokenizer, [p.a for p in data.answers])
        self._b = Words(tokenizer, [p.b for p in data.answers])
        self._cites = [
            (i, data.rows[c]) for i, a in enumerate(data.articles) for c in a.cites if data.rows.get(c, i) != i
        ]
        weight = np.array([1.0 if a.searched else LOCAL_WEIGHT for a in data.articles])
        weight *= np.diff(self.bodies.starts) >= 6
        self._article_weight = np.cumsum(weight / weight.sum())
        shares = {**WEIGHTS, **weights}
        sizes = {
            "cited": len(self._cites),
            "public": len(self._public),
            "answers": len(self._a),
            "written": len(self._written),
        }
        shares = {name: share for name, share in shares.items() if sizes.get(name, 1) and share}
        self._names = list(shares)
        self._shares = np.array(list(shares.values())) / sum(shares.values())
        self._draw: dict[str, Callable[[], Drawn]] = {
            "own": self._own,
            "halves": self._halves,
            "heading": self._heading,
            "cited": self._cited,
            "public": lambda: self._asked("public", self._public),
            "answers": self._answer,
            "written": lambda: self._asked("written", self._written),
        }
        self.negatives: dict[str, I32] = {}

    def document(self, row: int) -> I32:
        """Words of an article as it is indexed: title, headings, body."""
        return np.concatenate((self.heads[row], self.bodies[row]))

    def questions(self, source: str) -> tuple[list[Question], Words]:
        """Questions of ``written`` or ``public`` with their words."""
        return (self._written if source == "written" else self._public), self._questions[source]

    def batch(self, size: int, hard: int) -> Batch:
        """``size`` pairs, and ``hard`` negatives for each question that has some (``negatives``)."""
        names = self._rng.choice(self._names, size, p=self._shares)
        extra: list[int] = []
        drawn = []
        for name in names:
            pair = self._draw[name]()
            drawn.append(pair)
            found = self.negatives.get(name)
            if hard and found is not None:
                extra += self._rng.choice(found[self._last], hard, replace=False).tolist()
        rows = np.array([d[2] for d in drawn] + extra, np.int64)
        right = [d[1] for d in drawn] + [self.document(r) for r in extra]
        return Batch([d[0] for d in drawn], right, _same([d[3] for d in drawn], rows))

    def _article(self) -> int:
        return int(np.searchsorted(self._article_weight, self._rng.random()))

    def _own(self) -> Drawn:
        """3 to 15 words of an article, scattered or in a row, → the rest with the title."""
        row = self._article()
        body = self.bodies[row]
        n = min(int(self._rng.integers(3, 16)), len(body) // 2)
        if self._rng.random() < 0.5:
            taken = self._rng.choice(len(body), n, replace=False)
        else:
            first = int(self._rng.integers(0, len(body) - n + 1))
            taken = np.arange(first, first + n)
        rest = np.delete(body, taken)
        return body[taken], np.concatenate((self.heads[row], rest)), row, (row,)

    def _halves(self) -> Drawn:
        row = self._article()
        body = self.bodies[row]
        cut = len(body) // 2
        return body[:cut], body[cut:], -1, (row,)

    def _heading(self) -> Drawn:
        row = self._article()
        return self.heads[row], self.bodies[row], -1, (row,)

    def _cited(self) -> Drawn:
        row, target = self._cites[int(self._rng.integers(len(self._cites)))]
        if self._rng.random() < 0.5:
            row, target = target, row
        return self.bodies[row], self.bodies[target], target, (row, target)

    def _answer(self) -> Drawn:
        at = int(self._rng.integers(len(self._a)))
        return self._a[at], self._b[at], -1, ()

    def _asked(self, source: str, questions: list[Question]) -> Drawn:
        at = self._last = int(self._rng.integers(len(questions)))
        gold = questions[at].gold
        row = gold[int(self._rng.integers(len(gold)))]
        return self._questions[source][at], self.document(row), row, gold


def _same(golds: Sequence[tuple[int, ...]], rows: I64) -> npt.NDArray[np.bool_]:
    """[left, right]: right's article is one that fits left, though it is not the partner drawn."""
    where: dict[int, list[int]] = {}
    for column, row in enumerate(rows.tolist()):
        if row >= 0:
            where.setdefault(row, []).append(column)
    out = np.zeros((len(golds), len(rows)), bool)
    for line, gold in enumerate(golds):
        for row in gold:
            out[line, where.get(row, [])] = True
    np.fill_diagonal(out, False)
    return out
