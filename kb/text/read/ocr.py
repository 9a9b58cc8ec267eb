"""Pictures of text to printed lines, by RapidOCR where the ``ocr`` extra is installed.

Does not know where the pictures come from, nor what the text says. RapidOCR carries its Chinese
models in its package: nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any, Protocol

from kb.base.records import MissingExtra, UnreadableFile
from kb.text.read.document import Document
from kb.text.read.layout import Line, assemble

MAX_PIXELS = 80_000_000
"""Largest picture: an A3 page at 600 dpi has 70 million pixels; Pillow itself warns above 89 million."""
_LEAST_SCORE = 0.5
"""RapidOCR's own default for keeping a line."""


@dataclass(frozen=True, slots=True)
class Words:
    """A recognised piece of a line with its box, in pixels from the top left corner."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


class Recogniser(Protocol):
    """Finds the lines of a picture: an ``uint8`` array of shape (height, width, 3), blue first."""

    def __call__(self, picture: Any) -> Sequence[Words]:  # noqa: ANN401 - NumPy loads only when a picture is read
        """Lines in reading order; empty when the picture shows none."""
        ...


@cache
def _engine() -> Any:  # noqa: ANN401 - rapidocr is untyped
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})


def default_recogniser(name: str) -> Recogniser:
    """RapidOCR as a recogniser; raises MissingExtra, naming the file ``name`` and the install line, without it."""
    try:
        import rapidocr  # noqa: F401
    except ImportError as error:
        cure = '请运行 pip install "enforcement-kb[ocr]" 后重试'
        raise MissingExtra(f"{name}：是扫描件或图片，没有文字层；{cure}") from error
    return _rapid


def _rapid(picture: Any) -> list[Words]:  # noqa: ANN401
    found = _engine()(picture)
    if found.txts is None or found.boxes is None:
        return []
    words = [
        Words(text, *_box(corners))
        for text, corners, score in zip(found.txts, found.boxes, found.scores, strict=True)
        if score >= _LEAST_SCORE
    ]
    return in_rows(words)


def _box(corners: Any) -> tuple[float, float, float, float]:  # noqa: ANN401
    xs, ys = [float(c[0]) for c in corners], [float(c[1]) for c in corners]
    return min(xs), max(xs), min(ys), max(ys)


def in_rows(words: Sequence[Words]) -> list[Words]:
    """Order from top to bottom and join what stands in one row, left to right."""
    rows: list[list[Words]] = []
    for word in sorted(words, key=lambda w: (w.top + w.bottom) / 2):
        middle = (word.top + word.bottom) / 2
        if rows and rows[-1][0].top <= middle <= rows[-1][0].bottom:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [_joined(sorted(row, key=lambda w: w.left)) for row in rows]


def _joined(row: Sequence[Words]) -> Words:
    text = row[0].text
    for before, word in pairwise(row):
        wide = word.left - before.right > (word.bottom - word.top)
        text += (" " if wide else "") + word.text
    edges = min(w.left for w in row), max(w.right for w in row), min(w.top for w in row), max(w.bottom for w in row)
    return Words(text, *edges)


def read_image(data: bytes, name: str, recogniser: Recogniser | None = None) -> Document:
    """Read a picture of text; the frames of a TIFF are its pages.

    Raises MissingExtra without the ``ocr`` extra, UnreadableFile for a broken or oversize picture.
    """
    recogniser = recogniser or default_recogniser(name)
    lines: list[Line] = []
    count = 0
    for count, picture in enumerate(_frames(data, name), 1):
        height = float(picture.shape[0])
        lines += [Line(w.text, count, w.left, w.right, w.top, w.bottom, height) for w in recogniser(picture)]
    text, spans = assemble(lines)
    return Document(text + "\n" if text else "", "image", {"pages": str(count)}, spans)


def _frames(data: bytes, name: str) -> Iterator[Any]:
    """Yield each frame upright, as ``uint8`` of shape (height, width, 3) in the order blue, green, red."""
    import numpy as np
    from PIL import Image, ImageOps, ImageSequence

    try:
        with Image.open(BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnreadableFile(f"{name}：图片过大（{image.width}×{image.height} 像素）；请缩小后再放入")
            for frame in ImageSequence.Iterator(image):
                upright = ImageOps.exif_transpose(frame).convert("RGB")
                yield np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])
    except (OSError, ValueError, SyntaxError) as error:  # Pillow's errors for what is no whole picture
        raise UnreadableFile(f"{name}：图片损坏，打不开；请重新拍照或扫描") from error
