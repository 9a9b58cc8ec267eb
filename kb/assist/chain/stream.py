"""A text that arrives in pieces from another thread, and can be stopped at any moment.

Does not know HTTP or LangChain. The work is a coroutine on its own event loop in its own thread, so
that a time limit or ``close`` ends it in the middle of a silent read, which blocking code cannot.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Literal, Self

from kb.base.records import ModelError

STOPPED = "已停止生成。"
DEFECT = "生成回答时程序出错：请重试，并把日志交给管理员。"
_JOIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on the way: ``attempt``, ``retry``, ``dropped`` (sources), ``first``, ``finish``.

    ``at_ms`` counts from the start; ``note`` is a plain detail (an attempt's number, a wait in seconds).
    """

    kind: Literal["attempt", "retry", "dropped", "first", "finish"]
    at_ms: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Generated:
    """A finished text as the model wrote it, source keys included.

    ``keys`` maps a key to its source's number, from 1 (for ``to_numbered``). ``finish`` is the
    endpoint's reason: ``stop``, or ``length`` when it ran into max_tokens (the last sentence may be cut).
    """

    text: str
    keys: dict[str, int]
    model: str
    finish: str = "stop"
    events: tuple[Event, ...] = field(default=())

    @property
    def truncated(self) -> bool:
        """Whether the endpoint stopped at its length limit."""
        return self.finish == "length"

    @property
    def elapsed_ms(self) -> float:
        """Time from asking to the end."""
        return self.events[-1].at_ms if self.events else 0.0


Emit = Callable[[str], None]
Job = Callable[[Emit], Awaitable[Generated]]


class TextStream(Iterator[str]):
    """Iterates over pieces of text; after the last one ``generated`` holds the whole, which is what counts.

    Iterating raises ModelError when the job failed (pieces already given are then worth nothing).
    ``close`` stops the job, also in mid-read; leaving a ``with`` block closes.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stop: Callable[[], object] | None = None
        self._closed = False
        self._generated: Generated | None = None
        self._error: ModelError | None = None
        self._thread = threading.Thread(target=self._work, name="kb-chat", daemon=True)
        self._thread.start()

    @property
    def generated(self) -> Generated:
        """The finished text. Raises ModelError before the end, or when there is none."""
        if self._error is not None:
            raise self._error
        if self._generated is None:
            raise ModelError("回答还没有写完。")
        return self._generated

    def collect(self) -> Generated:
        """Read to the end and give the whole. Raises ModelError."""
        for _ in self:
            pass
        return self.generated

    def close(self) -> None:
        """Stop the job; nothing happens when it has ended."""
        with self._lock:
            self._closed = True
            if self._stop is not None:
                self._stop()
        self._thread.join(_JOIN_S)

    def __next__(self) -> str:
        piece = self._pieces.get()
        if piece is not None:
            return piece
        self._pieces.put(None)  # a further call ends again
        if self._error is not None:
            raise self._error
        raise StopIteration

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self) -> None:
        try:
            self._generated = asyncio.run(self._guarded())
        except ModelError as error:
            self._error = error
        except asyncio.CancelledError:
            self._error = ModelError(STOPPED)
        finally:
            if self._generated is None and self._error is None:  # a defect: it goes to threading.excepthook
                self._error = ModelError(DEFECT)
            self._pieces.put(None)

    def _put(self, piece: str) -> None:
        """Hand a piece over; ends the job after ``close`` even where a library swallowed the cancellation."""
        if self._closed:
            raise asyncio.CancelledError
        self._pieces.put(piece)

    async def _guarded(self) -> Generated:
        """Run the job as a task that ``close`` can cancel."""
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(self._job(self._put))
        with self._lock:
            if self._closed:
                task.cancel()
            self._stop = partial(loop.call_soon_threadsafe, task.cancel)
        try:
            return await task
        finally:
            with self._lock:
                self._stop = None
