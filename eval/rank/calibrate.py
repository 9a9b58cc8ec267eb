"""Raw scores of questions a model never saw → probabilities: of each hit, and that the first five hold a gold article.

Does not know how scores were made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.rank.fit import per_question
from eval.rank.material import Material
from kb.search.rank.logistic import Logistic
from kb.search.rank.ranker import hit_signs, whole_signs

F64 = npt.NDArray[np.float64]
DEEP = 20  # candidates of a question that the probability of a hit is fitted on: what a reader is shown
# Weight of a question that no text held answers, in all: as many as among the questions put by inspectors in trials.
UNANSWERABLE = 0.1


def spans(sizes: npt.NDArray[np.int64]) -> Iterator[slice]:
    """The rows of each question."""
    at = 0
    for size in sizes.tolist():
        yield slice(at, at + size)
        at += size


def logistic(signs: F64, true: F64, weights: F64 | None = None, *, strength: float = 10.0) -> Logistic:
    """Logistic regression; weights and bias are for the signs as they are.

    ``strength`` is scikit-learn's C: small where few questions part cleanly and would be believed too much.
    """
    from sklearn.linear_model import LogisticRegression

    middle, scale = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-6)
    fitted = LogisticRegression(C=strength, max_iter=1000).fit((signs - middle) / scale, true, sample_weight=weights)
    w = fitted.coef_[0] / scale
    return Logistic(w, float(fitted.intercept_[0] - w @ middle))


def rising(signs: F64, true: F64) -> Logistic:
    """Logistic regression whose probability never falls when the score of a candidate rises among the others.

    The weight of the place is at most 0, those of the other signs (``hit_signs``) at least 0.
    """
    from scipy.optimize import minimize

    middle, scale = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-6)
    z = (signs - middle) / scale

    def loss(theta: F64) -> tuple[float, F64]:
        value = z @ theta[:-1] + theta[-1]
        said = 1 / (1 + np.exp(-value))
        wrong = said - true
        entropy = np.logaddexp(0, value) - true * value
        return float(entropy.mean()), np.append(z.T @ wrong, wrong.sum()) / len(true)

    bounds = [(0, None), (0, None), (None, 0), (0, None), (0, None), (None, None)]
    found = minimize(loss, np.array([0.1, 0.1, -0.1, 0.1, 0.1, -2.0]), jac=True, bounds=bounds, method="L-BFGS-B").x
    w = found[:-1] / scale
    return Logistic(w, float(found[-1] - w @ middle))


def fit_hits(material: Material, scores: F64) -> Logistic:
    """The probability of a hit, fitted on the first candidates of every question."""
    signs, true = [], []
    for span in spans(material.sizes):
        found = hit_signs(scores[span])
        first = np.argsort(-scores[span], kind="stable")[:DEEP]
        signs.append(found[first])
        true.append(material.y[span][first])
    return rising(np.concatenate(signs), np.concatenate(true).astype(np.float64))


def probabilities(material: Material, scores: F64, hits: Logistic) -> F64:
    """Probability of every row."""
    return np.concatenate([hits(hit_signs(scores[span])) for span in spans(material.sizes)])


def wholes(material: Material, scores: F64, hits: Logistic) -> F64:
    """Signs of every question as a whole."""
    out = []
    for span in spans(material.sizes):
        order = np.argsort(-scores[span], kind="stable")
        out.append(whole_signs(material.x[span], order, hits(hit_signs(scores[span]))))
    return np.stack(out)


@dataclass(frozen=True, slots=True)
class Whole:
    """Questions with their signs, whether the first five hold gold, and a weight."""

    signs: F64
    true: F64
    weights: F64


def whole_cases(answerable: Material, scores: F64, none: Material, none_scores: F64, hits: Logistic) -> Whole:
    """Both kinds of questions; those without an answer weigh ``UNANSWERABLE`` in all, laws seen and unseen alike."""
    signs = np.concatenate((wholes(answerable, scores, hits), wholes(none, none_scores, hits)))
    true = np.concatenate((per_question(answerable, scores)["hit5"], np.zeros(len(none.sizes))))
    n = len(answerable.sizes)
    share = UNANSWERABLE / (1 - UNANSWERABLE) * n / max(len(none.sizes), 1)
    return Whole(signs, true, np.concatenate((np.ones(n), np.full(len(none.sizes), share))))


def fit_whole(cases: Whole) -> Logistic:
    """The confidence."""
    return logistic(cases.signs, cases.true, cases.weights)
