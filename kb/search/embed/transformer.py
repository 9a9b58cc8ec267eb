"""Any sentence-transformers model as an encoder: its prompts, its token limit, its batches.

Does not know the shipped encoder, nor which texts it is given.

A text longer than the model reads at once is cut into windows at sentence ends; the text's vector is the mean of its
windows' vectors (``pool="max"``: their greatest components). Nothing is truncated silently.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kb.base.records import MissingExtra, ModelError
from kb.search.embed.protocol import Kind, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Query instructions from the models' cards; a model whose own configuration has prompts uses those. Passages get none.
QUERY_PROMPTS = (
    (re.compile(r"bge-(?:small|base|large)-zh(?!-noinstruct)", re.I), "为这个句子生成表示以用于检索相关文章："),
    (re.compile(r"bge-m3", re.I), ""),
    (
        re.compile(r"qwen3-embedding", re.I),
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
    ),
)
_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_SENTENCE_END = re.compile(r"[。；！？\n]|[.;!?]\s")
_SPARE = 4  # tokens of a window left free: cut pieces are not tokenised exactly as inside the whole


class SentenceTransformerEncoder:
    """A model by hub name or local folder. Safe to share between threads: one call at a time."""

    def __init__(
        self,
        name: str,
        *,
        device: str | None = None,
        batch_size: int = 32,
        query_prompt: str | None = None,
        pool: Literal["mean", "max"] = "mean",
        max_tokens: int | None = None,
        local_files_only: bool = False,
    ) -> None:
        """Load the model; slow (seconds) and heavy (torch).

        ``query_prompt`` None: the model's own, else the one its card asks for. ``max_tokens`` None: the model's limit.
        Raises MissingExtra without sentence-transformers, ModelError when the model cannot be loaded.
        """
        self._model = _load(name, device, local_files_only)
        self.name = name
        self._batch_size = batch_size
        self._pool = pool
        self._prompts: dict[Kind, str] = {
            "query": _query_prompt(name, self._model.prompts) if query_prompt is None else query_prompt,
            "passage": next((p for k in _PASSAGE_PROMPTS if (p := self._model.prompts.get(k))), ""),
        }
        limit = _limit(self._model)
        self.max_tokens = min(filter(None, (limit, max_tokens)), default=None)
        if self.max_tokens is not None and limit is not None and self.max_tokens < limit:
            self._model.max_seq_length = self.max_tokens
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self._lock = threading.Lock()
        described = (name, _identity(name, self._model), self._prompts, pool, self.max_tokens)
        self.fingerprint = "st-" + sha256(repr(described).encode()).hexdigest()[:16]

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """Vectors [len(texts), dim] of length 1; a long text is read in windows. Raises ModelError when it fails."""
        prompt = self._prompts[kind]
        with self._lock:
            pieces = [self.windows(text, kind) for text in texts]
            flat = [piece for row in pieces for piece in row]
            if not flat:
                return np.zeros((0, self.dim), np.float32)
            try:
                vectors = self._model.encode(
                    flat,
                    prompt=prompt or None,
                    batch_size=self._batch_size,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
            except (RuntimeError, ValueError, IndexError) as error:
                raise ModelError(f"编码模型 {self.name} 运行失败：{error}。可减小批量，或换一个模型。") from error
        vectors = np.nan_to_num(np.asarray(vectors, np.float32))
        starts = np.cumsum([0, *map(len, pieces)])[:-1]
        pooled = np.maximum.reduceat(vectors, starts) if self._pool == "max" else np.add.reduceat(vectors, starts)
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        out: Vectors = np.divide(pooled, norms, out=np.zeros_like(pooled), where=norms > 0)
        return out

    def windows(self, text: str, kind: Kind = "passage") -> list[str]:
        """Pieces of ``text`` that fit the model with the prompt; joined they are the text, one for a short text."""
        if self.max_tokens is None:
            return [text]
        tokenizer = self._model.tokenizer
        room = self.max_tokens - tokenizer.num_special_tokens_to_add(pair=False) - _SPARE
        if self._prompts[kind]:
            room -= len(tokenizer(self._prompts[kind], add_special_tokens=False)["input_ids"])
        if room < 1:
            raise ModelError(f"编码模型 {self.name} 一次只读 {self.max_tokens} 个词元，容不下提示语。请换一个模型。")
        encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        ends = [end for _, end in encoded["offset_mapping"]]
        return _cut(text, ends, room)


def _cut(text: str, ends: Sequence[int], room: int) -> list[str]:
    """Cut after at most ``room`` tokens (``ends``: where each ends), at a sentence end if the second half has one."""
    pieces: list[str] = []
    at = token = 0
    while len(ends) - token > room:
        hard, middle = ends[token + room - 1], ends[token + max(room // 2 - 1, 0)]
        stops = [m.end() for m in _SENTENCE_END.finditer(text, middle - 1, hard)]
        stop = max(stops[-1] if stops else hard, at + 1)
        pieces.append(text[at:stop])
        at = stop
        while token < len(ends) and ends[token] <= stop:
            token += 1
    return [*pieces, text[at:]] if at < len(text) or not pieces else pieces


def _load(name: str, device: str | None, local_files_only: bool) -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtra("缺少 sentence-transformers。请运行 pip install sentence-transformers。") from error
    try:
        return SentenceTransformer(name, device=device, local_files_only=local_files_only)
    except (OSError, ValueError, RuntimeError, LookupError, AttributeError) as error:
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"编码模型 {name} 装载失败：{why}。请检查名称或目录；离线时请先下载，或取消 KB_ENCODER 用自带编码器。"
        ) from error


def _query_prompt(name: str, prompts: dict[str, str]) -> str:
    """Prompt of the model's configuration, else of its card, else none."""
    if prompts.get("query"):
        return prompts["query"]
    return next((prompt for pattern, prompt in QUERY_PROMPTS if pattern.search(name)), "")


def _limit(model: SentenceTransformer) -> int | None:
    """Tokens the model reads at once; None when there is no limit or nothing to count tokens with."""
    limit: Any = model.max_seq_length
    tokenizer = getattr(model, "tokenizer", None)
    if limit is None or limit == float("inf") or not hasattr(tokenizer, "num_special_tokens_to_add"):
        return None
    return int(limit)


def _identity(name: str, model: SentenceTransformer) -> str:
    """Identify the state of a model: the hub's commit, or the files of a local folder.

    Of files above 4 MB only size, head and tail are read: weights may have gigabytes.
    """
    folder = Path(name)
    if not folder.is_dir():
        config = getattr(getattr(model[0], "auto_model", None), "config", None)
        return str(getattr(config, "_commit_hash", None))
    digest = sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        size = file.stat().st_size
        with file.open("rb") as handle:
            data = handle.read(4_000_000)
            if size > len(data):
                handle.seek(-min(1_000_000, size), 2)
                data += handle.read()
        digest.update(f"{file.relative_to(folder)}:{size}:".encode() + data)
    return digest.hexdigest()
