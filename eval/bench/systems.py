"""What is measured, behind one small protocol: ours, and the floor (bare cutting, bare FAISS, bare bm25s).

Does not know how time is taken. ``prepare`` is for what every system pays once and no clock should count: imports, the
encoder, jieba's dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

Hit = tuple[str, int, int]  # file name, start and end of the span in its text
Search = Callable[[str, Sequence[str]], list[Hit]]  # question and its history → hits, best first
DEPTH = 20
DAY = "2025-04-30"


class System(Protocol):
    """A way to build an index of files and to search it."""

    name: str

    def prepare(self, *, building: bool) -> None:
        """Import and load what is not the system's own work; ``building``: or only to search."""

    def build(self, files: Sequence[Path], folder: Path) -> None:
        """Build the index of ``files`` (all in one folder) under ``folder``."""

    def open(self, folder: Path, files: Sequence[Path]) -> Search:
        """Make ready to search what ``build`` left."""


class Ours:
    """The product: ``kb build`` and the retriever, with the known questions it ships with or without them."""

    def __init__(self, *, known: bool = True) -> None:
        self.name = "ours" if known else "ours_plain"
        self._known = known

    def prepare(self, *, building: bool) -> None:
        """The build's modules, the encoder, the dictionary."""
        from kb.search.embed import load_encoder
        from kb.search.lexical.terms import cutter

        if building:
            import kb.search.index.build  # noqa: F401 - imported before the clock starts
        load_encoder(None)
        cutter()("预热")

    def build(self, files: Sequence[Path], folder: Path) -> None:
        """Build or bring up to date."""
        from kb.search.embed import load_encoder
        from kb.search.index.build import Inputs, build
        from kb.settings import CHECKOUT

        bundled = CHECKOUT / "corpus"
        known = tuple(sorted((bundled / "questions").glob("*.jsonl"))) if self._known else ()
        build(Inputs((files[0].parent,), (), bundled / "catalogue.toml", known), folder, load_encoder(None))

    def open(self, folder: Path, files: Sequence[Path]) -> Search:
        """The retriever over the generation."""
        from datetime import date

        from kb.app import KnowledgeBase
        from kb.settings import Settings

        base = KnowledgeBase(Settings(index=folder))
        day = date.fromisoformat(DAY)

        def search(question: str, history: Sequence[str]) -> list[Hit]:
            found = base.search(question, k=DEPTH, history=history, as_of=day, scope="law")
            return [(Path(h.passage.source).name, h.passage.start, h.passage.end) for h in found.hits]

        return search


class Jieba:
    """The floor of building: reading the files and cutting their text with jieba, nothing kept."""

    name = "jieba"

    def prepare(self, *, building: bool) -> None:
        """The dictionary."""
        import jieba

        jieba.initialize()

    def build(self, files: Sequence[Path], folder: Path) -> None:
        """Cut everything."""
        import jieba

        for path in files:
            jieba.lcut_for_search(path.read_text("utf-8"))

    def open(self, folder: Path, files: Sequence[Path]) -> Search:
        """There is nothing to search; raises NotImplementedError."""
        raise NotImplementedError("bare cutting has no index")


class Floor:
    """The floor of searching, over the product's own arrays: its vectors in bare FAISS, its words in bare bm25s.

    Nothing is fused, filtered or ranked; the two lists alternate. A folder with a generation is searched as it is.
    """

    name = "floor"

    def prepare(self, *, building: bool) -> None:
        """As for ours."""
        Ours().prepare(building=building)

    def build(self, files: Sequence[Path], folder: Path) -> None:
        """A generation without known questions."""
        Ours(known=False).build(files, folder)

    def open(self, folder: Path, files: Sequence[Path]) -> Search:
        """Open the vectors; count the words of every passage for bm25s, in memory."""
        import bm25s

        from kb.search.embed import load_encoder
        from kb.search.embed.protocol import passage_text
        from kb.search.index.generation import Generation
        from kb.search.lexical.terms import clean, cutter

        held, encoder, cut = Generation.open(folder), load_encoder(None), cutter()
        passages = [p for d in held.documents() for p in held.of_document(d)]
        spans = [(Path(p.source).name, p.start, p.end) for p in passages]
        words = bm25s.BM25()
        words.index([cut(clean(passage_text(p))) for p in passages], show_progress=False)
        del passages
        depth = min(DEPTH, len(spans))

        def search(question: str, history: Sequence[str]) -> list[Hit]:
            text = " ".join((*history, question))
            near, _ = held.vectors.exact(encoder.encode([text], kind="query")[0], depth)
            scores = words.get_scores(cut(clean(text)))
            best = scores.argpartition(-depth)[-depth:]
            rows = [int(r) for pair in zip(near, best[scores[best].argsort()[::-1]], strict=False) for r in pair]
            return [spans[r] for r in dict.fromkeys(rows)][:DEPTH]

        return search


def system(name: str) -> System:
    """The system of a name; peers load their packages here. Raises KeyError for an unknown name."""
    if name in ("langchain", "llamaindex", "txtai"):
        from eval.bench import peers

        kinds: dict[str, Callable[[], Any]] = {
            "langchain": peers.LangChain,
            "llamaindex": peers.LlamaIndex,
            "txtai": peers.Txtai,
        }
        return cast("System", kinds[name]())
    makers: dict[str, Callable[[], Any]] = {
        "ours": Ours,
        "ours_plain": lambda: Ours(known=False),
        "jieba": Jieba,
        "floor": Floor,
    }
    return cast("System", makers[name]())
