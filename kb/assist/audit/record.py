"""One record: a question, what was answered, and all that is needed to ask it again.

Does not know where records are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kb.base.records import InputError

Verdict = Literal["useful", "wrong"]
Json = dict[str, Any]

LEFT_OUT = "（未记录）"
_HIDDEN = "***"
_SECRET_NAME = re.compile(r"(?:api_?key|secret|password|passwd|token)\Z", re.IGNORECASE)
_SHORTEST_ECHO = 4  # a question of two or three characters would blank ordinary words out of the answer


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user thought of an answer; ``time`` is UTC, ISO."""

    time: str
    user: str
    verdict: Verdict
    comment: str = ""

    def to_json(self) -> Json:
        """Give it as plain data."""
        return {"time": self.time, "user": self.user, "verdict": self.verdict, "comment": self.comment}


@dataclass(frozen=True, slots=True)
class Record:
    """A question asked and answered; ``time`` is UTC, ISO.

    ``question`` is None where the log leaves questions out. ``arguments`` are those of the call that
    gave ``answer`` (question, history, scope, as_of, place, k …), enough to repeat it on ``generation``.
    ``answer`` is the answer object of docs/interfaces.md. ``model`` is the chat model's name, empty when
    none wrote; ``raw`` what it wrote, before the checks. ``statuses`` counts the citations' statuses.
    ``door`` tells where it was asked (cli, web, api).
    """

    id: str
    time: str
    user: str
    door: str
    question: str | None
    scope: str
    as_of: str
    generation: str
    model: str
    refused: bool
    statuses: Mapping[str, int]
    arguments: Json
    answer: Json
    raw: str = ""
    feedback: tuple[Feedback, ...] = ()

    @property
    def hits(self) -> list[Json]:
        """The hits the answer rests on, as rows of the answer object."""
        hits: list[Json] = self.answer.get("hits", [])
        return hits

    def to_json(self) -> Json:
        """Give it as one JSON object, the fields in the order of this class."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "statuses": dict(self.statuses), "feedback": [f.to_json() for f in self.feedback]}

    def repeat(self, ask: Callable[..., Json]) -> tuple[str, ...]:
        """Ask again with the recorded arguments; the names of the answer's fields that differ now.

        ``ask`` takes the arguments by name and gives an answer object; it should answer from
        ``generation``. An empty tuple: the same answer. Raises InputError where the question was left out.
        """
        if self.question is None:
            raise InputError("这条记录没有保存问题原文，不能重放：需在提问前打开“记录问题”。")
        return differences(self.answer, ask(**self.arguments))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the fields in which two answer objects differ, timings and ids aside, in alphabetical order."""
    names = (before.keys() | after.keys()) - {"timings_ms", "id"}
    return tuple(sorted(n for n in names if before.get(n) != after.get(n)))


def without_secrets(data: Any, secrets: Sequence[str]) -> Any:  # noqa: ANN401 - plain JSON data in, the same out
    """Copy plain data with ``secrets`` blotted out of every text, and fields named like a secret emptied."""
    if isinstance(data, str):
        data = data.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be stored
        for secret in filter(None, secrets):
            data = data.replace(secret, _HIDDEN)
        return data
    if isinstance(data, Mapping):
        return {
            without_secrets(str(k), secrets): _HIDDEN if _SECRET_NAME.search(str(k)) else without_secrets(v, secrets)
            for k, v in data.items()
        }
    if isinstance(data, list | tuple):
        return [without_secrets(v, secrets) for v in data]
    return data


def without_texts(data: Any, texts: Sequence[str]) -> Any:  # noqa: ANN401 - plain JSON data in, the same out
    """Copy plain data with ``texts`` (of four characters or more, or being the whole value) marked as left out."""
    if isinstance(data, str):
        if data.strip() and data.strip() in {t.strip() for t in texts}:
            return LEFT_OUT
        for text in texts:
            if len(text.strip()) >= _SHORTEST_ECHO:
                data = data.replace(text.strip(), LEFT_OUT)
        return data
    if isinstance(data, Mapping):
        return {k: without_texts(v, texts) for k, v in data.items()}
    if isinstance(data, list | tuple):
        return [without_texts(v, texts) for v in data]
    return data
