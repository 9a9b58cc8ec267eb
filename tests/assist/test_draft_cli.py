"""``kb draft`` over three invented reports: what it prints, what it saves, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import pytest

from kb.assist.draft import Draft, Drafter, Fact
from kb.assist.draft.outline import outline
from kb.cli.main import main
from tests.fakes.drafting import PairEncoder, reports

ORG = "样板市甲山区应急管理局"
FACTS = "检查企业860家次，发现隐患1900项，整改率98.1%\n扫码率96.0%\n"


class Base:
    """The two verbs of the knowledge base that drafting needs."""

    def __init__(self) -> None:
        self.drafter = Drafter(reports(), PairEncoder())

    def draft(self, section: str, org: str, year: int, facts: Sequence[Fact], *, plan: bool) -> Draft:
        return self.drafter.draft(self.drafter.task(section, org, year, facts, plan=plan))

    def draft_report(self, org: str, year: int, facts: Sequence[Fact]) -> Any:
        return outline(self.drafter, org, year, facts)


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("kb.cli.draft.open_base", lambda arguments: Base())
    path = tmp_path / "facts.txt"
    path.write_text(FACTS, encoding="utf-8")
    return path


def section(facts: Path, *more: str) -> list[str]:
    return ["draft", "--section", "规范涉企检查", "--org", ORG, "--year", "2025", "--facts", str(facts), *more]


def test_json_is_one_object(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(section(facts, "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["section"] == "规范涉企检查"
    assert all(line in told["text"] for line in FACTS.split())
    assert {i for p in told["paragraphs"] for i in p["facts"]} == {0, 1}
    assert told["paragraphs"][0]["precedents"][0].keys() == {"title", "address", "quote", "source"}


def test_the_files_hold_the_draft_and_clean_ones_no_comments(facts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.docx"
    assert main(section(facts, "--docx", str(out), "--md", str(tmp_path / "out.md"))) == 0
    assert list(docx.Document(str(out)).comments)
    assert "检查企业860家次" in (tmp_path / "out.md").read_text(encoding="utf-8")
    assert main(section(facts, "--docx", str(out), "--clean")) == 0
    assert not list(docx.Document(str(out)).comments)
    assert "检查企业860家次" in "".join(p.text for p in docx.Document(str(out)).paragraphs)


def test_a_whole_report(facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.docx"
    command = ["draft", "--outline", "report", "--org", ORG, "--year", "2025", "--facts", str(facts)]
    assert main([*command, "--docx", str(out), "--date", "2026年1月10日", "--addressee", "甲山区人民政府"]) == 0
    words = [p.text for p in docx.Document(str(out)).paragraphs]
    assert {"甲山区人民政府：", "2026年1月10日", "二、存在的不足和原因", "【待填：发文字号】"} <= set(words)
    assert all(line in capsys.readouterr().out for line in FACTS.split()[:1])


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--docx", "out.txt"], "以 .docx 结尾"),
        (["--docx", "no/such/folder/out.docx"], "不存在"),
        (["--facts", "none.txt"], "不存在"),
        (["--year", "25"], "--year"),
    ],
)
def test_faults_are_one_line(facts: Path, more: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(section(facts, *more)) == 1
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_section_and_outline_exclude_each_other(facts: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(section(facts, "--outline", "report"))
    assert stopped.value.code == 2
