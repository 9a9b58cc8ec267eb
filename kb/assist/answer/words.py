"""The word lists of this room: each a TOML file beside it, read once.

Does not know what any list is for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def word_list(name: str) -> Mapping[str, Any]:
    """The lists of ``name``.toml by their headings."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
