"""Terms: what a question and a provision are cut into, and that jieba would cut the same."""
# ruff: noqa: RUF001 (full-width letters are what is tested)

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.lexical import legal_terms, term_key, terms
from kb.search.lexical.terms import bigrams, clean, cutter, jieba_cutter, rjieba_cutter, words

SENTENCES = (
    "三层堆了二十桶没标签的溶剂，违反哪条，罚多少，能不能先不罚？",
    "生产经营单位未按照规定设置安全警示标志的，责令限期改正，处五万元以下的罚款。",
    "有限空间作业应当先通风、再检测、后作业，并安排监护人员。",
    "消防车通道被私家车堵死了，物业说管不了，归谁管",
    "首违不罚和轻微不罚有什么不一样？",
    "GB 30871-2022 对动火作业有什么要求",
    "老板把仓库租给没有资质的小厂，出了事谁担责任",
)


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("首违不罚", ["首违不罚", "首违", "违不", "不罚"], ["违"]),
        ("特种设备安全法", ["特种", "设备", "特种设备", "备安"], []),
        ("罚5万元！", ["罚", "5", "万元"], ["！", "!"]),
        ("ＧＢ３０８７１—２０２２", ["gb", "30871", "2022"], ["ＧＢ３０８７１"]),
        ("GB/T 9704-2012和gb30871", ["gb", "t", "9704", "2012", "30871"], ["gb30871", "9704-2012"]),
        ("浓度0.5%", ["浓度", "0.5%"], []),
        ("消\u200b防通道", ["消防", "防通", "通道"], ["消"]),
        ("氧气 乙炔", ["氧气", "乙炔"], ["气乙"]),
    ],
)
def test_terms_are_words_and_bigrams(text: str, present: list[str], absent: list[str]) -> None:
    found = terms(text)
    assert set(present) <= set(found)
    assert not set(absent) & set(found)


@pytest.mark.parametrize("text", ["", " \n", "，。！？", "\u200b"])
def test_nothing_to_read_gives_no_terms(text: str) -> None:
    assert terms(text) == []


def test_the_dictionary_holds_each_term_once_and_only_words() -> None:
    listed = legal_terms()
    assert len(listed) == len(set(listed)) > 300
    assert [t for t in listed if clean(t) != t or not t.isalnum() or len(t) < 2] == []


@pytest.mark.parametrize("term", legal_terms())
def test_every_legal_term_is_one_word(term: str) -> None:
    assert term in words(f"老板应当{term}，罚多少")


def test_the_fallback_knows_every_legal_term() -> None:
    cut = jieba_cutter()
    assert [t for t in legal_terms() if t not in cut(f"老板应当{t}，罚多少")] == []


def test_rjieba_cuts_as_jieba_does() -> None:
    fast, reference = rjieba_cutter(), jieba_cutter()
    for sentence in SENTENCES:
        assert words(clean(sentence), fast) == words(clean(sentence), reference)


@pytest.mark.corpus
def test_rjieba_cuts_real_questions_as_jieba_does(shared_dir: Path) -> None:
    fast, reference = rjieba_cutter(), jieba_cutter()
    questions = [
        json.loads(line)["q"]
        for file in sorted((shared_dir / "training" / "questions").glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()[:150]
    ]
    pairs = [(words(clean(q), fast), words(clean(q), reference)) for q in questions]
    same = sum(a == b for a, b in pairs)
    assert same / len(pairs) > 0.99
    total = sum(len(b) for _, b in pairs)
    assert abs(sum(len(a) for a, _ in pairs) - total) < 0.002 * total


@given(st.text(alphabet=st.sampled_from("安全生产法 罚款，。Ａａ1１的\u200b〇㐀")))
def test_no_term_holds_a_blank_or_is_empty(text: str) -> None:
    for term in terms(text):
        assert term
        assert term == clean(term)
        assert not any(c.isspace() for c in term)


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=4))
def test_keys_tell_short_words_apart_and_fit_64_bits(term: str) -> None:
    key = term_key(term)
    assert 0 < key < 1 << 64
    if len(term) <= 2:
        points = [key & 0x1FFFFF] if key < 1 << 21 else [key >> 21, key & 0x1FFFFF]
        assert "".join(map(chr, points)) == term
    else:
        assert key >= 1 << 63


def test_bigrams_never_cross_punctuation() -> None:
    assert bigrams("动火，监护") == ["动火", "监护"]


def test_the_cutter_is_loaded_once() -> None:
    assert cutter() is cutter()


def test_without_rjieba_jieba_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)  # import rjieba now raises ImportError
    rjieba_cutter.cache_clear()
    cutter.cache_clear()
    try:
        assert cutter() is jieba_cutter()
        assert "首违不罚" in terms("可以首违不罚吗")
    finally:
        monkeypatch.undo()
        rjieba_cutter.cache_clear()
        cutter.cache_clear()
    assert cutter() is rjieba_cutter()
