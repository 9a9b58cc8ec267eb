"""Tiny models made on the spot, stock sentence-transformers folders: a static encoder, a one-layer transformer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

CHARACTERS = "安全生产法消防通道堵塞罚款责任应当不得有限空间作业监护人员危险化学品储存仓库的了，。？"


def static_model(folder: Path, *, dim: int = 16, quantised: bool = True, seed: int = 0) -> Path:
    """A static encoder over single characters and a few words, random but for the unknown word's zeros."""
    from safetensors.numpy import save_file
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    words = ["[unk]", *dict.fromkeys(CHARACTERS), "安全", "消防通道", "监护"]
    tokenizer = Tokenizer(models.Unigram([(w, -float(10 - len(w))) for w in words], unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("[一-鿿]+"), behavior="removed", invert=True)
    table = np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32)
    table[0] = 0
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    if quantised:
        factors = np.maximum(np.abs(table).max(axis=1), 1e-3) / 127
        rows = np.round(table / factors[:, None]).astype(np.int8)
        save_file({"embeddings": rows, "weights": factors.astype(np.float32)}, folder / "model.safetensors")
    else:
        save_file({"embedding.weight": table}, folder / "model.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"))
    modules = [
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
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Normalize" / "config.json").write_text("{}")
    return folder


def transformer_model(folder: Path, *, max_tokens: int = 48, seed: int = 0) -> Path:
    """A one-layer BERT over single characters with mean pooling, random weights, that reads ``max_tokens`` at once."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertModel

    torch.manual_seed(seed)
    inner = folder / "inner"
    characters = CHARACTERS + "为这个句子表示以用于检索相关文章："
    BertModel(_bert(inner, characters)).save_pretrained(inner)
    module = Transformer(str(inner), max_seq_length=max_tokens)
    pooling = Pooling(module.get_embedding_dimension())
    SentenceTransformer(modules=[module, pooling], device="cpu").save(str(folder / "model"))
    return folder / "model"


def cross_encoder_model(folder: Path, *, seed: int = 0) -> Path:
    """A one-layer BERT over single characters with one output, random weights: reads question and passage together."""
    import torch
    from transformers import BertForSequenceClassification

    torch.manual_seed(seed)
    inner = folder / "cross"
    BertForSequenceClassification(_bert(inner, CHARACTERS, num_labels=1)).save_pretrained(inner)
    return inner


def _bert(inner: Path, characters: str, **more: int) -> Any:
    """The configuration of a one-layer BERT; its tokenizer of single ``characters`` is written into ``inner``."""
    from transformers import BertConfig, BertTokenizerFast

    inner.mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(characters)]
    (inner / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    BertTokenizerFast(vocab_file=str(inner / "vocab.txt")).save_pretrained(inner)
    return BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        **more,
    )
