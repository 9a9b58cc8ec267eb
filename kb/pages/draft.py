"""写报告: a section from facts and earlier reports, its precedents beside it, each paragraph with its provenance.

Does not know how a section is written (``kb.assist.draft``), nor Word's format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import gradio as gr

from kb.app import KnowledgeBase
from kb.assist.draft import PLACEHOLDER, Draft, DraftParagraph, Fact, Precedent, parse_facts, read_facts
from kb.base.records import Figure, InputError, KbError
from kb.pages.shared.door import DOWNLOAD, Door, Handler
from kb.pages.shared.ledger import ledger
from kb.pages.shared.markup import Markup, badge, button, join, tag
from kb.pages.shared.notices import hint, problem, working
from kb.pages.shared.panel import panel, shown, tapped
from kb.serve.users import Role

TITLE = "写报告"
FACT_ENDINGS = (".xlsx", ".txt", ".yaml", ".yml")
_REPORTED_UNTIL = 3  # month by the end of which last year's report is out
_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
}
_EMPTY = (
    "写出节名、机关和年度，贴上本年事实（一行一条，可从 Excel 复制），再点“起草”。先例只借行文，数字只用您给的事实。"
)


def ready(door: Door) -> bool:
    """Whether the page can be shown: the drafter is there."""
    return hasattr(door.base, "draft")


def build(door: Door) -> None:
    """Draw the page inside the current tab."""
    draft = gr.State(None)
    with gr.Row(elem_classes="kb-split"):
        with gr.Column(scale=5, min_width=320):
            section = gr.Textbox(
                label="节名", placeholder="推进严格规范公正文明执法", max_length=60, elem_id="kb-draft-section"
            )
            with gr.Row():
                org = gr.Textbox(
                    label="机关", placeholder="示例市示例区应急管理局", max_length=60, min_width=180, scale=3
                )
                year = gr.Number(label="年度", value=year_told(date.today()), precision=0, min_width=120, scale=1)
            plan = gr.Checkbox(label="写的是工作要点、计划，不是总结", value=False)
            facts = gr.Textbox(
                label="本年事实",
                lines=6,
                max_lines=14,
                max_length=60_000,
                placeholder="检查企业\t120\t家次",
                elem_id="kb-draft-facts",
            )
            with gr.Accordion("从文件读事实（.xlsx .txt .yaml）", open=False):
                file = gr.File(label="事实表", file_types=list(FACT_ENDINGS), file_count="single", height=120)
            go = gr.Button("起草", variant="primary", elem_id="kb-draft-go")
            precedents = panel("kb-draft-precedents")
        with gr.Column(scale=7, min_width=320):
            text = panel("kb-draft-text", [hint(_EMPTY)], classes="kb-result")
            with gr.Row(visible=False) as tools:
                exports = [(gr.Button(f"下载{n}", min_width=120), k) for k, n in (("docx", " Word"), ("md", "文本"))]
    url = gr.Textbox(visible=False)
    run, again, export = _handlers(door)
    outputs = [text, precedents, draft, tools]
    go.click(
        run, [section, org, year, plan, facts, file], outputs, api_name="draft", api_visibility="private",
        show_progress="hidden",
    )  # fmt: skip
    text.click(again, [draft], [text, draft], api_name="draft_again", api_visibility="private")
    for press, kind in exports:
        press.click(export(kind), [draft], [url], api_name=f"draft_{kind}", api_visibility="private").then(
            None, [url], None, js=DOWNLOAD
        )
    _ledger(door)


def _ledger(door: Door) -> None:
    """Figures of earlier reports: a table with bars of one indicator over years and organisations."""
    with gr.Accordion("以往报告的数据台账", open=False):
        with gr.Row():
            indicator = gr.Textbox(
                label="指标里有", placeholder="检查企业", max_length=40, min_width=140, elem_id="kb-ledger-indicator"
            )
            org = gr.Textbox(label="机关里有", max_length=40, min_width=140)
        go = gr.Button("查数据", size="md", elem_id="kb-ledger-go")
        table = panel("kb-ledger-table")

    @door.guard(Role.QUERY)
    def find(indicator: str, org: str, request: gr.Request) -> object:
        return shown(figures_view(door.base, indicator or "", org or ""))

    for event, name in ((go.click, "ledger"), (indicator.submit, "ledger_enter")):
        event(find, [indicator, org], [table], api_name=name, api_visibility="private")


def figures_view(base: KnowledgeBase, indicator: str, org: str) -> Markup:
    """The figures of an indicator, or what is wrong."""
    try:
        if not indicator.strip():
            raise InputError("请写指标里的词，如“检查企业”")
        found: Sequence[Figure] = base.figures(org.strip() or None, None, indicator.strip())
    except KbError as error:
        return problem(error)
    return ledger(found)


def _handlers(door: Door) -> tuple[Handler, Handler, Handler]:
    """Draft, write one paragraph again, offer the file."""

    @door.guard(Role.EDIT)
    def run(
        section: str, org: str, year: float | None, plan: bool, facts: str, file: str | None, request: gr.Request
    ) -> Iterator[tuple[object, ...]]:
        yield shown(working("正在起草…")), shown(), None, gr.Row(visible=False)
        try:
            given = facts_from(facts or "", file)
            made = door.base.draft(section or "", org or "", _year(year), given, plan=bool(plan))
        except KbError as error:
            yield shown(problem(_in_page_words(error))), shown(), None, gr.Row(visible=False)
            return
        yield shown(draft_view(made)), shown(precedents_view(made.precedents)), made, gr.Row(visible=True)

    @door.guard(Role.EDIT)
    def again(made: Draft | None, event: gr.EventData, request: gr.Request) -> tuple[object, object]:
        data = tapped(event)
        at = data.get("at", "")
        if made is None or data.get("act") != "rewrite" or not at.isdigit() or int(at) >= len(made.paragraphs):
            return gr.skip(), gr.skip()
        avoid = [o.precedent.passage.address for o in made.paragraphs[int(at)].origins]
        try:
            fresh = door.base.drafter.rewrite(made, int(at), without=avoid)
        except KbError as error:
            return shown(problem(_in_page_words(error)), draft_view(made)), made
        return shown(draft_view(fresh)), fresh

    def export(kind: str) -> Handler:
        @door.guard(Role.EDIT)
        def offer(made: Draft | None, request: gr.Request) -> str:
            if made is None:
                return ""
            return door.offers.add(f"草稿.{kind}", _MEDIA[kind], file_of(made, kind), door.user(request))

        return offer

    return run, again, export


def facts_from(text: str, file: str | None) -> tuple[Fact, ...]:
    """Facts of the form or of an uploaded file, which is deleted after; none when both are empty. Raises InputError."""
    if file:
        try:
            return read_facts(file)
        finally:
            Path(file).unlink(missing_ok=True)
    return parse_facts(pasted(text)) if text.strip() else ()


def pasted(text: str) -> str:
    """Rows copied from a spreadsheet as lines of words: 检查企业⇥120⇥家次 → 检查企业120家次."""
    return "\n".join("".join(cell.strip() for cell in line.split("\t")) for line in text.splitlines())


def year_told(day: date) -> int:
    """The year that a report written on ``day`` is most likely about: reports are written until the end of March."""
    return day.year if day.month > _REPORTED_UNTIL else day.year - 1


def _year(year: float | None) -> int:
    if not year:  # an empty field comes as 0
        raise InputError("请填年度，如 2025")
    return int(year)


def _in_page_words(error: KbError) -> str:
    """The line of an error in the form's words instead of the command's."""
    said = str(error)
    for flag, name in (
        ("--section", "节名"),
        ("--org", "机关"),
        ("--year", "年度"),
        ("用 --facts 给出事实", "填写本年事实"),
    ):
        said = said.replace(flag, name)
    return said


def file_of(draft: Draft, kind: str) -> bytes:
    """The draft as .docx (with provenance as comments) or Markdown."""
    from kb.assist.draft.export import section_document
    from kb.text.office import to_docx, to_markdown

    document = section_document(draft)
    return to_docx(document) if kind == "docx" else to_markdown(document).encode("utf-8")


def draft_view(draft: Draft) -> Markup:
    """The draft: warnings, paragraphs with their provenance, facts that found no place."""
    parts = [tag("h2", draft.task.section)]
    if draft.placeholders:
        parts.append(
            tag("p", f"还有 {len(draft.placeholders)} 处待填，已标出。", class_="kb-note kb-care", role="status")
        )
    parts += [tag("p", w, class_="kb-note kb-care", role="note") for w in draft.warnings]
    parts += [_paragraph(draft, p, i) for i, p in enumerate(draft.paragraphs)]
    if draft.unused:
        rows = [tag("li", draft.task.facts[i].text) for i in draft.unused]
        parts.append(tag("section", tag("h3", "还没有放进段落的事实"), tag("ul", *rows)))
    return tag("article", *parts, class_="kb-report")


def _paragraph(draft: Draft, paragraph: DraftParagraph, at: int) -> Markup:
    facts = [tag("li", badge("事实"), " ", draft.task.facts[i].text) for i in paragraph.facts]
    manner = [
        tag(
            "li",
            badge("行文参照"),
            " ",
            tag("b", o.precedent.passage.address),
            tag("blockquote", o.quote, class_="kb-quote"),
        )
        for o in paragraph.origins
    ]
    notes = [tag("li", badge("提示", "care"), " ", n) for n in paragraph.notes]
    origin = tag(
        "details", tag("summary", f"第{at + 1}段的出处"), tag("ul", *facts, *manner, *notes), class_="kb-origin"
    )
    again = button("换一种写法", "rewrite", at=at, label=f"第{at + 1}段换一种写法")
    below = tag("div", origin, again, class_="kb-paragraph-foot")
    return tag("section", tag("p", gaps_marked(paragraph.text)), below, class_="kb-paragraph")


def gaps_marked(text: str) -> Markup:
    """Text with its 【待填：…】 marked."""
    out: list[str | Markup] = []
    at = 0
    for gap in PLACEHOLDER.finditer(text):
        out += [text[at : gap.start()], tag("mark", gap[0])]
        at = gap.end()
    return join([*out, text[at:]])


def precedents_view(precedents: Sequence[Precedent]) -> Markup:
    """The precedents with their sources."""
    if not precedents:
        return tag("div", hint("库里没有可参照的报告段落。"))
    rows = [
        tag(
            "details",
            tag("summary", p.passage.address),
            tag("p", p.passage.text),
            tag("p", f"来源：{p.passage.source}", class_="kb-source"),
        )
        for p in precedents
    ]
    return tag("section", tag("h2", "先例"), *rows, class_="kb-browse")
