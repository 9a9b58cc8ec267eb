"""The SQLite side of a generation: tables, and rows ↔ records.

Does not know where rows come from. A passage's row id is its document's ``base`` plus its ordinal in
the document, so that one changed document moves no other rows but ``docs.base``.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from kb.base.address import Address, ArticleNo
from kb.base.records import Edge, Figure, Fine, Pair, Passage, Sanction, Share

SCHEMA = """
CREATE TABLE docs (
    doc INTEGER PRIMARY KEY, base INTEGER, n INTEGER, source TEXT, sha TEXT, bundled INTEGER, kind TEXT, key TEXT,
    version TEXT, text_kind TEXT, instrument TEXT, known TEXT,
    effective TEXT, ended TEXT, status TEXT, rank TEXT, jurisdiction TEXT, division TEXT DEFAULT '',
    active INTEGER DEFAULT 1, why TEXT DEFAULT '', notes TEXT DEFAULT '[]');
CREATE TABLE passages (
    doc INTEGER, ord INTEGER, part TEXT, an INTEGER, asuf INTEGER, path TEXT, text TEXT, start INTEGER, "end" INTEGER,
    page INTEGER, PRIMARY KEY (doc, ord));
CREATE TABLE sanctions (doc INTEGER, ord INTEGER, body TEXT, PRIMARY KEY (doc, ord));
CREATE TABLE pairs (
    doc INTEGER, duty INTEGER, penalty INTEGER, how TEXT, paragraph INTEGER, item INTEGER, score REAL,
    duty_paragraph INTEGER, duty_item INTEGER, hidden INTEGER DEFAULT 0);
CREATE TABLE edges (
    doc INTEGER, ord INTEGER, key TEXT, an INTEGER, asuf INTEGER, paragraph INTEGER, item INTEGER, relation TEXT,
    start INTEGER, "end" INTEGER);
CREATE TABLE figures (doc INTEGER, ord INTEGER, org TEXT, year INTEGER, indicator TEXT, body TEXT);
CREATE TABLE skipped (source TEXT, sha TEXT, why TEXT);
CREATE TABLE catalogue (what TEXT, body TEXT);
CREATE TABLE questions (qid INTEGER PRIMARY KEY, text TEXT, style TEXT, origin TEXT);
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS docs_key ON docs (key, version);
CREATE INDEX IF NOT EXISTS passages_article ON passages (doc, an, asuf);
CREATE INDEX IF NOT EXISTS pairs_duty ON pairs (doc, duty);
CREATE INDEX IF NOT EXISTS pairs_penalty ON pairs (doc, penalty);
CREATE INDEX IF NOT EXISTS edges_source ON edges (doc, ord);
CREATE INDEX IF NOT EXISTS edges_target ON edges (key, an, asuf);
"""
PARTS = ("article", "preamble", "header", "annex", "decision", "signature", "section")  # codes of shape.npy
PAIR_COLUMNS = 10
DERIVED = ("passages", "sanctions", "pairs", "edges", "figures")  # tables whose rows belong to one document


def create(path: Path) -> sqlite3.Connection:
    """A new database with the tables, set up for one fast writer that fsyncs at the end."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;" + SCHEMA)
    return connection


def open_readonly(path: Path) -> sqlite3.Connection:
    """A read-only connection that any thread may use (the caller serialises)."""
    uri = f"file:{path.as_posix()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    connection.execute("PRAGMA mmap_size=268435456")
    return connection


def dumps(value: object) -> str:
    """Compact JSON that keeps Chinese readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def passage_row(doc: int, ordinal: int, p: Passage) -> tuple[Any, ...]:
    """The ``passages`` row of a passage."""
    number, suffix = (p.article.number, p.article.suffix) if p.article else (None, None)
    return (doc, ordinal, p.part, number, suffix, dumps(p.path), p.text, p.start, p.end, p.page)


def sanction_row(doc: int, ordinal: int, sanctions: Sequence[Sanction]) -> tuple[Any, ...]:
    """The ``sanctions`` row of one passage."""
    return (doc, ordinal, dumps([asdict(s) | {"shares": [astuple(h) for h in s.shares]} for s in sanctions]))


def read_sanctions(body: str) -> list[Sanction]:
    """Inverse of ``sanction_row``'s body."""
    return [
        Sanction(
            **{
                **raw,
                "whom": tuple(raw["whom"]),
                "measures": tuple(raw["measures"]),
                "fines": tuple(Fine(**f) for f in raw["fines"]),
                "shares": tuple(Share(tuple(whom), start, end) for whom, start, end in raw.get("shares", ())),
            }
        )
        for raw in json.loads(body)
    ]


def pair_row(doc: int, pair: Pair) -> tuple[Any, ...]:
    """The ``pairs`` row of a pair whose ids are ordinals in the document."""
    return (doc, *astuple(pair), 0)


def edge_row(doc: int, edge: Edge) -> tuple[Any, ...]:
    """The ``edges`` row of an edge whose source is an ordinal in the document; its target names an article."""
    t = edge.target
    number, suffix = (t.article.number, t.article.suffix) if t.article else (None, None)
    return (doc, edge.source, t.title, number, suffix, t.paragraph, t.item, edge.relation, edge.start, edge.end)


def read_edge(base: int, row: Sequence[Any]) -> Edge:
    """An edge from ``ord, key, an, asuf, paragraph, item, relation, start, end``."""
    ordinal, key, number, suffix, paragraph, item, relation, start, end = row
    article = None if number is None else ArticleNo(number, suffix)
    return Edge(base + ordinal, Address(key, article, paragraph, item), relation, start, end)


def figure_row(doc: int, ordinal: int, figure: Figure) -> tuple[Any, ...]:
    """The ``figures`` row of a figure."""
    return (doc, ordinal, figure.org, figure.year, figure.indicator, dumps(asdict(figure)))


def texts(connection: sqlite3.Connection, rows: Iterable[int]) -> Iterator[tuple[str, str, str]]:
    """(key, path as JSON, text) of passages that take part, by their rows (``base`` + ordinal), in the given order."""
    documents = connection.execute("SELECT base, doc, key FROM docs WHERE active AND n > 0 ORDER BY base").fetchall()
    bases = [base for base, _, _ in documents]
    for row in rows:
        base, doc, key = documents[bisect_right(bases, row) - 1]
        found = connection.execute("SELECT path, text FROM passages WHERE doc=? AND ord=?", (doc, row - base)).fetchone()
        yield key, *found


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[Sequence[Any]], columns: int) -> None:
    """Insert full rows into ``table``."""
    marks = ",".join("?" * columns)
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
