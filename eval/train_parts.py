"""Train the model that tells which 款 or 项 is meant: ``python -m eval.train_parts --index DIR``.

Does not know answers. Each known question that tells its ``places`` is asked of its provision without itself among the
known questions; a LightGBM LambdaRank model learns which part is meant, and is measured on questions and on laws it
never saw before the one that ships is trained on all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.train.data import ROOT
from kb.search.embed import StaticEncoder, load_encoder
from kb.search.index import Generation
from kb.search.parts import PartJudge, Place
from kb.search.parts.judge import SHIPPED
from kb.search.parts.signs import NAMES

TREES, FOLDS = 60, 5
PARAMETERS: dict[str, Any] = {
    "objective": "lambdarank",
    "learning_rate": 0.08,
    "num_leaves": 15,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambdarank_truncation_level": 3,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbose": -1,
}
WAYS = ("nearest", "questions", "laws", "unknown")
NEAREST = ("cosine", "pairs", "words")  # what chose before there was a model, weighed 1, .6 and 1
CARD = """# Which 款 or 项 is meant

`parts.txt`: a LightGBM LambdaRank model in text format, {trees} trees of {leaves} leaves over {features} signs of one
part of a provision and a question (how near the part, the other side of its duty-penalty pair and the known questions
about it are). Made {date} by `python -m eval.train_parts`; read by `kb.search.parts.PartJudge`.

## Data

{n} questions of provisions with more than one part, each with the places it is about: {penal} of sanctions, {duty} of
duties. The questions were written for this project; an editor (a language model in that role) told the places, or the
pairs of `corpus/pairs.jsonl` leave only one. Nothing of the texts is kept in the model.

## Figures

Share of questions whose first part is one that is meant, each out of fold ({folds} folds):

| | nearest text | model, other questions | model, other laws | other laws, no known questions |
|---|---|---|---|---|
{rows}

## Limits

The encoder saw the questions when it was trained on articles (not on parts). Places told by an editor were not read
twice. A heavier encoder than the static one does without this model.
"""

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a provision: signs of its parts, which of them are meant, its law, whether it is a sanction."""

    signs: Matrix
    meant: npt.NDArray[np.bool_]
    law: str
    penal: bool


def questions(generation: Generation, judge: PartJudge) -> list[Asked]:
    """Every known question that tells a part of a provision that has several."""
    texts = {number: text for number, text, _ in generation.known_texts()}
    same: dict[str, list[int]] = defaultdict(list)
    for number, text in texts.items():
        same[text].append(number)
    found = []
    for row in generation.known.rows_at.tolist():
        meant: dict[int, set[Place]] = defaultdict(set)
        for k in generation.known.at(row):
            meant[int(k["question"])].add((int(k["paragraph"]), int(k["item"]) or None))
        passage, penal = generation.passage(row), bool(generation.shape["sanction"][row])
        for number, places in meant.items():
            told = judge.signs(passage, texts[number], penal=penal, without=same[texts[number]])
            if told is None:
                continue
            flags = np.array([part.place in places for part in told[0]])
            if flags.any() and not flags.all():
                found.append(Asked(told[1], flags, passage.title, penal))
    return found


def train(asked: Sequence[Asked], columns: Sequence[int]) -> Any:  # noqa: ANN401 - lightgbm's own type
    """A LightGBM booster over some of the signs."""
    import lightgbm

    data = lightgbm.Dataset(
        np.concatenate([a.signs[:, columns] for a in asked]),
        np.concatenate([a.meant.astype(np.int8) for a in asked]),
        group=[len(a.meant) for a in asked],
    )
    return lightgbm.train(PARAMETERS, data, TREES)


def out_of_fold(asked: Sequence[Asked], fold: npt.NDArray[np.int64], columns: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Whether the first part of each question is meant, by a model that did not see its fold."""
    right = np.zeros(len(asked), np.bool_)
    for n in range(FOLDS):
        model = train([a for a, f in zip(asked, fold, strict=True) if f != n], columns)
        for i in np.flatnonzero(fold == n).tolist():
            right[i] = asked[i].meant[int(np.argmax(model.predict(asked[i].signs[:, columns])))]
    return right


def figures(asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """Shares of right first parts of sanctions and of duties, by each way of choosing."""
    rng = np.random.default_rng(0)
    by_question = rng.integers(0, FOLDS, len(asked))
    laws = sorted({a.law for a in asked})
    of_law = dict(zip(laws, rng.integers(0, FOLDS, len(laws)).tolist(), strict=True))
    by_law = np.array([of_law[a.law] for a in asked])
    every = list(range(len(NAMES)))
    unknown = [i for i, name in enumerate(NAMES) if not name.startswith("asked")]
    near = [NAMES.index(name) for name in NEAREST]
    ways = {
        "nearest": np.array([a.meant[int(np.argmax(a.signs[:, near] @ (1, 0.6, 1)))] for a in asked]),
        "questions": out_of_fold(asked, by_question, every),
        "laws": out_of_fold(asked, by_law, every),
        "unknown": out_of_fold(asked, by_law, unknown),
    }
    penal = np.array([a.penal for a in asked])
    groups = {"sanctions": penal, "duties": ~penal}
    return {
        g: {"n": int(flags.sum())} | {w: float(r[flags].mean()) for w, r in ways.items()} for g, flags in groups.items()
    }


def card(found: dict[str, dict[str, float]]) -> str:
    """The card beside the model."""
    rows = [
        f"| {name}, n = {f['n']:.0f} | " + " | ".join(f"{f[way]:.3f}" for way in WAYS) + " |"
        for name, f in found.items()
    ]
    n = {name: int(f["n"]) for name, f in found.items()}
    return CARD.format(
        trees=TREES,
        leaves=PARAMETERS["num_leaves"],
        features=len(NAMES),
        date=date.today(),
        n=sum(n.values()),
        penal=n["sanctions"],
        duty=n["duties"],
        folds=FOLDS,
        rows="\n".join(rows),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, train, write; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.train_parts", description=__doc__)
    parser.add_argument("--index", type=Path, default=ROOT / ".work" / "full-index")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    options = parser.parse_args(arguments)
    generation, encoder = Generation.open(options.index), load_encoder(None)
    if not isinstance(encoder, StaticEncoder):
        raise TypeError("the shipped encoder is static")
    asked = questions(generation, PartJudge(generation, encoder))
    print(f"{len(asked)} questions of provisions with several parts", file=sys.stderr)
    found = figures(asked)
    train(asked, list(range(len(NAMES)))).save_model(str(options.out))
    options.out.with_name("README.md").write_text(card(found), "utf-8")
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
