"""``kb log``: the record of questions and answers. Does not know how it is stored."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb.app import open_log
from kb.base.records import InputError
from kb.cli.common import settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Export format, target, retention."""
    parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="导出格式（默认 jsonl）")
    parser.add_argument("--out", type=Path, metavar="FILE", help="写到文件（默认标准输出）")
    parser.add_argument("--keep-days", type=int, metavar="N", help="先删去 N 天以前的记录")


def run(arguments: argparse.Namespace) -> int:
    """Export the record, older records removed first where asked."""
    from kb.assist.audit import to_csv, to_jsonl

    log = open_log(settings_of(arguments))
    if arguments.keep_days is not None:
        if arguments.keep_days < 1:
            raise InputError("--keep-days 要大于 0")
        removed = log.purge(datetime.now(UTC) - timedelta(days=arguments.keep_days))
        print(f"已删去 {removed} 条旧记录", file=sys.stderr)
    write = to_csv if arguments.format == "csv" else to_jsonl
    if arguments.out is None:
        write(log.records(), sys.stdout)
        return 0
    try:
        with arguments.out.open("w", encoding="utf-8", newline="") as target:
            count = write(log.records(), target)
    except OSError as error:
        raise InputError(f"写不了 {arguments.out}：{error.strerror}；请换一个位置") from error
    print(f"已导出 {count} 条到 {arguments.out}")
    return 0
