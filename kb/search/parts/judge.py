"""The trained model over the parts of a provision: which of them a question is about.

Does not know quotations. Trained by ``python -m eval.train_parts``; the card beside the model says on what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path

import numpy as np

from kb.base.records import ModelError, Passage
from kb.search.embed import StaticEncoder
from kb.search.index import Generation
from kb.search.parts.signs import F32, NAMES, NOTHING, Asked, Texts, asked_signs, near_and_likely, signs
from kb.search.parts.split import Part, Place, parts_of
from kb.search.rank.booster import Booster

SHIPPED = Path(__file__).with_name("model") / "parts.txt"
NONE = Texts([], np.zeros((0, 0), np.float32), [])
REMEMBERED = 256  # provisions whose parts, and questions whose words, are kept ready


@dataclass(frozen=True, slots=True)
class _Ready:
    parts: list[Part]
    own: Texts
    tied: Texts


class PartJudge:
    """Scores parts by one generation and its static encoder. Safe for several threads."""

    def __init__(self, generation: Generation, encoder: StaticEncoder, model: Path = SHIPPED) -> None:
        self.generation = generation
        self.encoder = encoder
        self._model = model
        self._ready = lru_cache(maxsize=REMEMBERED)(self._make_ready)
        self._asked = lru_cache(maxsize=REMEMBERED)(partial(Asked.of, encoder))

    @cached_property
    def _booster(self) -> Booster:
        booster = Booster(self._model.read_text("utf-8"))
        if booster.features != len(NAMES):
            raise ModelError(f"{self._model} 与程序不配套；请恢复模型文件，或运行 python -m eval.train_parts")
        return booster

    def scores(self, passage: Passage, question: str, *, penal: bool) -> dict[Place, float]:
        """A score a part, higher is likelier, comparable within one call; empty where there is one part or none."""
        found = self.signs(passage, question, penal=penal)
        if found is None:
            return {}
        parts, rows = found
        scores = self._booster.predict(rows.astype(np.float64))
        return {part.place: float(s) for part, s in zip(parts, scores, strict=True)}

    def signs(
        self, passage: Passage, question: str, *, penal: bool, without: Sequence[int] = ()
    ) -> tuple[list[Part], F32] | None:
        """The parts and their signs; None where there is one part or none.

        ``without``: known questions that do not count (when one of them is asked, in training).
        """
        ready = self._ready(passage, penal)
        if len(ready.parts) < 2:
            return None
        asked = self._asked(question)
        known = self.generation.known.at(passage.id)
        known = known[~np.isin(known["question"], np.array(without, np.int64))]
        cosines = np.zeros(0, np.float32)
        if len(known):
            cosines = self.generation.known.vectors.cosines(known["question"].astype(np.int64), asked.vector)
        of = [(int(k["paragraph"]), int(k["item"]) or None) for k in known]
        places = [p.place for p in ready.parts]
        rows = signs(
            near_and_likely(self.encoder, asked, ready.own),
            near_and_likely(self.encoder, asked, ready.tied),
            [bool(p.tied) for p in ready.parts],
            asked_signs(places, of, cosines),
            ready.parts,
            penal=penal,
        )
        return ready.parts, rows

    def _make_ready(self, passage: Passage, penal: bool) -> _Ready:
        parts = parts_of(self.generation, passage, penal=penal)
        if len(parts) < 2:
            return _Ready(parts, NONE, NONE)
        own = Texts.of(self.encoder, [p.text for p in parts])
        return _Ready(parts, own, Texts.of(self.encoder, [p.tied or NOTHING for p in parts]))
