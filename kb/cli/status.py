"""``kb status``: what is indexed, what is missing. Does not know how it is stored."""

from __future__ import annotations

import argparse

from kb.cli.common import add_json, open_base, print_json

GAPS = 30  # gaps shown on the terminal; the JSON has them all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the state of the index."""
    status = open_base(arguments).status()
    if arguments.json:
        print_json(status)
        return 0
    kinds = "，".join(f"{kind} {n}" for kind, n in status["documents"].items())
    print(f"索引 {status['generation']}，建于 {status['built']}，编码器 {status['encoder']}")
    print(f"文件：{kinds}")
    print(
        f"{status['articles']} 条，{status['passages']} 段，已知问题 {status['questions']} 个，"
        f"最新文本 {status['corpus_newest']}"
    )
    stale = status["pairs"]["stale"]
    unused = f"，另有 {stale} 处因库中文本版本不同没有用" if stale else ""
    print(f"违则罚则对照：{status['pairs']['read']} 处由编者读过{unused}")
    for row in status["skipped"]:
        print(f"未收入 {row['file']}：{row['why']}")
    if status["gaps"]:
        print("已知缺口（库中没有或不是最新）：")
        for gap in status["gaps"][:GAPS]:
            print(f"  《{gap['title']}》 库中：{gap['held'] or '没有'}；已知：{gap['known']}")
        if len(status["gaps"]) > GAPS:
            print(f"  …共 {len(status['gaps'])} 处，全部见 kb status --json")
    return 0
