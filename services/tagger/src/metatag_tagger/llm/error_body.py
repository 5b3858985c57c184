"""Read what a provider says about an error, whichever of the known shapes its body has.

{"error": {"message", "code", "type", "param", "metadata"}}    OpenAI, OpenRouter, Groq, LiteLLM, llama.cpp
{"type": "error", "error": {"type", "message"}}                Anthropic
{"error": {"code", "message", "status", "details"}}, the same in a list    Gemini
{"object": "error", "message", "type", "param", "code"}        vLLM, Mistral
{"error": "text", "error_type": "word"}                        TGI, Ollama
{"detail": "text"}, {"detail": [{"loc", "msg"}]}               FastAPI servers
{"errors": [{"code", "message"}]}                              Cloudflare
{"code": "word", "message": "text"}                            DashScope
a JSON string, or plain text
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_TEXT = 4_000
_MESSAGES = (
    "message",
    "msg",
    "error_message",
    "errormessage",
    "status_msg",
    "faultstring",
    "detail",
    "title",
    "reason",
)
_INSIDE = ("error", "errors", "detail", "message", "fault", "base_resp", "response")
_WORDS = ("code", "type", "status", "error_type", "errortype", "error_code", "reason", "status_code")


@dataclass(frozen=True, slots=True)
class Said:
    """What an error says: a message, its codes and types as folded words, a number, the parameter it names.

    `message` may quote the request: it is for classification, never for a log or a caller.
    """

    message: str = field(default="", repr=False)
    words: frozenset[str] = frozenset()
    number: int | None = None
    parameter: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    retry_seconds: float | None = None

    def __bool__(self) -> bool:
        """Tell whether anything was said."""
        return bool(self.message or self.words or self.number)


def read(body: Any) -> Said:
    """Return what a decoded body (or the text of one that is no JSON) says."""
    reading = _Reading()
    reading.visit(body)
    return reading.said()


def error_of(body: Any) -> Any:
    """Return the part of a body with status 200 that stands for an error, None when there is none."""
    if isinstance(body, list):
        return error_of(body[0]) if body else None
    if not isinstance(body, dict):
        return None
    if body.get("error"):
        return body["error"] if isinstance(body["error"], dict) else body
    if body.get("choices"):
        return None
    status = body.get("base_resp")
    refused = isinstance(status, dict) and status.get("status_code") not in (None, 0)
    if refused or body.get("object") == "error" or body.get("type") == "error" or body.get("errors"):
        return body
    return body if isinstance(body.get("detail"), str | list) else None


def folded(word: Any) -> str:
    """Return a code or type in the form by which they are compared: letters and digits in lower case."""
    return re.sub(r"[^a-z0-9]", "", str(word).casefold())


class _Reading:
    """Walks a body and gathers what is said anywhere in it."""

    def __init__(self) -> None:
        self._messages: list[str] = []
        self._words: set[str] = set()
        self._numbers: list[int] = []
        self._parameter = ""
        self._metadata: Mapping[str, Any] = {}
        self._retry: float | None = None

    def said(self) -> Said:
        """Return what was gathered."""
        return Said(
            " | ".join(dict.fromkeys(self._messages))[:MAX_TEXT],
            frozenset(self._words),
            next((number for number in self._numbers if 400 <= number < 600), None),
            self._parameter,
            self._metadata,
            self._retry,
        )

    def visit(self, value: Any, depth: int = 0) -> None:
        """Look into one value; deeper than six levels nothing is said any more."""
        if depth > 6:
            return
        if isinstance(value, list):
            for entry in value[:5]:
                self.visit(entry, depth + 1)
        elif isinstance(value, str):
            self._text(value, depth)
        elif isinstance(value, dict):
            self._object({str(name).casefold(): inner for name, inner in value.items()}, depth)

    def _object(self, lower: Mapping[str, Any], depth: int) -> None:
        self._codes(lower)
        for name in _INSIDE:
            if isinstance(lower.get(name), dict | list) or (name == "error" and isinstance(lower.get(name), str)):
                self.visit(lower[name], depth + 1)
        for name in _MESSAGES:
            if isinstance(lower.get(name), str):
                self._text(lower[name], depth)
        metadata = lower.get("metadata")
        if isinstance(metadata, dict):
            self._metadata = self._metadata or metadata
            # OpenRouter hands the upstream host's own error on as text.
            self.visit(metadata.get("raw"), depth + 1)
        for entry in lower["details"][:5] if isinstance(lower.get("details"), list) else ():
            if isinstance(entry, dict):
                self._codes({str(name).casefold(): inner for name, inner in entry.items()})

    def _text(self, text: str, depth: int) -> None:
        text = text.strip()[:MAX_TEXT]
        if text[:1] in ("{", "["):
            with contextlib.suppress(ValueError, RecursionError):
                self.visit(json.loads(text), depth + 1)
        if text and not text.startswith("<"):
            self._messages.append(text)

    def _codes(self, lower: Mapping[str, Any]) -> None:
        for name in _WORDS:
            inner = lower.get(name)
            if isinstance(inner, str) and inner.strip().isdecimal():
                self._numbers.append(int(inner.strip()[:6]))
            elif isinstance(inner, str) and len(inner) <= 80:
                self._words.add(folded(inner))
            elif isinstance(inner, int) and not isinstance(inner, bool):
                self._numbers.append(inner)
        if not self._parameter:
            place = lower.get("param") or lower.get("loc") or lower.get("field")
            place = place[-1] if isinstance(place, list) and place else place
            self._parameter = place[:80] if isinstance(place, str) else ""
        delay = lower.get("retrydelay")
        if isinstance(delay, str) and (match := re.fullmatch(r"(\d{1,6}(?:\.\d+)?)s", delay)):
            self._retry = float(match.group(1))
