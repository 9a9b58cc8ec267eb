"""A batch of files → everything an index holds of them alone: rows, terms, vectors. Runs in worker processes.

Does not know other batches, which text stands in for which, nor row ids: a passage is (document, ordinal).
A finished batch is a folder that appears whole (renamed into place); a killed build finds it again.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.base.records import Edge, Instrument, KbError, NotHeld, Passage, Version
from kb.law import edges as law_edges
from kb.law.catalogue import describe_file
from kb.law.parse import parse_law
from kb.law.penalty import sanctions
from kb.report.figures import figures
from kb.report.parse import parse_report
from kb.search.embed import Encoder, StaticEncoder, load_encoder, passage_text
from kb.search.index import store, vectors
from kb.search.lexical import Segment, encode_documents
from kb.search.pairs import pairs
from kb.text.read import read

PARSER = "6"  # raised whenever parsing, sanctions, pairs or figures would come out differently for the same file
_ARTICLE_LINE = re.compile(r"^\s*(?:#+\s*|\*\*)?第[〇零一二三四五六七八九十百千]+条", re.MULTILINE)
_LAW_FOLDERS = frozenset({"laws", "regulations", "法规", "法律", "规章", "法律法规"})
_REPORT_FOLDERS = frozenset({"reports", "报告", "总结", "工作报告"})
_LAW_NAME = re.compile(
    r"(?:法|法典|条例|规定|办法|细则|规则|决定|解释|批复|规范|标准|案例?|通知|意见)(?:[（(].*[）)])?$"
)
_REPORT_NAME = re.compile(r"报告|总结|工作要点|工作计划|情况|汇报")
MIN_ARTICLES = 3  # a text with as many lines that begin with 第X条 is read as a law wherever it lies


@dataclass(frozen=True, slots=True)
class Task:
    """A file to derive: ``doc`` is the document number it gets."""

    doc: int
    source: str
    path: Path
    sha: str
    bundled: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """A finished batch. ``sizes``: (document, number of passages) in the order of the segment's documents.

    ``words[word_starts[i]:word_starts[i + 1]]`` are the words of passage i in a static encoder's table; ``codes`` and
    both are None where the encoder is too heavy for the workers.
    """

    sizes: tuple[tuple[int, int], ...]
    segment: Segment
    codes: NDArray[np.int8] | None
    words: NDArray[np.unsignedinteger] | None
    word_starts: NDArray[np.int64] | None
    folder: Path


def kind_of(folder: str, name: str, text: str) -> str:
    """``law`` or ``report``: by the nearest folder that tells, by the file's name, or by articles in the text."""
    for part in reversed(folder.split("/")):
        if part in _REPORT_FOLDERS:
            return "report"
        if part in _LAW_FOLDERS:
            return "law"
    if _LAW_NAME.search(name) and not _REPORT_NAME.search(name):
        return "law"
    return "law" if len(_ARTICLE_LINE.findall(text)) >= MIN_ARTICLES else "report"


@dataclass(frozen=True, slots=True)
class _Parsed:
    kind: str
    key: str
    version: str | None
    instrument: Instrument | None
    known: Version | None
    passages: list[Passage]
    org: str
    year: int | None
    notes: tuple[str, ...]
    division: str = ""


def _parse(task: Task) -> _Parsed:
    document = read(task.path)
    name = Path(task.source).stem
    if kind_of(task.path.parent.as_posix(), name, document.text) == "report":
        report = parse_report(document.text, name=name)
        found = [replace(p, id=i) for i, p in enumerate(report.passages(task.source, document.pages))]
        return _Parsed("report", report.title, report.date, None, None, found, report.org, report.year, ())
    law = parse_law(document.text, name=name)
    instrument, version = describe_file(task.source, law)
    passages = [
        replace(p, id=i, page=document.page_at(p.start) if document.pages else None)
        for i, p in enumerate(law.passages(task.source, version.text_kind))
    ]
    return _Parsed(
        "law", instrument.key, version.version, instrument, version, passages, "", None, law.flags, law.division
    )


def _write(connection: sqlite3.Connection, task: Task, parsed: _Parsed) -> None:
    """Everything of one document into the batch's tables."""
    doc, passages = task.doc, parsed.passages
    known = store.dumps(asdict(parsed.known)) if parsed.known else None
    instrument = store.dumps(asdict(parsed.instrument)) if parsed.instrument else None
    text_kind = parsed.known.text_kind if parsed.known else "official"
    connection.execute(
        "INSERT INTO docs (doc, base, n, source, sha, bundled, kind, key, version, text_kind, instrument, known,"
        " rank, jurisdiction, notes, division) VALUES (?,-1,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            *(doc, len(passages), task.source, task.sha, int(task.bundled), parsed.kind, parsed.key, parsed.version),
            *(text_kind, instrument, known),
            parsed.instrument.rank if parsed.instrument else "",
            parsed.instrument.jurisdiction if parsed.instrument else "",
            store.dumps(parsed.notes),
            parsed.division,
        ),
    )
    store.insert(connection, "passages", (store.passage_row(doc, i, p) for i, p in enumerate(passages)), 10)
    if parsed.kind == "report":
        ledger = figures(passages, org=parsed.org, year=parsed.year)
        store.insert(connection, "figures", (store.figure_row(doc, f.passage, f) for f in ledger), 6)
        return
    found = {p.id: sanctions(p.text) for p in passages if p.article is not None}
    rows = (store.sanction_row(doc, i, s) for i, s in found.items() if s)
    store.insert(connection, "sanctions", rows, 3)
    between = [
        Edge(p.id, r.target, r.relation, r.start, r.end)
        for p in passages
        for r in law_edges.references(p.text, parsed.key, p.article)
    ]
    store.insert(connection, "edges", (store.edge_row(doc, e) for e in between), 10)
    articles = [p for p in passages if p.article is not None]
    store.insert(connection, "pairs", (store.pair_row(doc, p) for p in pairs(articles, found)), store.PAIR_COLUMNS)


@cache
def _worker_encoder(setting: str | None) -> Encoder:
    return load_encoder(setting)


def derive(tasks: Sequence[Task], target: Path, encoder: str | None, encode: bool) -> Path:
    """Derive ``tasks`` into the folder ``target`` (nothing is done where it exists) and return it.

    ``encode``: also the vectors, with the encoder named by the setting ``encoder``; heavy encoders are run by
    the caller instead. A file that cannot be read becomes a row of ``skipped`` with its reason.
    """
    if target.is_dir():
        return target
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    connection = store.create(beside / "rows.sqlite")
    connection.execute("BEGIN")
    texts: list[str] = []
    sizes: list[tuple[int, int]] = []
    for task in tasks:
        try:
            parsed = _parse(task)
            if not parsed.passages:
                raise NotHeld(f"{Path(task.source).name}：没有可用的正文；请检查文件内容")
        except KbError as error:
            store.insert(connection, "skipped", [(task.source, task.sha, str(error))], 3)
            continue
        _write(connection, task, parsed)
        sizes.append((task.doc, len(parsed.passages)))
        texts += [passage_text(p) for p in parsed.passages]
    connection.execute("COMMIT")
    connection.close()
    _save_arrays(beside, sizes, texts, _worker_encoder(encoder) if encode else None)
    os.replace(beside, target)
    return target


def _save_arrays(folder: Path, sizes: list[tuple[int, int]], texts: list[str], encoder: Encoder | None) -> None:
    segment = encode_documents(texts)
    arrays: dict[str, NDArray[np.generic]] = {name: getattr(segment, name) for name in _SEGMENT}
    arrays["sizes"] = np.array(sizes, np.int64).reshape(-1, 2)
    if isinstance(encoder, StaticEncoder):
        ids = encoder.token_ids(texts) if texts else []
        arrays["codes"] = vectors.quantise(encoder.encode_ids(ids))
        arrays["word_starts"] = np.cumsum([0, *map(len, ids)])
        arrays["words"] = np.fromiter(chain.from_iterable(ids), np.min_scalar_type(encoder.words))
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


_SEGMENT = ("keys", "starts", "docs", "counts", "lengths")
_ENCODED = ("codes", "words", "word_starts")


def load_batch(folder: Path) -> Batch:
    """Open a batch that ``derive`` finished."""
    arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in (*_SEGMENT, "sizes")}
    sizes = tuple((int(d), int(n)) for d, n in arrays.pop("sizes"))
    codes, words, starts = (
        np.load(file, allow_pickle=False) if (file := folder / f"{name}.npy").exists() else None for name in _ENCODED
    )
    return Batch(sizes, Segment(**arrays), codes, words, starts, folder)
