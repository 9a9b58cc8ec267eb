"""Who may do what: every handler of every page passes here, on the server.

Does not know passwords or sessions, nor any page. A handler is a function with a ``request: gr.Request``
parameter; ``Door.guard`` refuses it to those without the role, whatever the page showed them.
"""

from __future__ import annotations

import functools
import inspect
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import gradio as gr

from kb.base.records import KbError
from kb.serve.users import Gate, Role

if TYPE_CHECKING:
    from kb.app import KnowledgeBase
    from kb.assist.audit import AuditLog
    from kb.base.records import Answer

Handler = Callable[..., Any]
DOWNLOAD = """(url) => {
  if (!url) return;
  const link = Object.assign(document.createElement("a"), { href: url, download: "" });
  link.click();
}"""
"""Fetches the file whose address a handler gave (see ``Offers.add``)."""
ROLE_MARK = "kb_role"
"""Attribute of a guarded handler: the role it asks for, so that a test can list every handler's."""
_log = logging.getLogger("kb.pages")
_DENIED = "您的账号没有这项权限，请联系管理员"
_BROKEN = "程序内部出错，请重试；再出错请把编号告诉管理员："
OFFER_SECONDS = 600.0
MAX_OFFERS = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """A file made for one user to fetch; ``until`` on the monotonic clock."""

    name: str
    media: str
    body: bytes
    user: str
    until: float


class Offers:
    """Files waiting to be fetched, in memory: nothing that was uploaded or stored is ever served."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._offers: OrderedDict[str, Offer] = OrderedDict()

    def add(self, name: str, media: str, body: bytes, user: str) -> str:
        """Keep a file for ``user`` for ten minutes; gives the address to fetch it from."""
        token = secrets.token_urlsafe(24)
        now = time.monotonic()
        with self._lock:
            for old in [t for t, o in self._offers.items() if o.until < now]:
                del self._offers[old]
            while len(self._offers) >= MAX_OFFERS:
                self._offers.popitem(last=False)
            self._offers[token] = Offer(name, media, body, user, now + OFFER_SECONDS)
        return f"download/{token}"

    def get(self, token: str, user: str) -> Offer | None:
        """The file of a token; None when there is none, it is too old or another user's."""
        with self._lock:
            offer = self._offers.get(token)
        if offer is None or offer.until < time.monotonic() or offer.user != user:
            return None
        return offer


@dataclass
class Door:
    """What every page is given. ``gate`` None: no users, everybody at this computer may do everything.

    ``log`` None: no record is kept. ``answered`` is told of every answer and its seconds.
    """

    base: KnowledgeBase
    gate: Gate | None = None
    log: AuditLog | None = None
    answered: Callable[[Answer, float], None] = lambda _answer, _seconds: None
    offers: Offers = field(default_factory=Offers)

    def user(self, request: gr.Request | None) -> str:
        """Name of the signed-in user; empty when no users are configured."""
        return (getattr(request, "username", None) or "") if request is not None else ""

    def may(self, request: gr.Request | None, role: Role) -> bool:
        """Whether the user of a request has ``role`` by now."""
        if self.gate is None:
            return True
        user = self.gate.user(self.user(request))
        return user is not None and user.role.allows(role)

    def generation(self) -> str:
        """Id of the generation that answers now; empty where there is none."""
        try:
            return self.base.generation.id
        except KbError:
            return ""

    def trouble(self, where: str) -> str:
        """Log the exception being handled; gives a constant line with a number that leads to the log entry."""
        number = secrets.token_hex(4)
        _log.exception("handler failed", extra={"number": number, "handler": where})
        return _BROKEN + number

    def guard(self, role: Role) -> Callable[[Handler], Handler]:
        """Wrap a handler: refused without the role; what breaks inside is logged and told in one line.

        Raises TypeError for a function without a ``request`` parameter.
        """

        def wrap(handler: Handler) -> Handler:
            if "request" not in inspect.signature(handler).parameters:
                raise TypeError(f"{handler.__qualname__} has no parameter request")
            streaming = inspect.isgeneratorfunction(handler)
            guarded = _generator(self, role, handler) if streaming else _plain(self, role, handler)
            setattr(guarded, ROLE_MARK, role)
            return guarded

        return wrap

    def check(self, arguments: tuple[object, ...], role: Role) -> None:
        """Raise gr.Error unless the request among ``arguments`` may do ``role``."""
        request = next((a for a in arguments if isinstance(a, gr.Request)), None)
        if not self.may(request, role):
            raise gr.Error(_DENIED, title="没有权限", print_exception=False)


def _plain(door: Door, role: Role, handler: Handler) -> Handler:
    @functools.wraps(handler)
    def guarded(*arguments: object) -> object:
        door.check(arguments, role)
        try:
            return handler(*arguments)
        except gr.Error:
            raise
        except Exception as error:
            raise gr.Error(door.trouble(handler.__qualname__), title="出错了", print_exception=False) from error

    return guarded


def _generator(door: Door, role: Role, handler: Callable[..., Iterator[object]]) -> Callable[..., Iterator[object]]:
    @functools.wraps(handler)
    def guarded(*arguments: object) -> Iterator[object]:
        door.check(arguments, role)
        try:
            yield from handler(*arguments)
        except gr.Error:
            raise
        except Exception as error:
            raise gr.Error(door.trouble(handler.__qualname__), title="出错了", print_exception=False) from error

    return guarded
