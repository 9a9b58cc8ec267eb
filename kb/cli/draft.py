"""``kb draft``: a report section, or a whole report, from a facts file. Does not know how it is drafted."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kb.base.records import InputError
from kb.cli.common import add_json, open_base, print_json

if TYPE_CHECKING:
    from kb.text.office import OfficialDocument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Section or outline, office, year, facts; where it goes."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--section", metavar="标题", help="要写的一节")
    what.add_argument("--outline", choices=["report"], help="整篇报告：report 年度法治政府建设情况报告")
    parser.add_argument("--org", required=True, metavar="机关", help="写谁的报告，如 上海市宝山区应急管理局")
    parser.add_argument("--year", required=True, type=int, metavar="年", help="报告年度（工作要点为计划年度）")
    parser.add_argument("--facts", type=Path, metavar="FILE", help="本年事实：.txt 一行一条，或 .yaml、.xlsx")
    parser.add_argument("--plan", action="store_true", help="写的是工作要点、计划，不是总结")
    parser.add_argument("--docx", type=Path, metavar="OUT", help="另存为 Word 公文（.docx）")
    parser.add_argument("--md", type=Path, metavar="OUT", help="另存为 Markdown")
    parser.add_argument("--clean", action="store_true", help="导出时不带批注和提示")
    parser.add_argument("--number", default="", metavar="文号", help="发文字号")
    parser.add_argument("--addressee", default="", metavar="机关", help="主送机关")
    parser.add_argument("--date", default="", metavar="日期", help="成文日期，如 2026年1月16日")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Draft, print, save."""
    from kb.assist.draft import read_facts
    from kb.assist.draft.export import report_document, section_document

    for path, suffix in ((arguments.docx, ".docx"), (arguments.md, ".md")):
        _writable(path, suffix)
    facts = read_facts(arguments.facts) if arguments.facts else ()
    base = open_base(arguments)
    if arguments.section:
        draft = base.draft(arguments.section, arguments.org, arguments.year, facts, plan=arguments.plan)
        document, value = section_document(draft), draft.to_json()
    else:
        chapters, left = base.draft_report(arguments.org, arguments.year, facts)
        given = {"number": arguments.number, "addressee": arguments.addressee, "date": arguments.date}
        document = report_document(arguments.org, arguments.year, chapters, left, **given)
        value = {
            "title": document.title,
            "chapters": [c.to_json() for c in chapters],
            "unused_facts": [f.text for f in left],
        }
    _save(document, arguments)
    if arguments.json:
        print_json(value)
    else:
        from kb.text.office import to_markdown

        print(to_markdown(document, comments=not arguments.clean), end="")
    return 0


def _save(document: OfficialDocument, arguments: argparse.Namespace) -> None:
    from kb.text.office import to_docx, to_markdown

    comments = not arguments.clean
    if arguments.docx:
        arguments.docx.write_bytes(to_docx(document, comments=comments))
    if arguments.md:
        arguments.md.write_text(to_markdown(document, comments=comments), encoding="utf-8")


def _writable(path: Path | None, suffix: str) -> None:
    """Raise InputError before any work when a file could not be written."""
    if path is None:
        return
    if path.suffix.lower() != suffix:
        raise InputError(f"{path.name}：导出文件名应以 {suffix} 结尾")
    if not path.parent.is_dir():
        raise InputError(f"文件夹 {path.parent} 不存在；请先建好或换一个位置")
