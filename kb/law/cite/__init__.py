"""References to provisions in any text: find → resolve → verify → annotate. The citation checker is this room.

Does not know how names are resolved or texts looked up: both are arguments (``Names``, ``Lookup``).
"""

from kb.law.cite.check import annotate, check
from kb.law.cite.find import find
from kb.law.cite.model import (
    FAILS,
    Checked,
    CheckReport,
    CheckStatus,
    Locator,
    Lookup,
    Mention,
    NameMatch,
    Names,
    Quote,
    Reference,
)
from kb.law.cite.resolve import resolve
from kb.law.cite.verify import verify

__all__ = [
    "FAILS",
    "CheckReport",
    "CheckStatus",
    "Checked",
    "Locator",
    "Lookup",
    "Mention",
    "NameMatch",
    "Names",
    "Quote",
    "Reference",
    "annotate",
    "check",
    "find",
    "resolve",
    "verify",
]
