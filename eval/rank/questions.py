"""Known questions of a generation as the ranker's training rows, and their division into folds.

Does not know encoders, features or models.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.search.index import Generation


@dataclass(frozen=True, slots=True)
class Item:
    """A question: ``text`` as searched (history in front), ``last`` alone, ``gold`` rows and their ``laws``."""

    text: str
    last: str
    history: tuple[str, ...]
    gold: tuple[int, ...]
    laws: frozenset[int]
    style: str


def items(generation: Generation, files: Iterable[Path]) -> list[Item]:
    """Every known question of ``generation`` in its order; ``files`` tell what is history and what is the question."""
    turns: dict[str, tuple[tuple[str, ...], str]] = {}
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            history = tuple(row.get("history", ()))
            turns[" ".join((*history, row["q"]))] = (history, row["q"])
    number = {}
    for i, d in enumerate(generation.documents()):
        number.update(dict.fromkeys(range(d.base, d.base + d.n), i))
    found = []
    for qid, text, style in generation.known_texts():
        gold = tuple(generation.known.answers(qid).tolist())
        history, last = turns.get(text, ((), text))
        found.append(Item(text, last, history, gold, frozenset(number[r] for r in gold), style))
    return found


@dataclass(frozen=True, slots=True)
class Fold:
    """Numbers of the questions that a fold's encoder and question index do not see.

    ``by_law``: every question about one of ``laws``; ``by_question``: a share of the others.
    """

    n: int
    by_law: tuple[int, ...]
    by_question: tuple[int, ...]
    laws: frozenset[int]

    @property
    def left_out(self) -> frozenset[int]:
        """All of them."""
        return frozenset(self.by_law) | frozenset(self.by_question)

    def save(self, file: Path, questions: Sequence[Item]) -> None:
        """Write the words of the questions left out: numbers change with every edit of the questions."""
        plain = {
            "by_law": [questions[i].text for i in self.by_law],
            "by_question": [questions[i].text for i in self.by_question],
            "laws": sorted(self.laws),
        }
        file.write_text(json.dumps(plain, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, n: int, file: Path, questions: Sequence[Item]) -> Fold:
        """Read; a question whose words were edited since is left out by neither."""
        plain = json.loads(file.read_text("utf-8"))
        number = {q.text: i for i, q in enumerate(questions)}
        by_law, by_question = ([number[t] for t in plain[k] if t in number] for k in ("by_law", "by_question"))
        return cls(n, tuple(by_law), tuple(by_question), frozenset(plain["laws"]))


def folds(questions: Sequence[Item], n: int, share: float, seed: int = 0) -> list[Fold]:
    """``n`` folds: each law is left out of one of them, and ``share`` of the other questions besides.

    Laws are dealt so that the folds leave out about as many questions; the same text never stands on both sides.
    """
    counts = Counter(law for q in questions for law in q.laws)
    chance = random.Random(seed)
    laws = sorted(counts)
    chance.shuffle(laws)
    laws.sort(key=lambda law: -counts[law])
    dealt: list[set[int]] = [set() for _ in range(n)]
    load = [0] * n
    for law in laws:
        least = load.index(min(load))
        dealt[least].add(law)
        load[least] += counts[law]
    texts = sorted({q.text for q in questions})
    chance.shuffle(texts)
    place = {t: i for i, t in enumerate(texts)}
    step = len(texts) * share
    out = []
    for f in range(n):
        by_law = [i for i, q in enumerate(questions) if q.laws & dealt[f]]
        taken = set(by_law)
        low = f * len(texts) / n
        by_question = [
            i for i, q in enumerate(questions) if i not in taken and (place[q.text] - low) % len(texts) < step
        ]
        out.append(Fold(f, tuple(by_law), tuple(by_question), frozenset(dealt[f])))
    return out
