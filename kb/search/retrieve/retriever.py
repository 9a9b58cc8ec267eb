"""The retriever: one question's way from text to hits.

Does not know how answers are worded, nor who asks.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from threadpoolctl import threadpool_limits

from kb.base.records import NATIONAL, Hit, SearchResult
from kb.search.embed import Encoder, StaticEncoder, passage_text
from kb.search.index import Generation
from kb.search.lookup import mentioned
from kb.search.rank import Candidates, Columns, Evidence, Query, Ranker, features, pruned
from kb.search.rank.columns import I64, Flags
from kb.search.rank.cross import FIRST, CrossReranker
from kb.search.rank.logistic import F64
from kb.search.rank.reports import Best, report_model, route_signs, row_signs
from kb.search.retrieve.candidates import gather, report_rows, saying
from kb.search.retrieve.collapse import collapsed
from kb.search.retrieve.found import Found, joined
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
# Questions worked on at once, at most one a core: more threads only take the interpreter's lock from each other (8
# threads on two cores: 40 questions a second, two at a time 65).
MOST_AT_ONCE = 4
HISTORY = 2  # earlier questions that a follow-up carries with it
EXPAND_FROM = 5  # hits whose partners are brought along where no ranker has weighed them
# A path is left out where the question is that surely about the other kind.
SURE = 0.05
# Nearness of the nearest known question that speaks neither for laws nor for reports: what an index without any has.
NEITHER = 0.58


@dataclass(frozen=True, slots=True)
class Allowed:
    """Rows that may answer: of laws and of reports."""

    laws: Flags
    reports: Flags


@dataclass(frozen=True, slots=True)
class ReportSigns:
    """Passages of reports with their signs, and those of the question as a whole; see ``kb.search.rank.reports``."""

    rows: I64
    signs: F64
    route: F64


class Retriever:
    """Answers questions from one generation. Safe for several threads."""

    def __init__(
        self,
        generation: Generation,
        encoder: Encoder,
        ranker: Ranker | None = None,
        *,
        cross: CrossReranker | None = None,
        home: str = "",
    ) -> None:
        """``ranker`` None: candidates stay in the order of their fusion, and no confidence is known.

        ``home``: the configured place, whose text stands for those of other places that say the same.
        """
        self.generation = generation
        self.encoder = encoder
        self.ranker = ranker
        self.cross = cross
        self.home = home
        self._allowed = lru_cache(maxsize=64)(self._make_allowed)
        self._turns = threading.Semaphore(min(os.cpu_count() or 1, MOST_AT_ONCE))

    @cached_property
    def evidence(self) -> Evidence:
        """The generation as ranking sees it."""
        g = self.generation
        # One question, one core. Products this small gain nothing by more; a waiting BLAS thread keeps its core busy,
        # and eight people at once got half the answers.
        threadpool_limits(1, "blas")
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

    def _place_of(self, row: int) -> str:
        """The place whose rule a row is; empty for national law and reports."""
        document = self.generation.document_of(row)
        return "" if document.jurisdiction == NATIONAL else document.jurisdiction

    def _text_of(self, row: int) -> str:
        return self.generation.passage(row).text

    def _make_allowed(self, scope: Scope) -> Allowed:
        flags = mask(eligible(self.generation.documents(), scope), len(self.generation))
        flags &= self.generation.answerable
        of_report = self.evidence.columns.report[self.evidence.columns.document]
        laws, reports = flags & ~of_report, flags & of_report & saying(self.evidence)
        for f in (laws, reports):
            f.setflags(write=False)
        return Allowed(laws, reports)

    def query(self, question: str, scope: Scope, history: Sequence[str] = ()) -> Query:
        """The question as the means need it, earlier questions in front; ``allowed`` are laws."""
        earlier = list(history[-HISTORY:])
        text = " ".join((*earlier, question))
        keys = named_keys(text, self.generation.catalogue, scope.place)
        named = tuple(i for key in keys for i in self._numbers.get(key, ()))
        laws = self._allowed(scope).laws
        if not earlier:
            vector = self.encoder.encode([text], kind="query")[0]
            return Query(text, vector, laws, vector, vector, named)
        vectors = self.encoder.encode([text, question, earlier[-1]], kind="query")
        return Query(text, vectors[0], laws, vectors[1], vectors[2], named, len(earlier))

    def search(self, question: str, *, scope: Scope, k: int = 20, history: Sequence[str] = ()) -> SearchResult:
        """The ``k`` best passages, exact references first.

        ``Hit.score`` is the probability that the passage is meant, and ``confidence`` that the first five hold one that
        is; without a ranker the score is that of the fusion and the confidence None.
        """
        with self._turns:
            return self._search(question, scope, k, history)

    def _search(self, question: str, scope: Scope, k: int, history: Sequence[str]) -> SearchResult:
        started = time.perf_counter()
        exact = [found.passage.id for found in mentioned(question, self.generation, scope.as_of, scope.place)]
        found = self._found(question, scope, history)
        rows = found.rows if scope.place else collapsed(found.rows, self._place_of, self._text_of, self.home)
        ordered = list(dict.fromkeys([*exact, *rows]))[:k]
        score = dict(zip(found.rows, found.scores, strict=True))
        if found.confidence is not None:  # an address that stands in the question is meant
            score.update(dict.fromkeys(exact, 1.0))
        hits = [
            Hit(rank, passage, score.get(passage.id, 0.0), tuple(sorted(_why(found, passage.id, exact))))
            for rank, passage in enumerate(self.generation.passages(ordered), 1)
        ]
        confidence = 1.0 if exact and found.confidence is not None else found.confidence
        elapsed = (time.perf_counter() - started) * 1000
        return SearchResult(
            question, scope.as_of, self.generation.id, tuple(hits), confidence, tuple(exact), (), {"retrieve": elapsed}
        )

    def _found(self, question: str, scope: Scope, history: Sequence[str]) -> Found:
        """Laws, reports, or both where the question leaves it open; reports compete with each other only."""
        query, allowed = self.query(question, scope, history), self._allowed(scope)
        laws, reports = bool(allowed.laws.any()), bool(allowed.reports.any())
        if not reports and not laws:
            return Found()
        candidates = gather(self.evidence, query)
        share = float(not laws)
        rows = report_rows(self.evidence, query, allowed.reports, candidates.bm25) if reports else None
        if rows is not None and laws:
            share = float(report_model().route(self._route(query, candidates, rows)))
        found = self._laws(query, candidates) if share < 1 - SURE else Found(confidence=0.0)
        if rows is None or share < SURE:
            return found
        about = self._reports(rows, row_signs(self.evidence, query, rows, candidates.bm25))
        if share > 1 - SURE:
            return about
        return joined(found, about, share)

    # ---- laws -----------------------------------------------------------------------------------

    def _laws(self, query: Query, candidates: Candidates) -> Found:
        if not len(candidates.rows):
            return Found(confidence=None if self.ranker is None else 0.0)
        if self.ranker is not None:
            candidates = pruned(self.evidence, query, candidates)
        why = _reasons(candidates)
        if self.ranker is None:
            rows = self._expanded(candidates, why)
            score = dict(zip(candidates.rows.tolist(), candidates.fused.tolist(), strict=True))
            return self._read_again(query, Found(tuple(rows), tuple(score[r] for r in rows), why, None))
        judged = self.ranker.judge(self.evidence, candidates.rows, features(self.evidence, query, candidates))
        rows = candidates.rows[judged.order].tolist()
        for row in rows:
            why[row].add("rerank")
        scores = judged.probability[judged.order].tolist()
        rest = candidates.rest.tolist()  # never weighed in full: no likelier than the last that was
        return self._read_again(
            query, Found((*rows, *rest), (*scores, *[scores[-1]] * len(rest)), why, judged.confidence)
        )

    def _read_again(self, query: Query, found: Found) -> Found:
        """The first hits in the order of the cross-encoder, if there is one; each place keeps its probability."""
        if self.cross is None:
            return found
        head = found.rows[:FIRST]
        texts = [passage_text(p) for p in self.generation.passages(head)]
        order = np.argsort(-self.cross.scores(query.text, texts), kind="stable")
        rows = tuple(head[i] for i in order.tolist())
        return Found((*rows, *found.rows[FIRST:]), found.scores, found.why, found.confidence)

    def _expanded(self, candidates: Candidates, why: Mapping[int, set[str]]) -> list[int]:
        """A duty brings its penalty and a penalty its duty: partners of the first hits follow the first hits."""
        brought = set(candidates.lists["pair"].rows.tolist())
        ordered = [r for r in candidates.rows.tolist() if why.get(r) != {"pair"}]
        head = ordered[:EXPAND_FROM]
        _, partners = self.evidence.columns.partners(np.array(head, np.int64))
        follow = [r for r in dict.fromkeys(partners.tolist()) if r in brought and r not in head]
        rest = [r for r in candidates.rows.tolist() if r not in head]
        return list(dict.fromkeys([*head, *interleave(rest, follow)]))

    # ---- reports --------------------------------------------------------------------------------

    def report_signs(self, question: str, scope: Scope, history: Sequence[str] = ()) -> ReportSigns:
        """What the weights of reports are trained on; see ``eval.rank.reports``."""
        query = self.query(question, scope, history)
        candidates = gather(self.evidence, query)
        rows = report_rows(self.evidence, query, self._allowed(scope).reports, candidates.bm25)
        signs = row_signs(self.evidence, query, rows, candidates.bm25)
        return ReportSigns(rows, signs, self._route(query, candidates, rows))

    def _route(self, query: Query, candidates: Candidates, rows: I64) -> F64:
        """Signs of the question as a whole; ``rows``: passages of reports."""
        dense, lexical = (candidates.lists[name].scores for name in ("dense", "lexical"))
        near = candidates.near.scores
        best = Best(
            cosine=float(dense[0]) if len(dense) else 0.0,
            bm25=float(lexical[0]) if len(lexical) else 0.0,
            known=float(near[0]) if len(near) else NEITHER,
        )
        return route_signs(self.evidence, query, rows, candidates.bm25, best)

    def _reports(self, rows: I64, signs: F64) -> Found:
        model = report_model()
        probability = model.hit(signs)
        order = np.argsort(-probability, kind="stable")
        ordered, scores = rows[order].tolist(), probability[order]
        why = {row: {"dense", "lexical"} for row in ordered}
        return Found(tuple(ordered), tuple(scores.tolist()), why, model.confidence(scores))


def _reasons(candidates: Candidates) -> dict[int, set[str]]:
    """Which lists brought each candidate, and each of the rest."""
    why: dict[int, set[str]] = {row: set() for row in (*candidates.rows.tolist(), *candidates.rest.tolist())}
    rows = frozenset(why)
    for name, ranked in candidates.lists.items():
        for row in rows.intersection(ranked.rows.tolist()):
            why[row].add(WHY[name])
    return why


def _why(found: Found, row: int, exact: Sequence[int]) -> set[str]:
    reasons = set(found.why.get(row, ()))
    return reasons | {"exact"} if row in exact else reasons
