"""STARD's training queries by five-fold cross-fitting: ``python -m eval.rank.stard [--folder DIR] [--work DIR]``.

Does not know the wiring of the product, only its candidates, features and ranker. Each fold has an encoder and a
question index that never saw a fifth of the queries (nor anything made from them); the fold's ranker is trained on the
other four fifths, each scored by the encoder that did not see it. The development queries are not read.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.metrics.ranking import measure
from eval.metrics.stats import interval
from eval.rank import material
from eval.rank.evidence import I64, FoldEvidence, Trainer
from eval.rank.fit import Settings, train
from eval.rank.material import Material, query_of
from eval.rank.questions import Fold, Item
from eval.train.batches import STARD_WEIGHTS
from eval.train.data import ROOT, SHARED
from kb.law.penalty import is_sanction
from kb.search.embed.protocol import document_text
from kb.search.embed.translations import Translations
from kb.search.lexical import LexicalIndex
from kb.search.rank import Columns, features, pruned
from kb.search.rank.means import TermSearch
from kb.search.retrieve.candidates import gather

FOLDS, SEED = 5, 20250430
SHAPE = np.dtype([("length", np.int64), ("article", np.int64), ("sanction", np.bool_)])
PAIR = np.dtype([("duty", np.int64), ("penalty", np.int64), ("score", np.float32)])
DEPTH = 100
SHOWN = ("recall@5", "recall@10", "recall@20", "recall@100", "mrr@10")


@dataclass(frozen=True, slots=True)
class Document:
    """Consecutive rows of one instrument."""

    base: int
    n: int
    key: str
    kind: str = "law"
    rank: str = "national"
    jurisdiction: str = ""


class Stard:
    """The corpus as training sees it; see ``eval.rank.evidence.Rows``."""

    def __init__(self, folder: Path, work: Path) -> None:
        lines = (folder / "corpus.jsonl").read_text("utf-8").splitlines()
        self._rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self._work = work
        self.allowed: npt.NDArray[np.bool_] = np.ones(len(self._rows), np.bool_)
        at = {row["id"]: i for i, row in enumerate(self._rows)}
        asked = [json.loads(line) for line in (folder / "train.jsonl").read_text("utf-8").splitlines()]
        self.ids = [int(row["query_id"]) for row in asked]
        self.questions: list[Item] = [
            Item(row["query"], row["query"], (), tuple(at[g] for g in row["gold"]), frozenset(), "stard")
            for row in asked
        ]

    def __len__(self) -> int:
        return len(self._rows)

    def text(self, row: int) -> str:
        """Text form of a row."""
        found = self._rows[row]
        return document_text(found["title"], found["path"], found["text"])

    @cached_property
    def lexical(self) -> TermSearch:
        """BM25 over all rows, built once."""
        folder = self._work / "terms"
        if not folder.is_dir():
            beside = folder.with_name("terms.making")
            LexicalIndex.build(beside, [self.text(r) for r in range(len(self))])
            beside.replace(folder)
        return LexicalIndex.open(folder)

    def columns(self, starts: I64, gold: I64) -> Columns:
        """What is known of the rows where these questions are."""
        documents, base = [], 0
        for key, group in groupby(self._rows, key=lambda r: str(r["key"])):
            size = len(list(group))
            documents.append(Document(base, size, key))
            base += size
        return Columns.build(documents, self._shape, np.zeros(0, PAIR), starts, gold)

    @cached_property
    def _shape(self) -> npt.NDArray[np.void]:
        found = np.zeros(len(self), SHAPE)
        for i, row in enumerate(self._rows):
            found[i] = (len(row["text"]), 1, is_sanction(row["text"], tuple(row["path"])))
        return found


class StardTrainer(Trainer):
    """Encoders that never saw a fold's queries, by the recipe measured on this set."""

    def table(self, fold: Fold) -> tuple[npt.NDArray[np.float32], Translations]:
        """Word vectors as they ship (int8), and a translation model of public questions."""
        from eval.train.model import Settings as Recipe

        assert isinstance(self.corpus, Stard)
        held = [self.corpus.ids[i] for i in fold.by_question]
        recipe = replace(Recipe(), seed=fold.n, steps=self.steps, weights={**STARD_WEIGHTS, "written": 0.1})
        return self.trained(self.prepared.data.without(stard=held), recipe, "public")


def folds(n: int) -> list[Fold]:
    """Every query in one of five folds at random."""
    order = list(range(n))
    random.Random(SEED).shuffle(order)
    return [Fold(f, (), tuple(sorted(order[f::FOLDS])), frozenset()) for f in range(FOLDS)]


def nobody(_: str) -> tuple[int, ...]:
    """Queries of this set are not searched for names of instruments."""
    return ()


def ranked(corpus: Stard, fold: Fold, folder: Path, model: Any, settings: Settings) -> dict[str, dict[str, list[str]]]:  # noqa: ANN401
    """First hundred rows of the fold's queries by each means; ``model``: a LightGBM booster."""
    evidence = FoldEvidence(folder, corpus)
    out: dict[str, dict[str, list[str]]] = {name: {} for name in ("bm25", "dense", "fusion", "ranker")}
    for number in fold.by_question:
        query = query_of(corpus.questions[number], evidence, corpus.allowed, nobody)
        found = gather(evidence.evidence, query)
        weighed = pruned(evidence.evidence, query, found)
        scores = model.predict(
            features(evidence.evidence, query, weighed)[:, settings.columns], raw_score=True, num_threads=1
        )
        lists = {
            "bm25": found.lists["lexical"].rows,
            "dense": found.lists["dense"].rows,
            "fusion": found.rows,
            "ranker": np.concatenate((weighed.rows[np.argsort(-scores, kind="stable")], weighed.rest)),
        }
        for name, rows in lists.items():
            out[name][str(number)] = [str(r) for r in rows[:DEPTH].tolist()]
    return out


def summary(corpus: Stard, found: dict[str, dict[str, list[str]]]) -> dict[str, Any]:
    """Means with 95 % bootstrap intervals over all queries, by means."""
    gold = {str(i): [str(g) for g in q.gold] for i, q in enumerate(corpus.questions)}
    out: dict[str, Any] = {"queries": len(gold)}
    for name, lists in found.items():
        every = measure(gold, lists, deep=True)
        out[name] = {}
        for label in SHOWN:
            values = [of_query[label] for of_query in every.values()]
            low, high = interval(values) or (0.0, 0.0)
            out[name][label] = [round(float(np.mean(values)), 4), round(low, 4), round(high, 4)]
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all folds; what is there from an earlier run is taken over."""
    parser = argparse.ArgumentParser(prog="python -m eval.rank.stard", description=__doc__)
    parser.add_argument("--folder", type=Path, default=SHARED / "bench" / "stard")
    parser.add_argument("--work", type=Path, default=ROOT / ".work" / "stard")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--trees", type=int, default=150)
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    corpus = Stard(options.folder, options.work)
    trainer = StardTrainer(corpus, options.steps)
    plan, parts = folds(len(corpus.questions)), []
    for fold in plan:
        folder = options.work / f"fold{fold.n}"
        if not folder.is_dir():
            trainer.write(fold, folder)
        file = folder / "material.npz"
        if not file.is_file():
            material.make(fold, corpus, fold.by_question, folder, nobody).save(file)
        parts.append(Material.load(file))
    settings = Settings(trees=options.trees, leaves=16, least=20)
    every: dict[str, dict[str, list[str]]] = {}
    for fold in plan:
        model = train(Material.join([p for f, p in zip(plan, parts, strict=True) if f.n != fold.n]), settings)
        for name, lists in ranked(corpus, fold, options.work / f"fold{fold.n}", model, settings).items():
            every.setdefault(name, {}).update(lists)
        print(f"fold {fold.n} ranked", file=sys.stderr)
    result = summary(corpus, every)
    (options.work / "figures.json").write_text(json.dumps(result, indent=1), "utf-8")
    print(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
