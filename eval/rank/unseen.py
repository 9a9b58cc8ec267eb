"""Laws without known questions: ``python -m eval.rank.unseen``: five draws of twelve, and their questions asked.

Does not know how a product is wired. For each draw an encoder, a question index and a ranker are made that never saw a
question about the twelve instruments; every such question is then asked. Beside the ranker stand plain BM25, the
encoder alone and the fusion, over the same rows. The second model of the ranker, which would have to be trained four
times a draw, takes no part.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.rank import questions
from eval.rank.evidence import LEFT_OUT, Corpus, FoldEvidence, Trainer
from eval.rank.fit import Settings, train
from eval.rank.material import Material, Names, query_of
from eval.rank.questions import Fold, Item
from eval.train.data import ROOT
from eval.train_ranker import corpus_of, gather_material, training_options
from kb.search.lexical import best
from kb.search.rank import features, pruned
from kb.search.retrieve.candidates import gather

DRAWS, LAWS = 5, 12
MEANS = ("bm25", "dense", "fusion", "ranker", "reciprocal")
SEED = 20250430
RESULT = ROOT / "eval" / "results" / "rank" / "unseen.json"  # what the documents claim of it is checked against this
F64 = npt.NDArray[np.float64]
Figures = dict[str, list[float]]


def draws(asked: Sequence[Item], n: int = DRAWS, laws: int = LAWS, seed: int = SEED) -> list[Fold]:
    """``n`` folds that leave out every question about ``laws`` instruments drawn at random."""
    chance = random.Random(seed)
    every = sorted({law for q in asked for law in q.laws})
    out = []
    for i in range(n):
        held = frozenset(chance.sample(every, laws))
        out.append(Fold(i, tuple(k for k, q in enumerate(asked) if q.laws & held), (), held))
    return out


def recall5(found: Sequence[int], gold: Sequence[int]) -> float:
    """Share of gold among the first five."""
    return len(set(found[:5]) & set(gold)) / len(gold)


def ask(corpus: Corpus, fold: Fold, folder: Path, model: Any, settings: Settings, names: Names) -> Figures:  # noqa: ANN401
    """Recall at 5 of every question left out, by each means; ``model``: a LightGBM booster."""
    evidence = FoldEvidence(folder, corpus)
    out: Figures = {name: [] for name in MEANS}
    for number in fold.by_law:
        item = corpus.questions[number]
        query = query_of(item, evidence, corpus.allowed, names)
        found = gather(evidence.evidence, query)
        weighed = pruned(evidence.evidence, query, found)
        matrix = features(evidence.evidence, query, weighed)[:, settings.columns]
        order = np.argsort(-model.predict(matrix, raw_score=True, num_threads=1), kind="stable")
        ranked = weighed.rows[order].tolist()
        worded, _ = best(found.bm25, 5, corpus.allowed)
        lists = {
            "bm25": worded.tolist(),
            "dense": found.lists["dense"].rows[:5].tolist(),
            "fusion": found.rows[:5].tolist(),
            "ranker": ranked,
        }
        for name, rows in lists.items():
            out[name].append(recall5(rows, item.gold))
        first = next((i for i, r in enumerate(ranked[:10], 1) if r in item.gold), None)
        out["reciprocal"].append(1 / first if first else 0.0)
    return out


def without(rows: Material, corpus: Corpus, fold: Fold) -> Material:
    """Training rows of questions that have nothing to do with the laws left out."""
    texts = {corpus.questions[i].text for i in fold.by_law}
    return rows.take(np.array([corpus.questions[q].text not in texts for q in rows.question.tolist()]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the draws; print and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m eval.rank.unseen", description=__doc__)
    training_options(parser)
    options = parser.parse_args(arguments)
    corpus = corpus_of(options.index)
    rows = gather_material(corpus, options.work, options)
    settings, names = Settings(trees=options.trees), Names(corpus.generation)
    trainer = Trainer(corpus, options.steps)
    result: dict[str, Any] = {"draws": []}
    for fold in draws(corpus.questions):
        folder = options.work / f"draw{fold.n}"
        if not folder.is_dir():
            trainer.write(fold, folder)
        fold = questions.Fold.load(fold.n, folder / LEFT_OUT, corpus.questions)
        model = train(without(rows, corpus, fold), settings)
        found = ask(corpus, fold, folder, model, settings, names)
        row = {"questions": len(fold.by_law), **means(found)}
        print(json.dumps(row), file=sys.stderr)
        result["draws"].append(row)
    result["mean"] = means(
        {k: [d[k] for d in result["draws"]] for k in ("bm25", "dense", "fusion", "ranker", "reciprocal")}
    )
    result["questions"] = sum(d["questions"] for d in result["draws"])
    result["mean"]["ratio"] = round(result["mean"]["ranker"] / result["mean"]["bm25"], 3)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
    return 0


def means(found: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Rounded means."""
    return {name: round(float(np.mean(values)), 4) for name, values in found.items()}


if __name__ == "__main__":
    sys.exit(main())
