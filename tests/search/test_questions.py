"""Known questions: what a line may hold, edits that lose nothing, imports that name bad rows, checked golds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.address import Address, ArticleNo
from kb.base.records import InputError, KnownQuestion
from kb.search.questions import KnownQuestions, check, edits, from_row, load, read_table, record, to_row
from kb.search.questions.store import EDITS
from kb.search.questions.table import gold_of

ROWS = [
    {"q": "楼道堵了罚多少", "gold": [["示例消防规定", "第六十条"]], "style": "scenario"},
    {"q": "那个人呢", "gold": [["示例消防规定", "第六十条之一"]], "history": ["楼道堵了罚多少"], "origin": "used"},
    {
        "q": "谁来监护",
        "gold": [["示例安全条例", "第九条"], ["示例安全条例", "第十条"]],
        "status": "review",
        "origin": "model",
    },
]


def written(file: Path, rows: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "fire.jsonl", ROWS)


@pytest.fixture
def known(file: Path, tmp_path: Path) -> KnownQuestions:
    return KnownQuestions([file], tmp_path / EDITS)


def test_rows_are_read_as_questions(file: Path) -> None:
    first, second, third = load([file])
    assert first == KnownQuestion("楼道堵了罚多少", (("示例消防规定", ArticleNo(60)),), "scenario")
    assert (second.gold[0][1], second.history, second.origin) == (ArticleNo(60, 1), ("楼道堵了罚多少",), "used")
    assert (third.status, len(third.gold)) == ("review", 2)


keys = st.text(alphabet="安全生产消防条例《》（）市", min_size=1, max_size=8)
articles = st.builds(ArticleNo, st.integers(1, 999), st.integers(0, 9))


@st.composite
def placed(draw: st.DrawFn, question: KnownQuestion) -> KnownQuestion:
    """The question with some 款 and 项 of its golds."""
    places = st.builds(
        lambda gold, paragraph, item: Address(gold[0], gold[1], paragraph, item),
        st.sampled_from(question.gold),
        st.integers(1, 9),
        st.none() | st.integers(1, 20),
    )
    return replace(question, places=tuple(draw(st.lists(places, max_size=3))))


questions = st.builds(
    KnownQuestion,
    text=st.text(alphabet="消防通道堵了罚多少？ab1 ", min_size=1, max_size=30).map(str.strip).filter(bool),
    gold=st.lists(st.tuples(keys, articles), min_size=1, max_size=4, unique=True).map(tuple),
    style=st.sampled_from(["", "scenario", "note"]),
    origin=st.sampled_from(["written", "used", "model"]),
    status=st.sampled_from(["active", "refused", "retired", "review"]),
    history=st.lists(st.text(max_size=9), max_size=2).map(tuple),
).flatmap(placed)


@given(questions)
def test_a_question_survives_its_line(question: KnownQuestion) -> None:
    assert from_row(json.loads(json.dumps(to_row(question), ensure_ascii=False))) == question


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ([], "JSON 对象"),
        ({}, "缺少问题"),
        ({"q": " ", "gold": [["法", "第一条"]]}, "缺少问题"),
        ({"q": 5, "gold": [["法", "第一条"]]}, "缺少问题"),
        ({"q": "问" * 501, "gold": [["法", "第一条"]]}, "超过 500 字"),
        ({"q": "问\n题", "gold": [["法", "第一条"]]}, "换行"),
        ({"q": "问题"}, "缺少依据"),
        ({"q": "问题", "gold": []}, "缺少依据"),
        ({"q": "问题", "gold": "第一条"}, "缺少依据"),
        ({"q": "问题", "gold": [["法", "一"]]}, "应写成"),
        ({"q": "问题", "gold": [["", "第一条"]]}, "应写成"),
        ({"q": "问题", "gold": [["法"]]}, "应写成"),
        ({"q": "问题", "gold": [["法", "第一条"]] * 13}, "超过 12 条"),
        ({"q": "问题", "gold": [["法", "第一条"]], "origin": "heard"}, "origin"),
        ({"q": "问题", "gold": [["法", "第一条"]], "status": "ok"}, "status"),
        ({"q": "问题", "gold": [["法", "第一条"]], "style": 1}, "style"),
        ({"q": "问题", "gold": [["法", "第一条"]], "history": "上文"}, "history"),
        ({"q": "问题", "gold": [["法", "第一条"]], "places": "第一条第一款"}, "places"),
        ({"q": "问题", "gold": [["法", "第一条"]], "places": [["法", "第一款"]]}, "应写成"),
        ({"q": "问题", "gold": [["法", "第一条"]], "places": [["法", "第一条"]]}, "款或项"),
        ({"q": "问题", "gold": [["法", "第一条"]], "places": [["法", "第二条第一款"]]}, "款或项"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(row: object, why: str) -> None:
    with pytest.raises(InputError, match=why):
        from_row(row)


def test_a_bad_line_names_file_and_line(tmp_path: Path) -> None:
    file = written(tmp_path / "x.jsonl", ROWS[:1])
    file.write_text(file.read_text("utf-8") + "\n{broken\n", "utf-8")
    with pytest.raises(InputError, match=r"x\.jsonl 第 3 行不是 JSON"):
        load([file])
    with pytest.raises(InputError, match="读不出来"):
        load([tmp_path / "none.jsonl"])


def test_a_question_in_two_files_counts_once_and_the_later_one_wins(file: Path, tmp_path: Path) -> None:
    later = written(tmp_path / "more.jsonl", [{**ROWS[0], "gold": [["示例消防规定", "第六十一条"]]}])
    found = load([file, later])
    assert len(found) == 3
    assert found[0].gold == (("示例消防规定", ArticleNo(61)),)


def test_edits_count_whatever_order_the_files_come_in(file: Path, known: KnownQuestions, tmp_path: Path) -> None:
    known.retire("楼道堵了罚多少", by="王编辑")
    statuses = {q.text: q.status for q in load([tmp_path / EDITS, file])}
    assert statuses == {"楼道堵了罚多少": "retired", "那个人呢": "active", "谁来监护": "review"}


def test_every_edit_says_who_and_when_and_nothing_is_lost(known: KnownQuestions, tmp_path: Path) -> None:
    new = KnownQuestion("灭火器过期了怎么办", (("示例消防规定", ArticleNo(16)),), origin="used")
    known.add(new, by="王编辑")
    known.refuse("谁来监护", by="李编辑")
    known.retire("那个人呢", by="李编辑", history=("楼道堵了罚多少",))
    known.restore("谁来监护", by="王编辑")
    kept = edits(tmp_path / EDITS)
    assert [(e.action, e.by, e.question.text) for e in kept] == [
        ("add", "王编辑", "灭火器过期了怎么办"),
        ("refuse", "李编辑", "谁来监护"),
        ("retire", "李编辑", "那个人呢"),
        ("restore", "王编辑", "谁来监护"),
    ]
    assert all(datetime.fromisoformat(e.at).tzinfo == UTC for e in kept)
    assert {q.text: q.status for q in known} == {
        "楼道堵了罚多少": "active",
        "那个人呢": "retired",
        "谁来监护": "active",
        "灭火器过期了怎么办": "active",
    }


def test_reopened_questions_are_the_edited_ones(file: Path, known: KnownQuestions, tmp_path: Path) -> None:
    known.retire("楼道堵了罚多少", by="王编辑")
    known.add(KnownQuestion("谁来监护", (("示例安全条例", ArticleNo(9)),)), by="王编辑")
    again = KnownQuestions([file], tmp_path / EDITS)
    assert list(again) == list(known)
    assert again.about("示例安全条例", ArticleNo(9))[0].status == "active"
    assert again.about("示例消防规定", ArticleNo(60)) == []


def test_what_cannot_be_edited_is_refused(known: KnownQuestions, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有"):
        known.retire("没人问过的", by="王编辑")
    with pytest.raises(InputError, match="没有"):
        known.retire("那个人呢", by="王编辑")  # known only after its earlier question
    with pytest.raises(InputError, match="已经在问题库"):
        known.add(from_row(ROWS[0]), by="王编辑")
    with pytest.raises(InputError, match="谁改"):
        record(tmp_path / EDITS, from_row(ROWS[0]), "add", by=" ")
    assert edits(tmp_path / EDITS) == []


def test_a_broken_file_of_edits_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    written(tmp_path / EDITS, ROWS[:1])
    with pytest.raises(InputError, match="改动记录"):
        edits(tmp_path / EDITS)


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, 3),
        ({"text": "监护"}, 1),
        ({"key": "示例消防规定"}, 2),
        ({"status": "review"}, 1),
        ({"style": "scenario", "text": "楼道"}, 1),
        ({"key": "示例"}, 0),
    ],
)
def test_finding(known: KnownQuestions, filters: dict[str, str], wanted: int) -> None:
    assert len(known.find(**filters)) == wanted


class Held:
    """An index that holds two instruments."""

    def articles(self, key: str) -> frozenset[ArticleNo] | None:
        numbers = {"示例消防规定": range(1, 61), "示例安全条例": range(1, 10)}.get(key)
        return None if numbers is None else frozenset(ArticleNo(n) for n in numbers)


def test_golds_that_the_index_lacks_are_reported_not_guessed(known: KnownQuestions) -> None:
    known.add(KnownQuestion("外星飞船归谁管", (("示例航天法", ArticleNo(1)),)), by="王编辑")
    found = [(p.key, str(p.article), p.why) for p in check(known, Held())]
    assert found == [
        ("示例消防规定", "第六十条之一", "no_article"),
        ("示例安全条例", "第十条", "no_article"),
        ("示例航天法", "第一条", "no_instrument"),
    ]
    assert "可能已改号" in str(check(known, Held())[0])


def test_refused_and_retired_questions_are_not_checked(known: KnownQuestions) -> None:
    known.refuse("谁来监护", by="王编辑")
    known.retire("那个人呢", by="王编辑", history=("楼道堵了罚多少",))
    assert check(known, Held()) == []


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("《安全生产法》第九十七条", [["安全生产法", "第九十七条"]]),
        ("《中华人民共和国消防法》第60条、第六十一条", [["消防法", "第六十条"], ["消防法", "第六十一条"]]),
        (
            "《刑法》第134条之一；《上海市实施《防震减灾法》办法》第3条",
            [["刑法", "第一百三十四条之一"], ["上海市实施《防震减灾法》办法", "第三条"]],
        ),
        ("安全生产法第九十七条", []),
        ("", []),
    ],
)
def test_addresses_of_a_cell(cell: str, wanted: list[list[str]]) -> None:
    assert gold_of(cell) == wanted


def sheet(file: Path, rows: list[list[object]]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file


def test_a_sheet_gives_questions_and_the_rows_at_fault(tmp_path: Path) -> None:
    file = sheet(
        tmp_path / "q.xlsx",
        [
            ["序号", "问题", "依据", "上文", "类型"],
            [1, "楼道堵了罚多少", "《示例消防规定》第60条", None, "scenario"],
            [2, "那个人呢", "《示例消防规定》第六十条", "楼道堵了罚多少\n罚单位吗", None],
            [None, None, None, None, None],
            [3, "没有依据的", None, None, None],
            [4, None, "《示例消防规定》第六十条", None, None],
        ],
    )
    questions, bad = read_table(file)
    assert [(q.text, q.history, q.style) for q in questions] == [
        ("楼道堵了罚多少", (), "scenario"),
        ("那个人呢", ("楼道堵了罚多少", "罚单位吗"), ""),
    ]
    assert [(b.row, b.why[:4]) for b in bad] == [(5, "缺少依据"), (6, "缺少问题")]


def test_lines_give_questions_and_the_lines_at_fault(tmp_path: Path) -> None:
    file = written(tmp_path / "q.jsonl", [*ROWS, {"q": "没有依据的"}])
    file.write_text(file.read_text("utf-8") + "\n[[[\n", "utf-8")
    questions, bad = read_table(file)
    assert len(questions) == 3
    assert [(b.row, str(b)) for b in bad] == [
        (4, "第 4 行：缺少依据（gold），应为 [[法规简称, 第几条], …]"),
        (6, "第 6 行：不是 JSON"),
    ]


def bad_files(folder: Path) -> Iterator[tuple[Path, str]]:
    yield sheet(folder / "columns.xlsx", [["问", "答"], ["一", "二"]]), "要有“问题”和“依据”"
    yield sheet(folder / "empty.xlsx", []), "要有“问题”和“依据”"
    broken = folder / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    yield broken, "另存为"
    other = folder / "q.csv"
    other.write_text("问题,依据")
    yield other, r"\.xlsx 或 \.jsonl"
    latin = folder / "gbk.jsonl"
    latin.write_bytes("问题".encode("gbk"))
    yield latin, "UTF-8"
    yield folder / "missing.xlsx", "读不出来"


def test_files_that_are_no_tables_are_refused_with_the_cure(tmp_path: Path) -> None:
    for file, why in bad_files(tmp_path):
        with pytest.raises(InputError, match=why):
            read_table(file)


def test_the_shipped_questions_are_whole(root: Path) -> None:
    files = sorted((root / "corpus" / "questions").glob("*.jsonl"))
    found = load(files)
    assert len(found) > 20_000
    assert {q.origin for q in found} <= {"written", "used", "model"}
    assert all(f.stat().st_size < 3_000_000 for f in files)
    assert all("中华人民共和国" not in key for q in found for key, _ in q.gold)
    assert [q.text for q in found if q.style == "followup" and not q.history] == []


@pytest.mark.corpus
def test_every_gold_of_the_shipped_questions_is_in_the_official_texts(root: Path, shared_dir: Path) -> None:
    from kb.law.parse import parse_law

    found = load(sorted((root / "corpus" / "questions").glob("*.jsonl")))
    named = {key for q in found for key, _ in q.gold}
    numbers: dict[str, tuple[str, frozenset[ArticleNo]]] = {}
    for file in sorted((shared_dir / "corpus" / "laws").rglob("*.md")):
        if file.stem.split("(")[0] in named:
            law = parse_law(file.read_text("utf-8"), name=file.stem)
            if (law.version or "") >= numbers.get(law.key, ("", frozenset()))[0]:
                held = frozenset(a.no for a in law.articles if a.no is not None)
                numbers[law.key] = (law.version or "", held)  # undated last, as in the index

    class Newest:
        def articles(self, key: str) -> frozenset[ArticleNo] | None:
            return numbers[key][1] if key in numbers else None

    assert [str(p) for p in check(found, Newest())] == []
