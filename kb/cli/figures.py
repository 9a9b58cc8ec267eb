"""``kb figures``: the ledger of report figures. Does not know how they are read."""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import asdict

from kb.base.records import Figure
from kb.cli.common import add_json, open_base, print_json

COLUMNS = ("org", "year", "as_of", "indicator", "printed", "value", "unit", "qualifier", "change", "quote", "source")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Organisation, year, indicator; JSON or CSV."""
    parser.add_argument("--org", metavar="机关", help="机关名称里的字")
    parser.add_argument("--year", type=int, metavar="年", help="年度")
    parser.add_argument("--indicator", metavar="指标", help="指标名称里的字")
    parser.add_argument("--csv", action="store_true", help="输出 CSV")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the ledger; figures of one indicator that disagree are marked."""
    found = open_base(arguments).figures(arguments.org, arguments.year, arguments.indicator)
    disagree = disagreeing(found)
    if arguments.json:
        print_json({"figures": [{**asdict(f), "disagrees": f in disagree} for f in found]})
    elif arguments.csv:
        writer = csv.writer(sys.stdout)
        writer.writerow((*COLUMNS, "disagrees"))
        writer.writerows([*(_cell(getattr(f, c)) for c in COLUMNS), int(f in disagree)] for f in found)
    else:
        for f in found:
            plan = "（计划）" if f.planned else ""
            mark = "  ※与其他文件不一致" if f in disagree else ""
            print(f"{f.org} {f.as_of or f.year or ''} {f.indicator}：{f.printed}{f.unit}{plan}{mark}")
            print(f"    {f.quote}（{f.source}）")
        print(f"共 {len(found)} 条")
    return 0


def _cell(value: object) -> str:
    """A CSV cell that a spreadsheet never runs as a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _number(text) else text


def _number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def disagreeing(figures: list[Figure]) -> set[Figure]:
    """Figures of the same organisation, year, indicator and unit whose values differ between documents."""
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for f in figures:
        if not f.planned:
            groups.setdefault((f.org, f.year, f.indicator, f.unit, f.scope, f.period), []).append(f)
    return {
        f
        for group in groups.values()
        if len({g.source for g in group}) > 1 and len({g.value for g in group}) > 1
        for f in group
    }
