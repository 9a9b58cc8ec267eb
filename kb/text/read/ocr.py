"""Pictures of text to printed lines, by RapidOCR where the ``ocr`` extra is installed.

Does not know where the pictures come from, nor what the text says. RapidOCR carries its Chinese
models in its package: nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Protocol

from kb.base.records import MissingExtra, UnreadableFile
from kb.text.read.document import Document, PageSpan
from kb.text.read.layout import Line, assemble

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
    """Finds the lines of a picture: an ``uint8`` array of shape (height, width, 3), or a picture file's bytes."""

    def __call__(self, picture: Any) -> Sequence[Words]:  # noqa: ANN401 - array or bytes
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
    """Read a picture as one page; raises MissingExtra without the extra, UnreadableFile for a broken picture."""
    recogniser = recogniser or default_recogniser(name)
    try:
        words = recogniser(data)
    except (OSError, ValueError) as error:  # Pillow's and NumPy's errors for what is no picture
        raise UnreadableFile(f"{name}：图片损坏，打不开；请重新拍照或扫描") from error
    height = max((w.bottom for w in words), default=1.0)
    lines = [Line(w.text, 1, w.left, w.right, w.top, w.bottom, height * 10) for w in words]
    text, _ = assemble(lines)
    return Document(text + "\n" if text else "", "image", {"pages": "1"}, (PageSpan(1, 0, len(text)),))
