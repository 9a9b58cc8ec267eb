"""Which of several texts takes part: duplicates once, a digest only where no official text is held.

Does not know what the texts say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document as far as the choice needs it; ``n``: number of passages, ``division``: which part of a code it is."""

    doc: int
    source: str
    sha: str
    bundled: bool
    kind: str
    key: str
    version: str | None
    text_kind: str
    n: int
    division: str = ""


def choose(candidates: Iterable[Candidate]) -> dict[int, str]:
    """Document number → why it steps back; ``""`` for those that take part.

    Order of preference: the user's files before bundled ones, the longer text, then the source name.
    """
    ordered = sorted(candidates, key=lambda c: (c.bundled, -c.n, c.source))
    official = {c.key for c in ordered if c.kind == "law" and c.text_kind == "official"}
    own_reports = any(c.kind == "report" and not c.bundled for c in ordered)
    by_bytes: dict[str, str] = {}
    by_version: dict[tuple[str, str, str], str] = {}
    why: dict[int, str] = {}
    for c in ordered:
        version = (c.kind, c.key, f"{c.version or ''} {c.division}")
        if c.sha in by_bytes:
            why[c.doc] = f"与 {by_bytes[c.sha]} 内容相同"
        elif c.kind == "law" and c.text_kind == "digest" and c.key in official:
            why[c.doc] = "已有正式文本，要点让位"
        elif c.kind == "report" and c.bundled and own_reports:
            why[c.doc] = "已有正式报告，示例让位"
        elif c.kind == "law" and version in by_version:
            why[c.doc] = f"与 {by_version[version]} 是同一版本"
        else:
            why[c.doc] = ""
            by_bytes[c.sha] = c.source
            by_version[version] = c.source
    return why
