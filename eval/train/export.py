"""A trained table and tokenizer → the files of a stock sentence-transformers model.

Does not know how they were trained.

The table is stored as model2vec does: int8 rows (``embeddings``) with one factor each (``weights``);
sentence-transformers from 6.0 and the product's own loader multiply them. The model card has what it costs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    },
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.base.modules.normalize.Normalize",
    },
]
_CONFIG = {"prompts": {"query": "", "document": ""}, "default_prompt_name": None, "similarity_fn_name": "cosine"}


def quantised(table: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Rows as int8 and the factor of each row: greatest component / 127."""
    factors = np.abs(table).max(axis=1) / 127
    factors[factors == 0] = 1
    return np.round(table / factors[:, None]).astype(np.int8), factors.astype(np.float32)


def save(folder: Path, tokenizer: Tokenizer, table: npt.NDArray[np.float32], card: str) -> None:
    """Write the model and its card into ``folder`` (made if need be; files of the same name are replaced)."""
    from safetensors.numpy import save_file

    (folder / "1_Normalize").mkdir(parents=True, exist_ok=True)
    rows, factors = quantised(table)
    save_file({"embeddings": rows, "weights": factors}, folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)  # safetensors writes for the owner only
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in (
        ("modules.json", _MODULES),
        ("config_sentence_transformers.json", _CONFIG),
        ("1_Normalize/config.json", {}),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (folder / "README.md").write_text(card, "utf-8")
