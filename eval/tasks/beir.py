"""Any folder in BEIR's form: corpus.jsonl {_id, title, text}, queries.jsonl {_id, text}, qrels/test.tsv.

Knows the form only. Rows of the qrels with a score of 0 are not relevant; queries without relevant documents are left
out, as BEIR does.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from eval.run import flat
from eval.run.adapter import json_lines
from eval.run.context import Context
from eval.run.outcome import Outcome
from eval.run.task import Task
from kb.base.records import InputError
from kb.search.embed import load_encoder
from kb.search.embed.protocol import document_text

SPLITS = ("test.tsv", "dev.tsv", "train.tsv")


def files(context: Context) -> Sequence[Path]:
    """The queries and the first qrels there are."""
    if context.folder is None:
        return []
    qrels = [p for name in SPLITS if (p := context.folder / "qrels" / name).is_file()][:1]
    return [p for p in (context.folder / "queries.jsonl", *qrels) if p.is_file()]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    if context.folder is None:
        return "请用 --folder 指明 BEIR 格式的文件夹"
    if len(files(context)) == 2 and (context.folder / "corpus.jsonl").is_file():
        return ""
    return f"{context.folder.name} 不是 BEIR 格式：应有 corpus.jsonl、queries.jsonl、qrels/test.tsv"


def relevant(path: Path) -> dict[str, list[str]]:
    """Relevant document ids by query; raises InputError naming the line at fault."""
    out: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), 1):
            if number == 1 and row[-1:] == ["score"]:
                continue
            if len(row) != 3 or not row[2].strip().lstrip("-").isdigit():
                raise InputError(f"{path.name} 第 {number} 行应是 查询、文档、分数 三列（制表符分隔）")
            if int(row[2]) > 0:
                out.setdefault(row[0], []).append(row[1])
    return out


def measure(context: Context) -> list[Outcome]:
    """One outcome a query that has relevant documents."""
    if context.folder is None:
        raise InputError(absent(context))
    asked, qrels = files(context)
    ids, texts = [], []
    for number, row in json_lines(context.folder / "corpus.jsonl"):
        if "_id" not in row or "text" not in row:
            raise InputError(f"corpus.jsonl 第 {number} 行缺少 _id 或 text")
        ids.append(str(row["_id"]))
        texts.append(document_text(row.get("title") or "", (), row["text"]))
    gold = relevant(qrels)
    put = [
        flat.Query(str(r["_id"]), str(r["text"]), tuple(gold[str(r["_id"])]))
        for _, r in json_lines(asked)
        if str(r.get("_id")) in gold
    ]
    with flat.FlatIndex(ids, texts, load_encoder(context.base.settings.encoder)) as index:
        outcomes, notes = flat.run(index, put[: context.limit])
    context.notes += notes
    return outcomes


TASK = Task("beir", "BEIR 文件夹", measure, flat.METRICS, "ndcg@10", files, absent, private=True, usual=False)
