"""A fold's evidence: vectors of all rows and a question index that never saw the questions left out.

Does not know features or the ranker. Files of a fold lie in one folder and are found again by the next run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from eval.rank.questions import Fold, Item
from eval.train.export import rarity
from kb.search.embed import passage_text
from kb.search.embed.static import cosines
from kb.search.embed.translations import Translations
from kb.search.index import Generation, vectors
from kb.search.index.known import pooled_texts
from kb.search.index.vectors import Vectors
from kb.search.lexical import LexicalIndex
from kb.search.rank import Columns, Evidence
from kb.search.rank.means import TermSearch
from kb.search.retrieve.words import taken

if TYPE_CHECKING:
    from eval.train.batches import Words
    from eval.train.data import Data
    from eval.train.model import Settings
    from eval.train_encoder import Prepared

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]


LEFT_OUT = "left_out.json"


class Rows(Protocol):
    """Texts that are searched and the questions about them: a generation of the product, or a public set."""

    @property
    def allowed(self) -> npt.NDArray[np.bool_]:
        """Which rows are searched."""

    @property
    def questions(self) -> Sequence[Item]:
        """All questions, those that a fold leaves out too."""

    @property
    def lexical(self) -> TermSearch:
        """BM25 over all rows."""

    def __len__(self) -> int:
        """Number of rows."""

    def text(self, row: int) -> str:
        """Title, headings and body of a row, as encoders are given them."""

    def columns(self, starts: I64, gold: I64) -> Columns:
        """What is known of the rows where these questions are; see ``Columns.build``."""


@dataclass(frozen=True)
class Corpus:
    """A generation, which of its rows are searched, and the questions."""

    generation: Generation
    allowed: npt.NDArray[np.bool_]
    questions: Sequence[Item]

    def __len__(self) -> int:
        return len(self.generation)

    @property
    def lexical(self) -> TermSearch:
        """BM25 over all rows."""
        return self.generation.lexical

    def text(self, row: int) -> str:
        """Text form of a row."""
        return passage_text(self.generation.passage(row))

    def columns(self, starts: I64, gold: I64) -> Columns:
        """What is known of the rows where these questions are."""
        g = self.generation
        return Columns.build(g.documents(), g.shape, g.all_pairs, starts, gold)


@dataclass(frozen=True)
class AskedIndex:
    """Known questions of a fold, in the form ranking asks for (``kb.search.rank.evidence.Asked``)."""

    starts: I64
    gold: I64
    vectors: Vectors
    terms: LexicalIndex
    pooled: LexicalIndex
    answered_rows: I64

    def __len__(self) -> int:
        return len(self.starts) - 1


class Trainer:
    """Encoders of the folds, one after the other; the tokenizer and the articles' words are prepared once."""

    def __init__(self, corpus: Rows, steps: int) -> None:
        self.corpus = corpus
        self.steps = steps

    @cached_property
    def prepared(self) -> Prepared:
        """Texts and tokenizer of the encoder's training."""
        from eval.train import data
        from eval.train_encoder import prepare

        return prepare(data.load())

    @cached_property
    def words(self) -> tuple[I64, Words]:
        """Rows that are searched and the words of their text."""
        from eval.train.batches import Words

        rows = np.flatnonzero(self.corpus.allowed)
        return rows, Words(self.prepared.tokenizer, [self.corpus.text(r) for r in rows.tolist()])

    def table(self, fold: Fold) -> tuple[F32, Translations]:
        """Word vectors of an encoder and a translation model that never saw the questions left out, as they ship.

        Vectors are rounded (int8).
        """
        from eval.train.model import Settings

        texts = {self.corpus.questions[i].text for i in fold.left_out}
        loaded = self.prepared.data
        left_out = [i for i, q in enumerate(loaded.written) if q.text in texts]
        settings = Settings(seed=fold.n, steps=self.steps)
        return self.trained(loaded.without(written=left_out), settings, "written")

    def trained(self, chosen: Data, settings: Settings, source: str) -> tuple[F32, Translations]:
        """Train on ``chosen``; the translation model on its ``written`` or ``public`` questions."""
        from eval.train import translations
        from eval.train.export import quantised

        table, _, sampler = self.prepared.table(chosen, settings, {})
        rows, factors = quantised(table)
        return rows.astype(np.float32) * factors[:, None], translations.from_questions(sampler, len(rows), source)

    def write(self, fold: Fold, folder: Path) -> None:
        """Train the fold's encoder and write its vectors and question index into ``folder``."""
        from eval.train.batches import Words
        from eval.train.model import _normal, _pooled

        started = time.monotonic()
        table, translations = self.table(fold)
        rows, words = self.words
        codes = np.zeros((len(self.corpus), table.shape[1]), np.int8)
        codes[rows] = vectors.quantise(_normal(_pooled(table, words)))
        kept = [q for i, q in enumerate(self.corpus.questions) if i not in fold.left_out]
        asked = Words(self.prepared.tokenizer, [q.text for q in kept])
        beside = folder.with_name(folder.name + ".making")
        beside.mkdir(parents=True, exist_ok=True)
        vectors.write(beside / "vectors.faiss", codes)
        vectors.write(beside / "questions.faiss", vectors.quantise(_normal(_pooled(table, asked))))
        LexicalIndex.build(beside / "terms", [q.text for q in kept])
        np.save(beside / "starts.npy", np.cumsum([0, *(len(q.gold) for q in kept)]).astype(np.int64))
        np.save(beside / "gold.npy", np.array([r for q in kept for r in q.gold], np.int64))
        np.save(beside / "table.npy", table.astype(np.float16))
        translations.write(beside)
        self.prepared.tokenizer.save(str(beside / "tokenizer.json"))
        np.savez(beside / "words.npz", rows=rows, starts=words.starts, flat=words.flat.astype(np.uint16))
        np.savez(beside / "asked.npz", starts=asked.starts, flat=asked.flat.astype(np.uint16))
        self.pool(kept, beside)
        fold.save(beside / LEFT_OUT, self.corpus.questions)
        beside.replace(folder)
        print(f"fold {fold.n}: encoder and index in {time.monotonic() - started:.0f} s", file=sys.stderr)

    def pool(self, kept: Sequence[Item], folder: Path) -> None:
        """Index the articles that the kept questions lead to, each with all of these."""
        golds = [q.gold for q in kept]
        texts = {row: self.corpus.text(row) for row in {r for g in golds for r in g}}
        LexicalIndex.build(folder / "pooled", pooled_texts(texts, [q.text for q in kept], golds))


class FoldWords:
    """Words of the searched rows as numbers of a fold's table (``kb.search.rank.evidence.WordSearch``)."""

    def __init__(self, folder: Path, size: int, evidence: FoldEvidence) -> None:
        with np.load(folder / "words.npz") as found:
            flat, starts, rows = found["flat"], found["starts"], found["rows"]
        sizes = np.zeros(size, np.int64)
        sizes[rows] = np.diff(starts)  # rows ascend, so that the words lie in the order of the rows
        self._passages = flat, np.concatenate(([0], np.cumsum(sizes)))
        with np.load(folder / "asked.npz") as found:
            self._asked = found["flat"], found["starts"]
        self._of = evidence

    def question(self, text: str) -> I64:
        """Numbers of a question's words."""
        return np.array(self._of.ids(text), np.int64)

    def passages(self, rows: I64) -> tuple[I64, I64]:
        """Numbers of the words of some rows, and where each begins."""
        return taken(*self._passages, rows)

    def known(self, questions: I64) -> tuple[I64, I64]:
        """The same of some known questions."""
        return taken(*self._asked, questions)

    def vectors(self, words: I64) -> F32:
        """Vectors of words."""
        return self._of.table[words]

    def lengths(self, words: I64) -> F32:
        """Lengths of these vectors."""
        return self._of.lengths[words]

    def cosines(self, words: I64, unit: F32) -> F32:
        """Cosines [words, n] with vectors of length one."""
        return cosines(self._of.table[words], self._of.lengths[words], unit)

    def rarity(self, words: I64) -> F32:
        """How telling words are."""
        return self._of.rarity[words]

    def lifts(self, asked: I64) -> F32:
        """How many times likelier words of a question are beside every word."""
        return self._of.translations.of(asked)

    def surprisal(self, asked: I64) -> F32:
        """How much words of a question say."""
        return self._of.translations.surprisal[asked]


class FoldEvidence:
    """The evidence of one written fold, and its encoder for questions."""

    def __init__(self, folder: Path, corpus: Rows) -> None:
        from tokenizers import Tokenizer

        self.table: F32 = np.load(folder / "table.npy").astype(np.float32)
        self.lengths: F32 = np.linalg.norm(self.table, axis=1)
        found = Translations.read(folder, len(self.table))
        if found is None:
            raise FileNotFoundError(f"{folder} has no translation model; delete the folder, it is made anew")
        self.translations: Translations = found
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.rarity = rarity(self._tokenizer)
        known = AskedIndex(
            np.load(folder / "starts.npy"),
            np.load(folder / "gold.npy"),
            Vectors.open(folder / "questions.faiss"),
            LexicalIndex.open(folder / "terms"),
            LexicalIndex.open(folder / "pooled"),
            np.unique(np.load(folder / "gold.npy")),
        )
        columns = corpus.columns(known.starts, known.gold)
        words = FoldWords(folder, len(corpus), self)
        self.evidence = Evidence(Vectors.open(folder / "vectors.faiss"), corpus.lexical, known, columns, words)

    def ids(self, text: str) -> list[int]:
        """Numbers of a text's words; unknown ones left out."""
        return [t for t in self._tokenizer.encode(text, add_special_tokens=False).ids if t]

    def encode(self, texts: Sequence[str]) -> F32:
        """Vectors [texts, dim] of length 1."""
        out = np.zeros((len(texts), self.table.shape[1]), np.float32)
        for i, text in enumerate(texts):
            ids = self.ids(text)
            if ids:
                out[i] = self.table[ids].sum(axis=0)
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        unit: F32 = np.divide(out, norms, out=np.zeros_like(out), where=norms > 0)
        return unit
