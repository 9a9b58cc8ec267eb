"""FAISS behind two verbs: write the vectors of a generation, search them memory-mapped.

Does not know what a vector stands for. Components are stored as signed bytes (a fourth of float32);
unit vectors of some hundred dimensions lie within ±0.5 but for rare components, which are clipped. FAISS compares
bytes with bytes, so a query is quantised, too (a test holds the order against exact float32 search).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCALE = 254.0  # 127 steps for components up to 0.5
CODE_OFFSET = 128  # QT_8bit_direct_signed stores component + 128 as one unsigned byte


def quantise(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Unit vectors, shape (n, d), as signed bytes in steps of 1/254, clipped at ±0.5."""
    codes: NDArray[np.int8] = np.clip(np.rint(vectors * SCALE), -127, 127).astype(np.int8)
    return codes


def write(path: Path, blocks: Iterable[NDArray[np.int8]], dimensions: int) -> int:
    """Write quantised vectors (blocks of shape (n, dimensions)) as one FAISS index; returns how many."""
    import faiss

    index = faiss.IndexScalarQuantizer(
        dimensions, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
    )
    for block in blocks:
        if len(block):
            index.add(block.astype(np.float32))
    faiss.write_index(index, str(path))
    return int(index.ntotal)


class Vectors:
    """Vectors of a generation, memory-mapped and read-only."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - FAISS's own type
        self._index = index

    @classmethod
    def open(cls, path: Path) -> Vectors:
        """Open a file that ``write`` made."""
        import faiss

        faiss.omp_set_num_threads(1)  # one question, one core: several questions use the others
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

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

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some rows, shape (len(ids), d), as float32 of about unit length."""
        found: NDArray[np.float32] = self.codes.take(ids, axis=0).astype(np.float32)
        found -= CODE_OFFSET
        found *= np.float32(1 / SCALE)
        return found

    def top(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Row ids and cosines of the ``k`` nearest rows to a unit vector of shape (d,), best first.

        ``allowed`` (one flag a row) narrows the search; None: all rows. Fewer than ``k`` where fewer exist.
        """
        k = min(k, len(self))
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = None
        if allowed is not None and not allowed.all():
            parameters = _only(allowed)
        scores, ids = self._index.search(quantise(query[None, :]).astype(np.float32), k, params=parameters)
        found = ids[0] >= 0
        return ids[0][found].astype(np.int64), (scores[0][found] / np.float32(SCALE * SCALE)).astype(np.float32)


def _only(allowed: NDArray[np.bool_]) -> Any:  # noqa: ANN401 - FAISS's own type, wrapped at run time
    """Search parameters that narrow a search to the flagged rows."""
    faiss: Any = import_module("faiss")
    selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
    return faiss.SearchParameters(sel=selector)
