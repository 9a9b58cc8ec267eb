"""When an instrument came into force: the article that says so, and the day of the text that is held.

Does not know the question beyond whether it asks this. The article of an amended law keeps its first day (2002-11-01);
the text held has its own, which the catalogue tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.base.records import Passage
from kb.base.textnorm import squeeze
from kb.search.index.generation import DocumentRow

_WHEN = r"(?:什么时候|啥时候?|几时|何时|哪一?年|哪一?天|几几年|几月几[日号]|几号|哪个月|多久|从哪天|时间|日期)"
_BEGINS = r"(?:施行|实施|生效|实行|执行|出台|开始用|颁布|公布)"
_ASKS = re.compile(rf"{_WHEN}.{{0,6}}{_BEGINS}|{_BEGINS}.{{0,4}}(?:的|是)?.{{0,3}}{_WHEN}")
_ARTICLE = re.compile(r"自[^，。；]{2,24}(?:起|之日起?)?(?:施行|实施|生效)")
# What may stand between the name and what is asked: 安全生产法规定预案什么时候实施演练 is another matter.
_BETWEEN = re.compile(r"(?:的|是|从|在|到底|究竟|新版|现行|最新|版|修订|修正|正式|后|，|、)*")
_SENTENCE = re.compile(r"[^。；\n]+")


@dataclass(frozen=True, slots=True)
class Force:
    """``sentence`` of ``article``: what the law says; ``line``: of which day the text held is, in force since when.

    ``first``: the article tells the first day of a law that was amended since.
    """

    sentence: str
    first: bool
    line: str
    article: Passage


def asks_force(question: str, name: str) -> bool:
    """Whether a question that names an instrument as ``name`` asks when it came into force."""
    text, called = squeeze(question), squeeze(name)
    m = _ASKS.search(text)
    at = text.find(called)
    return m is not None and at >= 0 and _BETWEEN.fullmatch(text[at + len(called) : m.start()]) is not None


def force_of(document: DocumentRow, articles: Sequence[Passage]) -> Force | None:
    """What is known of a held text; None where no article of it says when it begins."""
    article = next((p for p in reversed(articles) if _ARTICLE.search(p.text)), None)
    if article is None:
        return None
    adopted = f"是{document.version}的文本" if document.version else "的文本日期不明"
    since = f"，自{document.effective}起施行" if document.effective else ""
    says = next(m[0].strip() for m in _SENTENCE.finditer(article.text) if _ARTICLE.search(m[0]))
    first = document.effective is not None and f"{document.effective[:4]}年" not in says
    over = f"，{document.ended}起已不再有效" if document.ended else ""
    return Force(says, first, f"库中《{document.key}》{adopted}{since}{over}。", article)
