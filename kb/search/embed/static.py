"""The static encoder: a text's vector is the mean of its words' vectors, read from one small table.

Does not know how the table was trained, nor torch.

The folder is a stock sentence-transformers model (StaticEmbedding + Normalize): ``tokenizer.json`` and
``0_StaticEmbedding/model.safetensors``, whose table is float (``embedding.weight``) or, as model2vec writes it,
rows of int8 (``embeddings``) with one factor each (``weights``). ``rarity``, one number a word, may stand beside them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kb.base.records import ModelError
from kb.search.embed.protocol import Kind, Vectors
from kb.search.embed.translations import Translations

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MODULE = "StaticEmbedding"
_BATCH = 4096  # texts cut and summed at once
_MANY = 512  # from this many texts on, scipy and the whole table as floats (0.5 s, 33 MB) are worth it


class StaticEncoder:
    """Mean of word vectors, without torch. ``kind`` makes no difference; unknown words count nothing."""

    def __init__(self, folder: Path, translations: Translations | None = None) -> None:
        """Open the model in ``folder``; raises ModelError when it is no such model.

        ``translations``: in place of the translation model that lies there.
        """
        self._folder = folder
        self._given = translations
        module = static_module(folder)
        if module is None:
            raise ModelError(f"{folder} 不是静态编码器目录（缺少 modules.json 或其中没有 {_MODULE}）。")
        try:
            from safetensors.numpy import load_file
            from tokenizers import Tokenizer

            self._tokenizer: Tokenizer = Tokenizer.from_file(str(module / "tokenizer.json"))
            tensors = load_file(module / "model.safetensors")
            self._rows, self._factors = _table(tensors)
            self._rarity = tensors.get("rarity")
        except ImportError:
            raise
        except Exception as error:  # tokenizers and safetensors raise bare subclasses of Exception
            raise ModelError(
                f"编码器目录 {folder} 读不出来：{error}。请恢复其中的文件，或改用另一个编码器。"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._one = lru_cache(maxsize=64)(self._cut)  # a question is looked at several times

    @property
    def name(self) -> str:
        """Folder's name, and that it is static."""
        return f"static:{self._folder.name}"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._rows.shape[1])

    @property
    def max_tokens(self) -> int | None:
        """None: a mean has no limit."""
        return None

    @cached_property
    def fingerprint(self) -> str:
        """Hash of tokenizer and table."""
        module = static_module(self._folder) or self._folder
        parts = [sha256((module / name).read_bytes()).hexdigest() for name in ("tokenizer.json", "model.safetensors")]
        return "static-" + sha256("".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def _floats(self) -> Vectors:
        rows: Vectors = self._rows.astype(np.float32)
        rows *= self._factors[:, None]
        return rows

    @cached_property
    def _stored(self) -> Vectors:
        """Length of each row as it is stored, in blocks: the whole table as floats would be 33 MB."""
        blocks = np.array_split(self._rows, max(1, len(self._rows) // _BATCH))
        return np.concatenate([np.linalg.norm(b.astype(np.float32), axis=1) for b in blocks])

    @cached_property
    def _lengths(self) -> Vectors:
        lengths: Vectors = self._stored * self._factors
        return lengths

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Row numbers of each text's words in the table."""
        if len(texts) == 1:
            return [list(self._one(texts[0]))]
        return [e.ids for e in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _cut(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    @property
    def words(self) -> int:
        """Number of words in the table."""
        return len(self._rows)

    def word_vectors(self, text: str) -> Vectors:
        """Vectors [words, dim] of the text's words, in order and not of length one; for features of a reranker."""
        return self.vectors_of(np.array(self.token_ids([text])[0], np.int64))

    def encode_ids(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """Vectors of texts given as row numbers of their words (``token_ids``), as ``encode`` gives them."""
        parts = [self._sums(ids[i : i + _BATCH]) for i in range(0, len(ids), _BATCH)]
        return _normal(np.concatenate([np.zeros((0, self.dim), np.float32), *parts]))

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """Vectors [len(texts), dim] of length 1; zeros for a text without a known word."""
        parts = [self.encode_ids(self.token_ids(texts[i : i + _BATCH])) for i in range(0, len(texts), _BATCH)]
        return np.concatenate([np.zeros((0, self.dim), np.float32), *parts])

    def _sums(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """Sum each text's word vectors. For many texts a sparse matrix of counts times the table, 15 times faster."""
        if len(ids) < _MANY:
            return np.stack([self.vectors_of(np.array(words, np.int64)).sum(axis=0) for words in ids])
        from scipy.sparse import csr_matrix

        ends = np.cumsum([0, *map(len, ids)])
        flat = np.fromiter(chain.from_iterable(ids), np.int32, int(ends[-1]))
        counts = csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(ids), len(self._rows)))
        sums: Vectors = counts @ self._floats
        return sums

    def vectors_of(self, ids: npt.NDArray[np.int64]) -> Vectors:
        """Vectors [len(ids), dim] of words by their row numbers, not of length one."""
        rows: Vectors = self._rows.take(ids, axis=0).astype(np.float32)
        rows *= self._factors.take(ids)[:, None]
        return rows

    def lengths_of(self, ids: npt.NDArray[np.int64]) -> Vectors:
        """Lengths [len(ids)] of these vectors."""
        return self._lengths.take(ids)

    def cosines_of(self, ids: npt.NDArray[np.int64], unit: Vectors) -> Vectors:
        """Cosines [len(ids), n] of words with vectors [n, dim] of length one."""
        rows: Vectors = self._rows.take(ids, axis=0).astype(np.float32)  # as stored: the factor falls out of a cosine
        return cosines(rows, self._stored.take(ids), unit)

    def rarity_of(self, ids: npt.NDArray[np.int64]) -> Vectors:
        """How telling words are, greater for rarer ones; their lengths where the model's files do not say."""
        return self.lengths_of(ids) if self._rarity is None else self._rarity.take(ids)

    @cached_property
    def _translations(self) -> Translations | None:
        return self._given or Translations.read(static_module(self._folder) or self._folder, self.words)

    def lifts_of(self, asked: npt.NDArray[np.int64]) -> Vectors:
        """How many times likelier each word asked is beside each word of an article, [words, len(asked)].

        0 where that is not known, and for all where no translation model lies beside the table.
        """
        if self._translations is None:
            return np.zeros((self.words, len(asked)), np.float32)
        return self._translations.of(asked)

    def surprisal_of(self, asked: npt.NDArray[np.int64]) -> Vectors:
        """Minus the log of how often words of questions are these; ``rarity_of`` where no translation model says."""
        return self.rarity_of(asked) if self._translations is None else self._translations.surprisal.take(asked)


def cosines(vectors: Vectors, lengths: Vectors, unit: Vectors) -> Vectors:
    """Cosines [m, n] of vectors [m, dim] of some lengths with vectors [n, dim] of length one; 0 for a zero vector."""
    found: Vectors = vectors @ unit.T
    found /= np.maximum(lengths, 1e-6)[:, None]
    return found


def _normal(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    out: Vectors = np.divide(vectors, norms, out=vectors, where=norms > 0)
    return out


def static_module(folder: Path) -> Path | None:
    """Folder of the StaticEmbedding module of a sentence-transformers model; None when it is another kind of model."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        first = modules[0]
        return folder / first["path"] if first["type"].endswith(_MODULE) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _table(tensors: dict[str, npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], Vectors]:
    """Rows and one factor per row. Raises KeyError for tensors of another kind of model."""
    if "embedding.weight" in tensors:
        rows = tensors["embedding.weight"]
        return rows, np.ones(len(rows), np.float32)
    rows = tensors["embeddings"]
    factors = tensors.get("weights", np.ones(len(rows), np.float32)).astype(np.float32)
    if "mapping" in tensors:
        raise KeyError("a model2vec table with a mapping")
    return rows, factors
