"""Composition root: settings → one ``KnowledgeBase``.

Does not know presentation: no printing, no pages, no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from kb.base.address import ArticleNo
from kb.base.records import Answer, Figure, InputError, SearchResult, SettingsError
from kb.base.simplified import simplified
from kb.settings import Settings, json_object

if TYPE_CHECKING:
    from kb.assist.answer import AnswerEngine
    from kb.assist.audit import AuditLog
    from kb.assist.chain import ChatModel
    from kb.assist.draft import Chapter, Draft, Drafter, Fact
    from kb.law.cite import CheckReport
    from kb.search.index import Generation
    from kb.search.index.build import BuildReport
    from kb.search.provision import Provision
    from kb.search.questions import KnownQuestions, Problem, Written
    from kb.search.retrieve import Retriever, Scope

BUNDLED = ("regulations", "reports")
PAIRS = "pairs.jsonl"
SCOPES = ("law", "report", "all")
_WARMING = "没有设置安全警示标志怎么处罚？"  # any question with a penalty reaches every part


def parse_day(text: str | None) -> date:
    """An ISO day; today when None or empty. Raises InputError."""
    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"日期“{text}”无法识别，请写成 2025-04-30 的样子") from error


def build_index(
    settings: Settings,
    corpora: Sequence[Path] | None = None,
    *,
    progress: Callable[[str, int, int], None] | None = None,
) -> BuildReport:
    """Build or update the index of ``settings``; ``corpora`` None: those of the last build, else the settings' own.

    The bundled digests and sample reports always take part; official texts make them step back.
    Raises what ``kb.search.index.build`` raises.
    """
    from kb.search.embed import load_encoder
    from kb.search.index.build import Inputs, build

    chosen = tuple(corpora) if corpora else corpora_of(settings)
    bundled = tuple(p for name in BUNDLED if (p := settings.bundled / name).is_dir())
    questions = tuple(sorted((settings.bundled / "questions").glob("*.jsonl")))
    facts, pairs = (p if p.is_file() else None for p in map(settings.bundled.joinpath, ("catalogue.toml", PAIRS)))
    inputs = Inputs(chosen, bundled, facts, questions, pairs)
    encoder = load_encoder(settings.encoder)
    return build(inputs, settings.index, encoder, encoder_setting=settings.encoder, progress=progress or _quiet)


def _quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def corpora_of(settings: Settings) -> tuple[Path, ...]:
    """The corpus folders that a build without named ones takes: the settings' own, else those of the last build."""
    return settings.corpora or _last_corpora(settings.index)


def _last_corpora(index: Path) -> tuple[Path, ...]:
    """The corpus folders of the current generation that still exist; empty when there is none."""
    from kb.search.index import manifest

    return tuple(p for c in manifest.corpora(index) if (p := Path(c)).is_dir())


class KnowledgeBase:
    """The whole product behind a few verbs. Opens lazily: an exact lookup needs neither encoder nor vectors.

    Safe for several threads. ``refresh`` moves on to a newer generation; questions under way keep theirs.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._moving = Lock()
        self._retired: Generation | None = None

    def refresh(self) -> bool:
        """Move on to the current generation; whether there was a newer one. Raises GenerationError when it is broken.

        Everything over the new one is opened first, then taken over in one step: a question under way ends with what
        it began with. The generation left behind is closed at the next move.
        """
        from kb.search.index import manifest

        with self._moving:
            newest = manifest.current_id(self.settings.index)
            if newest is None or ("generation" in self.__dict__ and newest == self.generation.id):
                return False
            fresh = KnowledgeBase(self.settings)
            opened = {"generation": fresh.generation, "retriever": fresh.retriever, "engine": fresh.engine}
            if "drafter" in self.__dict__:
                opened["drafter"] = fresh.drafter
            left = self.__dict__.get("generation")
            self.__dict__.update(opened)
            if self._retired is not None:
                self._retired.close()
            self._retired = left
            return True

    @cached_property
    def generation(self) -> Generation:
        """The opened generation; raises GenerationError with the command that mends it."""
        from kb.search.index import Generation

        return Generation.open(self.settings.index)

    @cached_property
    def retriever(self) -> Retriever:
        """The retriever over the generation; raises GenerationError when it was built with another encoder.

        The shipped ranker weighs the evidence of the shipped encoder; with another one candidates are fused.
        """
        from kb.search.embed import load_encoder
        from kb.search.rank import CrossReranker, load_ranker
        from kb.search.retrieve import Retriever

        encoder = load_encoder(self.settings.encoder)
        self.generation.require_encoder(encoder.fingerprint)
        ranker = None if self.settings.encoder else load_ranker()
        cross = CrossReranker(self.settings.reranker) if self.settings.reranker else None
        return Retriever(self.generation, encoder, ranker, cross=cross, home=self.settings.place)

    def search(
        self,
        question: str,
        *,
        k: int = 20,
        history: Sequence[str] = (),
        as_of: date | None = None,
        scope: str = "all",
        place: str | None = None,
    ) -> SearchResult:
        """Hits without an answer. ``scope``: law, report, all, or the title of one document.

        Raises InputError for an empty or overlong question or an unknown scope.
        """
        text = _checked_question(question)
        return self.retriever.search(text, scope=self._scope(as_of, scope, place), k=k, history=tuple(history))

    def _scope(self, as_of: date | None, scope: str, place: str | None) -> Scope:
        from kb.search.retrieve import Scope

        kind, title = (scope, None) if scope in SCOPES else ("all", self._titled(scope))
        return Scope(as_of or date.today(), kind, self.settings.place if place is None else place, title)

    def _titled(self, scope: str) -> str:
        """The document that a scope names; raises InputError when none or several fit."""
        documents = self.generation.documents()
        if any(scope in (d.key, d.source) for d in documents):
            return scope
        keys = self.generation.catalogue.resolve(scope.strip("《》")).keys
        if len(keys) == 1 and any(d.key == keys[0] for d in documents):
            return keys[0]
        raise InputError(f"范围“{scope}”不是 law、report、all，也不是库中文件的名称；kb status 可列出文件")

    def show(self, reference: str, *, as_of: date | None = None) -> Provision:
        """An exact lookup; raises UnknownProvision, NotHeld or AmbiguousReference."""
        from kb.search.lookup import locate
        from kb.search.provision import provision

        day = as_of or date.today()
        found = locate(simplified(reference), self.generation, day, self.settings.place)
        return provision(self.generation, found.passage, found.address, day)

    def ask(
        self,
        question: str,
        *,
        k: int = 20,
        history: Sequence[str] = (),
        as_of: date | None = None,
        scope: str = "all",
        place: str | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> Answer:
        """An answer whose citations verify, or a refusal; arguments as in ``search``.

        ``tell`` hears the text that a chat model writes as it grows, unverified; without a model it hears nothing.
        """
        text = _checked_question(question)
        where = self._scope(as_of, scope, place)
        return self.engine.answer(text, history=tuple(map(simplified, history)), scope=where, k=k, tell=tell)

    def warm(self) -> None:
        """Open what a first question would wait for (encoder, ranker, index pages); no chat model is asked.

        Raises GenerationError when the index cannot be used.
        """
        from kb.assist.answer import AnswerEngine

        AnswerEngine(self.generation, self.retriever).answer(_WARMING, scope=self._scope(None, "all", None))

    @cached_property
    def engine(self) -> AnswerEngine:
        """The answer engine over the retriever, with the configured chat model where there is one."""
        from kb.assist.answer import AnswerEngine

        return AnswerEngine(self.generation, self.retriever, chat=self.chat)

    @cached_property
    def chat(self) -> ChatModel | None:
        """The configured chat model; None when none is. Raises SettingsError when only half of it is configured."""
        s = self.settings
        if not s.llm_model and not s.llm_base_url:
            return None
        from kb.assist.chain import ChatModel, ChatSettings

        if not s.llm_model or not s.llm_base_url:
            raise SettingsError("模型设置不全：KB_LLM_BASE_URL 与 KB_LLM_MODEL 要一起设置")
        extra = json_object(s.llm_extra)
        return ChatModel(ChatSettings(base_url=s.llm_base_url, model=s.llm_model, api_key=s.llm_key or "", extra=extra))

    def check(self, text: str, *, as_of: date | None = None) -> CheckReport:
        """Every citation of a text: real, in force on the day, quoted exactly. Raises InputError for an empty text."""
        from kb.law.cite import check
        from kb.search.lookup import PlacedNames

        if not text.strip():
            raise InputError("要核对的文字是空的")
        names = PlacedNames(self.generation.catalogue, self.settings.place)
        return check(text, names, self.generation, as_of or date.today())

    def figures(self, org: str | None = None, year: int | None = None, indicator: str | None = None) -> list[Figure]:
        """The ledger of report figures, narrowed by words of organisation and indicator and by year."""
        return self.generation.figures(org, year, indicator)

    @cached_property
    def drafter(self) -> Drafter:
        """The drafter over the reports of the generation, with the configured chat model where there is one."""
        from kb.assist.draft import Drafter, from_generation
        from kb.search.embed import load_encoder

        return Drafter(
            from_generation(self.generation),
            load_encoder(self.settings.encoder),
            place=self.settings.place,
            chat=self.chat,
            check=self.check,
        )

    def draft(self, section: str, org: str, year: int, facts: Sequence[Fact] = (), *, plan: bool = False) -> Draft:
        """A report section from facts and precedents; raises InputError, or ModelError when the chat model fails."""
        drafter = self.drafter
        return drafter.draft(drafter.task(section, org, year, facts, plan=plan))

    def draft_report(
        self, org: str, year: int, facts: Sequence[Fact] = ()
    ) -> tuple[tuple[Chapter, ...], tuple[Fact, ...]]:
        """The chapters of a whole yearly report, and the facts that fit none; raises as ``draft``."""
        from kb.assist.draft.outline import outline

        return outline(self.drafter, org, year, facts)

    @cached_property
    def questions(self) -> KnownQuestions:
        """The known questions as files, for editors; what retrieval uses is in the generation."""
        from kb.search.questions import KnownQuestions

        folder = self.settings.bundled / "questions"
        return KnownQuestions(sorted(folder.glob("*.jsonl")), folder / "edits.jsonl")

    def check_questions(self) -> list[Problem]:
        """Golds of the known questions that the index does not hold (renumbered articles are reported, not guessed)."""
        from kb.search.questions import check

        return check(self.questions, _Holdings(self.generation))

    def write_questions(self, title: str, limit: int) -> tuple[Written, Path]:
        """Let the chat model write questions for articles of ``title`` that have none; they wait for review.

        Raises SettingsError when no chat model is configured, InputError when the title is not held.
        """
        from kb.search.questions import write_questions

        if self.chat is None:
            raise SettingsError("没有配置模型；请先设置 KB_LLM_BASE_URL 和 KB_LLM_MODEL")
        key = self._titled(title)
        asked = {(k, a) for q in self.questions for k, a in q.gold}
        todo = [
            (key, p.article, p.text)
            for p in self.generation.articles(key)
            if p.article is not None and (key, p.article) not in asked
        ]
        file = self.settings.bundled / "questions" / "model.jsonl"
        return write_questions(todo, self.chat.complete, file, limit=limit), file

    def status(self) -> dict[str, Any]:
        """The object of ``kb status --json``."""
        g = self.generation
        counts = g.manifest.counts
        kinds = {k.removeprefix("documents:"): n for k, n in counts.items() if k.startswith("documents:")}
        return {
            "generation": g.id,
            "built": g.manifest.built,
            "corpus_newest": g.manifest.corpus_newest,
            "documents": kinds,
            "articles": counts["articles"],
            "passages": counts["passages"],
            "encoder": g.manifest.extra["encoder_name"],
            "questions": counts["questions"],
            "pairs": {"read": counts["pairs_read"], "stale": counts["pairs_stale"]},
            "skipped": [{"file": f, "why": w} for f, w in (*g.skipped(), *g.set_aside())],
            "gaps": [{"title": gap.key, "held": gap.held, "known": gap.known} for gap in g.catalogue.gaps()],
        }


class _Holdings:
    """What ``kb.search.questions.check`` asks of a generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def articles(self, key: str) -> frozenset[ArticleNo] | None:
        found = self._generation.articles(key)
        return frozenset(p.article for p in found if p.article is not None) if found else None


def open_log(settings: Settings) -> AuditLog:
    """The record of questions and answers; raises SettingsError when none is configured."""
    from kb.assist.audit import AuditLog

    if settings.log is None:
        raise SettingsError("没有设置问答记录；请先设置 KB_LOG=文件路径")
    return AuditLog(
        settings.log, keep_question=settings.log_questions, hide=(settings.llm_key,) if settings.llm_key else ()
    )


MAX_QUESTION = 2000  # characters; a spoken field note is some 200


def _checked_question(question: str) -> str:
    text = simplified(question.strip())
    if not text:
        raise InputError("问题是空的；请写出要问的事")
    if len(text) > MAX_QUESTION:
        raise InputError(f"问题有 {len(text)} 个字，超过 {MAX_QUESTION} 字；请缩短后再问")
    return text
