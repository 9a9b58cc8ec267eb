"""The parsed texts beside the checkout, once per test process."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kb.law.parse import LawText, parse_law


class Parsed(NamedTuple):
    """Texts and trees by path inside the folder, and the processor seconds that parsing took."""

    texts: dict[str, str]
    laws: dict[str, LawText]
    seconds: float


@cache
def parsed(folder: Path) -> Parsed:
    """Every .md file under ``folder``."""
    texts = {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.md"))}
    start = time.process_time()
    laws = {name: parse_law(text, name=Path(name).stem) for name, text in texts.items()}
    return Parsed(texts, laws, time.process_time() - start)
