"""``kb search``: hits without an answer. Does not know how they are found."""

from __future__ import annotations

import argparse

from kb.app import parse_day
from kb.cli.common import add_as_of, add_json, add_scope, open_base, print_json

EXCERPT = 90  # characters of a hit on the terminal: two lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Question, number of hits, day, scope."""
    parser.add_argument("question", metavar="问题")
    parser.add_argument("--k", type=int, default=20, metavar="N", help="给出多少条（默认 20）")
    add_as_of(parser)
    add_scope(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the hits."""
    result = open_base(arguments).search(
        arguments.question, k=arguments.k, as_of=parse_day(arguments.as_of), scope=arguments.scope
    )
    if arguments.json:
        print_json(result.to_json())
        return 0
    for warning in result.warnings:
        print(f"注意：{warning}")
    for hit in result.hits:
        text = hit.passage.text.replace("\n", " ")
        print(f"{hit.rank:>2} {hit.passage.address}（{'、'.join(hit.why)}）")
        print(f"   {text[:EXCERPT]}{'…' if len(text) > EXCERPT else ''}")
    return 0
