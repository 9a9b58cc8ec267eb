"""Check that the bundled report questions and drafting tasks agree with the bundled reports.

It does not know how well any program answers them. It knows only that each quotation stands, letter for letter but for
white space, width and page numbers, in the file it names; that each answer point stands in the gold quotations of its
question or names one of their files; and that a drafting task holds its own figures and none of those it forbids.
Run it with ``python -m eval.questions.check_reports``; it prints one line per fault and exits 1 if there is one.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPORTS = HERE.parents[1] / "corpus" / "reports"
_PAGE_NUMBER = re.compile(r"^\s*[—-]\s*\d+\s*[—-]\s*$", re.MULTILINE)


def squeeze(text: str) -> str:
    """``text`` in NFKC width, without white space and without lines that hold only a page number."""
    return "".join(unicodedata.normalize("NFKC", _PAGE_NUMBER.sub("", text)).split())


def load(name: str) -> list[dict[str, Any]]:
    """Return the records of the JSON Lines file ``name`` beside this script."""
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line]


def faults_of_quotes(record: dict[str, Any], gold: list[dict[str, str]], documents: dict[str, str]) -> Iterator[str]:
    """One line for each quotation in ``gold`` that does not stand in its document."""
    for item in gold:
        if item["doc"] not in documents:
            yield f"{record['id']}: 没有这份文件：{item['doc']}"
        elif squeeze(item["quote"]) not in documents[item["doc"]]:
            yield f"{record['id']}: 引文不在 {item['doc']} 中：{item['quote']}"


def faults_of_question(record: dict[str, Any], documents: dict[str, str]) -> Iterator[str]:
    """One line for each fault of one question: quotations, answerability, answer points without a source."""
    yield from faults_of_quotes(record, record["gold"], documents)
    if record["answerable"] != bool(record["gold"]) or record["answerable"] != bool(record["answer_points"]):
        yield f"{record['id']}: 可答与否同金标不符"
    source = squeeze("".join(item["doc"] + item["quote"] for item in record["gold"]))
    for point in record["answer_points"]:
        if squeeze(point) not in source:
            yield f"{record['id']}: 要点不在引文中：{point}"


def faults_of_task(record: dict[str, Any], documents: dict[str, str]) -> Iterator[str]:
    """One line for each fault of one drafting task: quotations, missing or forbidden figures in its facts."""
    yield from faults_of_quotes(record, record["wanted_precedents"], documents)
    facts = squeeze("".join(record["facts"]))
    for wanted in record["must_include"]:
        if squeeze(wanted) not in facts:
            yield f"{record['id']}: 应写的数不在给定事实中：{wanted}"
    for forbidden in record["must_not"]:
        # a forbidden figure inside a longer number (9家 in 19家) is another figure
        if re.search(r"(?<![\d.])" + re.escape(squeeze(forbidden)), facts):
            yield f"{record['id']}: 禁写的数出现在给定事实中：{forbidden}"


def main() -> int:
    """Check both files; 0 when they agree with the reports, 1 otherwise."""
    documents = {path.name: squeeze(path.read_text(encoding="utf-8")) for path in REPORTS.iterdir()}
    questions, tasks = load("reports.jsonl"), load("drafting.jsonl")
    faults = [fault for record in questions for fault in faults_of_question(record, documents)]
    faults += [fault for record in tasks for fault in faults_of_task(record, documents)]
    identifiers = [record["id"] for record in questions + tasks]
    faults += [f"{name}: 编号重复" for name in sorted({name for name in identifiers if identifiers.count(name) > 1})]
    for fault in faults:
        sys.stdout.write(fault + "\n")
    unanswerable = sum(not record["answerable"] for record in questions)
    sys.stdout.write(f"问题 {len(questions)}（不可答 {unanswerable}），起草任务 {len(tasks)}，问题点 {len(faults)}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
