"""The pairs an editor read, put over the pairs a program found, among the documents of a generation.

Does not know how either came about. Rows for a version that is not held, or for an article that the text lacks, are
counted as stale and left out: a renumbered article is never guessed.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from kb.base.address import ArticleNo
from kb.base.records import Pair
from kb.search.index import store
from kb.search.pairs.table import ReadPlace

Places = dict[tuple[str, str | None], list[ReadPlace]]


def apply(db: sqlite3.Connection, read: Iterable[ReadPlace]) -> tuple[int, int]:
    """Write ``read`` into the table ``pairs`` of ``db``; (places used, places that fit no text held).

    Done anew for every generation: what an earlier table hid or added is undone first. Places of instruments that are
    not held at all, and of articles that a digest leaves out, are neither used nor stale.
    """
    db.execute("DELETE FROM pairs WHERE how='read'")
    db.execute("UPDATE pairs SET hidden=0 WHERE hidden")
    by_text: Places = defaultdict(list)
    for place in read:
        by_text[place.law, place.version].append(place)
    held: dict[str, dict[str | None, tuple[int, bool]]] = defaultdict(dict)
    for doc, key, version, kind in db.execute(
        "SELECT doc, key, version, text_kind FROM docs WHERE active AND kind='law'"
    ):
        held[key][version] = doc, kind == "digest"
    used = stale = 0
    for (law, version), places in by_text.items():
        if version in held[law]:
            doc, digest = held[law][version]
            fitting = _write(db, doc, places, partial=digest)
            used, stale = used + fitting, stale + (0 if digest else len(places) - fitting)
        elif held[law]:
            stale += len(places)
    return used, stale


def _write(db: sqlite3.Connection, doc: int, places: Iterable[ReadPlace], *, partial: bool) -> int:
    """The places of one document whose articles it has, all of them; how many.

    ``partial``: the document leaves articles out, so that the duties it has are enough.
    """
    ordinals: dict[ArticleNo, int] = {}
    for ordinal, number, suffix in db.execute(
        "SELECT ord, an, asuf FROM passages WHERE doc=? AND an IS NOT NULL ORDER BY ord", (doc,)
    ):
        ordinals.setdefault(ArticleNo(number, suffix), ordinal)
    known = [
        p
        for p in places
        if p.articles in (None, len(ordinals))
        and {p.penalty, *(() if partial else (d.article for d in p.duties))} <= ordinals.keys()
    ]
    penal = {ordinals[p.penalty] for p in known}
    db.executemany("UPDATE pairs SET hidden=1 WHERE doc=? AND penalty=?", ((doc, row) for row in penal))
    found = (
        Pair(ordinals[d.article], ordinals[p.penalty], "read", p.paragraph, p.item, 1.0, d.paragraph, d.item)
        for p in known
        for d in p.duties
        if d.article in ordinals
    )
    store.insert(db, "pairs", (store.pair_row(doc, p) for p in found), store.PAIR_COLUMNS)
    return len(known)
