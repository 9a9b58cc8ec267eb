"""Known questions inside a generation: their vectors, their terms, and the rows that answer them.

Does not know how their votes are counted. Only questions whose every answer is in the generation take part:
a renumbered article is reported by ``kb questions check``, never guessed here.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.base.records import GenerationError, KnownQuestion
from kb.search.embed import Encoder
from kb.search.index import vectors
from kb.search.index.vectors import Vectors
from kb.search.lexical import LexicalIndex
from kb.search.questions import load

FOLDER = "questions"
_META = "questions.json"


def asked(question: KnownQuestion) -> str:
    """A question as it is searched: earlier questions of a conversation in front."""
    return " ".join((*question.history, question.text))


def write(
    folder: Path, db: sqlite3.Connection, files: Sequence[Path], encoder: Encoder, previous: Path | None = None
) -> int:
    """Write the known questions of ``files`` into the generation under ``folder``; returns how many take part.

    ``previous``: folder of a generation whose vectors and terms are taken over where the questions are the same.
    """
    rows_of = _newest_articles(db)
    questions, golds = [], []
    for question in load(files):
        if question.status != "active":
            continue
        rows = [rows_of.get((key, article.number, article.suffix)) for key, article in question.gold]
        if rows and all(row is not None for row in rows):
            questions.append(question)
            golds.append([row for row in rows if row is not None])
    target = folder / FOLDER
    target.mkdir()
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO questions VALUES (?, ?, ?, ?)",
        ((i, asked(q), q.style, q.origin) for i, q in enumerate(questions)),
    )
    db.execute("COMMIT")
    np.save(target / "starts.npy", np.cumsum([0, *map(len, golds)]).astype(np.int64), allow_pickle=False)
    np.save(target / "gold.npy", np.array([r for g in golds for r in g], np.int64), allow_pickle=False)
    _structures(target, [asked(q) for q in questions], encoder, previous)
    return len(questions)


def _structures(target: Path, texts: Sequence[str], encoder: Encoder, previous: Path | None) -> None:
    """Vectors and terms of the questions' texts, taken over where the previous ones are of the same texts."""
    identity = sha256("\n".join([encoder.fingerprint, *texts]).encode()).hexdigest()
    if previous is not None and (previous / FOLDER / _META).is_file():
        old = previous / FOLDER
        if json.loads((old / _META).read_text("utf-8")).get("identity") == identity:
            shutil.copytree(old / "terms", target / "terms")
            shutil.copyfile(old / "vectors.faiss", target / "vectors.faiss")
            shutil.copyfile(old / _META, target / _META)
            return
    LexicalIndex.build(target / "terms", texts)
    codes = vectors.quantise(encoder.encode(texts, kind="query")) if texts else np.empty((0, encoder.dim), np.int8)
    vectors.write(target / "vectors.faiss", [codes], encoder.dim)
    (target / _META).write_text(json.dumps({"identity": identity, "count": len(texts)}), "utf-8")


def _newest_articles(db: sqlite3.Connection) -> dict[tuple[str, int, int], int]:
    """(key, article, suffix) → row in the newest version held of each instrument."""
    found = db.execute(
        "SELECT d.key, p.an, p.asuf, d.base + p.ord FROM passages p JOIN docs d USING (doc)"
        " WHERE d.active AND d.kind='law' AND p.part='article' AND p.an IS NOT NULL"
        " ORDER BY coalesce(d.version, ''), p.ord DESC"
    )
    return {(key, number, suffix): row for key, number, suffix, row in found}


class Known:
    """The known questions of an opened generation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        if not (self._folder / _META).is_file():
            raise GenerationError("索引缺少已知问题，请运行 kb build 重建索引")
        self.starts: NDArray[np.int64] = np.load(self._folder / "starts.npy", allow_pickle=False)
        self.gold: NDArray[np.int64] = np.load(self._folder / "gold.npy", allow_pickle=False)

    def __len__(self) -> int:
        """Number of questions."""
        return len(self.starts) - 1

    @cached_property
    def vectors(self) -> Vectors:
        """Vectors of the questions, memory-mapped."""
        return Vectors.open(self._folder / "vectors.faiss")

    @cached_property
    def terms(self) -> LexicalIndex:
        """BM25 over the questions."""
        return LexicalIndex.open(self._folder / "terms")

    def answers(self, question: int) -> NDArray[np.int64]:
        """Rows that answer a question."""
        return self.gold[self.starts[question] : self.starts[question + 1]]

    @cached_property
    def answered_rows(self) -> NDArray[np.int64]:
        """Rows that have at least one known question, ascending."""
        return np.unique(self.gold)
