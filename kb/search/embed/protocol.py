"""What an encoder is, and which text of a passage it is given.

Does not know any model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from kb.base.address import NUMERAL
from kb.base.records import Passage

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]

_LABEL = re.compile(rf"^\s*(?:第{NUMERAL}(?:分编|[编章节])|{NUMERAL}\s*[、.．]|[（(]{NUMERAL}[）)])\s*")
_STATE = "中华人民共和国"


class Encoder(Protocol):
    """Texts → vectors. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """Human-readable name for ``kb status``."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors of any text could change; goes into a generation's id."""

    @property
    def max_tokens(self) -> int | None:
        """Tokens read at once (longer passages are read in windows); None: no limit."""

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """Vectors [len(texts), dim] of length 1; a text with nothing to read gives zeros."""


def heading(printed: str) -> str:
    """Strip a heading's number: 第三章 应急准备 → 应急准备, （一）加强培训 → 加强培训."""
    return _LABEL.sub("", printed).strip()


def document_text(title: str, path: Sequence[str], text: str) -> str:
    """Join title, headings and body, a line each: the one form that encoders are trained on and given."""
    lines = [title.removeprefix(_STATE), *(heading(h) for h in path), text]
    return "\n".join(line for line in lines if line)


def passage_text(passage: Passage) -> str:
    """Text form of a passage; see ``document_text``."""
    return document_text(passage.title, passage.path, passage.text)
