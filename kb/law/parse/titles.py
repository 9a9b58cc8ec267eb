"""Titles of instruments: the short title that is their key, and the date a file name adds.

Does not know which instruments exist.
"""

from __future__ import annotations

import re

NAME_DATE = re.compile(r"[（(]\s*(\d{4})-(\d{2})-(\d{2})\s*[）)]\s*$")


def short_title(title: str) -> str:
    """Make the key of a title: no 《》 around it, no 中华人民共和国, no date, full-width brackets, no white space."""
    title = NAME_DATE.sub("", title.strip())
    title = re.sub(r"(最高人民法院)\s+(最高人民检察院)", r"\1、\2", title)
    title = re.sub(r"[\s\u200b\ufeff]+", "", title).replace("(", "（").replace(")", "）")
    title = re.sub(r"（要点）$", "", title)
    if title.startswith("《") and title.endswith("》") and title.count("《") == 1:
        title = title[1:-1]
    short = re.sub(r"(^|[《〈])中华人民共和国", r"\1", title)
    return short or title


def name_date(name: str) -> str | None:
    """Read the date of a file stem like ``安全生产法(2021-06-10)``; None when it has none."""
    m = NAME_DATE.search(name)
    return f"{m[1]}-{m[2]}-{m[3]}" if m else None


def name_title(name: str) -> str:
    """Read the title in a file stem, without its date."""
    return NAME_DATE.sub("", name).strip()
