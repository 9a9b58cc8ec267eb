"""Read the name of an instrument off the text before a provision (根据安全生产法第九十七条 → 安全生产法).

Does not know any name itself: it asks a names table, longest suffix first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kb.law.cite.grammar import N
from kb.law.cite.model import NameMatch, Names

WINDOW = 45  # the longest title without brackets that is looked for, in characters
LONGEST_SHORT = 14  # characters of the longest short form that is looked for behind words that are no boundary
# Names in one text that are looked for among short forms and typing errors although no boundary precedes them. Each
# costs about a millisecond; a question needs a dozen, and a text of 100 KB must not take more than a second.
GUESSES = 150
_HARD = re.compile(r"[\n。;,:!?《〈<>“\"\u2018「『【\[…]")
_CLOSERS = '”"\u2019」』》〉>】]'
_FILLER = re.compile(rf"(?:中的?|里的?|里面|的|之|,|分则|总则|总纲|附则|第{N}[编章节])$")
_RULE = re.compile(r"(?:的规定|规定)$")
_NOTE = re.compile(r"\((?:[^()\n]|\([^()\n]*\))*\)$")
_CUT = re.compile(
    r"根据|依据|依照|按照|违反|违背|我国|本市|本省|适用|参照|参见|符合|触犯|引用|对照|结合|以及|或者|请问|比如|例如|还有|包括"
    r"|[查见和与及了的在由据按因问看是第、]"
)
LAW_END = re.compile(r"(?:法|法典|条例|规定|办法|细则|规则|解释|规程|修正案|通则|准则|令)(?:\([^()]*\))?$")
# Documents with articles that no legislator made; 合同第三条 is no citation.
_NO_LAW = re.compile(
    r"(?:合同|协议|协议书|章程|公约|制度|方案|清单|纪要|承诺书|责任书|手册|守则|决定书|通知书|附件|判决书|计划)$"
)
# Laws of others share names with ours (德国刑法); a place before a name makes it another instrument (某省消防条例).
_FOREIGN = re.compile(
    r"(?:美国|日本|德国|英国|法国|俄罗斯|韩国|朝鲜|欧盟|欧洲|台湾|台湾地区|香港|澳门|新加坡|印度|加拿大|澳大利亚|意大利|西班牙"
    r"|瑞士|荷兰|越南|泰国|巴西|墨西哥|联合国|国际|苏联|民国|外国)的?$"
)
_PLACE = re.compile(r"[\u4e00-\u9fff](?:省|市|县|区|州|盟|旗|自治区|自治州|自治县|特区|新区)$")


@dataclass(frozen=True, slots=True)
class _Nothing:
    """What a name is that no table knows."""

    keys: tuple[str, ...] = ()
    how: str = "none"


@dataclass(frozen=True, slots=True)
class NameFound:
    """A name at ``start:end`` of the searched text and what the table says of it."""

    start: int
    end: int
    printed: str
    match: NameMatch


class NameReader:
    """Asks a names table, each name once; ``aliases`` are the short names a text defines itself (以下简称)."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._whole: Callable[[str], NameMatch] = getattr(names, "known", names.resolve)
        self._answers: dict[str, NameMatch] = {}
        self._quick: dict[str, NameMatch] = {}
        self._guesses = GUESSES
        self.aliases: dict[str, NameMatch] = {}

    def resolve(self, name: str) -> NameMatch:
        """Resolve one name as printed, the text's own short names first."""
        if name in self.aliases:
            return self.aliases[name]
        if name not in self._answers:
            self._answers[name] = self._names.resolve(as_printed(name))
        return self._answers[name]

    def known(self, name: str) -> NameMatch:
        """Like ``resolve``, but only whole names where the table has a quick way (``known``) to tell them."""
        if name in self.aliases:
            return self.aliases[name]
        if name not in self._quick:
            self._quick[name] = self._answers.get(name) or self._whole(as_printed(name))
        return self._quick[name]

    def _guessed(self, name: str) -> NameMatch:
        """``resolve`` for words that may be no name at all: nothing, once a text has used up its guesses."""
        if name not in self._answers and name not in self.aliases:
            if self._guesses <= 0:
                return _Nothing()
            self._guesses -= 1
        return self.resolve(name)

    def titled(self, title: str) -> NameMatch:
        """Resolve what stands in 《》; brackets at its end (2021修正) are tried without."""
        match = self.resolve(title)
        if not match.keys and (note := _NOTE.search(title)):
            return self.resolve(title[: note.start()])
        return match

    def before(self, plain: str, head: int, *, certain: bool = False) -> NameFound | None:
        """Read the name that ends at ``head``: the longest suffix that resolves.

        Else what looks like a name but is not known (``match.keys`` empty); None: there is no name.
        ``certain``: only a name that resolves without a typing error.
        """
        window_start, window = _window(plain, head)
        ends = _ends(window)
        for end in ends:
            found = self._longest(window, end)
            if found is not None and found[1].keys:
                start, match = found
                return NameFound(window_start + start, window_start + end, window[start:end], match)
            if found is not None:
                break
        if certain:
            return None
        for end in ends:
            found = self._guess(window, end)
            if found is not None:
                start, match = found
                return NameFound(window_start + start, window_start + end, window[start:end], match)
        return None

    def prefix(self, text: str) -> tuple[int, NameMatch] | None:
        """Length of the longest beginning of ``text`` that is the full or another name of an instrument."""
        ends = [m.end() for m in re.finditer("法典|法|条例|规定|办法|细则|规则|解释", text)]
        for end in reversed(ends):
            match = self.known(text[:end])
            if match.keys and match.how in ("exact", "alias"):
                return end, match
        return None

    def _longest(self, window: str, end: int) -> tuple[int, NameMatch] | None:
        """The longest suffix that resolves: behind a word such as 根据 by any name, elsewhere by whole names first."""
        cuts = [0, *(m.end() for m in _CUT.finditer(window, 0, end - 2))] if end > 1 else []
        anywhere = range(max(0, end - WINDOW), end - 1)
        tries: list[tuple[Iterable[int], Callable[[str], NameMatch]]] = [(cuts, self.known), (anywhere, self.known)]
        tries.insert(1, (cuts, self._guessed))
        if LAW_END.search(window[:end]):
            tries.append((range(max(0, end - LONGEST_SHORT), end - 1), self._guessed))
        for starts, resolve in tries:
            found = self._first(window, end, starts, resolve)
            if found is not None:
                return found
        return None

    def _first(
        self, window: str, end: int, starts: Iterable[int], resolve: Callable[[str], NameMatch]
    ) -> tuple[int, NameMatch] | None:
        for start in starts:
            match = resolve(window[start:end])
            if not match.keys or match.how == "typo":
                continue
            foreign = _FOREIGN.search(window[:start]) or (match.how != "exact" and _PLACE.search(window[:start]))
            return (start, _Nothing()) if foreign else (start, match)
        return None

    def _guess(self, window: str, end: int) -> tuple[int, NameMatch] | None:
        """Take the words behind the last 根据, 违反 …: a known name with a typing error, or an unknown one."""
        starts = [0, *(m.end() for m in _CUT.finditer(window, 0, end))]
        for start in starts:
            if 2 < end - start <= 30 and (match := self._guessed(window[start:end])).keys and match.how == "typo":
                return start, match
        for start in reversed(starts):
            if end - start > 1 and LAW_END.search(window[start:end]):
                return start, _Nothing()
        return None


def as_printed(name: str) -> str:
    """Full-width brackets, as titles carry them."""
    return name.replace("(", "（").replace(")", "）")


def no_law(plain: str, head: int) -> bool:
    """Whether the word before ``head`` names a document that is no law (合同第三条)."""
    _, window = _window(plain, head)
    return any(_NO_LAW.search(window[:end]) for end in _ends(window))


def _window(plain: str, head: int) -> tuple[int, str]:
    """Text before ``head`` back to the last hard boundary, and where it starts; closing quotes are left out."""
    end = head
    while end > 0 and plain[end - 1] in _CLOSERS:
        end -= 1
    begin = max(0, end - WINDOW)
    for m in _HARD.finditer(plain, begin, end):
        begin = m.end()
    return begin, plain[begin:end]


def _ends(window: str) -> list[int]:
    """Where a name may end: at the window's end, before 的规定 or 第六章, before a bracket."""
    ends = [len(window)]
    for end in ends:  # grows while it is read
        for pattern in (_FILLER, _NOTE, _RULE):
            m = pattern.search(window[:end])
            if m and m.start() and m.start() not in ends:
                ends.append(m.start())
    return ends


def law_like(title: str) -> bool:
    """Whether a title ends as laws, regulations and rules do."""
    return bool(LAW_END.search(title))
