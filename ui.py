"""Composes the web page from kb/pages: a head, one tab a page, and nothing else.

Does not know what the pages do, nor how they are served (``kb.serve.web``). A page whose engine is not there
is left out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module, util
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: it asks the network otherwise

import gradio as gr

from kb.base.records import KbError
from kb.pages.shared.door import Door, Handler
from kb.pages.shared.markup import Markup, tag
from kb.pages.shared.notices import problem
from kb.pages.shared.theme import SCRIPT
from kb.serve.users import Role

NAME = "应急管理执法知识库"
PAGES = ("ask", "lookup", "draft", "check", "corpus", "quality")
CONCURRENCY = 4  # handlers at once: two per core of the smallest machine it is meant for
QUEUE = 200  # waiting questions; beyond it the page says that it is busy


def pages(door: Door, names: Sequence[str] = PAGES) -> list[Any]:
    """The modules of the pages that can be shown."""
    found = [import_module(f"kb.pages.{n}") for n in names if util.find_spec(f"kb.pages.{n}") is not None]
    return [m for m in found if m.ready(door)]


def compose(door: Door) -> gr.Blocks:
    """The whole page. Handlers are queued, and none is public."""
    with gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        top = gr.HTML(head(door), elem_id="kb-head", apply_default_css=False, js_on_load=SCRIPT)
        with gr.Tabs(elem_id="kb-tabs"):
            for page in pages(door):
                with gr.Tab(page.TITLE, id=page.__name__.rpartition(".")[2]):
                    page.build(door)
        blocks.load(
            _head_again(door), None, [top], api_name="head_open", api_visibility="private", show_progress="hidden"
        )
    blocks.queue(default_concurrency_limit=CONCURRENCY, max_size=QUEUE, api_open=False)
    return blocks


def _head_again(door: Door) -> Handler:
    """The head for a page opened after an update."""
    drawn = door.generation()

    @door.guard(Role.QUERY)
    def opened(request: gr.Request) -> object:
        return gr.skip() if door.generation() == drawn else head(door)

    return opened


def head(door: Door) -> Markup:
    """Name, and in one line what the answers rest on."""
    offline = tag(
        "div",
        "网络已断开：页面上的内容还能看，提问要等网络恢复。",
        id="kb-offline",
        class_="kb-note kb-care",
        role="status",
        hidden=True,
    )
    return tag("header", tag("div", tag("h1", NAME), basis(door), class_="kb-head-text"), offline)


def basis(door: Door) -> Markup:
    """How many documents, of which date, and whether they are digests; the cure where there is no index."""
    try:
        status = door.base.status()
        digests = sum(d.text_kind == "digest" for d in door.base.generation.documents())
    except KbError as error:
        return problem(error)
    total = sum(status["documents"].values())
    newest = ["，最新文本 ", tag("span", status["corpus_newest"], class_="kb-date")] if status["corpus_newest"] else []
    kind = f"；其中 {digests} 部是要点（非条文原文），引用前请核对正式文本" if digests else ""
    return tag("p", f"依据库中 {total} 份文件、{status['articles']:,} 条", *newest, kind)
