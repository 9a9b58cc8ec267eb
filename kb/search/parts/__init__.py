"""Which 款 or 项 of a provision a question is about. Does not know why a provision is cited, nor what is quoted."""

from kb.search.parts.judge import PartJudge
from kb.search.parts.signs import Asked, Texts, near, pairs_of, shared
from kb.search.parts.split import Part, Place, parts_of

__all__ = ["Asked", "Part", "PartJudge", "Place", "Texts", "near", "pairs_of", "parts_of", "shared"]
