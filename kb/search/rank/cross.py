"""An optional cross-encoder that reads question and passage together and orders the first hits anew.

Does not know indexes. Any sentence-transformers ``CrossEncoder`` by hub name or folder (KB_RERANKER, for example
BAAI/bge-reranker-v2-m3); loaded when first used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.base.records import MissingExtra, ModelError

FIRST = 30  # hits that are read again: about a second of a base-sized model on two cores
BATCH = 8


class CrossReranker:
    """A cross-encoder by name. Safe for several threads: one question at a time is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = Lock()

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - sentence-transformers' own type
        try:
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise MissingExtra(
                "缺少 sentence-transformers，请运行 pip install sentence-transformers，或不设 KB_RERANKER"
            ) from error
        try:
            return CrossEncoder(self.name)
        except Exception as error:  # hub, torch and file errors have no common base
            line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(f"重排模型 {self.name} 加载失败：{line}；请检查 KB_RERANKER") from error

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """A score for each text, greater is better; only their order means something. Raises ModelError."""
        if not texts:
            return np.empty(0)
        with self._lock:
            found = self._model.predict([(question, t) for t in texts], batch_size=BATCH, show_progress_bar=False)
        values = np.asarray(found, np.float64)
        if values.ndim == 2 and values.shape[1] > 1:
            values = values[:, -1]  # a classifier: its last class is the relevant one
        values = values.reshape(-1)
        if values.shape != (len(texts),) or not np.isfinite(values).all():
            raise ModelError(f"重排模型 {self.name} 的输出不能用；请检查 KB_RERANKER 是否为重排（cross-encoder）模型")
        return values
