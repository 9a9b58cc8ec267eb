"""What reading a file gives: its text, and where pages and tables stand in it.

Does not know file formats, nor what the text says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DocumentKind = Literal["md", "txt", "docx", "pdf", "html", "image"]


@dataclass(frozen=True, slots=True)
class PageSpan:
    """A page, numbered from 1; ``text[start:end]`` is what stands on it (a paragraph may run over two pages)."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells by row; ``text[start:end]`` is its linear form, one line a row, cells joined by ``" | "``."""

    rows: tuple[tuple[str, ...], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    r"""A file's decoded text, lines ending in ``\n``, and what its format tells beside it.

    ``meta`` holds what the file itself states (``title``, ``author``, ``encoding``, ``pages``,
    ``unread_pages`` …), every value a string; a missing key means the file does not say.
    ``pages`` is empty for formats without pages, ``tables`` where none were recognised.
    """

    text: str
    kind: DocumentKind
    meta: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[PageSpan, ...] = ()
    tables: tuple[Table, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Page on which the character at ``offset`` stands; None when the format has no pages."""
        found = None
        for span in self.pages:
            if span.start > offset:
                break
            found = span.page
        return found
