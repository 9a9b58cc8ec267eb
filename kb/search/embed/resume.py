"""Long encodings, kept chunk by chunk: an interrupted one goes on where it stopped.

Does not know models or what becomes of the vectors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from kb.search.embed.protocol import Encoder, Kind, Vectors


def encode_resumable(
    encoder: Encoder,
    texts: Sequence[str],
    folder: Path,
    *,
    kind: Kind = "passage",
    chunk: int = 2048,
    progress: Callable[[int, int], None] | None = None,
) -> Vectors:
    """Vectors [len(texts), dim]; every finished chunk is kept in ``folder`` (float32 .npy) and not encoded again.

    A chunk's file name is a hash of encoder, kind and texts, so that changed texts or another encoder never meet old
    vectors; the caller removes the folder when the vectors are safe elsewhere. ``progress(done, total)`` counts texts.
    Raises ModelError when the encoder fails; what was finished stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    out = np.empty((len(texts), encoder.dim), np.float32)
    for start in range(0, len(texts), chunk):
        part = texts[start : start + chunk]
        file = folder / f"{_name(encoder, kind, part)}.npy"
        vectors = _kept(file, (len(part), encoder.dim))
        if vectors is None:
            vectors = encoder.encode(part, kind)
            temporary = file.with_suffix(f".{os.getpid()}.tmp")
            with temporary.open("wb") as handle:
                np.save(handle, vectors, allow_pickle=False)
            temporary.replace(file)
        out[start : start + len(part)] = vectors
        if progress is not None:
            progress(start + len(part), len(texts))
    return out


def _name(encoder: Encoder, kind: Kind, texts: Sequence[str]) -> str:
    digest = sha256(f"{encoder.fingerprint}\0{kind}".encode())
    for text in texts:
        digest.update(b"\0" + text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _kept(file: Path, shape: tuple[int, int]) -> Vectors | None:
    """Vectors of a finished chunk; None when there are none or the file is broken."""
    try:
        vectors = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.shape == shape and vectors.dtype == np.float32 else None
