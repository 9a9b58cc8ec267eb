"""资料库: what is indexed and what is missing; upload files and take them in while questions go on.

Does not know how files are read or indexed.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from kb.app import KnowledgeBase
from kb.base.records import InputError, KbError, Rank, VersionStatus
from kb.base.words import VERSION_STATUS
from kb.pages.shared.door import Door, Handler
from kb.pages.shared.markup import Markup, badge, join, tag
from kb.pages.shared.notices import hint, problem, working
from kb.pages.shared.panel import panel, shown
from kb.pages.shared.rebuild import Progress, Rebuild, uploads_folder
from kb.pages.shared.uploads import ENDINGS, MAX_BYTES, clean_name
from kb.search.index.generation import DocumentRow
from kb.serve.users import Role
from kb.text.read import read

TITLE = "资料库"
MAX_LISTED = 60
MAX_FILES = 20  # in one go
MAX_KEPT = 5000  # in the uploads folder
_ALL = "全部"
_LIMITS = f"{' '.join(ENDINGS)}；一次最多 {MAX_FILES} 个，每个不超过 {MAX_BYTES // 2**20} MB。"
_WAIT = "文件已收下。点“更新资料库”后才能检索；更新时可以照常提问。"


def ready(door: Door) -> bool:
    """Whether the page can be shown: always, an empty library has a cure to tell."""
    return True


def build(door: Door) -> None:
    """Draw the page inside the current tab."""
    rebuild = Rebuild(door.base)
    summary = panel("kb-corpus-summary", [holdings(door.base)])
    with gr.Row(elem_classes="kb-split kb-pane-first"):
        with gr.Column(scale=7, min_width=320):
            with gr.Row():
                words = gr.Textbox(label="名称里有", max_length=60, min_width=140, elem_id="kb-corpus-words")
                kind = gr.Dropdown([_ALL, *kinds(door.base)], value=_ALL, label="类别", min_width=140)
            table = panel("kb-corpus-table", [listing(door.base, "", _ALL)])
        with gr.Column(scale=5, min_width=320):
            files = gr.File(
                label="上传文件",
                file_types=list(ENDINGS),
                file_count="multiple",
                height=160,
                elem_id="kb-corpus-files",
            )
            outcome = panel("kb-corpus-outcome", [hint(_LIMITS)])
            go = gr.Button("更新资料库", variant="primary", elem_id="kb-corpus-go")
            progress = panel("kb-corpus-progress")
            missing = panel("kb-corpus-gaps", [gaps(door.base), skipped(door.base)])
    clock = gr.Timer(1.0, active=False)
    take, start, tick, narrow, opened = _handlers(door, rebuild)
    files.upload(take, [files], [files, outcome], api_name="corpus_upload", api_visibility="private")
    go.click(start, None, [progress, clock], api_name="corpus_build", api_visibility="private")
    everything = [progress, clock, summary, table, missing, outcome]
    clock.tick(
        tick, [words, kind], everything, api_name="corpus_tick", api_visibility="private", show_progress="hidden"
    )
    gr.context.Context.root_block.load(
        opened, None, everything[:-1], api_name="corpus_open", api_visibility="private", show_progress="hidden"
    )
    for event, name in (
        (words.submit, "corpus_words"),
        (words.blur, "corpus_words_left"),
        (kind.change, "corpus_kind"),
    ):
        event(narrow, [words, kind], [table], api_name=name, api_visibility="private")


def _handlers(door: Door, rebuild: Rebuild) -> tuple[Handler, Handler, Handler, Handler, Handler]:
    """Take uploads in, start a build, tell its progress, narrow the list, draw anew what a later visitor opens."""
    drawn = door.generation()

    @door.guard(Role.EDIT)
    def take(paths: list[str] | None, request: gr.Request) -> tuple[object, ...]:
        rows = taken(paths or [], uploads_folder(door.base.settings))
        return None, shown(outcomes(rows))

    @door.guard(Role.EDIT)
    def start(request: gr.Request) -> tuple[object, ...]:
        rebuild.start()
        return shown(standing(rebuild.progress)), gr.Timer(active=True)

    @door.guard(Role.QUERY)
    def tick(words: str, kind: str, request: gr.Request) -> tuple[object, ...]:
        now = rebuild.progress
        said = shown(standing(now))
        if now.state == "running":
            return said, *[gr.skip()] * 5
        return said, gr.Timer(active=False), *_contents(door.base, words or "", kind), shown(hint(_LIMITS))

    @door.guard(Role.QUERY)
    def narrow(words: str, kind: str, request: gr.Request) -> object:
        return shown(listing(door.base, words or "", kind))

    @door.guard(Role.QUERY)
    def opened(request: gr.Request) -> tuple[object, ...]:
        now = rebuild.progress
        running = (shown(standing(now)), gr.Timer(active=True)) if now.state == "running" else (gr.skip(), gr.skip())
        same = door.generation() == drawn
        return *running, *([gr.skip()] * 3 if same else _contents(door.base, "", _ALL))

    return take, start, tick, narrow, opened


def _contents(base: KnowledgeBase, words: str, kind: str) -> tuple[list[str], list[str], list[str]]:
    """The values of the panels that tell what is held and what is missing."""
    return shown(holdings(base)), shown(listing(base, words, kind)), shown(gaps(base), skipped(base))


def taken(paths: Sequence[str], folder: Path) -> list[tuple[str, str, bool]]:
    """Move uploaded files into ``folder`` when they can be read: (name, what came of it, taken or not)."""
    rows = []
    for number, path in enumerate(paths):
        file = Path(path)
        try:
            if number >= MAX_FILES:
                raise InputError(f"一次最多 {MAX_FILES} 个文件，请分几次上传")
            rows.append((file.name, _take(file, folder), True))
        except (KbError, OSError) as error:
            said = str(error) if isinstance(error, KbError) else "没有存下来，请再试一次"
            rows.append((file.name, said, False))
        finally:
            file.unlink(missing_ok=True)
    return rows


def _take(file: Path, folder: Path) -> str:
    """Keep one file under its cleaned name; raises InputError or UnreadableFile."""
    name = clean_name(file.name)
    text = read(file, limit_bytes=MAX_BYTES).text
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = folder / name
    again = kept.exists()
    if not again and sum(1 for _ in folder.iterdir()) >= MAX_KEPT:
        raise InputError(f"上传的文件已有 {MAX_KEPT} 个，请先清理 uploads 文件夹")
    beside = folder / f".{name}.{os.getpid()}"
    shutil.copyfile(file, beside)
    beside.chmod(0o600)
    beside.replace(kept)
    return f"已收下，{len(text):,} 字" + ("，替换了同名文件" if again else "")


def outcomes(rows: Sequence[tuple[str, str, bool]]) -> Markup:
    """What came of every uploaded file."""
    items = [
        tag("li", badge("收下" if ok else "未收", "good" if ok else "bad"), " ", name, "：", said)
        for name, said, ok in rows
    ]
    wait = [tag("p", _WAIT)] if any(ok for *_, ok in rows) else []
    return tag("section", tag("ul", *items), *wait, class_="kb-report", role="status", aria_label="上传结果")


def standing(now: Progress) -> Markup:
    """How a build stands."""
    if now.state == "running":
        count = f" {now.done}/{now.total}" if now.total else ""
        bar = tag("progress", "", max=now.total, value=now.done, aria_label=now.line) if now.total else ""
        return tag("div", working(f"{now.line}{count}"), bar)
    if now.state == "failed":
        return problem(now.line)
    if now.state == "done":
        return tag("div", tag("p", now.line), class_="kb-note kb-good", role="status")
    return Markup("")


def _group(document: DocumentRow) -> str:
    return "报告" if document.kind == "report" else document.rank


def kinds(base: KnowledgeBase) -> list[str]:
    """Kinds of documents held, in the order of rank."""
    try:
        held = {_group(d) for d in base.generation.documents()}
    except KbError:
        return []
    order = {str(r): r.order for r in Rank}
    return sorted(held, key=lambda n: order.get(n, 99))


def holdings(base: KnowledgeBase) -> Markup:
    """How much is held, from when, by kind."""
    try:
        status = base.status()
        documents = base.generation.documents()
    except KbError as error:
        return problem(error)
    counts = Counter(_group(d) for d in documents)
    kinds_ = [badge(f"{k} {counts[k]}") for k in kinds(base)]
    digests = sum(d.text_kind == "digest" for d in documents)
    care = [badge(f"其中要点 {digests}", "care")] if digests else []
    facts = (
        f"{len(documents)} 份文件，{status['articles']:,} 条，{status['passages']:,} 段；"
        f"最新文本 {status['corpus_newest'] or '日期不明'}；建立于 {str(status['built'])[:16].replace('T', ' ')}"
    )
    return tag(
        "section",
        tag("h2", "库中资料"),
        tag("p", facts),
        tag("p", *kinds_, *care, class_="kb-badges"),
        class_="kb-report",
    )


def listing(base: KnowledgeBase, words: str, kind: str) -> Markup:
    """The documents whose name has ``words``, of a kind."""
    try:
        documents = base.generation.documents()
    except KbError as error:
        return problem(error)
    found = [d for d in documents if words.strip() in d.key and kind in (_ALL, _group(d), "", None)]
    found.sort(key=lambda d: (d.key, d.version or ""))
    rows = [_row(d) for d in found[:MAX_LISTED]]
    head = tag("tr", *(tag("th", h, scope="col") for h in ("名称", "类别", "文本", "状态")))
    more = f"还有 {len(found) - MAX_LISTED} 份，请写名称来找。" if len(found) > MAX_LISTED else f"共 {len(found)} 份。"
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="kb-table")
    return tag("section", table, tag("p", more, class_="kb-source"), class_="kb-report")


def _row(document: DocumentRow) -> Markup:
    status: VersionStatus = document.status if document.status in VERSION_STATUS else "unknown"
    said = VERSION_STATUS[status] if document.kind == "law" else ""
    kind = [badge("要点", "care")] if document.text_kind == "digest" else []
    name = tag("td", tag("b", document.key), " ", *kind, tag("p", document.source, class_="kb-source"))
    return tag(
        "tr",
        name,
        tag("td", _group(document)),
        tag("td", document.version or "日期不明", class_="kb-date"),
        tag("td", said),
    )


def gaps(base: KnowledgeBase) -> Markup:
    """Known texts that are not held, and held ones that are out of date."""
    try:
        found = base.generation.catalogue.gaps()
    except KbError:
        return Markup("")
    rows = [
        tag("li", tag("b", g.key), "：", f"库中 {g.held}，" if g.held else "库中没有，", f"已知 {g.known}")
        for g in found[:MAX_LISTED]
    ]
    if not rows:
        return Markup("")
    head = tag("summary", f"已知缺少或过时的文本（{len(found)}）")
    return tag("section", tag("details", head, tag("ul", *rows), open=len(found) <= 12), class_="kb-report kb-browse")


def skipped(base: KnowledgeBase) -> Markup:
    """Files that took no part, with the reason."""
    try:
        rows = [*base.generation.skipped(), *base.generation.set_aside()]
    except KbError:
        return Markup("")
    if not rows:
        return Markup("")
    items = join(tag("li", f"{file}：{why}") for file, why in rows[:MAX_LISTED])
    return tag(
        "section",
        tag("details", tag("summary", f"没有收入的文件（{len(rows)}）"), tag("ul", items)),
        class_="kb-report kb-browse",
    )
