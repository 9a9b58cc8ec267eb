"""Answers as they come and as they are opened: a model's text, each turn's own quotation, versions, the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kb.app import KnowledgeBase
from tests.fakes.openai_server import OpenAIServer, Reply, good
from tests.fakes.web import free_port, serving
from tests.pages.conftest import Opener
from tests.pages.screens import ANSWERED, QUESTION, ask
from tests.pages.test_browser import SIZES, look_up

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

GROWN = """n => {
  const words = document.querySelector('.kb-turn[aria-busy] .kb-answer');
  return words && words.innerText.length > n;
}"""


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    """A chat model that writes slowly, a few characters at a time."""
    with OpenAIServer([lambda asked: Reply(good(asked).text, pause_s=0.1)]) as server:
        yield server


@pytest.fixture
def writing_url(bundled_base: KnowledgeBase, model: OpenAIServer) -> Iterator[str]:
    """The page with that chat model."""
    from kb.serve.web import Listening, make_app

    port = free_port()
    base = KnowledgeBase(replace(bundled_base.settings, llm_base_url=model.base_url, llm_model="test-model"))
    with serving(make_app(base, Listening(port=port)), port) as url:
        yield url


def test_a_models_text_streams_and_is_shown_checked_at_the_end(opened: Opener, writing_url: str) -> None:
    page = opened(writing_url)
    page.fill("#kb-question textarea", QUESTION)
    page.click("#kb-ask-go")
    page.wait_for_function(GROWN, arg=5)
    early = len(page.locator(".kb-turn .kb-answer").inner_text())
    page.wait_for_function(GROWN, arg=early + 10)
    assert page.locator(".kb-turn .kb-chip").count() == 0  # nothing is cited before it is verified
    page.locator(".kb-turn", has_text="逐处核验").wait_for()
    assert page.locator(".kb-spin").evaluate("e => getComputedStyle(e).borderTopWidth") == "2px"
    page.wait_for_function(ANSWERED, arg=0)
    page.locator(".kb-turn .kb-note", has_text="由模型 test-model").wait_for()
    assert page.locator(".kb-turn .kb-chip").count() > 0
    # The bundled texts are digests, which a quotation may not rest on: every failure stands where it is, marked.
    said = page.locator(".kb-turn .kb-answer").inner_text().count("核验未通过")
    assert said == page.locator(".kb-turn .kb-answer .kb-badge.kb-bad").count() > 0


def test_without_the_model_the_answer_still_comes_and_says_so(
    opened: Opener, writing_url: str, model: OpenAIServer
) -> None:
    model.script = ["unauthorized"]
    page = opened(writing_url)
    ask(page)
    page.locator(".kb-turn .kb-note", has_text="不用模型的回答").wait_for()
    assert page.locator(".kb-turn .kb-chip").count() > 0


def chip(turn: int, article: str) -> str:
    return f".kb-turn:nth-of-type({turn}) .kb-chip[aria-label*='{article}']"


def test_a_chip_opens_the_words_of_its_own_turn(opened: Opener, open_url: str) -> None:
    """Two turns cite the same article, each another item of it."""
    page = opened(open_url)
    ask(page)
    ask(page, "特种作业人员无证上岗，违反哪条，罚多少？")
    first, second = (chip(turn, "第九十七条") for turn in (1, 2))
    rows = [page.locator(c).first.get_attribute("data-row") for c in (first, second)]
    assert rows[0] == rows[1]
    for opener, said, not_said in ((first, "安全教育培训", "特种作业"), (second, "特种作业", "安全教育培训")):
        page.locator(opener).first.click()
        page.locator("#kb-ask-pane mark", has_text=said).first.wait_for()
        assert page.locator("#kb-ask-pane mark", has_text=not_said).count() == 0


@SIZES
def test_the_first_provision_comes_with_the_answer(opened: Opener, open_url: str, phone: bool) -> None:
    """Beside it on a desk; on a phone it waits below and neither moves the view nor takes the focus."""
    page = opened(open_url, phone=phone)
    ask(page)
    page.locator("#kb-ask-pane h2").wait_for()
    label = page.locator(".kb-turn .kb-chip[data-n='1']").first.get_attribute("aria-label") or ""
    assert page.locator("#kb-ask-pane h2").inner_text() in label
    box = page.locator("#kb-ask-pane h2").bounding_box()
    assert box is not None
    assert (box["y"] > 844) == phone
    assert not page.evaluate("document.activeElement.matches('#kb-ask-pane *')")
    ask(page, "今天哪只股票会涨？")
    page.locator("#kb-ask-pane .kb-empty").wait_for()  # a refusal cites nothing


def test_the_same_provision_twice_comes_into_view_twice(opened: Opener, open_url: str) -> None:
    page = opened(open_url, phone=True)
    for _ in range(2):
        look_up(page, "安法97")
        page.wait_for_function(
            "() => { const t = document.querySelector('#kb-lookup-pane h2');"
            " return t && Math.abs(t.getBoundingClientRect().top) < 40; }"
        )
        page.evaluate("scrollTo(0, 0)")


def test_versions_side_by_side(opened: Opener, own_url: str) -> None:
    page = opened(own_url)
    look_up(page, "示例车间安全条例第二条")
    page.locator("#kb-lookup-pane h2", has_text="第二条").wait_for()
    page.get_by_role("button", name="与2010").click()
    page.locator("#kb-lookup-pane h2", has_text="版本对照").wait_for()
    assert "月" in page.locator("#kb-lookup-pane del").first.inner_text()
    assert "周" in page.locator("#kb-lookup-pane ins").first.inner_text()
    page.get_by_role("button", name="返回条文").click()
    page.locator("#kb-lookup-pane .kb-article-no", has_text="第二条").wait_for()


def test_a_name_finds_a_list_not_an_error(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    look_up(page, "消防")
    page.locator("#kb-lookup-pane", has_text="请选一份").wait_for()
    assert page.locator("#kb-lookup-pane [role=alert]").count() == 0
    assert page.locator("#kb-lookup-list .kb-link").first.inner_text().startswith("消防法")


def test_ledger_shows_one_indicator_over_years(opened: Opener, open_url: str) -> None:
    page = opened(open_url)
    page.get_by_role("tab", name="写报告").click()
    page.get_by_text("以往报告的数据台账").click()
    page.fill("#kb-ledger-indicator textarea", "检查企业")
    page.click("#kb-ledger-go")
    table = page.locator("#kb-ledger-table table").first
    table.wait_for()
    assert len(set(table.locator("td.kb-date").all_inner_texts())) > 1
    widths = table.locator(".kb-bar").evaluate_all("bars => bars.map(b => b.getBoundingClientRect().width)")
    assert max(widths) > 2 * min(widths)
