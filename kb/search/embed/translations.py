"""By how much a word of an article makes a word of a question likelier: the table of a translation model.

Does not know how it was estimated (``eval.train.translations``), nor what is made of it. Words are row numbers of the
static encoder beside whose files the table lies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb.base.records import ModelError

FILE = "translations.safetensors"
REMEMBERED = 4  # questions whose tables are kept: a question is weighed in two stages, two at a time
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Translations:
    """Sparse table [words of questions, words of articles], one row after the other.

    ``starts`` [words + 1]: where each row begins. ``words``: words of articles, ascending in a row. ``lifts``: log of
    how many times likelier the question's word is beside that word than at large. ``surprisal`` [words]: minus the log
    of how often a word of a question is this one.
    """

    starts: I64
    words: npt.NDArray[np.uint16]
    lifts: npt.NDArray[np.float16]
    surprisal: F32

    @classmethod
    def read(cls, folder: Path, vocabulary: int) -> Translations | None:
        """The table in an encoder's folder; None without one. Raises ModelError when it does not fit the encoder."""
        file = folder / FILE
        if not file.is_file():
            return None
        try:
            from safetensors.numpy import load_file

            found = load_file(file)
            table = cls(
                found["starts"].astype(np.int64),
                found["words"],
                found["lifts"],
                found["surprisal"].astype(np.float32),
            )
        except ImportError:
            raise
        except Exception as error:  # safetensors raises bare subclasses of Exception
            raise ModelError(
                f"词语对应表 {file} 读不出来：{error}。请恢复该文件，或删去它（检索会差一些）。"
            ) from error
        if len(table.starts) != vocabulary + 1 or len(table.surprisal) != vocabulary:
            raise ModelError(f"词语对应表 {file} 与编码器的词表不符。请恢复该文件，或删去它（检索会差一些）。")
        return table

    def write(self, folder: Path) -> None:
        """Write into an encoder's folder."""
        from safetensors.numpy import save_file

        tensors = {
            "starts": self.starts.astype(np.int32),
            "words": self.words,
            "lifts": self.lifts,
            "surprisal": self.surprisal.astype(np.float16),
        }
        save_file(tensors, folder / FILE)
        (folder / FILE).chmod(0o644)  # safetensors writes for the owner only

    def of(self, asked: I64) -> F32:
        """How many times likelier each word asked is beside each word of an article, [words, asked]; 0: not known.

        Not to be written to: the tables of the last questions are kept.
        """
        return self._remembered(asked.tobytes())

    @cached_property
    def _remembered(self) -> Callable[[bytes], F32]:
        return lru_cache(maxsize=REMEMBERED)(self._table)

    def _table(self, asked: bytes) -> F32:
        words = np.frombuffer(asked, np.int64)
        out = np.zeros((len(self.surprisal), len(words)), np.float32)
        for column, word in enumerate(words.tolist()):
            first, last = self.starts[word : word + 2]
            out[self.words[first:last], column] = np.exp(self.lifts[first:last].astype(np.float32))
        return out
