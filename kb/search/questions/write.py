"""Questions by a chat model for articles that have none: bounded, resumable, every one for review.

Does not know the chat model (a function from text to text), nor which articles lack questions (an argument).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.base.address import ArticleNo
from kb.base.records import KnownQuestion, ModelError
from kb.search.questions.record import to_row
from kb.search.questions.store import load

PROMPT_FILE = Path(__file__).resolve().parents[1] / "data" / "question_prompt.txt"
SHORTEST, LONGEST = 5, 120  # characters of a usable question; the written ones have 4 to 117
MAX_TEXT = 3000  # characters of an article that the model is shown
_ARRAY = re.compile(r"\[.*\]", re.DOTALL)
_NAMES_ARTICLE = re.compile(r"第[零一二三四五六七八九十百千\d]+条|《")


@dataclass(frozen=True, slots=True)
class Written:
    """What a run did: articles written for, questions kept, articles whose answer was unusable, articles left."""

    articles: int
    questions: int
    failed: tuple[tuple[str, ArticleNo], ...]
    left: int


@cache
def _prompt() -> str:
    return PROMPT_FILE.read_text("utf-8")


def write_questions(
    articles: Sequence[tuple[str, ArticleNo, str]],
    ask: Callable[[str], str],
    file: Path,
    *,
    per_article: int = 3,
    limit: int = 200,
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Write up to ``per_article`` questions for each (instrument, article, text), at most ``limit`` calls of ``ask``.

    Each article's questions are appended to ``file`` (origin ``model``, status ``review``) as soon as they are
    there, so that a stopped run goes on where it was: articles in ``file`` are passed over. A question that another
    article already got is dropped (it names too little). An answer without a usable question is counted as failed and
    tried again in the next run; three in a row raise ModelError.
    """
    known = load([file]) if file.exists() else []
    done = {gold for q in known for gold in q.gold}
    asked = {q.text for q in known}
    todo = [(key, no, text) for key, no, text in articles if (key, no) not in done]
    failed: list[tuple[str, ArticleNo]] = []
    kept = in_a_row = 0
    for number, (key, no, text) in enumerate(todo[:limit], 1):
        answer = ask(_prompt().format(title=key, article=no, text=text[:MAX_TEXT], count=per_article))
        questions = [q for q in usable(answer, key) if q not in asked][:per_article]
        if questions:
            asked.update(questions)
            _append(file, (KnownQuestion(q, ((key, no),), "model", "model", "review") for q in questions))
            kept += len(questions)
            in_a_row = 0
        else:
            failed.append((key, no))
            in_a_row += 1
            if in_a_row == 3:
                raise ModelError(f"模型连续三次没有给出可用的问题（最后一条：《{key}》{no}）。请换一个模型或稍后再试。")
        if progress is not None:
            progress(number, min(limit, len(todo)))
    calls = min(limit, len(todo))
    return Written(calls - len(failed), kept, tuple(failed), len(todo) - calls)


def usable(answer: str, key: str) -> list[str]:
    """Questions in a model's answer that can be used; empty when it is no JSON array of texts.

    Dropped: repeats, too short or long, those that name the law or an article.
    """
    found = _ARRAY.search(answer)
    try:
        values: object = json.loads(found[0]) if found else None
    except (ValueError, RecursionError):
        return []
    if not isinstance(values, list):
        return []
    texts = (" ".join(v.split()) for v in values if isinstance(v, str))
    return [
        text
        for text in dict.fromkeys(texts)
        if SHORTEST <= len(text) <= LONGEST
        and text.isprintable()
        and key not in text
        and not _NAMES_ARTICLE.search(text)
    ]


def sample(questions: Iterable[KnownQuestion], n: int, *, seed: int = 0) -> list[KnownQuestion]:
    """Draw ``n`` of the questions that wait for review, for an editor to read; all when there are fewer."""
    waiting = [q for q in questions if q.status == "review"]
    return waiting if len(waiting) <= n else random.Random(seed).sample(waiting, n)


def _append(file: Path, questions: Iterable[KnownQuestion]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(to_row(q), ensure_ascii=False) + "\n" for q in questions)
    with file.open("a", encoding="utf-8") as handle:
        handle.write(lines)
