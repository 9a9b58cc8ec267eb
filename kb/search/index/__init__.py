"""One immutable generation of the index: build, open, swap, check. Does not know the questions asked.

Opening is light and stands here; building (``kb.search.index.build``) imports parsers and arrays, so it is imported
by name where it is wanted.
"""

from kb.search.index.generation import DocumentRow, Generation
from kb.search.index.manifest import Manifest, current_id

__all__ = ["DocumentRow", "Generation", "Manifest", "current_id"]
