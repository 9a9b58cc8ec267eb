"""Tables trained from several seeds → one table of the same width: what the runs agree on.

Does not know how they were trained. Runs from other seeds make other mistakes about rare words, and the mean of their
cosines is better than any one's. Side by side the tables would be as many times as wide; the principal axes of the
articles' vectors (principal component analysis without centring, so that cosines stay cosines) keep nearly all of it:
96 % of two tables of 256 in 256. They are turned at random afterwards: principal axes carry from much to little, and
what is stored of a vector (bytes within bounds; ``kb.search.index.vectors``) wants each to carry as much as the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from kb.search.index.vectors import rotation

Vectors = npt.NDArray[np.float32]
EACH = 20  # of so many articles one tells how long a table's vectors are


def merged(tables: Sequence[Vectors], documents: Callable[[Vectors], Vectors]) -> Vectors:
    """One table as wide as the first, [words, dim]; a single table is given back as it is.

    ``documents``: sums of word vectors of all articles, [articles, dim], under a table. Every table weighs the same: it
    is divided by the mean length of its articles' sums. Raises ValueError without tables.
    """
    if not tables:
        raise ValueError("no tables to merge")
    if len(tables) == 1:
        return tables[0]
    each = [documents(t) for t in tables]
    lengths = [np.linalg.norm(s[::EACH], axis=1).mean() for s in each]
    sums = np.concatenate([s / length for s, length in zip(each, lengths, strict=True)], axis=1)
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    _, axes = np.linalg.eigh(sums.T @ sums)  # ascending
    dim = tables[0].shape[1]
    side_by_side = np.concatenate([t / length for t, length in zip(tables, lengths, strict=True)], axis=1)
    out: Vectors = side_by_side @ (axes[:, ::-1][:, :dim] @ rotation(dim))
    out *= np.linalg.norm(tables[0], axis=1).mean() / max(float(np.linalg.norm(out, axis=1).mean()), 1e-9)
    return np.ascontiguousarray(out, np.float32)
