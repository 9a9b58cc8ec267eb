"""Messages for the chat model, filled from the files in ``prompts/``.

Does not know how messages are sent, nor which sources are good. Everything that comes from outside
(sources, question, history, an earlier draft) stands in blocks whose closing mark holds a random
key that occurs in none of them, and < > are made wide in them, so no text can close its own block.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from string import Template

from kb.assist.chain.keys import make_keys

Message = tuple[str, str]
"""Role (``system`` or ``user``) and text."""

MAX_QUESTION = 4_000
"""Characters of a question that go to the model; a question is a sentence or a pasted case, not a file."""
MAX_TURNS = 6
MAX_TURN = 500
MAX_SOURCES = 24_000
"""Characters of all sources together: about 16,000 tokens, half of the smallest context in use (32k)."""
MAX_FAILURES = 20
MAX_FAILURE = 300

_ROLES = {
    "violation": "违则",
    "penalty": "罚则",
    "basis": "依据",
    "report": "报告",
    "procedure": "程序",
    "waiver": "不予或减轻处罚",
    "conflict": "规定不一致",
}
_WIDE = {ord("<"): "\uff1c", ord(">"): "\uff1e"}
_TEMPLATE_MARK = re.compile(r"\[(/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_CALLS))\]", re.IGNORECASE)
_CUT = "……（以下从略）"


@dataclass(frozen=True, slots=True)
class Source:
    """What the model may use. ``address`` as printed, ``text`` verbatim, ``role`` as in a citation.

    ``note`` is shown beside the address (版本, 要点非原文). ``key`` is drawn when the request is made;
    one that is given is kept (for a repair round).
    """

    address: str
    text: str
    role: str = "basis"
    note: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One question as it goes to the model: ``sources`` keyed and within the budget, ``fence`` the blocks' key.

    ``dropped``: how many of the given sources (from the end) did not fit.
    """

    question: str
    sources: tuple[Source, ...]
    history: tuple[str, ...]
    as_of: date | None
    fence: str
    dropped: int = 0

    @property
    def keys(self) -> dict[str, int]:
        """Key → number of the source, from 1, in the order they were given."""
        return {s.key: n for n, s in enumerate(self.sources, 1)}

    def messages(self) -> list[Message]:
        """System message and the one user message of an answer."""
        return [("system", prompt("answer_system")), ("user", self._user())]

    def repair_messages(self, draft: str, failures: Sequence[str]) -> list[Message]:
        """Add the draft and what failed in it (at most 20 lines), fenced by a key the draft cannot know."""
        failed = "\n".join(f"- {_one_line(defuse(f), MAX_FAILURE)}" for f in failures[:MAX_FAILURES])
        request = self._user()
        (fence,) = make_keys(1, avoid="\n".join((request, draft, failed)))
        user = _fill(
            "repair_user", request=request, draft=defuse(draft), failures=failed, fence=fence, keys=self._key_list()
        )
        return [("system", prompt("answer_system")), ("user", user)]

    def rewrite_messages(self) -> list[Message]:
        """System and user message that ask for the question as one that stands alone."""
        user = _fill("rewrite_user", history=self._history(), question=defuse(self.question), fence=self.fence)
        return [("system", prompt("rewrite_system")), ("user", user.strip())]

    def _user(self) -> str:
        return _fill(
            "answer_user",
            as_of=self.as_of.isoformat() if self.as_of else "未说明",
            sources="\n\n".join(map(_block, self.sources)) or "（没有资料）",
            history=self._history(),
            question=defuse(self.question),
            fence=self.fence,
            keys=self._key_list(),
        )

    def _key_list(self) -> str:
        return "、".join(f"[{s.key}]" for s in self.sources) or "（无）"

    def _history(self) -> str:
        if not self.history:
            return "（此前没有提问）"
        lines = "\n".join(f"{n}. {defuse(turn)}" for n, turn in enumerate(self.history, 1))
        return f"<此前的问题 {self.fence}>\n{lines}\n</此前的问题 {self.fence}>"


def make_request(
    question: str,
    sources: Sequence[Source] = (),
    history: Sequence[str] = (),
    *,
    as_of: date | None = None,
    choose: Callable[[str], str] = secrets.choice,
) -> Request:
    """Make a request with random keys, cut to what a model takes; the latest turns and the first sources stay."""
    asked = question.strip()[:MAX_QUESTION]
    turns = tuple(_one_line(t, MAX_TURN) for t in history[-MAX_TURNS:])
    kept = _within_budget(sources)
    given = [s.key for s in kept if s.key]
    avoid = "\n".join([asked, *turns, *given, *(f"{s.address}\n{s.note}\n{s.text}" for s in kept)])
    fence, *drawn = make_keys(1 + len(kept) - len(given), avoid=avoid, choose=choose)
    fresh = iter(drawn)
    keyed = tuple(s if s.key else replace(s, key=next(fresh)) for s in kept)
    return Request(asked, keyed, turns, as_of, fence, dropped=len(sources) - len(kept))


@cache
def prompt(name: str) -> str:
    """Read ``prompts/<name>.md``."""
    return resources.files("kb.assist.chain.prompts").joinpath(f"{name}.md").read_text(encoding="utf-8").strip()


def _fill(name: str, **values: str) -> str:
    """Fill a prompt's ``${…}``; values are not looked into again, so a ``$`` in them is safe."""
    return Template(prompt(name)).substitute(values)


def _block(source: Source) -> str:
    """Put a source between marks that carry its key; address and note on the first line."""
    label = " ".join(_one_line(defuse(part), MAX_TURN) for part in (source.address, source.note) if part)
    role = _ROLES.get(source.role, _ROLES["basis"])
    return f"<资料 {source.key}>\n【{role}】{label}\n{defuse(source.text)}\n</资料 {source.key}>"


def _within_budget(sources: Sequence[Source]) -> list[Source]:
    """Take the leading sources that fit ``MAX_SOURCES``; a first one too long is cut at a line's end and says so."""
    kept: list[Source] = []
    left = MAX_SOURCES
    for source in sources:
        if len(source.text) > left:
            break
        kept.append(source)
        left -= len(source.text)
    if sources and not kept:
        first = sources[0]
        cut = first.text.rfind("\n", MAX_SOURCES // 2, MAX_SOURCES)
        kept = [replace(first, text=first.text[: cut if cut > 0 else MAX_SOURCES] + _CUT)]
    return kept


def defuse(text: str) -> str:
    """Make a text from outside unable to look like a mark of the prompt or of a model's chat template.

    < and > become wide (which compare equal once width is normalised), so it can neither open nor close a
    block nor write <|im_end|>; [INST] gets wide brackets; half a surrogate pair, which no request can
    carry, becomes ?.
    """
    wide = text.translate(_WIDE).encode("utf-8", "replace").decode("utf-8")
    return _TEMPLATE_MARK.sub(lambda m: f"\uff3b{m[1]}\uff3d", wide)


def _one_line(text: str, limit: int) -> str:
    return " ".join(text.split())[:limit]
