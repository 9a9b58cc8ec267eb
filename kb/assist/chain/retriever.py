"""The knowledge base as a LangChain retriever, for use in anyone's own chain.

Does not know how hits are found: the search is an argument. Imports langchain_core; import it through
``kb.assist.chain``, which loads it when first used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from kb.base.records import Hit, SearchResult


class KnowledgeBaseRetriever(BaseRetriever):
    """Retriever over ``search(question) -> SearchResult``.

    A document's ``page_content`` is the provision's verbatim text; its metadata are JSON-friendly:
    ``address``, ``title``, ``version``, ``article``, ``kind``, ``text_kind``, ``path``, ``source``,
    ``passage``, ``rank``, ``score``, ``why``, ``as_of``, ``generation``. ``k``: at most so many, None all
    that the search gives. ``search`` raises what it raises (KbError).
    """

    search: Callable[[str], SearchResult]
    k: int | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        result = self.search(query)
        return [to_document(hit, result) for hit in result.hits[: self.k]]


def to_document(hit: Hit, result: SearchResult) -> Document:
    """Turn a hit into a LangChain document."""
    passage = hit.passage
    metadata: dict[str, Any] = {
        "address": passage.address,
        "title": passage.title,
        "version": passage.version,
        "article": str(passage.article) if passage.article else None,
        "kind": passage.kind,
        "text_kind": passage.text_kind,
        "path": list(passage.path),
        "source": passage.source,
        "passage": passage.id,
        "rank": hit.rank,
        "score": float(hit.score),
        "why": list(hit.why),
        "as_of": result.as_of.isoformat(),
        "generation": result.generation,
    }
    return Document(page_content=passage.text, metadata=metadata)
