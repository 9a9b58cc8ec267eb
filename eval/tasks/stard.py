"""STARD, statute retrieval for laypersons' questions, in the form of ../shared/bench/stard.

Knows the form only: ``corpus.jsonl`` {id, title, article, path, text}, queries {query_id, query, gold: [ids]} in
``dev.jsonl``, ``test.jsonl`` or ``train.jsonl`` (the first there is). The shipped encoder has seen the training
queries: figures on them say how a run differs from another, not how well it does on new questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.run import flat
from eval.run.adapter import json_lines
from eval.run.context import SHARED, Context
from eval.run.outcome import Outcome
from eval.run.task import Task
from kb.base.records import InputError
from kb.search.embed import load_encoder
from kb.search.embed.protocol import document_text

SPLITS = ("dev.jsonl", "test.jsonl", "train.jsonl")
QUERIES = 308  # as many as the development split has


def folder(context: Context) -> Path:
    """The set's folder."""
    return context.folder or SHARED / "bench" / "stard"


def files(context: Context) -> Sequence[Path]:
    """The queries of the first split there is."""
    return [p for name in SPLITS if (p := folder(context) / name).is_file()][:1]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    if (folder(context) / "corpus.jsonl").is_file() and files(context):
        return ""
    return f"{folder(context).name} 里没有 corpus.jsonl 和问题；请用 --folder 指明 STARD 文件夹"


def corpus(path: Path) -> tuple[list[str], list[str]]:
    """Ids and texts of the corpus; raises InputError naming the line that lacks a field."""
    ids, texts = [], []
    for number, row in json_lines(path):
        try:
            ids.append(str(row["id"]))
            texts.append(document_text(row["title"], row.get("path", ()), row["text"]))
        except (KeyError, TypeError) as error:
            raise InputError(f"{path.name} 第 {number} 行缺少 {error}；应有 id、title、path、text") from error
    return ids, texts


def queries(path: Path) -> list[flat.Query]:
    """Queries in order; raises InputError naming the line that lacks a field."""
    out = []
    for number, row in json_lines(path):
        try:
            out.append(flat.Query(str(row["query_id"]), str(row["query"]), tuple(str(g) for g in row["gold"])))
        except (KeyError, TypeError) as error:
            raise InputError(f"{path.name} 第 {number} 行缺少 {error}；应有 query_id、query、gold") from error
    return [q for q in out if q.gold]


def measure(context: Context) -> list[Outcome]:
    """One outcome a query; of a larger split every n-th query, as many as the development split has."""
    path = files(context)[0]
    asked = queries(path)
    every = max(1, len(asked) // (context.limit or QUERIES))
    documents = corpus(folder(context) / "corpus.jsonl")
    with flat.FlatIndex(*documents, load_encoder(context.base.settings.encoder)) as index:
        outcomes, notes = flat.run(index, asked[::every][: context.limit or QUERIES])
    seen = " 编码器见过这些问题" if path.name == "train.jsonl" else ""
    context.notes += [f"问题取自 {path.name}。{seen}".strip(), *notes]
    return outcomes


TASK = Task("stard", "STARD", measure, flat.METRICS, "recall@10", files, absent, private=True, usual=False)
