"""The BM25 index: the same scores as bm25s, the same index from any number of processes, safe to open."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.base.records import GenerationError
from kb.search.lexical import LexicalIndex, encode_documents, terms
from kb.search.lexical.index import best

DOCS = [
    "示例安全条例 作业管理 有限空间作业应当先通风、再检测、后作业，并安排专人监护。",
    "示例安全条例 法律责任 未安排专人监护的，责令限期改正，处五万元以下的罚款；逾期未改正的，处十万元罚款。",
    "示例消防规定 疏散通道 任何人不得堵塞、占用疏散通道和安全出口。",
    "示例消防规定 法律责任 堵塞疏散通道的，处五千元以上五万元以下罚款。堵塞安全出口的，同样处罚。",
    "",
    "示例危险化学品办法 储存 危险化学品应当储存在专用仓库，并由专人负责管理。GB 15603",
]
QUESTIONS = [
    "下有限空间没人监护罚多少",
    "楼道被堵了",
    "专用仓库 专人 专人",
    "完全无关的外星飞船",
    "gb15603",
    "",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return LexicalIndex.build(tmp_path_factory.mktemp("terms") / "index", DOCS)


def bm25s_scores(docs: list[str], question: str) -> np.ndarray:
    """Scores of bm25s itself on our terms."""
    import bm25s

    model = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    model.index([terms(d) for d in docs], show_progress=False)
    return np.asarray(model.get_scores(terms(question)))


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q])
def test_scores_are_those_of_bm25s(index: LexicalIndex, question: str) -> None:
    np.testing.assert_allclose(index.scores(question), bm25s_scores(DOCS, question), rtol=1e-6, atol=1e-6)


def naive(docs: list[str], question: str) -> np.ndarray:
    """BM25 by its formula, term by term."""
    bags = [Counter(terms(d)) for d in docs]
    sizes = [sum(b.values()) for b in bags]
    mean = sum(sizes) / len(docs) or 1.0
    out = np.zeros(len(docs))
    for term in terms(question):
        df = sum(term in b for b in bags)
        if df:
            idf = np.log(1 + (len(docs) - df + 0.5) / (df + 0.5))
            for i, bag in enumerate(bags):
                out[i] += idf * bag[term] / (bag[term] + 1.5 * (0.25 + 0.75 * sizes[i] / mean))
    return out


@settings(max_examples=40)
@given(
    st.lists(st.text(alphabet="安全生产消防罚款，的1a ", max_size=20), min_size=1, max_size=6),
    st.text(alphabet="安全生产消防罚款，的1a ", max_size=10),
)
def test_scores_are_the_formula(tmp_path_factory: pytest.TempPathFactory, docs: list[str], question: str) -> None:
    index = LexicalIndex.build(tmp_path_factory.mktemp("any"), docs)
    np.testing.assert_allclose(index.scores(question), naive(docs, question), rtol=1e-5, atol=1e-6)


def test_terms_counted_in_batches_are_those_of_terms() -> None:
    segment = encode_documents(DOCS)
    assert segment.lengths.tolist() == [len(terms(d)) for d in DOCS]
    assert len(segment.docs) == sum(len(set(terms(d))) for d in DOCS)


@pytest.mark.parametrize("cuts", [(0, 6), (0, 1, 6), (0, 2, 4, 6), (0, 1, 2, 3, 4, 5, 6)])
def test_any_split_into_segments_gives_the_same_index(
    tmp_path: Path, index: LexicalIndex, cuts: tuple[int, ...]
) -> None:
    parts = [encode_documents(DOCS[a:b]) for a, b in pairwise(cuts)]
    merged = LexicalIndex.merge(tmp_path, parts)
    for question in QUESTIONS:
        assert np.array_equal(merged.scores(question), index.scores(question))


def test_segments_may_come_in_any_order(tmp_path: Path, index: LexicalIndex) -> None:
    merged = LexicalIndex.merge(
        tmp_path, [encode_documents(DOCS[3:]), encode_documents(DOCS[:3])], [[3, 4, 5], [0, 1, 2]]
    )
    for question in QUESTIONS:
        assert np.array_equal(merged.scores(question), index.scores(question))


def test_documents_taken_over_score_as_if_read_again(tmp_path: Path, index: LexicalIndex) -> None:
    kept = index.segment([0, 2, 3, 5])
    new = encode_documents(["示例消防规定 总则 疏散通道应当畅通。"])
    updated = LexicalIndex.merge(tmp_path / "new", [kept, new], [[0, 2, 3, 4], [1]])
    again = LexicalIndex.build(
        tmp_path / "again", [DOCS[0], "示例消防规定 总则 疏散通道应当畅通。", DOCS[2], DOCS[3], DOCS[5]]
    )
    for question in QUESTIONS:
        assert np.array_equal(updated.scores(question), again.scores(question))


@pytest.mark.parametrize("rows", [[[0, 1]], [[0, 0]], [[0, 2]], [[0], [1]]])
def test_rows_must_be_all_and_once(tmp_path: Path, rows: list[list[int]]) -> None:
    segment = encode_documents(DOCS[:2])
    if rows == [[0, 1]]:
        assert len(LexicalIndex.merge(tmp_path, [segment], rows)) == 2
    else:
        with pytest.raises(ValueError, match="row numbers"):
            LexicalIndex.merge(tmp_path, [segment], rows)


def test_top_is_the_sorted_scores_where_the_mask_holds(index: LexicalIndex) -> None:
    question = "堵塞疏散通道罚多少"
    mask = np.array([True, True, True, False, True, True])
    rows, scores = index.top(question, 3, mask)
    wanted = [
        r for r in np.argsort(-index.scores(question), kind="stable") if mask[r] and index.scores(question)[r] > 0
    ]
    assert rows.tolist() == wanted[:3]
    assert scores.tolist() == index.scores(question)[rows].tolist()
    assert index.top("占用安全出口", 1)[0].tolist() == [2]


@given(st.lists(st.sampled_from([0.0, 1.0, 2.5]), max_size=12), st.integers(0, 14))
def test_best_breaks_ties_by_row(values: list[float], k: int) -> None:
    rows, scores = best(np.array(values, np.float32), k)
    wanted = [i for i in sorted(range(len(values)), key=lambda i: (-values[i], i)) if values[i] > 0][:k]
    assert rows.tolist() == wanted
    assert scores.tolist() == [values[i] for i in wanted]


def test_no_known_term_finds_nothing(index: LexicalIndex) -> None:
    rows, scores = index.top("外星飞船", 5)
    assert (rows.tolist(), scores.tolist()) == ([], [])


def test_a_mapping_weighs_terms(index: LexicalIndex) -> None:
    np.testing.assert_allclose(index.scores({"监护": 0.5}), 0.5 * index.scores({"监护": 1}), rtol=1e-6)
    assert index.scores({"监护": 0}).tolist() == [0.0] * len(DOCS)


def test_matrix_holds_what_the_score_is_made_of(index: LexicalIndex) -> None:
    question, rows = "没安排专人监护处多少罚款", [5, 1, 0]
    names, idf, counts = index.matrix(question, rows)
    norms = index.norms(rows)
    repeats = Counter(terms(question))
    score = sum(repeats[n] * idf[i] * counts[i] / (counts[i] + norms) for i, n in enumerate(names))
    np.testing.assert_allclose(score, index.scores(question)[rows], rtol=1e-5)


def test_an_index_of_nothing_opens_and_finds_nothing(tmp_path: Path) -> None:
    index = LexicalIndex.build(tmp_path, [])
    assert len(index) == 0
    assert index.top("监护", 3)[0].tolist() == []


@pytest.mark.parametrize("harm", ["missing", "cut", "format", "pickle", "meta"])
def test_a_broken_index_is_refused_with_the_cure(tmp_path: Path, harm: str) -> None:
    LexicalIndex.build(tmp_path, DOCS)
    if harm == "missing":
        (tmp_path / "rows.npy").unlink()
    elif harm == "cut":
        data = (tmp_path / "rows.npy").read_bytes()
        (tmp_path / "rows.npy").write_bytes(data[:-8])
    elif harm == "format":
        (tmp_path / "lexical.json").write_text('{"format": 0, "documents": 6, "postings": 1}')
    elif harm == "pickle":
        np.save(tmp_path / "rows.npy", np.array([{}], dtype=object), allow_pickle=True)
    else:
        (tmp_path / "lexical.json").write_text("{")
    with pytest.raises(GenerationError, match="kb build"):
        LexicalIndex.open(tmp_path)


def test_too_many_documents_in_a_segment_are_refused() -> None:
    with pytest.raises(ValueError, match="65536"):
        encode_documents([""] * 65_537)
