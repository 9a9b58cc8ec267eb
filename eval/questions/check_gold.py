"""Check that the question sets on the law agree with the texts they name.

It does not know how well any program answers them, nor whether a question is natural. It knows only that each row has
its fields; that each gold article (and 款, 项) stands in the text in force on the day asked about; that each answer
point stands, but for white space, width and punctuation, in one of the row's gold articles; that an article a row
calls absent is absent; and how near a question comes to the known ones.
Run it with ``python -m eval.questions.check_gold [--laws FOLDER] [--drop-repeats]``; it prints one line per fault and
exits 1 if there is one. ``--drop-repeats`` rewrites the files without the near-repeats it found.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kb.base.address import Address, ArticleNo
from kb.base.records import CitationStatus, Instrument, Role, Version
from kb.base.textnorm import squeeze
from kb.law.catalogue import Catalogue, describe_file, load_facts
from kb.law.parse import LawText, paragraphs, parse_law

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LAWS = ROOT.parent / "shared" / "corpus" / "laws"
DIGESTS = ROOT / "corpus" / "regulations"
KNOWN = ROOT / "corpus" / "questions"
LAW_FILES = ("law_known.jsonl", "law_other.jsonl")
BUNDLED = "bundled.jsonl"
CHECKS = "checks.jsonl"
# The one instrument kept as several files, one a division.
CODE = "民法典"
AS_OF = date(2025, 4, 30)
LICENCE = "Apache-2.0; written for this project; may be put to anyone"
TYPES = frozenset(
    ("scenario", "lookup", "penalty_pair", "procedure", "multi_article", "nickname_typo", "multi_turn", "unanswerable")
)
# A question this like a known one measures memory, not retrieval.
JACCARD_LIMIT = 0.6
COSINE_LIMIT = 0.9

Row = dict[str, Any]
_QUOTE = re.compile("“([^”]*)”")


class Texts:
    """The texts under a folder, parsed one instrument at a time and only when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, list[Path]] = {}
        for path in sorted(folder.rglob("*.md")):
            name = CODE if path.parent.name == CODE else path.stem.split("(")[0]
            self._files.setdefault(name, []).append(path)
        self._laws: dict[str, LawText] = {}
        self._facts = load_facts(ROOT / "corpus" / "catalogue.toml")

    @cache  # noqa: B019 - one object a run
    def laws(self, key: str, day: date = AS_OF) -> tuple[LawText, ...]:
        """The text of ``key`` in force on ``day``: one, or a code's divisions; empty when the folder holds none."""
        entries: list[tuple[Instrument, Version]] = []
        for path in self._files.get(key, []):
            source = path.relative_to(self.folder).as_posix()
            self._laws[source] = parse_law(path.read_text(encoding="utf-8"), name=path.stem)
            entries.append(describe_file(source, self._laws[source]))
        version = Catalogue.build(entries, self._facts).in_force(key, day)
        if version is None or not version.source:
            return ()
        if key == CODE:
            return tuple(self._laws[v.source] for _, v in entries)
        return (self._laws[version.source],)

    def files(self, key: str) -> int:
        """How many files there are of this instrument, whatever their version."""
        return len(self._files.get(key, ()))

    def article(self, key: str, article: str, day: date = AS_OF) -> str | None:
        """Body of ``article`` (第十条之一) of ``key`` on ``day``; None when there is none."""
        number = article_no(article)
        nodes = (law.article(number) for law in self.laws(key, day)) if number is not None else ()
        return next((node.text for node in nodes if node is not None), None)


def article_no(text: str) -> ArticleNo | None:
    """The number that ``第十条之一`` prints; None when it is no article."""
    address = Address.parse(f"《某法》{text}")
    return None if address is None else address.article


def load(path: Path) -> list[Row]:
    """Rows of a JSON Lines file, in order; empty lines are skipped."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def faults_of_form(row: Row) -> Iterator[str]:
    """What is wrong with the row's fields, without looking at any text."""
    where = row.get("id", "?")
    if row.get("type") not in TYPES:
        yield f"{where}: 不认识的题型：{row.get('type')}"
    if not row.get("question", "").strip():
        yield f"{where}: 没有问句"
    if bool(row.get("answerable")) != bool(row.get("gold")):
        yield f"{where}: 可答的题要有依据，不可答的不能有"
    if (row.get("type") == "unanswerable") == bool(row.get("answerable")):
        yield f"{where}: 题型和 answerable 对不上"
    if (row.get("type") == "multi_turn") and not row.get("history"):
        yield f"{where}: 多轮题没有前文"
    if not row.get("answer_points"):
        yield f"{where}: 没有得分点"
    if row.get("licence") != LICENCE:
        yield f"{where}: 许可一栏不对"
    roles = {gold.get("role") for gold in row.get("gold", ())}
    if unknown := roles - set(Role.__args__):  # type: ignore[attr-defined]
        yield f"{where}: 不认识的角色：{'、'.join(map(str, unknown))}"


def faults_of_gold(row: Row, texts: Texts) -> Iterator[str]:
    """Gold articles, 款 and 项 that are not in the text, answer points that are in none, absent articles that exist."""
    bodies: list[str] = []
    for gold in row["gold"]:
        body = texts.article(gold["law"], gold["article"])
        if body is None:
            yield f"{row['id']}: 没有《{gold['law']}》{gold['article']}"
            continue
        bodies.append(squeeze(body))
        for item in gold.get("items", ()):
            part = Address.parse(f"《某法》第一条{item}")
            if part is None or not _holds(body, part):
                yield f"{row['id']}: 《{gold['law']}》{gold['article']}没有{item}"
    if row["answerable"]:
        for point in row["answer_points"]:
            if not any(squeeze(point) in body for body in bodies):
                yield f"{row['id']}: 得分点不在依据里：{point}"
    for absent in row.get("absent", ()):
        if not texts.laws(absent["law"]):
            yield f"{row['id']}: 没有《{absent['law']}》，说不了它缺哪一条"
        elif texts.article(absent["law"], absent["article"]) is not None:
            yield f"{row['id']}: 《{absent['law']}》有{absent['article']}"


def _holds(body: str, address: Address) -> bool:
    """Whether the 款 and 项 of ``address`` exist in the body of its article; a 项 without 款 may be in any."""
    found = paragraphs(body)
    if address.paragraph is not None:
        found = found[address.paragraph - 1 : address.paragraph] if address.paragraph > 0 else ()
    return bool(found) and (address.item is None or any(i.n == address.item for p in found for i in p.items))


def faults_of_check(row: Row, texts: Texts) -> Iterator[str]:
    """What is wrong with a text with citations: form, and each expected status against the texts of its day."""
    day = date.fromisoformat(row["as_of"])
    if row.get("licence") != LICENCE:
        yield f"{row['id']}: 许可一栏不对"
    if not row["expected"]:
        yield f"{row['id']}: 没有写明应得的结论"
    for expected in row["expected"]:
        status, printed = expected["status"], expected["address"]
        if status not in CitationStatus.__args__:  # type: ignore[attr-defined]
            yield f"{row['id']}: 不认识的结论：{status}"
        if not _stands(status, printed, day, texts):
            yield f"{row['id']}: {printed}在{day}不是 {status}"
    quotes = _QUOTE.findall(row["text"])
    if len(quotes) == 1 and len(row["expected"]) == 1:
        yield from _faults_of_quote(row, quotes[0], day, texts)


def _faults_of_quote(row: Row, quote: str, day: date, texts: Texts) -> Iterator[str]:
    """A quotation that does, or does not, stand in its article against what the row expects."""
    expected = row["expected"][0]
    address = Address.parse(expected["address"])
    body = None if address is None else texts.article(address.title, str(address.article), day)
    exact = body is not None and squeeze(quote) in squeeze(body)
    if exact != (expected["status"] == "verified"):
        yield f"{row['id']}: 引文{'与原文相同' if exact else '与原文不同'}，结论却是 {expected['status']}"


def _stands(status: str, printed: str, day: date, texts: Texts) -> bool:
    """Whether ``printed`` has this status on ``day``, as far as the texts alone tell."""
    title, _, provision = printed.rpartition("》")
    first, *last = provision.split("至")
    address = Address.parse(f"{title}》{first}")
    if address is None:
        return False
    held = texts.laws(address.title, day)
    if status == "named_only":
        return bool(held) and address.article is None
    if status == "not_held":
        return not held
    if status == "superseded":
        return texts.files(address.title) > len(held)
    bodies = [texts.article(address.title, end, day) for end in (str(address.article), *last)]
    exists = all(body is not None and _holds(body, address) for body in bodies)
    return bool(held) and exists == (status != "not_found")


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters of the squeezed text."""
    plain = squeeze(text)
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def repeats(rows: Iterable[Row], known: Iterable[Row]) -> dict[str, tuple[float, str]]:
    """Rows too like a known question, by id: how like (Jaccard of character bigrams) and which."""
    grams = [(bigrams("".join((*row.get("history", ()), row["q"]))), row["q"]) for row in known]
    out: dict[str, tuple[float, str]] = {}
    for row in rows:
        mine = bigrams("".join((*row["history"], row["question"])))
        likeness, text = max(((len(mine & g) / (len(mine | g) or 1), q) for g, q in grams), default=(0.0, ""))
        if likeness >= JACCARD_LIMIT:
            out[row["id"]] = (likeness, text)
    return out


def paraphrases(rows: list[Row], known: list[Row]) -> dict[str, tuple[float, str]]:
    """Rows whose meaning, as the shipped encoder has it, is a known question's: cosine and which."""
    from kb.search.embed import load_encoder

    encoder = load_encoder()
    theirs = encoder.encode(["".join((*r.get("history", ()), r["q"])) for r in known], kind="query")
    mine = encoder.encode(["".join((*r["history"], r["question"])) for r in rows], kind="query")
    out: dict[str, tuple[float, str]] = {}
    for row, vector in zip(rows, mine, strict=True):
        scores = theirs @ vector
        best = int(scores.argmax())
        if scores[best] >= COSINE_LIMIT:
            out[row["id"]] = (float(scores[best]), known[best]["q"])
    return out


def known_questions(folder: Path = KNOWN) -> list[Row]:
    """The known questions shipped with the program, as rows {q, gold, history?}."""
    return [row for path in sorted(folder.glob("*.jsonl")) for row in load(path)]


def faults(laws: Path = LAWS) -> list[str]:
    """All faults of all question files on the law; empty when there is none."""
    out: list[str] = []
    seen: set[str] = set()
    titles = {gold[0] for row in known_questions() for gold in row["gold"]}
    for names, folder in ((LAW_FILES, laws), ((BUNDLED,), DIGESTS)):
        texts = Texts(folder)
        for name in names:
            for row in load(HERE / name):
                out += [f"{name}: {fault}" for fault in (*faults_of_form(row), *faults_of_gold(row, texts))]
                if row["id"] in seen:
                    out.append(f"{name}: {row['id']}: 题号重复")
                seen.add(row["id"])
                if row["known"] != _about_known(row, titles):
                    out.append(f"{name}: {row['id']}: known 一栏不对")
    texts = Texts(laws)
    for row in load(HERE / CHECKS):
        out += [f"{CHECKS}: {fault}" for fault in faults_of_check(row, texts)]
    return out


def _about_known(row: Mapping[str, Any], titles: set[str]) -> bool:
    """Whether any instrument the row is about has known questions."""
    return any(law in titles for law in (*(g["law"] for g in row["gold"]), *row.get("about", ())))


def near_repeats() -> dict[str, tuple[float, str]]:
    """Near-repeats of known questions in all files, by id, by wording or by meaning."""
    rows = [row for name in (*LAW_FILES, BUNDLED) for row in load(HERE / name)]
    known = known_questions()
    return {**paraphrases(rows, known), **repeats(rows, known)}


def drop(ids: Iterable[str]) -> None:
    """Rewrite the question files without these rows."""
    gone = set(ids)
    for name in (*LAW_FILES, BUNDLED):
        kept = [row for row in load(HERE / name) if row["id"] not in gone]
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in kept)
        (HERE / name).write_text("".join(lines), encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Print the faults and the near-repeats; 1 when there is any, else 0."""
    parser = argparse.ArgumentParser(description="核对法规题库：依据、得分点、款项、与已知问法的重复")
    parser.add_argument("--laws", type=Path, default=LAWS, help="官方文本所在文件夹")
    parser.add_argument("--drop-repeats", action="store_true", help="删去与已知问法近似的题")
    args = parser.parse_args(argv)
    found = faults(args.laws)
    near = near_repeats()
    lines = found + [f"{i}: 与已知问法相近（{score:.2f}）：{text}" for i, (score, text) in sorted(near.items())]
    sys.stdout.write("\n".join([*lines, f"问题 {len(found)} 处，近似重复 {len(near)} 题"]) + "\n")
    if args.drop_repeats:
        drop(near)
        return 1 if found else 0
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
