"""The retriever: one question's way from text to hits.

Does not know how answers are worded, nor who asks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from kb.base.records import Hit, SearchResult
from kb.search.embed import Encoder
from kb.search.index import Generation
from kb.search.lookup import mentioned
from kb.search.retrieve.candidates import Flags, Query, Ranked, gather
from kb.search.retrieve.fusion import interleave, reciprocal_rank_fusion
from kb.search.retrieve.scope import Scope, eligible, mask

# Weights of the fusion measured in design/retrieval (dense, plain BM25, nearest question dense and BM25).
WEIGHTS = {"dense": 1.0, "lexical": 0.6, "question_dense": 0.8, "question_lexical": 0.6}
WHY = {"dense": "dense", "lexical": "lexical", "question_dense": "question", "question_lexical": "question"}
HISTORY = 2  # earlier questions that a follow-up carries with it
EXPAND_FROM = 5  # hits whose references and partners are brought along


class Retriever:
    """Answers questions from one generation. Safe for several threads."""

    def __init__(self, generation: Generation, encoder: Encoder) -> None:
        self.generation = generation
        self.encoder = encoder
        self._mask = lru_cache(maxsize=64)(self._make_mask)

    def _make_mask(self, scope: Scope) -> Flags:
        flags = mask(eligible(self.generation.documents(), scope), len(self.generation))
        flags &= self.generation.answerable
        flags.setflags(write=False)
        return flags

    def query(self, question: str, scope: Scope, history: Sequence[str] = ()) -> Query:
        """The question as the means need it, earlier questions in front."""
        text = " ".join((*history[-HISTORY:], question))
        vector = self.encoder.encode([text], kind="query")[0]
        return Query(text, vector, self._mask(scope))

    def search(self, question: str, *, scope: Scope, k: int = 20, history: Sequence[str] = ()) -> SearchResult:
        """The ``k`` best passages, exact references first, partners of the best brought along."""
        started = time.perf_counter()
        exact = [found.passage.id for found in mentioned(question, self.generation, scope.as_of)]
        query = self.query(question, scope, history)
        lists = gather(self.generation, query)
        fused = reciprocal_rank_fusion({n: r.rows.tolist() for n, r in lists.items()}, WEIGHTS)
        why = _reasons(lists)
        for row in exact:
            why.setdefault(row, set()).add("exact")
        ordered = list(dict.fromkeys([*exact, *(row for row, _ in fused)]))
        ordered = self._expanded(ordered, why, query.allowed)[:k]
        score = dict(fused)
        hits = tuple(
            Hit(rank, self.generation.passage(row), score.get(row, 0.0), tuple(sorted(why.get(row, ()))))
            for rank, row in enumerate(ordered, 1)
        )
        elapsed = (time.perf_counter() - started) * 1000
        return SearchResult(
            question, scope.as_of, self.generation.id, hits, None, tuple(exact), (), {"retrieve": elapsed}
        )

    def _expanded(self, ordered: list[int], why: dict[int, set[str]], allowed: Flags) -> list[int]:
        """A duty brings its penalty and a penalty its duty: partners of the first hits follow the first hits."""
        head = ordered[:EXPAND_FROM]
        brought: list[int] = []
        for row in head:
            for pair in self.generation.pairs(row)[:2]:
                partner = pair.penalty if pair.duty == row else pair.duty
                if allowed[partner] and partner not in head and partner not in brought:
                    brought.append(partner)
                    why.setdefault(partner, set()).add("pair")
        return list(dict.fromkeys([*head, *interleave(ordered[EXPAND_FROM:], brought)]))


def _reasons(lists: Mapping[str, Ranked]) -> dict[int, set[str]]:
    why: dict[int, set[str]] = {}
    for name, ranked in lists.items():
        for row in _plain(ranked.rows):
            why.setdefault(row, set()).add(WHY[name])
    return why


def _plain(rows: Iterable[np.int64]) -> list[int]:
    return [int(row) for row in rows]
