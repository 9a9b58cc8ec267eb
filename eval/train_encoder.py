"""Train the static encoder that ships: ``python -m eval.train_encoder``.

Does not know retrieval. Two runs: one without the held-out questions and laws, which finds the best number of steps and
the figures of the card, and one with all questions for that many steps, whose files are written.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eval.train import card, data, export
from eval.train.batches import Sampler, Texts, Words
from eval.train.data import Data, Question
from eval.train.measure import Figures, figures, rank
from eval.train.model import Settings, Vectors, document_vectors, question_vectors, train
from eval.train.tokenizer import build, count_words

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Prepared:
    """What all runs over the same texts share: the data, the tokenizer, the articles as words."""

    data: Data
    tokenizer: Tokenizer
    texts: Texts

    def table(
        self, chosen: Data, settings: Settings, held: Mapping[str, Sequence[Question]]
    ) -> tuple[Vectors, int, Sampler]:
        """Train on ``chosen``; with ``held`` stop early by the sum of its recalls at 5. Table, best step, sampler."""
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, measure and write; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.train_encoder", description=__doc__)
    parser.add_argument("--shared", type=Path, default=data.SHARED, help="folder with corpus, training and bench")
    parser.add_argument("--out", type=Path, default=data.ROOT / "kb" / "encoder")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=Settings().steps)
    parser.add_argument("--only-validate", action="store_true", help="print the held-out figures, write nothing")
    options = parser.parse_args(arguments)
    settings = Settings(seed=options.seed, steps=options.steps)
    began = time.process_time()
    loaded = data.load(options.shared)
    if loaded.unknown:
        print(f"{len(loaded.unknown)} golds are in no text: {'、'.join(loaded.unknown[:5])}", file=sys.stderr)
    prepared = prepare(loaded, settings)
    parts = data.split(loaded.written, seed=settings.seed)
    held = {
        "held-out questions": [loaded.written[i] for i in parts.by_question],
        "held-out laws": [loaded.written[i] for i in parts.by_law],
    }
    chosen = loaded.without(written=[*parts.by_question, *parts.by_law])
    table, step, sampler = prepared.table(chosen, settings, held)
    found = prepared.measure(table, sampler, held)
    rows, factors = export.quantised(table)
    rounded = prepared.measure(rows.astype(np.float32) * factors[:, None], sampler, held)
    print(json.dumps({"step": step, **{name: asdict(f) for name, f in found.items()}}, ensure_ascii=False))
    if options.only_validate:
        return 0
    final, _, _ = prepared.table(loaded, replace(settings, steps=step), {})
    text = card.model(loaded, settings, step, parts, found, rounded, time.process_time() - began)
    export.save(options.out, prepared.tokenizer, final, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
