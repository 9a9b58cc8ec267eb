"""Weights of the cheap first stage: ``python -m eval.rank.prune``: which candidates are worth weighing in full.

Does not know the ranker that comes after. Questions are those that a fold left out, under that fold's evidence, half of
them about laws without known questions; the figures are of folds that the weights never saw.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.rank import questions
from eval.rank.calibrate import logistic
from eval.rank.evidence import LEFT_OUT, Corpus, FoldEvidence, Trainer
from eval.rank.material import Names, query_of
from eval.train_ranker import FOLDS, SHARE, corpus_of, training_options
from kb.search.rank.logistic import F64, Logistic
from kb.search.rank.prune import FILE, KEPT, SIGNS, signs
from kb.search.retrieve.candidates import gather

EACH = 300  # questions a fold of either kind
TRIED = (80, KEPT, 120, 140)


@dataclass(frozen=True, slots=True)
class Case:
    """One question: ``x`` signs of its candidates, ``y`` which are gold, ``gold`` how many there are."""

    x: F64
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
            out.append(Case(signs(evidence.evidence, query, found), y, len(item.gold), unseen, fold.n))
    return out


def fit(some: Sequence[Case]) -> Logistic:
    """Every question weighs the same."""
    weights = np.concatenate([np.full(len(c.y), 1.0 / len(c.y)) for c in some])
    x, y = np.concatenate([c.x for c in some]), np.concatenate([c.y for c in some])
    return logistic(x, y.astype(np.float64), weights * len(weights))


def kept(some: Sequence[Case], weights: F64, n: int) -> float:
    """Mean share of a question's gold among its ``n`` best candidates."""
    shares = []
    for c in some:
        best = np.argsort(-(c.x @ weights), kind="stable")[:n]
        shares.append(c.y[best].sum() / c.gold)
    return float(np.mean(shares))


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
            weights = fit([c for c in every if c.fold != n]).weights
            some = [c for c in every if c.fold == n and c.unseen == unseen]
            shares.setdefault("all", []).append(kept(some, weights, 10_000))
            for k in TRIED:
                shares.setdefault(str(k), []).append(kept(some, weights, k))
        figures["laws left out" if unseen else "known laws"] = {
            k: round(float(np.mean(v)), 4) for k, v in shares.items()
        }
    model = fit(every)
    print(json.dumps(figures, indent=1))
    print({name: round(float(w), 2) for name, w in zip(SIGNS, model.weights, strict=True)})
    plain = {"weights": [round(float(w), 5) for w in model.weights], "bias": round(model.bias, 5), "kept": figures}
    FILE.write_text(json.dumps(plain, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
