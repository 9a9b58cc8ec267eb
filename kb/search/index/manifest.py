"""The manifest of a generation and the pointer to the current one.

Does not know what the files hold. The manifest is written last: a folder without one is no generation.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kb.base.records import GenerationError

FORMAT = 5  # raised whenever the files' layout changes
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
REBUILD = "请运行 kb build 重建索引"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of. ``files``: name → size in bytes; ``counts``: documents, articles, passages …"""

    id: str
    format: int
    built: str
    encoder: str
    dimensions: int
    parser: str
    corpora: tuple[str, ...]
    counts: dict[str, int]
    files: dict[str, int]
    seconds: float = 0.0
    corpus_newest: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def write_atomically(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` so that a reader sees the old or the new content, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_sizes(folder: Path) -> dict[str, int]:
    """Name (relative, posix) → bytes of every file under ``folder``, the manifest left out."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def save(manifest: Manifest, folder: Path) -> None:
    """Write the manifest into its generation's folder: from here on the generation is whole."""
    write_atomically(folder / MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))


def load(folder: Path) -> Manifest:
    """Read and check a generation's manifest.

    Raises GenerationError when it is absent, of another format, or a file is missing or of another size.
    """
    try:
        raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**{**raw, "corpora": tuple(raw["corpora"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise GenerationError(f"索引 {folder.name} 不完整（{MANIFEST} 缺失或损坏），{REBUILD}") from error
    if manifest.format != FORMAT:
        raise GenerationError(f"索引 {folder.name} 的格式是 {manifest.format}，本程序需要 {FORMAT}，{REBUILD}")
    for name, size in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            raise GenerationError(f"索引 {folder.name} 的文件 {name} 缺失或大小不符，{REBUILD}")
    return manifest


def current_id(index: Path) -> str | None:
    """The id of the current generation of the folder ``index``; None when nothing was built yet."""
    try:
        return (index / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def point_to(index: Path, generation: str) -> None:
    """Make ``generation`` the current one (atomic)."""
    write_atomically(index / CURRENT, generation + "\n")


def corpora(index: Path) -> tuple[str, ...]:
    """The corpus folders that the current generation was built from, whatever its format; empty when unknown."""
    current = current_id(index)
    if current is None:
        return ()
    try:
        raw = json.loads((index / current / MANIFEST).read_text(encoding="utf-8"))
        return tuple(str(c) for c in raw["corpora"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()
