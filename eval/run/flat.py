"""Retrieval over any list of documents: BM25, the encoder, both fused. Knows no laws, dates or known questions.

What public sets measure: the parts of retrieval that need no catalogue. The learned ranker takes no part.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.metrics.ranking import DEEP, RANKING, measure
from eval.run.outcome import METRICS as METRICS_BY_NAME
from eval.run.outcome import Outcome
from kb.search.embed.protocol import Encoder
from kb.search.lexical import LexicalIndex
from kb.search.retrieve.fusion import reciprocal_rank_fusion

DEPTH = 100
POOL = 200  # of each list that is fused
WEIGHTS = {"lexical": 0.5, "dense": 1.0}  # the plain fusion's weights: BM25 half of the encoder
MEANS = ("lexical", "dense", "fused")
LABELS = {"lexical": "BM25", "dense": "向量", "fused": "融合"}
METRICS = (*RANKING, *DEEP)


@dataclass(frozen=True, slots=True)
class Query:
    """A question of a public set with the ids of its relevant documents."""

    id: str
    text: str
    gold: tuple[str, ...]


class FlatIndex:
    """Documents by id; ``texts`` as they are indexed (title, headings, body). Used with ``with``."""

    def __init__(self, ids: Sequence[str], texts: Sequence[str], encoder: Encoder) -> None:
        self.ids = list(ids)
        self.encoder = encoder
        self._texts = texts
        self._folder = tempfile.TemporaryDirectory(prefix="kb-eval-")

    def __enter__(self) -> FlatIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    @cached_property
    def lexical(self) -> LexicalIndex:
        """BM25 over the texts."""
        return LexicalIndex.build(Path(self._folder.name) / "terms", self._texts)

    @cached_property
    def vectors(self) -> npt.NDArray[np.float32]:
        """float32[n, dim] of unit length."""
        return self.encoder.encode(self._texts, kind="passage")

    def top(self, question: str) -> dict[str, list[str]]:
        """The first hundred ids by each of ``MEANS``."""
        lexical, _ = self.lexical.top(question, POOL)
        similar = self.vectors @ self.encoder.encode([question], kind="query")[0]
        near = np.argpartition(-similar, min(POOL, len(similar)) - 1)[:POOL]
        dense = near[np.argsort(-similar[near], kind="stable")]
        lists = {"lexical": lexical.tolist(), "dense": dense.tolist()}
        fused = [row for row, _ in reciprocal_rank_fusion(lists, WEIGHTS)]
        found = {**lists, "fused": fused}
        return {name: [self.ids[row] for row in rows[:DEPTH]] for name, rows in found.items()}


def run(index: FlatIndex, queries: Sequence[Query]) -> tuple[list[Outcome], list[str]]:
    """One outcome a query, of the fused list, and a note for each of its parts alone (its mean figures).

    A query whose gold is not among the ids counts as missed.
    """
    found: dict[str, dict[str, list[str]]] = {m: {} for m in MEANS}
    spent: dict[str, float] = {}
    index.top(queries[0].text if queries else "")
    for q in queries:
        started = time.perf_counter()
        for name, ids in index.top(q.text).items():
            found[name][q.id] = ids
        spent[q.id] = (time.perf_counter() - started) * 1000
    gold: Mapping[str, Sequence[str]] = {q.id: q.gold for q in queries}
    values = {m: measure(gold, found[m], deep=True) for m in MEANS}
    outcomes = [
        Outcome(
            id=q.id,
            type="",
            metrics=values["fused"][q.id],
            question=q.text,
            gold=q.gold,
            found=tuple(found["fused"][q.id][:5]),
            ms=spent[q.id],
        )
        for q in queries
    ]
    return outcomes, [_note(m, list(values[m].values())) for m in MEANS]


def _note(means: str, values: Sequence[Mapping[str, float]]) -> str:
    """recall@10 and others of one list alone."""
    shown = ("recall@5", "recall@10", "recall@100", "mrr@10")
    figures = "，".join(f"{METRICS_BY_NAME[n].label} {sum(v[n] for v in values) / len(values):.3f}" for n in shown)
    return f"{LABELS[means]}：{figures}"
