"""``kb serve``: the web page with ``/healthz`` and ``/metrics``, until SIGTERM. Does not know what the page shows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kb.app import open_log
from kb.base.records import InputError
from kb.cli.common import open_base


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Address, port, certificate."""
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="地址", help="监听地址（默认只在本机；别的地址须先有用户）"
    )
    parser.add_argument("--port", type=int, default=7860, metavar="N", help="端口（默认 7860）")
    parser.add_argument("--cert", type=Path, metavar="PEM", help="TLS 证书文件（手机上复制和安装到桌面需要）")
    parser.add_argument("--key", type=Path, metavar="PEM", help="TLS 私钥文件")


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from kb.serve.web import Listening, log_to, make_app
    from kb.serve.web import run as serve

    if (arguments.cert is None) != (arguments.key is None):
        raise InputError("--cert 与 --key 要一起给")
    base = open_base(arguments)
    base.generation  # noqa: B018 - no index: say so before listening
    where = Listening(arguments.host, arguments.port, secure=arguments.cert is not None)
    log_to()
    app = make_app(base, where, open_log(base.settings) if base.settings.log is not None else None)
    base.warm()  # so that the first to ask does not wait for the models to load
    serve(app, where, cert=arguments.cert, key=arguments.key, ready=_say)
    return 0


def _say(address: str) -> None:
    print(f"已启动：{address}（按 Ctrl-C 停止）", file=sys.stderr, flush=True)
