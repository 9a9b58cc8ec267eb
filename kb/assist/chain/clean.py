"""What a model sends, made fit to show and to keep: no thinking aloud, no control characters, no key.

Does not know what the text says or cites.
"""

from __future__ import annotations

import re

_OPEN, _CLOSE = "<think>", "</think>"
# C0/C1 controls but tab and line feed; zero-width and bidirectional marks: they hide or reorder what is read.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_MASK = "***"
_SHORTEST_LEAK = 8


def scrub(text: str, secret: str) -> str:
    """``text`` without ``secret``, nor any part of it of 8 characters or more (endpoints echo keys cut short)."""
    if not secret:
        return text
    text = text.replace(secret, _MASK)
    out, at = [], 0
    while at < len(text):
        length = _common_run(text, at, secret)
        if length >= _SHORTEST_LEAK:
            out.append(_MASK)
            at += length
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def _common_run(text: str, at: int, secret: str) -> int:
    """Length of the longest prefix of ``text[at:]`` that occurs in ``secret``, 0 when shorter than 8."""
    if text[at : at + _SHORTEST_LEAK] not in secret or at + _SHORTEST_LEAK > len(text):
        return 0
    length = _SHORTEST_LEAK
    while at + length < len(text) and text[at : at + length + 1] in secret:
        length += 1
    return length


def after_thinking(text: str) -> str:
    """Return the text after the last closing mark of thinking aloud (some endpoints drop the opening one)."""
    return text.rpartition(_CLOSE)[2].strip()


class Cleaner:
    """Cleans a text that arrives in pieces; ``feed`` returns what is settled, ``finish`` the rest.

    Dropped: a leading ``<think>…</think>``, control, zero-width and bidirectional characters, and
    ``secret`` wherever it stands (also across pieces).
    """

    def __init__(self, secret: str = "") -> None:
        self._secret = secret
        self._held = ""
        self._state = "start"  # → "thinking" → "open"; or start → open
        self._begun = False

    def feed(self, piece: str) -> str:
        """Return the clean text that ``piece`` settles; may be empty."""
        self._held += piece
        if self._state == "start":
            self._leave_start()
        if self._state == "thinking":
            self._leave_thinking()
        if self._state != "open":
            return ""
        text = _CONTROL.sub("", self._held)
        text = text if self._begun else text.lstrip()
        self._begun = bool(text) or self._begun
        if self._secret:
            text = text.replace(self._secret, _MASK)
        keep = self._secret_prefix(text)
        self._held = text[len(text) - keep :] if keep else ""
        return text[: len(text) - keep] if keep else text

    def finish(self) -> str:
        """Return what was held back; thinking that never ended is dropped."""
        text, self._held = self._held, ""
        if self._state == "thinking":
            return ""
        text = _CONTROL.sub("", text)
        return text if self._begun else text.lstrip()

    def _leave_start(self) -> None:
        text = self._held.lstrip()
        if text.startswith(_OPEN):
            self._state, self._held = "thinking", text[len(_OPEN) :]
        elif text and not _OPEN.startswith(text):
            self._state = "open"

    def _leave_thinking(self) -> None:
        _, mark, after = self._held.partition(_CLOSE)
        if mark:
            self._state, self._held = "open", after
        else:
            self._held = self._held[-len(_CLOSE) :]

    def _secret_prefix(self, text: str) -> int:
        """Length of the longest end of ``text`` that could begin the secret."""
        longest = min(len(self._secret) - 1, len(text))
        return next((n for n in range(longest, 0, -1) if self._secret.startswith(text[-n:])), 0)
