"""A generation: what is in it, what a change changes, and that nothing is lost when a build is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from kb.app import build_index
from kb.settings import Settings
from kb.base.address import ArticleNo
from kb.base.records import BuildRunning, GenerationError, InputError
from kb.search.embed import load_encoder
from kb.search.index import Generation, current_id
from kb.search.index.build import Inputs, _only_build, build
from kb.search.retrieve import Retriever, Scope
from tests.samples import KITCHEN, WORKSHOP

BUILD = """
import sys
from pathlib import Path
from kb.search.embed import load_encoder
from kb.search.index.build import Inputs, build
if __name__ == "__main__":
    encoder = load_encoder(None)
    print("ready", flush=True)
    build(Inputs((Path(sys.argv[1]),)), Path(sys.argv[2]), encoder)
"""


def make(corpus: Path, index: Path) -> Generation:
    build(Inputs((corpus,)), index, load_encoder(None))
    return Generation.open(index)


def hits(generation: Generation, question: str, k: int = 5) -> list[tuple[str, str | None, str]]:
    found = Retriever(generation, load_encoder(None)).search(question, scope=Scope(date(2025, 1, 1)), k=k)
    return [(h.passage.title, str(h.passage.article), h.passage.text) for h in found.hits]


def test_articles_versions_pairs_and_references_are_in_the_generation(small_corpus: Path, tmp_path: Path) -> None:
    generation = make(small_corpus, tmp_path / "index")
    duty = generation.article("示例车间安全条例", ArticleNo(2))
    assert duty is not None
    assert duty.version == "2020-05-06"
    assert duty.path == ("第二章 车间管理",)
    assert duty.text == "车间负责人应当每周检查一次吊钩，并把检查结果记入台账。\n台账应当保存二年。"
    source = (small_corpus / duty.source).read_text("utf-8")
    assert source[duty.start : duty.end].startswith("第二条 车间负责人应当每周检查一次吊钩")
    old = generation.article("示例车间安全条例", ArticleNo(2), "2010-03-01")
    assert old is not None
    assert "每月检查" in old.text
    penalties = [generation.passage(p.penalty).address for p in generation.pairs(duty.id)]
    assert penalties == ["《示例车间安全条例》第四条"]
    citing = [generation.passage(row).address for row in generation.cited_by(duty.id)]
    assert "《示例厨房安全条例》第一条" in citing
    fines = [(f.least, f.most) for s in generation.sanctions(generation.pairs(duty.id)[0].penalty) for f in s.fines]
    assert fines == [(3000, 5000), (10000, 20000)]


def test_every_passage_is_where_its_span_says(small_corpus: Path, tmp_path: Path) -> None:
    generation = make(small_corpus, tmp_path / "index")
    for document in generation.documents():
        source = "".join((small_corpus / document.source).read_text("utf-8").split())
        for passage in generation.of_document(document):
            assert "".join(passage.text.split()) in source
            assert generation.passage(passage.id) == passage


def test_the_same_inputs_change_nothing_and_one_file_changes_only_itself(small_corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    first = build(Inputs((small_corpus,)), index, load_encoder(None))
    again = build(Inputs((small_corpus,)), index, load_encoder(None))
    assert (again.changed, again.generation, again.derived) == (False, first.generation, 0)
    changed = small_corpus / "laws" / "示例厨房安全条例(2015-01-01).md"
    changed.write_text(KITCHEN.replace("绿色排风扇", "橙色排风扇"), "utf-8")
    third = build(Inputs((small_corpus,)), index, load_encoder(None))
    assert (third.changed, third.derived) == (True, 1)


@pytest.mark.parametrize("change", ["edit", "add", "remove", "rename"])
def test_an_update_equals_a_build_from_nothing(small_corpus: Path, tmp_path: Path, change: str) -> None:
    make(small_corpus, tmp_path / "updated").close()
    kitchen = small_corpus / "laws" / "示例厨房安全条例(2015-01-01).md"
    if change == "edit":
        kitchen.write_text(KITCHEN.replace("绿色", "橙色"), "utf-8")
    elif change == "add":
        (small_corpus / "laws" / "示例车间消防条例(2021-01-01).md").write_text(
            WORKSHOP.replace("示例车间安全条例", "示例车间消防条例").replace("紫色", "黑色"), "utf-8"
        )
    elif change == "remove":
        kitchen.unlink()
    else:
        kitchen.rename(kitchen.with_name("示例厨房条例(2015-01-01).md"))
    updated, fresh = make(small_corpus, tmp_path / "updated"), make(small_corpus, tmp_path / "fresh")
    assert updated.id == fresh.id
    assert updated.manifest.counts == fresh.manifest.counts
    for question in ("吊钩多久检查一次", "排风扇没装罚多少", "紫色油漆桶敞口", "风车检查了多少家"):
        assert hits(updated, question) == hits(fresh, question)
    for row in range(len(fresh)):
        assert updated.passage(row) == fresh.passage(row)
        assert updated.pairs(row) == fresh.pairs(row)
        assert updated.edges(row) == fresh.edges(row)


def test_identical_bytes_and_the_same_version_are_stored_once(small_corpus: Path, tmp_path: Path) -> None:
    (small_corpus / "laws" / "copy").mkdir()
    (small_corpus / "laws" / "copy" / "示例厨房安全条例(2015-01-01).md").write_text(KITCHEN, "utf-8")
    generation = make(small_corpus, tmp_path / "index")
    assert [d.key for d in generation.documents()].count("示例厨房安全条例") == 1
    assert len(generation.set_aside()) == 1
    assert "内容相同" in generation.set_aside()[0][1]


def test_a_digest_steps_back_and_returns_when_the_official_text_goes(small_corpus: Path, tmp_path: Path) -> None:
    digest = small_corpus / "laws" / "要点.md"
    names = "title: 示例厨房安全条例\nshort: 示例厨房安全条例\n"
    front = f"---\n{names}version: 2015-01-01\ntext_kind: digest\narticles: 3\n---\n"
    digest.write_text(front + "# 示例厨房安全条例（要点）\n\n第一条 厨房要有绿色排风扇。\n", "utf-8")
    official = small_corpus / "laws" / "示例厨房安全条例(2015-01-01).md"
    kinds = []
    for step in ("both", "digest only", "both again"):
        if step == "digest only":
            official.rename(tmp_path / "away.md")
        elif step == "both again":
            (tmp_path / "away.md").rename(official)
        held = make(small_corpus, tmp_path / "index").held("示例厨房安全条例")
        assert held is not None
        kinds.append(held.text_kind)
    assert kinds == ["official", "digest", "official"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("坏.docx", b"PK\x03\x04broken", "坏.docx"),
        ("空.md", b"", "空.md"),
        ("假.pdf", b"not a pdf at all", "假.pdf"),
    ],
)
def test_a_bad_file_is_skipped_with_one_line_and_the_rest_is_indexed(
    small_corpus: Path, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (small_corpus / "laws" / name).write_bytes(content)
    generation = make(small_corpus, tmp_path / "index")
    (row,) = generation.skipped()
    assert said in row[1]
    assert "\n" not in row[1]
    assert generation.article("示例车间安全条例", ArticleNo(2)) is not None


def test_no_corpus_and_no_files_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="不存在"):
        build(Inputs((tmp_path / "nowhere",)), tmp_path / "index", load_encoder(None))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="没有可读的文件"):
        build(Inputs((tmp_path / "empty",)), tmp_path / "index", load_encoder(None))


def test_a_second_build_says_so_and_leaves(small_corpus: Path, tmp_path: Path) -> None:
    with _only_build(tmp_path / "index"), pytest.raises(BuildRunning, match="另一个进程"):
        build(Inputs((small_corpus,)), tmp_path / "index", load_encoder(None))


def test_a_damaged_generation_is_refused_with_the_cure(small_corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    generation = make(small_corpus, index)
    generation.close()
    database = index / generation.id / "passages.sqlite"
    database.write_bytes(database.read_bytes()[:-100])
    with pytest.raises(GenerationError, match="kb build"):
        Generation.open(index)
    assert make(small_corpus, index).article("示例厨房安全条例", ArticleNo(1)) is not None


def test_an_index_of_an_older_format_is_refused_but_its_corpora_are_remembered(
    small_corpus: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    generation = make(small_corpus, index)
    generation.close()
    file = index / generation.id / "manifest.json"
    file.write_text(file.read_text("utf-8").replace('"format": ', '"format": 9'), "utf-8")
    with pytest.raises(GenerationError, match="kb build"):
        Generation.open(index)
    build_index(Settings(index=index))  # as ``kb build`` without --corpus
    assert Generation.open(index).article("示例车间安全条例", ArticleNo(2)) is not None


def test_another_encoder_is_refused_with_the_cure(small_corpus: Path, tmp_path: Path) -> None:
    generation = make(small_corpus, tmp_path / "index")
    with pytest.raises(GenerationError, match="kb build"):
        generation.require_encoder("some other model")


def test_two_generations_are_kept_and_those_with_readers(small_corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reader = make(small_corpus, index)
    kitchen = small_corpus / "laws" / "示例厨房安全条例(2015-01-01).md"
    for colour in ("红色", "蓝色", "白色"):
        kitchen.write_text(KITCHEN.replace("绿色", colour), "utf-8")
        make(small_corpus, index).close()
    whole = {p.parent.name for p in index.glob("*/manifest.json")}
    assert reader.id in whole
    assert len(whole) == 3
    assert "绿色" in reader.passage(reader.held("示例厨房安全条例").base + 1).text  # type: ignore[union-attr]
    reader.close()
    kitchen.write_text(KITCHEN.replace("绿色", "灰色"), "utf-8")
    make(small_corpus, index).close()
    assert len(list(index.glob("*/manifest.json"))) == 2


def workshop(generation: Generation) -> list[tuple[str, str | None, str]]:
    """What is found in the law that no attempt changes, however high the changed one stands beside it."""
    return sorted(hit for hit in hits(generation, "吊钩多久检查一次", k=50) if hit[0] == "示例车间安全条例")


@pytest.mark.slow
def test_killed_twenty_times_the_last_generation_opens_and_the_next_build_completes(
    small_corpus: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    good = make(small_corpus, index)
    expected = workshop(good)
    good.close()
    script = tmp_path / "one_build.py"
    script.write_text(BUILD, "utf-8")
    kitchen = small_corpus / "laws" / "示例厨房安全条例(2015-01-01).md"
    moments = random.Random(20260101)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    whole, killed, colour = 1.0, 0, 0
    while killed < 20:
        colour += 1
        assert colour <= 60, "the moments hardly ever fall inside a build"
        kitchen.write_text(KITCHEN.replace("绿色", f"第{colour}色"), "utf-8")
        with subprocess.Popen(
            [sys.executable, script, small_corpus, index], env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            started = time.monotonic()
            try:
                process.wait(moments.uniform(0.0, 1.0) * whole)
                whole = time.monotonic() - started  # it was done before its moment came: builds are faster than thought
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                killed += process.wait() == -signal.SIGKILL
        generation = Generation.open(index)
        assert workshop(generation) == expected
        generation.close()
    last = make(small_corpus, index)
    assert any(f"第{colour}色" in text for _, _, text in hits(last, "排风扇"))
    left = {p.name for p in index.iterdir() if p.name.startswith(".making")}
    assert left == set()
    assert json.loads((index / str(current_id(index)) / "manifest.json").read_text("utf-8"))["id"] == last.id
