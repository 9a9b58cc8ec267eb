"""Training the static encoder: splits that leak nothing, the same table from the same seed, one that learns."""
# ruff: noqa: RUF001 (full-width letters are what is tested)

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from eval.train import export
from eval.train.batches import Sampler, _same
from eval.train.data import Article, Data, Question, TextPair, excluding, folds, law_folds, split
from eval.train.measure import figures, rank
from eval.train.merge import merged
from eval.train.model import Settings, train
from eval.train.runs import HELD, Prepared, cross_fit, prepare
from eval.train.tokenizer import build, count_words
from kb.base.address import ArticleNo
from kb.search.embed import StaticEncoder

THINGS = [
    "消防通道",
    "灭火器",
    "有限空间",
    "危险化学品",
    "特种设备",
    "烟花爆竹",
    "安全培训",
    "应急预案",
    "职业病",
    "脚手架",
]
SPOKEN = ["楼道", "红罐子", "下井", "药水", "电梯", "炮仗", "上课", "演练", "吸灰", "架子"]
ACTS = ["应当定期检查维护", "不得擅自拆除停用", "应当安排专人负责管理"]
SPOKEN_ACTS = ["多久看一回", "能不能拆", "谁来管"]
SMALL = Settings(dim=32, steps=60, first_round=20, batch=64, every=20, hard=1, rate=0.03)


def sample_data() -> Data:
    """Ten invented laws of three articles; each article is asked about in other words than its own, three times."""
    articles, written = [], []
    for t, thing in enumerate(THINGS):
        for a, act in enumerate(ACTS):
            row = len(articles)
            cites = ((f"示例{thing}条例", ArticleNo(1)),) if a else ()
            body = f"生产经营单位对{thing}{act}，违反的由有关部门责令改正并处罚款。"
            articles.append(
                Article(f"示例{thing}条例", ArticleNo(a + 1), f"示例{thing}条例\n日常管理", body, True, cites)
            )
            for more in ("老板问", "群众举报", "检查时发现"):
                text = f"{more}{SPOKEN[t]}{SPOKEN_ACTS[a]}"
                written.append(Question(text, (row,), (articles[row].key,), "written", "scenario"))
    rows = {(a.key, a.no): i for i, a in enumerate(articles)}
    public = (Question("楼道谁来管", (2,), ("示例消防通道条例",), "stard", query=7),)
    answers = (TextPair("红罐子过期了怎么办", "灭火器过期应当更换", 7), TextPair("炮仗能放吗", "烟花爆竹有限制"))
    return Data(tuple(articles), rows, tuple(written), public, answers, ())


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Small matrices: more threads only wait for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def prepared(one_thread: None) -> Prepared:
    return prepare(sample_data(), SMALL)


@pytest.fixture(scope="module")
def trained(prepared: Prepared) -> np.ndarray:
    return prepared.table(prepared.data, SMALL, {})[0]


def recall(prepared: Prepared, table: np.ndarray, chosen: Data) -> float:
    sampler = Sampler(chosen, prepared.texts, prepared.tokenizer, np.random.default_rng(0), {})
    return prepared.measure(table, sampler, {"all": prepared.data.written})["all"].recall5


def test_training_learns_and_is_repeatable(prepared: Prepared, trained: np.ndarray) -> None:
    first = trained
    again, _, _ = prepared.table(prepared.data, SMALL, {})
    np.testing.assert_array_equal(first, again)
    untrained = np.random.default_rng(0).normal(size=first.shape).astype(np.float32)
    assert recall(prepared, first, prepared.data) > max(0.9, recall(prepared, untrained, prepared.data) + 0.3)
    assert not first[0].any()  # the unknown word counts nothing


def cosines(vectors: np.ndarray) -> np.ndarray:
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit @ unit.T


def test_a_table_merged_with_its_own_mirror_image_compares_texts_as_before() -> None:
    rng = np.random.default_rng(3)
    table = rng.normal(size=(500, 16)).astype(np.float32)
    turned = (table @ np.linalg.qr(rng.normal(size=(16, 16)))[0] * 3).astype(np.float32)  # other axes, other scale
    texts = rng.integers(0, 500, (300, 12))
    both = merged([table, turned], lambda t: t[texts].sum(axis=1))
    assert both.shape == table.shape
    np.testing.assert_allclose(cosines(both[texts].sum(axis=1)), cosines(table[texts].sum(axis=1)), atol=1e-4)


def test_merged_tables_compare_texts_as_their_runs_do_in_the_mean() -> None:
    rng = np.random.default_rng(4)
    common = rng.normal(size=(500, 6))  # what every run learns, and what only one of them does
    tables = [np.concatenate((common, 0.4 * rng.normal(size=(500, 10))), axis=1).astype(np.float32) for _ in range(2)]
    texts = rng.integers(0, 500, (300, 12))
    each = [cosines(t[texts].sum(axis=1)) for t in tables]
    found = cosines(merged(tables, lambda t: t[texts].sum(axis=1))[texts].sum(axis=1))
    wanted, true = (each[0] + each[1]) / 2, cosines(common[texts].sum(axis=1))
    assert np.abs(found - wanted).mean() < 0.05
    assert np.abs(found - true).mean() < min(np.abs(e - true).mean() for e in each)


def test_nothing_to_merge_is_said() -> None:
    with pytest.raises(ValueError, match="no tables"):
        merged([], lambda t: t)


def test_training_keeps_the_best_table_seen(prepared: Prepared) -> None:
    sampler = Sampler(prepared.data, prepared.texts, prepared.tokenizer, np.random.default_rng(0), {})
    marks = {20: 0.2, 40: 0.9, 60: 0.5}
    seen: dict[int, np.ndarray] = {}

    def watch(step: int, table: np.ndarray) -> float:
        seen[step] = table
        return marks[step]

    table, step = train(sampler, prepared.tokenizer.get_vocab_size(), SMALL, watch=watch)
    assert step == 40
    np.testing.assert_array_equal(table, seen[40])


def test_the_written_model_gives_the_trained_vectors(prepared: Prepared, trained: np.ndarray, tmp_path: Path) -> None:
    table = trained
    export.save(tmp_path, prepared.tokenizer, table, "# card\n")
    encoder = StaticEncoder(tmp_path)
    texts = [q.text for q in prepared.data.written]
    ids = encoder.token_ids(texts)
    wanted = np.stack([table[i].sum(axis=0) for i in ids])
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert float((encoder.encode(texts) * wanted).sum(axis=1).min()) > 0.999


def test_folds_leave_out_what_they_say(prepared: Prepared, tmp_path: Path) -> None:
    paths = cross_fit(prepared, tmp_path, SMALL, n=2)
    held = [set(json.loads((p / HELD).read_text("utf-8"))) for p in paths]
    assert held[0] | held[1] == {q.text for q in prepared.data.written}
    assert not held[0] & held[1]
    before = [(p / "model.safetensors").stat().st_mtime_ns for p in paths]
    assert cross_fit(prepared, tmp_path, SMALL, n=2) == paths
    assert [(p / "model.safetensors").stat().st_mtime_ns for p in paths] == before
    assert StaticEncoder(paths[0]).fingerprint != StaticEncoder(paths[1]).fingerprint


def test_a_held_out_law_has_no_question_in_training() -> None:
    questions = sample_data().written
    parts = split(questions, laws=3, share=0.1, seed=4)
    held = set(parts.laws)
    assert len(held) == 3
    assert {law for i in parts.by_law for law in questions[i].laws} == held
    assert not {law for i in (*parts.train, *parts.by_question) for law in questions[i].laws} & held
    assert sorted((*parts.train, *parts.by_question, *parts.by_law)) == list(range(len(questions)))


def test_the_same_words_never_stand_on_both_sides() -> None:
    data = sample_data()
    twice = Data(data.articles, data.rows, data.written * 2, data.public, data.answers, ())
    for fold in folds(twice.written, 5, seed=1):
        kept = {q.text for q in twice.without(written=fold).written}
        assert not kept & {twice.written[i].text for i in fold}


def test_folds_by_law_take_whole_laws() -> None:
    questions = sample_data().written
    parts = law_folds(questions, 5, seed=0)
    assert all(part == excluding(questions, {law for i in part for law in questions[i].laws}) for part in parts)
    assert sum(map(len, parts)) == len(questions)


def test_a_benchmark_query_is_left_out_with_all_that_stems_from_it() -> None:
    left = sample_data().without(stard=[7])
    assert (left.public, [p.a for p in left.answers]) == ((), ["炮仗能放吗"])


def test_articles_that_answer_the_question_are_no_negatives() -> None:
    same = _same([(1, 2), (3,), (2,)], np.array([1, 3, 2, 2, -1]))
    assert np.argwhere(same).tolist() == [[0, 2], [0, 3], [2, 3]]


def test_batches_pair_questions_with_their_articles(prepared: Prepared) -> None:
    rng = np.random.default_rng(0)
    only = {"own": 0.0, "halves": 0.0, "heading": 0.0, "cited": 0.0, "public": 0.0, "answers": 0.0, "written": 1.0}
    sampler = Sampler(prepared.data, prepared.texts, prepared.tokenizer, rng, only)
    batch = sampler.batch(8, 0)
    questions = {tuple(sampler.questions("written")[1][i]): q for i, q in enumerate(prepared.data.written)}
    for left, right in zip(batch.left, batch.right, strict=True):
        assert np.array_equal(right, sampler.document(questions[tuple(left)].gold[0]))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("消防通道谁管", ["消防通道", "谁", "管"]),
        ("第一百三十四条之一规定，ＡＢ12.5%", ["规定", "a", "b", "12.5%"]),
        ("第三章 消防通道；第2款", ["消防通道"]),
        ("彁", ["彁"]),
        ("", []),
    ],
)
def test_the_tokenizer_cuts_words_and_drops_numbering(text: str, wanted: list[str]) -> None:
    counts = count_words(["消防通道 谁管 谁来管 规定 a b 12.5%"] * 3)
    assert build(counts, 100).encode(text, add_special_tokens=False).tokens == wanted


def test_figures_count_every_question() -> None:
    found = figures([[1, 2, 3], [9, 8, 7], []], [[2], [1], [5, 6]])
    assert (found.n, found.recall5, found.mrr10) == (3, 1 / 3, pytest.approx(1 / 6))
    with pytest.raises(ValueError, match="no questions"):
        figures([], [])


def test_ranking_is_by_cosine() -> None:
    documents = np.eye(3, dtype=np.float32)
    assert rank(np.array([[0.1, 0.9, 0.5]], np.float32), documents, np.array([10, 11, 12])) == [[11, 12, 10]]
