"""Standard streams. Does not know what is printed."""

from __future__ import annotations

import sys


def utf8_output() -> None:
    """Chinese on standard output and error whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
