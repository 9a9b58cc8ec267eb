"""Reading files: plain text, what is refused, and why in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base.records import UnreadableFile
from kb.text.read import plain, read
from tests.fakes.files import Print, pdf, zipped

SAMPLE = "示例安全条例\n\n第一条 为了加强安全生产，制定本条例。\n第二条 罚款5万元以上20万元以下。\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param(SAMPLE.encode(), "utf-8", id="UTF-8"),
        pytest.param(SAMPLE.encode("utf-8-sig"), "utf-8", id="UTF-8 with BOM"),
        pytest.param(SAMPLE.encode("gb18030"), "gb18030", id="GB18030"),
        pytest.param(b"\x84\x31\x95\x33" + SAMPLE.encode("gb18030"), "gb18030", id="GB18030 with BOM"),
        pytest.param(SAMPLE.encode("utf-16"), "utf-16", id="UTF-16 with BOM"),
        pytest.param(SAMPLE.replace("\n", "\r\n").encode(), "utf-8", id="Windows line ends"),
        pytest.param(SAMPLE.replace("\n", "\r").encode(), "utf-8", id="old Mac line ends"),
    ],
)
def test_plain_text_reads_in_the_encodings_chinese_files_come_in(tmp_path: Path, data: bytes, encoding: str) -> None:
    path = tmp_path / "示例.txt"
    path.write_bytes(data)
    document = read(path)
    assert document.text == SAMPLE
    assert (document.kind, document.meta["encoding"]) == ("txt", encoding)
    assert document.pages == ()
    assert document.page_at(5) is None


def test_traditional_text_is_recognised(tmp_path: Path) -> None:
    text = "職業安全衛生法施行細則，雇主應設置必要之安全衛生設備及措施，並應實施風險評估。" * 20
    path = tmp_path / "示例.txt"
    path.write_bytes(text.encode("big5"))
    assert read(path).text == text


@given(st.text(st.characters(codec="gb2312", exclude_characters="\r", exclude_categories=["Cc"]), min_size=1))
def test_every_simplified_text_survives_gb18030(text: str) -> None:
    decoded, _ = plain.decode(("第一条 " + text).encode("gb18030"), "示例.txt")
    # Bytes of a short text may by chance be valid UTF-8 too; then they are that text, not this one.
    assert decoded == "第一条 " + text


@given(st.text(st.characters(exclude_characters="\r\ufeff", exclude_categories=["Cc", "Cs"])))
def test_every_text_survives_utf8(text: str) -> None:
    assert plain.decode(text.encode(), "示例.md") == (text, "utf-8")


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512
LOCKED = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00><00>]"
PAGE = [Print("第一条 为了示例。", 100, 200)]

REFUSED = [
    ("空.md", b"", "文件是空的"),
    ("空白.txt", " \n　\n".encode(), "没有文字内容"),
    ("断.md", SAMPLE.encode()[:40] + b"\xe4\xb8" + SAMPLE.encode(), "第 40 字节起不是有效的 UTF-8"),
    ("程序.txt", b"\x7fELF\x02\x01\x01" + bytes(50), "内容却是二进制数据"),
    ("零.txt", b"abc\x00\x01\x02def", "内容却是二进制数据"),
    ("响铃.txt", "第一条\x07".encode(), "内容不是文本"),
    ("半.txt", b"\xff\xfe\x00", "UTF-16"),
    ("报告.docx", pdf([PAGE]), "扩展名是 .docx，内容却是PDF；请把扩展名改为 .pdf"),
    ("报告.pdf", zipped({"word/document.xml": b"<x/>"}), "内容却是Word 文档（.docx）；请把扩展名改为 .docx"),
    ("报告.txt", b"<!DOCTYPE html><html><body>x</body></html>", "内容却是网页"),
    ("报告.html", "没有标记的纯文本".encode(), "内容却是纯文本；请把扩展名改为 .txt"),
    ("报告.docx", zipped({"xl/workbook.xml": b"<x/>"}), "内容却是Excel 表格"),
    ("报告.docx", zipped({"OFD.xml": b"<x/>"}), "OFD 版式文件；请先转换为 PDF"),
    ("报告.docx", zipped({"a.txt": b"x"}), "内容却是压缩包；请解压"),
    ("报告.docx", OLE, "旧版 Office 文件（.doc/.xls/.wps）；请另存为 .docx"),
    ("报告.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "加密的 Office 文件；请去掉密码"),
    ("报告.docx", zipped({"word/document.xml": b"<broken"}), "文件损坏"),
    ("报告.docx", zipped({"word/document.xml": b"<x/>"})[:40] + b"word/document", "文件损坏，解不开"),
    ("炸弹.docx", zipped({"word/document.xml": bytes(70 * 2**20)}), "解开后过大"),
    ("多.docx", zipped({"word/document.xml": b"", **{f"{i}": b"" for i in range(20_001)}}), "解开后过大"),
    ("坏.pdf", b"%PDF-1.4\nnothing here", "文件损坏，打不开"),
    ("锁.pdf", pdf([PAGE], trailer=LOCKED), "有密码；请去掉密码后另存"),
    ("空.pdf", pdf([[]]), "没有文字内容"),
    ("坏.png", b"\x89PNG\r\n\x1a\n" + bytes(30), "图片"),
    ("旧.doc", OLE, "不支持的扩展名“.doc”"),
    ("无扩展名", b"x", "不支持的扩展名“”"),
]


@pytest.mark.parametrize(("name", "data", "says"), REFUSED, ids=[f"{n}-{s}" for n, _, s in REFUSED])
def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableFile) as caught:
        read(path, recogniser=lambda _: [])
    message = str(caught.value)
    assert says in message
    assert message.startswith(f"{name}：")
    assert "\n" not in message
    assert "；请" in message


def test_size_is_limited_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    with pytest.raises(UnreadableFile, match=r"200 MB，超过上限 100 MB"):
        read(path)
    path.write_text("第一条 一二三")
    with pytest.raises(UnreadableFile, match="超过上限"):
        read(path, limit_bytes=10)


@pytest.mark.parametrize("name", ["没有.txt", "."])
def test_missing_files_and_folders_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match="请检查路径"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="utf-8">', "utf-8"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gb18030"),
        ("", "gb18030"),
        ('<meta charset="utf-8"><!-- a false declaration -->', "gb18030"),
    ],
)
def test_a_web_page_gives_its_article(tmp_path: Path, head: str, encoding: str) -> None:
    body = [f"第{n}条 本市第{n}类生产经营单位应当建立健全安全生产责任制，落实到每一个岗位。" for n in "一二三四五六"]
    page = f"""<!DOCTYPE html><html><head>{head}<title>示例条例 - 示例政府网</title></head><body>
      <nav><a href="/">首页</a> <a href="/x">政务公开</a></nav><script>var a = 1;</script>
      <div class="article"><h1>示例条例</h1>{"".join(f"<p>　　{p}</p>" for p in body)}
      <table><tr><td>等级</td><td>罚款</td></tr><tr><td>重大</td><td>5万元</td></tr></table></div>
      <footer>版权所有 示例政府网 备案号00000000</footer></body></html>"""
    path = tmp_path / "网页.html"
    path.write_bytes(page.encode(encoding))
    document = read(path)
    for text in [*body, "5万元"]:
        assert text in document.text
    for text in ("政务公开", "版权所有", "var a"):
        assert text not in document.text
    assert document.meta["title"] == "示例条例 - 示例政府网"


def test_a_page_without_an_article_is_taken_whole(tmp_path: Path) -> None:
    path = tmp_path / "短.htm"
    path.write_text("<div>第一条 为了示例。</div><div>第二条 依法处罚。</div><style>p {}</style>")
    assert read(path).text == "第一条 为了示例。\n第二条 依法处罚。\n"


@pytest.mark.corpus
def test_every_file_beside_the_checkout_reads(shared_dir: Path) -> None:
    files = [p for p in (shared_dir / "corpus").rglob("*") if p.suffix in {".md", ".txt"}]
    total = sum(len(read(p).text) for p in files)
    assert len(files) >= 3_507
    assert total > 20_000_000


def test_reading_loads_no_library_before_it_is_needed() -> None:
    heavy = ("docx", "pypdfium2", "trafilatura", "bs4", "PIL", "numpy")
    code = f"import sys, kb.text.read; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout.strip() == "[]"
