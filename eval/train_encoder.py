"""Train the static encoder that ships, and the translation model beside it: ``python -m eval.train_encoder``.

Does not know retrieval. Two runs: one without the held-out questions and laws, which finds the best number of steps and
the figures of the card, and one with all questions for that many steps, whose files are written.

For training a reranker on scores that no encoder gives to its own questions: ``--folds 5 [--by law] --out DIR``. For
measuring laws without questions: ``--without-laws 12 --seed 3 --out DIR``. Both write ``held.json`` beside an encoder.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from eval.train import card, data, export, translations
from eval.train.batches import Texts
from eval.train.model import Settings
from eval.train.runs import Prepared, cross_fit, hold_out, prepare

__all__ = ["Prepared", "cross_fit", "hold_out", "main", "prepare"]

SHIPPED = data.ROOT / "kb" / "encoder"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, measure and write; returns the exit status."""
    options = _options(arguments)
    settings = Settings(seed=options.seed, seeds=options.seeds, steps=options.steps)
    began = time.process_time()
    loaded = data.load(options.shared)
    if loaded.unknown:
        print(f"{len(loaded.unknown)} golds are in no text: {'、'.join(loaded.unknown[:5])}", file=sys.stderr)
    if options.only_translations:
        _translate(loaded, options.out)
        return 0
    prepared = prepare(loaded, settings)
    if options.folds:
        cross_fit(prepared, options.out, settings, n=options.folds, by=options.by)
    elif options.without_laws:
        laws = sorted({law for q in loaded.written for law in q.laws})
        taken = random.Random(options.seed).sample(laws, options.without_laws)
        hold_out(prepared, sorted(data.excluding(loaded.written, taken)), options.out, settings)
    else:
        _ship(prepared, settings, options.out, began, only_validate=options.only_validate)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.train_encoder", description=__doc__)
    parser.add_argument("--shared", type=Path, default=data.SHARED, help="folder with corpus, training and bench")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=Settings().seeds, help="runs merged into one table")
    parser.add_argument("--steps", type=int, default=Settings().steps)
    parser.add_argument("--only-validate", action="store_true", help="print the held-out figures, write nothing")
    parser.add_argument(
        "--only-translations", action="store_true", help="keep the encoder, estimate what lies beside it"
    )
    parser.add_argument("--folds", type=int, default=0, help="train this many encoders for cross-fitting")
    parser.add_argument("--by", choices=["question", "law"], default="question", help="what a fold leaves out")
    parser.add_argument("--without-laws", type=int, default=0, help="leave out all questions of so many random laws")
    options = parser.parse_args(arguments)
    if (options.folds or options.without_laws) and options.out == SHIPPED:
        parser.error("--folds and --without-laws need --out")
    return options


def _ship(prepared: Prepared, settings: Settings, out: Path, began: float, *, only_validate: bool) -> None:
    """Validate, then train with everything and write the encoder with its card."""
    loaded = prepared.data
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
    if only_validate:
        return
    final, _, _ = prepared.table(loaded, replace(settings, steps=step), {})
    text = card.model(loaded, settings, step, parts, found, rounded, time.process_time() - began)
    export.save(out, prepared.tokenizer, final, text)
    translations.from_data(loaded, prepared.texts, prepared.tokenizer).write(out)


def _translate(loaded: data.Data, out: Path) -> None:
    """Estimate the translation model anew for the encoder that lies in ``out``."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    translations.from_data(loaded, Texts(loaded, tokenizer), tokenizer).write(out)


if __name__ == "__main__":
    sys.exit(main())
