"""Web pages (.html): the article's body, without menus, scripts and footers.

Does not know what the article says.
"""

from __future__ import annotations

import re
from typing import Any

from kb.text.read import plain
from kb.text.read.document import Document

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]+)", re.IGNORECASE)
_FURNITURE = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "iframe", "button")
_BLOCKS = ("p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section", "article", "dt", "dd")
_LEAST_SHARE = 0.5
"""An extraction with less than this share of the body's own text lost part of the article: the body is taken whole."""


def read_html(data: bytes, name: str) -> Document:
    """Read the bytes of a page; raises UnreadableFile, naming ``name``, when its characters cannot be decoded."""
    text, encoding = _decoded(data, name)
    title = _title(text)
    body = _article(text)
    meta = {"encoding": encoding} | ({"title": title} if title else {})
    return Document(body + "\n" if body else "", "html", meta)


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """Decode by the page's own declaration where it holds, else as any text. GBK and GB2312 are read as GB18030."""
    stated = _CHARSET.search(data[:4096])
    label = stated[1].decode("ascii").lower() if stated else ""
    text = _as_declared(data, "gb18030" if label in {"gb2312", "gbk", "x-gbk"} else label)
    return (text.lstrip("\ufeff"), label) if text is not None else plain.decode(data, name)


def _as_declared(data: bytes, encoding: str) -> str | None:
    """Text in the declared encoding; None when none or a false one is declared, which is common."""
    try:
        return data.decode(encoding) if encoding else None
    except (LookupError, UnicodeDecodeError):
        return None


def _title(text: str) -> str:
    found = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return re.sub(r"\s+", " ", found[1]).strip() if found else ""


def _article(text: str) -> str:
    """Return the article, a paragraph a line: trafilatura's extraction, or the whole body where that loses much."""
    import trafilatura

    whole = _body(text)
    found = trafilatura.extract(
        text, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False, fast=False
    )
    if found is None or len(_dense(found)) < _LEAST_SHARE * len(_dense(whole)):
        return whole
    return str(found)


def _dense(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _body(text: str) -> str:
    """All text of the page's body, furniture removed, blocks on lines of their own."""
    from bs4 import BeautifulSoup

    soup: Any = BeautifulSoup(text, "lxml")
    for node in soup.find_all(_FURNITURE):
        node.decompose()
    for node in soup.find_all(_BLOCKS):
        node.insert_before("\n")
        node.append("\n")
    lines = (soup.body or soup).get_text().split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())
