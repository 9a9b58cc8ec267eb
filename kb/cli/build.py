"""``kb build``: build or update the index. Does not know how."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from kb.app import build_index
from kb.cli.common import settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--corpus DIR`` (may be repeated)."""
    parser.add_argument(
        "--corpus",
        type=Path,
        action="append",
        metavar="DIR",
        help="语料文件夹，可写多次（默认：上次用过的，否则只有随产品附带的要点和示例报告）",
    )


class _Bar:
    """One progress bar a stage, on standard error; silent stages are skipped."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if stage != self._stage:
            self.close()
            self._stage = stage
            self._bar = tqdm(total=total, desc=stage, file=sys.stderr, leave=False, unit="项", disable=None)
        if self._bar.total != total:
            self._bar.total = total
        self._bar.n = done
        self._bar.refresh()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def run(arguments: argparse.Namespace) -> int:
    """Build; prints the end line."""
    bar = _Bar()
    try:
        report = build_index(settings_of(arguments), arguments.corpus, progress=bar)
    finally:
        bar.close()
    for source, why in report.skipped:
        print(f"跳过 {source}：{why}", file=sys.stderr)
    c = report.counts
    done = "索引已更新" if report.changed else "没有变化"
    print(
        f"{done}：{c['documents']} 份文件，{c['articles']} 条，{c['passages']} 段，"
        f"已知问题 {c['questions']} 个，跳过 {c['skipped']} 份，用时 {report.seconds:.1f} 秒（{report.generation}）"
    )
    return 0
