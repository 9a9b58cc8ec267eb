"""``kb ui``: the web page for this computer alone. Does not know what the page shows."""

from __future__ import annotations

import argparse

from kb.cli.serve import run as serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The port."""
    parser.add_argument("--port", type=int, default=7860, metavar="N", help="端口（默认 7860）")


def run(arguments: argparse.Namespace) -> int:
    """Serve on 127.0.0.1 until told to stop."""
    return serve(argparse.Namespace(index=arguments.index, host="127.0.0.1", port=arguments.port, cert=None, key=None))
