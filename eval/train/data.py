"""The texts beside the checkout → articles and questions as plain arrays for training and validation.

Does not know tokens, models or losses. Never reads ../shared/eval: development questions are not training data.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb.base.address import ArticleNo
from kb.base.records import Passage
from kb.law.edges import references
from kb.law.parse import parse_law
from kb.search.embed import passage_text
from kb.search.embed.protocol import heading

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
LOCAL, HOME = "DLC/", "DLC/上海"  # other cities' rules train the encoder, but are not searched in validation

ArticleKey = tuple[str, ArticleNo]


@dataclass(frozen=True, slots=True)
class Article:
    """An article in the text form of the encoder. ``searched``: national or of Shanghai (validation searches these)."""

    key: str
    no: ArticleNo
    head: str  # title and headings, a line each
    body: str
    searched: bool
    cites: tuple[ArticleKey, ...] = ()

    @property
    def text(self) -> str:
        """The whole document as it is encoded."""
        return f"{self.head}\n{self.body}"


@dataclass(frozen=True, slots=True)
class Question:
    """A question (with its history in front) and the rows of the articles that answer it.

    ``query`` is the number of the STARD training query it stems from, -1 for others.
    """

    text: str
    gold: tuple[int, ...]
    laws: tuple[str, ...]
    source: str
    style: str = ""
    query: int = -1


@dataclass(frozen=True, slots=True)
class TextPair:
    """A public question and its answer text; ``query`` as in ``Question``."""

    a: str
    b: str
    query: int = -1


@dataclass(frozen=True, slots=True)
class Data:
    """All that training reads. ``rows`` finds an article's row."""

    articles: tuple[Article, ...]
    rows: dict[ArticleKey, int]
    written: tuple[Question, ...]
    public: tuple[Question, ...]
    answers: tuple[TextPair, ...]
    unknown: tuple[str, ...]

    def without(self, *, written: Collection[int] = (), stard: Collection[int] = ()) -> Data:
        """Leave out written questions by their number, and all that stems from some STARD queries: for held-out claims.

        A question asked again in the same words goes with the one left out.
        """
        texts = {self.written[i].text for i in written}
        queries = set(stard)
        return replace(
            self,
            written=tuple(q for q in self.written if q.text not in texts),
            public=tuple(q for q in self.public if q.query not in queries),
            answers=tuple(p for p in self.answers if p.query not in queries),
        )


def load(shared: Path = SHARED, questions: Path = ROOT / "corpus" / "questions") -> Data:
    """Read everything (about 20 s); ``unknown`` lists golds that no text holds. Raises OSError without the folders."""
    articles = _articles(shared / "corpus" / "laws")
    rows = {(a.key, a.no): i for i, a in enumerate(articles)}
    public, answers = _public(shared, articles, rows)
    written, unknown = _written(questions, rows)
    return Data(tuple(articles), rows, tuple(written), tuple(public), tuple(answers), tuple(unknown))


def _articles(folder: Path) -> list[Article]:
    """One article per number of every instrument's newest text; undated texts count as newest (刑法 is undated)."""
    texts: dict[str, tuple[str, str, list[Passage]]] = {}
    for file in sorted(folder.rglob("*.md")):
        source = file.relative_to(folder).as_posix()
        law = parse_law(file.read_text("utf-8"), name=file.stem)
        passages = [p for p in law.passages(source) if p.article is not None]
        if law.division:  # a code that came in parts: each part is an entry of its own
            texts[f"{law.key}/{law.division}"] = ("9", source, passages)
        elif passages and (law.version or "9") >= texts.get(law.key, ("", "", []))[0]:
            texts[law.key] = (law.version or "9", source, passages)
    return [_article(p, source) for _, source, passages in texts.values() for p in passages]


def _article(passage: Passage, source: str) -> Article:
    assert passage.article is not None
    whole = passage_text(passage)
    head = whole[: len(whole) - len(passage.text)].strip()
    cites = tuple(
        (r.target.title, r.target.article)
        for r in references(passage.text, passage.title, passage.article)
        if r.target.article is not None
    )
    return Article(
        passage.title,
        passage.article,
        head or heading(passage.title),
        passage.text,
        not source.startswith(LOCAL) or source.startswith(HOME),
        cites,
    )


def _written(folder: Path, rows: dict[ArticleKey, int]) -> tuple[list[Question], list[str]]:
    """Questions of ``corpus/questions`` (active or for review), and the golds that no text holds."""
    out: list[Question] = []
    unknown: list[str] = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row.get("status", "active") not in ("active", "review"):
                continue
            keys = [(key, ArticleNo.parse(no)) for key, no in row["gold"]]
            gold = tuple(rows[k, n] for k, n in keys if n is not None and (k, n) in rows)
            unknown += [f"{k}{n}" for k, n in keys if n is None or (k, n) not in rows]
            if gold:
                text = " ".join([*row.get("history", []), row["q"]])
                out.append(
                    Question(text, gold, tuple(dict.fromkeys(k for k, _ in row["gold"])), "written", row["style"])
                )
    return out, unknown


def _public(
    shared: Path, articles: list[Article], rows: dict[ArticleKey, int]
) -> tuple[list[Question], list[TextPair]]:
    """Public questions tied to an article, and public question-answer texts.

    An article that only the benchmark's corpus has is appended to ``articles`` (not searched).
    """
    corpus = [json.loads(line) for line in (shared / "bench" / "stard" / "corpus.jsonl").open(encoding="utf-8")]
    gold: dict[tuple[str, str, int], list[int]] = {}
    answers: list[TextPair] = []
    for line in (shared / "training" / "pairs.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        if "b" in row:
            answers.append(TextPair(row["a"], row["b"], row.get("stard_train_query", -1)))
            continue
        entry = corpus[row["corpus_id"]]
        key = (entry["key"], ArticleNo(*entry["n"]))
        if key not in rows:
            rows[key] = len(articles)
            head = "\n".join([entry["key"], *(heading(h) for h in entry["path"])])
            articles.append(Article(*key, head, entry["text"], False))
        gold.setdefault((row["a"], row["kind"], row.get("stard_train_query", -1)), []).append(rows[key])
    public = [
        Question(text, tuple(dict.fromkeys(g)), tuple(dict.fromkeys(articles[i].key for i in g)), kind, query=query)
        for (text, kind, query), g in gold.items()
    ]
    return public, answers


@dataclass(frozen=True, slots=True)
class Split:
    """Written questions by number: to train on, held out by question, held out with their whole law."""

    train: tuple[int, ...]
    by_question: tuple[int, ...]
    by_law: tuple[int, ...]
    laws: tuple[str, ...]


def split(questions: Sequence[Question], *, laws: int = 12, share: float = 0.05, seed: int = 0) -> Split:
    """Hold out all questions that touch ``laws`` random instruments, and a ``share`` of the rest."""
    chance = random.Random(seed)
    held = set(chance.sample(sorted({law for q in questions for law in q.laws}), laws))
    by_law = [i for i, q in enumerate(questions) if held & set(q.laws)]
    rest = [i for i, q in enumerate(questions) if not held & set(q.laws)]
    chance.shuffle(rest)
    cut = round(share * len(rest))
    return Split(tuple(sorted(rest[cut:])), tuple(sorted(rest[:cut])), tuple(by_law), tuple(sorted(held)))


def folds(questions: Sequence[Question], n: int = 5, *, seed: int = 0) -> list[frozenset[int]]:
    """``n`` disjoint sets of question numbers; questions with the same text stay together."""
    texts = sorted({q.text for q in questions})
    random.Random(seed).shuffle(texts)
    fold = {text: i % n for i, text in enumerate(texts)}
    return [frozenset(i for i, q in enumerate(questions) if fold[q.text] == f) for f in range(n)]


def law_folds(questions: Sequence[Question], n: int = 5, *, seed: int = 0) -> list[frozenset[int]]:
    """``n`` sets of question numbers, each all questions about a share of the laws.

    A question about two laws may be in two sets.
    """
    laws = sorted({law for q in questions for law in q.laws})
    random.Random(seed).shuffle(laws)
    return [excluding(questions, laws[f::n]) for f in range(n)]


def excluding(questions: Iterable[Question], laws: Iterable[str]) -> frozenset[int]:
    """Numbers of the questions that touch one of ``laws``."""
    taken = set(laws)
    return frozenset(i for i, q in enumerate(questions) if taken & set(q.laws))
