"""Pairs an editor read: they stand in place of those found by wording, for the version they were read in only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kb.base.address import Address, ArticleNo
from kb.base.records import InputError
from kb.search.embed import load_encoder
from kb.search.index import Generation
from kb.search.index.build import Inputs, build
from kb.search.pairs.table import load

ROW: dict[str, Any] = {
    "law": "示例车间安全条例",
    "version": "2020-05-06",
    "penalty": "第四条",
    "paragraph": 1,
    "item": None,
    "duties": ["第三条第一款"],
}


def write(file: Path, *rows: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


def made(corpus: Path, index: Path, table: Path | None) -> Generation:
    build(Inputs((corpus,), pairs=table), index, load_encoder(None))
    return Generation.open(index)


def ties(generation: Generation, penalty: int) -> list[tuple[str, str, int | None]]:
    row = generation.article("示例车间安全条例", ArticleNo(penalty))
    assert row is not None
    found = [p for p in generation.pairs(row.id) if p.penalty == row.id]
    return [(str(generation.passage(p.duty).article), p.how, p.duty_paragraph) for p in found]


def test_what_was_read_replaces_what_was_found_and_goes_with_the_table(small_corpus: Path, tmp_path: Path) -> None:
    index, table = tmp_path / "index", write(tmp_path / "pairs.jsonl", ROW)
    before = ties(made(small_corpus, index, None), 4)
    assert before == [("第二条", "reference", None)]
    generation = made(small_corpus, index, table)
    assert ties(generation, 4) == [("第三条", "read", 1)]
    assert generation.manifest.counts["pairs_read"] == 1
    told = {(int(p["duty"]), bool(p["told"])) for p in generation.all_pairs}
    duty = generation.article("示例车间安全条例", ArticleNo(3))
    assert duty is not None
    assert (duty.id, True) in told
    assert ties(made(small_corpus, index, None), 4) == before


def test_a_place_without_duties_ties_nothing(small_corpus: Path, tmp_path: Path) -> None:
    table = write(tmp_path / "pairs.jsonl", ROW | {"duties": []})
    assert ties(made(small_corpus, tmp_path / "index", table), 4) == []


@pytest.mark.parametrize(
    "change",
    [{"version": "2019-01-01"}, {"penalty": "第九十九条"}, {"duties": ["第九十八条"]}],
    ids=["another version", "no such penalty", "no such duty"],
)
def test_what_fits_no_text_held_is_counted_and_left_out(
    small_corpus: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    table = write(tmp_path / "pairs.jsonl", ROW | change)
    generation = made(small_corpus, tmp_path / "index", table)
    assert ties(generation, 4) == [("第二条", "reference", None)]
    counts = generation.manifest.counts
    assert (counts["pairs_read"], counts["pairs_stale"]) == (0, 1)


def test_an_instrument_that_is_not_held_is_no_fault(small_corpus: Path, tmp_path: Path) -> None:
    table = write(tmp_path / "pairs.jsonl", ROW | {"law": "别的条例"})
    counts = made(small_corpus, tmp_path / "index", table).manifest.counts
    assert (counts["pairs_read"], counts["pairs_stale"]) == (0, 0)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"penalty": "四"}, "penalty 不是条号"),
        ({"paragraph": 0}, "从 1 起"),
        ({"item": "三"}, "从 1 起"),
        ({"duties": ["安全生产法"]}, "不是条款"),
        ({"duties": "第三条"}, "列表"),
        ({"law": None}, "law"),
    ],
)
def test_a_faulty_row_is_told_with_its_line(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=rf"第 2 行.*{told}"):
        load(write(tmp_path / "pairs.jsonl", ROW, ROW | change))


def test_a_duty_is_read_with_its_paragraph_and_item(tmp_path: Path) -> None:
    row = ROW | {"duties": ["第三条第二款第（四）项", "第五条之一"]}
    (place,) = load(write(tmp_path / "pairs.jsonl", row))
    assert place.duties == (
        Address("示例车间安全条例", ArticleNo(3), 2, 4),
        Address("示例车间安全条例", ArticleNo(5, 1)),
    )
