"""Records as JSON lines for programs and as CSV for a spreadsheet that must not run them.

Does not know where records are kept.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, TextIO

from kb.assist.audit.record import Record

_VERDICTS = {"useful": "有用", "wrong": "有误"}
HEADINGS = (
    "编号", "时间（UTC）", "用户", "入口", "问题", "范围", "日期", "资料版本", "模型", "拒答", "引用", "核对结果",
    "回答", "反馈", "反馈说明",
)  # fmt: skip
# What a spreadsheet takes for a formula at the beginning of a cell (CWE-1236).
_FORMULA = tuple("=+-@|%")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def to_jsonl(records: Iterable[Record], out: TextIO) -> int:
    """Write one JSON object a line; how many."""
    count = 0
    for count, record in enumerate(records, 1):  # noqa: B007 - the last number is the count
        out.write(json.dumps(record.to_json(), ensure_ascii=False) + "\n")
    return count


def to_csv(records: Iterable[Record], out: TextIO) -> int:
    """Write a heading and one row a record, with a BOM (Excel reads UTF-8 only so); how many rows.

    ``out`` must be opened with newline="". A cell that a spreadsheet would take for a formula gets a
    leading apostrophe, which it shows as text.
    """
    out.write("\ufeff")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    count = 0
    for count, record in enumerate(records, 1):  # noqa: B007 - the last number is the count
        writer.writerow(map(plain_cell, _row(record)))
    return count


def plain_cell(value: str) -> str:
    """Make a cell that no spreadsheet runs: control characters out, an apostrophe before a formula's first sign."""
    text = _CONTROL.sub("", value)
    visible = (c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    first = unicodedata.normalize("NFKC", next(visible, ""))  # some spreadsheets take the wide signs too
    return f"'{text}" if first.startswith(_FORMULA) or text[:1] in {"\t", "\n"} else text


def _row(record: Record) -> list[str]:
    citations: list[dict[str, Any]] = record.answer.get("citations", [])
    return [
        record.id,
        record.time,
        record.user,
        record.door,
        record.question or "",
        record.scope,
        record.as_of,
        record.generation,
        record.model,
        "是" if record.refused else "否",
        "；".join(str(c.get("address", "")) for c in citations),
        "；".join(f"{status} {n}" for status, n in record.statuses.items()),
        str(record.answer.get("text", "")),
        "；".join(_VERDICTS[f.verdict] for f in record.feedback),
        "；".join(f.comment for f in record.feedback if f.comment),
    ]
