"""``kb show``: an article, its partners and references, with no model. Does not know how it is looked up."""

from __future__ import annotations

import argparse

from kb.app import parse_day
from kb.base.records import Fine
from kb.cli.common import add_as_of, add_json, open_base, print_json
from kb.search.provision import Partner, Provision, located_text

STATUS = {
    "current": "现行有效",
    "superseded": "已被新文本取代",
    "repealed": "已废止",
    "not_yet": "尚未施行",
    "unknown": "效力日期不明",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The reference and the day."""
    parser.add_argument("reference", metavar="条号", help="如 安全生产法第九十七条、安法97条、591号令第28条")
    add_as_of(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the provision."""
    found = open_base(arguments).show(arguments.reference, as_of=parse_day(arguments.as_of))
    if arguments.json:
        print_json(found.to_json())
    else:
        print(render(found))
    return 0


def render(found: Provision) -> str:
    """The provision as lines of text."""
    p = found.passage
    lines = [str(found.address), f"{found.rank}，{p.version or '日期不明'}文本，{STATUS[found.status]}"]
    if found.effective:
        lines[-1] += f"，{found.effective}起施行"
    if p.path:
        lines.append(" ".join(p.path))
    lines += [f"注意：{w}" for w in found.warnings]
    lines += ["", found.text, ""]
    for name, partners in (("罚则", found.penalties), ("对应的义务", found.duties)):
        for partner in partners:
            lines += _partner(name, partner)
    if found.references:
        lines.append("引用：" + "、".join(map(str, found.references)))
    if len(found.versions) > 1:
        versions = "；".join(f"{v.version or '日期不明'}{'' if v.source else '（库中没有）'}" for v in found.versions)
        lines.append("版本：" + versions)
    lines.append(f"来源：{p.source}")
    return "\n".join(lines)


def _partner(name: str, partner: Partner) -> list[str]:
    mark = "（推定）" if partner.inferred else ""
    lines = [
        f"{name}{mark}：{partner.address}",
        "  " + located_text(partner.passage, partner.address).replace("\n", "\n  "),
    ]
    lines += [f"  · {_fine(f)}" for s in partner.sanctions for f in s.fines]
    return [*lines, ""]


def _fine(fine: Fine) -> str:
    """Who pays how much, when."""
    return "，".join(part for part in (fine.whom, fine.condition, fine.amount) if part)
