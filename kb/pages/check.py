"""核引用: every citation of a pasted or uploaded text, coloured by status, with its reason and the original's words.

Does not know how citations are found or verified (``kb.app.KnowledgeBase.check``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import gradio as gr

from kb.app import KnowledgeBase, parse_day
from kb.base.records import InputError, KbError
from kb.base.words import CITATION_STATUS
from kb.law.cite import Checked, CheckReport
from kb.pages.shared.door import DOWNLOAD, Door, Handler
from kb.pages.shared.markup import Markup, badge, button, join, tag
from kb.pages.shared.notices import hint, problem
from kb.pages.shared.pane import PANE_ACTS, follow, opened
from kb.pages.shared.panel import panel, shown, tapped
from kb.pages.shared.uploads import ENDINGS, text_of
from kb.serve.users import Role

TITLE = "核引用"
MAX_TEXT = 200_000  # characters: a long decision has 20,000
HEADINGS = ("序号", "文中写法", "所指条文", "结果", "核对的文本", "说明", "原文")
_TONE = {"verified": "good", "not_held": "care", "named_only": "plain"}
_EMPTY = "把处罚决定、报告等文字贴进来，或上传文件。每处法条引用都会查：有没有这一条、那天是否有效、引文是否一字不差。"


def ready(door: Door) -> bool:
    """Whether the page can be shown: the checker is there."""
    return hasattr(door.base, "check")


def build(door: Door) -> None:
    """Draw the page inside the current tab."""
    rows = gr.State([])
    with gr.Row(elem_classes="kb-split"):
        with gr.Column(scale=6, min_width=320):
            text = gr.Textbox(
                label="要核对的文字",
                lines=8,
                max_lines=16,
                max_length=MAX_TEXT,
                placeholder="粘贴文字",
                elem_id="kb-check-text",
            )
            with gr.Accordion("上传文件，或换一个日期", open=False):
                file = gr.File(
                    label="文件（.docx .pdf .txt .md .html）",
                    file_types=list(ENDINGS),
                    file_count="single",
                    height=140,
                    elem_id="kb-check-file",
                )
                day = gr.Textbox(label="按哪一天的法律", placeholder="2025-04-30", info="不填为今天", max_length=10)
            go = gr.Button("核对", variant="primary", elem_id="kb-check-go")
            words = panel("kb-check-words", classes="kb-result")
            pane = panel("kb-check-pane", classes="kb-pane")
        with gr.Column(scale=6, min_width=320):
            listing = panel("kb-check-list", [hint(_EMPTY)])
            table = gr.Button("下载结果表", visible=False)
    url = gr.Textbox(visible=False)
    run, tap, offer = _handlers(door)
    go.click(run, [text, file, day], [words, listing, rows, table, pane], api_name="check", api_visibility="private")
    for source, name in ((listing, "check_list"), (pane, "check_pane")):
        source.click(tap, [day], [pane], api_name=name, api_visibility="private", show_progress="hidden")
    table.click(offer, [rows], [url], api_name="check_table", api_visibility="private").then(
        None, [url], None, js=DOWNLOAD
    )


def _handlers(door: Door) -> tuple[Handler, Handler, Handler]:
    """Check, follow a tap, offer the table."""

    @door.guard(Role.QUERY)
    def run(text: str, file: str | None, day: str, request: gr.Request) -> tuple[object, ...]:
        try:
            checked = text_of(file) if file else (text or "")
            report = report_on(door.base, checked, day)
        except KbError as error:
            return shown(), shown(problem(error)), [], gr.Button(visible=False), shown()
        rows = table_rows(report)
        listing = shown(summary(report), *(citation(i, c) for i, c in enumerate(report.citations, 1)))
        return shown(annotated(checked, report)), listing, rows, gr.Button(visible=bool(rows)), shown()

    @door.guard(Role.QUERY)
    def tap(day: str, event: gr.EventData, request: gr.Request) -> object:
        data = tapped(event)
        if data.get("act") not in PANE_ACTS:
            return gr.skip()
        try:
            return opened(follow(door.base, data, parse_day(day)))
        except KbError as error:
            return shown(problem(error))

    @door.guard(Role.QUERY)
    def offer(rows: list[list[str]], request: gr.Request) -> str:
        return (
            door.offers.add("引用核对.csv", "text/csv; charset=utf-8", csv_file(rows), door.user(request))
            if rows
            else ""
        )

    return run, tap, offer


def report_on(base: KnowledgeBase, text: str, day: str) -> CheckReport:
    """The check of a text; raises InputError for an empty or overlong one or a bad date."""
    if not text.strip():
        raise InputError("请先粘贴要核对的文字，或上传文件")
    if len(text) > MAX_TEXT:
        raise InputError(f"文字有 {len(text):,} 个字，超过 {MAX_TEXT:,} 字；请分几次核对")
    return base.check(text, as_of=parse_day(day))


def tone(checked: Checked) -> str:
    """The colour of a status."""
    return "bad" if checked.failed else _TONE.get(checked.status, "care")


def said(checked: Checked) -> str:
    """The status in words."""
    return CITATION_STATUS[checked.status]


def summary(report: CheckReport) -> Markup:
    """How many citations, how many of them fail."""
    if not report.citations:
        return tag("div", tag("p", "没有找到法条引用。"), class_="kb-note kb-care", role="status")
    failed = sum(c.failed for c in report.citations)
    if failed:
        head = tag("div", tag("p", f"{failed} 处引用没有通过核验，请改正。"), class_="kb-note kb-bad", role="alert")
    else:
        head = tag("div", tag("p", "没有发现错误的引用。"), class_="kb-note kb-good", role="status")
    by_status: dict[str, Checked] = {c.status: c for c in report.citations}
    counts = [badge(f"{said(by_status[s])} {n}", tone(by_status[s])) for s, n in report.summary.items()]
    return tag("section", head, tag("p", join(counts, " "), class_="kb-badges"), aria_label="结果")


def citation(number: int, checked: Checked) -> Markup:
    """One citation: as printed, what it means, status, reason, the original's words, the way to the provision."""
    reference = checked.reference
    parts = [
        tag("p", tag("b", f"{number}. "), reference.text, class_="kb-q"),
        tag("p", badge(said(checked), tone(checked)), *_meant(checked), class_="kb-badges"),
    ]
    if checked.note:
        parts.append(tag("p", checked.note))
    if checked.expected_quote is not None:
        parts.append(tag("blockquote", tag("b", "原文 "), checked.expected_quote, class_="kb-quote"))
    address = reference.address
    if address is not None and address.article is not None and checked.status not in ("not_held", "not_found"):
        parts.append(button("看条文", "refer", address=str(address), label=f"看条文：{reference.label}"))
    return tag("article", *parts, class_="kb-turn", id=f"kb-citation-{number}")


def _meant(checked: Checked) -> list[str]:
    """What is meant, where it is printed otherwise."""
    label = checked.reference.label
    return [] if label == checked.reference.text else [f"即 {label}"]


def annotated(text: str, report: CheckReport) -> Markup:
    """The text with its citations coloured and numbered; what overlaps an earlier one is left unmarked."""
    out: list[str | Markup] = []
    at = 0
    for number, checked in enumerate(report.citations, 1):
        start, end = checked.reference.start, checked.reference.end
        if start < at:
            continue
        note = f"{number}，{said(checked)}"
        mark = tag("span", text[start:end], tag("sup", str(number)), class_=f"kb-cited kb-{tone(checked)}", title=note)
        out += [text[at:start], mark]
        at = end
    body = tag(
        "div", *out, text[at:], class_="kb-lines kb-scroll", tabindex="0", role="region", aria_label="标出引用的文字"
    )
    return tag("section", tag("h2", "标出的引用"), body, class_="kb-report")


def table_rows(report: CheckReport) -> list[list[str]]:
    """The rows of the table to download."""
    return [
        [str(n), c.reference.text, c.reference.label, said(c), c.version or "", c.note, c.expected_quote or ""]
        for n, c in enumerate(report.citations, 1)
    ]


def csv_file(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV that Excel opens as UTF-8; a cell that a spreadsheet would run gets an apostrophe (CWE-1236)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows(
        [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in r] for r in rows
    )
    return ("\ufeff" + out.getvalue()).encode("utf-8")
