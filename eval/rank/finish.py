"""Feature rows of all folds → the files that ship, and the figures of their card.

Does not know how rows were made, nor the product's retrieval.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from eval.rank import calibrate, card, report, second
from eval.rank.calibrate import Whole
from eval.rank.evidence import FoldEvidence
from eval.rank.fit import Settings, out_of_fold, per_question, train
from eval.rank.material import Material
from kb.search.rank import NAMES
from kb.search.rank.logistic import Logistic
from kb.search.rank.ranker import META, MODEL, SECOND, SHIPPED

SCORES = "scores.npz"
MAX_BYTES = 1_000_000  # of both models' texts


def finish(
    rows: Material,
    none: Material,
    settings: Settings,
    folds: Mapping[int, FoldEvidence],
    work: Path,
    out: Path = SHIPPED,
) -> dict[str, Any]:
    """Train on all rows, calibrate on out-of-fold scores, write into ``out``; returns the figures.

    ``none``: rows of questions that no text answers (no gold). Scores of both and their confidences are kept in
    ``work`` (``SCORES``). Raises ValueError when the models grew too large.
    """
    alone = out_of_fold(rows, settings)
    found: dict[str, Any] = {"date": date.today().isoformat(), "questions": len(rows.sizes), "rows": len(rows.x)}
    found["first model"] = report.summary(rows, alone)
    beside = second.beside(rows, alone, folds)
    scores = second.out_of_fold(rows, beside, alone, settings)
    found["ranking"] = report.summary(rows, scores)
    print(json.dumps(found["ranking"], indent=1), file=sys.stderr)
    model, again = train(rows, settings), second.train(rows, beside, settings)
    texts = {MODEL: _text(model), SECOND: _text(again)}
    if (size := sum(len(t.encode()) for t in texts.values())) > MAX_BYTES:
        raise ValueError(f"models of {size} bytes; fewer trees or leaves")
    none_alone = np.asarray(model.predict(none.x[:, settings.columns], raw_score=True))
    none_scores = second.scores(second.beside(none, none_alone, folds), none_alone, none.sizes, again)
    hits = calibrate.fit_hits(rows, scores)
    cases = calibrate.whole_cases(rows, scores, none, none_scores, hits)
    whole = calibrate.fit_whole(cases)
    found["calibration"] = calibration(rows, scores, cases)
    np.savez(work / SCORES, scores=scores, none_scores=none_scores, confidence=whole(cases.signs))
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, "utf-8")
    meta = {
        "features": [NAMES[i] for i in settings.columns],
        "hit": _plain(hits),
        "confidence": _plain(whole),
        "made": found["date"],
        "questions": found["questions"],
    }
    (out / META).write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (out / "README.md").write_text(card.text(found, settings), "utf-8")
    return found


def _text(model: Any) -> str:  # noqa: ANN401 - lightgbm's own type
    """LightGBM's text format without the parameters, which predictions do not need."""
    return "\n".join(line for line in model.model_to_string().splitlines() if not line.startswith("[")) + "\n"


def _plain(model: Logistic) -> dict[str, Any]:
    return {"weights": [round(float(w), 6) for w in model.weights], "bias": round(model.bias, 6)}


def calibration(rows: Material, scores: calibrate.F64, cases: Whole) -> dict[str, Any]:
    """Reliability of both probabilities, each fitted on one half of the questions and read off on the other."""
    n = len(rows.sizes)
    even = np.arange(n) % 2 == 0
    rows_even = np.repeat(even, rows.sizes)
    hits = calibrate.fit_hits(rows.take(even), scores[rows_even])
    other, other_scores = rows.take(~even), scores[~rows_even]
    said = calibrate.probabilities(other, other_scores, hits)
    shown = report.first(other, other_scores, calibrate.DEEP)
    bins, error = report.reliability(said[shown], other.y[shown].astype(np.float64))
    every = np.arange(len(cases.true)) % 2 == 0
    whole = calibrate.logistic(cases.signs[every], cases.true[every], cases.weights[every])
    confidence = whole(cases.signs[~every])
    whole_bins, whole_error = report.reliability(confidence, cases.true[~every], cases.weights[~every])
    unanswerable = ~every & (np.arange(len(cases.true)) >= n)
    return {
        "hit": {"error": round(error, 4), "bins": report.rows_of(bins)},
        "confidence": {"error": round(whole_error, 4), "bins": report.rows_of(whole_bins)},
        "confidence_answerable_deciles": _deciles(whole(cases.signs[~every & (np.arange(len(cases.true)) < n)])),
        "confidence_unanswerable_deciles": _deciles(whole(cases.signs[unanswerable])),
        "hit5": round(float(per_question(rows, scores)["hit5"].mean()), 4),
    }


def _deciles(values: calibrate.F64) -> list[float]:
    return [round(float(v), 3) for v in np.percentile(values, [10, 25, 50, 75, 90])]
