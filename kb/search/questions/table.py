"""Tables of questions from elsewhere (.xlsx, .jsonl) → questions, and the rows at fault.

Does not know which questions are known already, nor who imports.

A sheet's first row names its columns: 问题, 依据, and if wanted 类型 and 上文 (earlier questions, one a line).
依据 holds addresses as printed, 《安全生产法》第九十七条；《消防法》第六十条, several in one cell or on several lines.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.base.address import NUMERAL, ArticleNo
from kb.base.records import InputError, KnownQuestion
from kb.search.questions.record import from_row

MAX_ROWS = 100_000
_COLUMNS = {
    "q": ("问题", "q", "question"),
    "gold": ("依据", "gold", "法条"),
    "style": ("类型", "style"),
    "history": ("上文", "history"),
}
_ADDRESS = re.compile(
    rf"""《(?P<title>[^《》]*(?:《[^《》]*》[^《》]*)*)》\s*   # title, itself holding titles or not
         (?P<articles>(?:[、，,和及]?\s*第?{NUMERAL}条(?:之{NUMERAL})?)+)""",
    re.VERBOSE,
)
_ARTICLE = re.compile(rf"第?{NUMERAL}条(?:之{NUMERAL})?")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no question: its number in the file, from 1 as a spreadsheet shows it, and what is wrong."""

    row: int
    why: str

    def __str__(self) -> str:
        return f"第 {self.row} 行：{self.why}"


def read_table(file: Path) -> tuple[list[KnownQuestion], list[BadRow]]:
    """Questions of a .xlsx or .jsonl file, and its rows at fault.

    Raises InputError when the file cannot be read or has no column of questions and one of articles.
    """
    suffix = file.suffix.lower()
    if suffix == ".xlsx":
        rows = _sheet_rows(file)
    elif suffix in (".jsonl", ".ndjson"):
        rows = _json_rows(file)
    else:
        raise InputError(f"{file.name} 不是 .xlsx 或 .jsonl。请另存为其中一种。")
    questions, bad = [], []
    for number, row in rows:
        if number > MAX_ROWS:
            raise InputError(f"{file.name} 超过 {MAX_ROWS} 行。请分成几个文件。")
        try:
            questions.append(from_row(row() if callable(row) else row))
        except InputError as error:
            bad.append(BadRow(number, str(error)))
    return questions, bad


def gold_of(text: str) -> list[list[str]]:
    """Articles named in a cell: [[title, article], …]; empty when there is none."""
    found = []
    for address in _ADDRESS.finditer(text):
        for article in _ARTICLE.findall(address["articles"]):
            number = ArticleNo.parse(article)
            if number is not None:
                found.append([address["title"].removeprefix("中华人民共和国"), str(number)])
    return found


def _json_rows(file: Path) -> Iterator[tuple[int, Any]]:
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file.name} 读不出来。请检查它是否存在、是否为 UTF-8 文本。") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, lambda line=line: _json(line)


def _json(line: str) -> object:
    try:
        row: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError("不是 JSON") from error
    return row


def _sheet_rows(file: Path) -> Iterator[tuple[int, Any]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(file, read_only=True, data_only=True)
        values = list(book.worksheets[0].iter_rows(values_only=True, max_row=MAX_ROWS + 2))
    except (OSError, KeyError, ValueError, IndexError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{file.name} 读不出来。请用 Excel 或 WPS 另存为 .xlsx 再试。") from error
    columns = _columns(values[0] if values else ())
    if "q" not in columns or "gold" not in columns:
        raise InputError(f"{file.name} 第一行要有“问题”和“依据”两列。")
    for number, cells in enumerate(values[1:], 2):
        row = {name: _cell(cells, at) for name, at in columns.items()}
        if any(row.values()):
            yield number, _sheet_row(row)


def _columns(header: Sequence[object]) -> dict[str, int]:
    names = [str(cell or "").strip().lower() for cell in header]
    return {field: names.index(name) for field, fit in _COLUMNS.items() for name in fit if name in names}


def _cell(cells: Sequence[object], at: int) -> str:
    return str(cells[at] if at < len(cells) and cells[at] is not None else "").strip()


def _sheet_row(row: dict[str, str]) -> dict[str, Any]:
    return {
        "q": row["q"],
        "gold": gold_of(row["gold"]),
        "style": row.get("style", ""),
        "history": [line.strip() for line in row.get("history", "").splitlines() if line.strip()],
    }
