"""Which instruments a question names without an article: 按消防法…, 危化品条例里….

Does not know articles (``kb.search.lookup`` finds those) nor ranking. A name counts where the catalogue knows it as
it stands; what fits several instruments, or only after mending a typing error, does not.
"""

from __future__ import annotations

import re
from typing import Protocol

from kb.law.catalogue import Resolution

LONGEST = 16  # characters before the type word that are tried; longer titles are found by their words anyway
_TYPE = re.compile(r"条例|办法|规定|细则|法典|号令|(?<![违非合执司方犯守依普想说看做没无国])法(?![院律人定制规庭官治])")
_STOP = re.compile(r"[，。；：！？、,;:!?…\s“”\"《》<>]")
_SURE = ("exact", "alias", "decree", "short")


class Names(Protocol):
    """What knows names; ``Catalogue`` is one."""

    def resolve(self, name: str, *, place: str = "", mend: bool = True) -> Resolution:
        """What a name stands for; ``mend``: typing errors are looked for, too."""


def named_keys(question: str, names: Names, place: str = "") -> tuple[str, ...]:
    """Keys of the instruments that ``question`` names for certain, in order, each once."""
    found: dict[str, None] = {}
    for m in _TYPE.finditer(question):
        low = max((s.end() for s in _STOP.finditer(question, max(0, m.start() - LONGEST), m.start())), default=0)
        low = max(low, m.start() - LONGEST)
        for start in range(low, m.start()):
            resolution = names.resolve(question[start : m.end()], place=place, mend=False)
            if resolution.keys and resolution.how in _SURE:
                if len(resolution.keys) == 1:
                    found[resolution.keys[0]] = None
                break
    return tuple(found)
