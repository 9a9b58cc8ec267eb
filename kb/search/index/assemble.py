"""Batches and what the previous generation already knew → the files of the next generation.

Does not know how batches were derived, nor when the result becomes current.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kb.base.records import Instrument, Rank, Version
from kb.law.catalogue import Catalogue, load_facts
from kb.search.embed import Encoder, document_text, encode_resumable
from kb.search.index import active, known, read_pairs, store, vectors
from kb.search.index.derive import Batch, Task, load_batch
from kb.search.index.generation import Generation
from kb.search.index.scan import SourceFile
from kb.search.lexical import LexicalIndex, Segment
from kb.search.pairs import table

if TYPE_CHECKING:
    from kb.search.index.build import Inputs

__all__ = ["Assembly", "Batch", "Kept", "load_batch", "newest", "split", "tasks_for"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A document taken over from the previous generation. ``base``: its old first row, -1 where it had stepped back."""

    doc: int
    source: str
    base: int
    n: int


def split(files: Sequence[SourceFile], previous: Generation | None) -> tuple[list[Kept], list[Task]]:
    """Files whose bytes the previous generation knows, and tasks for the others (new document numbers)."""
    old: dict[tuple[str, str, int], Kept] = {}
    if previous is not None:
        for doc, source, sha, bundled, base, n in previous.identities():
            old[source, sha, bundled] = Kept(doc, source, base, n)
    kept, fresh = [], []
    number = max((k.doc for k in old.values()), default=-1) + 1
    for file in files:
        known_as = old.get((file.source, file.sha, int(file.bundled)))
        if known_as is not None:
            kept.append(known_as)
        else:
            fresh.append(Task(number, file.source, file.path, file.sha, file.bundled))
            number += 1
    return kept, fresh


def tasks_for(kept: Sequence[Kept], files: Sequence[SourceFile]) -> list[Task]:
    """Tasks that derive documents again under their old numbers."""
    by_source = {f.source: f for f in files}
    return [Task(k.doc, k.source, (f := by_source[k.source]).path, f.sha, f.bundled) for k in kept]


def newest(folder: Path) -> str | None:
    """The latest version date among the texts that take part; None when no text is dated."""
    with sqlite3.connect(folder / "passages.sqlite") as connection:
        (found,) = connection.execute(
            "SELECT coalesce(max(CASE WHEN kind='law' THEN version END), max(version)) FROM docs WHERE active"
        ).fetchone()
    return None if found is None else str(found)


class Assembly:
    """The files of one generation in the making, in ``folder``."""

    def __init__(self, folder: Path, encoder: Encoder, progress: Callable[[str, int, int], None]) -> None:
        self.folder = folder
        self._encoder = encoder
        self._progress = progress
        self._path = folder / "passages.sqlite"
        self._db: sqlite3.Connection | None = None

    @property
    def db(self) -> sqlite3.Connection:
        """The database being written."""
        if self._db is None:
            raise RuntimeError("rows() has not been called")
        return self._db

    # ---- rows -----------------------------------------------------------------------------------

    def rows(self, kept: Sequence[Kept], material: Sequence[Batch], previous: Generation | None) -> list[Kept]:
        """Gather all rows and decide which documents take part.

        Returns the kept documents that had stepped back and now take part: their terms and vectors are not in
        the previous generation and must be derived again (``add``).
        """
        self._progress("汇总条文", 0, 1)
        if previous is None:
            self._db = store.create(self._path)
        else:
            shutil.copyfile(previous.folder / "passages.sqlite", self._path)
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;")
            self._drop_missing({k.doc for k in kept})
        self._attach(material)
        self._choose()
        active_docs = {doc for (doc,) in self.db.execute("SELECT doc FROM docs WHERE active")}
        return [k for k in kept if k.base < 0 and k.doc in active_docs]

    def add(self, material: Sequence[Batch], instead_of: Sequence[Kept]) -> None:
        """Put the rows of documents derived again in place of the ones taken over."""
        self._delete({k.doc for k in instead_of})
        self._attach(material)
        self._choose()

    def _drop_missing(self, kept: set[int]) -> None:
        gone = {doc for (doc,) in self.db.execute("SELECT doc FROM docs")} - kept
        self._delete(gone)
        self.db.executescript(
            "DELETE FROM skipped; DELETE FROM catalogue; DELETE FROM questions; UPDATE docs SET active=1, why='';"
        )

    def _delete(self, docs: set[int]) -> None:
        if not docs:
            return
        marks = ",".join("?" * len(docs)) if len(docs) <= 900 else None
        for table in ("docs", *store.DERIVED):
            if marks:
                self.db.execute(f"DELETE FROM {table} WHERE doc IN ({marks})", tuple(docs))
            else:
                self.db.executemany(f"DELETE FROM {table} WHERE doc=?", ((d,) for d in docs))

    def _attach(self, material: Sequence[Batch]) -> None:
        for i, batch in enumerate(material):
            self.db.execute("ATTACH ? AS batch", (str(batch.folder / "rows.sqlite"),))
            self.db.execute("BEGIN")
            for table in ("docs", "skipped", *store.DERIVED):
                self.db.execute(f"INSERT INTO main.{table} SELECT * FROM batch.{table}")
            self.db.execute("COMMIT")
            self.db.execute("DETACH batch")
            self._progress("汇总条文", i + 1, len(material))

    def _choose(self) -> None:
        """Mark what steps back, and give every document that takes part its first row, in order of source names."""
        columns = "doc, source, sha, bundled, kind, key, version, text_kind, n, division"
        rows = self.db.execute(f"SELECT {columns} FROM docs").fetchall()
        candidates = [active.Candidate(d, s, sha, bool(b), *rest) for d, s, sha, b, *rest in rows]
        why = active.choose(candidates)
        base, updates = 0, []
        for c in sorted(candidates, key=lambda c: c.source):
            takes_part = not why[c.doc]
            updates.append((base if takes_part else -1, int(takes_part), why[c.doc], c.doc))
            base += c.n if takes_part else 0
        self.db.execute("BEGIN")
        self.db.executemany("UPDATE docs SET base=?, active=?, why=? WHERE doc=?", updates)
        self.db.execute("COMMIT")

    # ---- the rest -------------------------------------------------------------------------------

    def finish(
        self, kept: Sequence[Kept], material: Sequence[Batch], previous: Generation | None, inputs: Inputs
    ) -> dict[str, int]:
        """Catalogue, terms, vectors, known questions; returns the counts of the generation."""
        self._catalogue(inputs.facts, previous)
        bases = {doc: (base, n) for doc, base, n in self.db.execute("SELECT doc, base, n FROM docs WHERE active")}
        total = sum(n for _, n in bases.values())
        taken = [k for k in kept if k.base >= 0 and k.doc in bases]
        self._progress("建词索引", 0, 1)
        self._terms(taken, material, previous, bases)
        self._progress("建向量索引", 0, 1)
        self._vectors(taken, material, previous, bases, total)
        self._words(taken, material, previous, bases, total)
        read, stale = read_pairs.apply(self.db, table.load(inputs.pairs) if inputs.pairs is not None else ())
        self._shape(total)
        self._progress("整理已知问题", 0, 1)
        before = None if previous is None else previous.folder
        questions = known.write(self.folder, self.db, inputs.questions, self._encoder, before)
        self.db.executescript(store.INDEXES + "ANALYZE;")
        counts = self._counts(total, questions) | {"pairs_read": read, "pairs_stale": stale}
        self.db.close()
        return counts

    def _catalogue(self, facts: Path | None, previous: Generation | None) -> None:
        rows = self.db.execute("SELECT doc, instrument, known FROM docs WHERE active AND kind='law'").fetchall()
        entries = [(_instrument(i), _version(k)) for _, i, k in rows]
        readings = None if previous is None else previous.catalogue.readings
        told = load_facts(facts) if facts is not None else None
        catalogue = Catalogue.build(entries, told, readings=readings)
        updates = []
        for (doc, _, _), (_, version) in zip(rows, entries, strict=True):
            v = catalogue.dated(version)
            updates.append((v.effective, v.ended, v.status, doc))
        self.db.execute("BEGIN")
        self.db.execute("UPDATE docs SET effective=version, status='current' WHERE kind='report'")
        self.db.executemany("UPDATE docs SET effective=?, ended=?, status=? WHERE doc=?", updates)
        self.db.executemany("INSERT INTO catalogue VALUES (?, ?)", catalogue.to_rows())
        self.db.execute("COMMIT")

    def _terms(
        self,
        taken: Sequence[Kept],
        material: Sequence[Batch],
        previous: Generation | None,
        bases: dict[int, tuple[int, int]],
    ) -> None:
        segments: list[Segment] = []
        places: list[NDArray[np.int64]] = []
        if previous is not None and taken:
            ordered = sorted(taken, key=lambda k: k.base)
            old = np.concatenate([np.arange(k.base, k.base + k.n) for k in ordered])
            segments.append(previous.lexical.segment(old))
            places.append(np.concatenate([_span(*bases[k.doc]) for k in ordered]))
        for batch in material:
            keep, rows = _placed(batch, bases)
            if len(keep):
                segments.append(batch.segment.select(keep) if len(keep) < len(batch.segment) else batch.segment)
                places.append(rows)
        LexicalIndex.merge(self.folder / "terms", segments, places)

    def _vectors(
        self,
        taken: Sequence[Kept],
        material: Sequence[Batch],
        previous: Generation | None,
        bases: dict[int, tuple[int, int]],
        total: int,
    ) -> None:
        codes = np.zeros((total, self._encoder.dim), np.int8)
        bits, fresh = None, np.ones(total, np.bool_)
        if previous is not None and taken:
            old, told = previous.vectors.codes, previous.vectors.bits
            bits = None if told is None else np.zeros((total, told.shape[1]), np.uint8)
            for k in taken:
                start, n = bases[k.doc]
                here, there = slice(start, start + n), slice(k.base, k.base + n)
                codes[here] = vectors.signed(old[there])
                fresh[here] = False
                if bits is not None and told is not None:
                    bits[here] = told[there]
        missing: list[int] = []
        for batch in material:
            keep, rows = _placed(batch, bases)
            if batch.codes is not None:
                codes[rows] = batch.codes[keep]
            else:
                missing += rows.tolist()
        if missing:
            codes[missing] = self._encode(sorted(missing))
        if bits is not None:
            bits[fresh] = vectors.bits_of(codes[fresh])
        vectors.write(self.folder / "vectors.faiss", codes, bits)

    def _words(
        self,
        taken: Sequence[Kept],
        material: Sequence[Batch],
        previous: Generation | None,
        bases: dict[int, tuple[int, int]],
        total: int,
    ) -> None:
        """The words of every row as numbers of a static encoder's table (Generation.words); none for others."""
        old = None if previous is None else previous.words
        if (taken and old is None) or any(b.words is None for b in material):
            return
        sizes = np.zeros(total, np.int64)
        pieces: list[tuple[int, NDArray[np.unsignedinteger]]] = []

        def place(doc: int, first: int, n: int, flat: NDArray[Any], starts: NDArray[Any]) -> None:
            if doc in bases:
                base = bases[doc][0]
                sizes[base : base + n] = np.diff(starts[first : first + n + 1])
                pieces.append((base, flat[starts[first] : starts[first + n]]))

        for k in taken:
            if old is not None:
                place(k.doc, k.base, k.n, *old)
        for batch in material:
            first = 0
            if batch.words is None or batch.word_starts is None:
                continue
            for doc, n in batch.sizes:
                place(doc, first, n, batch.words, batch.word_starts)
                first += n
        starts = np.concatenate(([0], np.cumsum(sizes)))
        flat = np.zeros(int(starts[-1]), pieces[0][1].dtype if pieces else np.uint16)
        for base, piece in pieces:
            flat[starts[base] : starts[base] + len(piece)] = piece
        np.save(self.folder / "words.npy", flat, allow_pickle=False)
        np.save(self.folder / "word_starts.npy", starts.astype(np.uint32), allow_pickle=False)

    def _encode(self, rows: Sequence[int]) -> NDArray[np.int8]:
        """Vectors of rows for an encoder too heavy for the workers; finished chunks outlive a kill."""
        texts = self._texts(rows)
        resume = self.folder.parent / ".work" / "vectors"

        def shown(done: int, total: int) -> None:
            self._progress("编码", done, total)

        return vectors.quantise(encode_resumable(self._encoder, texts, resume, progress=shown))

    def _texts(self, rows: Sequence[int]) -> list[str]:
        return [document_text(key, json.loads(path), text) for key, path, text in store.texts(self.db, rows)]

    def _shape(self, total: int) -> None:
        """What ranking needs of every row, in one array (Generation.shape)."""
        columns = [
            ("part", np.uint8),
            ("article", np.int32),
            ("suffix", np.uint8),
            ("length", np.int32),
            ("sanction", np.bool_),
        ]
        of_active = "JOIN docs d USING (doc) WHERE d.active"
        parts = " ".join(f"WHEN '{part}' THEN {code}" for code, part in enumerate(store.PARTS))
        rows = self.db.execute(
            f"SELECT CASE p.part {parts} END, coalesce(p.an, 0), coalesce(p.asuf, 0), length(p.text), 0"
            f" FROM passages p {of_active} ORDER BY d.base, p.ord"
        )
        shape = np.fromiter(rows, columns, total)
        stating = self.db.execute(f"SELECT d.base + s.ord FROM sanctions s {of_active}").fetchall()
        shape["sanction"][[row for (row,) in stating]] = True
        np.save(self.folder / "shape.npy", shape, allow_pickle=False)
        found = self.db.execute(
            f"SELECT d.base + p.duty, d.base + p.penalty, p.score, p.how <> 'wording' FROM pairs p"
            f" {of_active} AND NOT p.hidden ORDER BY 1, 2"
        ).fetchall()
        partners = np.array(
            found, [("duty", np.int32), ("penalty", np.int32), ("score", np.float32), ("told", np.bool_)]
        )
        np.save(self.folder / "pairs.npy", partners, allow_pickle=False)

    def _counts(self, passages: int, questions: int) -> dict[str, int]:
        def count(sql: str) -> int:
            return int(self.db.execute(sql).fetchone()[0])

        of_active = "JOIN docs d USING (doc) WHERE d.active"
        counts = {
            "documents": count("SELECT count(*) FROM docs WHERE active"),
            "articles": count(f"SELECT count(*) FROM passages p {of_active} AND p.an IS NOT NULL"),
            "passages": passages,
            "skipped": count("SELECT count(*) FROM skipped"),
            "set_aside": count("SELECT count(*) FROM docs WHERE NOT active"),
            "pairs": count(f"SELECT count(*) FROM pairs p {of_active} AND NOT p.hidden"),
            "figures": count(f"SELECT count(*) FROM figures p {of_active}"),
            "questions": questions,
        }
        for kind, number in self.db.execute(
            "SELECT CASE WHEN kind='report' THEN '报告' ELSE rank END, count(*) FROM docs WHERE active GROUP BY 1"
        ):
            counts[f"documents:{kind}"] = number
        return counts


def _span(base: int, n: int) -> NDArray[np.int64]:
    return np.arange(base, base + n)


def _placed(batch: Batch, bases: dict[int, tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in a batch of the passages that take part, and the rows they get."""
    keep, rows, at = [], [], 0
    for doc, n in batch.sizes:
        if doc in bases:
            keep.append(np.arange(at, at + n))
            rows.append(_span(*bases[doc]))
        at += n
    if not keep:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(keep), np.concatenate(rows)


def _instrument(body: str) -> Instrument:
    raw: dict[str, Any] = json.loads(body)
    return Instrument(
        **{**raw, "rank": Rank(raw["rank"]), "aliases": tuple(raw["aliases"]), "decrees": tuple(raw["decrees"])}
    )


def _version(body: str) -> Version:
    raw: dict[str, Any] = json.loads(body)
    return Version(**{**raw, "flags": tuple(raw["flags"])})
