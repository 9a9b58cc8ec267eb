"""``kb check``: every citation of a text. Does not know how they are verified."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kb.app import parse_day
from kb.cli.common import add_as_of, add_json, open_base, print_json
from kb.law.cite import Checked, CheckReport

FAILED = 3  # exit status when a citation fails
STATUS = {
    "verified": "通过",
    "quote_differs": "不通过：引文与原文不一致",
    "not_found": "不通过：查无此条",
    "superseded": "不通过：已被新文本取代",
    "not_held": "未核实：库中没有该文本",
    "named_only": "只提到名称",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file (``-``: standard input) and the day."""
    parser.add_argument("file", metavar="FILE|-", help=".txt .md .docx .pdf .html，或 - 从标准输入读")
    add_as_of(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check; 3 when a citation fails."""
    text = _text(arguments.file)
    report = open_base(arguments).check(text, as_of=parse_day(arguments.as_of))
    if arguments.json:
        print_json(report.to_json())
    else:
        print(render(report))
    return FAILED if report.failed else 0


def _text(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    from kb.text.read import read

    return read(Path(name)).text


def render(report: CheckReport) -> str:
    """One block a citation, then the counts."""
    if not report.citations:
        return "没有找到法条引用"
    lines = [line for c in report.citations for line in _citation(c)]
    counts = "，".join(f"{STATUS[s].split('：')[0]} {n}" for s, n in report.summary.items())
    return "\n".join([*lines, f"共 {len(report.citations)} 处引用：{counts}"])


def _citation(c: Checked) -> list[str]:
    r = c.reference
    lines = [f"{r.text}  →  {r.label}：{STATUS[c.status]}"]
    if c.note:
        lines.append(f"    {c.note}")
    if c.expected_quote is not None:
        lines.append(f"    原文：{c.expected_quote}")
    return lines
