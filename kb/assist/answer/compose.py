"""Citations → the Chinese lines of an answer: conclusion, 违则, 罚则, 幅度, procedure, waiver, conflict.

Does not know retrieval. Every statement is a provision's own words, or follows from its sanctions as data.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.assist.answer.cited import Cited
from kb.assist.answer.focus import CRIME, also, focus
from kb.assist.answer.near import Near
from kb.assist.answer.person import Kind, is_person, kind, share_of, told, units_share
from kb.assist.answer.sentence import key_sentence
from kb.assist.answer.wording import Step, steps

MOST = 600  # characters of an answer besides its quotations
NO_PENALTY = "没有检出与上述义务对应的罚则，请另查。"
GUESS = "（对应关系按文字推定）"
_PAYER = re.compile(r"对[^，；：]{1,40}?(?=(?:可以|并|单)*处|可以|给予)")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an answer is made of. ``changes``: a line and its citation; ``conflicts``: why, high, low, by amount.

    ``tips``: a line, its citation and whether the question's words ask it. ``procedure_first``: the question is about
    procedure (这个要听证吗), so the tips asked lead. ``sanction``: whether the question
    asks for one; ``person``: whose share is asked; ``office``: the duties of that
    person's office and what their breach costs, not among ``main``; ``compared``: which of two governs is asked;
    ``lacking``: a sanction is asked in so many words and none was found near, so that this is said.
    """

    main: Sequence[Cited]
    question: str
    tips: Sequence[tuple[str, Cited, bool]] = ()
    conflicts: Sequence[tuple[str, Cited, Cited, bool]] = ()
    changes: Sequence[tuple[str, Cited | None]] = ()
    procedure_first: bool = False
    sanction: bool = True
    person: Kind | None = None
    office: Sequence[Cited] = ()
    compared: bool = False
    lacking: bool = False


def compose(parts: Parts, near: Near) -> str:
    """The answer's text, at most ``MOST`` characters; lines at its end are left out first."""
    duties = [c for c in parts.main if c.citation.role == "violation"]
    penalties = [c for c in parts.main if c.citation.role == "penalty" and steps(c.sanctions)]
    basis = [c for c in parts.main if c.citation.role in ("basis", "penalty") and c not in penalties]
    lines: list[str] = []
    if penalties and basis and not parts.sanction:
        lines += _told("结论：", basis, parts.question, near)
        lines += [
            line.replace("结论：", "违反的：", 1) for line in _sanctioned(duties, penalties, parts.question, None)
        ]
        basis = []
    elif penalties:
        lines += _sanctioned(duties, penalties, parts.question, parts.person)
    elif duties:
        lines += _told("结论：涉及的义务——", duties, parts.question, near)
        lines += [NO_PENALTY] if parts.lacking else []
    if basis:
        lines += _told("结论：" if not lines else "依据：", basis, parts.question, near)
    if parts.office and parts.person is not None:
        lines.append(_office(parts.office, parts.person, parts.question))
    ruled = [_conflict(*conflict) for conflict in parts.conflicts]
    if ruled and parts.compared:
        lines = [f"结论：{ruled[0]}", *(line.replace("结论：", "处罚依据：", 1) for line in lines), *ruled[1:]]
    else:
        lines += ruled
    lines += [text + (c.mark if c is not None else "") for text, c in parts.changes]
    return fitted(_with_tips(lines, parts))


def _with_tips(lines: list[str], parts: Parts) -> list[str]:
    """The lines with those on procedure, in front where that is what is asked, and those on waiver."""
    procedure = [(f"{line}{c.mark}", asked) for line, c, asked in parts.tips if c.citation.role == "procedure"]
    waiver = [f"{line}{c.mark}" for line, c, _ in parts.tips if c.citation.role == "waiver"]
    leads = [line for line, asked in procedure if asked and parts.procedure_first]
    if leads:
        head = "处罚依据：" if any(c.citation.role == "penalty" for c in parts.main) else "依据："
        lines = [f"结论：{'；'.join(leads)}。", *(line.replace("结论：", head, 1) for line in lines)]
    beside = [line for line, _ in procedure if line not in leads]
    if beside:
        lines = [*lines, f"程序提示：{'；'.join(beside)}。"]
    return [*lines, f"不予或减轻：{'；'.join(waiver)}。"] if waiver else lines


def fitted(lines: Sequence[str]) -> str:
    """Lines joined; from the end those are left out that do not fit."""
    out: list[str] = []
    size = 0
    for line in lines:
        if out and size + len(line) + 1 > MOST:
            continue
        out.append(line[:MOST])
        size += len(line) + 1
    return "\n".join(out)


def _sanctioned(duties: Sequence[Cited], penalties: Sequence[Cited], question: str, person: Kind | None) -> list[str]:
    """The conclusion on a breach, then the range by condition of each penalty."""
    shares = _personal(penalties, person, question) if person is not None else {}
    if shares:
        lines = [f"结论：{'；'.join(shares.values())}。"]
    else:
        main = [c for c in duties if not c.aside]
        applied = [c for c in penalties if not c.aside] or list(penalties)
        broken = "、".join(_named(c, main[:i]) + c.mark for i, c in enumerate(main))
        by = "；".join(_ruled(c, [*main, *applied[:i]], question) for i, c in enumerate(applied))
        by += _no_share(penalties) if person is not None else ""
        lines = [f"结论：涉嫌违反{broken}，依照{by}。" if broken else f"结论：依照{by}。"]
        beside = [c for c in penalties if c not in applied]
        lines += _possible([c for c in duties if c.aside], beside, question)
    if duties:
        lines.append("违则：" + "、".join(c.citation.address + c.mark for c in duties))
    lines.append("罚则：" + "、".join(c.address + (GUESS if c.inferred else "") for c in penalties))
    for c in penalties:
        further = _further(c, question, shares.get(c.mark), alone=bool(shares))
        if further:
            lines.append(f"幅度{c.mark}：" if len(penalties) > 1 else "幅度：")
            lines += [f"· {s.label}：{s.phrase}" if s.label else f"· {s.phrase}" for s in further]
    return lines


def _possible(duties: Sequence[Cited], penalties: Sequence[Cited], question: str) -> list[str]:
    """What may be broken and apply besides, for the reader to weigh; nothing ties it to the breach that leads."""
    broken = "、".join(_named(c, duties[:i]) + c.mark for i, c in enumerate(duties))
    by = "；".join(_ruled(c, [*duties, *penalties[:i]], question) for i, c in enumerate(penalties))
    told = [f"另可能违反{broken}"] if broken else []
    told += [f"另可能适用{by}"] if by else []
    return ["；".join(told) + "，请核对行为是否相符。"] if told else []


def _no_share(penalties: Sequence[Cited]) -> str:
    """What is said where a person is asked about and no text tells a share; "" where one article fines a person."""
    payers = [f.whom for c in penalties for s in c.article for f in s.fines]
    if not payers or any(is_person(whom) for whom in payers):
        return ""
    return "（没有单独规定对个人的罚款）" if any(payers) else "（没有写明只罚单位还是个人）"


def _further(c: Cited, question: str, personal: str | None, *, alone: bool = False) -> list[Step]:
    """The steps that the conclusion has not said; where it is on a person (``personal``), the unit's base case too.

    ``alone``: it told nothing but what a person pays, and this penalty has no share in that.
    """
    found = [s for s in steps(c.sanctions) if not s.elsewhere]
    if personal is None and alone:
        return found
    if personal is None:
        led = _led(c, question)
        crime = any(CRIME.search(s.condition) for s in led[:1])
        base = [Step("行政责任", s.phrase) for s in found if not s.condition and crime]
        return base + [s for s in found if s.condition and s not in led]
    first = min((s.paragraph for s in c.sanctions), default=0)
    basic = [s for s in c.sanctions if s.paragraph == first and not s.condition]
    unit = [Step("单位", s.phrase) for s in steps(units_share(basic))]
    open_to_all = [Step("单位或者个人", s.phrase) for s in steps([s for s in basic if not s.whom])]
    left = [*unit, *open_to_all, *(s for s in found if s.condition)]
    return [s for s in left if _PAYER.sub("", s.phrase) not in personal and s.phrase not in personal]


def _personal(penalties: Sequence[Cited], person: Kind, question: str) -> dict[str, str]:
    """By mark what each penalty says about the person; those that sanction a person leave out those that do not."""
    found = [c for c in penalties if told(person, c, "", question)]
    shown = [c for c in found if share_of(kind("any"), c.sanctions)] or found
    return {c.mark: told(person, c, _named(c, shown[:i]), question) for i, c in enumerate(shown)}


def _office(cited: Sequence[Cited], person: Kind, question: str) -> str:
    """The duties of the person's own office and what their breach costs, beside the sanction of the breach told."""
    duty, penalty = cited
    named = f"{duty.citation.address}{duty.mark}"
    return f"依据：{person.name}本人未履行{named}职责的，依照{_ruled(penalty, [duty], question)}。"


def _named(c: Cited, before: Sequence[Cited]) -> str:
    """The address; without the title where the citation before it is of the same instrument."""
    address = c.citation.address
    if before and before[-1].citation.title == c.citation.title:
        return address.rsplit("》", 1)[1]
    return address


def _ruled(c: Cited, before: Sequence[Cited], question: str) -> str:
    led = _led(c, question)
    if led:
        return f"{_named(c, before)}{c.mark}：{'；'.join(s.told for s in led)}"
    if not steps(c.sanctions):
        return f"{_named(c, before)}{c.mark}处理"
    return f"{_named(c, before)}{c.mark}处理（见下列幅度）"


def _led(c: Cited, question: str) -> list[Step]:
    """What the conclusion says of a penalty: the base case or the one told, and what is asked for; empty: nothing."""
    found = steps(c.sanctions)
    said, own = focus(found, question), _of_item(c)
    base = next((s for s in found if not s.condition), None)
    said = said or own
    if said is None:
        return found if len(found) == 1 else []
    led = [base, own] if own is not None and base is not None and said in (base, own) else [said]
    if base is not None and said.by_income and said is not base:
        led = [base, said]
    return [*led, *also(found, led, question)]


def _of_item(c: Cited) -> Step | None:
    """The amount that the one quoted 项 itself states for its act; None: the 款 states it, or several are quoted."""
    item = c.quotation.item
    own = steps([s for s in c.sanctions if s.item == item]) if item is not None else []
    return own[0] if own and own[0].condition else None


def _told(head: str, cited: Sequence[Cited], question: str, near: Near) -> list[str]:
    """The sentence of each provision that answers best, in the law's own words."""
    told = [
        f"{key_sentence(c.quotation.text, question, near)}（{_named(c, cited[:i])}{c.mark}）"
        for i, c in enumerate(cited)
    ]
    if len(told) == 1:
        return [head + told[0]]
    return [head, *(f"· {line}" for line in told)]


def _conflict(why: str, high: Cited, low: Cited, amounts: bool) -> str:
    both = f"{high.address}与{low.address}"
    return f"规定不一致：{both}{'幅度' if amounts else '规定'}不同，以前者为准（{why}）。"
