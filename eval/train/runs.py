"""Runs of training over the same texts: with everything, without some questions, five times without a fifth.

Does not know the command line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from eval.train import card, export
from eval.train.batches import Sampler, Texts, Words
from eval.train.data import Data, Question, folds, law_folds
from eval.train.measure import Figures, figures, rank
from eval.train.merge import merged
from eval.train.model import Settings, Vectors, document_sums, document_vectors, question_vectors, train
from eval.train.tokenizer import build, count_words

if TYPE_CHECKING:
    from tokenizers import Tokenizer

HELD = "held.json"
SEED_STEP = 1_000  # between the seeds of one table: no other run has them


@dataclass(frozen=True, slots=True)
class Prepared:
    """What all runs over the same texts share: the data, the tokenizer, the articles as words."""

    data: Data
    tokenizer: Tokenizer
    texts: Texts

    def table(
        self, chosen: Data, settings: Settings, held: Mapping[str, Sequence[Question]]
    ) -> tuple[Vectors, int, Sampler]:
        """Train on ``chosen`` from ``settings.seeds`` seeds and merge: table, best step of the first seed, its sampler.

        With ``held`` the first seed stops early by the sum of its recalls at 5, the others after as many steps.
        """
        table, step, sampler = self._one(chosen, settings, held)
        tables = [table]
        for n in range(1, settings.seeds):
            again = replace(settings, seed=settings.seed + SEED_STEP * n, steps=step)
            tables.append(self._one(chosen, again, {})[0])
        return merged(tables, lambda t: document_sums(t, sampler)), step, sampler

    def _one(
        self, chosen: Data, settings: Settings, held: Mapping[str, Sequence[Question]]
    ) -> tuple[Vectors, int, Sampler]:
        """The table of one seed."""
        rng = np.random.default_rng(settings.seed)
        sampler = Sampler(chosen, self.texts, self.tokenizer, rng, settings.weights)

        def watch(step: int, table: Vectors) -> float:
            found = self.measure(table, sampler, held)
            print(f"{step}: " + " | ".join(f"{name} {f}" for name, f in found.items()), file=sys.stderr)
            return sum(f.recall5 for f in found.values())

        table, step = train(sampler, self.tokenizer.get_vocab_size(), settings, watch=watch if held else None)
        return table, step, sampler

    def measure(self, table: Vectors, sampler: Sampler, sets: Mapping[str, Sequence[Question]]) -> dict[str, Figures]:
        """Figures of each set of questions against all national and Shanghai articles."""
        rows = sampler.searched
        documents = document_vectors(table, sampler)[rows]
        out = {}
        for name, questions in sets.items():
            words = Words(self.tokenizer, [q.text for q in questions])
            vectors = question_vectors(table, [words[i] for i in range(len(words))])
            out[name] = figures(rank(vectors, documents, rows), [q.gold for q in questions])
        return out


def prepare(loaded: Data, settings: Settings | None = None) -> Prepared:
    """Build the tokenizer over all texts and questions and cut the articles (about a CPU-minute)."""
    settings = settings or Settings()
    texts = [a.text for a in loaded.articles if a.searched]
    asked = [q.text for q in (*loaded.written, *loaded.public)]
    answers = [t for p in loaded.answers for t in (p.a, p.b)]
    tokenizer = build(count_words([*texts, *asked, *answers]), settings.vocabulary)
    return Prepared(loaded, tokenizer, Texts(loaded, tokenizer))


def train_without(prepared: Prepared, chosen: Data, folder: Path, settings: Settings) -> Path:
    """Train on ``chosen`` (``prepared.data.without(…)``) for all steps and write the encoder into ``folder``.

    For cross-fitting: five encoders, each without a fifth of the questions. The tokenizer saw the words of all
    questions, the table only those of ``chosen``.
    """
    table, _, _ = prepared.table(chosen, settings, {})
    export.save(folder, prepared.tokenizer, table, card.fold(len(prepared.data.written) - len(chosen.written)))
    return folder


def hold_out(prepared: Prepared, numbers: Sequence[int], folder: Path, settings: Settings) -> Path:
    """Train without the written questions of these numbers; ``held.json`` in the folder lists their texts and history.

    Every question of ``held.json`` is one that the encoder beside it never saw.
    """
    questions = prepared.data.written
    train_without(prepared, prepared.data.without(written=numbers), folder, settings)
    texts = sorted({questions[i].text for i in numbers})
    (folder / HELD).write_text(json.dumps(texts, ensure_ascii=False, indent=0), "utf-8")
    return folder


def cross_fit(
    prepared: Prepared, folder: Path, settings: Settings, *, n: int = 5, by: Literal["question", "law"] = "question"
) -> list[Path]:
    """Train ``n`` encoders, each without its share of the questions (or of the laws, with all their questions).

    A fold whose ``held.json`` is there already is not trained again: an interrupted run goes on.
    """
    parts = (folds if by == "question" else law_folds)(prepared.data.written, n, seed=settings.seed)
    out = []
    for number, part in enumerate(parts):
        fold = folder / f"{by}-{number}"
        if not (fold / HELD).exists():
            hold_out(prepared, sorted(part), fold, settings)
        out.append(fold)
    return out
