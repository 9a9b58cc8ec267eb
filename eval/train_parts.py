"""Train the model that tells which 款 or 项 is meant: ``python -m eval.train_parts --index DIR``.

Does not know answers. Each known question that tells its ``places`` is asked of its provision without itself among the
known questions, by a translation model that never saw it; a LightGBM LambdaRank model learns which part is meant, and
is measured on questions and on laws it never saw before the one that ships is trained on all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from eval.train import translations
from eval.train.batches import Texts
from eval.train.data import ROOT, load
from kb.search.embed import StaticEncoder
from kb.search.embed.load import SHIPPED as ENCODER
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
about it are, and how likely the first two make it). Made {date} by `python -m eval.train_parts`; read by
`kb.search.parts.PartJudge`.

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

The encoder saw the questions when it was trained on articles (not on parts); the translation model did not.
Places told by an editor were not read twice. A heavier encoder than the static one does without this model.
"""

Chosen = Callable[[str, str], bool]  # of a question's text and the title of a law
By = Literal["question", "law"]
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a provision: signs of its parts, which of them are meant, its law, whether it is a sanction."""

    signs: Matrix
    meant: npt.NDArray[np.bool_]
    law: str
    penal: bool


class Translators:
    """The shipped encoder with translation models that never saw some questions."""

    def __init__(self) -> None:
        self._data = load()
        self._tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
        self._texts = Texts(self._data, self._tokenizer)

    def without(self, left_out: Chosen) -> StaticEncoder:
        """Without the questions for whose text and one of whose laws ``left_out`` holds."""
        away = [i for i, q in enumerate(self._data.written) if any(left_out(q.text, law) for law in q.laws)]
        table = translations.from_data(self._data.without(written=away), self._texts, self._tokenizer)
        return StaticEncoder(ENCODER, table)


def questions(generation: Generation, judge: PartJudge, chosen: Chosen) -> list[Asked]:
    """Known questions that tell a part of a provision that has several, if their text and its law are ``chosen``."""
    texts = {number: text for number, text, _ in generation.known_texts()}
    same: dict[str, list[int]] = defaultdict(list)
    for number, text in texts.items():
        same[text].append(number)
    found = []
    for row in generation.known.rows_at.tolist():
        passage, penal = generation.passage(row), bool(generation.shape["sanction"][row])
        meant: dict[int, set[Place]] = defaultdict(set)
        for k in generation.known.at(row):
            if chosen(texts[int(k["question"])], passage.title):
                meant[int(k["question"])].add((int(k["paragraph"]), int(k["item"]) or None))
        for number, places in meant.items():
            told = judge.signs(passage, texts[number], penal=penal, without=same[texts[number]])
            if told is None:
                continue
            flags = np.array([part.place in places for part in told[0]])
            if flags.any() and not flags.all():
                found.append(Asked(told[1], flags, passage.title, penal))
    return found


def crossed(generation: Generation, translators: Translators, by: By) -> list[list[Asked]]:
    """The questions in ``FOLDS`` parts, each read with a translation model that never saw its questions (or laws)."""
    out = []
    for n in range(FOLDS):
        chosen = partial(_in_part, by, n)
        judge = PartJudge(generation, translators.without(chosen))
        out.append(questions(generation, judge, chosen))
        print(f"by {by}, part {n}: {len(out[-1])} questions", file=sys.stderr)
    return out


def _in_part(by: By, n: int, text: str, law: str) -> bool:
    return crc32((text if by == "question" else law).encode()) % FOLDS == n


def train(asked: Sequence[Asked], columns: Sequence[int]) -> Any:  # noqa: ANN401 - lightgbm's own type
    """A LightGBM booster over some of the signs."""
    import lightgbm

    data = lightgbm.Dataset(
        np.concatenate([a.signs[:, columns] for a in asked]),
        np.concatenate([a.meant.astype(np.int8) for a in asked]),
        group=[len(a.meant) for a in asked],
    )
    return lightgbm.train(PARAMETERS, data, TREES)


def out_of_fold(parts: Sequence[Sequence[Asked]], columns: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Whether the first part of each question is meant, by a model that did not see its fold."""
    right: list[bool] = []
    for n, asked in enumerate(parts):
        model = train([a for i, others in enumerate(parts) if i != n for a in others], columns)
        right += [bool(a.meant[int(np.argmax(model.predict(a.signs[:, columns])))]) for a in asked]
    return np.array(right)


def figures(asked: Sequence[Sequence[Asked]], of_laws: Sequence[Sequence[Asked]]) -> dict[str, dict[str, float]]:
    """Shares of right first parts of sanctions and of duties, by each way of choosing.

    ``asked``, ``of_laws``: the questions by question and by law.
    """
    every = list(range(len(NAMES)))
    unknown = [i for i, name in enumerate(NAMES) if not name.startswith("asked")]
    near = [NAMES.index(name) for name in NEAREST]
    nearest = [bool(a.meant[int(np.argmax(a.signs[:, near] @ (1, 0.6, 1)))]) for part in asked for a in part]
    ways = {
        "nearest": (asked, np.array(nearest)),
        "questions": (asked, out_of_fold(asked, every)),
        "laws": (of_laws, out_of_fold(of_laws, every)),
        "unknown": (of_laws, out_of_fold(of_laws, unknown)),
    }
    out: dict[str, dict[str, float]] = {}
    for way, (parts, right) in ways.items():
        penal = np.array([a.penal for part in parts for a in part])
        for group, flags in (("sanctions", penal), ("duties", ~penal)):
            out.setdefault(group, {"n": int(flags.sum())})[way] = float(right[flags].mean())
    return out


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
    generation, translators = Generation.open(options.index), Translators()
    asked = crossed(generation, translators, "question")
    found = figures(asked, crossed(generation, translators, "law"))
    train([a for part in asked for a in part], list(range(len(NAMES)))).save_model(str(options.out))
    options.out.with_name("README.md").write_text(card(found), "utf-8")
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
