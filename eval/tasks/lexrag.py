"""Multi-turn consultations in LexRAG's form, put to the whole retriever. Knows the form only.

A file of conversations (a JSON list, or one a line): {``id``, ``conversation``: [{``user``, ``assistant``,
``article``: [names]}]}. Names such as 中华人民共和国民法典第一千零七十九条 (the article's text after them or
not) are the gold of their turn; the earlier turns of the user are its history. Turns without a readable name are
left out and counted in the notes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.run.adapter import json_lines
from eval.run.asking import search_rows
from eval.run.context import Context
from eval.run.flat import METRICS
from eval.run.outcome import Outcome
from eval.run.questions import Row
from eval.run.task import Task
from kb.base.address import NUMERAL, ArticleNo
from kb.base.records import InputError

_NAME = re.compile(rf"^\s*《?([^《》第]+?)》?\s*(第{NUMERAL}条(?:之{NUMERAL})?)")
NAMES = ("dataset.json", "dataset.jsonl", "conversations.json", "conversations.jsonl")


def files(context: Context) -> Sequence[Path]:
    """The conversations."""
    if context.folder is None:
        return []
    if context.folder.is_file():
        return [context.folder]
    return [p for name in NAMES if (p := context.folder / name).is_file()][:1]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    if files(context):
        return ""
    return f"请用 --folder 指明 LexRAG 格式的文件，或放有 {NAMES[0]} 的文件夹"


def conversations(path: Path) -> list[dict[str, Any]]:
    """The conversations of a file; raises InputError when it is not of this form."""
    if path.suffix == ".jsonl":
        found = [row for _, row in json_lines(path)]
    else:
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise InputError(f"{path.name} 读不出来；应是 LexRAG 格式的 JSON") from error
    if not isinstance(found, list) or not all(isinstance(c, dict) and "conversation" in c for c in found):
        raise InputError(f"{path.name} 不是 LexRAG 格式：每段对话应有 conversation")
    return found


def turns(found: Iterable[dict[str, Any]]) -> Iterator[Row]:
    """Each turn as a question row; ``gold`` empty where no article name can be read."""
    for number, talk in enumerate(found, 1):
        history: list[str] = []
        for place, turn in enumerate(talk["conversation"], 1):
            user = str(turn.get("user", ""))
            gold = [g for name in _names(turn.get("article")) if (g := gold_of(name)) is not None]
            yield {
                "id": f"{talk.get('id', number)}_{place}",
                "type": f"第{place}轮",
                "question": user,
                "history": list(history),
                "answerable": bool(gold),
                "gold": gold,
                "answer_points": [],
            }
            history.append(user)


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(v.get("name", "")) if isinstance(v, dict) else str(v) for v in value] if isinstance(value, list) else []


def gold_of(name: str) -> dict[str, str] | None:
    """Law and article of a name; None when it holds none."""
    m = _NAME.match(name)
    number = ArticleNo.parse(m[2]) if m else None
    if m is None or number is None:
        return None
    return {"law": m[1].strip().removeprefix("中华人民共和国"), "article": str(number)}


def measure(context: Context) -> list[Outcome]:
    """An outcome for every turn that has gold."""
    rows = list(turns(conversations(files(context)[0])))
    asked = [r for r in rows if r["gold"]]
    context.notes.append(f"{len(rows) - len(asked)} 轮没有可识别的法条，未计")
    return search_rows(context, asked[: context.limit])


TASK = Task("lexrag", "LexRAG 式对话", measure, METRICS, "recall@10", files, absent, private=True, usual=False)
