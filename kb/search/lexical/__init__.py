"""Words and BM25: Chinese text → terms → an index on disk → a score for every document.

Does not know vectors, articles, versions or what a question means.

Three steps, one file each:

* ``terms``   text → terms (jieba search mode + character bigrams), and terms → 64-bit keys;
* ``segment`` a batch of texts → a compact inverted index of that batch, made in any process;
* ``index``   segments → one memory-mapped index → scores.

Terms are identified by a key that any process computes on its own (no shared vocabulary, nothing to merge
but sorted numbers): one or two characters are packed as code points and cannot collide; a longer word is a
63-bit hash, where two of a million words collide with probability 5e-8.
"""

from kb.search.lexical.index import LexicalIndex, best
from kb.search.lexical.segment import Segment, encode_documents
from kb.search.lexical.terms import LEGAL_TERMS_FILE, legal_terms, term_key, terms

__all__ = [
    "LEGAL_TERMS_FILE",
    "LexicalIndex",
    "Segment",
    "best",
    "encode_documents",
    "legal_terms",
    "term_key",
    "terms",
]
