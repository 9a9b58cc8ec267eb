"""Any sentence-transformers model: prompts, windows, fingerprints, interrupted encodings; on models made here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kb.base.records import ModelError
from kb.search.embed import SentenceTransformerEncoder, StaticEncoder, encode_resumable, load_encoder
from kb.search.embed.protocol import Kind, Vectors
from kb.search.embed.transformer import QUERY_PROMPTS, _cut, _query_prompt
from tests.fakes.models import static_model, transformer_model

LONG = "消防通道不得堵塞。有限空间作业应当监护！" * 6 + "危险化学品储存"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return transformer_model(tmp_path_factory.mktemp("bge-small-zh-v1.5"))


@pytest.fixture(scope="module")
def encoder(folder: Path) -> SentenceTransformerEncoder:
    loaded = load_encoder(str(folder), device="cpu")
    assert isinstance(loaded, SentenceTransformerEncoder)
    return loaded


def test_vectors_are_the_models_own_for_short_passages(encoder: SentenceTransformerEncoder, folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["消防通道", "有限空间作业应当监护"]
    theirs = SentenceTransformer(str(folder), device="cpu").encode(texts, normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode(texts, "passage"), theirs, atol=1e-6)
    assert (encoder.dim, encoder.max_tokens) == (16, 48)


def test_a_query_carries_the_prompt_of_its_model(encoder: SentenceTransformerEncoder) -> None:
    prompt = QUERY_PROMPTS[0][1]
    plain = SentenceTransformerEncoder(encoder.name, device="cpu", query_prompt="", max_tokens=None)
    question = "消防通道"
    np.testing.assert_allclose(encoder.encode([question]), plain.encode([prompt + question]), atol=1e-6)
    assert not np.allclose(encoder.encode([question]), plain.encode([question]), atol=1e-2)


@pytest.mark.parametrize(
    ("name", "prompts", "wanted"),
    [
        ("BAAI/bge-small-zh-v1.5", {}, "为这个句子生成表示以用于检索相关文章："),
        ("BAAI/bge-m3", {"query": "", "document": ""}, ""),
        ("Qwen/Qwen3-Embedding-0.6B", {"query": "Instruct: own\nQuery:"}, "Instruct: own\nQuery:"),
        ("Qwen/Qwen3-Embedding-0.6B", {}, QUERY_PROMPTS[2][1]),
        ("somebody/else", {}, ""),
    ],
)
def test_query_prompts_by_name(name: str, prompts: dict[str, str], wanted: str) -> None:
    assert _query_prompt(name, prompts) == wanted


@pytest.mark.parametrize("kind", ["query", "passage"])
@pytest.mark.parametrize("text", [LONG, "安" * 200, "安全", ""])
def test_windows_fit_the_model_and_lose_nothing(encoder: SentenceTransformerEncoder, text: str, kind: Kind) -> None:
    tokenizer = encoder._model.tokenizer
    prompt = QUERY_PROMPTS[0][1] if kind == "query" else ""
    pieces = encoder.windows(text, kind)
    assert "".join(pieces) == text
    assert all(len(tokenizer(prompt + p)["input_ids"]) <= 48 for p in pieces)


def test_windows_end_at_sentences_where_they_can(encoder: SentenceTransformerEncoder) -> None:
    assert all(p.endswith(("。", "！")) for p in encoder.windows(LONG)[:-1])


def test_the_end_of_a_long_passage_counts(encoder: SentenceTransformerEncoder) -> None:
    a, b = encoder.encode([LONG, LONG + "罚款责任" * 5], "passage")
    assert not np.allclose(a, b, atol=1e-3)
    whole = encoder.encode(encoder.windows(LONG), "passage").sum(axis=0)
    np.testing.assert_allclose(a, whole / np.linalg.norm(whole), atol=1e-5)


def test_max_pooling_takes_the_greatest_components(folder: Path) -> None:
    encoder = SentenceTransformerEncoder(str(folder), device="cpu", pool="max")
    whole = encoder.encode(encoder.windows(LONG), "passage").max(axis=0)
    np.testing.assert_allclose(encoder.encode([LONG], "passage")[0], whole / np.linalg.norm(whole), atol=1e-5)


def test_a_prompt_that_leaves_no_room_is_refused(folder: Path) -> None:
    encoder = SentenceTransformerEncoder(str(folder), device="cpu", query_prompt="安全生产" * 12)
    with pytest.raises(ModelError, match="容不下"):
        encoder.encode(["消防"])


@pytest.mark.parametrize(
    ("text", "room", "wanted"),
    [
        ("abcdef", 10, ["abcdef"]),
        ("abcdef", 4, ["abcd", "ef"]),
        ("ab。def", 4, ["ab。", "def"]),
        ("a。bcdefg", 4, ["a。", "bcde", "fg"]),
        ("a。bcdefgh", 6, ["a。bcde", "fgh"]),
        ("", 4, [""]),
    ],
)
def test_cutting_by_tokens_of_one_character(text: str, room: int, wanted: list[str]) -> None:
    assert _cut(text, range(1, len(text) + 1), room) == wanted


def test_fingerprints_tell_weights_prompts_and_pooling_apart(folder: Path, tmp_path: Path) -> None:
    other = transformer_model(tmp_path / "bge-small-zh-v1.5", seed=1)
    prints = [
        SentenceTransformerEncoder(str(folder), device="cpu").fingerprint,
        SentenceTransformerEncoder(str(other), device="cpu").fingerprint,
        SentenceTransformerEncoder(str(folder), device="cpu", query_prompt="").fingerprint,
        SentenceTransformerEncoder(str(folder), device="cpu", pool="max").fingerprint,
    ]
    assert len(set(prints)) == 4
    assert SentenceTransformerEncoder(str(folder), device="cpu").fingerprint == prints[0]


def test_a_static_folder_is_loaded_without_torch(tmp_path: Path) -> None:
    assert isinstance(load_encoder(str(static_model(tmp_path))), StaticEncoder)


def test_a_model_that_is_not_there_is_a_model_error_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="KB_ENCODER"):
        load_encoder(str(tmp_path / "no-such-model"), local_files_only=True)


class Counting:
    """An encoder that counts what it encodes and stops working after ``limit`` texts."""

    name, dim, fingerprint, max_tokens = "counting", 2, "counting-1", None

    def __init__(self, limit: int = 10**9) -> None:
        self.seen: list[str] = []
        self.limit = limit

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        if len(self.seen) + len(texts) > self.limit:
            raise ModelError("停电了")
        self.seen += texts
        return np.array([[len(t), hash(t) % 7] for t in texts], np.float32)


def test_an_interrupted_encoding_goes_on_where_it_stopped(tmp_path: Path) -> None:
    texts = [f"第{i}段" for i in range(10)]
    with pytest.raises(ModelError):
        encode_resumable(Counting(limit=7), texts, tmp_path, chunk=3)
    again, steps = Counting(), []
    vectors = encode_resumable(again, texts, tmp_path, chunk=3, progress=lambda *at: steps.append(at))
    assert again.seen == texts[6:]
    assert np.array_equal(vectors, Counting().encode(texts))
    assert steps == [(3, 10), (6, 10), (9, 10), (10, 10)]


def test_old_chunks_are_not_taken_for_changed_texts_or_another_encoder(tmp_path: Path) -> None:
    encode_resumable(Counting(), ["甲", "乙"], tmp_path, chunk=2)
    changed = Counting()
    encode_resumable(changed, ["甲", "丙"], tmp_path, chunk=2)
    other = Counting()
    other.fingerprint = "counting-2"
    encode_resumable(other, ["甲", "乙"], tmp_path, chunk=2)
    assert (changed.seen, other.seen) == (["甲", "丙"], ["甲", "乙"])


def test_a_broken_chunk_is_encoded_again(tmp_path: Path) -> None:
    encode_resumable(Counting(), ["甲", "乙"], tmp_path, chunk=2)
    (file,) = tmp_path.glob("*.npy")
    file.write_bytes(file.read_bytes()[:-4])
    again = Counting()
    vectors = encode_resumable(again, ["甲", "乙"], tmp_path, chunk=2)
    assert again.seen == ["甲", "乙"]
    assert vectors.shape == (2, 2)
