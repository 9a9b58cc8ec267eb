"""What several commands share: opening the knowledge base, dates, JSON, progress.

Does not know any command.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from kb.app import KnowledgeBase
from kb.settings import Settings


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Settings with ``--index`` over them."""
    settings = Settings.read()
    return replace(settings, index=arguments.index) if arguments.index is not None else settings


def open_base(arguments: argparse.Namespace) -> KnowledgeBase:
    """The knowledge base of the command line."""
    return KnowledgeBase(settings_of(arguments))


def add_as_of(parser: argparse.ArgumentParser) -> None:
    """``--as-of DATE``."""
    parser.add_argument("--as-of", metavar="日期", help="按哪一天的有效法律回答，如 2025-04-30（默认今天）")


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")


def add_scope(parser: argparse.ArgumentParser) -> None:
    """``--scope``."""
    parser.add_argument(
        "--scope", default="all", metavar="范围", help="law 法律、report 报告、all 全部，或一部法律/一份报告的名称"
    )


def print_json(value: object, *, indent: int | None = None) -> None:
    """One JSON object on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=indent))
