"""The sentence of a quotation that answers a question, verbatim: what the conclusion says.

Does not know roles or citations. A list is told with its lead-in, a 项 with the words before it: neither says anything
alone. Numbers decide before nearness (80 people are not 超过一百人).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.assist.answer.near import Near
from kb.assist.answer.quote import CLAUSES, GRADED, VALUE, asked_kinds, asking_clauses, meant_before
from kb.assist.answer.thresholds import Told, fits, ranges_in, told_in
from kb.base.quantity import find_quantities
from kb.law.parse import ITEM_LABEL
from kb.search.parts import pairs_of

KEY = 110  # characters of a sentence of the law that is said in the conclusion
LIST = 220  # the same of a lead-in with its 项
SHORTEST = 3  # characters up to which a piece says nothing
FIT = 0.6  # head start of a sentence whose range holds a number told; the same taken from one whose does not
ALIKE = 0.5  # share of the shorter sentence's character pairs that one on another case has in common
DEFINED = 0.5  # head start of X，是指… where X is asked for
# A clause that begins so says what is otherwise: told apart, the sentence before it says too much.
_EXCEPT = r"但|其中|情况(?:复杂|特殊)|情节复杂|特殊情况|(?:确)?需要?延长|有特殊"
_SENTENCE = re.compile(rf"[^。；\n]+(?:；(?={_EXCEPT}|[^。；\n]{{0,40}}延长)[^。；\n]+)*[。；]?")
_FULL = re.compile(r"[^。\n]+。?(?:但(?:是)?[，,]?[^。\n]+。?)*")  # a proviso of its own goes with what it limits
_LEAD = re.compile(r"[：:]\s*$")
_WHAT = re.compile(
    r"什么(?:是|叫)|是(?:个)?(?:什么|啥)意思|(?:是)?指(?:的是)?(?:什么|啥)|定义|(?:怎么|如何)界定|包括(?:哪些|什么)"
)
_IS = re.compile(r"(?P<term>[^，。；：]{2,20}?)[，,]?(?:是指|指的是|包括)")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, and the lead-in that it is a 项 of; ``items``: those of a lead-in."""

    text: str
    lead: str = ""
    items: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """What is said: a lead-in with its 项, a 项 after its lead-in, else the sentence."""
        if self.items:
            return shortened(self.text + "".join(self.items), LIST)
        plain = ITEM_LABEL.sub("", self.text)
        if not self.lead:
            return shortened(plain)
        return shortened(self.lead + self.text, LIST) if len(self.lead) + len(self.text) <= LIST else shortened(plain)


def key_sentence(text: str, question: str, near: Near) -> str:
    """The sentence of ``text`` that answers best, cut with … where it is long; one each where several things are asked.

    Among sentences whose ranges hold a number told the first: grades stand in the order of their gravity.
    """
    sentences = _sentences(text, told_in(question))
    if not sentences:
        return shortened(text)
    clauses = asking_clauses(question)
    asked = clauses if len(clauses) == CLAUSES else [question]
    best = {
        at: None for clause in asked for at in _alike(sentences, _best(sentences, clause, question, near), question)
    }
    leads = {sentences[at].text for at in best if sentences[at].items}
    kept = [sentences[at] for at in sorted(best) if sentences[at].lead not in leads]
    return "；".join(s.whole.rstrip("。；：:") for s in kept)


def _alike(sentences: Sequence[_Sentence], best: int, question: str) -> list[int]:
    """The best sentence, and those that say nearly the same of another case where the question tells neither case.

    普通程序六十日, 简易程序三十日: who asks how long it takes wants both.
    """
    own, asked = pairs_of(sentences[best].text), pairs_of(question)
    told = told_in(question)
    decided = any(fits(told, s.text) is not None for s in sentences)
    if decided or sentences[best].lead or sentences[best].items:
        return [best]
    kept, size = [best], len(sentences[best].text)
    for at, other in enumerate(sentences):
        pairs = pairs_of(other.text)
        same = len(own & pairs) / max(min(len(own), len(pairs)), 1)
        apart = (own ^ pairs) & asked
        plain = at != best and not other.lead and not other.items
        if plain and same >= ALIKE and not apart and size + len(other.text) <= LIST:
            kept.append(at)
            size += len(other.text)
    return sorted(kept)


def _best(sentences: Sequence[_Sentence], clause: str, question: str, near: Near) -> int:
    """Place of the best sentence for one thing asked."""
    told, kinds = told_in(question), asked_kinds(clause)
    besides = _named_before(sentences, question)
    if besides is not None:
        return besides
    scores = near(clause, [s.text for s in sentences])
    holding = [fits(told, s.text) for s in sentences]
    if any(holding):
        return holding.index(True)
    for at, s in enumerate(sentences):
        if holding[at] is False:
            scores[at] -= FIT
        if kinds and any(q.kind in kinds for q in find_quantities(s.text)):
            scores[at] += VALUE
        if _WHAT.search(question) and (m := _IS.search(ITEM_LABEL.sub("", s.text))) and m["term"][-4:] in question:
            scores[at] += DEFINED
    best = max(range(len(sentences)), key=scores.__getitem__)
    return _grades_of(sentences, best) if not told else best


def _grades_of(sentences: Sequence[_Sentence], best: int) -> int:
    """The lead-in of grades (what each of several 项 sets a range for) instead of one of them; else ``best``."""
    lead = sentences[best].lead
    graded = [s for s in sentences if lead and s.lead == lead and ranges_in(s.text)]
    return next(i for i, s in enumerate(sentences) if s.text == lead) if len(graded) >= GRADED else best


def _named_before(sentences: Sequence[_Sentence], question: str) -> int | None:
    """Place of a sentence on subjects that the question names, where the next is on all others; None without such."""
    others = range(1, len(sentences))
    return next((at - 1 for at in others if meant_before(sentences[at - 1].text, sentences[at].text, question)), None)


def _sentences(text: str, told: Sequence[Told]) -> list[_Sentence]:
    """The sentences in order; a 项 knows its lead-in, a lead-in its 项."""
    plain = [s for m in _FULL.finditer(text.replace("…", "\n")) for s in _pieces(m[0].strip(), told)]
    out: list[_Sentence] = []
    lead: int | None = None
    for s in plain:
        if _LEAD.search(s):
            while out and out[-1].text.endswith("；") and not (out[-1].items or out[-1].lead):
                s = out.pop().text + s  # what stands before the ； belongs to the lead-in
            lead = len(out)
            out.append(_Sentence(s))
        elif lead is not None and ITEM_LABEL.match(s):
            above = out[lead]
            out[lead] = _Sentence(above.text, items=(*above.items, s))
            out.append(_Sentence(s, lead=above.text))
        else:
            lead = None
            out.append(_Sentence(s))
    return out


def _pieces(sentence: str, told: Sequence[Told]) -> list[str]:
    """A sentence whole where it is short and sets no range for what is told; else its clauses.

    A clause that says what is otherwise stays with the one before.
    """
    found = [m[0].strip() for m in _SENTENCE.finditer(sentence)]
    ranged = any(fits(told, clause) is not None for clause in found)
    if len(sentence) <= KEY and not ITEM_LABEL.match(sentence) and not ranged:
        found = [sentence]
    return [piece for piece in found if len(piece) > SHORTEST]


def shortened(sentence: str, most: int = KEY) -> str:
    """A sentence cut with … where it is long; the quotation beside it is whole."""
    return sentence if len(sentence) <= most else sentence[: most - 1] + "…"
