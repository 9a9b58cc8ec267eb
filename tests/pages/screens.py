"""Screenshots of every page at both sizes and in both themes: ``python -m tests.pages.screens [FOLDER [NAME…]]``.

Not a test: it draws docs/screens anew from the bundled corpus, to be looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.fakes.web import free_port, serving
from tests.pages.conftest import DESK, PATIENCE_MS, PHONE, QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MAX_WIDTH = 1080
QUESTION = "老板没组织安全培训就让新人上岗，违反哪条，罚多少？"
ANSWERED = """n => {
  const turns = document.querySelectorAll('.kb-turn');
  return turns.length > n && !turns[turns.length - 1].hasAttribute('aria-busy');
}"""
TO_CHECK = (
    "依据《安全生产法》第九十七条第一款第三项、《消防法》第六十条和《安全生产法》第一百五十条的规定，"
    "以及《危险化学品安全法》第十条，决定给予行政处罚。"
)
FACTS = "检查企业\t1286\t家次\n立案\t94\t件\n开展执法人员培训6期、412人次"


def tab(page: Page, name: str) -> None:
    """Go to a tab, which a narrow screen may keep in its overflow menu."""
    page.evaluate(
        "name => [...document.querySelectorAll('[role=tab]')].find(t => t.textContent.trim() === name).click()", name
    )


def ask_empty(page: Page) -> None:
    page.wait_for_selector("#kb-log h2")


def ask(page: Page, question: str = QUESTION) -> None:
    """Type a question, tap 提问, wait until its answer stands below the earlier ones."""
    before = page.locator(".kb-turn").count()
    page.fill("#kb-question textarea", question)
    page.click("#kb-ask-go")
    page.wait_for_function(ANSWERED, arg=before)


def ask_open(page: Page) -> None:
    ask(page)
    page.locator(".kb-turn .kb-chip").first.click()
    page.locator("#kb-ask-pane h2").wait_for()


def lookup(page: Page) -> None:
    tab(page, "查条文")
    page.fill("#kb-lookup-text textarea", "安法97")
    page.click("#kb-lookup-go")
    page.locator("#kb-lookup-pane h2").wait_for()


def check(page: Page) -> None:
    tab(page, "核引用")
    page.fill("#kb-check-text textarea", TO_CHECK)
    page.click("#kb-check-go")
    page.locator("#kb-check-list .kb-turn").first.wait_for()


def draft(page: Page) -> None:
    tab(page, "写报告")
    page.fill("#kb-draft-section textarea", "推进严格规范公正文明执法")
    page.get_by_label("机关", exact=True).fill("示例市示例区应急管理局")
    page.get_by_label("年度").fill("2026")
    page.fill("#kb-draft-facts textarea", FACTS)
    page.click("#kb-draft-go")
    page.locator("#kb-draft-text .kb-paragraph").first.wait_for()


def ledger(page: Page) -> None:
    tab(page, "写报告")
    page.get_by_text("以往报告的数据台账").click()
    page.fill("#kb-ledger-indicator textarea", "检查企业")
    page.click("#kb-ledger-go")
    page.locator("#kb-ledger-table table").first.wait_for()
    page.locator("#kb-ledger-indicator").evaluate("e => e.scrollIntoView({ block: 'start' })")


def corpus(page: Page) -> None:
    tab(page, "资料库")
    page.locator("#kb-corpus-table tr").nth(1).wait_for()


def quality(page: Page) -> None:
    tab(page, "评测")
    page.locator("#kb-quality h2").first.wait_for()


SCENES: dict[str, Callable[[Page], None]] = {
    "ask-empty": ask_empty, "ask": ask, "ask-open": ask_open, "lookup": lookup, "check": check, "draft": draft,
    "ledger": ledger, "corpus": corpus, "quality": quality,
}  # fmt: skip


def refused(page: Page) -> None:
    ask(page, "今天哪只股票会涨？")
    page.locator(".kb-note", has_text="不作回答").wait_for()


def mistaken(page: Page) -> None:
    tab(page, "查条文")
    page.fill("#kb-lookup-text textarea", "安全生产法第九百条")
    page.click("#kb-lookup-go")
    page.get_by_role("alert").filter(has_text="没有第九百条").wait_for()


def offline(page: Page) -> None:
    ask(page)
    page.context.set_offline(True)
    page.get_by_text("网络已断开").wait_for()
    page.evaluate("scrollTo(0, 0)")


def writing(page: Page) -> None:
    page.fill("#kb-question textarea", QUESTION)
    page.click("#kb-ask-go")
    page.wait_for_function("() => (document.querySelector('.kb-answer') || { innerText: '' }).innerText.length > 60")


def no_index(page: Page) -> None:
    page.get_by_text("请先运行 kb build").first.wait_for()


def sign_in(page: Page) -> None:
    page.fill("#username", "reader")
    page.fill("#password", "wrong-horse-7")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").wait_for()


# What is not everyday: drawn once for a phone in light and once for a desk in dark. Name → (server, scene).
STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "refused": ("open", refused), "mistaken": ("open", mistaken), "offline": ("open", offline),
    "writing": ("model", writing), "no-index": ("empty", no_index), "sign-in": ("users", sign_in),
}  # fmt: skip


def webp(png: bytes) -> bytes:
    """A screenshot as WebP, a few tens of kilobytes; a desk's at three quarters of its size."""
    from PIL import Image

    out = BytesIO()
    drawn = Image.open(BytesIO(png)).convert("RGB")
    if drawn.width > MAX_WIDTH:
        drawn = drawn.resize((MAX_WIDTH, drawn.height * MAX_WIDTH // drawn.width), Image.Resampling.LANCZOS)
    drawn.save(out, "WEBP", quality=48, method=6)
    return out.getvalue()


def main(folder: Path, only: Sequence[str] = ()) -> None:
    """Draw every scene in both themes and sizes, then the states; ``only``: names of those wanted, all when empty."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    both = (("phone", "light"), ("phone", "dark"), ("desk", "light"), ("desk", "dark"))
    wanted = [(name, "open", scene, both) for name, scene in SCENES.items()]
    wanted += [(name, server, scene, (both[0], both[3])) for name, (server, scene) in STATES.items()]
    with ExitStack() as held:
        urls = servers(held)
        playwright = held.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        for name, server, scene, looks in wanted:
            for size, theme in looks if name in (only or [name]) else ():
                shot = picture(chromium, urls[server], scene, size, theme)
                (folder / f"{name}-{size}-{theme}.webp").write_bytes(shot)
        chromium.close()


def servers(held: ExitStack) -> dict[str, str]:
    """The page four times: as it is, with a chat model that writes slowly, with users, and without an index."""
    from kb.app import KnowledgeBase
    from kb.serve.users import add_user
    from kb.serve.web import Listening, make_app
    from kb.settings import Settings
    from tests.conftest import _built
    from tests.fakes.openai_server import OpenAIServer, Reply, good

    model = held.enter_context(OpenAIServer([lambda asked: Reply(good(asked).text, pause_s=0.3)]))
    scratch = Path(held.enter_context(TemporaryDirectory()))
    plain = Settings(index=_built("bundled-index", []))
    add_user(scratch / "users.toml", "reader", "correct-horse-7", "查询")
    kinds = {
        "open": plain,
        "model": replace(plain, llm_base_url=model.base_url, llm_model="示例模型"),
        "users": replace(plain, users=scratch / "users.toml"),
        "empty": Settings(index=scratch),
    }
    urls = {}
    for name, settings in kinds.items():
        port = free_port()
        urls[name] = held.enter_context(serving(make_app(KnowledgeBase(settings), Listening(port=port)), port))
    return urls


def picture(chromium: Browser, url: str, scene: Callable[[Page], None], size: str, theme: str) -> bytes:
    """One scene as WebP, in a fresh browser profile."""
    phone = size == "phone"
    context = chromium.new_context(
        viewport=PHONE if phone else DESK, color_scheme=theme, locale="zh-CN", is_mobile=phone, has_touch=phone
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("#kb-tabs, #username")
    scene(page)
    page.wait_for_timeout(700)
    shot = webp(page.screenshot())
    context.close()
    return shot


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "docs" / "screens"
    main(where, sys.argv[2:])
