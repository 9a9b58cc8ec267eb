"""The translation model: what it learns from questions, its file, and an encoder with and without it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from eval.train import export, translations
from eval.train.runs import Prepared, prepare
from kb.base.records import ModelError
from kb.search.embed import StaticEncoder
from kb.search.embed.translations import FILE, Translations
from tests.search.test_embed_training import SMALL, SPOKEN, THINGS, sample_data


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(sample_data(), SMALL)


@pytest.fixture(scope="module")
def table(prepared: Prepared) -> Translations:
    return translations.from_data(prepared.data, prepared.texts, prepared.tokenizer)


@pytest.fixture
def encoder(prepared: Prepared, table: Translations, tmp_path: Path) -> StaticEncoder:
    """A static encoder of random vectors with the model beside it."""
    vectors = np.random.default_rng(1).normal(size=(prepared.tokenizer.get_vocab_size(), 8)).astype(np.float32)
    export.save(tmp_path, prepared.tokenizer, vectors, "# card\n")
    table.write(tmp_path)
    return StaticEncoder(tmp_path)


def words_of(encoder: StaticEncoder, text: str) -> np.ndarray:
    return np.unique(encoder.token_ids([text])[0])


def best_lift(encoder: StaticEncoder, spoken: str, written: str) -> float:
    return float(encoder.lifts_of(words_of(encoder, spoken))[words_of(encoder, written)].max())


@pytest.mark.parametrize(("thing", "spoken"), list(zip(THINGS, SPOKEN, strict=True)))
def test_spoken_words_are_likelier_beside_the_words_of_their_law(
    encoder: StaticEncoder, thing: str, spoken: str
) -> None:
    others = [best_lift(encoder, spoken, other) for other in THINGS if other != thing]
    assert best_lift(encoder, spoken, thing) > 3 * max(others)


def test_a_word_makes_itself_likelier_even_if_nobody_asked_with_it(encoder: StaticEncoder) -> None:
    for text in ("脚手架", "擅自"):
        words = words_of(encoder, text)
        assert (np.diag(encoder.lifts_of(words)[words]) > 1).all()


def test_probabilities_of_one_article_word_stay_below_one(table: Translations) -> None:
    target = np.repeat(np.arange(len(table.surprisal)), np.diff(table.starts))
    chance = np.exp(table.lifts.astype(np.float64) - table.surprisal[target].astype(np.float64))
    chance -= np.where(table.words == target, translations.ITSELF, 0)
    assert np.bincount(table.words, chance).max() <= 1.01
    assert (table.words != translations.EMPTY).all()


def test_written_and_read(table: Translations, tmp_path: Path) -> None:
    table.write(tmp_path)
    again = Translations.read(tmp_path, len(table.surprisal))
    assert again is not None
    assert (again.starts == table.starts).all()
    assert (again.words == table.words).all()
    assert (again.lifts == table.lifts).all()
    assert again.surprisal == pytest.approx(table.surprisal, rel=1e-3)


def test_the_table_is_looked_up_cell_by_cell(table: Translations) -> None:
    asked = np.arange(1, len(table.surprisal), 7)
    held = {
        (int(t), int(w)): float(np.exp(np.float32(v)))
        for t in asked
        for w, v in zip(
            table.words[table.starts[t] : table.starts[t + 1]],
            table.lifts[table.starts[t] : table.starts[t + 1]],
            strict=True,
        )
    }
    expected = [[held.get((int(t), w), 0.0) for t in asked] for w in range(len(table.surprisal))]
    assert table.of(asked) == pytest.approx(np.array(expected), rel=1e-5)
    assert table.of(asked) is table.of(asked)  # a question is weighed twice


def test_without_the_file_nothing_is_likelier(encoder: StaticEncoder, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for path in tmp_path.iterdir():
        if path.name not in (FILE, "bare"):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, bare / path.name)
    without = StaticEncoder(bare)
    words = words_of(encoder, "脚手架")
    assert not without.lifts_of(words).any()
    assert without.surprisal_of(words) == pytest.approx(without.rarity_of(words))
    assert without.fingerprint == encoder.fingerprint  # vectors are the same: an index need not be built anew


def test_a_broken_file_says_how_to_mend_it(table: Translations, tmp_path: Path) -> None:
    table.write(tmp_path)
    with pytest.raises(ModelError, match=r"词表不符.*恢复该文件"):
        Translations.read(tmp_path, len(table.surprisal) + 1)
    (tmp_path / FILE).write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"读不出来.*恢复该文件"):
        Translations.read(tmp_path, len(table.surprisal))


def test_no_pairs_are_an_error() -> None:
    with pytest.raises(ValueError, match="no question"):
        translations.estimate([], 5)
