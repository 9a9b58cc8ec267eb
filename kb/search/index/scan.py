"""Which files a corpus consists of, and the identity of a build. Does not know what the files say."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.base.records import InputError

SUFFIXES = frozenset({".md", ".txt", ".docx", ".pdf", ".html", ".htm", ".png", ".jpg", ".jpeg", ".tif", ".tiff"})
IGNORED_NAMES = frozenset({"README.md", "_index.md"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a corpus: ``source`` is its name inside the corpus (posix), ``sha`` the SHA-256 of its bytes."""

    source: str
    path: Path
    sha: str
    bundled: bool = False


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(corpus: Path) -> list[Path]:
    found = []
    for folder, names, files in os.walk(corpus):
        names[:] = sorted(n for n in names if not n.startswith((".", "_")))
        found += [Path(folder) / f for f in files if not f.startswith((".", "~$")) and f not in IGNORED_NAMES]
    return sorted(p for p in found if p.suffix.lower() in SUFFIXES)


def scan(corpora: Sequence[Path], bundled: Sequence[Path] = ()) -> list[SourceFile]:
    """Every readable file of the folders, sorted by source name; symbolic links to folders are not followed.

    Where two corpora hold the same relative name the later one's gets its folder's name in front.
    Raises InputError when a folder does not exist.
    """
    taken: dict[str, SourceFile] = {}
    for corpus, is_bundled in [(c, False) for c in corpora] + [(b, True) for b in bundled]:
        if not corpus.is_dir():
            raise InputError(f"语料文件夹不存在：{corpus}；请检查 --corpus 的路径")
        for path in _files(corpus):
            source = path.relative_to(corpus).as_posix()
            if is_bundled:
                source = f"{corpus.name}/{source}"
            if source in taken:
                source = f"{corpus.name}/{source}"
            number = 2
            while source in taken:
                source, number = f"{corpus.name}~{number}/{path.relative_to(corpus).as_posix()}", number + 1
            taken[source] = SourceFile(source, path, sha256_of(path), is_bundled)
    return sorted(taken.values(), key=lambda f: f.source)


def generation_id(files: Iterable[SourceFile], identities: Iterable[str]) -> str:
    """Sixteen hexadecimal digits that change with any input of the build."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.source}\0{file.sha}\0{int(file.bundled)}\n".encode())
    for identity in identities:
        digest.update(f"{identity}\n".encode())
    return digest.hexdigest()[:16]
