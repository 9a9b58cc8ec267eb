"""Words of an index's passages and known questions, as ranking compares them.

Does not know features. The numbers are those of the static encoder that built the index.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.search.embed import StaticEncoder

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Texts = tuple[npt.NDArray[np.unsignedinteger], npt.NDArray[np.integer]]  # words of all texts, where each begins


@dataclass(frozen=True, slots=True)
class Words:
    """See ``kb.search.rank.evidence.WordSearch``."""

    encoder: StaticEncoder
    of_passages: Texts
    of_questions: Texts

    def question(self, text: str) -> I64:
        """Numbers of a question's words."""
        return np.array(self.encoder.token_ids([text])[0], np.int64)

    def passages(self, rows: I64) -> tuple[I64, I64]:
        """Numbers of the words of some rows, one after the other, and where each row begins."""
        return taken(*self.of_passages, rows)

    def known(self, questions: I64) -> tuple[I64, I64]:
        """The same of some known questions."""
        return taken(*self.of_questions, questions)

    def vectors(self, words: I64) -> F32:
        """Vectors of words, not of length one."""
        return self.encoder.vectors_of(words)

    def lengths(self, words: I64) -> F32:
        """Lengths of these vectors."""
        return self.encoder.lengths_of(words)

    def cosines(self, words: I64, unit: F32) -> F32:
        """Cosines [words, n] of words with vectors [n, dim] of length one."""
        return self.encoder.cosines_of(words, unit)

    def rarity(self, words: I64) -> F32:
        """How telling words are, greater for rarer ones."""
        return self.encoder.rarity_of(words)

    def lifts(self, asked: I64) -> F32:
        """How many times likelier words of a question are beside every word."""
        return self.encoder.lifts_of(asked)

    def surprisal(self, asked: I64) -> F32:
        """How much words of a question say."""
        return self.encoder.surprisal_of(asked)


def taken(flat: npt.NDArray[np.unsignedinteger], starts: npt.NDArray[np.integer], texts: I64) -> tuple[I64, I64]:
    """Words of some texts, one after the other, and where each begins (one more than texts)."""
    first = starts.take(texts).astype(np.int64)
    sizes = starts.take(texts + 1) - first
    begins = np.concatenate(([0], sizes.cumsum()))
    at = np.arange(begins[-1])
    at += (first - begins[:-1]).repeat(sizes)
    return flat.take(at).astype(np.int64), begins
