"""The same draft written by a chat model, under the same rules: facts unaltered, nothing of a precedent but its manner.

Does not know how the model is reached. It sees precedents only with their figures and names lifted out, and facts by
key; a sentence of its answer that fails the checks is replaced by the assembled one, and the clerk is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from string import Template
from typing import Protocol

from kb.assist.chain import make_keys, to_numbered
from kb.assist.chain.prompt import defuse
from kb.assist.draft.checks import leaks, missing_facts
from kb.assist.draft.patterns import Lifter, Pattern, patterns
from kb.assist.draft.records import Draft, DraftParagraph, Origin, Sentence, Task

MOST_MODELS = 14
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?(?:\[\d+\])*")
_NUMBERED = re.compile(r"\[(\d+)\]")


class Writer(Protocol):
    """What is asked of a chat model."""

    def complete(self, task: str) -> str:
        """What it writes for a task."""


def generate(draft: Draft, chat: Writer, lifter: Lifter) -> tuple[Draft, list[str]]:
    """Let the model write ``draft`` anew; returns it with one line for each sentence that was not let through.

    A fact that its text lacks keeps the assembled sentence. Raises ModelError.
    """
    task = draft.task
    models = [m for p in draft.precedents for m in _models(patterns(p), lifter)][:MOST_MODELS]
    shown = "\n".join([*(f.text for f in task.facts), *(text for text, _ in models)])
    keys = make_keys(len(task.facts) + len(models) + 1, avoid=shown + task.section + task.org)
    numbers = {key: n for n, key in enumerate(keys[:-1], 1)}
    text, _ = to_numbered(chat.complete(_prompt(task, models, keys)), numbers)
    lines, warnings = [], []
    for line in text.split("\n"):
        kept = []
        for m in _SENTENCE.finditer(line):
            sentence = _sentence(m[0], task, [p for _, p in models])
            if sentence is None:
                continue
            fault = _fault(sentence, task, lifter)
            if fault:
                warnings.append(f"模型写的一句未通过核验，已不采用（{fault}）")
            else:
                kept.append(sentence)
        if kept:
            lines.append(DraftParagraph(tuple(kept)))
    lost = {f.text for f in missing_facts("\n".join(p.text for p in lines), task.facts)}
    rest = tuple(s for p in draft.paragraphs for s in p.sentences if any(task.facts[i].text in lost for i in s.facts))
    asked = tuple(s for p in draft.paragraphs for s in p.sentences if not s.facts and "【待填：" in s.text)
    paragraphs = (*lines, *((DraftParagraph((*rest, *asked)),) if rest or asked else ()))
    return replace(draft, paragraphs=paragraphs, how="generated"), list(dict.fromkeys(warnings))


def _models(found: Sequence[Pattern], lifter: Lifter) -> list[tuple[str, Pattern]]:
    """Sentences to learn the manner from, figures and names lifted out; those of which nothing is left are skipped."""
    out = []
    for pattern in found:
        parts = [lifter.blank(c) if c.figured else c.text if lifter.borrowable(c.text) else "" for c in pattern.clauses]
        text = "，".join(p for p in parts if p)
        if len(text) > 8:
            out.append((text, pattern))
    return out


def _prompt(task: Task, models: Sequence[tuple[str, Pattern]], keys: Sequence[str]) -> str:
    facts = "\n".join(f"[{k}] {defuse(f.text)}" for k, f in zip(keys, task.facts, strict=False))
    manner = "\n".join(f"[{k}] {defuse(t)}" for k, (t, _) in zip(keys[len(task.facts) :], models, strict=False))
    template = Template((files("kb.assist.draft") / "prompt.md").read_text("utf-8"))
    return template.substitute(
        section=defuse(task.section),
        org=defuse(task.org),
        year=str(task.year),
        facts=facts or "（没有）",
        models=manner or "（没有）",
        fence=keys[-1],
    )


def _sentence(printed: str, task: Task, models: Sequence[Pattern]) -> Sentence | None:
    """A sentence of the model's with what it cites; facts count as used where they stand in it. None when empty."""
    text = _NUMBERED.sub("", printed).strip().strip("#*- ")
    if not text or text in (task.section, f"{task.section}。"):
        return None
    cited = [int(n) - 1 for n in _NUMBERED.findall(printed)]
    facts = [i for i, f in enumerate(task.facts) if f.text in text]
    origins = [models[n - len(task.facts)] for n in cited if len(task.facts) <= n < len(task.facts) + len(models)]
    text = text if text.endswith(("。", "！", "？")) else f"{text}。"
    return Sentence(text, tuple(facts), tuple(Origin(p.precedent, p.quote) for p in origins))


def _fault(sentence: Sentence, task: Task, lifter: Lifter) -> str:
    """Why a sentence may not stand; empty when it may."""
    if not sentence.facts and not sentence.origins:
        return f"没有出处：{sentence.text[:20]}"
    found = leaks(sentence.text, task, lifter)
    return str(found[0]) if found else ""
