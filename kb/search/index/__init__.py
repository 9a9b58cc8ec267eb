"""One immutable generation of the index: build, open, swap, check. Does not know the questions asked."""

from kb.search.index.build import BuildReport, Inputs, build
from kb.search.index.generation import Generation
from kb.search.index.manifest import Manifest, current_id

__all__ = ["BuildReport", "Generation", "Inputs", "Manifest", "build", "current_id"]
