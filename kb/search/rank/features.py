"""Candidates of a question → one row of numbers each, as the ranker was trained on them.

Does not know where candidates come from, what the numbers are worth, or which are right. The order of ``NAMES`` is
part of the trained model. Whatever weighs the evidence must know how much there is: an article whose law has no known
questions gets no votes, which says nothing against it (``asked``, ``asked_share``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from kb.search.lexical.terms import bigrams, clean, words
from kb.search.rank.asks import asks_duty, asks_how, asks_penalty
from kb.search.rank.columns import F32, I64, Columns
from kb.search.rank.columns import bigrams as letters
from kb.search.rank.evidence import Candidates, Evidence, Query, Votes
from kb.search.rank.translation import Likely
from kb.search.rank.values import distinct, greatest, log_rank, of_rows, pooled_of, relative
from kb.search.rank.words import WordSigns, word_signs

HEAD = 10  # votes and law counts are taken among the first 10 …
DEPTH = 50  # … and the first 50 of a list
Block = dict[str, F32 | float]  # a number stands for every candidate
Voted = dict[str, F32]


@dataclass(frozen=True, slots=True)
class _Own:
    """All known questions of each candidate, not only those that were found: the greatest cosine and the mean.

    0 without any; ``nearest``: the number of the nearest one, -1 without any.
    """

    best: F32
    mean: F32
    nearest: I64

    @classmethod
    def of(cls, evidence: Evidence, query: Query, rows: I64) -> _Own:
        n = len(rows)
        owner, questions = evidence.columns.questions(rows)
        cosine = evidence.known.vectors.cosines(questions, query.vector) if len(owner) else np.zeros(0, np.float32)
        mean = np.bincount(owner, cosine, minlength=n) / np.maximum(np.bincount(owner, minlength=n), 1)
        nearest = np.full(n, -1, np.int64)
        rising = np.lexsort((cosine, owner))
        nearest[owner[rising]] = questions[rising]  # of several the last one stays: the nearest
        return cls(greatest(n, owner, cosine), mean.astype(np.float32), nearest)


@dataclass(frozen=True, slots=True)
class _Scene:
    """One question's evidence and candidates, and what several blocks of features need.

    ``cosine``: of each candidate; ``near``: votes of the nearest known questions; ``present[law]`` is the number of
    each candidate's document.
    """

    evidence: Evidence
    query: Query
    found: Candidates
    cosine: F32
    own: _Own
    near: Voted
    around: I64
    present: I64
    law: I64

    @classmethod
    def of(cls, evidence: Evidence, query: Query, found: Candidates) -> _Scene:
        rows, columns = found.rows, evidence.columns
        cosine = evidence.vectors.cosines(rows, query.vector)
        near = _voted(evidence, rows, found.near)
        own = _Own.of(evidence, query, rows)
        law = distinct(columns.document[rows])
        return cls(evidence, query, found, cosine, own, near, _neighbours(columns, rows), *law)

    @property
    def rows(self) -> I64:
        return self.found.rows

    @property
    def columns(self) -> Columns:
        return self.evidence.columns

    @property
    def documents(self) -> I64:
        return self.columns.document[self.rows]


def _dense(s: _Scene) -> Block:
    c, q = s.cosine, s.query
    around = s.around
    near = s.evidence.vectors.cosines(around.ravel(), q.vector).reshape(around.shape)
    out: Block = {
        "cos": c,
        "cos_below_best": c - c.max(initial=-1.0),
        "cos_rank": log_rank(c),
        "cos_neighbour_best": near.max(axis=0),
        "cos_neighbour_mean": near.mean(axis=0),
    }
    if q.turns:
        vectors = s.evidence.vectors.rows(s.rows)
        out["cos_last"], out["cos_before"] = vectors @ q.last, vectors @ q.before
    else:
        out["cos_last"] = out["cos_before"] = c
    return out


def _neighbours(columns: Columns, rows: I64) -> I64:
    """Rows before and after in the same document, shape (2, n); the row itself at an end."""
    before, after = np.maximum(rows - 1, 0), np.minimum(rows + 1, len(columns) - 1)
    document = columns.document
    return np.stack(
        (
            np.where(document[before] == document[rows], before, rows),
            np.where(document[after] == document[rows], after, rows),
        )
    )


def _lexical(s: _Scene) -> Block:
    bm25 = s.found.bm25[s.rows]
    text = s.query.text
    names, idf, counts = s.evidence.lexical.matrix(text, s.rows)
    cleaned = clean(text)
    word_set = set(words(cleaned))
    whole = np.fromiter((n in word_set for n in names), np.bool_, len(names))
    pair_set = set(bigrams(cleaned))
    paired = np.fromiter((n in pair_set for n in names), np.bool_, len(names))
    weights = counts.astype(np.float32)
    weights /= weights + s.evidence.lexical.norms(s.rows)
    weights *= idf[:, None]
    there = counts > 0
    all_mass = float(idf.sum()) or 1.0
    top_worded = float(s.found.worded.scores[0]) if len(s.found.worded.scores) else 0.0
    out: Block = {
        "bm25": bm25,
        "bm25_relative": relative(bm25),
        "bm25_rank": log_rank(bm25),
        "bm25_neighbour": relative(s.found.bm25[s.around].max(axis=0)),
        "terms_found": there.sum(axis=0, dtype=np.float32),
        "worded_cover": top_worded / all_mass,
        "bm25_top": float(bm25.max(initial=0.0)) / all_mass,
    }
    for name, chosen in (("words", whole), ("bigrams", paired)):
        part = weights[chosen].sum(axis=0)
        mass = float(idf[chosen].sum()) or 1.0
        out[f"bm25_{name}"] = part
        out[f"bm25_{name}_relative"] = relative(part)
        out[f"coverage_{name}"] = (idf[chosen] @ there[chosen]) / np.float32(mass)
    return out


def _words(s: _Scene) -> Block:
    """Words compared one by one; zeros where the encoder has no table of words."""
    if s.evidence.words is None:
        signs, told = WordSigns.none(len(s.rows)), Likely.none(len(s.rows))
    else:
        signs, told = word_signs(s.evidence.words, s.columns, s.query.text, s.rows, s.own.nearest)
    out: Block = {f"words_{f.name}": getattr(signs, f.name) for f in fields(WordSigns)}
    for name in ("forth", "wide", "rare", "narrow", "telling", "partner", "own"):
        values: F32 = getattr(signs, name)
        out[f"words_{name}_below_best"] = values - values.max(initial=0.0)
    out["words_rank"] = log_rank(signs.forth)
    out["words_own_rank"] = log_rank(signs.own)
    for name, likelihood in (("likely", told.whole), ("likely_wide", told.wide)):
        out[name] = likelihood
        out[f"{name}_below_best"] = likelihood - likelihood.max(initial=0.0)
    out["likely_rank"] = log_rank(told.whole)
    return out


def _pooled(s: _Scene) -> Block:
    pooled = pooled_of(s.evidence, s.found)
    return {"pooled": pooled, "pooled_relative": relative(pooled), "pooled_rank": log_rank(pooled)}


def _votes(s: _Scene) -> Block:
    worded = _voted(s.evidence, s.found.rows, s.found.worded)
    out: Block = {f"near_{name}": values for name, values in s.near.items()}
    out |= {f"worded_{name}": values for name, values in worded.items()}
    out["worded_relative"] = relative(worded["best"])
    top_near = s.found.near.scores[:2]
    out["near_top"] = float(top_near[0]) if len(top_near) else 0.0
    out["near_top_gap"] = float(top_near[0] - top_near[1]) if len(top_near) > 1 else 0.0
    top_worded = s.found.worded.scores[:1]
    out["worded_top"] = float(top_worded[0]) if len(top_worded) else 0.0
    columns = s.columns
    out["own_best"], out["own_mean"] = s.own.best, s.own.mean
    out["asked"] = np.log1p(columns.asked[s.rows])
    out["asked_share"] = columns.asked_share[s.documents]
    return out


def _voted(evidence: Evidence, candidates: I64, votes: Votes) -> Voted:
    """What the known questions of one list say of each candidate and of its law."""
    n, document = len(candidates), evidence.columns.document
    owner, rows = votes.rows(evidence.known)
    order = np.argsort(candidates, kind="stable")
    at = np.minimum(np.searchsorted(candidates[order], rows), max(n - 1, 0))
    slot = order[at] if n else at
    hit = candidates[slot] == rows if n else np.zeros(len(rows), np.bool_)
    owner_hit, slot = owner[hit], slot[hit]
    scores = votes.scores
    top = float(scores[0]) if len(scores) else 1.0
    weight = np.exp((scores - top) / np.float32(0.1 * max(top, 1e-6)))
    law = np.bincount(document[rows], weight[owner], minlength=len(evidence.columns.titles))
    total = float(law.sum()) or 1.0
    return {
        "best": greatest(n, slot, scores[owner_hit]),
        "mass": np.bincount(slot, weight[owner_hit], minlength=n).astype(np.float32),
        "head": np.bincount(slot[owner_hit < HEAD], minlength=n).astype(np.float32),
        "depth": np.bincount(slot[owner_hit < DEPTH], minlength=n).astype(np.float32),
        "law": (law[document[candidates]] / total).astype(np.float32),
    }


def _trust(s: _Scene) -> Block:
    """Of the question as a whole: may its answer be an article that has known questions, or one that has none?

    Votes all for one article of one law, by questions that hold the same words, speak for the first; articles without
    known questions among the nearest and best worded speak for the second.
    """
    columns, found, near = s.columns, s.found, s.near
    voted = int(near["mass"].argmax()) if len(s.rows) else 0
    has = bool(len(s.rows)) and float(near["mass"].max()) > 0
    out: Block = {}
    for name in ("dense", "lexical"):
        rows = found.lists[name].rows[:DEPTH]
        asked, share = columns.asked[rows] > 0, columns.asked_share[columns.document[rows[:20]]]
        out[f"{name}_asked_10"] = float(asked[:HEAD].mean()) if len(rows) else 0.0
        out[f"{name}_asked_50"] = float(asked.mean()) if len(rows) else 0.0
        out[f"{name}_law_asked"] = float(share.mean()) if len(rows) else 0.0
    out["near_law_top"] = float(near["law"].max(initial=0.0))
    out["near_mass_top"] = float(near["mass"].max(initial=0.0))
    out["cos_voted"] = float(s.cosine[voted]) if has else 0.0
    out["cos_beyond_voted"] = s.cosine - out["cos_voted"]
    bm25 = found.bm25[s.rows]
    top = float(bm25.max(initial=0.0)) or 1.0
    out["bm25_voted"] = float(bm25[voted]) / top if has else 0.0
    out["bm25_beyond_voted"] = (bm25 / np.float32(top)) - out["bm25_voted"]
    return out


def _law(s: _Scene) -> Block:
    documents = s.documents
    size = len(s.columns.titles)
    out: Block = {}
    for name in ("dense", "lexical"):
        rows = s.found.lists[name].rows[:DEPTH]
        share = np.bincount(s.columns.document[rows], minlength=size) / max(len(rows), 1)
        out[f"law_{name}"] = share[documents].astype(np.float32)
    best = np.full(size, -1.0, np.float32)
    np.maximum.at(best, documents, s.cosine)
    out["law_cos_below_best"] = best[documents] - s.cosine.max(initial=-1.0)
    out["cos_below_law"] = s.cosine - best[documents]
    return out


def _field(s: _Scene) -> Block:
    """Whether the question speaks of what the law is about; see ``laws``."""
    signs = s.evidence.laws.signs(s.query.text, s.query.vector, s.present)
    near, topic = signs.near[s.law], signs.topic[s.law]
    first = np.argsort(-s.found.fused, kind="stable")[:HEAD]
    return {
        "field_near": near,
        "field_mean": signs.mean[s.law],
        "field_none": signs.plain[s.law],
        "field_top": float(near[first].max(initial=0.0)),
        "topic_cos": topic,
        "topic_below_best": topic - topic.max(initial=-1.0),
    }


def _title(s: _Scene) -> Block:
    columns = s.columns
    asked = letters(s.query.text)
    weights, titles = columns.title_weights, columns.title_bigrams
    found = np.array([sum([weights[b] for b in titles[d] & asked]) for d in s.present.tolist()], np.float32)
    share = found / columns.title_mass[s.present]
    named = np.array([d in s.query.named for d in s.present.tolist()], np.float32)
    return {
        "title_found": found[s.law],
        "title_share": share[s.law],
        "named": named[s.law],
        "any_named": float(len(s.query.named) > 0),
    }


def _partners(s: _Scene) -> Block:
    """What speaks for the duty or the penalty that a candidate belongs to."""
    n = len(s.rows)
    owner, partner = s.columns.partners(s.rows)
    cosine = s.evidence.vectors.cosines(partner, s.query.vector) if len(partner) else np.zeros(0, np.float32)
    top = float(s.found.bm25.max(initial=0.0)) or 1.0
    vote_owner, vote_rows = s.found.near.rows(s.evidence.known)
    near = of_rows(partner, vote_rows, s.found.near.scores[vote_owner])
    return {
        "partners": np.bincount(owner, minlength=n).astype(np.float32),
        "partner_cos": greatest(n, owner, cosine),
        "partner_bm25": greatest(n, owner, s.found.bm25[partner] / np.float32(top)),
        "partner_near": greatest(n, owner, near),
    }


def _nature(s: _Scene) -> Block:
    columns, documents, text = s.columns, s.documents, s.query.text
    penalty = asks_penalty(text)
    sanction = columns.sanction[s.rows].astype(np.float32)
    return {
        "fused": s.found.fused,
        "fused_rank": log_rank(s.found.fused),
        "length": columns.length[s.rows],
        "place": columns.place[s.rows],
        "article": columns.article[s.rows].astype(np.float32),
        "sanction": sanction,
        "penalty_fits": sanction if penalty else -sanction,
        "asks_penalty": float(penalty),
        "asks_duty": float(asks_duty(text)),
        "asks_how": float(asks_how(text)),
        "rank_order": columns.rank_order[documents],
        "local": columns.local[documents].astype(np.float32),
        "trade": columns.trade[documents].astype(np.float32),
        "question_length": float(len(text)),
        "turns": float(s.query.turns),
        "cos_top": float(s.cosine.max(initial=0.0)),
    }


_BLOCKS: tuple[Callable[[_Scene], Block], ...] = (
    _dense,
    _lexical,
    _words,
    _pooled,
    _votes,
    _trust,
    _law,
    _field,
    _title,
    _partners,
    _nature,
)

NAMES = (
    *("cos", "cos_below_best", "cos_rank", "cos_neighbour_best", "cos_neighbour_mean", "cos_last", "cos_before"),
    *("bm25", "bm25_relative", "bm25_rank", "bm25_neighbour", "terms_found"),
    *("bm25_words", "bm25_words_relative", "coverage_words"),
    *("bm25_bigrams", "bm25_bigrams_relative", "coverage_bigrams"),
    *("words_forth", "words_back", "words_wide", "words_rare", "words_narrow", "words_telling"),
    *("words_there", "words_found", "words_hinted", "words_partner", "words_own", "words_forth_below_best"),
    *("words_wide_below_best", "words_rare_below_best", "words_narrow_below_best", "words_telling_below_best"),
    *("words_partner_below_best", "words_own_below_best", "words_rank", "words_own_rank"),
    *("likely", "likely_below_best", "likely_wide", "likely_wide_below_best", "likely_rank"),
    *("pooled", "pooled_relative", "pooled_rank"),
    *("near_best", "near_mass", "near_head", "near_depth", "near_law"),
    *("worded_best", "worded_mass", "worded_head", "worded_depth", "worded_law", "worded_relative"),
    *("own_best", "own_mean", "near_top", "near_top_gap", "worded_top", "asked", "asked_share"),
    *("dense_asked_10", "dense_asked_50", "dense_law_asked", "lexical_asked_10", "lexical_asked_50"),
    *("lexical_law_asked", "near_law_top", "near_mass_top"),
    *("cos_voted", "cos_beyond_voted", "bm25_voted", "bm25_beyond_voted", "worded_cover", "bm25_top"),
    *("law_dense", "law_lexical", "law_cos_below_best", "cos_below_law"),
    *("field_near", "field_mean", "field_none", "field_top", "topic_cos", "topic_below_best"),
    *("title_found", "title_share", "named", "any_named"),
    *("partners", "partner_cos", "partner_bm25", "partner_near"),
    *("fused", "fused_rank", "length", "place", "article", "sanction", "penalty_fits"),
    *("asks_penalty", "asks_duty", "asks_how", "rank_order", "local", "question_length", "turns", "cos_top"),
    "trade",
)


def features(evidence: Evidence, query: Query, found: Candidates) -> F32:
    """One row a candidate, columns as ``NAMES``; shape (len(found.rows), len(NAMES))."""
    scene = _Scene.of(evidence, query, found)
    block: Block = {}
    for part in _BLOCKS:
        block |= part(scene)
    out = np.empty((len(NAMES), len(found.rows)), np.float32)
    for column, name in zip(out, NAMES, strict=True):
        column[:] = block[name]
    return out.T
