"""The answer in a chat model's words: written from the cited provisions, checked sentence by sentence, repaired once.

Does not know how sources were chosen: they are the citations of the answer made without a model, which also stands in
whenever the model fails. What does not stand in its source is shown as failed and counted; it is never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kb.assist.chain import ChatModel, Source, to_numbered
from kb.assist.chain.stream import Generated, TextStream
from kb.assist.verify import SentenceCheck, SourceText, complaints, verify
from kb.base.records import Answer, Citation, ModelError
from kb.search.index import Generation

FAILED = "【核验未通过】"
_MARK = re.compile(r"\[(\d{1,3})\]")
_HARD = {"figure", "date", "provision", "title", "quotation"}

Tell = Callable[[str], None]
"""Is given the text so far, unverified and without source keys, each time it has grown."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A model's text with [n] for the n-th citation, and how it fared."""

    text: str
    checks: list[SentenceCheck]
    unknown: tuple[str, ...]
    model: str
    truncated: bool

    @property
    def failures(self) -> list[str]:
        """One line a failure, for the repair round and the reader."""
        return [*complaints(self.checks), *(f"编号[{key}]不在所给资料之中" for key in self.unknown)]


def rewrite(chat: ChatModel, question: str, history: Sequence[str]) -> tuple[str, str]:
    """A follow-up as a question that stands alone, and one line about it for the reader; ("", line) on failure."""
    try:
        alone = chat.rewrite(question, history)
    except ModelError as error:
        return "", f"追问没有改写：{error}"
    return (alone, f"追问已改写为：{alone}") if alone != question else (alone, "")


def in_words(
    answer: Answer, chat: ChatModel, history: Sequence[str], generation: Generation, tell: Tell | None = None
) -> Answer:
    """``answer`` said by the chat model from its own citations; itself, with a warning, where the model fails.

    A refusal stays as it is: without sources there is nothing to say. ``tell`` hears the first text, not its repair.
    """
    if answer.refused or not answer.citations:
        return answer
    sources = [_source(c, generation) for c in answer.citations]
    texts = [_text(c, generation) for c in answer.citations]
    try:
        draft = _heard(chat.generate(answer.question, sources, history, as_of=answer.as_of), tell)
        written = _checked(draft, texts)
        if written.failures:
            written = _better(written, _repaired(chat, answer, sources, draft, written, history, texts))
    except ModelError as error:
        return replace(answer, warnings=(*answer.warnings, f"{error} 以下是不用模型的回答。"))
    return _answer(answer, written)


def _heard(stream: TextStream, tell: Tell | None) -> Generated:
    """The whole text of a stream; ``tell`` hears it grow. Raises ModelError."""
    said = ""
    for piece in stream:
        said += piece
        if tell is not None:
            tell(to_numbered(said, {})[0])
    return stream.generated


def _source(citation: Citation, generation: Generation) -> Source:
    note = "要点，非条文原文" if citation.text_kind == "digest" else (citation.version or "")
    return Source(citation.address, _whole(citation, generation), citation.role, note)


def _text(citation: Citation, generation: Generation) -> SourceText:
    quotable = citation.text_kind == "official"
    whole = _whole(citation, generation)
    return SourceText(str(citation.n), whole, citation.address, citation.version or "", quotable)


def _whole(citation: Citation, generation: Generation) -> str:
    """The passage behind a citation: the model may need what stands around the quoted 款."""
    return generation.passage(citation.passage).text if citation.passage >= 0 else citation.quote


def _checked(draft: Generated, texts: Sequence[SourceText]) -> _Written:
    text, unknown = to_numbered(draft.text, draft.keys)
    return _Written(text, verify(text, texts), unknown, draft.model, draft.truncated)


def _repaired(
    chat: ChatModel,
    answer: Answer,
    sources: Sequence[Source],
    draft: Generated,
    written: _Written,
    history: Sequence[str],
    texts: Sequence[SourceText],
) -> _Written | None:
    """The text of the one repair round; None where the model failed it."""
    try:
        again = chat.repair(answer.question, sources, draft, written.failures, history, as_of=answer.as_of).collect()
    except ModelError:
        return None
    return _checked(again, texts)


def _better(first: _Written, second: _Written | None) -> _Written:
    """The repaired text, unless it fails more than the first."""
    if second is None or not second.text.strip() or len(second.failures) > len(first.failures):
        return first
    return second


def _answer(answer: Answer, written: _Written) -> Answer:
    """The answer with the model's text: failed sentences marked, citations it does not use left out and renumbered."""
    marked = _marked(written)
    used = list(dict.fromkeys(int(m[1]) for m in _MARK.finditer(marked)))
    by_number = {c.n: c for c in answer.citations}
    kept = [by_number[n] for n in used if n in by_number]
    numbers = {c.n: i for i, c in enumerate(kept, 1)}
    text = _MARK.sub(lambda m: f"[{numbers[int(m[1])]}]" if int(m[1]) in numbers else "", marked)
    doubtful = {int(k) for c in written.checks if _hard(c) for k in c.keys if k.isdigit()}
    citations = tuple(
        replace(c, n=numbers[c.n], status="unsupported" if c.n in doubtful and c.status == "verified" else c.status)
        for c in kept
    )
    return replace(answer, text=text, citations=citations, warnings=(*answer.warnings, *_told(written)))


def _hard(check: SentenceCheck) -> bool:
    return any(f.kind in _HARD for f in check.failures)


def _marked(written: _Written) -> str:
    """The text with a mark behind every sentence that failed."""
    out: list[str] = []
    at = 0
    for check in written.checks:
        if not check.ok:
            out += [written.text[at : check.end].rstrip("\n"), FAILED]
            at = check.end if not written.text[at : check.end].endswith("\n") else check.end - 1
    return "".join([*out, written.text[at:]])


def _told(written: _Written) -> list[str]:
    """What a reader must know of a generated text."""
    lines = [f"以上由模型 {written.model} 根据所引条文写成，请与引文核对"]
    failed = sum(not c.ok for c in written.checks)
    if failed or written.unknown:
        lines.append(f"模型的回答有 {failed} 句没有通过核验，已标出：" + "；".join(written.failures[:5]))
    if written.truncated:
        lines.append("模型的回答没有写完")
    return lines
