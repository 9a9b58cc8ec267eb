"""Which instruments exist, under which names, at which rank, in force from when to when, replaced by what.

Does not know their text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.law.catalogue.facts import Decision, Fact, Facts, load_facts
from kb.law.catalogue.names import How, Resolution, plain
from kb.law.catalogue.table import Catalogue

if TYPE_CHECKING:
    from kb.base.records import Instrument, Version
    from kb.law.parse import LawText

__all__ = [
    "Catalogue", "Decision", "Fact", "Facts", "How", "Resolution", "describe_file", "load_facts", "plain",
    "same_version_key",
]  # fmt: skip


def describe_file(path: str, law: LawText) -> tuple[Instrument, Version]:
    """Tell which instrument and version the file at ``path`` (inside its corpus) holds; see ``describe``."""
    from kb.law.catalogue.describe import describe_file as describe

    return describe(path, law)


def same_version_key(law: LawText) -> tuple[str, str, str]:
    """(key, version, division): equal for two files with the same text of the same instrument; see ``describe``."""
    from kb.law.catalogue.describe import same_version_key as same

    return same(law)
