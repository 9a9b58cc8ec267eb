"""A generation, opened for reading: passages by row, by address, by reference; vectors and terms on demand.

Does not know the questions asked. Every file opens lazily and memory-mapped; a lookup by address touches
SQLite only. Safe for several threads: SQLite calls are serialised by a lock, arrays are read-only.
"""

from __future__ import annotations

import fcntl
import json
import threading
import weakref
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kb.base.address import ArticleNo
from kb.base.records import Edge, Figure, GenerationError, Instrument, Pair, Passage, Sanction, Version
from kb.law.catalogue import Catalogue
from kb.search.index import manifest as manifests
from kb.search.index import store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kb.search.index.known import Known
    from kb.search.index.vectors import Vectors
    from kb.search.lexical import LexicalIndex

_DOCUMENT = (
    "doc, base, n, source, kind, key, version, text_kind, effective, ended, status, rank, jurisdiction, bundled, notes"
)
_COLUMNS = 'part, an, asuf, path, text, start, "end", page'
_AT_ONCE = 400  # passages read by one statement; SQLite takes at least 999 values (before 3.32)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A stored document. ``base``: row id of its first passage; ``n``: number of passages; ``why``: remark on it.

    ``effective``/``ended``: ISO days or None; ``active`` is False where another text stands in for it.
    """

    doc: int
    base: int
    n: int
    source: str
    kind: str
    key: str
    version: str | None
    text_kind: str
    effective: str | None
    ended: str | None
    status: str
    rank: str
    jurisdiction: str
    bundled: bool
    notes: tuple[str, ...]

    @property
    def broken_off(self) -> bool:
        """Whether the file lacks its end: an article past it may well exist."""
        return "end_missing" in self.notes


@lru_cache(maxsize=1 << 12)
def _path(stored: str) -> tuple[str, ...]:
    """Headings above a passage, shared by all passages of a chapter."""
    return tuple(json.loads(stored))


class Closable(Protocol):
    """Anything with ``close``."""

    def close(self) -> None:
        """Give back what is held."""


def _release(*held: Closable) -> None:
    """Close what an opened generation holds; also runs when it is forgotten without being closed."""
    for thing in held:
        thing.close()


class Generation:
    """One immutable generation. Raises GenerationError when its files are not whole or of another format."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = manifests.load(folder)
        self.id = self.manifest.id
        self._lock = threading.RLock()
        # A shared lock tells a build beside us that this generation has a reader.
        hold = (folder / manifests.MANIFEST).open("rb")
        fcntl.flock(hold, fcntl.LOCK_SH)
        self._db = store.open_readonly(folder / "passages.sqlite")
        self._release = weakref.finalize(self, _release, self._db, hold)

    @classmethod
    def open(cls, index: Path) -> Generation:
        """The current generation of the folder ``index``; raises GenerationError when there is none."""
        current = manifests.current_id(index)
        if current is None:
            raise GenerationError(f"{index} 里还没有索引，请先运行 kb build")
        return cls(index / current)

    def close(self) -> None:
        """Give back the files; the generation must not be used after."""
        with self._lock:
            self._release()

    def require_encoder(self, fingerprint: str) -> None:
        """Raise GenerationError unless the vectors were made by the encoder of this fingerprint."""
        if self.manifest.encoder != fingerprint:
            name = self.manifest.extra.get("encoder_name", self.manifest.encoder)
            raise GenerationError(f"索引是用编码器 {name} 建的，与现在的设置不同，{manifests.REBUILD}")

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    # ---- documents ----------------------------------------------------------------------------

    @cached_property
    def _documents(self) -> tuple[DocumentRow, ...]:
        rows = self._rows(f"SELECT {_DOCUMENT} FROM docs WHERE active ORDER BY base")
        names = _DOCUMENT.split(", ")
        found = []
        for row in rows:
            values: dict[str, Any] = dict(zip(names, row, strict=True))
            values.update(bundled=bool(values["bundled"]), notes=tuple(json.loads(values["notes"])))
            found.append(DocumentRow(**values))
        return tuple(found)

    @cached_property
    def _bases(self) -> list[int]:
        return [d.base for d in self._documents]

    def documents(self) -> tuple[DocumentRow, ...]:
        """Every document that takes part, in the order of its rows."""
        return self._documents

    def document_of(self, row: int) -> DocumentRow:
        """The document that row ``row`` belongs to; raises IndexError outside the generation."""
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self._documents[bisect_right(self._bases, row) - 1]

    def __len__(self) -> int:
        """Number of passages."""
        return self.manifest.counts["passages"]

    def skipped(self) -> list[tuple[str, str]]:
        """(file, reason) of every file that could not be read or took no part."""
        return [(s, w) for s, w in self._rows("SELECT source, why FROM skipped ORDER BY source")]

    def identities(self) -> list[tuple[int, str, str, int, int, int]]:
        """(document, source, sha, bundled, base, n) of every document, those that stepped back with base -1."""
        return [tuple(r) for r in self._rows("SELECT doc, source, sha, bundled, base, n FROM docs")]

    def set_aside(self) -> list[tuple[str, str]]:
        """(file, reason) of documents that step back for another text of the same instrument."""
        return [(s, w) for s, w in self._rows("SELECT source, why FROM docs WHERE NOT active ORDER BY source")]

    @cached_property
    def catalogue(self) -> Catalogue:
        """The instruments and versions, held and known."""
        return Catalogue.from_rows(self._rows("SELECT what, body FROM catalogue"))

    # ---- passages -----------------------------------------------------------------------------

    def _passage(self, document: DocumentRow, ordinal: int, row: Sequence[Any]) -> Passage:
        part, number, suffix, path, text, start, end, page = row
        return Passage(
            kind="report" if document.kind == "report" else "law",
            title=document.key,
            text=text,
            source=document.source,
            version=document.version,
            article=None if number is None else ArticleNo(number, suffix),
            part=part,
            path=_path(path),
            start=start,
            end=end,
            text_kind="digest" if document.text_kind == "digest" else "official",
            page=page,
            id=document.base + ordinal,
        )

    def passage(self, row: int) -> Passage:
        """The passage of a row id; raises IndexError outside the generation."""
        return self.passages([row])[0]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """The passages of several row ids, in their order; raises IndexError outside the generation."""
        wanted = [int(row) for row in rows]
        documents = [self.document_of(row) for row in wanted]
        places = [(d.doc, row - d.base) for d, row in zip(documents, wanted, strict=True)]
        found: dict[tuple[int, int], Sequence[Any]] = {}
        for i in range(0, len(places), _AT_ONCE):
            some = places[i : i + _AT_ONCE]
            values = ",".join(["(?,?)"] * len(some))
            wanted_rows = f"WITH wanted(d, o) AS (VALUES {values})"
            sql = f"{wanted_rows} SELECT doc, ord, {_COLUMNS} FROM wanted JOIN passages ON doc=d AND ord=o"
            found.update(((doc, ordinal), rest) for doc, ordinal, *rest in self._rows(sql, [*chain(*some)]))
        for row, place in zip(wanted, places, strict=True):
            if place not in found:
                raise GenerationError(f"索引 {self.id} 缺少第 {row} 行，{manifests.REBUILD}")
        return [self._passage(d, at[1], found[at]) for d, at in zip(documents, places, strict=True)]

    def of_document(self, document: DocumentRow) -> list[Passage]:
        """All passages of a document in order."""
        found = self._rows(f"SELECT ord, {_COLUMNS} FROM passages WHERE doc=? ORDER BY ord", (document.doc,))
        return [self._passage(document, row[0], row[1:]) for row in found]

    def held(self, key: str, version: str | None = None) -> DocumentRow | None:
        """The document that holds a version of an instrument (None: the newest version held); None when not held."""
        fitting = [d for d in self._by_key.get(key, ()) if version is None or d.version == version]
        return max(fitting, key=lambda d: (d.version or "", d.text_kind == "official"), default=None)

    @cached_property
    def _by_key(self) -> dict[str, list[DocumentRow]]:
        found: dict[str, list[DocumentRow]] = {}
        for document in self._documents:
            found.setdefault(document.key, []).append(document)
        return found

    def _texts(self, key: str, version: str | None) -> list[DocumentRow]:
        """The files that together hold one version of an instrument: several for a code kept part by part (编)."""
        document = self.held(key, version)
        if document is None:
            return []
        same = (document.version, document.text_kind)
        return [d for d in self._by_key[key] if (d.version, d.text_kind) == same]

    def article(self, key: str, article: ArticleNo, version: str | None = None) -> Passage | None:
        """An article by instrument, number and version (None: newest held); None when it is not in the index."""
        for document in self._texts(key, version):
            found = self._rows(
                f"SELECT ord, {_COLUMNS} FROM passages WHERE doc=? AND an=? AND asuf=? AND part='article' ORDER BY ord",
                (document.doc, article.number, article.suffix),
            )
            if found:
                return self._passage(document, found[0][0], found[0][1:])
        return None

    def articles(self, key: str, version: str | None = None) -> list[Passage]:
        """Every article of a version in order; empty when it is not held."""
        found = [p for d in self._texts(key, version) for p in self.of_document(d) if p.article is not None]
        return sorted(found, key=lambda p: p.article or ArticleNo(0))

    def last_article(self, key: str, version: str | None = None) -> ArticleNo | None:
        """The highest article number that the official text has; None when it is not held or its text breaks off.

        For a digest this is what its front matter states, not what the digest restates.
        """
        document = self.held(key, version)
        if document is None or document.broken_off:
            return None
        stated = next((v.articles for v in self.catalogue.versions(key) if v.version == document.version), None)
        if document.text_kind == "digest" and stated is not None:
            return ArticleNo(stated)
        last = [
            row
            for part in self._texts(key, version)
            for row in self._rows(
                "SELECT an, asuf FROM passages WHERE doc=? AND part='article' AND an IS NOT NULL"
                " ORDER BY an DESC, asuf DESC LIMIT 1",
                (part.doc,),
            )
        ]
        return ArticleNo(*max(last)) if last else None

    def in_force(self, key: str, day: date) -> Version | None:
        """The version of an instrument in force on ``day`` (see Catalogue.in_force)."""
        return self.catalogue.in_force(key, day)

    def versions(self, key: str) -> tuple[Version, ...]:
        """All versions of an instrument, held and known."""
        return self.catalogue.versions(key)

    def instrument(self, key: str) -> Instrument | None:
        """The instrument of a key; None when the catalogue does not know it."""
        return self.catalogue.get(key)

    def neighbours(self, row: int) -> tuple[Passage | None, Passage | None]:
        """The passages before and after in the same document; None at its ends."""
        document = self.document_of(row)
        before = self.passage(row - 1) if row > document.base else None
        after = self.passage(row + 1) if row + 1 < document.base + document.n else None
        return before, after

    # ---- what stands between passages ---------------------------------------------------------

    def sanctions(self, row: int) -> list[Sanction]:
        """The sanctions that a provision states; empty when it states none."""
        d = self.document_of(row)
        found = self._rows("SELECT body FROM sanctions WHERE doc=? AND ord=?", (d.doc, row - d.base))
        return store.read_sanctions(found[0][0]) if found else []

    def pairs(self, row: int) -> list[Pair]:
        """The duty ↔ penalty pairs that a provision stands in, on either side, best first."""
        d = self.document_of(row)
        local = row - d.base
        found = self._rows(
            "SELECT duty, penalty, how, paragraph, item, score, duty_paragraph, duty_item FROM pairs"
            " WHERE doc=? AND (duty=? OR penalty=?) AND NOT hidden ORDER BY how='wording', score DESC",
            (d.doc, local, local),
        )
        return [Pair(d.base + duty, d.base + penalty, *rest) for duty, penalty, *rest in found]

    def edges(self, row: int) -> list[Edge]:
        """The references that a provision prints, in order."""
        d = self.document_of(row)
        found = self._rows(
            'SELECT ord, key, an, asuf, paragraph, item, relation, start, "end" FROM edges WHERE doc=? AND ord=?'
            " ORDER BY start",
            (d.doc, row - d.base),
        )
        return [store.read_edge(d.base, r) for r in found]

    def cited_by(self, row: int) -> list[int]:
        """Row ids of the provisions that refer to this one, in row order."""
        passage = self.passage(row)
        if passage.article is None:
            return []
        found = self._rows(
            "SELECT DISTINCT d.base + e.ord FROM edges e JOIN docs d USING (doc)"
            " WHERE d.active AND e.key=? AND e.an=? AND e.asuf=? ORDER BY 1",
            (passage.title, passage.article.number, passage.article.suffix),
        )
        return [r for (r,) in found if r != row]

    def figures(self, org: str | None = None, year: int | None = None, indicator: str | None = None) -> list[Figure]:
        """The figures of the reports, narrowed by words of organisation and indicator and by year."""
        rows = self._rows(
            "SELECT d.base + f.ord, f.body FROM figures f JOIN docs d USING (doc) WHERE d.active"
            " AND (? IS NULL OR instr(f.org, ?)) AND (? IS NULL OR f.year=?) AND (? IS NULL OR instr(f.indicator, ?))"
            " ORDER BY 1, f.rowid",
            (org, org, year, year, indicator, indicator),
        )
        return [Figure(**{**json.loads(body), "passage": row}) for row, body in rows]

    # ---- search structures --------------------------------------------------------------------

    @cached_property
    def shape(self) -> NDArray[np.void]:
        """One record a row: ``part`` (index into PARTS), ``article``, ``suffix`` (0: none), ``length`` in characters.

        ``sanction``: whether the row states one.
        """
        import numpy as np

        shape: NDArray[np.void] = np.load(self.folder / "shape.npy", allow_pickle=False)
        return shape

    @cached_property
    def all_pairs(self) -> NDArray[np.void]:
        """One record a duty-penalty pair: rows ``duty`` and ``penalty``, ``score``, ``told`` (read, or by reference)."""
        import numpy as np

        pairs: NDArray[np.void] = np.load(self.folder / "pairs.npy", allow_pickle=False)
        return pairs

    @cached_property
    def words(self) -> tuple[NDArray[np.unsignedinteger], NDArray[np.uint32]] | None:
        """Words of every row as numbers of the static encoder's table, and where each row begins; memory-mapped.

        None where the index was built with another kind of encoder.
        """
        import numpy as np

        files = [self.folder / name for name in ("words.npy", "word_starts.npy")]
        if not all(f.is_file() for f in files):
            return None
        flat, starts = (np.load(f, mmap_mode="r", allow_pickle=False).view(np.ndarray) for f in files)
        return flat, starts

    @cached_property
    def answerable(self) -> NDArray[np.bool_]:
        """One flag a row: False for title blocks and signatures, which no question is about."""
        import numpy as np

        quiet = [store.PARTS.index(part) for part in ("header", "signature")]
        return np.isin(self.shape["part"], quiet, invert=True)

    @cached_property
    def lexical(self) -> LexicalIndex:
        """BM25 over the passages, memory-mapped."""
        from kb.search.lexical import LexicalIndex

        return LexicalIndex.open(self.folder / "terms")

    @cached_property
    def vectors(self) -> Vectors:
        """The passages' vectors, memory-mapped."""
        from kb.search.index.vectors import Vectors

        return Vectors.open(self.folder / "vectors.faiss")

    @cached_property
    def known(self) -> Known:
        """The known questions, their vectors, terms and answers."""
        from kb.search.index.known import Known

        return Known(self.folder)

    def known_texts(self) -> list[tuple[int, str, str]]:
        """(number, text as it is searched, style) of every known question."""
        return [tuple(r) for r in self._rows("SELECT qid, text, style FROM questions ORDER BY qid")]
