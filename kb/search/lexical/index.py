"""Segments → one BM25 index on disk, opened memory-mapped → the score of every document.

Does not know what the documents are (rows of numbers), dates, scopes or vectors.

Scores are bm25s' ``lucene`` method, k1 1.5, b .75 (a test holds them equal to bm25s to seven digits). bm25s itself
stores the finished score of every posting; here the counts are stored (5 bytes a posting instead of 8) and the
score is worked out when asked. That costs twice bm25s' scoring time (0.6 against 0.3 ms for a median question on
147,000 articles), and documents can be taken over into the next generation without being read again (``segment``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.base.records import GenerationError
from kb.search.lexical.segment import U8, U32, U64, Segment, encode_documents
from kb.search.lexical.terms import term_key, terms

FORMAT = 1
K1, B = 1.5, 0.75  # bm25s' defaults
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
COMMON = 6  # a term in more than a sixth of the documents is kept as a column: added twice as fast as its postings
COLUMNS = 64  # of these at most
FEW = 2_000  # terms in fewer documents are added up together
_META = "lexical.json"
_ARRAYS = {
    "keys": np.uint64,
    "starts": np.uint32,
    "rows": np.uint32,
    "counts": np.uint8,
    "lengths": np.uint32,
}
_MAX_ROWS = 1 << 24  # while merging, a posting is one 64-bit number: term 32 bits, row 24, count 8


class LexicalIndex:
    """BM25 over documents numbered 0 … n-1. Safe to share between threads: nothing is written after opening."""

    def __init__(self, keys: U64, starts: U32, rows: U32, counts: U8, lengths: U32) -> None:
        self._keys, self._starts, self._rows, self._counts, self._lengths = keys, starts, rows, counts, lengths
        n = len(lengths)
        mean = float(lengths.mean()) if n else 1.0
        self._norm: F32 = (K1 * (1 - B + B * lengths / (mean or 1.0))).astype(np.float32)
        self._column = lru_cache(maxsize=COLUMNS)(self._make_column)

    def __len__(self) -> int:
        return len(self._lengths)

    @classmethod
    def build(cls, folder: Path, texts: Sequence[str]) -> LexicalIndex:
        """Index ``texts``, one document each, into ``folder`` (made if need be) and open it."""
        step = 1 << 14
        parts = [encode_documents(texts[i : i + step]) for i in range(0, len(texts), step)]
        return cls.merge(folder, parts)

    @classmethod
    def merge(
        cls, folder: Path, segments: Iterable[Segment], rows: Iterable[npt.ArrayLike] | None = None
    ) -> LexicalIndex:
        """Merge ``segments`` into one index in ``folder`` and open it.

        ``rows``, one array per segment, gives the row number of each of its documents; together they must be
        0 … n-1 without repeats. None: the segments follow one another. Raises ValueError when rows are missing,
        repeated or too many (16 million).
        """
        segments = list(segments)
        arrays = _merge(segments, _placed(segments, rows))
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        meta = {"format": FORMAT, "documents": len(arrays["lengths"]), "postings": len(arrays["rows"])}
        (folder / _META).write_text(json.dumps(meta), "utf-8")
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open memory-mapped. Raises GenerationError when the folder is missing, broken or of another format."""
        try:
            meta = json.loads((folder / _META).read_text("utf-8"))
            arrays = {name: _mapped(folder / f"{name}.npy") for name in _ARRAYS}
        except (OSError, ValueError, EOFError) as error:
            raise GenerationError(f"词索引读不出来（{folder.name}：{error}）。请运行 kb build 重建。") from error
        if (
            meta.get("format") != FORMAT
            or len(arrays["lengths"]) != meta["documents"]
            or len(arrays["rows"]) != meta["postings"]
            or len(arrays["counts"]) != meta["postings"]
            or len(arrays["starts"]) != len(arrays["keys"]) + 1
            or any(arrays[name].dtype != kind for name, kind in _ARRAYS.items())
        ):
            raise GenerationError(f"词索引格式不符或不完整（{folder.name}）。请运行 kb build 重建。")
        return cls(**arrays)

    def scores(self, question: str | Mapping[str, float]) -> F32:
        """BM25 of every document; 0 where no term matches. A mapping gives terms with weights instead of a text."""
        out = np.zeros(len(self), np.float32)
        at, weights = self._lookup(question)
        first, sizes = self._extent(at)
        worth = (weights * self._idf(sizes)).astype(np.float32)
        rare = sizes < FEW
        for i in np.flatnonzero(~rare).tolist():
            if sizes[i] * COMMON > len(self):
                out += self._column(int(at[i])) * worth[i]
            else:
                rows, part = self._postings(first[i : i + 1], sizes[i : i + 1])
                part *= worth[i]
                part += out.take(rows)
                out[rows] = part  # a term's rows are distinct; half the time of np.add.at
        if rare.any():
            rows, part = self._postings(first[rare], sizes[rare])
            part *= worth[rare].repeat(sizes[rare])
            np.add.at(out, rows, part)
        return out

    def _extent(self, at: I64) -> tuple[I64, I64]:
        """Where the postings of some terms begin, and how many documents hold each."""
        first = self._starts.take(at).astype(np.int64)
        return first, self._starts.take(at + 1) - first

    def _postings(self, first: I64, sizes: I64) -> tuple[I64, F32]:
        """Documents of some terms, one term after the other, and count / (count + norm) of each."""
        spans = [slice(a, a + n) for a, n in zip(first.tolist(), sizes.tolist(), strict=True)]
        rows = np.concatenate([self._rows[s] for s in spans]).astype(np.int64)  # numpy's own index type
        counts = np.concatenate([self._counts[s] for s in spans])
        part = self._norm.take(rows)
        part += counts
        np.divide(counts, part, out=part)
        return rows, part

    def _make_column(self, at: int) -> F32:
        """What ``_postings`` gives, over all documents: 0 where the term does not stand."""
        out = np.zeros(len(self), np.float32)
        rows, part = self._postings(*self._extent(np.array([at])))
        out[rows] = part
        return out

    def top(
        self, question: str | Mapping[str, float], k: int, mask: npt.NDArray[np.bool_] | None = None
    ) -> tuple[I64, F32]:
        """Rows of the ``k`` best documents where ``mask`` holds, best first, and their scores.

        Only documents with a score above 0; equal scores stand in row order. Empty arrays when nothing matches.
        """
        return best(self.scores(question), k, mask)

    def matrix(self, question: str | Sequence[str], rows: npt.ArrayLike) -> tuple[list[str], F32, U8]:
        """For a reranker: the question's distinct known terms, their idf, and counts [len(terms), len(rows)].

        ``rows`` in any order. Costs a binary search per term and row, not a pass over the postings.
        """
        wanted = np.asarray(rows, np.uint32)
        order = wanted.argsort()
        ascending = wanted[order]  # found twice as fast
        asked = _asked(question) if isinstance(question, str) else _weighted(dict.fromkeys(question, 1.0))
        places = self._places(asked.keys)
        names = [t for t, at in zip(asked.names, places, strict=True) if at >= 0]
        first, sizes = self._extent(places[places >= 0])
        counts = np.zeros((len(first), len(wanted)), np.uint8)
        for i, (a, n) in enumerate(zip(first.tolist(), sizes.tolist(), strict=True)):
            postings = self._rows[a : a + n]
            slot = postings.searchsorted(ascending)
            slot[slot == n] = 0
            hit = (postings.take(slot) == ascending).nonzero()[0]
            counts[i, order[hit]] = self._counts[a : a + n].take(slot[hit])
        return names, self._idf(sizes).astype(np.float32), counts

    def norms(self, rows: npt.ArrayLike) -> F32:
        """Length part of BM25 for ``rows``: score of a term = idf · count / (count + norm)."""
        return self._norm.take(np.asarray(rows, np.int64))

    def segment(self, rows: npt.ArrayLike) -> Segment:
        """Give documents ``rows`` (ascending) as a segment, to merge into the next index without reading them again."""
        whole = Segment(self._keys, self._starts, self._rows, self._counts, self._lengths)
        return whole.select(rows)

    def _idf(self, documents: I64) -> F64:
        idf: F64 = np.log(1 + (len(self) - documents + 0.5) / (documents + 0.5))
        return idf

    def _places(self, keys: npt.NDArray[np.uint64]) -> I64:
        """Position of each term among the keys, -1 where the index does not hold it."""
        if not len(self._keys):
            return np.full(len(keys), -1, np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, at, -1)

    def _lookup(self, question: str | Mapping[str, float]) -> tuple[I64, F64]:
        """Position and weight of every known term; a repeated term weighs as often as it stands there."""
        asked = _asked(question) if isinstance(question, str) else _weighted(question)
        places = self._places(asked.keys)
        counts = (places >= 0) & (asked.weights != 0)
        return places[counts], asked.weights[counts]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Distinct terms of a question with their keys and weights."""

    names: tuple[str, ...]
    keys: npt.NDArray[np.uint64]
    weights: F64


def _weighted(weights: Mapping[str, float]) -> _Asked:
    keys = np.fromiter(map(term_key, weights), np.uint64, len(weights))
    return _Asked(tuple(weights), keys, np.fromiter(weights.values(), np.float64, len(weights)))


@lru_cache(maxsize=64)
def _asked(question: str) -> _Asked:
    """Terms of a question, cut once for all indexes; a repeated term weighs as often as it stands there."""
    return _weighted(Counter(terms(question)))


def best(scores: F32, k: int, mask: npt.NDArray[np.bool_] | None = None) -> tuple[I64, F32]:
    """Positions of the ``k`` greatest positive ``scores`` where ``mask`` holds, greatest first, ties by position."""
    if k <= 0 or not len(scores):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    greatest = scores.max()
    for share in (0.5, 0.25, 0.125, 0.0):  # sorting the few above half the greatest is cheaper than partitioning all
        limit = greatest * np.float32(share)
        rows = np.flatnonzero(scores >= limit if limit > 0 else scores > 0)
        if mask is not None:
            rows = rows[mask.take(rows)]
        if len(rows) >= k:
            break
    if len(rows) > k:
        found = scores[rows]
        rows = rows[found >= -np.partition(-found, k - 1)[k - 1]]
    order = rows[np.argsort(-scores[rows], kind="stable")][:k]
    return order, scores[order]


def _mapped(path: Path) -> npt.NDArray[Any]:
    """Map an array of a .npy file into memory; an empty one is read (there is nothing to map)."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    return array.view(np.ndarray) if array.size else np.array(array)


def _placed(segments: Sequence[Segment], rows: Iterable[npt.ArrayLike] | None) -> list[U32]:
    """Row numbers for each segment's documents; ValueError unless they are 0 … n-1, each once."""
    total = sum(len(s) for s in segments)
    if rows is None:
        ends = np.cumsum([0, *(len(s) for s in segments)])
        placed = [np.arange(ends[i], ends[i + 1], dtype=np.uint32) for i in range(len(segments))]
    else:
        placed = [np.asarray(r, np.uint32) for r in rows]
    if [len(r) for r in placed] != [len(s) for s in segments] or total >= _MAX_ROWS:
        raise ValueError("row numbers do not fit the segments")
    if total and not np.array_equal(np.sort(np.concatenate(placed)), np.arange(total)):
        raise ValueError("row numbers are not 0 … n-1")
    return placed


def _merge(segments: Sequence[Segment], placed: Sequence[U32]) -> dict[str, npt.NDArray[Any]]:
    """Arrays of one index over all segments; postings of a term ascend by row."""
    keys = np.unique(np.concatenate([s.keys for s in segments])) if segments else np.zeros(0, np.uint64)
    packed = np.empty(sum(len(s.docs) for s in segments), np.uint64)
    lengths = np.zeros(sum(len(s) for s in segments), np.uint32)
    at = 0
    for segment, rows in zip(segments, placed, strict=True):
        number = np.searchsorted(keys, segment.keys).astype(np.uint64) << np.uint64(32)
        part = packed[at : at + len(segment.docs)]
        part[:] = np.repeat(number, np.diff(segment.starts))
        part |= rows[segment.docs].astype(np.uint64) << np.uint64(8)
        part |= segment.counts
        lengths[rows] = segment.lengths
        at += len(part)
    packed.sort()
    sizes = np.bincount((packed >> np.uint64(32)).astype(np.int64), minlength=len(keys))
    starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.uint32)
    counts = packed.astype(np.uint8)
    packed >>= np.uint64(8)
    return {
        "keys": keys,
        "starts": starts,
        "rows": packed.astype(np.uint32) & np.uint32(_MAX_ROWS - 1),
        "counts": counts,
        "lengths": lengths,
    }
