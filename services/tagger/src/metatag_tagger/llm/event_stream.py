"""Join the events of a streamed chat completion into the answer that an unstreamed one would have been.

Some servers stream whatever was asked, others serve a model in no other way.
"""

from __future__ import annotations

import json
from typing import Any

_MAX_EVENTS = 20_000


def is_stream(text: str) -> bool:
    """Tell whether a body consists of server-sent events."""
    return text.lstrip().startswith(("data:", "event:", ": "))


def joined(text: str) -> dict[str, Any] | None:
    """Return a chat completion with the joined content, an error as the stream gave it, None for no event."""
    content: list[str] = []
    result: dict[str, Any] = {}
    choice: dict[str, Any] = {"index": 0, "finish_reason": None}
    seen = False
    for event in _events(text):
        if event.get("error"):
            return event
        seen = True
        for name in ("id", "model", "usage", "provider"):
            if event.get(name):
                result[name] = event[name]
        choices = event.get("choices")
        first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        delta = first.get("delta") or first.get("message")
        if isinstance(delta, dict) and isinstance(delta.get("content"), str):
            content.append(delta["content"])
        choice["finish_reason"] = first.get("finish_reason") or choice["finish_reason"]
    if not seen:
        return None
    choice["message"] = {"role": "assistant", "content": "".join(content)}
    return {**result, "object": "chat.completion", "choices": [choice]}


def _events(text: str) -> list[dict[str, Any]]:
    found = []
    for line in text.splitlines()[:_MAX_EVENTS]:
        if not line.startswith("data:") or line[5:].strip() == "[DONE]":
            continue
        try:
            event = json.loads(line[5:])
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            found.append(event)
    return found
