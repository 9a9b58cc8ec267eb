"""The command line as people and scripts meet it: output, JSON, exit status, one line for every fault."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from kb.app import KnowledgeBase
from kb.cli.main import COMMANDS, build_parser, main

ANSWER = {
    "question", "as_of", "generation", "refused", "refusal_reason", "text", "citations", "hits", "warnings",
    "timings_ms",
}  # fmt: skip
CITATION = {
    "n", "kind", "title", "version", "article", "paragraph", "item", "address", "role", "text_kind", "quote", "status",
    "source",
}  # fmt: skip
HIT = {"rank", "kind", "title", "version", "article", "source", "score", "why"}
SHOW = {
    "address", "title", "version", "rank", "status", "effective", "path", "text", "paragraphs", "duties", "penalties",
    "references", "versions", "source", "text_kind",
}  # fmt: skip
STATUS = {
    "generation", "built", "corpus_newest", "documents", "articles", "passages", "encoder", "questions", "pairs",
    "skipped", "gaps",
}  # fmt: skip
QUESTION = "老板没组织安全培训就让新人上岗，违反哪条，罚多少？"


class Cli:
    """Runs ``kb`` in this process over the bundled index."""

    def __init__(self, index: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.index = index
        self.capsys = capsys

    def __call__(self, command: str, *arguments: str) -> tuple[int, str, str]:
        status = main([command, *arguments, "--index", str(self.index)])
        out, err = self.capsys.readouterr()
        return status, out, err

    def json(self, command: str, *arguments: str) -> Any:
        status, out, err = self(command, *arguments, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def cli(bundled_base: KnowledgeBase, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(bundled_base.settings.index, capsys)


def test_ask_gives_the_answer_object(cli: Cli) -> None:
    answer = cli.json("ask", QUESTION, "--as-of", "2025-04-30")
    assert set(answer) == ANSWER
    assert answer["as_of"] == "2025-04-30"
    assert not answer["refused"]
    assert all(set(c) == CITATION for c in answer["citations"])
    assert all(set(h) == HIT for h in answer["hits"])
    cited = {(c["title"], c["article"], c["role"], c["status"]) for c in answer["citations"]}
    assert ("安全生产法", "第九十七条", "penalty", "digest") in cited
    assert [c["n"] for c in answer["citations"]] == list(range(1, len(answer["citations"]) + 1))
    assert all(f"[{c['n']}]" in answer["text"] for c in answer["citations"])


def test_show_gives_the_provision_object(cli: Cli) -> None:
    shown = cli.json("show", "安全生产法第九十七条")
    assert set(shown) == SHOW
    assert shown["address"] == "《安全生产法》第九十七条"
    assert shown["title"] == "安全生产法"
    assert [i["n"] for i in shown["paragraphs"][0]["items"]] == [1, 2, 3, 4, 5, 6, 7]
    assert shown["text_kind"] == "digest"


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("安全生产法97条", "《安全生产法》第九十七条"),
        ("安法97", "《安全生产法》第九十七条"),
        ("刑法134之一", "《刑法》第一百三十四条之一"),
        ("安法第九十七条第（三）项", "《安全生产法》第九十七条第（三）项"),
        ("刑法134条之一", "《刑法》第一百三十四条之一"),
        ("591号令第80条", "《危险化学品安全管理条例》第八十条"),
        ("《上海市消防条例》第三十八条", "《上海市消防条例》第三十八条"),
    ],
)
def test_show_reads_references_as_people_write_them(cli: Cli, reference: str, address: str) -> None:
    assert cli.json("show", reference)["address"] == address


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "安全生产法第二百条"), "第一条至第一百一十九条"),
        (("show", "特种设备安全法第一百二十条"), "第一百零一条"),
        (("show", "危险化学品安全法第三条"), "没有《危险化学品安全法》的文本"),
        (("show", "量子厨房法第三条"), "没有找到"),
        (("show", "安全生产法"), "请写明条号"),
        (("show", "随便写写"), "没有认出条号"),
        (("ask", "   "), "问题是空的"),
        (("ask", "问" * 2001), "超过 2000 字"),
        (("ask", QUESTION, "--as-of", "昨天"), "请写成 2025-04-30"),
        (("ask", QUESTION, "--scope", "量子厨房法"), "范围"),
        (("check", "没有这个文件.txt"), "没有这个文件.txt"),
        (("batch", "没有这个文件.jsonl"), "没有这个文件.jsonl"),
        (("search", QUESTION, "--index", "/nonexistent"), "kb build"),
    ],
)
def test_a_fault_is_one_line_with_its_cure_and_status_1(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    if "--index" in arguments:
        status = main(list(arguments))
        out, err = cli.capsys.readouterr()
    else:
        status, out, err = cli(*arguments)
    assert (status, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


def test_search_gives_hits_with_address_and_text(cli: Cli) -> None:
    found = cli.json("search", QUESTION, "--k", "7")
    assert [h["rank"] for h in found["hits"]] == [1, 2, 3, 4, 5, 6, 7]
    assert all(set(h) == HIT | {"address", "text"} for h in found["hits"])


def test_status_gives_what_is_held_and_what_is_missing(cli: Cli) -> None:
    status = cli.json("status")
    assert set(status) == STATUS
    assert status["pairs"]["read"] > 500
    assert status["pairs"]["stale"] == 0
    assert status["documents"]["报告"] >= 5
    assert status["articles"] >= 300
    assert {"上海市安全生产条例", "危险化学品安全法"} <= {gap["title"] for gap in status["gaps"]}


def test_batch_answers_every_line_with_its_id(cli: Cli, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": QUESTION, "history": [], "as_of": "2025-04-30"},
        {"id": 2, "question": "那逾期不改呢", "history": [QUESTION]},
        {"id": "c", "question": " ", "history": []},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "\n\n", "utf-8")
    status, out, _ = cli("batch", str(file))
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [a["id"] for a in answers] == ["a", 2, "c"]
    assert all(set(a) == ANSWER | {"id"} for a in answers)
    assert answers[2]["refused"]
    status, out, _ = cli("batch", str(file), "--search-only", "--k", "3")
    searched = [json.loads(line) for line in out.splitlines()]
    assert [(a["text"], a["citations"], len(a["hits"])) for a in searched[:2]] == [("", [], 3), ("", [], 3)]


@pytest.mark.parametrize(
    ("line", "said"),
    [("{", "第 1 行不是 JSON"), ('{"id": 1}', '"question"'), ('{"question": "q", "history": "h"}', '"history"')],
)
def test_a_bad_batch_line_is_named(cli: Cli, tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(line, "utf-8")
    status, out, err = cli("batch", str(file))
    assert (status, out) == (1, "")
    assert said in err


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("依照《安全生产法》第九十七条处罚。", 0, "verified"),
        ("依照《安全生产法》第一百五十条处罚。", 3, "not_found"),
        ("依照《危险化学品安全法》第八条处罚。", 0, "not_held"),
    ],
)
def test_check_fails_only_for_citations_that_fail(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, text: str, status: int, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    got, out, _ = cli("check", "-", "--json")
    report = json.loads(out)
    assert got == status
    assert set(report) == {"citations", "summary"}
    assert report["summary"] == {said: 1}


def test_a_conversation_carries_its_history(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{QUESTION}\n那逾期不改呢\n\n"))
    status, out, _ = cli("ask", "--json")
    first, second = (json.loads(line) for line in out.splitlines())
    assert status == 0
    assert first["question"] == QUESTION
    assert "第九十七条" in {c["article"] for c in second["citations"]}


def test_wrong_usage_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["nonsense"], ["show"]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_every_command_is_documented_and_every_documented_command_is_there(root: Path) -> None:
    text = (root / "docs" / "interfaces.md").read_text("utf-8")
    here = root / "kb" / "cli"
    there = {name for name, (module, _) in COMMANDS.items() if (here / f"{module.rpartition('.')[2]}.py").is_file()}
    assert {name for name in COMMANDS if f"`kb {name}" in text} == set(COMMANDS)
    assert there <= set(COMMANDS)
    build_parser(None).format_help()
