"""Weights of ``kb.assist.answer.strangers``: ``python -m eval.rank.answerable``, after ``python -m eval.train_ranker``.

Does not know rules of refusal. Answerable are the known questions left out of the folds, each with the confidence of
rankers that never saw it and the nearest question of an index it is not in; unanswerable are those of
``corpus/unanswerable/train.jsonl`` that name no text or article (names are refused by rule), each without itself.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import numpy as np

from eval.rank import calibrate
from eval.rank.evidence import Corpus, FoldEvidence
from eval.rank.finish import SCORES
from eval.rank.fit import F64
from eval.rank.material import Material
from eval.train.data import ROOT
from eval.train_ranker import corpus_of, gather_material, training_options, unanswerable
from kb.assist.answer.rules import NAMED
from kb.assist.answer.strangers import REFUSE
from kb.search.rank import NAMES

STRANGERS = ROOT / "corpus" / "unanswerable" / "train.jsonl"
LAWS_LEFT_OUT = 0.3  # weight of questions whose whole law was left out, beside .7 for the others
UNDUE = (0.01, 0.03, 0.05)  # shares of answerable questions refused, at which the rest is read off


def resemblance(material: Material, corpus: Corpus, folds: dict[int, FoldEvidence], asked: Sequence[str]) -> F64:
    """Greatest cosine of each question with a stranger, by the encoder of its fold."""
    vectors = {n: fold.encode(asked) for n, fold in folds.items()}
    out = np.empty(len(material.sizes))
    for i, (number, fold) in enumerate(zip(material.question.tolist(), material.fold.tolist(), strict=True)):
        mine = folds[fold].encode([corpus.questions[number].text])[0]
        out[i] = float((vectors[fold] @ mine).max())
    return out


def signs(confidence: F64, material: Material, strange: F64) -> F64:
    """Log odds of the confidence, nearest known question, nearest stranger; shape (questions, 3)."""
    first = np.cumsum(material.sizes) - material.sizes
    near = material.x[first, NAMES.index("near_top")]
    sure = np.clip(confidence, 0.005, 0.995)
    return np.stack((np.log(sure / (1 - sure)), near, strange), axis=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, and say how many of each are refused at some bars, the shipped one last."""
    parser = argparse.ArgumentParser(prog="python -m eval.rank.answerable", description=__doc__)
    training_options(parser)
    options = parser.parse_args(arguments)
    corpus = corpus_of(options.index)
    rows = gather_material(corpus, options.work, options)
    none = unanswerable(corpus, options.work)
    folds = {n: FoldEvidence(options.work / f"fold{n}", corpus) for n in set(rows.fold.tolist())}
    with np.load(options.work / SCORES) as kept:
        confidence = kept["confidence"]
    if len(confidence) != len(rows.sizes) + len(none.sizes):
        print("scores of another training; run python -m eval.train_ranker", file=sys.stderr)
        return 1
    sure, unsure = np.split(confidence, [len(rows.sizes)])
    asked = [json.loads(line) for line in STRANGERS.read_text("utf-8").splitlines()]
    unnamed = np.array([row["kind"] not in NAMED for row in asked])
    texts = [row["q"] for row in asked]
    one = folds[int(none.fold[0])].encode(texts)
    between = one @ one[unnamed].T
    between[np.flatnonzero(unnamed), np.arange(int(unnamed.sum()))] = -1.0  # not with itself
    likened = [text for text, flag in zip(texts, unnamed.tolist(), strict=True) if flag]
    known = signs(sure, rows, resemblance(rows, corpus, folds, likened))
    strange = signs(unsure, none, between.max(axis=1).astype(np.float64))
    weight = np.where(rows.unseen, LAWS_LEFT_OUT / rows.unseen.sum(), (1 - LAWS_LEFT_OUT) / (~rows.unseen).sum())
    weights = np.concatenate((weight, np.full(int(unnamed.sum()), 1 / unnamed.sum())))
    true = np.concatenate((np.ones(len(known)), np.zeros(int(unnamed.sum()))))
    model = calibrate.logistic(np.concatenate((known, strange[unnamed])), true, weights * len(weights))
    print("CONFIDENCE, KNOWN, STRANGE:", np.round(model.weights, 2).tolist(), "CONSTANT:", round(model.bias, 2))
    said = model(known)
    for bar in (*(float(np.quantile(said, share)) for share in UNDUE), REFUSE):
        refused, by_law = (model(strange[unnamed]) < bar).mean(), (said[rows.unseen] < bar).mean()
        share = (said < bar).mean()
        print(f"bar {bar:.3f}: {share:.1%} of the answerable, {by_law:.1%} of unknown laws, {refused:.1%} of strangers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
