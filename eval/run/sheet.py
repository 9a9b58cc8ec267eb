"""A spreadsheet of questions → rows. Does not judge rows; see ``questions.sound``.

First row names the columns: 问题 and 依据 are needed; 编号, 类型, 上文, 要点, 可答, 日期, 许可 are not.
依据 holds one gold a line: ``《安全生产法》第九十七条第一款第（三）项``, where wanted with 违则, 罚则, 依据,
程序, 不予处罚 or 冲突 and a colon before it (罚则：《安全生产法》第九十七条), or ``文件名：引文`` for a report.
上文 and 要点 hold one a line. Without 依据 a question is one that has no answer.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kb.base.address import Address, to_chinese
from kb.base.records import InputError

MAX_ROWS = 20_000
COLUMNS = {
    "id": ("编号", "id"),
    "question": ("问题", "question"),
    "type": ("类型", "type"),
    "history": ("上文", "history"),
    "gold": ("依据", "gold"),
    "answer_points": ("要点", "answer_points"),
    "answerable": ("可答", "answerable"),
    "as_of": ("日期", "as_of"),
    "licence": ("许可", "licence"),
}
ROLES = {
    "违则": "violation",
    "罚则": "penalty",
    "依据": "basis",
    "程序": "procedure",
    "不予处罚": "waiver",
    "冲突": "conflict",
}
_ROLE = re.compile(rf"^\s*({'|'.join(ROLES)})\s*[：:]\s*")
_REPORT = re.compile(r"^\s*([^：:《》]+\.(?:md|txt|docx|pdf|html))\s*[：:]\s*(.+)$", re.IGNORECASE)
_YES, _NO = ("是", "可答", "1", "true", "y"), ("否", "不可答", "0", "false", "n")


def sheet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """(row number as the spreadsheet shows it, the row or what is wrong with it).

    Raises InputError when the file is no workbook, is too long, or lacks the columns 问题 and 依据.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        values = list(book.worksheets[0].iter_rows(values_only=True, max_row=MAX_ROWS + 2))
        book.close()
    except (OSError, KeyError, ValueError, IndexError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path.name} 读不出来；请用 Excel 或 WPS 另存为 .xlsx 再试") from error
    if len(values) > MAX_ROWS + 1:
        raise InputError(f"{path.name} 超过 {MAX_ROWS} 行；请分成几个文件")
    columns = _columns(values[0] if values else ())
    if "question" not in columns or "gold" not in columns:
        raise InputError(f"{path.name} 第一行要有“问题”和“依据”两列")
    for number, cells in enumerate(values[1:], 2):
        row = {name: _cell(cells, at) for name, at in columns.items()}
        if any(row.values()):
            yield number, _row(row)


def _columns(header: Sequence[object]) -> dict[str, int]:
    names = [str(cell or "").strip().lower() for cell in header]
    return {field: names.index(n) for field, fit in COLUMNS.items() for n in fit if n in names}


def _cell(cells: Sequence[object], at: int) -> str:
    value = cells[at] if at < len(cells) else None
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _row(cells: dict[str, str]) -> dict[str, Any] | str:
    golds = []
    for line in _lines(cells["gold"], "；"):
        gold = gold_of(line)
        if isinstance(gold, str):
            return gold
        golds.append(gold)
    row: dict[str, Any] = {k: v for k, v in cells.items() if v and k in ("id", "question", "type", "as_of", "licence")}
    said = cells.get("answerable", "").lower()
    if said and said not in (*_YES, *_NO):
        return f"“可答”一列是“{said}”，请填 是 或 否"
    row["answerable"] = said in _YES if said else bool(golds)
    return {
        **row,
        "gold": golds,
        "history": _lines(cells.get("history", "")),
        "answer_points": _lines(cells.get("answer_points", ""), "；"),
    }


def _lines(text: str, also: str = "\n") -> list[str]:
    return [s.strip() for s in text.replace(also, "\n").splitlines() if s.strip()]


def gold_of(line: str) -> dict[str, Any] | str:
    """One gold of a cell, or in one clause why it cannot be read."""
    report = _REPORT.match(line)
    if report:
        return {"doc": report[1].strip(), "quote": report[2].strip()}
    role = _ROLE.match(line)
    address = Address.parse(line[role.end() :] if role else line)
    if address is None or address.article is None:
        return f"依据“{line}”无法识别，请写成 《安全生产法》第九十七条第一款第（三）项，或 文件名：引文"
    gold: dict[str, Any] = {"law": address.title, "article": str(address.article)}
    gold["role"] = ROLES[role[1]] if role else "basis"
    if address.paragraph is not None or address.item is not None:
        paragraph = f"第{to_chinese(address.paragraph)}款" if address.paragraph is not None else ""
        item = f"第（{to_chinese(address.item)}）项" if address.item is not None else ""
        gold["items"] = [paragraph + item]
    return gold
