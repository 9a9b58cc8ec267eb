"""The same provision in many local rules → shown once, in the text of the place that counts.

Does not know scores beyond the order given. Local rules copy each other (and the national law) nearly word for word;
fourteen cities' copies of one sentence would push everything else off the first page.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kb.search.rank import Evidence
from kb.search.retrieve.scope import fits_place

DEPTH = 40  # hits that are compared with each other
SAME = 0.96  # cosine of two passages from which they are taken for one; 300 pairs read: 9 of 10 above it are copies


def collapsed(rows: Sequence[int], evidence: Evidence, places: Sequence[str], home: str) -> list[int]:
    """Rows without the copies of local rules: of each group the one of ``home``, else the first; the rest in order.

    ``places``: jurisdiction of each document. Copies stand behind everything else.
    """
    head = list(rows[:DEPTH])
    columns = evidence.columns
    document = columns.document[np.array(head, np.int64)] if head else np.empty(0, np.int64)
    local = columns.local[document]
    if local.sum() < 2:
        return list(rows)
    at = np.flatnonzero(local)
    vectors = evidence.vectors.rows(np.array(head, np.int64)[at])
    alike: npt.NDArray[np.bool_] = vectors @ vectors.T >= SAME
    kept: dict[int, int] = {}  # place in ``head`` of a group's first → of the one shown
    copies: set[int] = set()
    for i, first in enumerate(at.tolist()):
        if first in copies:
            continue
        group = [j for j in at[alike[i]].tolist() if j not in copies and (j == first or document[j] != document[first])]
        group = [j for j in group if j >= first]
        shown = next((j for j in group if fits_place(places[int(document[j])], home)), first)
        kept[first] = shown
        copies.update(j for j in group if j != first)
    out = [head[kept.get(i, i)] for i in range(len(head)) if i not in copies]
    rest = [r for r in rows if r not in set(out)]
    aside = {head[i] for i in copies} | {head[i] for i in kept}
    return [*out, *(r for r in rest if r not in aside), *(r for r in rest if r in aside)]
