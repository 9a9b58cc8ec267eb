"""The page in Chromium: what an inspector does, at both sizes and in both themes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.pages.conftest import Opener
from tests.pages.hostile import PAYLOADS
from tests.pages.screens import QUESTION, SCENES, ask

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MAX_FIRST_LOAD = 3_000_000  # bytes, compressed
IN_VIEW = """selector => {
  const found = document.querySelector(selector);
  const box = found && found.getBoundingClientRect();
  return box && box.top >= -4 && box.bottom <= innerHeight;
}"""
SHAPES = """() => {
  const all = 'button, a[href], summary, input:not([type=hidden]), textarea, [role=tab]';
  const seen = [...document.querySelectorAll(all)].filter(
    (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
  const sizes = seen.map((e) => [e, (e.closest('label') || e).getBoundingClientRect()]);
  const small = sizes.filter(([, r]) => r.width > 0 && (r.height < 43.5 || r.width < 43.5));
  const name = (e, r) =>
    `${e.tagName}#${e.id}.${e.className} ${(e.innerText || '').slice(0, 20)} ${r.width}x${r.height}`;
  return { wide: document.documentElement.scrollWidth - innerWidth, small: small.map(([e, r]) => name(e, r)) };
}"""
SIZES = pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
THEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def look_up(page: Page, text: str) -> None:
    page.get_by_role("tab", name="查条文").click()
    page.fill("#kb-lookup-text textarea", text)
    page.click("#kb-lookup-go")


@SIZES
def test_ask_chip_article_copy(opened: Opener, open_url: str, phone: bool) -> None:
    page = opened(open_url, phone=phone)
    ask(page)
    first = page.locator(".kb-turn .kb-chip").first
    label = first.get_attribute("aria-label") or ""
    first.click()
    page.locator("#kb-ask-pane [data-tap]").wait_for(state="attached")  # drawn anew by the tap, not by the answer
    title = page.locator("#kb-ask-pane h2")
    assert title.inner_text().split("第")[0] in label
    assert page.locator("#kb-ask-pane mark").count() > 0
    assert page.locator("#kb-ask-pane .kb-badge", has_text="要点").count() == 1
    page.locator("#kb-ask-pane [data-copy]").click()
    page.locator("#kb-ask-pane", has_text="已复制").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.match(r"《[^》]+》第[^（]+条.*（要点，非条文原文）：", copied)
    quoted = page.locator(".kb-cites .kb-quote").first.inner_text()
    assert quoted[:10] in copied.replace("\n", "")


def test_on_a_phone_the_article_comes_into_view_and_back(opened: Opener, open_url: str) -> None:
    page = opened(open_url, phone=True)
    ask(page)
    page.locator(".kb-turn .kb-chip").first.click()
    page.wait_for_function(IN_VIEW, arg="#kb-ask-pane h2")
    page.get_by_role("button", name="返回原处").click()
    page.wait_for_function(IN_VIEW, arg="[data-opened]")


def test_pane_leads_on(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    look_up(page, "安法97")
    page.locator("#kb-lookup-pane h2", has_text="《安全生产法》第九十七条").wait_for()
    page.locator("#kb-lookup-pane .kb-link", has_text="下一条").click()
    page.locator("#kb-lookup-pane h2", has_text="《安全生产法》第九十八条").wait_for()


def test_partner_is_shown_and_opens(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    look_up(page, "安全生产法第九十七条")
    partner = page.locator("#kb-lookup-pane .kb-partners .kb-link").first
    partner.wait_for()
    name = partner.inner_text().split(" ", 1)[1]
    partner.click()
    page.locator("#kb-lookup-pane h2", has_text=name.split("第")[0]).wait_for()
    page.wait_for_function(
        "n => document.querySelector('#kb-lookup-pane h2').innerText.includes(n)", arg=re.sub(r"第.款.*$", "", name)
    )


def test_browse_from_kind_to_article(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    page.get_by_role("tab", name="查条文").click()
    page.locator("#kb-lookup-list .kb-link", has_text="法律").first.click()
    page.locator("#kb-lookup-list .kb-link", has_text="消防法").click()
    page.locator("#kb-lookup-list summary").first.click()
    page.locator("#kb-lookup-list details .kb-link").first.click()
    page.locator("#kb-lookup-pane h2", has_text="《消防法》第").wait_for()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("安全生产法第九百条", "没有第九百条"),
        ("没有这部法第一条", "没有"),
        ("", "请先写条号或名称"),
        ("<b>x</b>", "<b>x</b>"),
    ],
)
def test_lookup_says_what_is_wrong(opened: Opener, open_url: str, typed: str, said: str) -> None:
    page = opened(open_url)
    look_up(page, typed)
    page.get_by_role("alert").filter(has_text=said).wait_for()


def test_conversation_stays_in_this_browser(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    ask(page)
    page.reload()
    page.locator(".kb-turn .kb-q", has_text=QUESTION).wait_for()
    page.locator(".kb-turn .kb-chip").first.click()
    page.locator("#kb-ask-pane mark").first.wait_for()
    page.get_by_role("button", name="清空对话").click()
    page.locator("#kb-log h2", has_text="问什么").wait_for()
    page.reload()
    page.locator("#kb-log h2", has_text="问什么").wait_for()


def test_verdict_goes_into_the_record(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    ask(page)
    page.get_by_role("button", name="有误").click()
    page.get_by_label("哪里有误").fill("罚款数额不对")
    page.get_by_role("button", name="提交").click()
    page.get_by_text("已记下：有误").wait_for()


def test_export(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    ask(page)
    with page.expect_download() as coming:
        page.get_by_role("button", name="导出文本").click()
    path = coming.value.path()
    assert QUESTION in path.read_text(encoding="utf-8")


def test_refusal_is_told_with_what_is_near(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    ask(page, "今天哪只股票会涨？")
    page.locator(".kb-note", has_text="不作回答").wait_for()


def test_bad_date_is_told(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    page.get_by_text("日期、地区和范围").click()
    page.get_by_label("按哪一天的法律").first.fill("去年")
    page.fill("#kb-question textarea", QUESTION)
    page.click("#kb-ask-go")
    page.get_by_role("alert").filter(has_text="日期").wait_for()
    assert page.input_value("#kb-question textarea") == QUESTION  # need not be typed again


def test_without_an_index_the_page_says_what_to_run(opened: Opener, empty_url: str) -> None:
    page = opened(empty_url)
    page.get_by_text("请先运行 kb build").first.wait_for()
    ask(page)
    page.get_by_role("alert").filter(has_text="kb build").first.wait_for()


def test_offline_is_told(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    page.context.set_offline(True)
    page.get_by_text("网络已断开").wait_for()
    page.context.set_offline(False)
    page.get_by_text("网络已断开").wait_for(state="hidden")


def test_keyboard_alone(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    page.focus("#kb-question textarea")
    page.keyboard.type("安全生产法第九十七条讲什么")
    page.keyboard.press("Enter")
    page.locator(".kb-turn .kb-chip").first.wait_for()
    page.locator(".kb-turn .kb-chip").first.focus()
    page.keyboard.press("Enter")
    page.locator("#kb-ask-pane h2").wait_for()
    page.wait_for_function("() => document.activeElement && document.activeElement.matches('#kb-ask-pane h2')")


def test_first_load_is_light_and_asks_no_other_origin(opened: Opener, browser: Any, open_url: str) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    finished: list[Any] = []
    page.on("requestfinished", lambda r: finished.append(r))
    page.on("request", lambda r: others.append(r.url) if not r.url.startswith((open_url, "data:", "blob:")) else None)
    others: list[str] = []
    page.goto(open_url)
    page.wait_for_selector("#kb-tabs")
    ask(page)
    page.locator(".kb-turn .kb-chip").first.click()
    page.locator("#kb-ask-pane h2").wait_for()
    weight = sum(r.sizes()["responseBodySize"] for r in finished if "queue/data" not in r.url)
    context.close()
    assert others == []
    assert 100_000 < weight < MAX_FIRST_LOAD


def shapes(page: Page) -> dict[str, Any]:
    """What does not fit: sideways scroll, and things to tap that are smaller than a finger."""
    return dict(page.evaluate(SHAPES))


@SIZES
@THEMES
def test_every_page_fits_can_be_tapped_and_read(opened: Opener, open_url: str, phone: bool, dark: bool) -> None:
    """No sideways scroll, no target smaller than a finger, nothing serious found by axe-core."""
    from axe_playwright_python.sync_playwright import Axe

    page = opened(open_url, phone=phone, dark=dark)
    found: dict[str, Any] = {}
    measured = page.get_by_role("tab", name="评测").count()
    for name, scene in SCENES.items():
        if name == "quality" and not measured:
            continue
        scene(page)
        page.wait_for_function("!document.querySelector('.pending')")
        violations = Axe().run(page).response["violations"]
        serious = [v for v in violations if v["impact"] in ("serious", "critical")]
        found[name] = {**shapes(page), "axe": [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in serious]}
    fine = {"wide": 0, "small": [], "axe": []}
    assert {name: shape for name, shape in found.items() if shape != fine} == {}


def test_texts_never_become_script(opened: Opener, hostile_url: str) -> None:
    page = opened(hostile_url)
    for question in ("危险物品登记", "拒危险物品", " ".join(PAYLOADS)):
        ask(page, question)
    for row in page.locator(".kb-cites .kb-link").all()[:4]:
        row.click()
        page.locator("#kb-ask-pane h2").wait_for()
    page.get_by_role("tab", name="查条文").click()
    for kind in range(page.locator("#kb-lookup-list .kb-link").count()):
        page.locator("#kb-lookup-list .kb-link").nth(kind).click()
        page.get_by_role("button", name="返回目录").wait_for()
        page.locator("#kb-lookup-list .kb-link").first.click()
        page.locator("#kb-lookup-list summary, #kb-lookup-list li").first.wait_for()
        page.locator("#kb-lookup-list summary").first.click()
        page.locator("#kb-lookup-list details .kb-link").first.click()
        page.locator("#kb-lookup-pane .kb-provision").wait_for()
        page.get_by_role("button", name="返回目录").click()
        page.locator("#kb-lookup-list h2", has_text="目录").wait_for()
    for text in (PAYLOADS[1], PAYLOADS[4]):
        look_up(page, text)
    page.reload()
    page.locator(".kb-turn").first.wait_for()
    assert page.evaluate("window.__got") is None
    inside = "#kb-log, #kb-ask-pane, #kb-lookup-pane, #kb-lookup-list"
    assert (
        page.evaluate("s => document.querySelectorAll(s).length", f":is({inside}) :is(script, img, svg, iframe, a)")
        == 0
    )


def test_sign_in(opened: Opener, users_url: str) -> None:
    page = opened(users_url, phone=True, ready="#username")
    page.fill("#username", "reader")
    page.fill("#password", "wrong-horse-7")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").filter(has_text="不对").wait_for()
    page.fill("#username", "reader")
    page.fill("#password", "correct-horse-7")
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector("#kb-tabs")
    ask(page)
    page.locator(".kb-turn .kb-chip").first.wait_for()


def test_check_marks_every_citation(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    page.get_by_role("tab", name="核引用").click()
    page.fill("#kb-check-text textarea", "依据《安全生产法》第九十七条和《安全生产法》第九百条，处罚款。<b>加粗</b>")
    page.click("#kb-check-go")
    page.get_by_role("alert").filter(has_text="1 处引用没有通过").wait_for()
    assert page.locator("#kb-check-words .kb-cited.kb-bad", has_text="第九百条").count() == 1
    assert page.locator("#kb-check-words b").count() == 0
    page.get_by_role("button", name="看条文").first.click()
    page.locator("#kb-check-pane h2", has_text="《安全生产法》第九十七条").wait_for()
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载结果表").click()
    assert "核验不通过：查无此条" in coming.value.path().read_text(encoding="utf-8-sig")


def test_check_reads_an_uploaded_file(opened: Opener, open_url: str, tmp_path: Path) -> None:
    decision = tmp_path / "决定书.txt"
    decision.write_text("依照《消防法》第六十条处罚。", encoding="utf-8")
    page = opened(open_url)
    page.get_by_role("tab", name="核引用").click()
    page.get_by_text("上传文件，或换一个日期").click()
    page.locator("#kb-check-file input[type=file]").set_input_files(decision)
    page.locator("#kb-check-file", has_text="决定书").first.wait_for()
    page.click("#kb-check-go")
    page.locator("#kb-check-list .kb-turn", has_text="《消防法》第六十条").wait_for()


def test_upload_is_found_after_the_update_without_a_restart(opened: Opener, own_url: str, tmp_path: Path) -> None:
    law = tmp_path / "示例<b>仓库条例(2024-01-01).md"
    law.write_text(
        "# 示例仓库条例\n\n（2024年1月1日示例市人民代表大会常务委员会通过）\n\n## 第一章 总则\n\n"
        "第一条 仓库应当每季度清点蓝色铁桶，清点记录保存二年。\n\n第二条 违反本条例第一条规定的，处三千元罚款。\n",
        encoding="utf-8",
    )
    broken = tmp_path / "坏.pdf"
    broken.write_bytes(b"%PDF-1.7 not really")
    page = opened(own_url)
    page.get_by_role("tab", name="资料库").click()
    head = page.locator("#kb-head p").first.inner_text()
    page.locator("#kb-corpus-files input[type=file]").set_input_files([law, broken])
    page.locator("#kb-corpus-outcome", has_text="已收下").wait_for()
    assert page.locator("#kb-corpus-outcome .kb-bad").count() == 1
    assert page.locator("#kb-corpus-outcome b").count() == 0
    page.click("#kb-corpus-go")
    page.locator("#kb-corpus-progress .kb-good").wait_for(timeout=180_000)
    look_up(page, "示例仓库条例第一条")
    page.locator("#kb-lookup-pane h2", has_text="《示例仓库条例》第一条").wait_for()
    page.get_by_role("tab", name="问法").click()
    ask(page, "示例仓库条例第二条罚多少？")
    page.locator(".kb-cites .kb-link", has_text="《示例仓库条例》第二条").wait_for()
    page.reload()  # what was drawn when the server started is drawn anew
    page.wait_for_function(
        "h => { const p = document.querySelector('#kb-head p'); return p !== null && p.innerText !== h; }", arg=head
    )
    page.get_by_role("tab", name="资料库").click()
    page.locator("#kb-corpus-table td", has_text="示例仓库条例").first.wait_for()


def test_draft_and_its_file(opened: Opener, open_url: str, tmp_path: Path) -> None:
    from docx import Document

    page = opened(open_url)
    page.get_by_role("tab", name="写报告").click()
    page.fill("#kb-draft-section textarea", "推进严格规范公正文明执法")
    page.get_by_label("机关", exact=True).fill("示例市示例区应急管理局")
    page.get_by_label("年度").fill("2026")
    page.fill("#kb-draft-facts textarea", "检查企业\t1286\t家次\n立案94件")
    page.click("#kb-draft-go")
    page.locator("#kb-draft-text .kb-paragraph").first.wait_for()
    words = page.locator("#kb-draft-text").inner_text()
    assert "1286" in words
    page.locator("#kb-draft-text summary").first.click()
    page.locator("#kb-draft-text .kb-origin", has_text="检查企业1286家次").first.wait_for()
    page.get_by_role("button", name="换一种写法").first.click()
    page.locator("#kb-draft-text .kb-paragraph").first.wait_for()
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载 Word").click()
    made = tmp_path / "draft.docx"
    coming.value.save_as(made)
    assert "1286" in "\n".join(p.text for p in Document(str(made)).paragraphs)


def test_draft_says_what_is_missing(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    page.get_by_role("tab", name="写报告").click()
    page.click("#kb-draft-go")
    page.locator("#kb-draft-text [role=alert]").wait_for()
    assert "--" not in page.locator("#kb-draft-text [role=alert]").inner_text()


def test_a_reader_may_not_change_the_library(opened: Opener, users_url: str, tmp_path: Path) -> None:
    """The tab is there to read; the server refuses the rest."""
    page = opened(users_url, ready="#username")
    page.fill("#username", "reader")
    page.fill("#password", "correct-horse-7")
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector("#kb-tabs")
    page.get_by_role("tab", name="资料库").click()
    page.click("#kb-corpus-go")
    page.get_by_text("您的账号没有这项权限").wait_for()
