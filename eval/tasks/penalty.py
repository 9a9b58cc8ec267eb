"""Fines and duty-penalty pairs against tables made by reading: ``python -m eval.tasks.penalty``.

Needs the official texts beside the checkout (``../shared/corpus/laws``); knows nothing of an index. A gold row whose
text or provision is missing counts as missed, never dropped.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eval.run.context import Context
from eval.run.outcome import Outcome
from eval.run.task import Task
from kb.base.records import Fine, Pair, Passage
from kb.law.parse import parse_law
from kb.law.penalty import sanctions
from kb.search.pairs import pairs

HERE = Path(__file__).resolve().parent
FINES = HERE.parent / "questions" / "penalty_gold.jsonl"
PAIRS = HERE.parent / "questions" / "pairs_gold.jsonl"
LAWS = HERE.parents[2] / "shared" / "corpus" / "laws"

Row = dict[str, Any]


def rows(path: Path) -> list[Row]:
    """Rows of a gold table, in order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def articles(law: str, version: str, folder: Path = LAWS) -> list[Passage]:
    """Articles of one held text in order; empty when the folder holds no such file."""
    files = sorted(folder.rglob(f"{law}({version}).md")) or sorted(folder.rglob(f"{law}.md"))
    if not files:
        return []
    text = parse_law(files[0].read_text(encoding="utf-8"), name=files[0].stem)
    found = text.passages(str(files[0].relative_to(folder)))
    return [p for p in found if p.part == "article" and p.article is not None]


def by_law(gold: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """Gold rows of each text, keyed by (law, version)."""
    out: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in gold:
        out[row["law"], row["version"]].append(row)
    return out


@dataclass
class FineScore:
    """Counts of one comparison; ``wrong`` and ``extra`` name the rows that failed."""

    gold: int = 0
    amounts: int = 0
    whom: list[int] = field(default_factory=lambda: [0, 0])
    condition: list[int] = field(default_factory=lambda: [0, 0])
    found: int = 0
    wrong: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    def to_json(self) -> Row:
        """Shares of the gold rows, and of what was found."""
        return {
            "fines": self.gold,
            "amounts_right": round(self.amounts / max(self.gold, 1), 4),
            "whom_right": round(self.whom[0] / max(self.whom[1], 1), 4),
            "condition_right": round(self.condition[0] / max(self.condition[1], 1), 4),
            "found": self.found,
            "found_right": round(self.amounts / max(self.found, 1), 4),
            "wrong": self.wrong,
            "extra": self.extra,
        }


def _amount(least: float | None, most: float | None, unit: str) -> tuple[float | None, float | None, str]:
    return (None if least is None else float(least), None if most is None else float(most), unit)


def _agrees(wanted: str | None, printed: str) -> bool | None:
    """Whether a printed whom or condition says what the gold row's keyword says; None where gold does not judge."""
    if wanted is None:
        return None
    if not wanted:
        return not printed
    if wanted == "违法所得":
        return printed.startswith(("违法所得", "有违法所得"))
    return wanted in printed


def _place(row: Row) -> str:
    item = f"({row['item']})" if row["item"] else ""
    return f"{row['law']}{row['article']}{row['paragraph']}款{item}"


def score_fines(gold: list[Row], folder: Path = LAWS) -> FineScore:
    """Compare every fine of the gold provisions with what ``sanctions`` reads there.

    A gold fine is right when a fine of the same 款/项 has the same least, most and unit (and base, where gold has
    one); each found fine serves once, in order. What is found beyond gold in the same articles counts against
    ``found_right``.
    """
    score = FineScore()
    for (law, version), wanted in by_law(gold).items():
        held = {str(p.article): sanctions(p.text) for p in articles(law, version, folder)}
        free: dict[tuple[str, int, int | None], list[Fine]] = defaultdict(list)
        for article in {r["article"] for r in wanted}:
            for s in held.get(article, ()):
                free[article, s.paragraph, s.item].extend(s.fines)
        score.found += sum(len(v) for v in free.values())
        for row in wanted:
            _match(row, free[row["article"], row["paragraph"], row["item"]], score)
        for (article, paragraph, item), left in free.items():
            score.extra.extend(f"{law}{article}{paragraph}款{item or ''} {f.text} {f.unit} {f.whom}" for f in left)
    return score


def _match(row: Row, free: list[Fine], score: FineScore) -> None:
    score.gold += 1
    key = _amount(row["least"], row["most"], row["unit"])
    fits = [f for f in free if _amount(f.least, f.most, f.unit) == key and row["base"] in f.base]
    if not fits:
        score.wrong.append(f"{_place(row)} {key} 未读出；此处有 {[(f.least, f.most, f.unit, f.base) for f in free]}")
        return
    best = max(
        fits,
        key=lambda f: (_agrees(row["whom"], f.whom) is not False, _agrees(row["condition"], f.condition) is not False),
    )
    free.remove(best)
    score.amounts += 1
    for name, tally, printed in (("whom", score.whom, best.whom), ("condition", score.condition, best.condition)):
        judged = _agrees(row[name], printed)
        if judged is not None:
            tally[0] += judged
            tally[1] += 1
            if not judged:
                score.wrong.append(f"{_place(row)} {name}: 应为“{row[name]}”，读作“{printed}”")


@dataclass
class PairScore:
    """Counts of predicted and labelled pairs; a place is a penalty's article, 款 and 项."""

    gold: int = 0
    found: int = 0
    right: int = 0
    accepted: int = 0
    how: Counter[tuple[str, bool]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def to_json(self) -> Row:
        """Precision counts a labelled or an accepted (``also``) duty as right; recall the labelled ones only."""
        judged = self.found - self.accepted
        return {
            "pairs": self.gold,
            "found": self.found,
            "precision": round((self.right + self.accepted) / max(self.found, 1), 4),
            "precision_strict": round(self.right / max(judged, 1), 4),
            "recall": round(self.right / max(self.gold, 1), 4),
            "precision_by_how": {
                how: round(self.how[how, True] / max(self.how[how, True] + self.how[how, False], 1), 4)
                for how in ("reference", "wording")
            },
            "found_by_how": {how: self.how[how, True] + self.how[how, False] for how in ("reference", "wording")},
            "wrong": self.wrong,
            "missed": self.missed,
        }


def score_pairs(gold: list[Row], folder: Path = LAWS, *, by_item: bool = True) -> PairScore:
    """Compare predicted with labelled pairs at every labelled place (``by_item``) or penalty article.

    Every row lists all duties of its place (perhaps none), so what is predicted there and not listed is wrong.
    """
    score = PairScore()
    for (law, version), wanted in by_law(gold).items():
        held = articles(law, version, folder)
        number = [str(p.article) for p in held]
        predicted: dict[Any, dict[str, Pair]] = defaultdict(dict)
        for pair in pairs([replace(p, id=i) for i, p in enumerate(held)]):
            article = number[pair.penalty]
            place = (article, pair.paragraph, pair.item) if by_item else article
            predicted[place][number[pair.duty]] = pair
        labelled: dict[Any, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for row in wanted:
            place = (row["penalty"], row["paragraph"], row["item"]) if by_item else row["penalty"]
            labelled[place][0].update(row["duties"])
            labelled[place][1].update(row["also"])
        for place, (duties, also) in labelled.items():
            _compare(f"{law}{place}", duties, also - duties, predicted[place], score)
    return score


def _compare(place: str, duties: set[str], also: set[str], predicted: dict[str, Pair], score: PairScore) -> None:
    score.gold += len(duties)
    score.found += len(predicted)
    for duty, pair in predicted.items():
        score.right += duty in duties
        score.accepted += duty in also
        fits = duty in duties or duty in also
        score.how[pair.how, fits] += 1
        if not fits:
            score.wrong.append(f"{place} ← {duty} {pair.how} {pair.score}（应为 {sorted(duties)}）")
    score.missed.extend(f"{place} ← {duty}" for duty in sorted(duties - predicted.keys()))


def measure(context: Context) -> list[Outcome]:
    """One row for every gold fine and pair (recall) and for every one that was read (precision).

    Rows of one text are counted, not matched by name: which ones are wrong stands in the text's first row.
    """
    out: list[Outcome] = []
    for split in ("tune", "held"):
        for (law, _), gold in by_law(r for r in rows(FINES) if r["split"] == split).items():
            fines = score_fines(gold)
            wrong = [*fines.wrong, *(f"多读：{e}" for e in fines.extra)]
            out += _rows(f"罚款·{split}", law, fines.gold, fines.found, fines.amounts, fines.amounts, wrong)
        for (law, _), gold in by_law(r for r in rows(PAIRS) if r["split"] == split).items():
            found = score_pairs(gold)
            wrong = [*(f"漏：{m}" for m in found.missed), *(f"错：{w}" for w in found.wrong)]
            out += _rows(
                f"配对·{split}", law, found.gold, found.found, found.right, found.right + found.accepted, wrong
            )
    return out[: context.limit]


def _rows(kind: str, law: str, gold: int, found: int, met: int, right: int, wrong: list[str]) -> list[Outcome]:
    """``gold`` rows of recall, ``met`` of them 1, and ``found`` rows of precision, ``right`` of them 1."""
    values = [("recall", float(i >= gold - met)) for i in range(gold)]
    values += [("precision", float(i >= found - right)) for i in range(found)]
    return [
        Outcome(f"{kind} {law} {i}", kind, {name: value}, missing=tuple(wrong) if i == 0 else ())
        for i, (name, value) in enumerate(values)
    ]


def files(context: Context) -> list[Path]:
    """The gold tables."""
    return [FINES, PAIRS]


def absent(context: Context) -> str:
    """Why the task cannot run; empty when it can."""
    return "" if LAWS.is_dir() else "检出目录旁没有 ../shared/corpus/laws"


TASK = Task("penalty", "罚则与违则—罚则配对", measure, ("recall", "precision"), "recall", files, absent)


def main(argv: list[str] | None = None) -> int:
    """Print both scores as JSON; ``--show`` lists what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m eval.tasks.penalty", description=__doc__)
    parser.add_argument("--laws", type=Path, default=LAWS, help="folder of the official texts")
    parser.add_argument("--fines", type=Path, default=FINES, help="gold table of fines")
    parser.add_argument("--pairs", type=Path, default=PAIRS, help="gold table of pairs")
    parser.add_argument("--show", action="store_true", help="list what went wrong")
    args = parser.parse_args(argv)
    if not args.laws.is_dir():
        print(f"缺少法规原文：{args.laws}；请用 --laws 指明文件夹")
        return 1
    fines, labelled = rows(args.fines), rows(args.pairs)
    result: Row = {}
    for split in ("tune", "held"):
        result[f"fines_{split}"] = score_fines([r for r in fines if r["split"] == split], args.laws).to_json()
    for split in ("tune", "held"):
        chosen = [r for r in labelled if r["split"] == split]
        result[f"pairs_{split}"] = score_pairs(chosen, args.laws).to_json()
        result[f"pairs_{split}_by_article"] = score_pairs(chosen, args.laws, by_item=False).to_json()
    if not args.show:
        for part in result.values():
            for name in ("wrong", "extra", "missed"):
                if name in part:
                    part[name] = len(part[name])
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
