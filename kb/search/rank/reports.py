"""Passages of reports that compete for a question, and whether a question is about reports at all.

Does not know laws' ranking. Reports are few and alike (the same headings every year and in every district), so what
tells them apart counts: the year and the authority that the question names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.base.records import ModelError
from kb.search.rank.columns import F32, I64, bigrams
from kb.search.rank.evidence import Evidence, Query
from kb.search.rank.logistic import Logistic
from kb.search.rank.words import forth

F64 = npt.NDArray[np.float64]
MODEL = Path(__file__).with_name("model") / "reports.json"

_YEAR = re.compile(r"(?<![0-9])(?:20)?(2[0-9])(?=年|年度|\s*年)|(?<![0-9])20(2[0-9])(?![0-9])")
_SAYS_REPORT = re.compile(
    r"报告|总结|工作要点|工作计划|要点里|我局|我区|我市|咱们?局|本局|全市|全区|市局|区局|市里|区里|去年|今年|上一?年|前年|明年|年度"
    r"|同比|环比|家次|件次|人次|成效|举措|做法|亮点|印发|文号|主要负责人|述职|下一步|打算|安排了|整改率|法治政府|智能体|专项整治"
)
_SAYS_LAW = re.compile(
    r"违反|违法|罚款|怎么罚|咋罚|罚多少|罚则|违则|处罚依据|依据哪|第[零〇一二三四五六七八九十百\d]+条|能不能|要不要|可以吗|行不行"
    r"|应当|规定|吊销|坐牢|判|责任"
)
_ASKS_NUMBER = re.compile(r"多少|几[个家件起次人项条名天月年期份]|比例|占比|百分|率")

ROW_SIGNS = ("cosine", "cosine_gap", "coverage", "bm25", "words", "words_gap", "year", "title", "number")
ROUTE_SIGNS = ("report_words", "law_words", "year", "title", "bm25", "cosine", "known", "number")


@dataclass(frozen=True, slots=True)
class ReportModel:
    """``hit``: probability that a passage of a report is meant; ``route``: that reports are.

    ``whole``: that the first five passages hold one that is meant.
    """

    hit: Logistic
    route: Logistic
    whole: Logistic

    def confidence(self, probability: F64) -> float:
        """That one of the first five of these probabilities (best first) is meant; 0 without any."""
        if not len(probability):
            return 0.0
        return float(self.whole(whole_signs(probability)))


def whole_signs(probability: F64) -> F64:
    """Log odds that one of the first five is meant (were they independent), and the first one's probability."""
    none = float(np.prod(1 - np.clip(probability[:5], 1e-6, 1 - 1e-6)))
    return np.array([np.log((1 - none) / none), probability[0]])


@lru_cache(maxsize=1)
def report_model(path: Path = MODEL) -> ReportModel:
    """The shipped weights. Raises ModelError when they are missing or broken."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return ReportModel(
            Logistic.of(raw["hit"], len(ROW_SIGNS)),
            Logistic.of(raw["route"], len(ROUTE_SIGNS)),
            Logistic.of(raw["whole"], 2),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"报告排序参数 {path} 读不出来：{error}；请恢复该文件") from error


def years(text: str) -> frozenset[int]:
    """Years that a text names, as 2025: 2025年, 25年, 2025."""
    return frozenset(2000 + int(m[1] or m[2]) for m in _YEAR.finditer(text))


_letters = lru_cache(maxsize=1 << 12)(bigrams)  # of titles


def title_fit(question: str, titles: Sequence[str]) -> F32:
    """How much of what tells the titles apart stands in the question, of the best title 1; zeros when none does."""
    sets = [_letters(t) for t in titles]
    counts: dict[str, int] = {}
    for s in sets:
        for b in s:
            counts[b] = counts.get(b, 0) + 1
    asked = bigrams(question)
    weight = {b: float(np.log((1 + len(sets)) / c)) for b, c in counts.items()}
    found = np.array([sum(weight[b] for b in s & asked) for s in sets], np.float32)
    top = float(found.max(initial=0.0))
    return found / np.float32(top) if top > 0.5 else np.zeros(len(titles), np.float32)


def row_signs(evidence: Evidence, query: Query, rows: I64, bm25: F32) -> F64:
    """Signs of passages of reports, shape (n, len(ROW_SIGNS)); ``bm25`` of every row of the index."""
    n = len(rows)
    columns = evidence.columns
    cosine = evidence.vectors.cosines(rows, query.vector)
    _, idf, counts = evidence.lexical.matrix(query.text, rows)
    coverage = idf @ (counts > 0) / max(float(idf.sum()), 1e-6)
    score = bm25[rows]
    words = np.zeros(n, np.float32)
    if evidence.words is not None:
        words = forth(evidence.words, query.text, rows)
    present, inverse = np.unique(columns.document[rows], return_inverse=True)
    titles = [columns.titles[d] for d in present.tolist()]
    asked = years(query.text)
    year = np.array([_year_fit(asked, years(t)) for t in titles], np.float32)
    number = np.full(n, float(_ASKS_NUMBER.search(query.text) is not None))
    signs = (
        cosine,
        cosine - cosine.max(initial=-1.0),
        coverage,
        score / max(float(score.max(initial=0.0)), 1e-6),
        words,
        words - words.max(initial=0.0),
        year[inverse],
        title_fit(query.text, titles)[inverse],
        number,
    )
    return np.stack([np.asarray(s, np.float64) for s in signs], axis=1)


def _year_fit(asked: frozenset[int], own: frozenset[int]) -> float:
    """1: the year asked for, -1: another one, 0: the question or the title names none."""
    if not asked or not own:
        return 0.0
    return 1.0 if asked & own else -1.0


@dataclass(frozen=True, slots=True)
class Best:
    """The best of the laws by vector and by words; ``known``: nearness of the nearest known question."""

    cosine: float
    bm25: float
    known: float


def route_signs(evidence: Evidence, query: Query, reports: I64, bm25: F32, laws: Best) -> F64:
    """Signs of a question as a whole: is it about reports? Shape (len(ROUTE_SIGNS),).

    ``reports``: rows of reports; ``bm25``: of every row of the index.
    """
    text = query.text
    columns = evidence.columns
    titles = [columns.titles[d] for d in np.unique(columns.document[reports]).tolist()]
    asked = bigrams(text)
    named = max((len(_letters(t) & asked) for t in titles), default=0)
    top_report = float(bm25[reports].max(initial=0.0))
    cosine = float(evidence.vectors.cosines(reports, query.vector).max(initial=0.0)) if len(reports) else 0.0
    return np.array(
        [
            min(len(_SAYS_REPORT.findall(text)), 3),
            min(len(_SAYS_LAW.findall(text)), 3),
            float(bool(years(text))),
            min(named, 6),
            top_report / max(laws.bm25, 1e-6) - 1,
            cosine - laws.cosine,
            laws.known,
            float(_ASKS_NUMBER.search(text) is not None),
        ],
        np.float64,
    )
