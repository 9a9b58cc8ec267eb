"""A title's trade: which words name one, and how near a question comes to it."""

from __future__ import annotations

import numpy as np
import pytest

from kb.search.embed import StaticEncoder, load_encoder
from kb.search.rank.sector import Fields

TITLES = ("安全生产法", "矿山安全法", "行政处罚法", "城镇燃气管理条例", "特种设备安全法", "烟花爆竹安全管理条例")


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    found = load_encoder(None)
    assert isinstance(found, StaticEncoder)
    return found


@pytest.fixture(scope="module")
def fields(encoder: StaticEncoder) -> Fields:
    return Fields(TITLES, lambda word: encoder.encode([word])[0])


def spoken(encoder: StaticEncoder, question: str) -> np.ndarray:
    vectors = encoder.word_vectors(question)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


@pytest.mark.parametrize(
    ("title", "words"),
    [("安全生产法", ()), ("行政处罚法", ()), ("矿山安全法", ("矿山",)), ("城镇燃气管理条例", ("城镇", "燃气"))],
)
def test_field_words_are_what_names_a_trade(fields: Fields, title: str, words: tuple[str, ...]) -> None:
    assert fields.words(title) == words


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("老板没组织安全培训就让新人上岗", "安全生产法", "矿山安全法"),
        ("井下采煤没人带班", "矿山安全法", "城镇燃气管理条例"),
        ("餐馆的煤气瓶没装报警器", "城镇燃气管理条例", "矿山安全法"),
        ("锅炉和电梯没检验", "特种设备安全法", "烟花爆竹安全管理条例"),
        ("行政处罚要多久做出决定", "行政处罚法", "特种设备安全法"),
    ],
)
def test_odds_fall_where_the_question_is_far_from_the_trade(
    encoder: StaticEncoder, fields: Fields, question: str, near: str, far: str
) -> None:
    doubts = fields.doubts([near, far, near], question, spoken(encoder, question))
    assert doubts[0] == doubts[2] == 1.0
    assert doubts[1] < 1.0


def test_a_named_trade_is_never_doubted(encoder: StaticEncoder, fields: Fields) -> None:
    question = "矿山没有安全出口怎么办"
    assert fields.evidence("矿山安全法", question, spoken(encoder, question)) == 1.0


def test_a_question_without_known_words_doubts_every_trade(fields: Fields) -> None:
    assert fields.evidence("矿山安全法", "？？", np.empty((0, 256), np.float32)) == 0.0
    assert fields.evidence("安全生产法", "？？", np.empty((0, 256), np.float32)) == 1.0
