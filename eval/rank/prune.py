"""Weights of the cheap first stage, ``python -m eval.rank.prune``: which candidates are worth weighing in full.

Does not know the ranker that comes after. Questions are those that a fold left out, under that fold's evidence, half of
them about laws without known questions; the figures are of folds that the weights never saw.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.rank import questions
from eval.rank.calibrate import logistic
from eval.rank.evidence import LEFT_OUT, Corpus, FoldEvidence, Trainer
from eval.rank.material import Names, query_of
from eval.train_ranker import FOLDS, SHARE, corpus_of, training_options
from kb.search.rank.columns import F32, I64
from kb.search.rank.logistic import Logistic
from kb.search.rank.prune import (
    FILE,
    FIRST,
    KEPT,
    MIDDLE,
    SECOND,
    best,
    cheap_signs,
    has_questions,
    likelihoods,
    more_signs,
    odds,
)
from kb.search.retrieve.candidates import gather

EACH = 300  # questions a fold of either kind
TRIED = (KEPT, 80, 100, 120, MIDDLE)


@dataclass(frozen=True, slots=True)
class Case:
    """One question: what is known of its candidates (``cheap`` [signs, candidates], ``asked``, ``likely``).

    ``y``: which are gold; ``gold``: how many there are.
    """

    cheap: F32
    asked: npt.NDArray[np.bool_]
    likely: F32
    y: npt.NDArray[np.bool_]
    gold: int
    unseen: bool
    fold: int


def cases(corpus: Corpus, fold: questions.Fold, evidence: FoldEvidence, names: Names) -> list[Case]:
    """Some questions of one fold."""
    chance = np.random.default_rng(fold.n)
    out = []
    for unseen, pool in ((True, fold.by_law), (False, fold.by_question)):
        for number in chance.permutation(pool)[:EACH].tolist():
            item = corpus.questions[number]
            query = query_of(item, evidence, corpus.allowed, names)
            found = gather(evidence.evidence, query)
            y = np.isin(found.rows, np.array(item.gold, np.int64))
            cheap, asked = cheap_signs(evidence.evidence, query, found), has_questions(evidence.evidence, found)
            likely = likelihoods(evidence.evidence, query, found.rows)
            out.append(Case(cheap, asked, likely, y, len(item.gold), unseen, fold.n))
    return out


def fit(some: Sequence[Case], signs: Callable[[Case], tuple[F32, I64]]) -> Logistic:
    """``signs`` of some candidates of a case and their positions. Every question weighs the same."""
    xs, ys = [], []
    for c in some:
        x, at = signs(c)
        asked = c.asked[at]
        xs.append(np.concatenate((x * asked, x * ~asked)).T)
        ys.append(c.y[at])
    weights = np.concatenate([np.full(len(y), 1.0 / len(y)) for y in ys])
    return logistic(
        np.concatenate(xs).astype(np.float64), np.concatenate(ys).astype(np.float64), weights * len(weights)
    )


@dataclass(frozen=True, slots=True)
class Cascade:
    """Both models, as ``kb.search.rank.prune`` asks them one after the other."""

    first: Logistic
    second: Logistic

    @classmethod
    def of(cls, some: Sequence[Case]) -> Cascade:
        """Train; the second on what the first leaves."""
        first = fit(some, lambda c: (c.cheap, np.arange(len(c.y))))
        return cls(first, fit(some, lambda c: middle(first, c)))

    def kept(self, some: Sequence[Case], n: int) -> float:
        """Mean share of a question's gold among its ``n`` best candidates."""
        shares = []
        for c in some:
            x, at = middle(self.first, c)
            left = at[best(odds(self.second.weights, x, c.asked[at]), n)]
            shares.append(c.y[left].sum() / c.gold)
        return float(np.mean(shares))


def middle(first: Logistic, case: Case) -> tuple[F32, I64]:
    """Signs of the candidates that the second model sees, and their positions."""
    at = best(odds(first.weights, case.cheap, case.asked), MIDDLE)
    return more_signs(case.cheap[:, at], case.likely[at]), at


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, print the figures, write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.rank.prune", description=__doc__)
    training_options(parser)
    options = parser.parse_args(arguments)
    corpus = corpus_of(options.index)
    names, trainer = Names(corpus.generation), Trainer(corpus, options.steps)
    every: list[Case] = []
    for fold in questions.folds(corpus.questions, FOLDS, SHARE)[: options.folds]:
        folder = options.work / f"fold{fold.n}"
        if not folder.is_dir():
            trainer.write(fold, folder)
        left_out = questions.Fold.load(fold.n, folder / LEFT_OUT, corpus.questions)
        every += cases(corpus, left_out, FoldEvidence(folder, corpus), names)
        print(f"fold {fold.n}: {len(every)} questions", file=sys.stderr)
    figures: dict[str, dict[str, float]] = {}
    for unseen in (False, True):
        shares: dict[str, list[float]] = {}
        for n in range(options.folds):
            cascade = Cascade.of([c for c in every if c.fold != n])
            some = [c for c in every if c.fold == n and c.unseen == unseen]
            shares.setdefault("all", []).append(float(np.mean([c.y.sum() / c.gold for c in some])))
            for k in TRIED:
                shares.setdefault(str(k), []).append(cascade.kept(some, k))
        figures["laws left out" if unseen else "known laws"] = {
            k: round(float(np.mean(v)), 4) for k, v in shares.items()
        }
    print(json.dumps(figures, indent=1))
    model = Cascade.of(every)
    plain: dict[str, object] = {"kept": figures}
    for name, signs, part in (("first", FIRST, model.first), ("second", SECOND, model.second)):
        print(name, {s: round(float(w), 2) for s, w in zip(signs, part.weights, strict=True)})
        plain[name] = {"weights": [round(float(w), 5) for w in part.weights], "bias": round(part.bias, 5)}
    FILE.write_text(json.dumps(plain, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
