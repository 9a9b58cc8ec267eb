"""The retriever: one question's way from text to hits.

Does not know how answers are worded, nor who asks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from kb.base.records import Hit, SearchResult
from kb.search.embed import Encoder, StaticEncoder
from kb.search.index import Generation
from kb.search.lookup import mentioned
from kb.search.rank import Candidates, Columns, Evidence, Query, Ranked, Ranker, features
from kb.search.rank.columns import I64, Flags
from kb.search.rank.ranker import F64
from kb.search.rank.sector import Fields
from kb.search.retrieve.candidates import gather
from kb.search.retrieve.fusion import interleave
from kb.search.retrieve.named import named_keys
from kb.search.retrieve.scope import Scope, eligible, mask
from kb.search.retrieve.words import Words

WHY = {
    "dense": "dense",
    "lexical": "lexical",
    "pooled": "question",
    "question_dense": "question",
    "question_lexical": "question",
    "named": "reference",
    "pair": "pair",
}
HISTORY = 2  # earlier questions that a follow-up carries with it
HEAD = 40  # hits whose order is looked over once more: what stands below is hardly read
EXPAND_FROM = 5  # hits whose partners are brought along where no ranker has weighed them


@dataclass(frozen=True, slots=True)
class Found:
    """Rows best first with a score each, and the confidence that the first five hold an answer (None: unknown)."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    why: Mapping[int, set[str]]
    confidence: float | None


class Retriever:
    """Answers questions from one generation. Safe for several threads."""

    def __init__(self, generation: Generation, encoder: Encoder, ranker: Ranker | None = None) -> None:
        """``ranker`` None: candidates stay in the order of their fusion, and no confidence is known."""
        self.generation = generation
        self.encoder = encoder
        self.ranker = ranker
        self._allowed = lru_cache(maxsize=64)(self._make_allowed)

    @cached_property
    def evidence(self) -> Evidence:
        """The generation as ranking sees it."""
        g = self.generation
        columns = Columns.build(g.documents(), g.shape, g.all_pairs, g.known.starts, g.known.gold)
        words = None
        if isinstance(self.encoder, StaticEncoder) and g.words is not None and g.known.words is not None:
            words = Words(self.encoder, g.words, g.known.words)
        return Evidence(g.vectors, g.lexical, g.known, columns, words)

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        """Instrument → numbers of its documents."""
        found: dict[str, list[int]] = {}
        for i, d in enumerate(self.generation.documents()):
            found.setdefault(d.key, []).append(i)
        return found

    def _make_allowed(self, scope: Scope) -> Flags:
        flags = mask(eligible(self.generation.documents(), scope), len(self.generation))
        flags &= self.generation.answerable
        flags.setflags(write=False)
        return flags

    def query(self, question: str, scope: Scope, history: Sequence[str] = ()) -> Query:
        """The question as the means need it, earlier questions in front."""
        earlier = list(history[-HISTORY:])
        text = " ".join((*earlier, question))
        keys = named_keys(text, self.generation.catalogue, scope.place)
        named = tuple(i for key in keys for i in self._numbers.get(key, ()))
        if not earlier:
            vector = self.encoder.encode([text], kind="query")[0]
            return Query(text, vector, self._allowed(scope), vector, vector, named)
        vectors = self.encoder.encode([text, question, earlier[-1]], kind="query")
        return Query(text, vectors[0], self._allowed(scope), vectors[1], vectors[2], named, len(earlier))

    def search(self, question: str, *, scope: Scope, k: int = 20, history: Sequence[str] = ()) -> SearchResult:
        """The ``k`` best passages, exact references first.

        ``Hit.score`` is the probability that the passage is meant, and ``confidence`` that the first five hold one that
        is; without a ranker the score is that of the fusion and the confidence None.
        """
        started = time.perf_counter()
        exact = [found.passage.id for found in mentioned(question, self.generation, scope.as_of, scope.place)]
        found = self._found(self.query(question, scope, history))
        ordered = list(dict.fromkeys([*exact, *found.rows]))[:k]
        score = dict(zip(found.rows, found.scores, strict=True))
        certain = max(found.scores, default=0.0)
        hits = []
        for rank, row in enumerate(ordered, 1):
            why = set(found.why.get(row, ()))
            value = score.get(row, 0.0)
            if row in exact:
                why.add("exact")
                value = max(value, 1.0 if found.confidence is not None else certain)
            hits.append(Hit(rank, self.generation.passage(row), value, tuple(sorted(why))))
        confidence = 1.0 if exact and found.confidence is not None else found.confidence
        elapsed = (time.perf_counter() - started) * 1000
        return SearchResult(
            question, scope.as_of, self.generation.id, tuple(hits), confidence, tuple(exact), (), {"retrieve": elapsed}
        )

    def _found(self, query: Query) -> Found:
        candidates = gather(self.evidence, query)
        why = _reasons(candidates.lists)
        if self.ranker is None or not len(candidates.rows):
            fused = self._expanded(candidates, why)
            score = dict(zip(candidates.rows.tolist(), candidates.fused.tolist(), strict=True))
            return Found(tuple(fused), tuple(score[r] for r in fused), why, None)
        judged = self.ranker.judge(features(self.evidence, query, candidates))
        rows: I64 = candidates.rows[judged.order]
        chances: F64 = judged.probability[judged.order]
        chances[:HEAD] = self._doubted(query, rows[:HEAD], chances[:HEAD])
        order = np.argsort(-chances[:HEAD], kind="stable")
        ordered = [*rows[:HEAD][order].tolist(), *rows[HEAD:].tolist()]
        for row in ordered:
            why.setdefault(row, set()).add("rerank")
        return Found(
            tuple(ordered), (*chances[:HEAD][order].tolist(), *chances[HEAD:].tolist()), why, judged.confidence
        )

    @cached_property
    def _fields(self) -> Fields | None:
        """The trades that titles name; None for an encoder whose single words cost too much to ask for."""
        if not isinstance(self.encoder, StaticEncoder):
            return None
        encode = self.encoder.encode
        return Fields(self.evidence.columns.titles, lambda word: encode([word])[0])

    def _doubted(self, query: Query, rows: I64, chances: F64) -> F64:
        """Chances of passages whose instrument's trade the question does not come near are lowered."""
        if self._fields is None or not len(rows) or not isinstance(self.encoder, StaticEncoder):
            return chances
        spoken = self.encoder.word_vectors(query.text)
        spoken = spoken / np.maximum(np.linalg.norm(spoken, axis=1, keepdims=True), 1e-6)
        numbers = self.evidence.columns.document[rows]
        named = np.isin(numbers, query.named)
        titles = [self.evidence.columns.titles[n] for n in numbers.tolist()]
        factor = np.where(named, 1.0, self._fields.doubts(titles, query.text, spoken))
        odds = chances / np.maximum(1 - chances, 1e-9) * factor
        lowered: F64 = odds / (1 + odds)
        return lowered

    def _expanded(self, candidates: Candidates, why: Mapping[int, set[str]]) -> list[int]:
        """A duty brings its penalty and a penalty its duty: partners of the first hits follow the first hits."""
        brought = set(candidates.lists["pair"].rows.tolist())
        ordered = [r for r in candidates.rows.tolist() if why.get(r) != {"pair"}]
        head = ordered[:EXPAND_FROM]
        _, partners = self.evidence.columns.partners(np.array(head, np.int64))
        follow = [r for r in dict.fromkeys(partners.tolist()) if r in brought and r not in head]
        rest = [r for r in candidates.rows.tolist() if r not in head]
        return list(dict.fromkeys([*head, *interleave(rest, follow)]))


def _reasons(lists: Mapping[str, Ranked]) -> dict[int, set[str]]:
    why: dict[int, set[str]] = {}
    for name, ranked in lists.items():
        for row in _plain(ranked.rows):
            why.setdefault(row, set()).add(WHY[name])
    return why


def _plain(rows: I64 | Iterable[int]) -> list[int]:
    return [int(row) for row in rows]
