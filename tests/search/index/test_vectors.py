"""Vectors as bytes: the order of exact float32 search, masks, and edges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.search.index import vectors
from kb.search.index.vectors import Vectors


@pytest.fixture
def unit() -> np.ndarray:
    rng = np.random.default_rng(7)
    raw = rng.normal(size=(3000, 256)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


@pytest.fixture
def stored(tmp_path: Path, unit: np.ndarray) -> Vectors:
    assert vectors.write(tmp_path / "v.faiss", vectors.quantise(unit)) == 3000
    return Vectors.open(tmp_path / "v.faiss")


def test_the_nearest_are_those_of_exact_search(stored: Vectors, unit: np.ndarray) -> None:
    rng = np.random.default_rng(8)
    kept = 0
    for row in range(0, 3000, 100):
        query = unit[row] + rng.normal(scale=0.03, size=256).astype(np.float32)
        query /= np.linalg.norm(query)
        exact = unit @ query
        ids, scores = stored.top(query, 10)
        assert ids[0] == row
        assert scores == pytest.approx(exact[ids], abs=0.01)
        kept += len(set(ids.tolist()) & set(np.argsort(-exact)[:10].tolist()))
    assert kept >= 0.9 * 30 * 10  # the tail of random neighbours lies within the quantisation step


def test_only_allowed_rows_are_found(stored: Vectors, unit: np.ndarray) -> None:
    allowed = np.zeros(3000, np.bool_)
    allowed[[5, 17, 2999]] = True
    ids, _ = stored.top(unit[17], 10, allowed)
    assert ids[0] == 17
    assert sorted(ids.tolist()) == [5, 17, 2999]
    assert len(stored.top(unit[17], 10, np.zeros(3000, np.bool_))[0]) == 0


def test_rows_come_back_as_they_were_stored(stored: Vectors, unit: np.ndarray) -> None:
    wanted = np.array([0, 1500, 2999])
    assert stored.rows(wanted) == pytest.approx(unit[wanted], abs=0.5 / vectors.SCALE + 1e-6)


def test_products_with_a_vector_are_those_of_the_rows(stored: Vectors, unit: np.ndarray) -> None:
    wanted = np.array([0, 1500, 2999])
    assert stored.cosines(wanted, unit[7]) == pytest.approx(stored.rows(wanted) @ unit[7], abs=1e-5)


@pytest.fixture(scope="module")
def many() -> np.ndarray:
    rng = np.random.default_rng(9)
    topics = rng.normal(size=(400, 256)).astype(np.float32)  # texts lie about topics, not all over space
    raw = topics[rng.integers(0, 400, vectors.MANY + 1000)]
    raw += rng.normal(scale=0.7, size=raw.shape).astype(np.float32)
    unit: np.ndarray = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return unit


def test_many_rows_are_found_by_a_shortlist(tmp_path: Path, many: np.ndarray) -> None:
    raw, rng = many, np.random.default_rng(11)
    vectors.write(tmp_path / "v.faiss", vectors.quantise(raw))
    assert (tmp_path / "v.signs").is_file()
    found = Vectors.open(tmp_path / "v.faiss")
    allowed = np.ones(len(raw), np.bool_)
    allowed[::50] = False
    alike = []
    for row in range(1, len(raw), 1999):
        query = raw[row] + rng.normal(scale=0.02, size=256).astype(np.float32)
        query /= np.linalg.norm(query)
        ids, scores = found.top(query, 20, allowed)
        exact, _ = found.exact(query, 20, allowed)
        assert allowed[ids].all()
        assert scores == pytest.approx(raw[ids] @ query, abs=0.01)
        assert list(scores) == sorted(scores, reverse=True)
        if allowed[row]:
            assert ids[0] == row
        alike.append(len(set(ids.tolist()) & set(exact.tolist())) / 20)
    assert np.mean(alike) > 0.95


def test_flags_made_ready_find_what_other_flags_find(tmp_path: Path, many: np.ndarray) -> None:
    vectors.write(tmp_path / "v.faiss", vectors.quantise(many))
    found = Vectors.open(tmp_path / "v.faiss")
    every = []
    for step in range(30, 30 + 2 * vectors.READY):  # more sets than are kept
        allowed = np.ones(len(many), np.bool_)
        allowed[::step] = False
        ready = allowed.copy()
        ready.setflags(write=False)
        every.append((allowed, ready))
    for _ in range(2):
        for row, (allowed, ready) in enumerate(every):
            ids, scores = found.top(many[row * 37], 20, allowed)
            ids_ready, scores_ready = found.top(many[row * 37], 20, ready)
            assert ready[ids_ready].all()
            assert ids_ready.tolist() == ids.tolist()
            assert scores_ready == pytest.approx(scores)


def test_signs_already_known_are_written_as_they_are(tmp_path: Path, many: np.ndarray) -> None:
    codes = vectors.quantise(many)
    vectors.write(tmp_path / "one.faiss", codes)
    one = Vectors.open(tmp_path / "one.faiss")
    assert vectors.signed(one.codes).tolist() == codes.tolist()
    vectors.write(tmp_path / "two.faiss", vectors.signed(one.codes), one.bits)
    for suffix in (".faiss", ".signs"):
        assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_few_allowed_rows_are_searched_exactly(tmp_path: Path) -> None:
    rng = np.random.default_rng(10)
    raw = rng.normal(size=(vectors.MANY, 128)).astype(np.float32)
    raw /= np.linalg.norm(raw, axis=1, keepdims=True)
    vectors.write(tmp_path / "v.faiss", vectors.quantise(raw))
    found = Vectors.open(tmp_path / "v.faiss")
    allowed = np.zeros(len(raw), np.bool_)
    allowed[rng.choice(len(raw), 300, replace=False)] = True
    ids, _ = found.top(raw[0], 300, allowed)
    assert sorted(ids.tolist()) == np.flatnonzero(allowed).tolist()


def test_an_empty_index_finds_nothing(tmp_path: Path, unit: np.ndarray) -> None:
    vectors.write(tmp_path / "none.faiss", np.empty((0, 256), np.int8))
    ids, scores = Vectors.open(tmp_path / "none.faiss").top(unit[0], 5)
    assert len(ids) == len(scores) == 0
