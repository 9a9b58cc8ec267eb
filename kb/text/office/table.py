"""Rows of the first sheet of an .xlsx workbook, by the names in its first row.

Does not know what the columns mean. Formulas are refused, never calculated and never passed on.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from kb.base.records import InputError, UnreadableFile
from kb.text.read.archive import check_zip

MAX_ROWS = 2000
MAX_COLUMNS = 50
_FORMULA = ("=", "+", "@", "\t", "\r")

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: ``number`` as the spreadsheet counts it, ``cells`` by column name; an empty cell is None."""

    number: int
    cells: dict[str, Cell]


def read_table(data: bytes, name: str, columns: Sequence[str]) -> list[TableRow]:
    """The rows below the head of the first sheet, empty ones left out; ``columns`` must all be there.

    Raises UnreadableFile for what is no whole workbook, InputError for a missing column, a formula or too many rows;
    each message names file, row and cure.
    """
    check_zip(data, name)
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of validations and styles it drops
            book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
            sheet = book.worksheets[0]
            lines = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS)]
            book.close()
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        SyntaxError,
        OSError,
    ) as error:
        raise UnreadableFile(f"{name}：文件损坏，读不出表格；请用 Excel 或 WPS 打开后另存为 .xlsx") from error
    return _rows(lines, name, columns)


def _rows(lines: Sequence[Sequence[object]], name: str, columns: Sequence[str]) -> list[TableRow]:
    head = [str(v).strip().lower() if v is not None else "" for v in (lines[0] if lines else ())]
    missing = [c for c in columns if c not in head]
    if missing:
        raise InputError(f"{name}：缺少列 {'、'.join(missing)}；第一行应是 {'、'.join(columns)}")
    if len(lines) > MAX_ROWS + 1:
        raise InputError(f"{name}：超过 {MAX_ROWS} 行；请只保留要用的事实")
    out = []
    for number, line in enumerate(lines[1:], 2):
        cells = {c: _cell(v, f"{name} 第{number}行 {c} 列") for c, v in zip(head, line, strict=False) if c}
        if any(v is not None for v in cells.values()):
            out.append(TableRow(number, cells))
    return out


def _cell(value: object, where: str) -> Cell:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime | date):
        return f"{value.year}年{value.month}月{value.day}日"
    text = str(value).strip()
    if text.startswith(_FORMULA) or (text.startswith("-") and not text[1:].replace(".", "", 1).isdigit()):
        raise InputError(f"{where}是公式或以“{text[0]}”开头；请改成文字或数值后再用")
    return text or None
