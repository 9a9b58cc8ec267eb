"""Which lines on procedure and waiver go with an answer.

Does not know the provisions' texts: a tip is an address and a line, read from ``corpus/procedure.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.assist.answer.intent import asks_penalty
from kb.assist.answer.rules import Rules, Tip
from kb.assist.answer.wording import highest
from kb.base.records import Sanction
from kb.base.textnorm import squeeze

MOST = 3  # tips of one answer; asked ones go first


@dataclass(frozen=True, slots=True)
class Shown:
    """A tip that is shown and its line, filled in. ``asked``: the question's words call for it."""

    tip: Tip
    line: str
    asked: bool


def tips(question: str, sanctions: Sequence[Sanction], rules: Rules, *, changed: bool = False) -> list[Shown]:
    """The tips for a question and the sanctions its answer cites; empty when neither calls for any.

    ``changed``: the law changed since the day asked about.
    """
    text = squeeze(question)
    shown: list[Shown] = []
    for tip in rules.tips:
        asked = any(word in text for word in tip.asked)
        if tip.when:
            if changed:
                shown.append(Shown(tip, tip.line, True))
            continue
        called = [m for m in measures(sanctions) if any(word in m for word in tip.measures)]
        heavy = tip.heavy_fine and 0 < rules.limits.heavy <= highest(sanctions)
        small = tip.small_fine and _on_the_spot(sanctions, rules)
        data = bool(called) or heavy or small
        after = bool(tip.after) and any(s.tip.id in tip.after and s.asked for s in shown)
        if asked or after or (tip.either and data and sanctions):
            shown.append(Shown(tip, _line(tip, called, heavy), asked))
    return sorted(shown, key=lambda s: not s.asked)[:MOST]


def asks_procedure(question: str, rules: Rules) -> bool:
    """Whether the question's words ask for procedure (听证, 当场罚) and for no sanction besides."""
    text = rest = squeeze(question)
    words = [word for tip in rules.tips if tip.role == "procedure" for word in tip.asked]
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != text and not asks_penalty(rest)


def measures(sanctions: Iterable[Sanction]) -> list[str]:
    """Every measure of some sanctions, each once."""
    return list(dict.fromkeys(m for s in sanctions for m in s.measures))


def _line(tip: Tip, called: Sequence[str], heavy: bool) -> str:
    named = (
        "、".join([*called[:2], *(["较大数额罚款"] if heavy else [])])
        or "较大数额罚款、责令停产停业、吊销许可证件等处罚"
    )
    return tip.line.replace("{named}", named)


def _on_the_spot(sanctions: Sequence[Sanction], rules: Rules) -> bool:
    """Whether every sanction may be imposed on the spot: a warning, or fines within the limit and nothing else."""
    if not sanctions or not rules.limits.spot_unit:
        return False
    only_warning = all(set(s.measures) <= {"警告", "责令改正", "责令限期改正", "罚款"} for s in sanctions)
    fines = [f for s in sanctions for f in s.fines]
    within = all(f.unit == "元" and f.most is not None and f.most <= rules.limits.spot_unit for f in fines)
    listed = bool(fines) or any("警告" in s.measures for s in sanctions)
    return only_warning and within and listed
