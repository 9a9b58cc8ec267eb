"""Public sets in three forms, each in a small invented example."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.run.context import Context
from eval.tasks import beir, lexrag, stard
from kb.base.records import InputError

TEXTS = ["车间每周检查吊钩", "厨房安装绿色排风扇", "风车作坊培训工人", "油漆桶加盖存放", "台账保存二年"]


def context(folder: Path | None) -> Context:
    return Context(SimpleNamespace(settings=SimpleNamespace(encoder=None)), folder=folder)


def lines(path: Path, rows: list[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")


@pytest.fixture
def stard_folder(tmp_path: Path) -> Path:
    corpus = [{"id": i, "title": "示例条例", "article": f"第{i}条", "path": [], "text": t} for i, t in enumerate(TEXTS)]
    lines(tmp_path / "corpus.jsonl", corpus)
    lines(tmp_path / "dev.jsonl", [{"query_id": 9, "query": "吊钩多久检查一次", "gold": [0]}])
    return tmp_path


def test_stard(stard_folder: Path) -> None:
    given = context(stard_folder)
    assert stard.absent(given) == ""
    [found] = stard.measure(given)
    assert (found.id, found.metrics["recall@1"], found.metrics["mrr@10"]) == ("9", 1.0, 1.0)
    assert len(given.notes) == 4


def test_stard_names_the_line_that_lacks_a_field(stard_folder: Path) -> None:
    lines(stard_folder / "dev.jsonl", [{"query_id": 9, "query": "吊钩"}])
    with pytest.raises(InputError, match=r"dev.jsonl 第 1 行"):
        stard.measure(context(stard_folder))


@pytest.fixture
def beir_folder(tmp_path: Path) -> Path:
    lines(tmp_path / "corpus.jsonl", [{"_id": f"d{i}", "title": "", "text": t} for i, t in enumerate(TEXTS)])
    lines(tmp_path / "queries.jsonl", [{"_id": "a", "text": "排风扇安装"}, {"_id": "b", "text": "没有标注"}])
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\na\td1\t1\na\td2\t0\n", "utf-8")
    return tmp_path


def test_beir(beir_folder: Path) -> None:
    given = context(beir_folder)
    assert beir.absent(given) == ""
    [found] = beir.measure(given)
    assert (found.id, found.gold, found.metrics["ndcg@10"]) == ("a", ("d1",), 1.0)


def test_beir_names_the_line_of_the_qrels_at_fault(beir_folder: Path) -> None:
    (beir_folder / "qrels" / "test.tsv").write_text("a\td1\n", "utf-8")
    with pytest.raises(InputError, match=r"test.tsv 第 1 行"):
        beir.measure(context(beir_folder))


@pytest.mark.parametrize("task", [stard, beir, lexrag])
def test_a_folder_that_is_not_of_the_form_says_what_is_missing(task: Any, tmp_path: Path) -> None:
    assert "--folder" in task.absent(context(tmp_path)) or "应有" in task.absent(context(tmp_path))


def test_lexrag_turns(tmp_path: Path) -> None:
    talk = {
        "id": 3,
        "conversation": [
            {"user": "吊钩坏了怎么办", "assistant": "请修理。", "article": ["中华人民共和国示例条例第二条"]},
            {"user": "谢谢", "assistant": "不客气。", "article": []},
            {"user": "罚多少", "assistant": "五百元。", "article": ["《示例条例》第一百零一条之一：处罚款。"]},
        ],
    }
    path = tmp_path / "dataset.json"
    path.write_text(json.dumps([talk], ensure_ascii=False), "utf-8")
    rows = list(lexrag.turns(lexrag.conversations(path)))
    assert [r["id"] for r in rows] == ["3_1", "3_2", "3_3"]
    assert [r["gold"] for r in rows] == [
        [{"law": "示例条例", "article": "第二条"}],
        [],
        [{"law": "示例条例", "article": "第一百零一条之一"}],
    ]
    assert rows[2]["history"] == ["吊钩坏了怎么办", "谢谢"]


def test_lexrag_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text('[{"talk": 1}]', "utf-8")
    with pytest.raises(InputError, match="LexRAG"):
        lexrag.measure(context(tmp_path))
