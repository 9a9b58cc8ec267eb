"""The reports that drafting learns from, out of a generation of the index or out of parsed files.

Does not know which of them fit a task.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.assist.draft.records import Report
from kb.base.records import Figure, Passage
from kb.report.figures import figures
from kb.report.parse import ReportText

if TYPE_CHECKING:
    from kb.search.index import Generation

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_ORG = re.compile(r"^(?:关于)?(?P<org>[\u4e00-\u9fff]{2,20}?(?:局|委员会|政府|办公室|总队|支队|大队|中心))")
_QUIET = ("header", "signature")


def from_generation(generation: Generation) -> tuple[Report, ...]:
    """Every report of a generation of the index, in its order."""
    ledger: dict[str, list[Figure]] = defaultdict(list)
    for figure in generation.figures():
        ledger[figure.source].append(figure)
    return tuple(
        _report(d.key, d.source, generation.of_document(d), ledger[d.source])
        for d in generation.documents()
        if d.kind == "report"
    )


def from_text(report: ReportText, source: str) -> Report:
    """A parsed report, without an index."""
    passages = report.passages(source)
    found = figures(passages, org=report.org, year=report.year)
    kept = tuple(p for p in passages if p.part not in _QUIET)
    return Report(report.title, report.org, report.year, source, kept, tuple(found))


def _report(title: str, source: str, passages: Sequence[Passage], found: Sequence[Figure]) -> Report:
    named = _ORG.match(title)
    orgs = Counter(f.org for f in found if f.org)
    org = orgs.most_common(1)[0][0] if orgs else _signed(passages) or (named["org"] if named else "")
    stated = _YEAR.search(title)
    year = int(stated[1]) if stated else next((f.year for f in found if f.year), None)
    return Report(title, org, year, source, tuple(p for p in passages if p.part not in _QUIET), tuple(found))


def _signed(passages: Sequence[Passage]) -> str:
    """The office in the signature block; empty when it names none."""
    for passage in passages:
        if passage.part == "signature":
            for line in passage.text.split("\n"):
                if line.endswith(("局", "委员会", "政府")) and len(line) <= 24:
                    return line
    return ""
