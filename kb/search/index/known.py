"""Known questions inside a generation: their vectors, their terms, and the rows that answer them.

Does not know how their votes are counted. Only questions whose every answer is in the generation take part:
a renumbered article is reported by ``kb questions check``, never guessed here.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.base.address import Address
from kb.base.records import GenerationError, KnownQuestion
from kb.search.embed import Encoder, StaticEncoder, document_text
from kb.search.index import store, vectors
from kb.search.index.vectors import Vectors
from kb.search.lexical import LexicalIndex
from kb.search.questions import load

FOLDER = "questions"
_META = "questions.json"
_POOLED = "pooled"
_AT = "at.npy"
PLACE = [("question", np.int32), ("row", np.int32), ("paragraph", np.uint16), ("item", np.uint16)]  # item 0: none
_WORDS = ("words.npy", "word_starts.npy")


def asked(question: KnownQuestion) -> str:
    """A question as it is searched: earlier questions of a conversation in front."""
    return " ".join((*question.history, question.text))


def write(
    folder: Path, db: sqlite3.Connection, files: Sequence[Path], encoder: Encoder, previous: Path | None = None
) -> int:
    """Write the known questions of ``files`` into the generation under ``folder``; returns how many take part.

    ``previous``: folder of a generation whose vectors and terms are taken over where the questions are the same.
    """
    active = [question for question in load(files) if question.status == "active"]
    rows_of = _newest_articles(db, {key for question in active for key, _ in question.gold})
    questions: list[KnownQuestion] = []
    golds: list[list[int]] = []
    places: list[tuple[int, int, int, int]] = []
    for question in active:
        rows = [rows_of.get((key, article.number, article.suffix)) for key, article in question.gold]
        if rows and all(row is not None for row in rows):
            places += _places(len(questions), question.places, rows_of)
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
    np.save(target / _AT, np.array(sorted(places, key=lambda p: p[1]), PLACE), allow_pickle=False)
    _structures(target, [asked(q) for q in questions], encoder, previous)
    _pooled(target, db, [asked(q) for q in questions], golds, previous)
    return len(questions)


def _places(
    number: int, at: Sequence[Address], rows_of: Mapping[tuple[str, int, int], int]
) -> list[tuple[int, int, int, int]]:
    """One record a 款 or 项 that a question is told to be about."""
    found = []
    for address in at:
        if address.article is not None and address.paragraph is not None:
            row = rows_of[address.title, address.article.number, address.article.suffix]
            found.append((number, row, address.paragraph, address.item or 0))
    return found


def pooled_texts(texts: Mapping[int, str], questions: Sequence[str], golds: Sequence[Sequence[int]]) -> list[str]:
    """One text a row that has known questions, rows ascending: its own (``texts``) and all its questions."""
    own: dict[int, list[str]] = {}
    for question, gold in zip(questions, golds, strict=True):
        for row in gold:
            own.setdefault(row, []).append(question)
    return ["\n".join([texts[row], *own[row]]) for row in sorted(own)]


def _pooled(
    target: Path,
    db: sqlite3.Connection,
    questions: Sequence[str],
    golds: Sequence[Sequence[int]],
    previous: Path | None,
) -> None:
    """BM25 over the articles that have known questions, each with all of them; taken over where nothing changed."""
    wanted = sorted({row for gold in golds for row in gold})
    texts = {
        row: document_text(key, json.loads(path), text)
        for row, (key, path, text) in zip(wanted, store.texts(db, wanted), strict=True)
    }
    pooled = pooled_texts(texts, questions, golds)
    identity = sha256("\0".join(pooled).encode()).hexdigest()
    old = None if previous is None else previous / FOLDER / _POOLED
    if old is not None and _identity(old / _META) == identity:
        shutil.copytree(old, target / _POOLED)
        return
    LexicalIndex.build(target / _POOLED, pooled)
    (target / _POOLED / _META).write_text(json.dumps({"identity": identity, "count": len(pooled)}), "utf-8")


def _structures(target: Path, texts: Sequence[str], encoder: Encoder, previous: Path | None) -> None:
    """Vectors and terms of the questions' texts, taken over where the previous ones are of the same texts."""
    identity = sha256("\n".join([encoder.fingerprint, *texts]).encode()).hexdigest()
    if previous is not None and _identity(previous / FOLDER / _META) == identity:
        old = previous / FOLDER
        shutil.copytree(old / "terms", target / "terms")
        for name in ("vectors.faiss", "vectors.signs", *_WORDS, _META):
            if (old / name).is_file():
                shutil.copyfile(old / name, target / name)
        return
    LexicalIndex.build(target / "terms", texts)
    if isinstance(encoder, StaticEncoder):
        ids = encoder.token_ids(texts) if texts else []
        codes = vectors.quantise(encoder.encode_ids(ids))
        flat = np.fromiter(chain.from_iterable(ids), np.min_scalar_type(encoder.words))
        for name, array in zip(_WORDS, (flat, np.cumsum([0, *map(len, ids)])), strict=True):
            np.save(target / name, array, allow_pickle=False)
    else:
        codes = vectors.quantise(encoder.encode(texts, kind="query")) if texts else np.empty((0, encoder.dim), np.int8)
    vectors.write(target / "vectors.faiss", codes)
    (target / _META).write_text(json.dumps({"identity": identity, "count": len(texts)}), "utf-8")


def _identity(meta: Path) -> str | None:
    """What a structure was made of; None when there is none."""
    if not meta.is_file():
        return None
    identity: str | None = json.loads(meta.read_text("utf-8")).get("identity")
    return identity


def _newest_articles(db: sqlite3.Connection, keys: Iterable[str]) -> dict[tuple[str, int, int], int]:
    """(key, article, suffix) → row in the newest version held of each instrument of ``keys``."""
    found = db.execute(
        "SELECT d.key, p.an, p.asuf, d.base + p.ord FROM passages p JOIN docs d USING (doc)"
        " WHERE d.active AND d.kind='law' AND d.key IN (SELECT value FROM json_each(?))"
        " AND p.part='article' AND p.an IS NOT NULL ORDER BY coalesce(d.version, ''), p.ord DESC",
        (json.dumps(sorted(keys)),),
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

    @cached_property
    def words(self) -> tuple[NDArray[np.unsignedinteger], NDArray[np.int64]] | None:
        """Words of every question as numbers of the static encoder's table, and where each begins; None for others."""
        files = [self._folder / name for name in _WORDS]
        if not all(f.is_file() for f in files):
            return None
        flat, starts = (np.load(f, allow_pickle=False) for f in files)
        return flat, starts

    @cached_property
    def pooled(self) -> LexicalIndex:
        """BM25 over ``answered_rows``, each with all its known questions."""
        return LexicalIndex.open(self._folder / _POOLED)

    @cached_property
    def _at(self) -> NDArray[np.void]:
        found: NDArray[np.void] = np.load(self._folder / _AT, allow_pickle=False)
        return found

    @property
    def rows_at(self) -> NDArray[np.int32]:
        """Rows of which a question is told to be about a 款 or 项, ascending."""
        return np.unique(self._at["row"])

    def at(self, row: int) -> NDArray[np.void]:
        """Which 款 and 项 of a row questions are told to be about: records as ``PLACE``, by question; may be empty."""
        start, end = np.searchsorted(self._at["row"], (row, row + 1))
        return self._at[start:end]

    def answers(self, question: int) -> NDArray[np.int64]:
        """Rows that answer a question."""
        return self.gold[self.starts[question] : self.starts[question + 1]]

    @cached_property
    def answered_rows(self) -> NDArray[np.int64]:
        """Rows that have at least one known question, ascending."""
        return np.unique(self.gold)
