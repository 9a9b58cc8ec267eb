"""FAISS behind two verbs: write the vectors of a generation, search them memory-mapped.

Does not know what a vector stands for. Components are stored as signed bytes (a fourth of float32);
unit vectors of some hundred dimensions lie within ±0.5 but for rare components, which are clipped. FAISS compares
bytes with bytes, so a query is quantised, too (a test holds the order against exact float32 search).

Many vectors are searched twice: the signs of their components, turned at random so that each says as much as the others
(one bit each, Hamming distance), leave a shortlist, whose cosines decide. On 152,449 rows of 256 dimensions a quarter
of the time, and of the exact first 500 / 100 / 20 all but 5 / .3 / .2 % (517 questions).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCALE = 254.0  # 127 steps for components up to 0.5
CODE_OFFSET = 128  # QT_8bit_direct_signed stores component + 128 as one unsigned byte
MANY = 20_000  # rows from which a shortlist by signs is worth having: exact search of fewer takes half a millisecond
BITS = 128  # dimensions below which signs say too little
SHORTLIST, LEAST = 4, 800  # times as many rows as are wanted, and at least
BLOCK = 16_384  # rows written at once: as floats they take four times the room
READY = 4  # sets of rows whose signs are kept side by side: fewer than half of all may answer, in a third of the time


def quantise(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Unit vectors, shape (n, d), as signed bytes in steps of 1/254, clipped at ±0.5."""
    codes: NDArray[np.int8] = np.clip(np.rint(vectors * SCALE), -127, 127).astype(np.int8)
    return codes


def signed(codes: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Stored bytes (``Vectors.codes``) as ``quantise`` gave them."""
    return (codes ^ CODE_OFFSET).view(np.int8)


def write(path: Path, codes: NDArray[np.int8], bits: NDArray[np.uint8] | None = None) -> int:
    """Write quantised vectors, shape (n, d), as one FAISS index; returns how many.

    Beside it, where there are ``MANY``, their signs as a second one; ``bits``: the signs, None: they are worked out.
    """
    import faiss

    dimensions = codes.shape[1]
    index = faiss.IndexScalarQuantizer(
        dimensions, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
    )
    for block in _blocks(codes):
        index.add(block.astype(np.float32))
    faiss.write_index(index, str(path))
    if index.ntotal >= MANY and dimensions >= BITS and dimensions % 8 == 0:
        signs = faiss.IndexBinaryFlat(dimensions)
        for block in _blocks(codes) if bits is None else ():
            signs.add(bits_of(block))
        if bits is not None:
            signs.add(bits)
        faiss.write_index_binary(signs, str(_signs_of(path)))
    return int(index.ntotal)


def _blocks(codes: NDArray[np.int8]) -> Iterator[NDArray[np.int8]]:
    return (codes[i : i + BLOCK] for i in range(0, len(codes), BLOCK))


def bits_of(vectors: NDArray[Any]) -> NDArray[np.uint8]:
    """Which components are above zero once the vectors are turned, shape (n, d) → (n, d / 8)."""
    turned = vectors.astype(np.float32) @ rotation(vectors.shape[1])
    return np.packbits(turned > 0, axis=1, bitorder="little")


@cache
def rotation(dimensions: int) -> NDArray[np.float32]:
    """A random rotation, shape (d, d), the same at every build and every question."""
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(dimensions, dimensions)))
    return turn.astype(np.float32)


def _signs_of(path: Path) -> Path:
    return path.with_suffix(".signs")


@dataclass(frozen=True, slots=True)
class _Among:
    """Signs of some rows, side by side. ``allowed`` is held so that no other flags can come to lie in its place."""

    allowed: NDArray[np.bool_]
    rows: NDArray[np.int64]
    signs: Any

    @classmethod
    def of(cls, signs: Any, allowed: NDArray[np.bool_]) -> _Among:  # noqa: ANN401 - FAISS's own type
        import faiss

        rows = np.flatnonzero(allowed)
        some: Any = faiss.IndexBinaryFlat(signs.d)
        some.use_heap = False
        some.add(_stored_bits(signs).take(rows, axis=0))
        return cls(allowed, rows, some)


def _stored_bits(signs: Any) -> NDArray[np.uint8]:  # noqa: ANN401 - FAISS's own type
    import faiss

    bits: NDArray[np.uint8] = faiss.rev_swig_ptr(signs.xb.data(), signs.xb.size()).reshape(signs.ntotal, -1)
    return bits


class Vectors:
    """Vectors of a generation, memory-mapped and read-only."""

    def __init__(self, index: Any, signs: Any = None) -> None:  # noqa: ANN401 - FAISS's own types
        """``signs`` None: every search is exact."""
        self._index, self._signs = index, signs
        self._ready: dict[int, _Among] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Vectors:
        """Open a file that ``write`` made."""
        import faiss

        index, beside = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC), _signs_of(path)
        if not beside.is_file():
            return cls(index)
        signs: Any = faiss.read_index_binary(str(beside), faiss.IO_FLAG_MMAP_IFC)
        signs.use_heap = False  # rows counted by distance: many are wanted
        return cls(index, signs)

    def __len__(self) -> int:
        """Number of vectors."""
        return int(self._index.ntotal)

    @cached_property
    def codes(self) -> NDArray[np.uint8]:
        """The stored bytes, shape (n, d): component + 128 each. A view, not a copy."""
        import faiss

        codes = self._index.codes
        flat = faiss.rev_swig_ptr(codes.data(), codes.size())
        return flat.reshape(len(self), -1)

    @property
    def bits(self) -> NDArray[np.uint8] | None:
        """The stored signs (``bits_of``), shape (n, d / 8); None where there are none. A view, not a copy."""
        return None if self._signs is None else _stored_bits(self._signs)

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some rows, shape (len(ids), d), as float32 of about unit length."""
        found: NDArray[np.float32] = self.codes.take(ids, axis=0).astype(np.float32)
        found -= CODE_OFFSET
        found *= np.float32(1 / SCALE)
        return found

    def cosines(self, ids: NDArray[np.int64], query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Products of some rows with a vector of shape (d,): ``rows(ids) @ query``, sooner."""
        found: NDArray[np.float32] = self.codes.take(ids, axis=0).astype(np.float32) @ query
        found -= np.float32(CODE_OFFSET * float(query.sum()))
        found *= np.float32(1 / SCALE)
        return found

    def top(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Row ids and cosines of the ``k`` nearest rows to a unit vector of shape (d,), best first.

        ``allowed`` (one flag a row) narrows the search; None: all rows. Flags that nobody can write to are made ready
        once. Fewer than ``k`` where fewer exist. Among ``MANY`` rows the last few may be others than those of
        ``exact``.
        """
        some = len(self) if allowed is None else int(np.count_nonzero(allowed))
        if self._signs is None or some < max(MANY, SHORTLIST * k):
            return self.exact(query, k, allowed)
        _one_core()
        near = self._shortlist(bits_of(query[None, :]), SHORTLIST * k, allowed)
        cosines = self.cosines(near, query)
        order = (-cosines).argsort()[:k]
        return near[order], cosines[order]

    def _shortlist(self, bits: NDArray[np.uint8], k: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """The ``k`` rows whose signs differ least from ``bits``."""
        if allowed is None or allowed.flags.writeable:
            return np.asarray(self._signs.search(bits, k, params=_only(allowed))[1][0], np.int64)
        with self._lock:
            ready = self._ready.get(id(allowed))
            if ready is None:
                while len(self._ready) >= READY:
                    self._ready.pop(next(iter(self._ready)))
                ready = self._ready[id(allowed)] = _Among.of(self._signs, allowed)
        near: NDArray[np.int64] = ready.signs.search(bits, k)[1][0]
        return ready.rows.take(near)

    def exact(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The same, every row compared byte by byte."""
        k = min(k, len(self))
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        _one_core()
        scores, ids = self._index.search(quantise(query[None, :]).astype(np.float32), k, params=_only(allowed))
        found = ids[0] >= 0
        return ids[0][found].astype(np.int64), (scores[0][found] / np.float32(SCALE * SCALE)).astype(np.float32)


def _one_core() -> None:
    """One question, one core: several questions use the others. OpenMP counts by thread: to be said in each."""
    import faiss

    faiss.omp_set_num_threads(1)


def _only(allowed: NDArray[np.bool_] | None) -> Any:  # noqa: ANN401 - FAISS's own type, wrapped at run time
    """Search parameters that narrow a search to the flagged rows; None where all are."""
    if allowed is None or allowed.all():
        return None
    faiss: Any = import_module("faiss")
    selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
    return faiss.SearchParameters(sel=selector)
