"""The training loop of the static encoder: a table of word vectors, a contrastive loss, early stopping.

Does not know where texts come from, nor how the table is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eval.train.batches import I32, Sampler, Words
from kb.search.questions.record import MAX_GOLD

if TYPE_CHECKING:
    import torch

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is made of; the defaults are the recipe of design/retrieval, steps chosen on validation."""

    seed: int = 0
    seeds: int = 2  # runs that are merged into one table
    dim: int = 256
    vocabulary: int = 32_000
    steps: int = 1200  # .710/.490 held-out recall@5 (questions/laws) at step 900 of 1,200 against .694/.471 after 600
    first_round: int = 250  # steps before hard negatives are looked up
    batch: int = 1024
    rate: float = 0.01
    warm_up: float = 0.05
    temperature: float = 0.1
    dropout: float = 0.5
    backward: float = 0.5  # weight of the document-to-question direction
    hard: int = 2
    every: int = 100  # steps between validations
    patience: int = 3  # validations without a better one before stopping
    weights: dict[str, float] = field(default_factory=dict)


Loss = Any  # a torch tensor; torch is loaded when training starts
Watch = Callable[[int, Vectors], float]


def train(sampler: Sampler, words: int, settings: Settings, *, watch: Watch | None = None) -> tuple[Vectors, int]:
    """Train a table [words, dim]; returns the best one and the step it was at.

    ``watch(step, table)`` gives the figure to stop by (greater is better), every ``settings.every`` steps; None trains
    all steps and keeps the last. The same settings, data and number of threads give the same table.
    """
    import torch
    from tqdm import tqdm

    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    table = torch.nn.EmbeddingBag(words, settings.dim, mode="sum")
    torch.nn.init.normal_(table.weight, std=0.1)
    with torch.no_grad():
        table.weight[0] = 0
    optimiser = torch.optim.AdamW(table.parameters(), lr=settings.rate, weight_decay=0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, settings))
    best, best_at, best_figure, waited = _copy(table), 0, -1.0, 0
    bar = tqdm(range(1, settings.steps + 1), desc="train", unit="step", mininterval=2)
    for step in bar:
        if settings.hard and step == settings.first_round + 1:
            _look_up_negatives(sampler, _copy(table))
        loss = _loss(table, sampler, settings, rng)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        if watch is not None and (step % settings.every == 0 or step == settings.steps):
            figure = watch(step, _copy(table))
            bar.set_postfix(loss=f"{loss.item():.3f}", valid=f"{figure:.4f}")
            if figure > best_figure:
                best, best_at, best_figure, waited = _copy(table), step, figure, 0
            elif step > settings.steps // 2:
                waited += 1
                if waited >= settings.patience:
                    break
    return (best, best_at) if watch is not None else (_copy(table), settings.steps)


def _rate(step: int, settings: Settings) -> float:
    """Linear warm-up, then linear decay to nothing."""
    warm = max(1, round(settings.warm_up * settings.steps))
    return (step + 1) / warm if step < warm else max(0.0, (settings.steps - step) / (settings.steps - warm))


def _copy(table: torch.nn.EmbeddingBag) -> Vectors:
    weights: Vectors = table.weight.detach().numpy().copy()
    weights[0] = 0  # the unknown word counts nothing
    return weights


def _loss(table: torch.nn.EmbeddingBag, sampler: Sampler, settings: Settings, rng: np.random.Generator) -> Loss:
    """InfoNCE both ways over one batch; hard negatives only where questions look for documents."""
    import torch
    from torch.nn.functional import cross_entropy, normalize

    batch = sampler.batch(settings.batch, settings.hard)
    left = normalize(_sums(table, batch.left, settings.dropout, rng))
    right = normalize(_sums(table, batch.right, settings.dropout, rng))
    scores = left @ right.T / settings.temperature
    scores = scores.masked_fill(torch.from_numpy(batch.same), float("-inf"))
    n = len(batch.left)
    aim = torch.arange(n)
    return cross_entropy(scores, aim) + settings.backward * cross_entropy(scores[:, :n].T, aim)


def _sums(table: torch.nn.EmbeddingBag, texts: list[I32], dropout: float, rng: np.random.Generator) -> Loss:
    """Sum of each text's word vectors, every word left out with probability ``dropout``; at least one word stays."""
    import torch

    flat = np.concatenate(texts)
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    keep = rng.random(len(flat)) >= dropout
    starts = np.cumsum(sizes) - sizes
    filled = sizes > 0
    keep[starts[filled] + (rng.random(int(filled.sum())) * sizes[filled]).astype(np.int64)] = True
    owner = np.repeat(np.arange(len(texts)), sizes)[keep]
    offsets = np.searchsorted(owner, np.arange(len(texts)))
    return table(torch.from_numpy(flat[keep].astype(np.int64)), torch.from_numpy(offsets))


def document_vectors(table: Vectors, sampler: Sampler) -> Vectors:
    """Vectors [articles, dim] of length 1 of all articles as they are indexed."""
    return _normal(document_sums(table, sampler))


def document_sums(table: Vectors, sampler: Sampler) -> Vectors:
    """Sums [articles, dim] of the word vectors of all articles as they are indexed."""
    return _pooled(table, sampler.heads) + _pooled(table, sampler.bodies)


def question_vectors(table: Vectors, texts: list[I32]) -> Vectors:
    """Vectors [texts, dim] of length 1."""
    out = np.stack([table[t].sum(axis=0) for t in texts]) if texts else np.zeros((0, table.shape[1]), np.float32)
    return _normal(out)


def _pooled(table: Vectors, words: Words) -> Vectors:
    """Sums over each text, by torch's embedding bag: several times faster than numpy here."""
    import torch

    with torch.no_grad():
        out = torch.nn.functional.embedding_bag(
            torch.from_numpy(words.flat.astype(np.int64)),
            torch.from_numpy(table),
            torch.from_numpy(words.starts[:-1]),
            mode="sum",
        )
    result: Vectors = out.numpy()
    return result


def _normal(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    out: Vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return out


def _look_up_negatives(sampler: Sampler, table: Vectors, first: int = 4, last: int = 60) -> None:
    """For each question, searched articles that ``table`` ranks ``first`` to ``last`` and that do not answer it."""
    import torch

    rows = sampler.searched
    last = min(last, len(rows) - MAX_GOLD)  # so that no gold article comes in at the end of a small corpus
    column = np.full(len(sampler.bodies), len(rows), np.int64)
    column[rows] = np.arange(len(rows))
    documents = torch.from_numpy(document_vectors(table, sampler)[rows]).T
    for source in ("written", "public"):
        questions, words = sampler.questions(source)
        found = np.empty((len(questions), last - first), np.int32)
        for start in range(0, len(questions), 512):
            part = range(start, min(start + 512, len(questions)))
            scores = torch.from_numpy(question_vectors(table, [words[i] for i in part])) @ documents
            for line, i in enumerate(part):
                gold = column[list(questions[i].gold)]
                scores[line, torch.from_numpy(gold[gold < len(rows)])] = -2
            found[start : part.stop] = rows[scores.topk(last, dim=1).indices.numpy()[:, first:]]
        sampler.negatives[source] = found
