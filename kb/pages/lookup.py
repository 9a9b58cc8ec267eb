"""查条文: an exact lookup, or browsing from kind to law to chapter to article; works with no model.

Does not know how references are read (``kb.app.KnowledgeBase.show``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import gradio as gr

from kb.app import KnowledgeBase, parse_day
from kb.base.records import AmbiguousReference, InputError, KbError, Passage, Rank
from kb.pages.shared.door import Door, Handler
from kb.pages.shared.markup import Markup, badge, button, join, tag
from kb.pages.shared.notices import hint, problem
from kb.pages.shared.pane import PANE_ACTS, follow
from kb.pages.shared.pane import opened as pane_value
from kb.pages.shared.panel import panel, shown, tapped
from kb.pages.shared.provision import Opened, glimpse, provision_view, row_name
from kb.search.index.generation import DocumentRow
from kb.serve.users import Role

TITLE = "查条文"
MAX_LISTED = 80
_EMPTY = "写条号（如“安法97”“591号令第28条”）直接看条文；写名称看目录。也可以在目录里一级一级点开。"
_EXAMPLES = ("安全生产法第九十七条", "安法97", "消防法")
_SHORT = re.compile(r"(.*[^\d\s第.．号])\s*(\d{1,4})")
_ACTS = (*PANE_ACTS, "law", "rank", "ranks")


@dataclass(frozen=True, slots=True)
class View:
    """What the two panels show; None: leave as it is."""

    listing: Markup | None = None
    pane: Markup | None = None


def ready(door: Door) -> bool:
    """Whether the page can be shown: always, it needs the index alone."""
    return True


def build(door: Door) -> None:
    """Draw the page inside the current tab."""
    with gr.Row(elem_classes="kb-ask-row"):
        text = gr.Textbox(
            label="条号或名称",
            placeholder="条号或名称，如：安法97",
            lines=1,
            max_length=200,
            scale=4,
            show_label=False,
            container=False,
            elem_id="kb-lookup-text",
        )
        go = gr.Button("查", variant="primary", scale=0, min_width=88, elem_id="kb-lookup-go")
    with gr.Accordion("按哪一天的法律：今天", open=False):
        day = gr.Textbox(
            label="日期", placeholder="2025-04-30", max_length=10, info="不填为今天", elem_id="kb-lookup-day"
        )
    with gr.Row(elem_classes="kb-split kb-pane-first"):
        with gr.Column(scale=5, min_width=320):
            listing = panel("kb-lookup-list", [kinds(door.base)], classes="kb-side")
        with gr.Column(scale=7, min_width=320):
            pane = panel("kb-lookup-pane", [hint(_EMPTY), examples()], classes="kb-pane")
    find_, tap_, opened = _handlers(door)
    gr.context.Context.root_block.load(
        opened, None, [listing], api_name="lookup_open", api_visibility="private", show_progress="hidden"
    )
    for event in (go.click, text.submit):
        event(
            find_,
            [text, day],
            [listing, pane],
            api_name="lookup_find",
            api_visibility="private",
            show_progress="hidden",
        )
    for source, name in ((listing, "lookup_list"), (pane, "lookup_pane")):
        source.click(tap_, [day], [listing, pane], api_name=name, api_visibility="private", show_progress="hidden")


def _handlers(door: Door) -> tuple[Handler, Handler, Handler]:
    """Find by text, follow a tap, draw the contents anew for a page opened after an update."""
    drawn = door.generation()

    @door.guard(Role.QUERY)
    def find(text: str, day: str, request: gr.Request) -> tuple[object, object]:
        return _panels(find_view(door.base, text or "", day))

    @door.guard(Role.QUERY)
    def tap(day: str, event: gr.EventData, request: gr.Request) -> tuple[object, object]:
        return _panels(tap_view(door.base, tapped(event), day))

    @door.guard(Role.QUERY)
    def opened(request: gr.Request) -> object:
        return gr.skip() if door.generation() == drawn else shown(kinds(door.base))

    return find, tap, opened


def _panels(view: View) -> tuple[object, object]:
    listing = gr.skip() if view.listing is None else shown(view.listing)
    return listing, gr.skip() if view.pane is None else pane_value(view.pane)


def tap_view(base: KnowledgeBase, data: dict[str, str], day: str) -> View:
    """Where a tap leads."""
    act = data.get("act", "")
    if act not in _ACTS:
        return View()
    try:
        when = parse_day(day)
        if act == "ranks":
            return View(kinds(base))
        if act == "rank":
            return View(laws(base, data.get("rank", "")))
        if act == "law":
            return View(outline(base, _document(base, data.get("source", ""))))
        if act == "refer" and "《" not in data.get("address", ""):
            return find_view(base, data.get("address", ""), day)
    except KbError as error:
        return View(pane=problem(error))
    return View(pane=follow(base, data, when))


def find_view(base: KnowledgeBase, text: str, day: str) -> View:
    """What a text leads to: a provision, a law's contents, candidates, or a line that says how to mend it."""
    try:
        when = parse_day(day)
        if not text.strip():
            raise InputError("请先写条号或名称，如“安法97”")
        found = base.show(_with_article(text), as_of=when)
    except AmbiguousReference as error:
        return View(tag("div", tag("p", str(error)), _named(base, error.candidates)))
    except KbError as error:
        titles = _titled(base, text.strip(" 《》"), date.today())
        if len(titles) == 1:
            return View(outline(base, titles[0]), hint("在目录里点一条。"))
        if titles:
            return View(_listed(titles, f"名称里有“{text.strip()[:40]}”的"), hint(f"找到 {len(titles)} 份，请选一份。"))
        return View(pane=problem(error))
    document = base.generation.document_of(found.passage.id)
    return View(outline(base, document, found.passage), provision_view(Opened(found, base.generation.id, when)))


def _with_article(text: str) -> str:
    """安法97 → 安法第97条: a number behind a name is an article; anything else stays."""
    short = _SHORT.fullmatch(text.strip())
    return f"{short[1]}第{short[2]}条" if short else text


def _titled(base: KnowledgeBase, text: str, day: date) -> list[DocumentRow]:
    """Documents that a name stands for, else those with the words in their title."""
    if not text:
        return []
    generation = base.generation
    keys = generation.catalogue.resolve(text).keys
    named = [d for k in keys if (d := generation.held(k)) is not None]
    return named or sorted((d for d in generation.documents() if text in d.key), key=_weight)


def _weight(document: DocumentRow) -> tuple[int, int, str]:
    """Order of a list: national before local, by rank; the shorter name, the plainer law, first."""
    order = next((r.order for r in Rank if str(r) == document.rank), 99)
    return order if document.kind == "law" else 99, len(document.key), document.key


def _named(base: KnowledgeBase, keys: Sequence[str]) -> Markup:
    held = [d for k in keys if (d := base.generation.held(k)) is not None]
    return _listed(held, "请选一部：")


def _document(base: KnowledgeBase, source: str) -> DocumentRow:
    for document in base.generation.documents():
        if document.source == source:
            return document
    raise InputError("资料库刚更新过，请重新选一部")


def _group(document: DocumentRow) -> str:
    return "报告" if document.kind == "report" else document.rank


def kinds(base: KnowledgeBase) -> Markup:
    """Kinds of documents with their numbers, in the order of rank; reports last."""
    try:
        documents = base.generation.documents()
    except KbError as error:
        return problem(error)
    order = {str(r): r.order for r in Rank}
    names = sorted({_group(d) for d in documents}, key=lambda n: order.get(n, 99))
    rows = []
    for name in names:
        count = sum(_group(d) == name for d in documents)
        rows.append(tag("li", button(join([tag("b", name), f" {count} 份"]), "rank", class_="kb-link", rank=name)))
    return tag("nav", tag("h2", "目录"), tag("ul", *rows), class_="kb-browse", aria_label="目录")


def laws(base: KnowledgeBase, rank: str) -> Markup:
    """The documents of a kind."""
    documents = [d for d in base.generation.documents() if _group(d) == rank]
    return _listed(sorted(documents, key=lambda d: d.key), rank)


def _listed(documents: Sequence[DocumentRow], heading: str) -> Markup:
    rows = []
    for d in documents[:MAX_LISTED]:
        note = [badge("要点", "care")] if d.text_kind == "digest" else []
        text = join([tag("b", d.key), " ", tag("span", d.version or "", class_="kb-date"), " ", *note])
        rows.append(tag("li", button(text, "law", class_="kb-link", source=d.source)))
    more = len(documents) - MAX_LISTED
    rest = [tag("p", f"还有 {more} 份，请在上面写名称来找。", class_="kb-source")] if more > 0 else []
    up = button("返回目录", "ranks", class_="kb-button")
    head = tag("div", tag("h2", heading), up, class_="kb-side-head")
    return tag("nav", head, tag("ul", *rows), *rest, class_="kb-browse", aria_label=heading)


def outline(base: KnowledgeBase, document: DocumentRow, current: Passage | None = None) -> Markup:
    """A document's chapters, folded, with their articles; the chapter of ``current`` is open."""
    passages = [p for p in base.generation.of_document(document) if p.part != "header"]
    parts = []
    for chapter, members in groupby(passages, key=lambda p: p.path[0] if p.path else ""):
        rows = [_entry(base, p, current) for p in members]
        if not chapter:
            parts.append(tag("ul", *rows))
            continue
        here = current is not None and bool(current.path) and current.path[0] == chapter
        parts.append(tag("details", tag("summary", chapter), tag("ul", *rows), open=here))
    note = badge("要点，非条文原文", "care") if document.text_kind == "digest" else badge(_group(document))
    up = button("返回目录", "ranks", class_="kb-button")
    version = badge(f"{document.version}文本") if document.version else ""
    line = tag("p", join([note, " ", version]), class_="kb-badges")
    head = tag("div", tag("h2", document.key), up, class_="kb-side-head")
    return tag("nav", head, line, *parts, class_="kb-browse", aria_label=f"{document.key}目录")


def _entry(base: KnowledgeBase, passage: Passage, current: Passage | None) -> Markup:
    label = str(passage.article) if passage.article else (passage.path[-1] if passage.path else "正文")
    text = join([tag("b", label), " ", glimpse(passage.text)])
    here = "true" if current is not None and current.id == passage.id else None
    name = row_name(base.generation.id, passage.id)
    return tag("li", button(text, "open", class_="kb-link kb-here" if here else "kb-link", row=name))


def examples() -> Markup:
    """A few lookups to tap."""
    rows = [tag("li", button(e, "refer", class_="kb-button", address=e)) for e in _EXAMPLES]
    return tag("ul", *rows, class_="kb-examples")
