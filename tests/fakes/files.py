"""Files for reading tests, made byte by byte: no fonts, no network, no libraries beyond the product's own."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

A4 = (595.0, 842.0)


@dataclass(frozen=True)
class Print:
    """A printed line: its text, left edge and baseline from the top, in points, and its type size."""

    text: str
    x: float
    y: float
    size: float = 16.0


def pdf(pages: Sequence[Sequence[Print]], *, trailer: str = "", pictures: Sequence[int] = ()) -> bytes:
    """A PDF with a Chinese text layer in the predefined font STSong-Light (not embedded).

    ``pictures`` are page numbers from 1 that also show a grey picture; ``trailer`` goes into the trailer as it is.
    """
    count = len(pages)
    kids = " ".join(f"{10 + 2 * i} 0 R" for i in range(count))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [4 0 R] >>",
        4: b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 5 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 0 >> >>",
        5: b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        6: _stream(
            b"\x80" * 64,
            "/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8",
        ),
    }
    for i, lines in enumerate(pages):
        drawn = "".join(_show(line) for line in lines)
        if i + 1 in pictures:
            drawn += "q 400 0 0 600 90 120 cm /Im1 Do Q\n"
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] /Contents {11 + 2 * i} 0 R"
            " /Resources << /Font << /F1 3 0 R >> /XObject << /Im1 6 0 R >> >> >>"
        )
        objects[10 + 2 * i] = page.encode()
        objects[11 + 2 * i] = _stream(drawn.encode())
    return _assembled(objects, trailer)


def _show(line: Print) -> str:
    codes = line.text.encode("utf-16-be").hex()
    return f"BT /F1 {line.size} Tf 1 0 0 1 {line.x} {A4[1] - line.y} Tm <{codes}> Tj ET\n"


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _assembled(objects: dict[int, bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start, size = len(out), max(objects) + 1
    out += f"xref\n0 {size}\n".encode()
    for number in range(size):
        at = places.get(number)
        out += b"0000000000 65535 f \n" if at is None else f"{at:010} 00000 n \n".encode()
    out += f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def official_page(paragraphs: Sequence[str], *, page: int, header: str = "", per_line: int = 28) -> list[Print]:
    """A page in the manner of GB/T 9704: 28 characters a line, first line of a paragraph indented by two.

    A paragraph that starts with ``+`` goes on from the page before, without an indent.
    """
    lines = [Print(header, 220, 50, 10)] if header else []
    y = 120.0
    for text in paragraphs:
        indent = 0 if text.startswith("+") else 2
        rest = text.removeprefix("+")
        while rest:
            room = per_line - indent
            lines.append(Print(rest[:room], 75 + 16 * indent, y))
            rest, indent, y = rest[room:], 0, y + 28
    return [*lines, Print(f"— {page} —", 270, 800, 14)]


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip of ``parts``, compressed."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in parts.items():
            bundle.writestr(name, data)
    return out.getvalue()
