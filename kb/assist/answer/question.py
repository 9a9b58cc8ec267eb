"""A question read: its words, what it asks for, what it names, what it leans on.

Does not know hits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kb.assist.answer.force import asks_force
from kb.assist.answer.intent import Intent, read_intent
from kb.assist.answer.names import NamedInstrument, named_instruments
from kb.base.address import NUMERAL
from kb.law.catalogue import Catalogue
from kb.search.index import Generation
from kb.search.lookup import Located, Named, named, with_unit

HISTORY = 2  # earlier questions that a follow-up leans on
# 134条1 for 第一百三十四条之一, as it is typed on a phone; not 134条1款.
_BARE_ARTICLE = re.compile(rf"\s*({NUMERAL})\s*条")
_UNMARKED = re.compile(rf"((?:条例|办法|细则|规定|法)\s*)({NUMERAL}条)")
# An article or a part of one that opens a question: 那第九十八条呢, 第二款怎么说.
_OPENS = r"(?:那么?|再|还有|请问|看看|查一下|和|跟|另外|，|,|\s)*"
_ARTICLE = re.compile(rf"{_OPENS}(?P<at>)第?\s*(?P<number>{NUMERAL})\s*条(?![例款件规理])")
_PART = re.compile(rf"{_OPENS}(?P<at>)第\s*[（(]?{NUMERAL}[）)]?\s*[款项]")
_ASKING = re.compile(
    r"(?:要|会|应该|该)?(?:怎么|咋|如何)(?:处罚|罚|处理)|罚(?:款)?多少(?:钱)?|(?:里面?|中)?(?:是)?怎么规定的?"
)
_SUFFIX = re.compile(r"(条)\s*([1-9])(?![0-9款项号万千百年月日天人个元])")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is answered. ``history``: the earlier questions, oldest first.

    ``named``: the provisions it names, with where each leads; ``instruments``: the instruments it names, or of a
    follow-up those that the question before it named. ``grade``: what its numbers of dead and hurt amount to, as words
    to be put behind it (，较大事故); "" where it tells none.
    """

    text: str
    history: tuple[str, ...]
    intent: Intent
    named: tuple[Named, ...]
    instruments: tuple[NamedInstrument, ...]
    grade: str = ""

    @property
    def force(self) -> str | None:
        """The instrument of which is asked when it came into force; None: that is not asked."""
        keys = {n.keys[0] for n in self.instruments if len(n.keys) == 1 and asks_force(self.text, n.text)}
        return keys.pop() if len(keys) == 1 and not self.named else None

    @property
    def matter(self) -> str:
        """Its words without the names of instruments and the words that only ask for a sanction: what was done."""
        text = self.text
        for n in reversed(self.instruments):
            if text[n.start :].startswith(n.text):
                text = text[: n.start] + text[n.start + len(n.text) :]
        return (_ASKING.sub("", text).strip() or self.text) + self.grade

    @property
    def located(self) -> list[Located]:
        """The provisions named that are held, each once."""
        found = {p.passage.id: p for n in self.named for p in n.located}
        return list(found.values())

    @property
    def leaning(self) -> tuple[str, ...]:
        """The earlier questions that belong to this one; empty where it stands alone."""
        return self.history[-HISTORY:] if self.intent.follow_up else ()

    @property
    def full(self) -> str:
        """The words to be near to: with the earlier questions where it leans on them."""
        return " ".join((*self.leaning, self.text)) + self.grade


def read_question(text: str, history: Sequence[str], generation: Generation, place: str, day: date) -> Question:
    """Read a question against what the generation knows."""
    intent = read_intent(text, history)
    catalogue = generation.catalogue
    found = own = _by_matter(named_instruments(text, catalogue, place), text, catalogue)
    if intent.follow_up and not found:
        for earlier in reversed(history[-HISTORY:]):
            found = found or named_instruments(earlier, catalogue, place)
    spelt = _bare(text, generation, place) or ("" if own else _inherited(text, history, generation, place, day))
    spelt = spelt or _spelt(text, own)
    provisions = named(spelt, generation, day, place)
    return Question(text, tuple(history), intent, tuple(provisions), tuple(found))


def _by_matter(found: Sequence[NamedInstrument], text: str, catalogue: Catalogue) -> list[NamedInstrument]:
    """A number that several decrees bear (有限空间13号令) taken for the one that rules the matter told."""
    out = []
    for n in found:
        keys = tuple(k for k in n.keys if (i := catalogue.get(k)) is not None and any(m in text for m in i.matters))
        out.append(replace(n, keys=keys) if n.how == "decree" and len(n.keys) > 1 and len(keys) == 1 else n)
    return out


def _bare(text: str, generation: Generation, place: str) -> str:
    """消防法60 spelt as a reference; "" where the text is not a name and a number."""
    spelt = with_unit(text)
    found = named_instruments(spelt, generation.catalogue, place) if spelt != text else []
    return _spelt(spelt, found) if any(len(n.keys) == 1 for n in found) else ""


def _inherited(text: str, history: Sequence[str], generation: Generation, place: str, day: date) -> str:
    """那第九十八条呢, 第二款呢 with the instrument (and article) that the questions before named; "" without such."""
    article, part = _ARTICLE.match(text), _PART.match(text)
    if article is None and part is None:
        return ""
    for earlier in reversed(history):
        told = [n for n in named_instruments(earlier, generation.catalogue, place) if len(n.keys) == 1]
        if article is not None and told:
            return f"{text[: article.start('at')]}《{told[-1].keys[0]}》第{article['number']}条{text[article.end() :]}"
        addresses = [found.address for n in read_provisions(earlier, generation, place, day) for found in n.located]
        if part is not None and addresses:
            at = addresses[-1]
            return f"{text[: part.start('at')]}《{at.title}》{at.article}{text[part.start('at') :]}"
    return ""


def read_provisions(text: str, generation: Generation, place: str, day: date) -> list[Named]:
    """The provisions that a question names by itself."""
    return named(_spelt(text, named_instruments(text, generation.catalogue, place)), generation, day, place)


def leaning(question: Question) -> Question:
    """The same question, taken to lean on those before it."""
    return replace(question, intent=replace(question.intent, follow_up=True, may_follow=False))


def _spelt(text: str, instruments: Sequence[NamedInstrument]) -> str:
    """``text`` with 消防条例六十八条 spelt as a reference: 《上海市消防条例》第六十八条, an unknown name as it is."""
    for n in reversed(instruments):
        end = n.start + len(n.text)
        if len(n.keys) == 1 and not n.bracketed and (m := _BARE_ARTICLE.match(text, end)):
            text = f"{text[: n.start]}《{n.keys[0]}》第{m[1]}条{text[m.end() :]}"
    return _SUFFIX.sub(r"\1之\2", _UNMARKED.sub(r"\1第\2", text))
