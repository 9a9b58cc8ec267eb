"""The static encoder: the same vectors as sentence-transformers, without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kb.base.address import ArticleNo
from kb.base.records import ModelError, Passage
from kb.search.embed import SHIPPED, StaticEncoder, document_text, load_encoder, passage_text
from kb.search.questions import load
from tests.fakes.models import static_model

TEXTS = ["消防通道堵塞", "有限空间作业应当安排监护人员", "安全", "", "zzz", "罚款，责任。"]


@pytest.mark.parametrize("quantised", [True, False])
def test_vectors_are_those_of_sentence_transformers(tmp_path: Path, quantised: bool) -> None:
    from sentence_transformers import SentenceTransformer

    folder = static_model(tmp_path, quantised=quantised)
    ours = StaticEncoder(folder).encode(TEXTS)
    theirs = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, show_progress_bar=False)
    np.testing.assert_allclose(ours, theirs, atol=2e-6)


def test_vectors_have_length_one_or_are_zero(tmp_path: Path) -> None:
    vectors = StaticEncoder(static_model(tmp_path)).encode(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 0, 0, 1], atol=1e-6)


def test_one_text_alone_has_the_vector_it_has_among_many(tmp_path: Path) -> None:
    encoder = StaticEncoder(static_model(tmp_path))
    alone = np.concatenate([encoder.encode([t]) for t in TEXTS])
    many = encoder.encode(TEXTS * 60)
    np.testing.assert_allclose(many, np.tile(alone, (60, 1)), atol=1e-6)
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_word_vectors_sum_to_the_text(tmp_path: Path) -> None:
    encoder = StaticEncoder(static_model(tmp_path))
    total = encoder.word_vectors(TEXTS[1]).sum(axis=0)
    np.testing.assert_allclose(total / np.linalg.norm(total), encoder.encode([TEXTS[1]])[0], atol=1e-6)


@pytest.mark.parametrize("quantised", [True, False])
def test_lengths_and_cosines_are_those_of_the_vectors(tmp_path: Path, quantised: bool) -> None:
    encoder = StaticEncoder(static_model(tmp_path, quantised=quantised))
    ids = np.array(sorted(set(encoder.token_ids([TEXTS[1]])[0])))
    vectors = encoder.vectors_of(ids)
    np.testing.assert_allclose(encoder.lengths_of(ids), np.linalg.norm(vectors, axis=1), rtol=1e-5)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)  # unknown words are nothing
    np.testing.assert_allclose(encoder.cosines_of(ids, unit[:2]), unit @ unit[:2].T, atol=1e-5)


def test_a_model_that_does_not_say_how_rare_words_are_weighs_them_by_length(tmp_path: Path) -> None:
    encoder = StaticEncoder(static_model(tmp_path))
    ids = np.array(encoder.token_ids([TEXTS[1]])[0])
    np.testing.assert_array_equal(encoder.rarity_of(ids), encoder.lengths_of(ids))


def test_the_shipped_model_says_how_rare_words_are() -> None:
    encoder = StaticEncoder(SHIPPED)

    def rarity(word: str) -> float:
        (number,) = encoder.token_ids([word])[0]
        return float(encoder.rarity_of(np.array([number]))[0])

    assert rarity("应当") < rarity("安全") < rarity("消防") < rarity("电焊")
    assert encoder.rarity_of(np.array([0])).tolist() == [0.0]  # the unknown word


def test_fingerprint_tells_tables_apart(tmp_path: Path) -> None:
    a, b, c = (static_model(tmp_path / n, seed=s) for n, s in (("a", 0), ("b", 1), ("c", 0)))
    assert StaticEncoder(a).fingerprint == StaticEncoder(c).fingerprint != StaticEncoder(b).fingerprint


@pytest.mark.parametrize("harm", ["folder", "weights", "tokenizer", "kind"])
def test_a_broken_folder_is_a_model_error(tmp_path: Path, harm: str) -> None:
    folder = static_model(tmp_path / "model")
    if harm == "folder":
        folder = tmp_path / "nowhere"
    elif harm == "weights":
        (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}")
    elif harm == "tokenizer":
        (folder / "tokenizer.json").write_text("{")
    else:
        (folder / "modules.json").write_text("[]")
    with pytest.raises(ModelError, match=r"编码器|静态编码器"):
        StaticEncoder(folder)


@pytest.mark.parametrize(
    ("title", "path", "wanted"),
    [
        ("中华人民共和国安全生产法", ("第一章 总则",), "安全生产法\n总则\n正文"),
        ("上海市消防条例", ("第二编 分则", "第三节　灭火救援"), "上海市消防条例\n分则\n灭火救援\n正文"),
        ("示例区工作报告", ("一、主要举措", "（二）执法检查"), "示例区工作报告\n主要举措\n执法检查\n正文"),
        ("刑法", ("第一分编 通则", "总则"), "刑法\n通则\n总则\n正文"),
        ("示例规定", (), "示例规定\n正文"),
    ],
)
def test_text_form_of_a_document(title: str, path: tuple[str, ...], wanted: str) -> None:
    assert document_text(title, path, "正文") == wanted
    assert passage_text(Passage("law", title, "正文", "x.md", article=ArticleNo(1), path=path)) == wanted


def test_the_shipped_encoder_is_the_default_and_needs_no_torch() -> None:
    code = (
        "import sys; from kb.search.embed import load_encoder; e = load_encoder();"
        "v = e.encode(['消防通道被堵了罚多少']); assert abs(float((v * v).sum()) - 1) < 1e-5;"
        "assert 'torch' not in sys.modules and 'sentence_transformers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_shipped_files_are_small_and_carry_a_card() -> None:
    assert sum(f.stat().st_size for f in SHIPPED.rglob("*") if f.is_file()) < 20_000_000
    card = (SHIPPED / "README.md").read_text("utf-8")
    assert all(heading in card for heading in ("## Data", "## Figures", "## Limits", "licence"))


def test_the_shipped_encoder_loads_in_sentence_transformers_with_the_same_vectors(root: Path) -> None:
    from sentence_transformers import SentenceTransformer

    questions = [q.text for q in load(sorted((root / "corpus" / "questions").glob("*.jsonl")))[::25]]
    digests = [
        line
        for file in sorted((root / "corpus" / "regulations").glob("*.md"))
        for line in file.read_text("utf-8").splitlines()
        if len(line) > 40
    ]
    texts = (questions + digests)[:1200]
    assert len(texts) >= 1000
    ours = load_encoder().encode(texts)
    theirs = SentenceTransformer(str(SHIPPED), device="cpu").encode(texts, show_progress_bar=False)
    assert float((ours * theirs).sum(axis=1).min()) > 0.9999


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("消防通道被车堵了", "占用、堵塞、封闭消防车通道", "用人单位应当依法缴纳工伤保险费"),
        ("下井作业没人看着", "有限空间作业应当安排专人监护", "食品经营者应当取得许可"),
        (
            "老板没给新工人培训就上岗",
            "未经安全生产教育和培训合格的从业人员，不得上岗作业",
            "排污单位应当取得排污许可证",
        ),
    ],
)
def test_the_shipped_encoder_knows_what_is_near(question: str, near: str, far: str) -> None:
    q, n, f = load_encoder().encode([question, near, far])
    assert float(q @ n) > float(q @ f) + 0.2
