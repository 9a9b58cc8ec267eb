"""Reading PDF: pages kept, furniture gone, lines rejoined; scans go to a recogniser or name the extra."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from kb.base.records import MissingExtra
from kb.text.read import Words, read
from kb.text.read.layout import Line, assemble
from kb.text.read.ocr import in_rows
from tests.fakes.files import Print, official_page, pdf

FIRST = (
    "第一条 为了加强示例市安全生产工作，防止和减少生产安全事故，保障人民群众生命和财产安全，"
    "促进经济社会持续健康发展，制定本条例。"
)
SECOND = (
    "第二条 在本市从事生产经营活动的单位的安全生产，适用本条例；国家另有规定的，"
    "适用其规定，本条例没有规定的，参照国家有关规定执行。"
)
CUT = 54
HEADER = "示例市安全条例"


def _saved(data: bytes, folder: Path, name: str = "示例.pdf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _two_pages() -> bytes:
    first = official_page([FIRST, SECOND[:CUT]], page=1, header=HEADER)
    second = official_page(["+" + SECOND[CUT:], "（一）短句；", "（二）又一短句。"], page=2, header=HEADER)
    return pdf([first, second])


def test_lines_are_rejoined_over_pages_without_header_and_page_number(tmp_path: Path) -> None:
    document = read(_saved(_two_pages(), tmp_path))
    assert document.text == f"{FIRST}\n{SECOND}\n（一）短句；\n（二）又一短句。\n"
    assert (document.kind, document.meta["pages"]) == ("pdf", "2")
    first, second = document.pages
    assert document.text[first.start : first.end] == f"{FIRST}\n{SECOND[:CUT]}"
    assert document.text[second.start :].startswith(SECOND[CUT:])
    assert [document.page_at(document.text.index(t)) for t in ("第一条", "第二条", "（二）")] == [1, 1, 2]


def test_a_centred_title_and_short_lines_stay_apart(tmp_path: Path) -> None:
    page = [
        Print("示例区应急管理局关于2024年度", 160, 120, 22),
        Print("法治政府建设情况的报告", 190, 155, 22),
        Print("区政府：", 75, 200),
        *official_page([FIRST], page=1)[:-1],
        Print("2025年1月8日", 380, 400),
    ]
    page = [line if line.y < 210 or line.y == 400 else Print(line.text, line.x, line.y + 120) for line in page]
    lines = read(_saved(pdf([page]), tmp_path)).text.splitlines()
    assert lines[:3] == ["示例区应急管理局关于2024年度", "法治政府建设情况的报告", "区政府："]
    assert lines[-1] == "2025年1月8日"
    assert FIRST in lines


@pytest.mark.parametrize("shown", ["7", "— 7 —", "-7-", "第7页", "第 7 页 共 20 页", "7/20", "Page 7 of 20", "· 7 ·"])
def test_page_numbers_go_from_the_margins_only(shown: str) -> None:
    body = Line("为8起。", 7, 75, 500, 400, 416, 842)
    number = Line(shown, 7, 270, 320, 790, 804, 842)
    figure = Line("26272", 7, 75, 160, 300, 316, 842)
    assert assemble([figure, body, number])[0] == "26272\n为8起。"


def test_a_line_that_recurs_in_the_body_stays() -> None:
    lines = [
        Line(t, page, 75, 200, y, y + 16, 842) for page in (1, 2, 3) for t, y in (("页眉", 40), ("（一）概况。", 300))
    ]
    assert assemble(lines)[0] == "（一）概况。\n（一）概况。\n（一）概况。"


def test_latin_words_keep_their_space() -> None:
    words = [("见 GB/T 9704 和 Model", 500.0), ("Answer 标准与公文，公文", 500.0), ("格式。", 120.0)]
    lines = [Line(t, 1, 75, right, 300 + 28 * i, 316 + 28 * i, 842) for i, (t, right) in enumerate(words)]
    assert assemble(lines)[0] == "见 GB/T 9704 和 Model Answer 标准与公文，公文格式。"


class _Pen:
    """A recogniser that reads the same two rows off every picture, and remembers the pictures' shapes."""

    def __init__(self) -> None:
        self.shapes: list[Any] = []

    def __call__(self, picture: Any) -> Sequence[Words]:
        self.shapes.append(picture.shape)
        return [Words("检查企业26家，", 200, 800, 600, 640), Words("发现隐患8项。", 200, 560, 680, 720)]


def test_a_scanned_page_goes_to_the_recogniser(tmp_path: Path) -> None:
    pen = _Pen()
    text = official_page([FIRST], page=1)
    document = read(_saved(pdf([text, [], text], pictures=[2]), tmp_path), recogniser=pen)
    assert "检查企业26家，\n发现隐患8项。" in document.text
    assert pen.shapes == [(2339, 1653, 3)]  # A4 at 200 dpi
    assert document.page_at(document.text.index("检查")) == 2
    assert "unread_pages" not in document.meta


def test_a_photo_is_one_page(tmp_path: Path) -> None:
    out = BytesIO()
    Image.new("L", (900, 1200), 255).save(out, "PNG")
    pen = _Pen()
    document = read(_saved(out.getvalue(), tmp_path, "照片.png"), recogniser=pen)
    assert (document.kind, document.text) == ("image", "检查企业26家，发现隐患8项。\n")
    assert pen.shapes == [(1200, 900, 3)]
    assert [p.page for p in document.pages] == [1]


def test_frames_of_a_tiff_are_pages(tmp_path: Path) -> None:
    out = BytesIO()
    frames = [Image.new("RGB", (900, 1200)) for _ in range(3)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    document = read(_saved(out.getvalue(), tmp_path, "扫描.tif"), recogniser=_Pen())
    assert (document.meta["pages"], [p.page for p in document.pages]) == ("3", [1, 2, 3])


NO_OCR = pytest.mark.skipif(importlib.util.find_spec("rapidocr") is not None, reason="the ocr extra is installed")


@NO_OCR
@pytest.mark.parametrize("name", ["扫描.pdf", "扫描.png"])
def test_without_the_extra_a_scan_names_it(tmp_path: Path, name: str) -> None:
    out = BytesIO()
    Image.new("L", (90, 120)).save(out, "PNG")
    data = pdf([[], []], pictures=[1, 2]) if name.endswith("pdf") else out.getvalue()
    with pytest.raises(MissingExtra) as caught:
        read(_saved(data, tmp_path, name))
    assert str(caught.value) == f'{name}：是扫描件或图片，没有文字层；请运行 pip install "enforcement-kb[ocr]" 后重试'


@NO_OCR
def test_without_the_extra_the_text_pages_are_read_and_the_others_named(tmp_path: Path) -> None:
    text = official_page([FIRST], page=1)
    document = read(_saved(pdf([text, [], text, []], pictures=[2, 4]), tmp_path))
    assert document.text == f"{FIRST}\n{FIRST}\n"
    assert document.meta["unread_pages"] == "2,4"
    assert [(p.start, p.end) for p in document.pages] == [(0, 64), (64, 64), (64, 127), (127, 127)]


def test_pieces_of_one_row_are_joined_left_to_right() -> None:
    pieces = [
        Words("数值", 400, 480, 12, 40),
        Words("指标", 100, 180, 10, 38),
        Words("12家", 300, 380, 62, 90),
        Words("检查", 218, 298, 60, 88),
    ]
    assert [w.text for w in in_rows(pieces)] == ["指标 数值", "检查12家"]


@pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="the ocr extra is not installed")
def test_rapidocr_reads_a_picture_without_a_network(tmp_path: Path) -> None:
    picture = Image.new("RGB", (1000, 300), "white")
    ImageDraw.Draw(picture).text((60, 100), "GB 30871-2022", font=ImageFont.load_default(size=60), fill="black")
    path = tmp_path / "照片.png"
    picture.save(path)
    assert read(path).text.replace(" ", "") == "GB30871-2022\n"
