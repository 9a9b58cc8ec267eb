"""问法: a conversation; every citation is a chip that opens its provision beside (below, on a phone).

Does not know how answers are found or worded. The conversation is kept in the browser, and on the server only for
as long as the page is open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import gradio as gr

from kb.app import parse_day
from kb.assist.audit import Verdict
from kb.base.records import Answer, KbError
from kb.pages.shared.answer import Turn, turn_of, turn_view, turns_from
from kb.pages.shared.door import DOWNLOAD, Door, Handler
from kb.pages.shared.export import NAMES, OFFERED, conversation
from kb.pages.shared.markup import Markup, button, tag
from kb.pages.shared.notices import hint
from kb.pages.shared.pane import PANE_ACTS, follow, opened
from kb.pages.shared.panel import panel, shown, tapped
from kb.serve.users import Role

TITLE = "问法"
MAX_TURNS = 20
MAX_HISTORY = 5  # earlier questions that are carried along
DRAFT_SECONDS = 0.15  # between two sights of a text that a chat model is writing
_SCOPES = {"全部": "all", "法律法规": "law", "工作报告": "report"}
_EXAMPLES = (
    "老板没组织安全培训就让新人上岗，违反哪条，罚多少？",
    "仓库里危险化学品和别的东西混放，怎么处罚？",
    "第一次发现、当场改正的小问题，可以不罚吗？",
    "消防通道被堵住了，依据哪一条处罚？",
    "安全生产法第九十七条第一款第三项",
)
_EMPTY = "写下现场看到的情况或要查的事。回答只用库中的条文，每处引用都可以点开核对。"
_PANE = "点回答里的编号，这里打开条文。"


@dataclass(frozen=True, slots=True)
class Options:
    """What stands folded under the question box; as typed."""

    day: str
    place: str
    scope: str
    title: str


def ready(door: Door) -> bool:
    """Whether questions can be answered: the knowledge base can."""
    return hasattr(door.base, "ask")


def build(door: Door) -> None:
    """Draw the page inside the current tab."""
    turns = gr.State([])
    kept = gr.BrowserState({}, storage_key="kb-conversation", secret="kept-in-this-browser-only")
    with gr.Row(elem_classes="kb-split"):
        with gr.Column(scale=7, min_width=320):
            log = panel("kb-log", opening(), classes="kb-log")
            with gr.Group(visible=False, elem_id="kb-wrong") as wrong:
                comment = gr.Textbox(label="哪里有误（可不填）", lines=2, max_length=1000)
                judged = gr.State(-1)
                send = gr.Button("提交", min_width=88)
            with gr.Row(elem_classes="kb-ask-row kb-composer"):
                question = gr.Textbox(
                    label="问题",
                    placeholder="现场看到了什么？要查什么？",
                    lines=1,
                    max_lines=6,
                    max_length=2000,
                    scale=4,
                    show_label=False,
                    container=False,
                    elem_id="kb-question",
                )
                go = gr.Button("提问", variant="primary", scale=0, min_width=88, elem_id="kb-ask-go")
            options = _options(door)
            with gr.Row(elem_classes="kb-tools", visible=False) as tools:
                exports = [(gr.Button(f"导出{n}", min_width=96, size="md"), k) for k, n in NAMES.items()]
                clear = gr.Button("清空对话", min_width=96, size="md")
        with gr.Column(scale=6, min_width=320):
            pane = panel("kb-ask-pane", [hint(_PANE)], classes="kb-pane")
    url = gr.Textbox(visible=False)
    h = _Handlers(door)
    quiet: dict[str, Any] = {"api_visibility": "private"}
    for event, name in ((go.click, "ask"), (question.submit, "ask_enter")):
        event(
            h.ask(),
            [question, turns, *options],
            [log, question, turns, kept, tools, pane],
            api_name=name,
            show_progress="hidden",
            **quiet,
        )
    log.click(
        h.tap(), [turns, options[0]], [pane, log, turns, kept, wrong, judged, question],
        api_name="ask_tap", show_progress="hidden", **quiet,
    )  # fmt: skip
    pane.click(h.follow(), [options[0]], [pane], api_name="ask_pane", show_progress="hidden", **quiet)
    send.click(h.blame(), [comment, judged, turns], [log, turns, kept, wrong, comment], api_name="ask_wrong", **quiet)
    clear.click(h.clear(), None, [log, turns, kept, pane, tools], api_name="ask_clear", **quiet)
    for press, kind in exports:
        press.click(h.export(kind), [turns], [url], api_name=f"ask_{kind}", **quiet).then(
            None, [url], None, js=DOWNLOAD
        )
    blocks = gr.context.Context.root_block
    blocks.load(h.restore(), [kept], [log, turns, tools], api_name="ask_restore", show_progress="hidden", **quiet)


def _options(door: Door) -> list[gr.components.Component]:
    """Day, place and scope, folded away."""
    place = door.base.settings.place
    with gr.Accordion(f"日期、地区和范围（今天，{place}，全部）", open=False):
        with gr.Row():
            day = gr.Textbox(
                label="按哪一天的法律",
                placeholder="2025-04-30",
                info="不填为今天；查旧案写行为发生的日期",
                max_length=10,
            )
            where = gr.Dropdown(places(door), value=place, label="地区", info="全国性规定总是在内")
        with gr.Row():
            scope = gr.Radio(list(_SCOPES), value="全部", label="范围")
            title = gr.Textbox(
                label="只在这一份里找", placeholder="安全生产法", info="法规或报告的名称，可不填", max_length=100
            )
    return [day, where, scope, title]


def places(door: Door) -> list[str]:
    """The places whose rules are held, the configured one among them."""
    try:
        held = {d.jurisdiction for d in door.base.generation.documents() if d.jurisdiction}
    except KbError:
        held = set()
    return sorted(held | {door.base.settings.place} - {""})


def opening() -> list[Markup]:
    """The empty state: what to do, and examples to tap."""
    rows = [tag("li", button(e, "example", class_="kb-link", text=e)) for e in _EXAMPLES]
    return [tag("section", tag("h2", "问什么"), hint(_EMPTY), tag("ul", *rows), class_="kb-browse")]


def views(turns: Sequence[Turn], *, feedback: bool) -> list[str]:
    """The conversation as a panel's value."""
    if not turns:
        return shown(*opening())
    return shown(*(turn_view(t, i, feedback=feedback) for i, t in enumerate(turns)))


class _Handlers:
    """Makes the guarded handlers of one page."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def _shown(self, turns: Sequence[Turn]) -> list[str]:
        return views(turns, feedback=self.door.log is not None)

    def _kept(self, turns: Sequence[Turn], request: gr.Request) -> dict[str, Any]:
        return {"user": self.door.user(request), "turns": [t.to_json() for t in turns]}

    def ask(self) -> Handler:
        """The question box's handler."""

        @self.door.guard(Role.QUERY)
        def ask(
            question: str, turns: list[Turn], day: str, place: str, scope: str, title: str, request: gr.Request
        ) -> Iterator[tuple[object, ...]]:
            question = (question or "").strip()
            if not question:
                yield tuple([gr.skip()] * 6)
                return
            earlier = turns[-(MAX_TURNS - 1) :]
            yield self._shown([*earlier, Turn(question)]), "", *[gr.skip()] * 4
            turn = Turn(question)
            for turn in self._coming(question, earlier, Options(day, place, scope, title), request):
                if turn.draft:
                    yield self._shown([*earlier, turn]), *[gr.skip()] * 5
            now = [*earlier, turn]
            again = question if turn.error else gr.skip()  # what failed need not be typed again
            kept, pane = self._kept(now, request), shown(self._first(turn, day))
            yield self._shown(now), again, now, kept, gr.Row(visible=True), pane

        return ask

    def _coming(self, question: str, earlier: Sequence[Turn], options: Options, request: gr.Request) -> Iterator[Turn]:
        """The turn as it stands while a chat model writes, a few times a second; the last one is the answer."""
        drafts: SimpleQueue[str | None] = SimpleQueue()
        with ThreadPoolExecutor(1, "kb-ask") as thread:
            answered: Future[Turn] = thread.submit(self._answered, question, earlier, options, request, drafts.put)
            answered.add_done_callback(lambda _: drafts.put(None))
            while (draft := _newest(drafts)) is not None:
                yield Turn(question, draft=draft)
                time.sleep(DRAFT_SECONDS)
        yield answered.result()

    def _first(self, turn: Turn, day: str) -> Markup:
        """The provision of a fresh answer's first citation; what to do where there is none."""
        if turn.answer is None or not turn.answer["citations"] or not turn.rows:
            return hint(_PANE)
        citation = turn.answer["citations"][0]
        data = {"act": "open", "row": turn.rows[0], "address": citation["opens"], "n": str(citation["n"])}
        return self._follow({**data, "turn": "0"}, day, [turn])

    def _answered(
        self, question: str, earlier: Sequence[Turn], options: Options, request: gr.Request, tell: Callable[[str], None]
    ) -> Turn:
        started = time.monotonic()
        try:
            arguments = self._arguments(question, earlier, options)
            answer = self.door.base.ask(**{**arguments, "as_of": parse_day(options.day)}, tell=tell)
        except KbError as error:
            return Turn(question, error=str(error))
        except Exception:  # noqa: BLE001 - logged with a number that the page shows
            return Turn(question, error=self.door.trouble("ask"))
        self.door.answered(answer, time.monotonic() - started)
        return self._recorded(answer, arguments, request)

    def _arguments(self, question: str, earlier: Sequence[Turn], options: Options) -> dict[str, Any]:
        """The call's arguments as JSON data, enough to repeat it."""
        scope = (options.title or "").strip() or _SCOPES.get(options.scope, "all")
        history = [t.question for t in earlier if t.answer is not None][-MAX_HISTORY:]
        day = parse_day(options.day).isoformat()
        return {"question": question, "history": history, "scope": scope, "place": options.place or None, "as_of": day}

    def _recorded(self, answer: Answer, arguments: dict[str, Any], request: gr.Request) -> Turn:
        if self.door.log is None:
            return turn_of(answer)
        try:
            record = self.door.log.record(
                answer, arguments=arguments, scope=arguments["scope"], user=self.door.user(request), door="web",
                model=self.door.base.settings.llm_model or "",
            )  # fmt: skip
        except KbError:
            self.door.trouble("record")
            return turn_of(answer)
        return turn_of(answer, record)

    def tap(self) -> Handler:
        """Taps in the conversation: open a citation, take an example, judge an answer."""

        @self.door.guard(Role.QUERY)
        def tap(turns: list[Turn], day: str, event: gr.EventData, request: gr.Request) -> tuple[object, ...]:
            data = tapped(event)
            act = data.get("act", "")
            same = [gr.skip()] * 7
            if act in PANE_ACTS:
                same[0] = opened(self._follow(data, day, turns))
            elif act == "example":
                same[6] = data.get("text", "")
            elif act in ("useful", "wrong") and (at := _place(data, turns)) is not None:
                return self._judge(act, at, turns, request)
            return tuple(same)

        return tap

    def _follow(self, data: dict[str, str], day: str, turns: Sequence[Turn]) -> Markup:
        """The view a tap opens; a citation's quotation comes from the conversation, on the day it was asked for."""
        quoted = _quoted(data, turns)
        try:
            when = parse_day(quoted.get("as_of") or day)
        except KbError:
            when = parse_day(None)
        return follow(self.door.base, {**data, "quote": quoted.get("quote", "")}, when)

    def follow(self) -> Handler:
        """Taps in the pane: neighbours, partners, references, versions."""

        @self.door.guard(Role.QUERY)
        def follow_(day: str, event: gr.EventData, request: gr.Request) -> object:
            data = tapped(event)
            return opened(self._follow(data, day, ())) if data.get("act") in PANE_ACTS else gr.skip()

        return follow_

    def _judge(self, act: str, at: int, turns: list[Turn], request: gr.Request) -> tuple[object, ...]:
        skip = gr.skip()
        if act == "wrong":
            return skip, skip, skip, skip, gr.Group(visible=True), at, skip
        now = self._noted(turns, at, "useful", "", request)
        return skip, self._shown(now), now, self._kept(now, request), skip, skip, skip

    def _noted(self, turns: list[Turn], at: int, verdict: Verdict, comment: str, request: gr.Request) -> list[Turn]:
        """The turns after a verdict went into the record; unchanged when that failed."""
        if self.door.log is None or not turns[at].record:
            return turns
        try:
            self.door.log.feedback(turns[at].record, verdict, comment[:1000], user=self.door.user(request))
        except KbError:
            self.door.trouble("feedback")
            return turns
        return [*turns[:at], turns[at].judged(verdict), *turns[at + 1 :]]

    def blame(self) -> Handler:
        """A verdict 有误 with its comment."""

        @self.door.guard(Role.QUERY)
        def blame(comment: str, at: int, turns: list[Turn], request: gr.Request) -> tuple[object, ...]:
            known = 0 <= at < len(turns)
            now = self._noted(turns, at, "wrong", comment or "", request) if known else turns
            return self._shown(now), now, self._kept(now, request), gr.Group(visible=False), ""

        return blame

    def clear(self) -> Handler:
        """Forget the conversation, here and in the browser."""

        @self.door.guard(Role.QUERY)
        def clear(request: gr.Request) -> tuple[object, ...]:
            return self._shown([]), [], self._kept([], request), shown(hint(_PANE)), gr.Row(visible=False)

        return clear

    def restore(self) -> Handler:
        """The conversation that this browser kept for this user."""

        @self.door.guard(Role.QUERY)
        def restore(kept: object, request: gr.Request) -> tuple[object, ...]:
            own = kept if isinstance(kept, dict) and kept.get("user") == self.door.user(request) else {}
            turns = turns_from(own.get("turns"), MAX_TURNS)
            return self._shown(turns), turns, gr.Row(visible=bool(turns))

        return restore

    def export(self, kind: str) -> Handler:
        """The conversation as a file to fetch; gives its address, empty when there is nothing to export."""

        @self.door.guard(Role.QUERY)
        def export(turns: list[Turn], request: gr.Request) -> str:
            done = [t for t in turns if t.answer is not None]
            if not done:
                return ""
            name, media = OFFERED[kind]
            return self.door.offers.add(name, media, conversation(done, kind), self.door.user(request))

        return export


def _place(data: dict[str, str], turns: Sequence[Turn]) -> int | None:
    """The turn a tap names; None when there is none."""
    at = data.get("turn", "")
    return int(at) if at.isascii() and at.isdigit() and int(at) < len(turns) else None


def _quoted(data: dict[str, str], turns: Sequence[Turn]) -> dict[str, str]:
    """Quotation and day of the citation that a tap in a turn names; empty when it is none."""
    at = _place(data, turns)
    answer = None if at is None else turns[at].answer
    if at is None or answer is None:
        return {}
    for citation, row in zip(answer["citations"], turns[at].rows, strict=False):
        if row == data.get("row") and str(citation["n"]) == data.get("n"):
            return {"quote": citation["quote"], "as_of": str(answer.get("as_of", ""))}
    return {}


def _newest(drafts: SimpleQueue[str | None]) -> str | None:
    """Waits for a draft and gives the newest; None after the last one."""
    draft = drafts.get()
    while draft is not None:
        try:
            draft = drafts.get_nowait()
        except Empty:
            break
    return draft
