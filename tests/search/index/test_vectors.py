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
    blocks = [vectors.quantise(unit[:1000]), vectors.quantise(unit[1000:])]
    assert vectors.write(tmp_path / "v.faiss", blocks, 256) == 3000
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


def test_an_empty_index_finds_nothing(tmp_path: Path, unit: np.ndarray) -> None:
    vectors.write(tmp_path / "none.faiss", [], 256)
    ids, scores = Vectors.open(tmp_path / "none.faiss").top(unit[0], 5)
    assert len(ids) == len(scores) == 0
