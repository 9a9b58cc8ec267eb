"""The chat model: answers from keyed sources, one repair, and a follow-up question rewritten to stand alone.

Does not know how sources were found, nor whether what the model wrote is true: that is verified elsewhere.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import aclosing
from datetime import date

from kb.assist.chain import wire
from kb.assist.chain.clean import Cleaner, after_thinking, scrub
from kb.assist.chain.prompt import Message, Request, Source, make_request
from kb.assist.chain.settings import ChatSettings
from kb.assist.chain.stream import Emit, Event, Generated, Job, TextStream
from kb.base.records import InputError, ModelError

MAX_REWRITTEN = 300
_REWRITE_S = 30.0
_LABEL = re.compile(r"\A(?:改写后的问题|改写后|改写|问题)\s*[:：]\s*")
_QUOTES = "“”\"'「」『』 "
_FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?|第[零〇一二三四五六七八九十百千]+[条款项章]|[《][^》]+[》]")
_BAD_REWRITE = "聊天模型没有把追问改写成一句可用的问题：按原话检索。"


class ChatModel:
    """A chat model behind an OpenAI-compatible endpoint.

    Every failure is a ModelError with one Chinese line that holds neither the key nor, but for a
    scrubbed hint on a refused request, anything the endpoint said. Threads may share one object.
    """

    def __init__(self, settings: ChatSettings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"ChatModel({self.name!r} at {self._settings.host!r})"

    @property
    def name(self) -> str:
        """The model's name, for the record."""
        return self._settings.model

    def generate(
        self,
        question: str,
        sources: Sequence[Source],
        history: Sequence[str] = (),
        *,
        as_of: date | None = None,
    ) -> TextStream:
        """Start an answer; pieces and ``generated.text`` hold source keys, ``generated.keys`` their numbers.

        ``history`` holds the earlier questions, oldest first. Numbers count ``sources`` from 1; those
        that did not fit are left out from the end (event ``dropped``). Raises InputError for an empty
        question; the stream raises ModelError.
        """
        request = self._request(question, sources, history, as_of)
        return TextStream(self._job(request.messages(), request))

    def repair(
        self,
        question: str,
        sources: Sequence[Source],
        draft: Generated,
        failures: Sequence[str],
        history: Sequence[str] = (),
        *,
        as_of: date | None = None,
    ) -> TextStream:
        """Start the one repair round: the same question and sources under the draft's keys, and what failed in it."""
        by_number = {n: key for key, n in draft.keys.items()}
        kept = [
            Source(s.address, s.text, s.role, s.note, by_number[n]) for n, s in enumerate(sources, 1) if n in by_number
        ]
        request = self._request(question, kept, history, as_of)
        return TextStream(self._job(request.repair_messages(draft.text, failures), request))

    def rewrite(self, question: str, history: Sequence[str]) -> str:
        """``question`` with what it leaves out taken from ``history``; itself when there is no history.

        Raises ModelError when the model failed, wrote more than a question, or brought in a number,
        provision or title that neither the question nor the history holds.
        """
        request = self._request(question, (), history, None)
        if not request.history:
            return request.question
        text = TextStream(self._job(request.rewrite_messages(), request, limit_s=_REWRITE_S)).collect().text
        line = _LABEL.sub("", text.strip()).strip(_QUOTES)
        known = "\n".join((request.question, *request.history))
        if not line or "\n" in line or len(line) > MAX_REWRITTEN:
            raise ModelError(_BAD_REWRITE)
        if any(figure not in known for figure in _FIGURE.findall(line)):
            raise ModelError(_BAD_REWRITE)
        return line

    def complete(self, task: str) -> str:
        """What the model writes for a task that needs no sources, such as questions for an article.

        Raises InputError for an empty task, ModelError when the model failed.
        """
        request = self._request(task, (), (), None)
        return TextStream(self._job([("user", task.strip())], request)).collect().text

    def _request(self, question: str, sources: Sequence[Source], history: Sequence[str], as_of: date | None) -> Request:
        if not question.strip():
            raise InputError("没有写问题：请写一句要问的话。")
        return make_request(question, sources, history, as_of=as_of)

    def _job(self, messages: list[Message], request: Request, *, limit_s: float | None = None) -> Job:
        settings = self._settings
        total_s = min(limit_s or settings.total_s, settings.total_s)

        async def job(emit: Emit) -> Generated:
            run = _Run(settings, messages, request, emit)
            failed: ModelError | None = None
            try:
                async with asyncio.timeout(total_s):
                    return await run.attempts()
            except TimeoutError:
                failed = ModelError(f"聊天模型 {total_s:g} 秒内没有答完：请稍后再试，或换一个模型。")
            except ModelError as error:
                failed = error
            raise failed  # outside the handler: no chain that leads to the request and its headers

        return job


class _Run:
    """One text being generated: its attempts, its limits, its events."""

    def __init__(self, settings: ChatSettings, messages: list[Message], request: Request, emit: Emit) -> None:
        self._settings = settings
        self._messages = messages
        self._request = request
        self._emit = emit
        self._started = time.perf_counter()
        self._events: list[Event] = []
        self._shown: list[str] = []
        self._size = 0

    async def attempts(self) -> Generated:
        """Try until one attempt succeeds; after the first shown piece there is no other. Raises ModelError."""
        if self._request.dropped:
            self._event("dropped", str(self._request.dropped))
        attempt = 0
        while True:
            self._event("attempt", str(attempt + 1))
            try:
                return await self._once()
            except Exception as error:  # noqa: BLE001 - the boundary: LangChain, openai and pydantic raise anything
                wait = wire.retry_after(error, attempt)
                failed = wire.model_error(error, self._settings)
            if wait is None or self._shown or attempt >= self._settings.retries:
                raise failed
            self._event("retry", f"{wait:g}")
            await asyncio.sleep(wait)
            attempt += 1

    async def _once(self) -> Generated:
        cleaner = Cleaner(self._settings.key)
        finish = ""
        async with wire.http_client(self._settings) as client:
            llm = wire.chat_openai(self._settings, client)
            with wire.untraced():
                async with aclosing(wire.pieces(self._settings, llm, self._messages)) as stream:
                    while not finish:
                        async with asyncio.timeout(self._settings.timeout_s):
                            piece = await anext(stream, None)
                        if piece is None:
                            break
                        text, finish = piece
                        self._show(cleaner.feed(text))
        self._show(cleaner.finish())
        return self._finished(finish)

    def _show(self, text: str) -> None:
        if not text:
            return
        self._size += len(text)
        if self._size > self._settings.max_chars:
            raise ModelError(wire.TOO_LONG)
        if not self._shown:
            self._event("first")
        self._shown.append(text)
        self._emit(text)

    def _finished(self, finish: str) -> Generated:
        if finish == "content_filter":
            raise ModelError(wire.FILTERED)
        text = scrub(after_thinking("".join(self._shown)), self._settings.key)
        if not finish and text:
            raise ModelError(wire.CUT)
        if not text:
            raise ModelError(wire.THOUGHT if finish == "length" else wire.EMPTY)
        self._event("finish", finish)
        return Generated(text, self._request.keys, self._settings.model, finish, tuple(self._events))

    def _event(self, kind: str, note: str = "") -> None:
        elapsed = (time.perf_counter() - self._started) * 1000
        self._events.append(Event(kind, round(elapsed, 2), note))  # type: ignore[arg-type]
