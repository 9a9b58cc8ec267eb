"""Screenshots of every page at both sizes and in both themes: ``python -m tests.pages.screens [FOLDER]``.

Not a test: it draws docs/screens anew from the bundled corpus, to be looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.web import free_port, serving
from tests.pages.conftest import DESK, PATIENCE_MS, PHONE, QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTION = "老板没组织安全培训就让新人上岗，违反哪条，罚多少？"
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


def ask(page: Page) -> None:
    page.fill("#kb-question textarea", QUESTION)
    page.click("#kb-ask-go")
    page.locator(".kb-turn .kb-cites").last.wait_for()


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
    page.locator("#kb-ledger-go").scroll_into_view_if_needed()


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


def webp(png: bytes) -> bytes:
    """A screenshot as WebP, a few tens of kilobytes."""
    from PIL import Image

    out = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").save(out, "WEBP", quality=55, method=6)
    return out.getvalue()


def main(folder: Path) -> None:
    """Draw every scene; one the page does not have is left out and told."""
    from playwright.sync_api import sync_playwright

    from kb.app import KnowledgeBase, Settings
    from kb.serve.web import Listening, make_app
    from tests.conftest import _built

    folder.mkdir(parents=True, exist_ok=True)
    base = KnowledgeBase(Settings(index=_built("bundled-index", [])))
    port = free_port()
    with serving(make_app(base, Listening(port=port)), port) as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        for size, view in (("phone", PHONE), ("desk", DESK)):
            for theme in ("light", "dark"):
                for name, scene in SCENES.items():
                    context = chromium.new_context(
                        viewport=view,
                        color_scheme=theme,
                        locale="zh-CN",
                        is_mobile=size == "phone",
                        has_touch=size == "phone",
                    )
                    context.set_default_timeout(PATIENCE_MS)
                    page = context.new_page()
                    page.goto(url)
                    page.wait_for_selector("#kb-tabs")
                    scene(page)
                    page.wait_for_timeout(700)
                    (folder / f"{name}-{size}-{theme}.webp").write_bytes(webp(page.screenshot()))
                    context.close()
        chromium.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "docs" / "screens")
