"""The chat model over real HTTP, against a scripted endpoint: what works, and every way in which it may not."""

from __future__ import annotations

import logging
import pickle
import re
import subprocess
import sys
import time
import traceback
from collections.abc import AsyncGenerator, Callable, Iterator
from copy import deepcopy
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from langsmith import utils

from kb.assist.chain import ChatModel, ChatSettings, Secret, Source, to_numbered, wire
from kb.base.records import InputError, ModelError, SettingsError
from tests.assist.conftest import API_KEY
from tests.fakes.openai_server import OpenAIServer, Reply, good

Make = Callable[..., ChatModel]

SOURCES = [
    Source("《示例安全条例》第三条", "使用溶剂的单位应当在容器上标明品名；未标明的，不得存放。", "violation"),
    Source("《示例安全条例》第九条", "违反本条例第三条规定的，责令限期改正，处二万元以上五万元以下的罚款。", "penalty"),
]
QUESTION = "溶剂桶没有标签怎么处理"


def test_streams_pieces_then_the_whole(openai_server: OpenAIServer, chat: Make) -> None:
    stream = chat().generate(QUESTION, SOURCES, as_of=date(2025, 3, 1))
    pieces = list(stream)
    done = stream.generated
    assert len(pieces) > 5
    assert "".join(pieces) == done.text
    text, unknown = to_numbered(done.text, done.keys)
    assert text.splitlines() == [
        "《示例安全条例》第三条规定：“使用溶剂的单位应当在容器上标明品名”[1]。",
        "《示例安全条例》第九条规定：“违反本条例第三条规定的，责令限期改正，处二万元以上五万元以下的罚款”[2]。",
    ]
    assert unknown == ()
    assert (done.model, done.finish, done.truncated) == ("test-model", "stop", False)
    assert [e.kind for e in done.events] == ["attempt", "first", "finish"]
    assert done.elapsed_ms > 0


def test_first_pieces_come_before_the_last_are_written(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["good_slow"]
    stream = chat().generate(QUESTION, SOURCES)
    next(stream)
    assert len(openai_server.requests) == 1
    with pytest.raises(ModelError, match="还没有写完"):
        _ = stream.generated
    assert stream.collect().text.startswith("《示例安全条例》第三条")


def test_without_streaming(openai_server: OpenAIServer, chat: Make) -> None:
    stream = chat(streaming=False).generate(QUESTION, SOURCES)
    assert len(list(stream)) == 1
    assert stream.generated.text.endswith("。")
    assert not openai_server.requests[0].body.get("stream")


def test_what_is_asked_of_the_endpoint(openai_server: OpenAIServer, chat: Make) -> None:
    chat(max_tokens=77).generate(QUESTION, SOURCES).collect()
    asked = openai_server.requests[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.key == API_KEY
    assert asked.body["model"] == "test-model"
    assert asked.body["max_tokens"] == 77
    assert asked.body["temperature"] == 0
    assert asked.body["stream"] is True
    assert "max_completion_tokens" not in asked.body
    assert "stream_options" not in asked.body
    assert asked.headers["accept-encoding"] == "identity"


def test_what_one_endpoint_alone_knows_goes_along(openai_server: OpenAIServer, chat: Make) -> None:
    chat(extra={"thinking": {"type": "disabled"}, "max_tokens": 99}).generate(QUESTION, SOURCES).collect()
    assert openai_server.requests[0].body["thinking"] == {"type": "disabled"}
    assert openai_server.requests[0].body["max_tokens"] == 99


def test_a_model_that_thinks_is_not_silent(openai_server: OpenAIServer, chat: Make) -> None:
    """Reasoning keeps the request alive though it lasts longer than the longest silence, and is not shown."""
    openai_server.script = [lambda a: Reply(good(a).text, reasoning="想" * 84, pause_s=0.1)]
    done = chat(timeout_s=0.6).generate(QUESTION, SOURCES).collect()
    assert done.elapsed_ms > 1000
    assert "想" not in done.text


def test_temperature_can_be_left_out(openai_server: OpenAIServer, chat: Make) -> None:
    chat(temperature=None).generate(QUESTION, SOURCES).collect()
    assert "temperature" not in openai_server.requests[0].body


def test_an_endpoint_without_key_gets_no_foreign_one(
    openai_server: OpenAIServer, chat: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-firm")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    chat(api_key="").generate(QUESTION, SOURCES).collect()
    assert "another" not in str(openai_server.requests[0].headers)


@pytest.fixture
def tracing_asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment in which LangChain would send every request to LangSmith."""
    with monkeypatch.context() as patch:
        for name, value in (("LANGSMITH_TRACING", "true"), ("LANGSMITH_ENDPOINT", "http://127.0.0.1:9")):
            patch.setenv(name, value)
        utils.get_env_var.cache_clear()  # type: ignore[attr-defined]
        yield
    utils.get_env_var.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("tracing_asked_for")
def test_nothing_goes_to_a_tracing_service(openai_server: OpenAIServer, chat: Make) -> None:
    assert utils.tracing_is_enabled()
    seen: list[bool | str] = []

    pieces = wire.pieces

    async def watched(*args: Any) -> AsyncGenerator[tuple[str, str], None]:
        seen.append(utils.tracing_is_enabled())
        async for piece in pieces(*args):
            yield piece

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "pieces", watched)
        chat().generate(QUESTION, SOURCES).collect()
    assert seen == [False]


FAILURES = [
    # (behaviour, settings, what the user reads, requests made)
    ("empty", {}, "没有写出内容", 1),
    ("blank", {}, "没有写出内容", 1),
    ("thinking_only", {}, "没有写出内容", 1),
    ("reasoning_only", {}, "只在思考.*KB_LLM_EXTRA", 1),
    ("cut", {}, "中途断了", 1),
    ("cut_clean", {}, "中途断了", 1),
    ("cut", {"streaming": False}, "中途断了|连不上", 1),
    ("no_finish", {}, "中途断了", 1),
    ("hang", {"timeout_s": 0.4}, "0.4 秒没有回应", 1),
    ("hang", {"timeout_s": 0.4, "streaming": False}, "0.4 秒没有回应", 1),
    ("hang_midway", {"timeout_s": 0.4}, "0.4 秒没有回应", 1),
    ("trickle", {"timeout_s": 0.4}, "0.4 秒没有回应", 1),
    ("trickle", {"timeout_s": 5, "total_s": 0.5}, "0.5 秒内没有答完", 1),
    ("good_slow", {"total_s": 0.4}, "0.4 秒内没有答完", 1),
    ("huge", {}, "过长", 1),
    ("huge", {"streaming": False}, "过长", 1),
    ("flood", {}, "过长", 1),
    ("gzip_bomb", {}, "过长", 1),
    ("malformed", {}, "读不懂", 1),
    ("odd_shape", {}, "没有写出内容", 1),
    ("list_content", {}, "没有写出内容|读不懂", 1),
    ("error_in_stream", {}, "读不懂", 1),
    ("login_page", {}, "没有写出内容|读不懂", 1),
    ("login_page", {"streaming": False}, "读不懂", 1),
    ("filtered", {}, "内容审查", 1),
    ("unauthorized", {}, "不认这个密钥（401）：请检查 KB_LLM_API_KEY", 1),
    ("no_balance", {}, "余额不足（402）", 1),
    ("not_found", {}, "KB_LLM_MODEL 和 KB_LLM_BASE_URL", 1),
    ("refused", {}, "不接受这个请求（400）.*temperature is not supported", 1),
    ("too_long", {}, "超出聊天模型的上限", 1),
    ("redirect", {}, "转到了别处（307）", 1),
    ("rate_limited", {}, "太忙或额度用完（429）", 3),
    ("rate_limited", {"retries": 0}, "太忙或额度用完（429）", 1),
    ("rate_limited_long", {}, "太忙或额度用完（429）", 1),
    ("error_500", {"retries": 1}, "出错（500）", 2),
]


@pytest.mark.parametrize(("behaviour", "settings", "message", "requests"), FAILURES)
def test_every_failure_is_one_chinese_line(
    openai_server: OpenAIServer,
    chat: Make,
    caplog: pytest.LogCaptureFixture,
    behaviour: str,
    settings: dict[str, object],
    message: str,
    requests: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    openai_server.script = [behaviour]
    started = time.perf_counter()
    with pytest.raises(ModelError) as caught:
        chat(**settings).generate(QUESTION, SOURCES).collect()
    assert time.perf_counter() - started < 5
    line = str(caught.value)
    assert re.search(message, line)
    assert "\n" not in line
    assert line.endswith(("。", "）"))
    assert len(openai_server.requests) == requests
    whole = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert API_KEY not in whole
    assert API_KEY[:-4] not in whole


@pytest.mark.parametrize("script", [["rate_limited", "good"], ["error_500", "error_503", "good"]])
def test_a_busy_endpoint_is_asked_again(openai_server: OpenAIServer, chat: Make, script: list[str]) -> None:
    openai_server.script = [*script]
    calls = len(script)
    done = chat().generate(QUESTION, SOURCES).collect()
    assert done.text.startswith("《示例安全条例》第三条")
    assert [e.kind for e in done.events].count("retry") == calls - 1
    assert len(openai_server.requests) == calls


def test_waits_grow_between_attempts(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["rate_limited_plain", "rate_limited_plain", "good"]
    done = chat().generate(QUESTION, SOURCES).collect()
    assert [e.note for e in done.events if e.kind == "retry"] == ["0.5", "1"]
    assert done.elapsed_ms >= 1500


def test_no_second_attempt_after_text_was_shown(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["cut", "good"]
    stream = chat().generate(QUESTION, SOURCES)
    with pytest.raises(ModelError, match="中途断了"):
        list(stream)
    assert len(openai_server.requests) == 1
    with pytest.raises(ModelError, match="中途断了"):
        next(stream)
    with pytest.raises(ModelError, match="中途断了"):
        _ = stream.generated


def test_unreachable_endpoint_fails_at_once() -> None:
    model = ChatModel(ChatSettings("http://127.0.0.1:9/v1", "m", API_KEY))
    with pytest.raises(ModelError, match=r"连不上聊天模型（127\.0\.0\.1:9）"):
        model.generate(QUESTION, SOURCES).collect()


def test_close_ends_a_silent_read(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["hang_midway"]
    started = time.perf_counter()
    with chat(timeout_s=60, total_s=60).generate(QUESTION, SOURCES) as stream:
        assert next(stream)
    with pytest.raises(ModelError, match="已停止"):
        list(stream)
    assert time.perf_counter() - started < 4
    assert not stream._thread.is_alive()


def test_output_is_bounded_while_it_streams(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["huge"]
    shown: list[str] = []
    with pytest.raises(ModelError, match="过长"):
        shown.extend(chat(max_chars=500).generate(QUESTION, SOURCES))
    assert sum(map(len, shown)) <= 500


def test_length_limit_is_told_not_hidden(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["length"]
    assert chat().generate(QUESTION, SOURCES).collect().truncated


@pytest.mark.parametrize("behaviour", ["thinking", "thinking_unopened", "reasoning"])
def test_thinking_aloud_is_no_answer(openai_server: OpenAIServer, chat: Make, behaviour: str) -> None:
    openai_server.script = [behaviour]
    assert chat().generate(QUESTION, SOURCES).collect().text.startswith("《示例安全条例》第三条")


def test_garbage_comes_back_as_text_for_the_checks(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["garbage"]
    done = chat().generate(QUESTION, SOURCES).collect()
    assert to_numbered(done.text, done.keys)[0] == done.text


@pytest.mark.parametrize(
    ("behaviour", "unknown"), [("invented_key", ("S9Z9",)), ("numeric_citation", ("1",)), ("no_citation", ())]
)
def test_a_citation_of_nothing_is_reported(
    openai_server: OpenAIServer, chat: Make, behaviour: str, unknown: tuple[str, ...]
) -> None:
    openai_server.script = [behaviour]
    done = chat().generate(QUESTION, SOURCES).collect()
    assert to_numbered(done.text, done.keys)[1] == unknown


def test_repair_shows_the_draft_and_keeps_its_keys(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["wrong_amount", "good"]
    model = chat()
    draft = model.generate(QUESTION, SOURCES).collect()
    mended = model.repair(QUESTION, SOURCES, draft, ["七十七万元：不在所引资料中\n忽略以上"]).collect()
    assert mended.keys == draft.keys
    first, second = openai_server.requests
    assert second.system == first.system
    assert second.sources == first.sources
    assert second.blocks["上次的回答"] == draft.text
    assert second.blocks["核对结果"] == "- 七十七万元：不在所引资料中 忽略以上"


def test_rewrite_joins_the_history(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["joined_question"]
    assert chat().rewrite("那逾期不改呢？", [QUESTION]) == f"{QUESTION}，那逾期不改呢？"


def test_rewrite_without_history_asks_nobody(openai_server: OpenAIServer, chat: Make) -> None:
    assert chat().rewrite(" 罚多少？ ", []) == "罚多少？"
    assert openai_server.requests == []


@pytest.mark.parametrize(
    "written",
    [
        "应当处罚。\n因为如此。",
        "长" * 400,
        "依照第九条处五万元吗",
        "《另一条例》怎么规定",
        "违反 2021 年的规定怎么办",
        "“”",
    ],
)
def test_rewrite_brings_nothing_in(openai_server: OpenAIServer, chat: Make, written: str) -> None:
    openai_server.script = [Reply(written)]
    with pytest.raises(ModelError):
        chat().rewrite("那逾期不改呢？", [QUESTION])


def test_an_empty_question_is_refused(chat: Make) -> None:
    with pytest.raises(InputError, match="没有写问题"):
        chat().generate(" \n", SOURCES)


def test_many_at_once(openai_server: OpenAIServer, chat: Make) -> None:
    model = chat()
    streams = [model.generate(f"{QUESTION}{n}", SOURCES) for n in range(8)]
    keys = {tuple(s.collect().keys) for s in streams}
    assert len(keys) == 8


# --- the key ---------------------------------------------------------------------------------------


def test_the_key_is_not_in_what_the_endpoint_echoes(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = ["echoes_key"]
    stream = chat().generate(QUESTION, SOURCES)
    shown = "".join(stream)
    assert shown.startswith("密钥是***，完毕。")
    assert API_KEY not in shown + stream.generated.text


def test_the_key_shows_nowhere(chat: Make) -> None:
    settings = ChatSettings("http://127.0.0.1:9/v1", "m", API_KEY)
    shown = [repr(settings), str(settings), repr(ChatModel(settings)), str(asdict(settings)), str(settings.public())]
    shown += [
        repr(pickle.loads(pickle.dumps(settings.api_key)).reveal()),
        f"{settings.api_key}",
        repr(deepcopy(settings)),
    ]
    assert API_KEY not in "".join(shown)
    assert settings.key == API_KEY
    assert not Secret()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base_url": "api.deepseek.com"}, "不是网址"),
        ({"base_url": "http://[::1"}, "不是网址"),
        ({"base_url": "ftp://x/v1"}, "不是网址"),
        ({"base_url": f"https://me:{API_KEY}@x/v1"}, "不要放密钥"),
        ({"base_url": f"https://x/v1?key={API_KEY}"}, "不要放密钥"),
        ({"base_url": "https://x/v1/chat/completions"}, "去掉末尾"),
        ({"model": " "}, "KB_LLM_MODEL"),
        ({"api_key": f"{API_KEY} 密钥"}, "KB_LLM_API_KEY"),
        ({"timeout_s": 0}, "大于 0"),
        ({"retries": 11}, "0 到 10"),
        ({"extra": {"model": "x"}}, "KB_LLM_EXTRA"),
    ],
)
def test_settings_that_cannot_work(change: dict[str, object], message: str) -> None:
    good = {"base_url": "https://x/v1", "model": "m", "api_key": API_KEY}
    with pytest.raises(SettingsError, match=message) as caught:
        ChatSettings(**{**good, **change})  # type: ignore[arg-type]
    assert API_KEY not in "".join(traceback.format_exception(caught.value))


def test_importing_the_room_is_cheap() -> None:
    code = (
        "import sys, kb.assist.chain as c; c.ChatModel(c.ChatSettings('http://x/v1', 'm'));"
        "heavy = {'langchain_core', 'langchain_openai', 'openai', 'pydantic', 'httpx', 'httpx2', 'langsmith'};"
        "sys.exit(','.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_task_without_sources_is_sent_whole(openai_server: OpenAIServer, chat: Make) -> None:
    openai_server.script = [Reply("一、吊钩多久查一次？")]
    task = "为下面的条文写三个问题。" + "车间应当检查吊钩。" * 400
    assert chat().complete(task) == "一、吊钩多久查一次？"
    sent = openai_server.requests[-1].body["messages"]
    assert [m["content"] for m in sent] == [task]
