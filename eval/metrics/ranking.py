"""Ranked lists against gold, by ir-measures. Does not know what is ranked: ids are strings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kb.base.records import MissingExtra

RANKING = ("recall@1", "recall@3", "recall@5", "recall@10", "recall@20", "mrr@10", "ndcg@10", "all@5")
DEEP = ("recall@100",)  # of runs that search deeper than an answer shows


def measure(
    gold: Mapping[str, Collection[str]], found: Mapping[str, Sequence[str]], *, deep: bool = False
) -> dict[str, dict[str, float]]:
    """Value of every metric of ``RANKING`` for each question of ``gold``; ``deep`` adds recall@100.

    ``found``: ids best first, a repeated id counts at its first place. A question without an entry, or with an empty
    one, is 0 in all; one with empty gold has no place here and raises ValueError. ``all@5`` is 1 where every gold
    stands among the first five. Raises MissingExtra without ir-measures.
    """
    try:
        import ir_measures
        from ir_measures import RR, R, nDCG
    except ImportError as error:
        raise MissingExtra("评测需要 ir-measures；请运行 pip install ir-measures") from error
    empty = [q for q, ids in gold.items() if not ids]
    if empty:
        raise ValueError(f"questions without gold: {empty[:3]}")
    names = {f"recall@{k}": R @ k for k in (1, 3, 5, 10, 20, *((100,) if deep else ()))}
    names |= {"mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}
    back = {str(m): name for name, m in names.items()}
    qrels = {q: dict.fromkeys(ids, 1) for q, ids in gold.items()}
    run = {q: _scored(found.get(q, ())) for q in gold}
    out = {q: dict.fromkeys(names, 0.0) for q in gold}
    for value in ir_measures.iter_calc(list(names.values()), qrels, run):
        out[value.query_id][back[str(value.measure)]] = float(value.value)
    for values in out.values():
        values["all@5"] = float(values["recall@5"] >= 1.0)
    return out


def _scored(ids: Sequence[str]) -> dict[str, float]:
    """Scores that keep the order; the first of equal ids stays."""
    unique = dict.fromkeys(ids)
    return {name: float(len(unique) - place) for place, name in enumerate(unique)}
