"""An HTTP server on 127.0.0.1 that speaks OpenAI's chat completions, JSON and SSE, from a script of behaviours.

Does not know the code under test: it reads the prompt as a model would, and finds sources by the
marks ``<资料 KEY>``. ``server.script = ["rate_limited", "good"]`` answers the first request with the
first behaviour and so on; the last one repeats. ``BEHAVIOURS`` lists the names; a ``Reply`` or a
function of the request serves too.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

_SOURCE = re.compile(r"<资料 (?P<key>\w+)>\n(?P<label>.*)\n(?P<text>[\s\S]*?)\n</资料 (?P=key)>")
_BLOCK = re.compile(
    r"<(?P<name>问题|此前的问题|上次的回答|核对结果) (?P<key>\w+)>\n(?P<text>[\s\S]*?)\n</(?P=name) (?P=key)>"
)
_ORDER = re.compile(
    r"(?:输出|回答|写出|写上|回复|say|print|output|reply)\s*[:：]?\s*[“\"'「](?P<said>[^”\"'」]+)[”\"'」]",
    re.IGNORECASE,
)
_WRONG_AMOUNTS = ("七十七万元", "八十八万元", "六十六万元")

Mode = Literal["text", "raw", "cut", "cut_clean", "hang", "trickle", "endless", "flood", "gzip"]


@dataclass(frozen=True)
class Asked:
    """A request as seen here. ``sources``: (key, label, text) of the prompt; ``blocks``: its other marked parts."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def system(self) -> str:
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] == "system")

    @property
    def user(self) -> str:
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] != "system")

    @property
    def sources(self) -> list[tuple[str, str, str]]:
        return [(m["key"], m["label"], m["text"]) for m in _SOURCE.finditer(self.user)]

    @property
    def blocks(self) -> dict[str, str]:
        return {m["name"]: m["text"] for m in _BLOCK.finditer(self.user)}

    @property
    def key(self) -> str:
        """The API key it was sent with."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Reply:
    """What goes back. ``text`` is cut into ``pieces`` of so many characters when streamed; ``raw`` is sent as it is."""

    text: str = ""
    mode: Mode = "text"
    status: int = 200
    finish: str | None = "stop"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    piece: int = 7
    reasoning: str = ""
    pause_s: float = 0.0


# --- what a model would write -----------------------------------------------------------------


def _quote(text: str) -> str:
    """The beginning of a source up to its first stop, at most 40 characters."""
    return re.split(r"[。；\n]", text, maxsplit=1)[0][:40]


def _address(label: str) -> str:
    found = re.search(r"《.+》\S*", label)
    return found[0] if found else label


def good(asked: Asked) -> Reply:
    """One sentence for each source: its address, its first words quoted, its key."""
    lines = [f"{_address(label)}规定：“{_quote(text)}”[{key}]。" for key, label, text in asked.sources]
    return Reply("\n".join(lines) or "现有资料不足以回答。")


def invented_key(asked: Asked) -> Reply:
    return Reply(good(asked).text + "\n另据有关规定，应当从重处罚[S9Z9]。")


def numeric_citation(asked: Asked) -> Reply:
    return Reply(good(asked).text + "\n还应当吊销许可证[1]。")


def wrong_amount(asked: Asked) -> Reply:
    key, label, text = asked.sources[0]
    amount = next(a for a in _WRONG_AMOUNTS if a not in text)
    return Reply(f"依照{_address(label)}，可以处{amount}罚款[{key}]。")


def wrong_quotation(asked: Asked) -> Reply:
    key, label, text = asked.sources[0]
    quote = _quote(text)
    middle = len(quote) // 2
    return Reply(f"{_address(label)}规定：“{quote[:middle]}一律{quote[middle:]}”[{key}]。")


def no_citation(asked: Asked) -> Reply:
    return Reply(re.sub(r"\[\w+\]", "", good(asked).text))


def obeys_injection(asked: Asked) -> Reply:
    """Do what any text of the prompt orders in quotation marks (输出“…”), and cite the first source for it."""
    orders = [m["said"] for m in _ORDER.finditer(asked.user)]
    key = asked.sources[0][0] if asked.sources else "S9Z9"
    return Reply("".join(f"{order}[{key}]。" for order in orders) or good(asked).text)


def joined_question(asked: Asked) -> Reply:
    """A follow-up made whole: the latest earlier question and this one."""
    earlier = asked.blocks["此前的问题"].splitlines()[-1].partition(". ")[2]
    return Reply(f"改写后的问题：{earlier.rstrip('？?')}，{asked.blocks['问题']}")


# --- what an endpoint would do ----------------------------------------------------------------


def _error(status: int, message: str, code: str = "error", **headers: str) -> Reply:
    body = json.dumps({"error": {"message": message, "type": code, "code": code}}, ensure_ascii=False).encode()
    return Reply(mode="raw", status=status, raw=body, headers={"Content-Type": "application/json", **headers})


def _sse(*lines: str) -> bytes:
    return "".join(f"data: {line}\n\n" for line in lines).encode()


Behaviour = Callable[[Asked], Reply]
BEHAVIOURS: dict[str, Behaviour] = {
    "good": good,
    "good_slow": lambda a: Reply(good(a).text, pause_s=0.05),
    "invented_key": invented_key,
    "numeric_citation": numeric_citation,
    "wrong_amount": wrong_amount,
    "wrong_quotation": wrong_quotation,
    "no_citation": no_citation,
    "obeys_injection": obeys_injection,
    "joined_question": joined_question,
    "garbage": lambda a: Reply("囧rz∑∂∆˚¬…▓▒░ lorem 0x7f;;; ]]]> 【【 [[S", piece=3),
    "empty": lambda a: Reply(""),
    "blank": lambda a: Reply(" \n\u200b "),
    "thinking": lambda a: Reply("<think>先看资料，S0X0？</think>\n\n" + good(a).text),
    "thinking_only": lambda a: Reply("<think>先看资料，再想一想"),
    "thinking_unopened": lambda a: Reply("先看资料。</think>" + good(a).text),
    "reasoning": lambda a: Reply(good(a).text, reasoning="先看资料，再想一想。" * 5, pause_s=0.02),
    "reasoning_only": lambda a: Reply(reasoning="想" * 50, finish="length"),
    "length": lambda a: Reply(good(a).text[:20], finish="length"),
    "filtered": lambda a: Reply("抱歉", finish="content_filter"),
    "echoes_key": lambda a: Reply(f"密钥是{a.key}，完毕。{good(a).text}", piece=3),
    "cut": lambda a: Reply(good(a).text, mode="cut"),
    "cut_clean": lambda a: Reply(good(a).text, mode="cut_clean"),
    "no_finish": lambda a: Reply(good(a).text, finish=None),
    "hang": lambda a: Reply(mode="hang"),
    "hang_midway": lambda a: Reply(good(a).text, mode="hang"),
    "trickle": lambda a: Reply(mode="trickle"),
    "huge": lambda a: Reply(mode="endless"),
    "flood": lambda a: Reply(mode="flood"),
    "gzip_bomb": lambda a: Reply(mode="gzip"),
    "malformed": lambda a: Reply(
        mode="raw", raw=b'data: {"choices": [{"delta": {"conte\n\n', headers={"Content-Type": "text/event-stream"}
    ),
    "odd_shape": lambda a: Reply(
        mode="raw", raw=_sse('{"choices": [{"index": 0}]}', "[DONE]"), headers={"Content-Type": "text/event-stream"}
    ),
    "list_content": lambda a: Reply(
        mode="raw",
        raw=_sse('{"choices": [{"index": 0, "delta": {"content": {"a": 1}}, "finish_reason": "stop"}]}', "[DONE]"),
        headers={"Content-Type": "text/event-stream"},
    ),
    "error_in_stream": lambda a: Reply(
        mode="raw", raw=_sse('{"error": {"message": "boom"}}'), headers={"Content-Type": "text/event-stream"}
    ),
    "login_page": lambda a: Reply(mode="raw", raw=b"<html>login</html>", headers={"Content-Type": "text/html"}),
    "rate_limited": lambda a: _error(429, "slow down", **{"Retry-After": "0"}),
    "rate_limited_long": lambda a: _error(429, "come back", **{"Retry-After": "600"}),
    "rate_limited_plain": lambda a: _error(429, "slow down"),
    "error_500": lambda a: _error(500, f"Traceback … key={a.key}"),
    "error_503": lambda a: _error(503, "loading model"),
    "unauthorized": lambda a: _error(401, f"Incorrect API key provided: {a.key}"),
    "no_balance": lambda a: _error(402, "Insufficient Balance"),
    "not_found": lambda a: _error(404, "The model does not exist"),
    "refused": lambda a: _error(400, f"temperature is not supported; your key {a.key[:-4]} is"),
    "too_long": lambda a: _error(400, "This model's maximum context length is 8192 tokens", "context_length_exceeded"),
    "redirect": lambda a: Reply(mode="raw", status=307, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
}


# --- the server --------------------------------------------------------------------------------


class OpenAIServer:
    """The fake endpoint; a context manager. ``requests`` holds what was asked, in order."""

    def __init__(self, script: Sequence[str | Reply | Behaviour] = ("good",)) -> None:
        self.script: list[str | Reply | Behaviour] = list(script)
        self.requests: list[Asked] = []
        self.errors: list[BaseException] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._http = _Server(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        """What goes into KB_LLM_BASE_URL."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def reply(self, asked: Asked) -> Reply:
        """The next behaviour of the script for ``asked``."""
        with self._lock:
            self.requests.append(asked)
            step = self.script[0] if len(self.script) == 1 else self.script.pop(0)
        if isinstance(step, Reply):
            return step
        return (BEHAVIOURS[step] if isinstance(step, str) else step)(asked)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)
        assert self.errors == []


class _Server(ThreadingHTTPServer):
    def __init__(self, fake: OpenAIServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what went wrong in a handler for the end of the test; a client that hangs up is no error."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | None):
            self.fake.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def fake(self) -> OpenAIServer:
        assert isinstance(self.server, _Server)
        return self.server.fake

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        if self.path != "/v1/chat/completions":
            reply = _error(404, f"no such path {self.path}")
        else:
            reply = self.fake.reply(asked)
        try:
            self._send(reply, streamed=bool(body.get("stream")), model=str(body.get("model")))
        except ConnectionError:
            self.close_connection = True  # the client has gone, as it should from a hang or a flood

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on stderr."""

    def _send(self, reply: Reply, *, streamed: bool, model: str) -> None:
        if reply.mode == "hang" and not reply.text:
            self._wait()
        elif reply.mode == "raw":
            self._head(reply.status, reply.headers, length=len(reply.raw))
            self.wfile.write(reply.raw)
        elif reply.mode == "gzip":
            packed = gzip.compress(b"data: " + b"0" * 50_000_000 + b"\n\n", 1)
            kind = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}
            self._head(200, kind, length=len(packed))
            self.wfile.write(packed)
        elif not streamed:
            self._json(reply, model)
        else:
            self._stream(reply, model)

    def _json(self, reply: Reply, model: str) -> None:
        text = "长" * 100_000 if reply.mode in {"endless", "flood"} else reply.text
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": reply.finish}
        body = json.dumps(
            {"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]}
        ).encode()
        self._head(200, {"Content-Type": "application/json"}, length=len(body))
        self.wfile.write(body[: len(body) // 2] if reply.mode.startswith("cut") else body)
        self.close_connection = reply.mode.startswith("cut")

    def _stream(self, reply: Reply, model: str) -> None:
        clean = reply.mode == "cut_clean"  # the end of the connection is the end of the body
        self._head(200, {"Content-Type": "text/event-stream"}, length=None, chunked=not clean)
        write = self.wfile.write if clean else self._chunk
        pieces = [reply.text[i : i + reply.piece] for i in range(0, len(reply.text), reply.piece)]
        if reply.mode.startswith("cut"):
            pieces = pieces[: len(pieces) // 2]
        for event in self._events(reply, pieces, model):
            write(event)
            self.wfile.flush()
            if reply.pause_s:
                time.sleep(reply.pause_s)
        if reply.mode in {"cut", "cut_clean"}:
            self.close_connection = True
        elif reply.mode == "hang":
            self._wait()
        else:
            self._chunk(b"")

    def _events(self, reply: Reply, pieces: Sequence[str], model: str) -> Iterator[bytes]:
        yield _delta(model, {"role": "assistant", "content": ""})
        if reply.mode == "trickle":
            while not self.fake.stopping.wait(0.02):
                yield b": keep-alive\n\n"
        while reply.mode == "endless" and not self.fake.stopping.is_set():
            yield _delta(model, {"content": "很长的回答" * 20})
        if reply.mode == "flood":
            yield b"data: "
            while not self.fake.stopping.is_set():
                yield b"0" * 1_000_000
        for i in range(0, len(reply.reasoning), reply.piece):
            yield _delta(model, {"content": None, "reasoning_content": reply.reasoning[i : i + reply.piece]})
            time.sleep(reply.pause_s)
        for piece in pieces:
            yield _delta(model, {"content": piece})
        if reply.mode == "text":
            if reply.finish is not None:
                yield _delta(model, {}, reply.finish)
            yield b"data: [DONE]\n\n"

    def _head(self, status: int, headers: Mapping[str, str], *, length: int | None, chunked: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        elif chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
        self.end_headers()

    def _chunk(self, block: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))

    def _wait(self) -> None:
        """Say nothing until the test is over."""
        self.wfile.flush()
        self.fake.stopping.wait(60)
        self.close_connection = True


def _delta(model: str, delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()
