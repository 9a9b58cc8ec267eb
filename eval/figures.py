"""``python -m eval.figures`` (``make figures``): measure again every figure the documents claim, and write it there.

Does not know a metric. Which tasks run is read off the marks (see ``eval.report.claims``); the benchmark, which takes
some twenty minutes of an idle machine, runs with ``--bench`` only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from eval.report.claims import claims, figure, printed, rewritten
from eval.run import command, store
from eval.run.context import ROOT, SHARED
from kb.app import KnowledgeBase, build_index
from kb.base.records import InputError, KbError
from kb.settings import Settings

INDEX = ROOT / ".work" / "figures"
# Figures of the benchmark, of the index a result was measured on, of draws that take half an hour of training.
NOT_TASKS = ("bench", "index", "unseen")


def main(argv: Sequence[str] | None = None) -> int:
    """Build, measure, rewrite; 1 where something is missing or a mark could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m eval.figures", description="重测文档里的每一个数并改写")
    parser.add_argument("--corpus", type=Path, default=SHARED / "corpus", help="正式文本（默认 ../shared/corpus）")
    parser.add_argument("--index", type=Path, help="用现成的索引，不另建")
    parser.add_argument("--bench", action="store_true", help="也做并排测量（空闲机器约二十分钟）")
    parser.add_argument("--only-write", action="store_true", help="不测，只按最近的结果改写")
    parser.add_argument("--out", type=Path, default=store.RESULTS, help="结果放在哪里（默认 eval/results）")
    options = parser.parse_args(argv)
    files = documents(ROOT)
    try:
        if not options.only_write:
            _measure(files, options)
        return write(files, options.out)
    except KbError as error:
        print(error, file=sys.stderr)
        return 1


def documents(root: Path) -> list[Path]:
    """The documents that mark figures."""
    return [p for p in (root / "README.md", *sorted((root / "docs").glob("*.md"))) if claims(p.read_text("utf-8"))]


def tasks_of(files: Iterable[Path]) -> tuple[str, ...]:
    """The tasks whose figures the documents mark, each once, in the order they stand there."""
    names = (c.name.partition(".")[0] for f in files for c in claims(f.read_text("utf-8")))
    return tuple(dict.fromkeys(n for n in names if n not in NOT_TASKS))


def _measure(files: Sequence[Path], options: argparse.Namespace) -> None:
    # neither environment nor kb.toml: the figures are those of the product as it ships, without a model
    settings = replace(Settings.read({}, ROOT / "eval"), index=options.index or INDEX)
    if options.index is None:
        if not options.corpus.is_dir():
            raise InputError(f"没有正式文本文件夹 {options.corpus}；请用 --corpus 指明，或用 --index 给出现成的索引")
        print("建立或更新索引…", file=sys.stderr)
        build_index(settings, [options.corpus])
    command.evaluate(KnowledgeBase(settings), command.Wanted(tasks=tasks_of(files), out=options.out))
    if options.bench:
        from eval.bench.__main__ import main as bench

        if bench(["--out", str(options.out / "bench")]):
            raise InputError("并排测量没有完成；见上面的原因")


def write(files: Sequence[Path], results: Path) -> int:
    """Rewrite the marks of the documents by the last results; 1 where a mark has no result (it stays as it is)."""
    missing = 0
    for path in files:
        text = path.read_text("utf-8")
        for claim in claims(text):
            try:
                now = printed(figure(claim.name, results), claim.printed)
            except InputError as error:
                missing += 1
                print(f"{path.name} 没有测：{error}")
                continue
            if now != claim.printed.strip():
                print(f"{path.name} {claim.name}：{claim.printed.strip()} → {now}")
        path.write_text(rewritten(text, results, lenient=True), "utf-8")
        print(f"{path.name}：{len(claims(text))} 处数字已按最近的结果核对")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
