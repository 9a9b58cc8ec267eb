"""``kb eval``: measured quality, and the difference from another run. Does not know tasks or metrics."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from kb.app import KnowledgeBase
from kb.base.records import InputError
from kb.cli.common import settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tasks (or ``compare A B``), question file, output, gates."""
    parser.add_argument("tasks", nargs="*", metavar="任务", help="要测的任务（默认全部能测的）；或 compare 结果A 结果B")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="自己的问题：.xlsx 或 .jsonl")
    parser.add_argument("--template", type=Path, metavar="FILE", help="写一张空的问题表（.xlsx）")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="不现场提问，评 kb batch 写出的回答")
    parser.add_argument("--out", type=Path, metavar="DIR", help="结果放在哪里（默认 eval/results）")
    parser.add_argument("--as-of", metavar="日期", help="按哪一天的有效法律（默认 2025-04-30，随附问题集的日期）")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="stard、beir、lexrag 的数据文件夹")
    parser.add_argument("--limit", type=int, metavar="N", help="每个任务只测前 N 题（结果会注明）")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="另列出最差的 N 题")
    parser.add_argument(
        "--fail-under",
        action="append",
        default=[],
        metavar="指标=值",
        help="低于此值则退出状态为 1，如 law.recall@5=0.8",
    )
    parser.add_argument(
        "--no-worse", action="append", default=[], metavar="指标", help="比上次（或结果A）差且超出区间，则退出状态为 1"
    )
    parser.add_argument("--against", default="", metavar="结果", help="与这个结果比（默认与最近一次比）")
    parser.add_argument("--judge", action="store_true", help="另请所配置的模型按 eval/judge/rubric.md 评分（单独列出）")


def run(arguments: argparse.Namespace) -> int:
    """Measure or compare; 1 when a gate fails."""
    try:
        from eval.run import command
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("eval"):
            raise
        raise InputError("安装里没有 eval；请在检出目录里运行 kb eval") from error
    if arguments.template is not None:
        return command.template(arguments.template)
    if arguments.tasks[:1] == ["compare"]:
        return command.compare(arguments.tasks[1:], arguments.no_worse, arguments.out)
    return command.evaluate(
        KnowledgeBase(settings_of(arguments)),
        command.Wanted(
            tasks=tuple(arguments.tasks),
            questions=arguments.questions,
            answers=arguments.answers,
            out=arguments.out,
            day=_day(arguments.as_of),
            folder=arguments.folder,
            limit=arguments.limit,
            worst=arguments.worst,
            fail_under=tuple(arguments.fail_under),
            no_worse=tuple(arguments.no_worse),
            against=arguments.against,
            judge=arguments.judge,
        ),
    )


def _day(text: str | None) -> date | None:
    from kb.app import parse_day

    return parse_day(text) if text else None
