"""Texts → vectors of length one, by the shipped static encoder or any sentence-transformers model.

Does not know passages' rows, indexes or how vectors are searched.

* ``protocol``     the ``Encoder`` the other rooms depend on, and the text form of a passage;
* ``static``       a table of word vectors and a mean: numpy and tokenizers, no torch;
* ``transformer``  a sentence-transformers model by name or folder: prompts, windows, progress;
* ``resume``       long encodings kept chunk by chunk, so that an interrupted one goes on.
"""

from kb.search.embed.load import SHIPPED, load_encoder
from kb.search.embed.protocol import Encoder, document_text, passage_text
from kb.search.embed.resume import encode_resumable
from kb.search.embed.static import StaticEncoder
from kb.search.embed.transformer import SentenceTransformerEncoder

__all__ = [
    "SHIPPED",
    "Encoder",
    "SentenceTransformerEncoder",
    "StaticEncoder",
    "document_text",
    "encode_resumable",
    "load_encoder",
    "passage_text",
]
