"""Intervals and paired tests, against scipy and against cases whose answer is known."""

import numpy as np
import pytest
from scipy.stats import binomtest, bootstrap, permutation_test

from eval.metrics import interval, paired, percentiles


def test_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(1).random(120)
    low, high = interval(list(values))
    known = bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=np.random.default_rng(2))
    assert low == pytest.approx(known.confidence_interval.low, abs=0.01)
    assert high == pytest.approx(known.confidence_interval.high, abs=0.01)


def test_interval_of_one_value_and_of_none() -> None:
    assert interval([0.5, 0.5, 0.5]) == (0.5, 0.5)
    assert interval([]) is None


@pytest.mark.parametrize(
    ("values", "low", "high"), [([1.0, 1.0], 0.158, 1.0), ([0.0] * 10, 0.0, 0.308), ([1.0] * 385, 0.990, 1.0)]
)
def test_all_right_is_no_certainty(values: list[float], low: float, high: float) -> None:
    assert interval(values) == pytest.approx((low, high), abs=5e-4)
    lower, upper = interval(values) or (0.0, 0.0)
    exact = binomtest(int(sum(values)), len(values)).proportion_ci(0.95, method="exact")
    assert (lower, upper) == pytest.approx((exact.low, exact.high), abs=1e-6)


def test_the_permutation_test_agrees_with_scipy() -> None:
    chance = np.random.default_rng(3)
    a = chance.random(40)
    b = a + chance.normal(0.03, 0.1, 40)
    known = permutation_test(
        (a, b),
        lambda x, y: abs(np.mean(y - x)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=4000,
        rng=np.random.default_rng(4),
    )
    assert paired(list(a), list(b)).p == pytest.approx(known.pvalue, abs=0.03)


@pytest.mark.parametrize(
    ("a", "b", "higher", "verdict"),
    [
        ([0.0] * 30, [1.0] * 30, True, "better"),
        ([0.0] * 30, [1.0] * 30, False, "worse"),
        ([1.0] * 30, [0.0] * 30, True, "worse"),
        ([0.0, 1.0] * 15, [0.0, 1.0] * 15, True, "open"),
        ([0.0] * 3, [1.0] * 3, True, "open"),  # three questions are too few, however they moved
        ([0.0] * 29 + [1.0], [0.0] * 28 + [1.0, 1.0], True, "open"),  # one question more is not "better"
    ],
)
def test_better_only_when_the_interval_says_so(a: list[float], b: list[float], higher: bool, verdict: str) -> None:
    assert paired(a, b).verdict(higher) == verdict


def test_equal_runs_have_p_one() -> None:
    assert paired([0.2, 0.4], [0.2, 0.4]).p == 1.0


@pytest.mark.parametrize(("a", "b"), [([], []), ([1.0], [1.0, 0.0])])
def test_runs_over_different_questions_are_refused(a: list[float], b: list[float]) -> None:
    with pytest.raises(ValueError, match="paired"):
        paired(a, b)


def test_percentiles() -> None:
    assert percentiles([float(i) for i in range(101)]) == {"p50": 50.0, "p95": 95.0}
    assert percentiles([]) == {}
