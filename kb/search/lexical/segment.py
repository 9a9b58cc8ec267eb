"""A batch of texts → the compact inverted index of that batch.

Does not know which documents these are (the index gives them their row numbers), nor scores.

Made in worker processes: a segment is five numpy arrays (about five bytes per posting), cheap to send or to
save. Everything per token is done by numpy: only cutting the words touches Python strings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.search.lexical.terms import clean, cutter, is_word, term_key

MAX_DOCUMENTS = 1 << 16  # of one segment: document numbers take 16 bits while sorting
MAX_COUNT = 255  # a term's count in one document is stored in a byte; more make no difference to BM25
_DOC_BITS = np.uint64(16)
_LONG_WORD = 1 << 46  # above every packed pair of code points (42 bits)
_DROPPED = -1

U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]
U16 = npt.NDArray[np.uint16]
U8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Segment:
    """Postings of ``len(lengths)`` documents, term by term.

    The postings of ``keys[i]`` are ``docs[starts[i]:starts[i+1]]`` (ascending document numbers within the segment)
    and ``counts`` at the same places; ``lengths`` are the documents' numbers of terms, repeats counted.
    """

    keys: U64
    starts: U32
    docs: U32
    counts: U8
    lengths: U32

    def __len__(self) -> int:
        return len(self.lengths)

    def select(self, keep: npt.ArrayLike) -> Segment:
        """Keep the documents numbered ``keep`` (ascending, no repeats), renumbered 0, 1, 2 …"""
        keep = np.asarray(keep, np.int64)
        number = np.full(len(self), -1, np.int64)
        number[keep] = np.arange(len(keep))
        new = number[self.docs]
        kept = new >= 0
        terms = np.repeat(np.arange(len(self.keys)), np.diff(self.starts))[kept]
        sizes = np.bincount(terms, minlength=len(self.keys))
        used = sizes > 0
        starts = np.concatenate(([0], np.cumsum(sizes[used]))).astype(np.uint32)
        return Segment(self.keys[used], starts, new[kept].astype(np.uint32), self.counts[kept], self.lengths[keep])


class _Codes(dict[str, int]):
    """Word → number for sorting, filled as words are met; long words are numbered in order of arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.long_words: list[str] = []

    def __missing__(self, word: str) -> int:
        if not is_word(word):
            code = _DROPPED
        elif len(word) <= 2:
            code = term_key(word)
        else:
            code = _LONG_WORD | len(self.long_words)
            self.long_words.append(word)
        self[word] = code
        return code


def _word_codes(texts: Sequence[str], codes: _Codes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Codes of all words of ``texts`` and how many each text has; dropped tokens are still in both."""
    cut = cutter()
    flat: list[str] = []
    sizes = np.empty(len(texts), np.int64)
    for i, text in enumerate(texts):
        tokens = cut(text)
        sizes[i] = len(tokens)
        flat += tokens
    return np.fromiter(map(codes.__getitem__, flat), np.int64, len(flat)), sizes


def _bigram_codes(texts: Sequence[str]) -> tuple[U64, npt.NDArray[np.int64]]:
    """Codes of all bigrams of neighbouring Han characters, and the document each stands in."""
    sizes = np.fromiter((len(t) + 1 for t in texts), np.int64, len(texts))
    points = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    han = ((points >= 0x4E00) & (points <= 0x9FFF)) | ((points >= 0x3400) & (points <= 0x4DBF)) | (points == 0x3007)
    first = np.flatnonzero(han[:-1] & han[1:])
    codes = points[first].astype(np.uint64) << np.uint64(21) | points[first + 1]
    return codes, np.repeat(np.arange(len(texts)), sizes)[first]


def encode_documents(texts: Sequence[str]) -> Segment:
    """Count the terms of ``texts`` (at most 65,536), one document each, terms exactly as ``terms`` gives them.

    Raises ValueError for more texts.
    """
    if len(texts) > MAX_DOCUMENTS:
        raise ValueError(f"more than {MAX_DOCUMENTS} texts in one segment")
    texts = [clean(text) for text in texts]
    codes = _Codes()
    words, sizes = _word_codes(texts, codes)
    word_docs = np.repeat(np.arange(len(texts)), sizes)
    kept = words != _DROPPED
    pairs, pair_docs = _bigram_codes(texts)
    word_docs = word_docs[kept]
    lengths = np.bincount(word_docs, minlength=len(texts)) + np.bincount(pair_docs, minlength=len(texts))
    packed = np.concatenate(
        (
            words[kept].astype(np.uint64) << _DOC_BITS | word_docs.astype(np.uint64),
            pairs << _DOC_BITS | pair_docs.astype(np.uint64),
        )
    )
    packed.sort()
    return _fold(packed, codes.long_words, lengths.astype(np.uint32))


def _fold(packed: U64, long_words: list[str], lengths: U32) -> Segment:
    """Count the repeats of sorted (term, document) numbers and put the final keys in place of the term numbers."""
    new = np.concatenate(([True], packed[1:] != packed[:-1])) if len(packed) else np.zeros(0, bool)
    at = np.flatnonzero(new)
    counts = np.minimum(np.diff(at, append=len(packed)), MAX_COUNT).astype(np.uint8)
    packed = packed[at]
    docs = (packed & np.uint64(0xFFFF)).astype(np.uint32)
    codes = packed >> _DOC_BITS
    change = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1]))) if len(codes) else at
    keys = codes[change]
    long = keys >= np.uint64(_LONG_WORD)
    hashes = np.fromiter(map(term_key, long_words), np.uint64, len(long_words))
    keys[long] = hashes[(keys[long] - np.uint64(_LONG_WORD)).astype(np.int64)]
    return Segment(keys, np.append(change, len(codes)).astype(np.uint32), docs, counts, lengths)
