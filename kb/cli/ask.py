"""``kb ask``: an answer; without a question a conversation. Does not know how answers are made."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from kb.app import KnowledgeBase, parse_day
from kb.base.records import Answer, Citation, InputError
from kb.cli.common import add_as_of, add_json, add_scope, open_base, print_json

ROLE = {
    "violation": "违则",
    "penalty": "罚则",
    "basis": "依据",
    "report": "报告",
    "procedure": "程序",
    "waiver": "不予/减轻处罚",
    "conflict": "规定不一致",
}
STATUS = {
    "verified": "已核验",
    "digest": "要点（非条文原文）",
    "quote_differs": "核验不通过：引文不一致",
    "not_found": "核验不通过：查无此条",
    "unsupported": "核验不通过：原文不支持",
    "superseded": "已被新文本取代",
    "not_held": "未核实：库中没有",
    "named_only": "只提到名称",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Question (none: a conversation), day, scope."""
    parser.add_argument("question", nargs="?", metavar="问题")
    add_as_of(parser)
    add_scope(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer once, or talk until the input ends."""
    base, day = open_base(arguments), parse_day(arguments.as_of)
    if arguments.question is None:
        return _converse(base, day, arguments.scope, as_json=arguments.json)
    answer = base.ask(arguments.question, as_of=day, scope=arguments.scope)
    _show(answer, as_json=arguments.json)
    return 0


def _show(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer.to_json())
    else:
        print(render(answer))


def _converse(base: KnowledgeBase, day: date, scope: str, *, as_json: bool) -> int:
    """Questions line by line, earlier ones carried along; an empty line or the end of the input ends it."""
    history: list[str] = []
    interactive = sys.stdin.isatty()
    if interactive:
        print("连续对话：直接输入问题，空行结束。", file=sys.stderr)
    while True:
        if interactive:
            print("问> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line.strip():
            return 0
        try:
            answer = base.ask(line.strip(), history=tuple(history), as_of=day, scope=scope)
        except InputError as error:
            print(str(error), file=sys.stderr)
            continue
        _show(answer, as_json=as_json)
        history.append(line.strip())


def render(answer: Answer) -> str:
    """An answer as lines of text: warnings, the answer, then every citation with its wording and status."""
    lines = [answer.text]
    if answer.citations:
        lines.append("")
        lines += [line for c in answer.citations for line in _citation(c)]
    if answer.refused and answer.hits:
        lines += ["", "最接近的规定（请自行判断是否相关）："]
        lines += [f"  {h.passage.address}" for h in answer.hits[:5]]
    lines += [f"注意：{w}" for w in answer.warnings]
    return "\n".join(lines)


def _citation(c: Citation) -> list[str]:
    version = f"，{c.version}文本" if c.version else ""
    head = f"[{c.n}] {ROLE[c.role]} {c.address}（{STATUS[c.status]}{version}）"
    return [head, "    " + c.quote.replace("\n", "\n    ")]
