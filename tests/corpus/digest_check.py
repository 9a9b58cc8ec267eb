"""What must hold between a digest of ``corpus/regulations`` and the official text it restates.

Does not know which instruments the folder holds. Run ``python -m tests.corpus.digest_check`` while editing digests:
it prints one line per fault.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kb.base.address import NUMERAL, ArticleNo, from_numeral
from kb.base.quantity import Quantity, find_quantities
from kb.base.textnorm import normalise, squeeze
from kb.law.parse import LawText, Node, paragraphs, parse_law

FIELDS = (
    "title", "short", "version", "effective", "rank", "issuer", "jurisdiction", "articles", "text_kind", "note",
)  # fmt: skip
NOTE = "要点，非条文原文；编者改写，条号与数字同原文"
# The longest run of characters a digest may share with the official text. It was chosen so that the terms of law
# themselves pass: 直接负责的主管人员和其他直接责任人员 is 18 characters.
RUN = 20
_SANCTION_KINDS = ("money", "share", "multiple")
_COUNTED = ("人", "岁", "次")
_ARTICLE = re.compile(rf"第({NUMERAL})条(?:之({NUMERAL}))?")
_RANGE = re.compile(rf"第({NUMERAL})条(?:至|到)第({NUMERAL})条")
_PART = re.compile(rf"第\(?({NUMERAL})\)?([款项])")
_LAST_YEAR = re.compile(r"上一年")  # no duration of one year
_PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Digest:
    """A digest file, parsed."""

    path: Path
    law: LawText

    @cached_property
    def articles(self) -> dict[ArticleNo, Node]:
        """Its articles by number (the last one where a number stands twice)."""
        return {node.no: node for node in self.law.articles if node.no is not None}


def load(folder: Path) -> list[Digest]:
    """Every digest of ``folder``, by file name."""
    return [Digest(path, parse_law(path.read_text("utf-8"), name=path.stem)) for path in sorted(folder.glob("*.md"))]


def official(laws: Path, digest: Digest) -> LawText | None:
    """The official text of the version ``digest`` restates; None when the folder ``laws`` does not hold it."""
    short, version = digest.law.meta["short"], digest.law.meta["version"]
    for stem in (f"{short}({version})", short):
        found = sorted(laws.rglob(f"{stem}.md"))
        if found:
            return parse_law(found[0].read_text("utf-8"), name=found[0].stem)
    return None


def faults(digest: Digest, law: LawText) -> Iterator[str]:
    """Every way in which ``digest`` fails ``law``, one line each; nothing when it is faithful."""
    if int(digest.law.meta["articles"]) != len(law.articles):
        yield f"{digest.path.name}: articles is {len(law.articles)} in the official text"
    runs = _runs(node.text for node in law.articles)
    for no, node in digest.articles.items():
        original = law.article(no)
        if original is None:
            yield f"{digest.path.name} {no}: no such article"
            continue
        for fault in _article_faults(node, original, runs):
            yield f"{digest.path.name} {no}: {fault}"


def _article_faults(node: Node, original: Node, runs: set[str]) -> Iterator[str]:
    ours, theirs = paragraphs(node.text), paragraphs(original.text)
    if len(ours) != len(theirs):
        yield f"{len(ours)} 款, the official article has {len(theirs)}"
    for a, b in zip(ours, theirs, strict=False):
        if [i.n for i in a.items] != [i.n for i in b.items]:
            yield f"项 of 款 {a.n} are {[i.n for i in a.items]}, official {[i.n for i in b.items]}"
        elif _amounts(a.text) != _amounts(b.text):
            yield f"amounts of 款 {a.n} are {_amounts(a.text)}, official {_amounts(b.text)}"
        for x, y in zip(a.items, b.items, strict=False):
            if _amounts(x.text) != _amounts(y.text):
                yield f"amounts of 款 {a.n} 项 {x.n} are {_amounts(x.text)}, official {_amounts(y.text)}"
    for what, mine, real in (
        ("figures", figures(node.text), figures(original.text)),
        ("articles cited", cited(node.text), cited(original.text)),
        ("款 and 项 cited", parts_cited(node.text), parts_cited(original.text)),
    ):
        if mine != real:
            yield f"{what}: only here {sorted(mine - real)}, only official {sorted(real - mine)}"
    strange = set(_headings(node)) - set(_headings(original))
    if strange:
        yield f"headings {sorted(strange)} are not above the official article"
    for run in copied(node.text, runs):
        yield f"copies {run}"


def _amounts(text: str) -> list[str]:
    """Money, shares and multiples in order."""
    return [str(q) for q in find_quantities(text) if q.kind in _SANCTION_KINDS]


def figures(text: str) -> set[str]:
    """Every amount, share, multiple, duration and count of people, years of age and times, by value."""
    return {str(q) for q in find_quantities(_LAST_YEAR.sub("上年", text)) if _is_figure(q)}


def _is_figure(q: Quantity) -> bool:
    return q.kind in (*_SANCTION_KINDS, "duration", "measure") or q.unit in _COUNTED


def cited(text: str) -> set[ArticleNo]:
    """Numbers of the articles named in ``text``; 第三条至第五条 names three."""
    found = set()
    for number, suffix in _ARTICLE.findall(text):
        found.add(ArticleNo(from_numeral(number) or 0, from_numeral(suffix) or 0 if suffix else 0))
    for first, last in _RANGE.findall(text):
        found.update(ArticleNo(n) for n in range(from_numeral(first) or 0, (from_numeral(last) or 0) + 1))
    return found


def parts_cited(text: str) -> set[str]:
    """款 and 项 named by number in ``text``."""
    return {f"{from_numeral(number)}{level}" for number, level in _PART.findall(normalise(text))}


def _headings(node: Node) -> list[str]:
    return [squeeze(heading) for heading in node.path]


def _plain(text: str) -> str:
    """``text`` without punctuation, every quantity one character that stands for its value."""
    out, at = [], 0
    for q in find_quantities(text):
        out += [text[at : q.start], _sign(str(q))]
        at = q.end
    return _PLAIN.sub("", normalise("".join([*out, text[at:]])))


_SIGNS: dict[str, str] = {}


def _sign(value: str) -> str:
    """A letter of a script no law uses, one per value, so that 五万元 and 5万元 count as the same copied word."""
    return _SIGNS.setdefault(value, chr(0x1400 + len(_SIGNS)))


def _runs(texts: Iterable[str]) -> set[str]:
    """Every run of RUN + 1 characters of ``texts``."""
    out: set[str] = set()
    for text in map(_plain, texts):
        out.update(text[i : i + RUN + 1] for i in range(len(text) - RUN))
    return out


def copied(text: str, runs: set[str]) -> list[str]:
    """Every longest piece of ``text`` whose windows of RUN + 1 characters are all in ``runs``, in order."""
    plain = _plain(text)
    out: list[str] = []
    going_on = False
    for i in range(len(plain) - RUN):
        window = plain[i : i + RUN + 1]
        hit = window in runs
        if hit and going_on:
            out[-1] += window[-1]
        elif hit:
            out.append(window)
        going_on = hit
    return out


def duplicates(digest: Digest) -> list[ArticleNo]:
    """Article numbers that stand twice."""
    return [no for no, n in Counter(node.no for node in digest.law.articles).items() if n > 1 and no is not None]


def main(root: Path) -> int:
    """Print the faults of every digest under ``root``; 1 when there is any."""
    count = 0
    for digest in load(root / "corpus" / "regulations"):
        law = official(root.parent / "shared" / "corpus" / "laws", digest)
        for fault in faults(digest, law) if law else [f"{digest.path.name}: no official text"]:
            sys.stdout.write(fault + "\n")
            count += 1
    return int(count > 0)


if __name__ == "__main__":
    raise SystemExit(main(Path(__file__).resolve().parents[2]))
