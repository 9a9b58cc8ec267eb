"""Build the next generation: only what changed is parsed, the switch is atomic, a kill loses nothing.

Does not know the questions asked, nor how progress is shown (a callback).

A build works in ``index/.work`` (finished batches, found again after a kill), assembles a hidden folder,
writes the manifest last, renames the folder to its id and only then moves CURRENT.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from kb.base.records import BuildRunning, GenerationError, InputError
from kb.search.embed import Encoder, StaticEncoder
from kb.search.index import assemble, manifest
from kb.search.index.derive import PARSER, Task, derive
from kb.search.index.generation import Generation
from kb.search.index.scan import SourceFile, generation_id, scan, sha256_of
from kb.search.lexical.terms import LEGAL_TERMS_FILE

Progress = Callable[[str, int, int], None]  # stage (Chinese), done, of how many

BATCH_BYTES = 1_500_000  # about 500,000 characters: some forty batches for the largest corpus met
ALONE_BYTES = 400_000  # fewer bytes than this are derived in the calling process: starting workers costs more
KEEP = 2  # generations kept besides those that still have readers


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. ``changed`` is False when the current generation was already of these inputs."""

    generation: str
    changed: bool
    counts: dict[str, int]
    derived: int
    skipped: tuple[tuple[str, str], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a generation is built from. ``facts``: catalogue.toml; ``questions``: files of known questions.

    ``pairs``: the duty ↔ penalty pairs an editor read (pairs.jsonl).
    """

    corpora: tuple[Path, ...]
    bundled: tuple[Path, ...] = ()
    facts: Path | None = None
    questions: tuple[Path, ...] = ()
    pairs: Path | None = None

    def identities(self, encoder: Encoder) -> list[str]:
        """One line for each input besides the corpus files; a change of any makes another generation."""
        files = [self.facts, self.pairs, LEGAL_TERMS_FILE, *self.questions]
        return [
            f"format {manifest.FORMAT} parser {PARSER} encoder {encoder.fingerprint}",
            *(f"{p.name} {sha256_of(p)}" for p in files if p is not None and p.is_file()),
        ]


def _quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@contextmanager
def _only_build(index: Path) -> Iterator[None]:
    """Hold the build lock of ``index``; raises BuildRunning when another process holds it."""
    index.mkdir(parents=True, exist_ok=True)
    with (index / ".build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildRunning(f"另一个进程正在重建 {index}，请等它结束后再运行") from error
        yield


def build(
    inputs: Inputs,
    index: Path,
    encoder: Encoder,
    *,
    encoder_setting: str | None = None,
    progress: Progress = _quiet,
    workers: int = 2,
) -> BuildReport:
    """Bring the folder ``index`` up to date with ``inputs`` and point CURRENT at the result.

    Raises InputError when a corpus folder is missing or holds no readable file, BuildRunning when another build
    holds the folder, ModelError when the encoder fails.
    """
    started = time.monotonic()
    with _only_build(index):
        _sweep(index)
        progress("清点文件", 0, 1)
        files = scan(inputs.corpora, inputs.bundled)
        if not files:
            raise InputError("语料文件夹里没有可读的文件（.md .txt .docx .pdf .html）；请检查 --corpus 的路径")
        wanted = generation_id(files, inputs.identities(encoder))
        previous = _previous(index)
        if previous is not None and previous.id == wanted:
            return _unchanged(previous, started)
        work = _Work(index, wanted, encoder, encoder_setting, progress, workers)
        return work.run(inputs, files, previous, started)


def _previous(index: Path) -> Generation | None:
    """The current generation, or None when there is none that this program can read."""
    try:
        return Generation.open(index)
    except GenerationError:
        return None


def _unchanged(previous: Generation, started: float) -> BuildReport:
    counts, skipped = previous.manifest.counts, tuple(previous.skipped())
    previous.close()
    return BuildReport(previous.id, False, counts, 0, skipped, time.monotonic() - started)


def _sweep(index: Path) -> None:
    """Remove folders that a killed build left half-made; its finished batches stay."""
    for folder in index.iterdir():
        unfinished = folder.name.startswith(".making-") or (
            folder.is_dir() and not folder.name.startswith(".") and not (folder / manifest.MANIFEST).exists()
        )
        if unfinished:
            shutil.rmtree(folder)


@dataclass
class _Work:
    """One build under way."""

    index: Path
    id: str
    encoder: Encoder
    encoder_setting: str | None
    progress: Progress
    workers: int

    def run(
        self, inputs: Inputs, files: Sequence[SourceFile], previous: Generation | None, started: float
    ) -> BuildReport:
        """Derive what changed, assemble, switch, prune."""
        usable = previous is not None and self._same_making(previous)
        kept, fresh = assemble.split(files, previous if usable else None)
        material = self._derive(fresh)
        making = self.index / f".making-{self.id}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        assembly = assemble.Assembly(making, self.encoder, self.progress)
        returned = assembly.rows(kept, material, previous if usable else None)
        if returned:  # texts that had stepped back and now stand in again
            more = self._derive(assemble.tasks_for(returned, files))
            material = [*material, *more]
            kept = [k for k in kept if k.doc not in {r.doc for r in returned}]
            assembly.add(more, returned)
        counts = assembly.finish(kept, material, previous if usable else None, inputs)
        self._publish(making, inputs, counts, files, time.monotonic() - started)
        if previous is not None:
            previous.close()
        current = Generation(self.index / self.id)
        skipped = tuple(current.skipped())
        current.close()
        self._prune()
        derived = sum(len(m.sizes) for m in material)
        return BuildReport(self.id, True, counts, derived, skipped, time.monotonic() - started)

    def _same_making(self, previous: Generation) -> bool:
        """Whether what the previous generation derived from a file is what this build would derive."""
        m = previous.manifest
        return m.parser == self._parser() and m.encoder == self.encoder.fingerprint

    def _parser(self) -> str:
        return f"{PARSER} {sha256_of(LEGAL_TERMS_FILE)[:16]}"

    def _derive(self, tasks: Sequence[Task]) -> list[assemble.Batch]:
        """Run ``derive`` over batches of ``tasks``, in worker processes where that pays, with progress."""
        work = self.index / ".work"
        work.mkdir(exist_ok=True)
        batches = [(work / self._key(part), part) for part in _batches(tasks)]
        total, done = len(tasks), 0
        self.progress("读取与解析", 0, total)
        encode = isinstance(self.encoder, StaticEncoder)  # light enough for every worker
        size = sum(t.path.stat().st_size for t in tasks)
        if size <= ALONE_BYTES or self.workers < 2:
            for target, part in batches:
                derive(part, target, self.encoder_setting, encode)
                done += len(part)
                self.progress("读取与解析", done, total)
        else:
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(self.workers, mp_context=context) as pool:
                waiting = {pool.submit(derive, p, t, self.encoder_setting, encode): len(p) for t, p in batches}
                for future in as_completed(waiting):
                    future.result()
                    done += waiting[future]
                    self.progress("读取与解析", done, total)
        return [assemble.load_batch(target) for target, _ in batches]

    def _key(self, part: Sequence[Task]) -> str:
        """Name of a batch: the same tasks under the same making give the same name, so a killed build goes on."""
        digest = sha256(f"{manifest.FORMAT} {self._parser()} {self.encoder.fingerprint}".encode())
        for task in part:
            digest.update(f"{task.doc}\0{task.source}\0{task.sha}\0{task.bundled}\n".encode())
        return digest.hexdigest()[:24]

    def _publish(
        self, making: Path, inputs: Inputs, counts: dict[str, int], files: Sequence[SourceFile], seconds: float
    ) -> None:
        """Manifest last, rename, then CURRENT."""
        self.progress("写入索引", 0, 1)
        for path in making.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        made = manifest.Manifest(
            id=self.id,
            format=manifest.FORMAT,
            built=datetime.now(UTC).isoformat(timespec="seconds"),
            encoder=self.encoder.fingerprint,
            dimensions=self.encoder.dim,
            parser=self._parser(),
            corpora=tuple(str(c.resolve()) for c in inputs.corpora),
            counts=counts,
            files=manifest.file_sizes(making),
            seconds=round(seconds, 2),
            corpus_newest=assemble.newest(making),
            extra={"encoder_name": self.encoder.name, "files": len(files)},
        )
        manifest.save(made, making)
        final = self.index / self.id
        if final.exists():  # the same inputs were built before and CURRENT moved on since
            shutil.rmtree(final)
        os.replace(making, final)
        manifest.sync_folder(self.index)
        manifest.point_to(self.index, self.id)
        shutil.rmtree(self.index / ".work", ignore_errors=True)
        self.progress("写入索引", 1, 1)

    def _prune(self) -> None:
        """Remove old generations but the newest ``KEEP`` and those that a reader still holds."""
        folders = [f for f in self.index.iterdir() if f.is_dir() and (f / manifest.MANIFEST).exists()]
        folders.sort(key=lambda f: (f / manifest.MANIFEST).stat().st_mtime, reverse=True)
        for folder in folders[KEEP:]:
            with (folder / manifest.MANIFEST).open("rb") as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                shutil.rmtree(folder)


def _batches(tasks: Sequence[Task]) -> list[list[Task]]:
    """Tasks in runs of about BATCH_BYTES, the heaviest files first so that no worker ends alone."""
    ordered = sorted(tasks, key=lambda t: (-t.path.stat().st_size, t.source))
    runs: list[list[Task]] = []
    weight = BATCH_BYTES
    for task in ordered:
        size = task.path.stat().st_size
        if weight + size > BATCH_BYTES:
            runs.append([])
            weight = 0
        runs[-1].append(task)
        weight += size
    return runs
