"""The benchmark's own arithmetic, and one small run of what needs no peer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.bench import worker
from eval.bench.material import Articles, Question, lay_out, memory
from eval.bench.measure import Bench, Plan, exponent, quality, ratios, spread
from eval.bench.page import facts, lines, rows, write_page
from eval.bench.steps import Steps, WorkerFailed

ASKED = Question("q", "车间吊钩多久检查一次", (), ("示例车间安全条例第二条",))


@pytest.fixture
def laid_out(small_corpus: Path, tmp_path: Path) -> list[Path]:
    return lay_out(sorted((small_corpus / "laws").glob("*(2*.md")), tmp_path / "flat")


def test_a_span_stands_for_the_articles_it_overlaps(laid_out: list[Path]) -> None:
    articles = Articles(laid_out)
    path = next(p for p in laid_out if p.name.startswith("示例厨房"))
    text = path.read_text("utf-8")
    first, second = text.index("第一条"), text.index("第二条 违反")
    kitchen = "示例厨房安全条例"
    assert articles.of(path.name, first + 5, first + 6) == [f"{kitchen}第一条"]
    assert articles.of(path.name, first + 5, second + 3) == [f"{kitchen}第一条", f"{kitchen}第二条"]
    assert articles.of(path.name, 0, 3) == []
    assert articles.of("别的.md", 0, 99) == []


def test_copies_have_the_structure_and_other_words(laid_out: list[Path], tmp_path: Path) -> None:
    made = lay_out(laid_out, tmp_path / "twice", copies=2)
    assert len(made) == 2 * len(laid_out) == len(set(made))
    copy = made[-1].read_text("utf-8")
    original = laid_out[-1].read_text("utf-8")
    assert len(copy) == len(original)
    assert copy.count("第二条") == original.count("第二条")
    assert "排风扇" not in copy
    assert "吊钩" not in copy


def test_a_gold_is_found_at_the_first_hit_that_overlaps_it() -> None:
    question = Question("q", "问", (), ("甲", "乙"))
    one_chunk_with_both = [["丙", "丁", "戊", "己", "庚", "甲", "乙"]]
    assert quality([question], [one_chunk_with_both]) == {"recall@5": 1.0, "recall@20": 1.0, "mrr@10": 1.0}
    late = [[f"x{i}"] for i in range(6)] + [["乙"]]
    assert quality([question], [late]) == {"recall@5": 0.0, "recall@20": 0.5, "mrr@10": 0.1429}
    assert quality([question], [[]]) == {"recall@5": 0.0, "recall@20": 0.0, "mrr@10": 0.0}


@pytest.mark.parametrize(("power", "slope"), [(1, 1.0), (2, 2.0), (0, 0.0)])
def test_the_exponent_of_growth(power: int, slope: float) -> None:
    points = [{"characters": 10.0**i, "seconds": 3.0 * 10.0 ** (power * i)} for i in range(4)]
    assert exponent(points, "seconds") == pytest.approx(slope, abs=1e-6)
    assert exponent(points[:1], "seconds") is None


def test_spreads_and_ratios() -> None:
    assert spread([3.0, 1.0, 2.0]) == {"min": 1.0, "median": 2.0, "max": 3.0, "n": 3}
    assert ratios([2.0, 6.0], [4.0, 3.0]) == {"min": 0.5, "median": 1.25, "max": 2.0, "n": 2, "n_other": 2}
    assert ratios([2.0, 6.0], [4.0]) == {"min": 0.5, "median": 1.0, "max": 1.5, "n": 2, "n_other": 1}


@pytest.mark.parametrize(
    ("each", "n"), [(0.001, 30), (0.1, 30), (0.4, 15), (9.0, 5)], ids=["fast", "just", "cut short", "the least"]
)
def test_slow_systems_are_asked_less(each: float, n: int) -> None:
    assert worker.affordable(each, rounds=5, most=30, seconds=60.0) == n


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    said: list[str] = []
    steps = Steps(tmp_path, said.append)
    steps.claim({"share": 1})
    steps.keep("side-build-ours-0", {"seconds": 7})
    again = Steps(tmp_path, said.append, expected=3)
    again.claim({"share": 1})
    assert again.run("side-build-ours-0", {"system": "nonsense"}) == {"seconds": 7}
    again.tell("建立")
    assert said[0].startswith("沿用")
    assert said[1].startswith("[1/3，")
    again.claim({"share": 2})
    assert again.kept("side-build-ours-0") is None


def test_a_worker_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(WorkerFailed, match="nonsense"):
        Steps(tmp_path, print).run("x", {"system": "nonsense", "action": "build", "files": [], "folder": str(tmp_path)})


def test_bare_cutting_is_scaled_to_all_files(tmp_path: Path) -> None:
    files = tuple(tmp_path / f"{i}.md" for i in range(4))
    for path in files:
        path.write_text("x" * 100, "utf-8")
    steps = Steps(tmp_path, print)
    bench = Bench("b", Plan(runs=2), tmp_path, files, (ASKED,), steps)
    steps.keep("b-build-jieba-0", {"seconds": 3.0})
    assert bench.build("jieba", 0)["seconds"] == 6.0


def test_memory_of_this_process() -> None:
    found = memory()
    assert 0 < found["anonymous"] <= found["private"] <= found["pss"] <= found["now"] <= found["peak"]


@pytest.mark.parametrize("system", ["ours_plain", "floor"])
def test_a_system_is_built_and_asked(
    system: str, laid_out: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = {"system": system, "files": list(map(str, laid_out)), "folder": str(tmp_path / "index")}
    job |= {"questions": [[ASKED.text, []]], "rounds": 2, "timed": 1, "seconds": 1.0}
    done = {}
    for action in ("build", "query"):
        path = tmp_path / f"{action}.json"
        path.write_text(json.dumps({**job, "action": action}), "utf-8")
        assert worker.main([str(path)]) == 0
        done[action] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert done["build"]["seconds"] > 0
    assert len(done["query"]["rounds"]) == len(done["query"]["per_second_8"]) == 2
    articles = Articles(laid_out)
    found = [[articles.of(*hit) for hit in hits] for hits in done["query"]["hits"]]
    assert quality([ASKED], found)["recall@5"] == 1.0


def test_what_is_shown(tmp_path: Path) -> None:
    result = {
        "date": "2025-05-01",
        "commit": "abc",
        "python": "3.11",
        "machine": {"cores": 2},
        "versions": {"txtai": "9"},
        "questions": 91,
        "corpus": {"files": 3, "characters": 400_000},
        "plan": {"timed": 30},
        "systems": {"ours": {"build": spread([2.0]), "quality": {"recall@5": 0.9}}, "txtai": {"timed": 7}},
        "ratios": {"build/jieba": ratios([2.0], [1.0]), "p50/txtai": ratios([2.0, 4.0], [1.0])},
        "whole": {"systems": {"ours": {"index_mb": 123.4}}, "ratios": {"p50/floor": ratios([2.0], [1.0])}},
        "process": {
            "memory_mb": {"now": 400, "private": 111},
            "index_mb": 254.0,
            **{f"{n}_seconds": spread([1.0, 1.2]) for n in ("ask", "show", "import")},
            **{f"{n}_ratio": ratios([1.0], [4.0]) for n in ("ask", "show")},
        },
        "growth": {
            "points": [
                {"characters": 10**i, "build_seconds": i, "query_mb": 9, "p50_ms": 1, "index_mb": 1} for i in (5, 6)
            ],
            "exponents": {"build_seconds": 0.9},
        },
        "updates": {"one_file": {"files": 1, "seconds": spread([1.0]), "share": 0.1}},
    }
    assert [r[0] for r in rows(result["systems"])] == ["", "本系统", "txtai"]
    assert rows(result["systems"])[2][1:] == ["-"] * 12
    text = "\n".join(lines(result))
    assert "0.900" in text
    said = "\n".join(facts(result))
    for fact in ("10.0%", "对方 1 次", "独占 111 MB", "每轮只问 7 题", "之比 0.25", "全部语料，p50 本系统/裸 FAISS"):
        assert fact in said
    assert "123.4" in text
    assert "<svg" in write_page(result, tmp_path / "page.html").read_text("utf-8")
