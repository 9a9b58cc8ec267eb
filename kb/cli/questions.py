"""``kb questions``: known questions as data. Does not know how they are stored or ranked."""

from __future__ import annotations

import argparse
import getpass
import os
from pathlib import Path

from kb.app import KnowledgeBase
from kb.base.records import InputError, KnownQuestion
from kb.cli.common import add_json, open_base, print_json
from kb.search.questions import read_table, sample, to_row

SHOWN = 50  # rows of a list on the terminal
SAMPLED = 20  # model-written questions shown for review


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each thing an editor does."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    listing = actions.add_parser("list", help="列出问题")
    listing.add_argument("text", nargs="?", default="", metavar="字", help="问题里的字")
    listing.add_argument("--title", default="", metavar="法律", help="只看某部法律的")
    listing.add_argument("--status", default="", help="active、review、refused、retired")
    add_json(listing)
    adding = actions.add_parser("add", help="增加一个问题")
    adding.add_argument("text", metavar="问题")
    adding.add_argument("gold", nargs="+", metavar="条号", help="回答它的条，如 安全生产法第二十八条")
    for name, text in (
        ("refuse", "拒绝一个问题（不再参与检索）"),
        ("retire", "停用一个问题"),
        ("approve", "批准一个待审问题"),
    ):
        actions.add_parser(name, help=text).add_argument("text", metavar="问题")
    actions.add_parser("import", help="从 .xlsx 或 .jsonl 导入").add_argument("file", type=Path, metavar="FILE")
    actions.add_parser("check", help="核对每个问题的条号在索引里是否存在")
    writing = actions.add_parser("write", help="由已配置的模型为没有问题的条编写问题（待审）")
    writing.add_argument("title", metavar="法律", help="为哪部法律")
    writing.add_argument("--limit", type=int, default=50, metavar="N", help="最多多少条（默认 50）")


def run(arguments: argparse.Namespace) -> int:
    """Do one action as the user of this machine."""
    base = open_base(arguments)
    return {
        "list": _list,
        "add": _add,
        "refuse": _change,
        "retire": _change,
        "approve": _change,
        "import": _import,
        "check": _check,
        "write": _write,
    }[arguments.action](base, arguments)


def editor() -> str:
    """Who edits: KB_USER, else the account of this machine."""
    return os.environ.get("KB_USER") or getpass.getuser()


def _line(question: KnownQuestion) -> str:
    gold = "、".join(f"《{key}》{article}" for key, article in question.gold)
    return f"{question.text}  →  {gold}（{question.origin}，{question.status}）"


def _list(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    found = base.questions.find(arguments.text, key=arguments.title, status=arguments.status)
    if arguments.json:
        print_json({"count": len(found), "questions": [to_row(q) for q in found]})
        return 0
    for question in found[:SHOWN]:
        print(_line(question))
    print(f"共 {len(found)} 个" + (f"，只显示前 {SHOWN} 个" if len(found) > SHOWN else ""))
    return 0


def _add(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    golds = [base.show(reference).passage for reference in arguments.gold]
    pairs = tuple((p.title, p.article) for p in golds if p.article is not None)
    base.questions.add(KnownQuestion(arguments.text.strip(), pairs), by=editor())
    print("已增加；下次 kb build 后参与检索")
    return 0


def _change(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    change = {
        "refuse": base.questions.refuse,
        "retire": base.questions.retire,
        "approve": base.questions.restore,
    }[arguments.action]
    change(arguments.text.strip(), by=editor())
    print("已记录；下次 kb build 后生效")
    return 0


def _import(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    questions, bad = read_table(arguments.file)
    if bad:
        raise InputError(
            f"{arguments.file.name} 有 {len(bad)} 行不能用：" + "；".join(map(str, bad[:5])) + "。改正后重新导入"
        )
    for question in questions:
        base.questions.add(question, by=editor())
    print(f"已导入 {len(questions)} 个；下次 kb build 后参与检索")
    return 0


def _check(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    problems = base.check_questions()
    for problem in problems:
        print(problem)
    print(f"核对 {len(base.questions)} 个问题，{len(problems)} 处条号不在索引里")
    return 0


def _write(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    written, file = base.write_questions(arguments.title, arguments.limit)
    print(f"为 {written.articles} 条写了 {written.questions} 个问题（待审），还剩 {written.left} 条；在 {file}")
    for question in sample(base.questions.find(status="review"), SAMPLED):
        print("  待审：" + _line(question))
    return 0
