"""A title's trade: which words name one, how near a question comes to it; what an instrument's passages are about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from kb.search.embed import StaticEncoder, load_encoder
from kb.search.rank import Columns
from kb.search.rank.laws import Laws, LawSigns, field_words
from kb.search.retrieve.words import Words
from tests.search.test_rank_columns import PAIR, SHAPE, Doc

TITLES = (
    "安全生产法",
    "矿山安全法",
    "行政处罚法",
    "城镇燃气管理条例",
    "特种设备安全法",
    "烟花爆竹安全管理条例",
    "上海市燃气管理条例",
)


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    found = load_encoder(None)
    assert isinstance(found, StaticEncoder)
    return found


@dataclass(frozen=True)
class Vectors:
    """One unit vector a row: row 0 of a document points along the first axis, others along the second."""

    def top(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError

    def rows(self, ids: np.ndarray) -> np.ndarray:
        return np.stack([np.eye(256, dtype=np.float32)[0 if i % 2 == 0 else 1] for i in ids.tolist()])


@pytest.fixture(scope="module")
def laws(encoder: StaticEncoder) -> Laws:
    places = ("", "", "", "", "", "", "上海市")
    documents = [
        Doc(2 * i, 2, title, jurisdiction=place or "全国")
        for i, (title, place) in enumerate(zip(TITLES, places, strict=True))
    ]
    shape = np.zeros(2 * len(TITLES), SHAPE)
    columns = Columns.build(documents, shape, np.zeros(0, PAIR), np.zeros(1, np.int64), np.zeros(0, np.int64))
    none = np.zeros(0, np.uint16), np.zeros(1, np.uint32)
    return Laws(columns, Vectors(), Words(encoder, none, none))


def signs(laws: Laws, question: str) -> LawSigns:
    return laws.signs(question, np.eye(256, dtype=np.float32)[0], np.arange(len(TITLES)))


@pytest.mark.parametrize(
    ("title", "place", "words"),
    [
        ("安全生产法", "", ()),
        ("行政处罚法", "", ()),
        ("矿山安全法", "", ("矿山",)),
        ("城镇燃气管理条例", "", ("城镇", "燃气")),
        ("上海市燃气管理条例", "上海市", ("燃气",)),
        ("核安全法", "", ("核",)),
        ("生产安全事故应急条例", "", ()),
        ("示例省示例市渔港条例", "示例省示例市", ("渔港",)),
    ],
)
def test_field_words_are_what_names_a_trade(title: str, place: str, words: tuple[str, ...]) -> None:
    assert field_words(title, place, "\n".join(TITLES)) == words


def test_a_word_of_many_titles_names_no_trade() -> None:
    assert field_words("燃气条例", "", "\n".join(f"{i}市燃气条例" for i in range(61))) == ()


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
def test_the_trade_that_a_question_speaks_of_is_nearer(laws: Laws, question: str, near: str, far: str) -> None:
    found = signs(laws, question)
    assert found.near[TITLES.index(near)] > found.near[TITLES.index(far)] + 0.1


def test_a_named_trade_is_near_and_a_law_for_everybody_too(laws: Laws) -> None:
    found = signs(laws, "矿山没有安全出口怎么办")
    assert found.near[TITLES.index("矿山安全法")] == found.mean[TITLES.index("矿山安全法")] == 1
    assert found.near[TITLES.index("安全生产法")] == found.plain[TITLES.index("安全生产法")] == 1
    assert found.plain[TITLES.index("矿山安全法")] == 0


def test_a_question_without_known_words_is_near_no_trade(laws: Laws) -> None:
    found = signs(laws, "？？")
    assert found.near[TITLES.index("矿山安全法")] == 0
    assert found.near[TITLES.index("安全生产法")] == 1


def test_the_topic_is_the_mean_of_the_passages(laws: Laws) -> None:
    assert signs(laws, "问").topic.tolist() == pytest.approx([np.sqrt(0.5)] * len(TITLES))


def test_without_a_table_of_words_nothing_is_said_of_trades(laws: Laws) -> None:
    blind = Laws(laws._columns, Vectors(), None)
    assert signs(blind, "井下采煤").near.tolist() == [1.0] * len(TITLES)
