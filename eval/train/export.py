"""A trained table and tokenizer → the files of a stock sentence-transformers model.

Does not know how they were trained.

The table is stored as model2vec does: int8 rows (``embeddings``) with one factor each (``weights``);
sentence-transformers from 6.0 and the product's own loader multiply them. The model card has what it costs. A third
tensor, ``rarity``, weighs single words for the reranker; sentence-transformers does not look at it.
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
ARTICLE = 60  # words of an average article
_CONFIG = {"prompts": {"query": "", "document": ""}, "default_prompt_name": None, "similarity_fn_name": "cosine"}


def quantised(table: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Rows as int8 and the factor of each row: greatest component / 127."""
    factors = np.abs(table).max(axis=1) / 127
    factors[factors == 0] = 1
    return np.round(table / factors[:, None]).astype(np.int8), factors.astype(np.float32)


def rarity(tokenizer: Tokenizer) -> npt.NDArray[np.float32]:
    """How telling each word of the vocabulary is: log(1 + 1 / how often an average article has it); 0: the unknown.

    Close to the inverse document frequency of BM25; the frequencies are the scores of the tokenizer (``tokenizer``).
    """
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    scores = np.array([score + (len(word) == 1) for word, score in vocabulary])
    found: npt.NDArray[np.float32] = np.log1p(np.exp(-scores) / ARTICLE).astype(np.float32)
    found[0] = 0  # the unknown word tells nothing
    return found


def save(folder: Path, tokenizer: Tokenizer, table: npt.NDArray[np.float32], card: str) -> None:
    """Write the model and its card into ``folder`` (made if need be; files of the same name are replaced)."""
    from safetensors.numpy import save_file

    (folder / "1_Normalize").mkdir(parents=True, exist_ok=True)
    rows, factors = quantised(table)
    tensors = {"embeddings": rows, "weights": factors, "rarity": rarity(tokenizer)}
    save_file(tensors, folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)  # safetensors writes for the owner only
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in (
        ("modules.json", _MODULES),
        ("config_sentence_transformers.json", _CONFIG),
        ("1_Normalize/config.json", {}),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (folder / "README.md").write_text(card, "utf-8")
