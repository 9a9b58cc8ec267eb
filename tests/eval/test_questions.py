"""The question sets on the law: their form, and that the script which holds them against the texts sees faults."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.questions import check_gold
from eval.questions.check_gold import BUNDLED, CHECKS, DIGESTS, HERE, LAW_FILES, Texts

LAW = """# 示例安全条例

（2020年1月1日示例市人民代表大会常务委员会通过）

第一条 开工前应当检查设备。

第二条 有下列情形之一的，处五万元以下的罚款：

（一）没有检查的；

（二）检查没有记录的。

第三条 本条例自2020年3月1日起施行。
"""
ROW: dict[str, Any] = {
    "id": "X001",
    "type": "penalty_pair",
    "question": "开工前没检查设备，罚多少？",
    "history": [],
    "answerable": True,
    "gold": [
        {"law": "示例安全条例", "article": "第一条", "role": "violation"},
        {"law": "示例安全条例", "article": "第二条", "role": "penalty", "items": ["第一款第（一）项"]},
    ],
    "answer_points": ["处五万元以下的罚款"],
    "notes": "",
    "known": False,
    "licence": check_gold.LICENCE,
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("laws")
    (folder / "示例安全条例(2020-01-01).md").write_text(LAW, encoding="utf-8")
    return Texts(folder)


def rows(*names: str) -> list[dict[str, Any]]:
    return [row for name in names for row in check_gold.load(HERE / name)]


def test_a_right_row_has_no_fault(texts: Texts) -> None:
    assert [*check_gold.faults_of_form(ROW), *check_gold.faults_of_gold(ROW, texts)] == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("gold", [{"law": "示例安全条例", "article": "第九条", "role": "penalty"}], "没有《示例安全条例》第九条"),
        ("gold", [{"law": "示例法", "article": "第一条", "role": "penalty"}], "没有《示例法》第一条"),
        (
            "gold",
            [{"law": "示例安全条例", "article": "第二条", "role": "penalty", "items": ["第一款第（三）项"]}],
            "没有第一款第（三）项",
        ),
        (
            "gold",
            [{"law": "示例安全条例", "article": "第二条", "role": "penalty", "items": ["第二款"]}],
            "没有第二款",
        ),
        ("answer_points", ["处六万元以下的罚款"], "得分点不在依据里"),
        ("absent", [{"law": "示例安全条例", "article": "第二条"}], "有第二条"),
        ("absent", [{"law": "示例法", "article": "第二条"}], "说不了它缺哪一条"),
        ("type", "poem", "不认识的题型"),
        ("question", " ", "没有问句"),
        ("answerable", False, "可答的题要有依据"),
        ("answer_points", [], "没有得分点"),
        ("licence", "", "许可一栏不对"),
        ("gold", [{"law": "示例安全条例", "article": "第一条", "role": "x"}], "不认识的角色"),
    ],
)
def test_a_broken_row_is_named(texts: Texts, field: str, value: object, said: str) -> None:
    row = copy.deepcopy(ROW) | {field: value}
    found = [*check_gold.faults_of_form(row), *check_gold.faults_of_gold(row, texts)]
    assert any(said in fault for fault in found), found
    assert all(fault.startswith("X001: ") for fault in found)


@pytest.mark.parametrize(
    ("text", "address", "status", "right"),
    [
        ("依据《示例安全条例》第二条第（一）项。", "《示例安全条例》第二条第（一）项", "verified", True),
        ("依据《示例安全条例》第二条第（九）项。", "《示例安全条例》第二条第（九）项", "verified", False),
        ("依据《示例安全条例》第一条至第三条。", "《示例安全条例》第一条至第三条", "verified", True),
        ("依据《示例安全条例》第一条至第七条。", "《示例安全条例》第一条至第七条", "not_found", True),
        ("依据《示例安全条例》第四条。", "《示例安全条例》第四条", "not_found", True),
        ("依据《示例安全条例》第三条。", "《示例安全条例》第三条", "not_found", False),
        ("依据《虚构法》第三条。", "《虚构法》第三条", "not_held", True),
        ("依据《示例安全条例》第三条。", "《示例安全条例》第三条", "not_held", False),
        ("适用《示例安全条例》。", "《示例安全条例》", "named_only", True),
        ("第一条规定“应当检查设备”。", "《示例安全条例》第一条", "verified", True),
        ("第一条规定“应当检查仪器”。", "《示例安全条例》第一条", "verified", False),
        ("第一条规定“应当检查仪器”。", "《示例安全条例》第一条", "quote_differs", True),
        ("第一条规定“应当检查设备”。", "《示例安全条例》第一条", "quote_differs", False),
    ],
)
def test_expected_statuses_are_held_against_the_text(
    texts: Texts, text: str, address: str, status: str, right: bool
) -> None:
    row = {
        "id": "X002",
        "text": text,
        "as_of": "2025-04-30",
        "expected": [{"address": address, "status": status}],
        "licence": check_gold.LICENCE,
    }
    assert (list(check_gold.faults_of_check(row, texts)) == []) is right


def test_a_question_like_a_known_one_is_reported() -> None:
    known = [{"q": "开工前没有检查设备，罚多少钱？"}, {"q": "另一个问题", "history": ["前文"]}]
    found = check_gold.repeats([ROW, ROW | {"id": "X003", "question": "仓库能不能住人"}], known)
    assert list(found) == ["X001"]
    assert found["X001"][1] == "开工前没有检查设备，罚多少钱？"


def test_the_sets_are_large_enough_and_spread() -> None:
    law = rows(*LAW_FILES)
    types = Counter(row["type"] for row in law)
    assert len(law) >= 300
    assert set(types) == set(check_gold.TYPES)
    assert types["multi_turn"] >= 40
    assert types["unanswerable"] >= 40
    assert len({gold["law"] for row in law for gold in row["gold"]}) >= 60
    assert min(Counter(row["known"] for row in law if row["answerable"]).values()) >= 40
    bundled = rows(BUNDLED)
    assert sum(row["answerable"] for row in bundled) >= 60
    assert sum(not row["answerable"] for row in bundled) >= 10
    assert len(rows(CHECKS)) >= 60


def test_every_row_is_well_formed_and_named_once() -> None:
    all_rows = rows(*LAW_FILES, BUNDLED)
    assert [fault for row in all_rows for fault in check_gold.faults_of_form(row)] == []
    assert max(Counter(row["id"] for row in (*all_rows, *rows(CHECKS))).values()) == 1
    assert max(Counter((row["question"], *row["history"]) for row in all_rows).values()) == 1


def test_gold_of_the_bundled_set_stands_in_the_digests() -> None:
    digests = Texts(DIGESTS)
    assert [fault for row in rows(BUNDLED) for fault in check_gold.faults_of_gold(row, digests)] == []


@pytest.mark.corpus
def test_gold_stands_in_the_official_texts(shared_dir: Path) -> None:
    assert check_gold.faults(shared_dir / "corpus" / "laws") == []
