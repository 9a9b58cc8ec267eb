"""Peers set up as their documentation says, for Chinese: LangChain, LlamaIndex, txtai. Knows no clock.

Each takes the shipped static encoder for its vectors and jieba for its words, so that what differs is the system.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from eval.bench.systems import DEPTH, Hit, Search
from kb.search.embed import load_encoder
from kb.search.embed.protocol import Encoder

CHUNK, OVERLAP = 500, 50  # characters; LangChain's usual settings for Chinese text
WORDS = r"\S+"  # tokens of a text already cut, blanks between


def cut(text: str) -> list[str]:
    """Words for a peer's BM25."""
    import jieba

    return [w for w in jieba.lcut_for_search(text) if w.strip()]


def _asked(question: str, history: Sequence[str]) -> str:
    return " ".join((*history, question))


@cache
def _encoder() -> Encoder:
    """The shipped encoder, loaded once."""
    return load_encoder(None)


def _ready() -> None:
    """What all peers share: the encoder and jieba's dictionary."""
    import jieba

    jieba.initialize()
    _encoder()


class LangChain:
    """RecursiveCharacterTextSplitter, BM25Retriever with jieba, FAISS vector store, EnsembleRetriever (half and half).

    Its BM25Retriever has no file form, so opening cuts and counts the words again.
    """

    name = "langchain"

    def prepare(self, *, building: bool) -> None:
        """Its modules."""
        import langchain_classic.retrievers  # type: ignore[import-not-found, unused-ignore]  # noqa: F401
        import langchain_community.retrievers
        import langchain_community.vectorstores
        import langchain_text_splitters  # noqa: F401

        langchain_community.retrievers.BM25Retriever  # noqa: B018 - loaded when first named
        langchain_community.vectorstores.FAISS  # noqa: B018
        _ready()

    def build(self, files: Sequence[Path], folder: Path) -> None:
        """Split, embed, save the vector store; count the words once (they cannot be kept)."""
        from langchain_community.vectorstores import FAISS

        documents = self.split(files)
        store = FAISS.from_documents(documents, _langchain_embeddings())
        store.save_local(str(folder))
        self._words(documents)

    def open(self, folder: Path, files: Sequence[Path]) -> Search:
        """Load the store and count the words."""
        from langchain_classic.retrievers import EnsembleRetriever  # type: ignore[import-not-found, unused-ignore]
        from langchain_community.vectorstores import FAISS

        store = FAISS.load_local(str(folder), _langchain_embeddings(), allow_dangerous_deserialization=True)
        both = EnsembleRetriever(
            retrievers=[self._words(self.split(files)), store.as_retriever(search_kwargs={"k": DEPTH})],
            weights=[0.5, 0.5],
        )

        def search(question: str, history: Sequence[str]) -> list[Hit]:
            found = both.invoke(_asked(question, history))
            return [_span(d.metadata["source"], d.metadata["start_index"], len(d.page_content)) for d in found[:DEPTH]]

        return search

    @staticmethod
    def split(files: Sequence[Path]) -> list[Any]:
        """The files in overlapping chunks that know where they began."""
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK,
            chunk_overlap=OVERLAP,
            add_start_index=True,
            separators=["\n\n", "\n", "。", "；", "，", ""],
            keep_separator="end",
        )
        whole = [Document(page_content=f.read_text("utf-8"), metadata={"source": f.name}) for f in files]
        return list(splitter.split_documents(whole))

    @staticmethod
    def _words(documents: Sequence[Any]) -> Any:  # noqa: ANN401 - LangChain's own retriever
        from langchain_community.retrievers import BM25Retriever

        return BM25Retriever.from_documents(list(documents), preprocess_func=cut, k=DEPTH)


def _span(source: str, start: int, length: int) -> Hit:
    return (source, start, start + length)


def _langchain_embeddings() -> Any:  # noqa: ANN401 - a subclass made when LangChain is there
    from langchain_core.embeddings import Embeddings

    encoder = _encoder()

    class Shipped(Embeddings):
        """The shipped encoder."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            """Vectors of passages."""
            return [list(map(float, v)) for v in encoder.encode(texts, kind="passage")]

        def embed_query(self, text: str) -> list[float]:
            """Vector of a question."""
            return list(map(float, encoder.encode([text], kind="query")[0]))

    return Shipped()


class LlamaIndex:
    """SentenceSplitter, VectorStoreIndex, BM25Retriever, QueryFusionRetriever by reciprocal rank, no language model."""

    name = "llamaindex"

    def prepare(self, *, building: bool) -> None:
        """Its modules."""
        import llama_index.core
        import llama_index.retrievers.bm25  # noqa: F401

        _ready()

    def build(self, files: Sequence[Path], folder: Path) -> None:
        """Split, embed, count, save both."""
        from llama_index.core import Document, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter

        whole = [Document(text=f.read_text("utf-8"), metadata={"source": f.name}) for f in files]
        nodes = SentenceSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, tokenizer=list).get_nodes_from_documents(
            whole
        )
        index = VectorStoreIndex(nodes, embed_model=_llama_embeddings())
        index.storage_context.persist(str(folder / "vectors"))
        self._words(nodes).persist(str(folder / "words"))

    def open(self, folder: Path, files: Sequence[Path]) -> Search:
        """Load both."""
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.retrievers.bm25 import BM25Retriever

        stored = StorageContext.from_defaults(persist_dir=str(folder / "vectors"))
        index = load_index_from_storage(stored, embed_model=_llama_embeddings())
        words = _restored(BM25Retriever, folder / "words", list(stored.docstore.docs.values()))
        both = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=DEPTH), words],
            llm=MockLLM(),
            similarity_top_k=DEPTH,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
        )

        def search(question: str, history: Sequence[str]) -> list[Hit]:
            found = both.retrieve(_asked(question, history))
            return [_span(n.node.metadata["source"], n.node.start_char_idx or 0, len(n.node.text)) for n in found]

        return search

    @staticmethod
    def _words(nodes: Sequence[Any]) -> Any:  # noqa: ANN401 - LlamaIndex's own retriever
        """Its BM25 takes a pattern of tokens, no function: it is given the text cut by jieba, blanks between words."""
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever

        cut_nodes = [
            TextNode(text=" ".join(cut(n.text)), id_=n.node_id, metadata={}, start_char_idx=n.start_char_idx)
            for n in nodes
        ]
        return BM25Retriever.from_defaults(
            nodes=cut_nodes, similarity_top_k=DEPTH, skip_stemming=True, language=[], token_pattern=WORDS
        )


def _restored(kind: Any, folder: Path, nodes: Sequence[Any]) -> Any:  # noqa: ANN401 - LlamaIndex's own classes
    """The BM25 retriever kept in ``folder``, cutting the question and giving back the nodes as they were."""
    by_id = {n.node_id: n for n in nodes}
    made = kind.from_persist_dir(str(folder))
    made.token_pattern = WORDS
    made.skip_stemming = True

    class Restored(kind):  # type: ignore[misc]
        """Cuts the question, and gives back the nodes as they were."""

        def _retrieve(self, query_bundle: Any) -> list[Any]:  # noqa: ANN401 - LlamaIndex's own type
            from llama_index.core.schema import NodeWithScore, QueryBundle

            found = super()._retrieve(QueryBundle(" ".join(cut(query_bundle.query_str))))
            return [NodeWithScore(node=by_id[n.node.node_id], score=n.score) for n in found]

    made.__class__ = Restored
    return made


def _llama_embeddings() -> Any:  # noqa: ANN401 - a subclass made when LlamaIndex is there
    from llama_index.core.embeddings import BaseEmbedding

    encoder = _encoder()

    class Shipped(BaseEmbedding):  # type: ignore[misc]
        """The shipped encoder."""

        def _get_text_embedding(self, text: str) -> list[float]:
            return list(map(float, encoder.encode([text], kind="passage")[0]))

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, v)) for v in encoder.encode(texts, kind="passage")]

        def _get_query_embedding(self, query: str) -> list[float]:
            return list(map(float, encoder.encode([query], kind="query")[0]))

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    return Shipped(embed_batch_size=2048)


class Txtai:
    """Embeddings with hybrid search (vectors and BM25), over the same chunks as LangChain.

    A paragraph a row, as its own segmenter cuts, finds less (recall@5 .555 against .630 on 77 files).
    """

    name = "txtai"

    def prepare(self, *, building: bool) -> None:
        """Its modules."""
        import txtai  # noqa: F401

        _ready()

    def build(self, files: Sequence[Path], folder: Path) -> None:
        """Cut, embed, save."""
        from txtai import Embeddings

        found = Embeddings(
            method="external",
            transform=_vectors,
            hybrid=True,
            scoring={"method": "bm25", "terms": True, "normalize": True},
        )
        chunks = LangChain.split(files)
        spans = [_span(d.metadata["source"], d.metadata["start_index"], len(d.page_content)) for d in chunks]
        found.index((i, " ".join(cut(d.page_content)), None) for i, d in enumerate(chunks))
        found.save(str(folder / "txtai"))
        (folder / "spans.json").write_text(json.dumps(spans, ensure_ascii=False), "utf-8")

    def open(self, folder: Path, files: Sequence[Path]) -> Search:
        """Load; the saved configuration names the encoder's function as text only, so it is handed over again."""
        from txtai import Embeddings

        found = Embeddings()
        found.load(str(folder / "txtai"), config={"transform": _vectors})
        spans = json.loads((folder / "spans.json").read_text("utf-8"))

        def search(question: str, history: Sequence[str]) -> list[Hit]:
            hits = found.search(" ".join(cut(_asked(question, history))), DEPTH)
            return [(s[0], s[1], s[2]) for s in (spans[int(i)] for i, _ in hits)]

        return search


def _vectors(texts: Sequence[str]) -> Any:  # noqa: ANN401 - an array, as txtai asks
    """The shipped encoder's vectors of texts cut into words."""
    found = _encoder().encode([t.replace(" ", "") for t in texts], kind="passage")
    found[~found.any(axis=1), 0] = 1.0  # a line without a known word: txtai divides by its length
    return found
