"""A build of the index beside the questions: in a process of its own, one at a time, with its progress.

Does not know pages. When the build is done the knowledge base moves on to the new generation; nothing restarts.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

from kb.app import KnowledgeBase, build_index, corpora_of
from kb.base.records import KbError
from kb.settings import Settings

_log = logging.getLogger("kb.pages")
_DIED = "更新中断了；原来的资料仍可使用，请再试一次"


@dataclass(frozen=True, slots=True)
class Progress:
    """How a build stands; ``line`` is what to say, ``done``/``total`` count within ``stage``."""

    state: Literal["idle", "running", "done", "failed"] = "idle"
    stage: str = ""
    done: int = 0
    total: int = 0
    line: str = ""


def uploads_folder(settings: Settings) -> Path:
    """Where uploaded files are kept: beside the index, outside everything that is served."""
    return settings.index.resolve().parent / "uploads"


class Rebuild:
    """Starts a build and watches it. Threads may share one."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._lock = Lock()
        self._progress = Progress()

    @property
    def progress(self) -> Progress:
        """How it stands now."""
        with self._lock:
            return self._progress

    def start(self) -> bool:
        """Start a build of what was indexed so far and of the uploads; False when one is running."""
        with self._lock:
            if self._progress.state == "running":
                return False
            self._progress = Progress("running", line="正在准备…")
        settings = self._base.settings
        uploads = uploads_folder(settings)
        corpora = [c for c in corpora_of(settings) if c.resolve() != uploads]
        if uploads.is_dir():
            corpora.append(uploads)
        Thread(target=self._watch, args=(corpora,), name="kb-rebuild", daemon=True).start()
        return True

    def _watch(self, corpora: Sequence[Path]) -> None:
        """Run the build in a fresh process and move on when it is done."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_build, args=(self._base.settings, list(corpora), theirs), name="kb-build")
        process.start()
        theirs.close()
        last = self._follow(ours)
        process.join()
        ours.close()
        if last.state == "done":
            try:
                self._base.refresh()
            except KbError as error:
                last = Progress("failed", line=str(error))
        _log.info("rebuild", extra={"state": last.state, "line": last.line})
        self._set(last)

    def _follow(self, pipe: Connection) -> Progress:
        """Take the builder's messages until it ends; the last word, ``failed`` when it died without one."""
        while True:
            try:
                said: Progress = pipe.recv()
            except (EOFError, OSError):
                return Progress("failed", line=_DIED)
            if said.state != "running":
                return said
            self._set(said)

    def _set(self, progress: Progress) -> None:
        with self._lock:
            self._progress = progress


def _build(settings: Settings, corpora: list[Path], pipe: Any) -> None:  # noqa: ANN401 - a connection or a test's double
    """In the builder's process: build and tell how it goes."""

    def tell(stage: str, done: int, total: int) -> None:
        pipe.send(Progress("running", stage, done, total, f"正在更新：{stage}"))

    try:
        report = build_index(replace(settings, corpora=()), corpora, progress=tell)
    except KbError as error:
        pipe.send(Progress("failed", line=str(error)))
        return
    what = "资料已更新" if report.changed else "没有变化"
    counts = f"{report.counts['documents']} 份文件，{report.counts['articles']} 条，跳过 {report.counts['skipped']} 份"
    pipe.send(Progress("done", line=f"{what}：{counts}，用时 {report.seconds:.0f} 秒"))
