"""An empty spreadsheet of questions for ``kb eval --questions``: headings, examples, an explanation. Reads nothing."""

from __future__ import annotations

from pathlib import Path

from eval.run.sheet import COLUMNS, ROLES
from kb.base.records import InputError

WIDTHS = {"question": 48, "gold": 44, "answer_points": 36, "history": 30}
EXAMPLES = (
    {
        "id": "例1",
        "question": "新招的工人没培训就上岗，违反哪条，罚多少？",
        "type": "情景",
        "gold": "违则：《安全生产法》第二十八条第一款\n罚则：《安全生产法》第九十七条第一款第（三）项",
        "answer_points": "处十万元以下的罚款",
        "answerable": "是",
    },
    {
        "id": "例2",
        "question": "逾期不改呢",
        "type": "多轮",
        "history": "新招的工人没培训就上岗，罚多少？",
        "gold": "罚则：《安全生产法》第九十七条",
        "answer_points": "责令停产停业整顿",
        "answerable": "是",
    },
    {"id": "例3", "question": "本月的油价是多少？", "type": "不可答", "answerable": "否"},
)
NOTES = (
    ("问题", "必填。一行一题，写平常会问的话"),
    ("依据", "必填（不可答的题留空）。一行一条：《法名》第几条第几款第（几）项；报告写 文件名：引文"),
    ("", f"前面可加角色和冒号：{'、'.join(ROLES)}；不写算 依据"),
    ("要点", "答案里应当出现的短语，一行一个；数字按值比较，五万元与5万元相同"),
    ("上文", "同一段对话里先前的问题，一行一个"),
    ("类型", "自定，结果按类型分列"),
    ("可答", "是 或 否；否表示应当拒答"),
    ("日期", "按哪一天的法律，如 2025-04-30；不填用 --as-of 或默认日期"),
    ("编号、许可", "可不填；编号不能重复"),
    ("", "例1 至 例3 是示例，填好后删去；有一行写错会逐行指出，改好再测"),
)


def write_template(path: Path) -> Path:
    """Write the spreadsheet; raises InputError where a file stands there already or the name does not end in .xlsx."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    if path.suffix.lower() != ".xlsx":
        raise InputError(f"{path.name} 应以 .xlsx 结尾")
    if path.exists():
        raise InputError(f"{path.name} 已经存在；请换一个名字")
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "问题"
    sheet.append([names[0] for names in COLUMNS.values()])
    for example in EXAMPLES:
        sheet.append([example.get(field) for field in COLUMNS])
    for at, field in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(at)].width = WIDTHS.get(field, 10)
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=cell.row == 1)
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("说明")
    for note in NOTES:
        notes.append(note)
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 12, 80
    book.save(path)
    return path
