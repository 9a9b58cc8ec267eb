"""Results kept, compared, gated and shown."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.report.charts import bars, curves, whiskers
from eval.report.html import page
from eval.report.table import comparison_lines, result_lines, worst, worst_lines
from eval.run import command, store
from eval.run.compare import compare
from eval.run.outcome import Outcome, TaskRun
from kb.base.records import InputError

STATUS = {"generation": "0123456789abcdef", "encoder": "static", "corpus_newest": "2025-04-30", "passages": 10}
ABOUT = {"when": "2025-05-01T08:00:00+00:00", "commit": "abc", "as_of": "2025-04-30", "model": None, "limit": None}
FILE = {"file": "law.jsonl", "sha256": "1", "rows": 40}


def result(values: dict[str, float], *, when: str = ABOUT["when"], sha: str = "1", task: str = "law") -> dict[str, Any]:
    outcomes = [
        Outcome(
            i, "lookup", {"cite_recall": v, "refusal_undue": 0.0}, f"问<{i}>", ("甲法第一条",), ("乙法第二条",), ms=10.0
        )
        for i, v in values.items()
    ]
    about = {**ABOUT, "when": when, "questions": [{**FILE, "sha256": sha}]}
    run = TaskRun(task, "法律问答", "cite_recall", outcomes, 1.0, about=about)
    return store.result_of([run], STATUS, date(2025, 5, 1))


def numbered(values: list[float]) -> dict[str, float]:
    return {f"q{i}": v for i, v in enumerate(values)}


def test_kept_and_read_again(tmp_path: Path) -> None:
    made = result({"a": 1.0, "b": 0.0})
    path = store.save(made, tmp_path)
    assert path.name == "2025-05-01-0123456789ab.json"
    assert store.read(path) == made
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", store.KINDS)
def test_what_is_not_the_products_own_is_no_baseline(tmp_path: Path, kind: str) -> None:
    own = store.save(result({"a": 1.0}), tmp_path)
    aside = store.save(result({"a": 0.0}, when="2025-05-01T09:00:00+00:00"), tmp_path, kind)
    assert aside.name == f"2025-05-01-0123456789ab-{kind}.json"
    found = store.latest(tmp_path, "law")
    assert found == store.read(own) == store.find("2025-05-01", tmp_path)
    assert store.find(aside.stem, tmp_path) == store.read(aside)


def test_only_metrics_that_moved_are_shown() -> None:
    [same] = compare(result({"a": 1.0, "b": 0.5}), result({"a": 1.0, "b": 0.5}))
    assert comparison_lines(same, named=3) == ["法律问答（law）：2 题，各项指标没有变化"]
    [moved] = compare(result({"a": 1.0, "b": 0.5}), result({"a": 1.0, "b": 0.0}))
    assert list(moved.moved) == ["cite_recall"]
    assert "各项指标没有变化" in page(result({"a": 1.0, "b": 0.5}), [same])


def test_another_task_of_the_day_joins_the_file(tmp_path: Path) -> None:
    store.save(result({"a": 1.0}), tmp_path)
    path = store.save(result({"b": 0.0}, task="check"), tmp_path)
    assert set(store.read(path)["tasks"]) == {"law", "check"}


def test_the_wording_of_private_questions_is_not_kept() -> None:
    rows = [Outcome("a", "x", {"cite_recall": 0.0}, "不可外传的问题", missing=("不可外传的要点",))]
    kept = store.result_of([TaskRun("dev", "开发", "cite_recall", rows, private=True)], STATUS, date(2025, 5, 1))
    assert "不可外传" not in str(kept)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99, "tasks": {}}'])
def test_what_is_no_result_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"x\.json"):
        store.read(tmp_path / "x.json")


def test_found_by_the_start_of_its_name(tmp_path: Path) -> None:
    store.save(result({"a": 1.0}), tmp_path)
    assert store.find("2025-05-01", tmp_path)["generation"] == STATUS["generation"]
    with pytest.raises(InputError, match="没有这个结果"):
        store.find("2024", tmp_path)


def test_the_newest_run_of_a_task() -> None:
    folder = Path(__file__).parent / "nowhere"
    assert store.latest(folder, "law") is None


def test_latest_goes_by_the_time_of_the_run(tmp_path: Path) -> None:
    old, new = result({"a": 0.0}), result({"a": 1.0}, when="2025-06-01T08:00:00+00:00")
    for name, r in (("z.json", old), ("a.json", new)):
        store.save({**r, "date": name[0]}, tmp_path)
    found = store.latest(tmp_path, "law")
    assert found is not None
    assert found["tasks"]["law"]["figures"]["cite_recall"]["mean"] == 1.0


def test_better_and_worse_with_the_questions_named() -> None:
    a, b = result(numbered([0.0] * 20 + [1.0] * 20)), result(numbered([1.0] * 19 + [0.0] + [1.0] * 19 + [0.0]))
    [c] = compare(a, b)
    assert c.verdict("cite_recall") == "better"
    assert [x.id for x in c.lost] == ["q39"]
    assert len(c.gained) == 19
    [back] = compare(b, a)
    assert back.verdict("cite_recall") == "worse"
    assert "q39" in "\n".join(comparison_lines(c, named=5))


def test_a_small_move_is_not_called_better() -> None:
    [c] = compare(result(numbered([0.0] * 40)), result(numbered([0.0] * 39 + [1.0])))
    assert c.verdict("cite_recall") == "open"


def test_a_row_missing_from_a_run_over_the_same_file_is_wrong_there() -> None:
    [c] = compare(result({"a": 1.0, "b": 1.0}), result({"a": 1.0}))
    assert (c.common, c.metrics["cite_recall"].b) == (2, 0.5)
    assert [x.id for x in c.lost] == ["b"]


def test_over_different_files_only_common_rows_are_compared() -> None:
    [c] = compare(result({"a": 1.0, "b": 1.0}), result({"a": 1.0}, sha="2"))
    assert (c.common, c.same_questions, c.metrics["cite_recall"].b) == (1, False, 1.0)
    assert "问题文件不同" in comparison_lines(c, named=5)[0]


@pytest.mark.parametrize(
    ("gates", "fails"),
    [
        (["cite_recall=0.4"], False),
        (["cite_recall=0.6"], True),
        (["law.cite_recall=0.6"], True),
        (["check.cite_recall=0.4"], True),  # not measured
        (["refusal_undue=0.1"], False),  # less is better
        (["points=0.1"], True),
    ],
)
def test_gates(gates: list[str], fails: bool, capsys: pytest.CaptureFixture[str]) -> None:
    found = result({"a": 1.0, "b": 0.0})
    assert command._below(found, [command._gate(g) for g in gates]) is fails
    assert ("未达标" in capsys.readouterr().out) is fails


@pytest.mark.parametrize("gate", ["cite_recall", "cite_recall=高", "nonsense=0.5"])
def test_a_gate_that_makes_no_sense_is_refused(gate: str) -> None:
    with pytest.raises(InputError, match="--fail-under"):
        command._gate(gate)


@pytest.mark.parametrize(("b", "status"), [([0.0] * 40, 1), ([1.0] * 39 + [0.0], 0), ([1.0] * 40, 0)])
def test_compare_exits_1_only_for_a_named_metric_worse_beyond_its_interval(
    tmp_path: Path, b: list[float], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = []
    for name, values in (("a", [1.0] * 40), ("b", b)):
        paths.append(str(store.save({**result(numbered(values)), "date": name}, tmp_path)))
    assert command.compare(paths, ["cite_recall"], tmp_path) == status
    assert command.compare(paths, [], tmp_path) == 0
    assert "法律问答" in capsys.readouterr().out


def test_the_page_loads_nothing_and_escapes_everything() -> None:
    a, b = result({"a": 1.0, "b": 1.0}), result({"a": 1.0, "b": 0.0})
    html = page(b, compare(a, b))
    assert "<svg" in html
    assert "问&lt;b&gt;" in html
    assert "问<b>" not in html
    assert not re.findall(r"""(?:src=|href="(?!#))|url\(|<script|@import""", html)
    for shown in ("变差的题", "最差的题", "甲法第一条", "乙法第二条", "看不出差别"):
        assert shown in html


def test_the_table_names_figures_types_and_worst_rows() -> None:
    task = result({"a": 1.0, "b": 0.0})["tasks"]["law"]
    text = "\n".join([*result_lines("law", task), *worst_lines(task, 5)])
    assert re.search(r"引用召回（条）\s+0\.500\s+\[0\.000, 1\.000\]\s+n=2", text)
    assert "· b [查条文]" in text
    assert [r["id"] for r in worst(task, 5)] == ["b"]


def test_charts_are_drawn_and_empty_ones_are_not() -> None:
    assert bars([("甲", 3, 0.5)], "题").count("<rect") == 2
    assert whiskers([("甲", 0.5, 0.4, 0.6)], "题").count("<circle") == 1
    drawn = curves({"甲": [(1, 10), (2, 20), (0, 5)]}, "题", "x", "y")
    assert drawn.count("<circle") == 2
    assert bars([], "题") == whiskers([], "题") == curves({"甲": [(0, 0)]}, "题", "x", "y") == ""
