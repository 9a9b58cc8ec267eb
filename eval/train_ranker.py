"""Train the ranker that ships: ``python -m eval.train_ranker --index DIR``.

Does not know retrieval's inside. Steps, each kept in ``--work`` and found again by the next run:

1. folds: an encoder and a question index that never saw a sixth of the laws and some questions of the others;
2. features of the questions left out, from that fold's evidence;
3. a LambdaRank model, its figures on questions and laws it never saw, its calibration; the files are written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from eval.rank import material, questions
from eval.rank.evidence import LEFT_OUT, Corpus, FoldEvidence, Trainer
from eval.rank.fit import Settings
from eval.rank.material import DAY, PLACE, Material, Names
from eval.train.data import ROOT
from kb.search.index import Generation
from kb.search.rank import NAMES
from kb.search.rank.ranker import SHIPPED
from kb.search.retrieve import Scope
from kb.search.retrieve.scope import eligible, mask

FOLDS = 6
SHARE = 0.12  # of the questions whose law is not left out


def corpus_of(index: Path) -> Corpus:
    """The generation of ``index``, its rows that are searched, and its known questions."""
    generation = Generation.open(index)
    allowed = mask(eligible(generation.documents(), Scope(DAY, "law", PLACE)), len(generation)) & generation.answerable
    files = sorted((ROOT / "corpus" / "questions").glob("*.jsonl"))
    return Corpus(generation, allowed, questions.items(generation, files))


def made_of(corpus: Corpus) -> str:
    """A name for feature rows: other features, or other questions and so other numbers of questions, another name."""
    texts = (q.text for q in corpus.questions)
    return sha256("\n".join((*NAMES, *texts)).encode()).hexdigest()[:8]


def gather_material(corpus: Corpus, work: Path, options: argparse.Namespace) -> Material:
    """Feature rows of all folds asked for; what is missing is made."""
    trainer = Trainer(corpus, options.steps)
    plan = questions.folds(corpus.questions, FOLDS, SHARE)
    parts = []
    for fold in plan[: options.folds]:
        folder = work / f"fold{fold.n}"
        if not folder.is_dir():
            trainer.write(fold, folder)
        fold = questions.Fold.load(fold.n, folder / LEFT_OUT, corpus.questions)
        file = folder / f"material-{options.by_law}-{options.by_question}-{made_of(corpus)}.npz"
        if not file.is_file():
            chosen = material.sample(fold, corpus.questions, options.by_law, options.by_question)
            material.make(fold, corpus, chosen, folder, Names(corpus.generation)).save(file)
        parts.append(Material.load(file))
    return Material.join(parts)


def unanswerable(corpus: Corpus, work: Path) -> Material:
    """Feature rows of questions that no text answers (the training half), from every fold's evidence that is there."""
    file = ROOT / "corpus" / "unanswerable" / "train.jsonl"
    asked = [json.loads(line)["q"] for line in file.read_text("utf-8").splitlines()]
    none = [questions.Item(q, q, (), (), frozenset(), "unanswerable") for q in asked]
    nobody = questions.Fold(0, (), (), frozenset())
    folder = work / "fold0"
    alone = Corpus(corpus.generation, corpus.allowed, none)
    return material.make(nobody, alone, range(len(none)), folder, Names(corpus.generation))


def training_options(parser: argparse.ArgumentParser) -> None:
    """Options that say which material is made and used."""
    parser.add_argument("--index", type=Path, default=ROOT / ".work" / "full-index")
    parser.add_argument("--work", type=Path, default=ROOT / ".work" / "rank")
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of the folds are used")
    parser.add_argument("--steps", type=int, default=900, help="steps of each fold's encoder")
    parser.add_argument("--by-law", type=int, default=900, help="questions a fold whose law was left out")
    parser.add_argument("--by-question", type=int, default=1500, help="questions a fold whose law was not")
    parser.add_argument("--trees", type=int, default=Settings().trees)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.train_ranker", description=__doc__)
    training_options(parser)
    parser.add_argument("--only-material", action="store_true")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="folder of the models")
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    corpus = corpus_of(options.index)
    rows = gather_material(corpus, options.work, options)
    print(f"{len(rows.sizes)} questions, {len(rows.x)} candidates", file=sys.stderr)
    if options.only_material:
        return 0
    from eval.rank.finish import finish

    none = unanswerable(corpus, options.work)
    folds = {n: FoldEvidence(options.work / f"fold{n}", corpus) for n in set(rows.fold.tolist())}
    found = finish(rows, none, Settings(trees=options.trees), folds, options.work, options.out)
    (options.work / "figures.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
