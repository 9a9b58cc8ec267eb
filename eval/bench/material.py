"""Which files, which questions, and which articles a hit means. Does not know the systems."""

from __future__ import annotations

import hashlib
import json
import random
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.metrics.answers import named
from eval.run.context import SHARED
from kb.base.records import InputError
from kb.law.parse import parse_law

LAWS = SHARED / "corpus" / "laws"
QUESTION_FILES = ("enforcement_a.dev.jsonl", "enforcement_b.dev.jsonl")
_STRUCTURE = "第条款项章节编目之一二三四五六七八九十百千万零〇年月日元以上下不得应当处罚责令并的或者和"


@dataclass(frozen=True, slots=True)
class Question:
    """A development question with its history and the names of its gold articles."""

    id: str
    text: str
    history: tuple[str, ...]
    gold: tuple[str, ...]


def questions() -> list[Question]:
    """The answerable development questions; raises InputError where they are not beside the checkout."""
    out = []
    for name in QUESTION_FILES:
        path = SHARED / "eval" / name
        if not path.is_file():
            raise InputError("检出目录旁没有 ../shared/eval；并排测量需要它")
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["gold"]:
                gold = tuple(named(g["law"], g["article"]) for g in row["gold"])
                out.append(Question(row["id"], row["question"], tuple(row["history"]), gold))
    return out


def law_files() -> list[Path]:
    """Every law file, in an order that has nothing to do with its content."""
    if not LAWS.is_dir():
        raise InputError("检出目录旁没有 ../shared/corpus/laws；并排测量需要它")
    return sorted(LAWS.rglob("*.md"), key=lambda p: hashlib.sha256(p.name.encode()).hexdigest())


def chosen(share: float, asked: Iterable[Question]) -> list[Path]:
    """Files of about ``share`` of the corpus by size, those that hold gold among them (all of them at 1)."""
    files = law_files()
    if share >= 1:
        return files
    titles = {name.split("第")[0] for q in asked for name in q.gold}
    first = [p for p in files if p.stem.split("(")[0].removeprefix("中华人民共和国") in titles]
    room = share * sum(p.stat().st_size for p in files)
    taken = list(first)
    room -= sum(p.stat().st_size for p in first)
    for path in (p for p in files if p not in set(first)):
        if room <= 0:
            break
        taken.append(path)
        room -= path.stat().st_size
    return taken


def lay_out(files: Sequence[Path], folder: Path, copies: int = 1) -> list[Path]:
    """Copy the files flat into ``folder``; each further copy has another title and changed words. Returns the paths.

    Changed words: all Han characters but those that hold the structure are exchanged one for another, so that the
    copy has as many words, all of them new.
    """
    folder.mkdir(parents=True, exist_ok=True)
    out = []
    for copy in range(copies):
        change = _exchange(copy)
        for at, path in enumerate(files):
            text = path.read_text("utf-8")
            stem = path.stem if copy == 0 else f"副本{copy}{path.stem.translate(change)}"
            made = folder / f"{stem[:60]}{'' if copy == 0 else f'-{at}'}.md"
            made = made if made not in out else folder / f"{made.stem}-{at}.md"
            made.write_text(text if copy == 0 else text.translate(change), "utf-8")
            out.append(made)
    return out


def _exchange(copy: int) -> dict[int, int]:
    """A one-to-one exchange of Han characters; nothing for the original."""
    if copy == 0:
        return {}
    han = [c for c in range(0x4E00, 0x9FA6) if chr(c) not in _STRUCTURE]
    common = [c for c in han if _is_common(chr(c))]
    moved = list(common)
    random.Random(copy).shuffle(moved)
    return dict(zip(common, moved, strict=True))


def _is_common(character: str) -> bool:
    """Whether a character is of GB 2312, so that exchanged texts stay among usual characters."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


class Articles:
    """Which articles a span of a file stands for."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._spans: dict[str, list[tuple[int, int, str]]] = {}
        for path in files:
            law = parse_law(path.read_text("utf-8"), name=re.sub(r"-\d+$", "", path.stem))
            passages = law.passages(path.name)
            spans = [(p.start, p.end, named(p.title, p.article)) for p in passages if p.article is not None]
            self._spans[path.name] = sorted(spans)

    def of(self, source: str, start: int, end: int) -> list[str]:
        """Articles that the span overlaps, in order; a piece cut inside an article still stands for it."""
        spans = self._spans.get(source, [])
        at = max(0, bisect_left(spans, (start, 0, "")) - 1)
        out = []
        for first, last, name in spans[at:]:
            if first >= end:
                break
            if last > start:
                out.append(name)
        return out


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def memory() -> dict[str, int]:
    """Memory of this process in MB: resident and its peak, and of what is resident the share that is its own.

    ``private``: pages no other process holds; ``anonymous``: of those, what is no mapped file and cannot be dropped;
    ``pss``: the private pages, and its share of the others. Empty where /proc does not tell.
    """
    status, rollup = Path("/proc/self/status"), Path("/proc/self/smaps_rollup")
    if not status.is_file():
        return {}
    found: Mapping[str, str] = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+)", status.read_text(), re.MULTILINE))
    out = {"now": int(found["VmRSS"]) // 1024, "peak": int(found["VmHWM"]) // 1024}
    if rollup.is_file():
        sizes = re.findall(r"^(Pss|Anonymous|Private_\w+):\s+(\d+)", rollup.read_text(), re.MULTILINE)
        out["anonymous"] = sum(int(kb) for name, kb in sizes if name == "Anonymous") // 1024
        out["pss"] = sum(int(kb) for name, kb in sizes if name == "Pss") // 1024
        out["private"] = sum(int(kb) for name, kb in sizes if name.startswith("Private")) // 1024
    return out
