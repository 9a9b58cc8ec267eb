"""Reciprocal rank fusion. Does not know what the lists stand for.

Cormack, Clarke, Büttcher (SIGIR 2009): score(d) = Σ weight / (k + rank(d)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

RRF_K = 10  # chosen among 5, 10, 20, 60 on held-out known questions (design/retrieval's fusion table)


def reciprocal_rank_fusion(
    lists: Mapping[str, Iterable[int]], weights: Mapping[str, float], k: int = RRF_K
) -> list[tuple[int, float]]:
    """(row, score) over several ranked lists, best first; equal scores by row. A list without a weight counts 1."""
    total: dict[int, float] = {}
    for name, rows in lists.items():
        weight = weights.get(name, 1.0)
        for rank, row in enumerate(rows, 1):
            total[row] = total.get(row, 0.0) + weight / (k + rank)
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))


def interleave(first: Sequence[int], second: Sequence[int]) -> list[int]:
    """Rows of two lists in turn, each once."""
    out: dict[int, None] = {}
    for i in range(max(len(first), len(second))):
        for rows in (first, second):
            if i < len(rows):
                out.setdefault(rows[i])
    return list(out)
