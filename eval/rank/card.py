"""The card beside the ranker's files: how it was made, from what, what it scores, what it cannot.

Does not know how any of it was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.rank.fit import Settings
from kb.search.rank.company import FIRST, SIGNS
from kb.search.rank.ranker import ALONE

_TEXT = """# The ranker

Two LightGBM LambdaRank models in text format and the logistic calibration of their scores. Made {date} by
`python -m eval.train_ranker`; read by `kb.search.rank.Ranker`; written by training, not by hand.

* `ranker.txt`: {trees} trees of {leaves} leaves over {features} features of one candidate and its question.
* `second.txt`: orders the first {first} candidates again by {signs} signs of how they stand beside each other (a duty
  and its penalty, articles of one law, neighbours) and {alone} features of the first model.
* `ranker.json`: names of the features, weights of the probability of a hit and of the confidence (that one of the first
  five is meant).

## Data

{questions} known questions of `corpus/questions` in six folds. Each fold's encoder and question index were made without
all questions of a sixth of the laws and without some questions of the others, so that no feature comes from an encoder
or an index that saw the question. The second model was trained on scores of first models that had not seen it either.
{candidates} candidates: gold, the first sixty of the fusion and forty others at random, of those that the
cheap first stage (`prune.json`, `python -m eval.rank.prune`) leaves. Questions that nothing answers
(`corpus/unanswerable/train.jsonl`) take part in the calibration of the confidence only. Inputs: the questions were
written for this project; law texts are official documents, of which nothing is kept in the models.

## Figures (out of fold)

| questions | n | recall@5 | recall@20 | MRR@10 |
|---|---|---|---|---|
{rows}

Expected calibration error: {hit:.3f} of the probability of a hit, {confidence:.3f} of the confidence (fitted on one
half of the questions, read off on the other).

## Limits

Trained on questions about national law and Shanghai's on one day (2025-04-30). Laws without known questions are ranked
worse by a seventh. Other encoders than the shipped one work, but their cosines mean something else: train anew.
"""


def text(found: Mapping[str, Any], settings: Settings) -> str:
    """The card; ``found``: figures of ``eval.rank.finish``."""
    rows = []
    for stage in ("ranking", "first model"):
        for name, means in found[stage].items():
            shown = ("ranker", "fusion", "dense", "bm25") if stage == "ranking" else ("ranker",)
            for label in shown:
                means_of = means[label]
                kind = label if stage == "ranking" else "first model alone"
                figures = " | ".join(f"{means_of[k]:.3f}" for k in ("recall5", "recall20", "mrr10"))
                rows.append(f"| {name}, {kind} | {means_of['n']} | {figures} |")
    return _TEXT.format(
        date=found["date"],
        trees=settings.trees,
        leaves=settings.leaves,
        features=len(settings.columns),
        first=FIRST,
        signs=len(SIGNS),
        alone=len(ALONE),
        questions=f"{found['questions']:,}",
        candidates=f"{found['rows']:,}",
        rows="\n".join(rows),
        hit=found["calibration"]["hit"]["error"],
        confidence=found["calibration"]["confidence"]["error"],
    )
