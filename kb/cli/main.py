"""The parser of ``kb`` and the one place where errors become a line and an exit status.

Does not know what the commands do; each module of ``COMMANDS`` adds its own.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from kb.base.records import KbError
from kb.cli.streams import utf8_output

# name → (module, one line of help). A module is imported only when its command runs.
COMMANDS: dict[str, tuple[str, str]] = {
    "ask": ("kb.cli.ask", "提问，得到带引用的回答；不写问题则进入连续对话"),
    "search": ("kb.cli.search", "只检索，不作答"),
    "show": ("kb.cli.show", "按条号查原文，如 安全生产法第九十七条"),
    "check": ("kb.cli.check", "核对一段文字或文件里的每处法条引用"),
    "draft": ("kb.cli.draft", "按先例和本年事实起草报告章节"),
    "figures": ("kb.cli.figures", "报告数据台账"),
    "batch": ("kb.cli.batch", "逐行处理 JSONL 问题文件"),
    "build": ("kb.cli.build", "建立或更新索引"),
    "status": ("kb.cli.status", "索引里有什么、缺什么"),
    "questions": ("kb.cli.questions", "已知问题：列出、增加、导入、核对、由模型编写"),
    "log": ("kb.cli.log", "问答记录：查看、导出、清理"),
    "eval": ("kb.cli.evaluate", "用问题集测量质量，并与上次比较"),
    "users": ("kb.cli.users", "网页用户：增加、改密码、删除"),
    "ui": ("kb.cli.ui", "打开网页（只在本机）"),
    "serve": ("kb.cli.serve", "网页与 HTTP 接口，带 /healthz"),
}


def _available() -> dict[str, tuple[str, str]]:
    """Commands whose module is there (an engine not shipped shows no command)."""
    here = Path(__file__).parent
    return {n: c for n, c in COMMANDS.items() if (here / f"{c[0].rpartition('.')[2]}.py").is_file()}


def build_parser(wanted: str | None) -> argparse.ArgumentParser:
    """The whole parser; only the command ``wanted`` has its arguments filled in (None: all of them)."""
    parser = argparse.ArgumentParser(
        prog="kb", description="应急管理执法知识库：法条问答、引用核验、报告起草", add_help=True
    )
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    for name, (module, text) in _available().items():
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--index", type=Path, metavar="DIR", help="索引文件夹（默认：检出目录的 index/）")
        if wanted in (name, None):
            import_module(module).add_arguments(sub)
            sub.set_defaults(module=module)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``kb``; returns the exit status. Never lets a traceback reach the user unless KB_DEBUG is set."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    named = next((a for a in arguments if not a.startswith("-")), "")
    utf8_output()
    parser = build_parser(named)
    parsed = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        return int(import_module(parsed.module).run(parsed))
    except KbError as error:
        print(" ".join(str(error).split("\n")), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已中断；再运行一次会接着做", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("KB_DEBUG"):
            raise
        print(f"程序内部出错（{type(error).__name__}：{error}）；设置 KB_DEBUG=1 再运行可看到细节", file=sys.stderr)
        return 1
