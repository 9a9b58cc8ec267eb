"""The booster beside LightGBM's own package, the calibration's arithmetic, broken files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.records import ModelError
from kb.search.rank import NAMES, Ranker, load_ranker
from kb.search.rank.booster import Booster
from kb.search.rank.logistic import Logistic
from kb.search.rank.ranker import BELOW, META, MODEL, SECOND, SHIPPED, hit_signs, joined


def test_the_shipped_model_is_small_and_fits_the_features() -> None:
    ranker = load_ranker()
    assert ranker is not None
    assert set(ranker.features) <= set(NAMES)
    assert sum((SHIPPED / name).stat().st_size for name in (MODEL, SECOND)) <= 1_000_000


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_booster_predicts_what_lightgbm_predicts() -> None:
    import lightgbm

    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 5))
    y = (x[:, 0] + x[:, 1] ** 2 > 0.5).astype(int)
    data = lightgbm.Dataset(x, y, group=[20] * 30)
    trained = lightgbm.train(
        {"objective": "lambdarank", "num_leaves": 7, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1}, data, 20
    )
    ours = Booster(trained.model_to_string())
    assert ours.features == 5
    assert np.allclose(ours.predict(x), trained.predict(x, raw_score=True), atol=1e-12)
    assert ours.predict(np.empty((0, 5))).shape == (0,)
    with pytest.raises(ValueError, match="expected 5 features"):
        ours.predict(x[:, :4])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / MODEL).unlink(), "读不出来"),
        (lambda f: (f / SECOND).unlink(), "读不出来"),
        (lambda f: shutil.copy(f / MODEL, f / SECOND), "不符"),
        (lambda f: (f / META).write_text("{"), "读不出来"),
        (lambda f: (f / MODEL).write_text("no model"), "排序模型"),
        (lambda f: (f / META).write_text(json.dumps({"features": list(NAMES[:3])})), "读不出来"),
        (lambda f: _edit(f, features=["没有这个特征"]), "读不出来"),
        (lambda f: _edit(f, features=list(NAMES[:4])), "不符"),
        (lambda f: _edit(f, hit={"weights": [1.0], "bias": 0.0}), "expected 5 weights"),
    ],
)
def test_broken_files_are_refused_with_the_cure(tmp_path: Path, damage: object, said: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    assert callable(damage)
    damage(folder)
    with pytest.raises(ModelError, match=said) as raised:
        Ranker(folder)
    assert "恢复" in str(raised.value)
    assert "\n" not in str(raised.value)


def _edit(folder: Path, **changes: object) -> None:
    meta = json.loads((folder / META).read_text("utf-8"))
    (folder / META).write_text(json.dumps({**meta, **changes}), "utf-8")


def test_no_ranker_where_there_is_none(tmp_path: Path) -> None:
    assert load_ranker(tmp_path) is None


def test_signs_of_hits_worked_by_hand() -> None:
    signs = hit_signs(np.array([1.0, 3.0, 3.0 - np.log(3)]))
    assert signs[:, 0].tolist() == pytest.approx([1.0, 3.0, 3.0 - np.log(3)])
    assert signs[:, 1].tolist() == pytest.approx([-2.0, 0.0, -np.log(3)])
    assert np.exp(signs[:, 2]).round().tolist() == [3, 1, 2]
    assert np.exp(signs[:, 3]).sum() == pytest.approx(1)
    assert np.exp(signs[1, 4]) == pytest.approx(1 / (1 + 1 / 9 + np.exp(-4)))


@given(st.lists(st.floats(-8, 8), min_size=1, max_size=30))
def test_a_greater_score_is_never_less_probable(raw: list[float]) -> None:
    ranker = load_ranker()
    assert ranker is not None
    probability = ranker.hit(hit_signs(np.array(raw)))
    order = np.argsort(-np.array(raw), kind="stable")
    assert (np.diff(probability[order]) <= 1e-9).all()
    assert ((probability >= 0) & (probability <= 1)).all()


@given(st.lists(st.floats(-8, 8), min_size=2, max_size=30), st.data())
def test_candidates_ranked_twice_stand_before_the_others(alone: list[float], data: st.DataObject) -> None:
    raw = np.array(alone)
    head = np.argsort(-raw, kind="stable")[: data.draw(st.integers(1, len(alone)))]
    second = np.array(data.draw(st.lists(st.floats(-8, 8), min_size=len(head), max_size=len(head))))
    found = joined(raw, head, second)
    assert found[head].tolist() == second.tolist()
    rest = np.setdiff1d(np.arange(len(raw)), head)
    assert (found[rest] <= second.min() - BELOW + 1e-9).all()
    assert (np.diff(found[rest][np.argsort(-raw[rest], kind="stable")]) <= 1e-9).all()


def test_logistic() -> None:
    model = Logistic(np.array([2.0, -1.0]), 0.5)
    assert model(np.array([0.0, 0.5])) == pytest.approx(0.5)
    assert model(np.array([[1e9, 0.0], [-1e9, 0.0]])).tolist() == pytest.approx([1, 0], abs=1e-9)
    with pytest.raises(ValueError, match="expected 3 weights, got"):
        Logistic.of({"weights": [1, 2], "bias": 0}, 3)
