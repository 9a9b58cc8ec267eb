"""What each part of the ranking is worth: ``python -m eval.rank.ablate``, after ``python -m eval.train_ranker``.

Does not know the product. Models are trained on four of the six folds, each without one group of features, and asked
the questions of the other two; recall at 5 with 95 % bootstrap intervals, and the difference from the whole with its
own (paired). Single means and the fusion stand above them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

import numpy as np

from eval.metrics.stats import interval
from eval.rank.fit import F64, Settings, per_question, train
from eval.rank.material import Material
from eval.train_ranker import corpus_of, gather_material, training_options
from kb.search.rank import NAMES

MEANS = {
    "BM25": "bm25",
    "encoder": "cos",
    "translation model": "likely",
    "BM25 with known questions": "pooled",
    "fusion": "fused",
}
GROUPS: Mapping[str, Sequence[str]] = {
    "words one by one": ("words_",),
    "windows and rare words": ("words_wide", "words_narrow", "words_rare", "words_telling", "words_there",
                               "words_hinted"),
    "translation model": ("likely",),
    "known questions (votes, own, pooled)": ("near_", "worded_", "own_", "pooled", "asked"),
    "trust in known questions": ("dense_asked", "dense_law_asked", "lexical_asked", "lexical_law_asked", "cos_voted",
                                 "cos_beyond_voted", "bm25_voted", "bm25_beyond_voted", "bm25_top"),
    "encoder": ("cos", "law_dense", "law_cos"),
    "BM25": ("bm25", "coverage_", "terms_found", "law_lexical"),
    "field and topic of the law": ("field_", "topic_"),
    "the users' own trade": ("trade",),
    "title and name": ("title_", "named", "any_named"),
    "duty-penalty partners": ("partner", "words_partner"),
    "nature of article and question": ("length", "place", "article", "sanction", "penalty_fits", "asks_", "rank_order",
                                       "local", "question_length", "turns"),
    "fusion": ("fused",),
}  # fmt: skip


def dropped(prefixes: Sequence[str]) -> tuple[str, ...]:
    """Features of a group."""
    return tuple(n for n in NAMES if n.startswith(tuple(prefixes)))


def recalls(material: Material, scores: F64) -> F64:
    """Recall at 5 of every question."""
    return per_question(material, scores)["recall5"]


def shown(values: F64) -> list[float]:
    """Mean, low, high."""
    low, high = interval(values.tolist()) or (0.0, 0.0)
    return [round(float(values.mean()), 4), round(low, 4), round(high, 4)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Train without each group, print and keep the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.rank.ablate", description=__doc__)
    training_options(parser)
    options = parser.parse_args(arguments)
    rows = gather_material(corpus_of(options.index), options.work, options)
    away = rows.fold >= 4
    learn, test = rows.take(~away), rows.take(away)
    del rows
    kinds = {"known laws": ~test.unseen, "laws left out": test.unseen}
    table: dict[str, dict[str, object]] = {}

    def row(name: str, values: F64, whole: F64 | None = None) -> None:
        table[name] = {}
        for kind, chosen in kinds.items():
            table[name][kind] = shown(values[chosen])
            if whole is not None:
                table[name][f"{kind}, difference"] = shown((values - whole)[chosen])
        print(name, json.dumps(table[name]), file=sys.stderr, flush=True)

    for name, column in MEANS.items():
        row(name, recalls(test, test.x[:, NAMES.index(column)].astype(np.float64)))
    every: F64 | None = None
    for name, prefixes in {"whole": (), **GROUPS}.items():
        settings = Settings(trees=options.trees, drop=dropped(prefixes) if prefixes else ())
        model = train(learn, settings)
        found = recalls(test, np.asarray(model.predict(test.x[:, settings.columns], raw_score=True, num_threads=1)))
        row(f"without {name}" if prefixes else "first model", found, every)
        every = found if every is None else every
    (options.work / "ablation.json").write_text(json.dumps(table, indent=1), "utf-8")
    for name, figures in table.items():
        print(f"| {name} | " + " | ".join(json.dumps(v) for v in figures.values()) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
