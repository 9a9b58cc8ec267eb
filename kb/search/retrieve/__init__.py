"""Question + date + scope → hits: exact address, lexical, dense, known questions, fusion, reranking, references.

Does not know how answers are worded.
"""

from kb.search.retrieve.retriever import Retriever
from kb.search.retrieve.scope import Scope

__all__ = ["Retriever", "Scope"]
