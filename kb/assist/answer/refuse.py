"""When there is no answer, and why: provisions and instruments that do not exist or are not held, questions outside.

Does not know how hits are ranked; confidence arrives as a number. A refusal says what to do next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from kb.assist.answer.names import NamedInstrument, Resolver
from kb.assist.answer.question import Question
from kb.assist.answer.words import word_list
from kb.base.address import NUMERAL
from kb.base.records import AmbiguousReference, KbError, Rank
from kb.base.textnorm import squeeze
from kb.search.index import Generation
from kb.search.lexical.terms import cutter
from kb.search.lookup import Named


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, in one Chinese line. ``kind``: of the ones in corpus/unanswerable."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Outside:
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Words:
    abroad: re.Pattern[str]
    foreign: str
    outside: tuple[_Outside, ...]
    statistics: _Outside


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = word_list("refusals")
    foreign = data["foreign"]
    places = "|".join(map(re.escape, foreign["places"]))
    return _Words(
        re.compile("|".join((foreign["opening"], foreign["asked"], foreign["law"])).replace("PLACE", places)),
        foreign["reason"],
        tuple(map(_outside, data["outside"])),
        _outside(data["statistics"]),
    )


def _outside(cue: Mapping[str, Any]) -> _Outside:
    unless = re.compile(cue["unless"]) if "unless" in cue else None
    return _Outside(re.compile("|".join(cue["patterns"])), unless, cue["reason"])


def before_searching(question: Question, generation: Generation) -> Refusal | None:
    """The first reason not to answer that needs no hits; None when there is none."""
    found = foreign(question.text) or longer(question, generation.catalogue) or newer(question, generation)
    found = found or provisions(question.named) or nameless(question) or standards(question, generation)
    return found or instruments(question.instruments, generation)


def nameless(question: Question) -> Refusal | None:
    """An article is asked for and no law is named, neither here nor in the questions before; None when one is."""
    if question.instruments or question.named or not _ARTICLE_ONLY.search(squeeze(question.text)):
        return None
    return Refusal("nameless", "没有写明是哪部法规的条文；请写成“安全生产法第九十七条”的样子")


def unheard(question: Question, names: Resolver, place: str) -> Refusal | None:
    """A question that opens with a title no instrument bears (上海市无人仓库安全条例规定…); None when it does not."""
    m = _OPENING.match(squeeze(question.text))
    if m is None or question.instruments or names.resolve(m["title"], place=place).keys:
        return None
    return Refusal("no_law", f"没有找到名为“{m['title']}”的法规，不能编造条文；请核对名称")


def longer(question: Question, names: Resolver) -> Refusal | None:
    """A title no instrument bears, of which one bears the end (人工智能安全生产法规定…); None when it is not such."""
    text = question.text
    for name in question.instruments:
        if name.bracketed or name.how not in ("exact", "alias") or len(name.text) < SHORTEST_NAME:
            continue
        m = _BEFORE_NAME.fullmatch(text[: name.start])
        if m is None or not _AFTER_NAME.match(text, name.start + len(name.text)):
            continue
        title = m["words"] + name.text
        if _FUNCTION.isdisjoint(cutter()(m["words"])) and not names.resolve(title).keys:
            return Refusal("no_law", f"没有找到名为“{title}”的法规，不能编造条文；如指“{name.text}”，请只写这个名称")
    return None


def newer(question: Question, generation: Generation) -> Refusal | None:
    """The new text of an instrument is asked for (新版第七十四条) and only an older one is held; None when not."""
    if not _NEWEST.search(squeeze(question.text)):
        return None
    for name in question.instruments:
        held = generation.held(name.keys[0]) if name.certain and len(name.keys) == 1 else None
        if held is None:
            continue
        version = next((v for v in generation.versions(held.key) if v.version == held.version), None)
        later = generation.catalogue.newer_known(version) if version is not None else None
        if later is not None and not later.source:
            mine, new = held.version or "日期不明的", later.version or "较新"
            return Refusal(
                "not_held",
                f"库中《{held.key}》是{mine}文本，没有{new}的新版，不能引用新版条文；请放入新版正式文本后运行 kb build",
            )
    return None


def unborn(question: str, today: date, generation: Generation) -> Refusal | None:
    """The text of a year is asked for that has not come and of which none is held; None when not."""
    m = _COMING.search(squeeze(question))
    if m is None or int(m["year"]) <= today.year:
        return None
    dates = [iso for d in generation.documents() for iso in (d.version, d.effective) if iso]
    if any(iso.startswith(m["year"]) for iso in dates):
        return None
    return Refusal("not_held", f"库中没有{m['year']}年的文本，不能编造规定；只有已公布的法律法规可以回答")


def standards(question: Question, generation: Generation) -> Refusal | None:
    """The wording of a standard is asked for (住建部的规范第几条) and none is held; None when not."""
    if not _STANDARD_TEXT.search(squeeze(question.text)) or question.instruments:
        return None
    if any(d.rank == Rank.STANDARD for d in generation.documents()):
        return None
    return Refusal("not_held", "库中没有标准、规范的文本，无法引用；请查标准原文")


def foreign(question: str) -> Refusal | None:
    """Whether another country's or region's law is asked for; None when not."""
    words = _words()
    return Refusal("foreign", words.foreign) if words.abroad.search(squeeze(question)) else None


def outside(question: str) -> Refusal | None:
    """Whether the question is about what laws and reports cannot tell; None when not."""
    return _first(question, _words().outside)


def statistic(question: str) -> Refusal | None:
    """Whether it is asked how often something happened, which only a report can tell; None when not."""
    return _first(question, (_words().statistics,))


def _first(question: str, cues: Sequence[_Outside]) -> Refusal | None:
    text = squeeze(question)
    for cue in cues:
        if cue.pattern.search(text) and not (cue.unless is not None and cue.unless.search(text)):
            return Refusal("outside", cue.reason)
    return None


def provisions(named: Sequence[Named]) -> Refusal | None:
    """The question names provisions and none of them can be shown: why; None when one can, or none is named."""
    errors = [n.error for n in named if n.error is not None]
    if not errors or any(n.located for n in named):
        return None
    return Refusal(_kind(errors[0]), str(errors[0]))


def _kind(error: KbError) -> str:
    return "ambiguous" if isinstance(error, AmbiguousReference) else "no_article"


def instruments(named: Sequence[NamedInstrument], generation: Generation) -> Refusal | None:
    """The question names an instrument that does not exist or is not held; None when one it surely names is held."""
    certain = [n for n in named if n.certain or n.bracketed or n.standard]
    if any(generation.held(key) is not None for n in certain for key in n.keys):
        return None
    for n in certain:
        if not n.keys and n.bracketed:
            return Refusal("no_law", f"没有找到《{n.text}》这部法规，不能编造条文；请核对名称")
        if not n.keys and n.standard:
            return Refusal("not_held", f"库中没有标准 {n.text} 的文本，无法引用；请查标准原文")
        if len(n.keys) == 1:
            return Refusal("not_held", not_held(n.keys[0], generation))
    return None


def not_held(key: str, generation: Generation) -> str:
    """One line on an instrument that is known and not held: its number and date, as far as the catalogue knows."""
    instrument = generation.catalogue.get(key)
    number = f"（{instrument.decrees[0]}）" if instrument is not None and instrument.decrees else ""
    newest = max(generation.versions(key), key=lambda v: v.version or "", default=None)
    since = ""
    if newest is not None and newest.version:
        since = f"，已知{newest.version}通过" + (f"、{newest.effective}起施行" if newest.effective else "")
    return f"库中没有《{key}》{number}的文本{since}；请放入正式文本后运行 kb build，引用前另行核对"


# 第X条 alone: 第一百九十九条怎么规定的, 八十三条罚多少.
_ARTICLE_ONLY = re.compile(
    rf"^(?:请问|那|查一下)?第?{NUMERAL}条(?:之{NUMERAL})?(?:第{NUMERAL}款)?(?:是|的|呢|怎么|讲|说|规定|罚|内容|[？?]|$)"
)
# A title of at least six characters that opens the question or follows 按, 依据 …, without a word that no title holds.
_OPENING = re.compile(
    r"(?:请问|按照?|依照?|依据|根据|查一下)?(?P<title>(?!国家|地方|本市|上海的)(?:(?![的了吗在把被没不是有要能会用给对和跟让说问想看里])[\u4e00-\u9fff]){4,24}"
    r"(?:条例|办法|(?<![违非合执司])法|规定|细则))(?=(?:里|中|对|规定|第|要求|怎么|是怎么|什么时候|说|上))"
)
_NEWEST = re.compile(
    r"新的?那?版|(?:新|最近)(?:修订|修正|修改)|(?:修订|修正|修改)(?:以?后|过)的?|改(?:过)?(?:以?后|了以后)的"
)
_STANDARD_TEXT = re.compile(
    r"(?:(?:[\u4e00-\u9fff]部|总局|署|国家|行业)的?(?:规范|标准|规程)|国标|行标)(?:里|中|的)?(?:是|在)?(?:第几条|第几款|怎么写|原文)"
)
_COMING = re.compile(r"(?<!\d)(?P<year>20\d\d)年?(?:的|要|将|会|新|再)?(?:修订|修正|修改|版|新版|出台|公布|颁布)")
SHORTEST_NAME = 4  # characters of a name that may end a longer title: 安法 stands in too many words
# What stands before a name that opens a question and may make another title of it: nothing that leads to a name, or
# says which text of it is meant; 占压煤气管 燃气条例 are two things.
_BEFORE_NAME = re.compile(
    r"(?:请问|按照?|依照?|依据|根据|查一下|听说|那)?(?P<words>(?!.*(?:[按依据违反照查新旧老版在的了把被里]|现行|中国|我国|全国|国家))"
    r"[\u4e00-\u9fff]{2,10})"
)
_AFTER_NAME = re.compile(r"里|中|对|规定|第|要求|怎么|是怎么|什么时候|说|上")
_FUNCTION = frozenset(
    "吗没不是有要能会用给对和跟让说问想看与及或就都也还再去到从向为由于其该此这我你他"
)  # words, not parts of one
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]{2,16})[”\"」』]")
_SPEECH = re.compile(r"(?:回答|回复|说|喊|写)[着了过]?[“\"「『]")
LONGEST_NAME = 8  # characters of a quoted name of a mechanism; longer quotations are speech


def invented(question: str, texts: Sequence[str]) -> str | None:
    """A quoted name (“消防积分”) of which the texts hold neither the whole nor half of its character pairs; None: none.

    A colloquial quotation (“干活受伤死亡后果自负”) is longer than a name and does not count.
    """
    whole = squeeze("\n".join(texts))
    for m in _QUOTED.finditer(question):
        name = squeeze(m[1])
        if len(name) > LONGEST_NAME or name in whole:
            continue
        pairs = [name[i : i + 2] for i in range(len(name) - 1)]
        if sum(p in whole for p in pairs) <= len(pairs) / 2:
            return m[1]
    return None


def quotes(question: str) -> bool:
    """Whether a name stands in quotation marks: a mechanism, perhaps, that no law knows."""
    return bool(_QUOTED.search(question))


def unfounded(question: str, texts: Sequence[str]) -> Refusal | None:
    """A name is quoted (“消防积分”) that the texts found hold nowhere; None when they do, or none is quoted."""
    name = None if _SPEECH.search(question) else invented(question, texts)
    return None if name is None else Refusal("mechanism", f"没有找到写有“{name}”的规定，不能编造；请核对名称或出处")


def mechanism(question: Question, generation: Generation, common: Callable[[str], bool]) -> Refusal | None:
    """The question quotes a name (“消防积分”) that the instruments it names hold nowhere; None when it does not.

    ``common``: whether a name is one that people use (三管三必须), though no law has it.
    """
    keys = [n.keys[0] for n in question.instruments if n.certain and generation.held(n.keys[0]) is not None]
    if not keys or not quotes(question.text):
        return None
    texts = [p.text for key in keys for p in generation.articles(key)]
    name = invented(question.text, texts)
    if name is None or common(squeeze(name)):
        return None
    laws = "、".join(f"《{key}》" for key in keys)
    return Refusal("mechanism", f"{laws}全文没有“{name}”的说法，不能编造规定；请核对名称或出处")
