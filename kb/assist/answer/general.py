"""Questions on the procedure that every penalty has (复议, 缴款, 送达): general law answers, not some trade's rule.

Does not know ranking: 对罚款不服几天内复议 is near to every rule that repeats the matter for its own field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from kb.assist.answer.intent import asks_penalty
from kb.assist.answer.question import Question
from kb.assist.answer.rules import Rules
from kb.assist.answer.select import Chosen
from kb.base.textnorm import squeeze

# Words of titles that name no field.
_PLAIN = re.compile(r"行政|处罚|管理|条例|办法|规定|实施|细则|程序|案件|机关|办理|决定|法$|中华人民共和国|[省市]")
_TOLD = re.compile(r"罚款?了?[\d一二三四五六七八九十百千万两]+多?(?:元|块钱?|万)?")  # a fine imposed already: 罚款5万
# The local law is asked for: 按本市的条例罚多少; 上海市… is such a title.
_LOCAL = re.compile(
    r"(?:按照?|依照?|根据|用)?(?:我们|咱们)?(?:本市|本省|本地|市里|省里|地方|当地)(?:上)?(?:的|那部|那个)?(?:条例|规定|法规|办法)"
)
_OF_A_PLACE = re.compile(r"[^《》]{2,7}?[省市县区]")
_PIECE = 2  # characters of a title's word that show the field in a question


def of_general_law(question: Question, chosen: Sequence[Chosen], rules: Rules) -> list[Chosen]:
    """``chosen`` without the rules of other fields, where the question asks for procedure and names no instrument."""
    if question.instruments or question.intent.follow_up or not asks_general(question.text, rules):
        return list(chosen)
    return [c for c in chosen if c.passage.title in rules.general or _field_told(c.passage.title, question.text)]


def of_general_accidents(question: Question, chosen: Sequence[Chosen], rules: Rules) -> list[Chosen]:
    """``chosen`` without the accident law of fields (铁路, 特种设备) that a question on an accident does not tell."""
    if not question.grade or question.instruments:
        return list(chosen)
    strange = _untold(question, rules.accident_fields)
    return [c for c in chosen if c.named or c.passage.title not in strange]


def strange(question: Question, rules: Rules) -> Callable[[str], bool]:
    """Whether an instrument (its title) speaks of a field that the question does not tell.

    The law of one field (铁路法) does; on procedure that all fields have (复议, 许可) everything but general law does.
    """
    untold, text = _untold(question, rules.fields), squeeze(question.full)
    general = any(topic in text for topic in rules.topics) and not asks_penalty(text)

    local = bool(_LOCAL.search(text))

    def is_strange(title: str) -> bool:
        if local:
            return not _OF_A_PLACE.match(title)
        return title in untold or (general and title not in rules.general and not _field_told(title, text))

    return is_strange


def _untold(question: Question, fields: Mapping[str, Sequence[str]]) -> frozenset[str]:
    text = squeeze(question.full)
    return frozenset(title for title, words in fields.items() if not any(word in text for word in words))


def asks_general(question: str, rules: Rules) -> bool:
    """Whether the words of a question ask for such procedure, and for no sanction besides."""
    text = _TOLD.sub("罚款", squeeze(question))
    return not asks_penalty(text) and any(word in text for tip in rules.tips if tip.general for word in tip.asked)


def _field_told(title: str, question: str) -> bool:
    text = squeeze(question)
    words = [w for w in _PLAIN.sub(" ", title).split() if len(w) >= _PIECE]
    return any(w[i : i + _PIECE] in text for w in words for i in range(len(w) - 1))
