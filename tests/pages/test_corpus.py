"""Taking files in, building beside the questions, moving on; looking articles up and comparing versions."""

from __future__ import annotations

import time
from pathlib import Path

import gradio as gr
import pytest

from kb.app import KnowledgeBase, build_index
from kb.base.address import ArticleNo
from kb.base.records import InputError, Passage
from kb.pages.corpus import MAX_FILES, outcomes, standing, taken
from kb.pages.lookup import find_view, tap_view
from kb.pages.shared.compare import counterpart
from kb.pages.shared.door import MAX_OFFERS, Door, Offers
from kb.pages.shared.provision import open_row, row_name
from kb.pages.shared.rebuild import Progress, Rebuild, uploads_folder
from kb.serve.users import Role
from kb.settings import Settings

LAW = (
    "# 示例仓库条例\n\n（2024年1月1日示例市人民代表大会常务委员会通过）\n\n"
    "第一条 仓库应当清点蓝色铁桶。\n\n第二条 违反本条例的，处三千元罚款。\n"
)


@pytest.fixture(scope="module")
def own_base(small_bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    settings = Settings(index=tmp_path_factory.mktemp("own-base") / "index", bundled=small_bundled)
    build_index(settings, [])
    return KnowledgeBase(settings)


def test_files_are_taken_or_refused_each_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    sent = tmp_path / "sent"
    sent.mkdir()
    for name, body in (("条例.md", LAW), ("坏.pdf", "no pdf"), ("run.exe", "MZ"), ("空.txt", "")):
        (sent / name).write_text(body, encoding="utf-8")
    rows = taken([str(sent / n) for n in ("条例.md", "坏.pdf", "run.exe", "空.txt")], folder)
    assert [ok for *_, ok in rows] == [True, False, False, False]
    assert [p.name for p in folder.iterdir()] == ["条例.md"]
    assert (folder / "条例.md").stat().st_mode & 0o077 == 0
    assert list(sent.iterdir()) == []  # nothing stays where it came in
    (sent / "条例.md").write_text(LAW + "\n第三条 自公布之日起施行。\n", encoding="utf-8")
    assert "替换" in taken([str(sent / "条例.md")], folder)[0][1]
    assert "已收下" in str(outcomes(rows))


def test_no_more_than_some_at_once(tmp_path: Path) -> None:
    files = [tmp_path / f"文件{i}.txt" for i in range(MAX_FILES + 1)]
    for file in files:
        file.write_text("甲" * 20, encoding="utf-8")
    assert sum(ok for *_, ok in taken([str(f) for f in files], tmp_path / "uploads")) == MAX_FILES


def test_build_beside_the_questions(own_base: KnowledgeBase) -> None:
    before = own_base.generation
    folder = uploads_folder(own_base.settings)
    folder.mkdir()
    (folder / "示例仓库条例(2024-01-01).md").write_text(LAW, encoding="utf-8")
    rebuild = Rebuild(own_base)
    assert rebuild.start()
    assert not rebuild.start()  # one at a time
    give_up = time.monotonic() + 180
    while rebuild.progress.state == "running":
        assert own_base.show("示例厨房安全条例第一条").passage.title == "示例厨房安全条例"  # answered meanwhile
        assert time.monotonic() < give_up
        time.sleep(0.2)
    assert rebuild.progress.state == "done", rebuild.progress.line
    assert own_base.generation.id != before.id
    assert own_base.show("示例仓库条例第二条").text.startswith("违反本条例")
    assert before.passage(0).text  # who began with the old generation may end with it
    assert not own_base.refresh()


def test_a_build_that_fails_says_so_and_leaves_the_old(own_base: KnowledgeBase, tmp_path: Path) -> None:
    broken = KnowledgeBase(Settings(index=own_base.settings.index, bundled=tmp_path, encoder="no-such-model-anywhere"))
    rebuild = Rebuild(broken)
    rebuild.start()
    give_up = time.monotonic() + 120
    while rebuild.progress.state == "running":
        assert time.monotonic() < give_up
        time.sleep(0.1)
    assert rebuild.progress.state == "failed"
    assert rebuild.progress.line
    assert own_base.show("示例厨房安全条例第一条").passage.article == ArticleNo(1)


@pytest.mark.parametrize("state", ["running", "failed", "done"])
def test_progress_is_said(state: str) -> None:
    assert "第三步" in str(standing(Progress(state, "x", 1, 2, "第三步")))  # type: ignore[arg-type]


# --- looking up --------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["示例厨房安全条例第一条", "示例厨房安全条例1", "《示例厨房安全条例》第1条"])
def test_a_reference_opens(own_base: KnowledgeBase, typed: str) -> None:
    view = find_view(own_base, typed, "")
    assert "《示例厨房安全条例》第一条" in str(view.pane)
    assert "示例厨房安全条例" in str(view.listing)


def test_a_name_that_fits_two_is_asked_back(own_base: KnowledgeBase) -> None:
    view = find_view(own_base, "示例安全条例第一条", "")
    assert view.pane is None
    assert "请写明是哪一部" in str(view.listing)
    assert str(view.listing).count('data-act="law"') == 2


def test_a_title_opens_its_contents(own_base: KnowledgeBase) -> None:
    view = find_view(own_base, "示例厨房安全条例", "")
    assert "第一条" in str(view.listing)


@pytest.mark.parametrize(
    ("typed", "said"), [("", "请先写"), ("示例厨房安全条例第九百条", "没有第九百条"), ("不存在的东西", "没有")]
)
def test_what_cannot_be_found_is_said(own_base: KnowledgeBase, typed: str, said: str) -> None:
    assert said in str(find_view(own_base, typed, "").pane)


def test_bad_day_is_said(own_base: KnowledgeBase) -> None:
    assert "日期" in str(find_view(own_base, "示例厨房安全条例第一条", "明天").pane)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"act": "nothing"},
        {"act": "open", "row": "x:y"},
        {"act": "open", "row": "old:1"},
        {"act": "law", "source": "../x"},
        {"act": "open", "row": "99999999"},
        {"act": "refer"},
        {"act": "compare", "row": ":"},
    ],
)
def test_odd_taps_do_no_harm(own_base: KnowledgeBase, data: dict[str, str]) -> None:
    view = tap_view(own_base, data, "")
    assert view.listing is None
    assert view.pane is None or 'role="alert"' in str(view.pane)


def test_a_row_of_an_older_generation_is_not_opened(own_base: KnowledgeBase) -> None:
    from datetime import date

    with pytest.raises(InputError, match="资料库刚更新过"):
        open_row(own_base, row_name("0123", 1), date(2025, 1, 1))


def passage(text: str, number: int) -> Passage:
    return Passage("law", "甲法", text, "甲法.md", "2020-01-01", ArticleNo(number))


def test_the_counterpart_is_found_by_its_words() -> None:
    mine = passage("单位应当每年检查设备，检查记录保存三年。", 5)
    others = [passage("本法自公布之日起施行。", 5), passage("单位应当每年检查设备，检查记录保存二年。", 6)]
    found = counterpart(mine, others)
    assert found is not None
    assert found.article == ArticleNo(6)
    assert counterpart(mine, others[:1]) is None


# --- door --------------------------------------------------------------------------------------


def test_a_handler_without_a_request_cannot_be_guarded(own_base: KnowledgeBase) -> None:
    with pytest.raises(TypeError):
        Door(own_base).guard(Role.QUERY)(lambda text: text)


def test_what_breaks_inside_is_told_without_its_words(
    own_base: KnowledgeBase, caplog: pytest.LogCaptureFixture
) -> None:
    @Door(own_base).guard(Role.QUERY)
    def handler(request: gr.Request) -> None:
        raise RuntimeError("/etc/secret")

    with pytest.raises(gr.Error) as told:
        handler(gr.Request())
    assert "secret" not in str(told.value.message)
    assert "编号" in str(told.value.message)


def test_offers_are_few_and_for_their_user() -> None:
    offers = Offers()
    first = offers.add("a", "x", b"1", "甲").rpartition("/")[2]
    assert offers.get(first, "乙") is None
    assert offers.get(first, "甲") is not None
    for _ in range(MAX_OFFERS):
        offers.add("b", "x", b"2", "甲")
    assert offers.get(first, "甲") is None
