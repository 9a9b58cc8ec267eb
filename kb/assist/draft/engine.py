"""The drafter: task → precedents → paragraphs → checks. The one way in for every door.

Does not know files, the web, or how a chat model is reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb.assist.draft.checks import Check, Fault, examine, known_words, leaks
from kb.assist.draft.compose import Composer, fact_figures
from kb.assist.draft.generate import Writer, generate
from kb.assist.draft.patterns import Lifter
from kb.assist.draft.precedents import Shelf
from kb.assist.draft.records import Draft, DraftParagraph, Fact, Precedent, Report, Sentence, Task
from kb.assist.draft.sense import Vectoriser
from kb.base.records import Figure, InputError

MOST_SECTION = 60
FIRST_YEAR, LAST_YEAR = 1990, 2100
_CONTROL = re.compile(r"[\x00-\x1f\x7f【】]")


class Drafter:
    """Drafts sections. ``chat`` None: assembled from the precedents' sentences. ``check``: the citation checker.

    ``place``: the city of districts whose name does not say theirs.
    """

    def __init__(
        self,
        reports: Sequence[Report],
        encoder: Vectoriser,
        *,
        place: str = "",
        chat: Writer | None = None,
        check: Check | None = None,
    ) -> None:
        self.shelf = Shelf(reports, encoder, place)
        self.encoder = encoder
        self._chat = chat
        self._check = check

    def task(self, section: str, org: str, year: int, facts: Sequence[Fact] = (), *, plan: bool = False) -> Task:
        """A checked task; facts of other sections are left out. Raises InputError."""
        section, org = section.strip(), org.strip()
        for what, text in (("--section", section), ("--org", org)):
            if not text or len(text) > MOST_SECTION or _CONTROL.search(text):
                raise InputError(f"{what} 应是 1 到 {MOST_SECTION} 个字的名称，不含【】；请改写")
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InputError(f"--year {year} 不是可用的年度；请写成 2025 的样子")
        mine = [f for f in facts if not f.section or f.section == section] or list(facts)
        return Task(section, org, year, tuple(mine), plan)

    def precedents(self, task: Task, k: int = 10) -> list[Precedent]:
        """Passages of earlier reports that show how the section is written, best first."""
        return self.shelf.find(task, k)

    def draft(self, task: Task, *, without: Sequence[str] = (), precedents: Sequence[Precedent] | None = None) -> Draft:
        """Write the section. ``without``: addresses not to follow; ``precedents``: those to follow (None: found here).

        Raises InputError when there is neither a fact nor a precedent, ModelError when the chat model fails.
        """
        found = list(precedents) if precedents is not None else self.shelf.find(task)
        kept = [p for p in found if p.passage.address not in without]
        if not task.facts and not kept:
            raise InputError(
                "没有事实，库里也没有可参照的报告；请用 --facts 给出事实，或先把以往报告放进语料后 kb build"
            )
        lifter = Lifter(self.shelf.reports, known_words(task))
        home = [p for p in self.shelf.home(task) if p.passage.address not in without]
        composer = Composer(task, kept, lifter, self.encoder, self.shelf.last(task), home)
        paragraphs = composer.paragraphs()
        paragraphs, warnings = self._guarded(paragraphs, task, lifter)
        draft = Draft(task, paragraphs, tuple(kept))
        if self._chat is not None:
            draft, more = generate(draft, self._chat, lifter)
            warnings += more
        draft = replace(draft, paragraphs=self._compared(draft.paragraphs, task))
        notes = [n for p in draft.paragraphs for n in p.notes if n.startswith("“")]
        warnings += [str(f) for f in examine(draft, lifter, self._check)]
        warnings += _standing_warnings(task, kept, notes)
        return replace(draft, warnings=tuple(dict.fromkeys(warnings)))

    def rewrite(self, draft: Draft, at: int, *, without: Sequence[str]) -> Draft:
        """Write paragraph ``at`` again without following some precedents (by address); the others stay.

        Raises InputError when there is no such paragraph.
        """
        if not 0 <= at < len(draft.paragraphs):
            raise InputError(f"没有第 {at + 1} 段；这一节共 {len(draft.paragraphs)} 段")
        old = draft.paragraphs[at]
        facts = tuple(draft.task.facts[i] for i in old.facts)
        part = self.draft(replace(draft.task, facts=facts), without=without)
        back = dict(enumerate(old.facts))
        sentences = tuple(
            replace(s, facts=tuple(back[i] for i in s.facts)) for p in part.paragraphs for s in p.sentences
        )
        paragraphs = list(draft.paragraphs)
        paragraphs[at] = replace(old, sentences=sentences)
        return replace(draft, paragraphs=tuple(paragraphs))

    def examine(self, text: str, task: Task) -> list[Fault]:
        """Check a text that the clerk has edited, under the same rules."""
        lifter = Lifter(self.shelf.reports, known_words(task))
        lines = [line for line in text.split("\n") if line.strip()]
        whole = tuple(range(len(task.facts)))
        paragraphs = tuple(DraftParagraph((Sentence(line, whole or (0,)),)) for line in lines)
        return examine(Draft(task, paragraphs, ()), lifter, self._check)

    def _guarded(
        self, paragraphs: Sequence[DraftParagraph], task: Task, lifter: Lifter
    ) -> tuple[tuple[DraftParagraph, ...], list[str]]:
        """The paragraphs with every sentence that leaks cut down to its facts, and a line for each cut."""
        out, warnings = [], []
        for paragraph in paragraphs:
            kept: list[Sentence] = []
            for sentence in paragraph.sentences:
                found = leaks(sentence.text, task, lifter)
                if not found:
                    kept.append(sentence)
                    continue
                warnings.append(f"先例的“{'、'.join(f.text for f in found)}”已从草稿中删去")
                if sentence.facts:
                    bare = "，".join(task.facts[i].text for i in sentence.facts)
                    kept.append(replace(sentence, text=f"{bare}。", notes=()))
            if kept:
                out.append(replace(paragraph, sentences=tuple(kept)))
        return tuple(out), warnings

    def _compared(self, paragraphs: Sequence[DraftParagraph], task: Task) -> tuple[DraftParagraph, ...]:
        """Each fact's sentence with the comparison with last year in its notes, where the own report has the figure."""
        last = self.shelf.last(task)
        if last is None or last.year != task.year - 1 or task.plan:
            return tuple(paragraphs)
        notes = {k.index: list(_comparisons(k.figures, last)) for k in fact_figures(task.facts, task.year)}
        return tuple(
            replace(
                p,
                sentences=tuple(
                    replace(s, notes=(*s.notes, *(n for i in s.facts for n in notes.get(i, [])))) for s in p.sentences
                ),
            )
            for p in paragraphs
        )


def _comparisons(figures: Sequence[Figure], last: Report) -> Iterator[str]:
    """同比 with its working, for figures that the last report states once under the same indicator, unit and scope."""
    for figure in figures:
        same = [
            f
            for f in last.figures
            if (f.indicator, f.unit, f.scope, _day(f)) == (figure.indicator, figure.unit, figure.scope, _day(figure))
            and not f.planned
        ]
        if len({f.value for f in same}) != 1 or not figure.indicator or figure.planned or same[0].year != last.year:
            continue
        before, now = same[0], figure.value
        then = f"{figure.indicator}{last.year}年{before.qualifier}{before.printed}{before.unit}"
        step = _step(before.value, now, figure.unit)
        yield f"同比（供选用，请核对口径）：{then}，本年{figure.printed}{figure.unit}，{step}"


def _step(before: float, now: float, unit: str) -> str:
    """The change in words: 减少85家次，下降6.7%; shares in points."""
    step = now - before
    if not step:
        return "持平"
    word = "增加" if step > 0 else "减少"
    if unit == "%":
        return f"{word}{abs(step):.4g}个百分点"
    share = f"，{'增长' if step > 0 else '下降'}{abs(step) / before * 100:.1f}%" if before else ""
    amount = abs(step) / (10_000 if unit.startswith("万") else 1)
    return f"{word}{amount:.6g}{unit}{share}"


def _day(figure: Figure) -> str:
    """Month and day a figure is counted up to; empty for a whole year."""
    return (figure.as_of or "")[5:]


def _standing_warnings(task: Task, kept: Sequence[Precedent], notes: Sequence[str]) -> list[str]:
    """What the clerk should know of the whole: no own report to follow, borrowed words, no facts."""
    out = []
    if not kept:
        out.append("库里没有可参照的报告；草稿只有事实本身")
    elif not any(p.closeness == "own" for p in kept):
        out.append(f"库里没有{task.org}以往的这一节；行文参照的是其他单位的报告")
    if not task.facts:
        out.append("没有给出事实；数字都是待填")
    if notes:
        out.append(f"有 {len(notes)} 处做法性表述沿用先例，请逐处核实（见批注）")
    return out
