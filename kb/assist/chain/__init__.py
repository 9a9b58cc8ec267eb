"""A chat model over keyed sources, through LangChain; and the knowledge base as a LangChain retriever.

Does not know how hits are found nor whether a text is true. Importing it is cheap: LangChain (2 to 4 s)
loads with the first request, or with the first use of ``KnowledgeBaseRetriever``.

    model = ChatModel(ChatSettings(base_url, name, key))
    stream = model.generate(question, [Source(address, text, role)])
    for piece in stream: ...                       # with source keys, [S7F2]
    text, unknown = to_numbered(stream.generated.text, stream.generated.keys)   # [1][2]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.assist.chain.keys import NumberedPieces, make_keys, to_numbered
from kb.assist.chain.model import ChatModel
from kb.assist.chain.prompt import Source
from kb.assist.chain.settings import ChatSettings, Secret
from kb.assist.chain.stream import Event, Generated, TextStream

if TYPE_CHECKING:
    from kb.assist.chain.retriever import KnowledgeBaseRetriever, to_document

__all__ = [
    "ChatModel",
    "ChatSettings",
    "Event",
    "Generated",
    "KnowledgeBaseRetriever",
    "NumberedPieces",
    "Secret",
    "Source",
    "TextStream",
    "make_keys",
    "to_document",
    "to_numbered",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's __getattr__ gives whatever the name stands for
    if name in {"KnowledgeBaseRetriever", "to_document"}:
        from kb.assist.chain import retriever

        return getattr(retriever, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
