"""Between a Call and httpx: building requests, reading answers, deciding whether to try again."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import httpx

from metatag_client.calls import Call, Source
from metatag_client.errors import ApiError, Unreachable, error_for
from metatag_client.sending import name_of

T = TypeVar("T")

# Statuses after which a repeatable call is worth another try.
AGAIN = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class RetryPolicy:
    """How long to keep trying: `tries` in all, waits between `first` and `most` seconds (or what the server asks)."""

    tries: int = 4
    first: float = 0.5
    most: float = 20.0

    def wait(self, attempt: int, error: ApiError | Unreachable) -> float | None:
        """Give the seconds before try `attempt` + 1, or None to give up."""
        if attempt >= self.tries:
            return None
        asked = error.retry_after if isinstance(error, ApiError) else None
        if asked is not None:
            # A server that asks for more than we want to wait is reported, not waited for.
            return asked + _jitter(self.first) if asked <= self.most else None
        return _jitter(min(self.most, self.first * 2**attempt))


def _jitter(most: float) -> float:
    return random.uniform(0, most)  # noqa: S311  spreads load, guards nothing


def worth_repeating(call: Call[T], error: ApiError | Unreachable) -> bool:
    """Say whether the same call may succeed in a moment."""
    return call.repeatable and (isinstance(error, Unreachable) or error.status in AGAIN)


@contextmanager
def request_arguments(call: Call[T], token: str) -> Iterator[dict[str, Any]]:
    """Give httpx the request; files are opened here, afresh for each try, and closed afterwards."""
    headers = dict(call.headers)
    if token and not call.public:
        headers["Authorization"] = f"Bearer {token}"
    with ExitStack() as opened:
        arguments: dict[str, Any] = {"headers": headers, "params": dict(call.params), "timeout": _timeout(call)}
        if call.body is not None:
            arguments["json"] = call.body
        if call.form:
            arguments["data"] = dict(call.form)
        if call.files:
            arguments["files"] = [(name, _part(source, opened)) for name, source in call.files]
        elif call.form:
            # Without files httpx would send a URL-encoded form; the API reads multipart.
            arguments["files"] = [(name, (None, value)) for name, value in arguments.pop("data").items()]
        yield arguments


def read(call: Call[T], response: httpx.Response) -> T:
    """Give what the answer says, with or without the envelope; raise ApiError for an error."""
    if call.binary and response.is_success:
        return call.read(response.content)
    try:
        raw = response.json()
    except ValueError:
        raw = None
    if response.is_success and isinstance(raw, dict):
        return call.read(raw["data"] if isinstance(raw.get("data"), dict) else raw)
    raise _error(response, raw if isinstance(raw, dict) else {})


def unreachable(base_url: str, error: Exception) -> Unreachable:
    """Give the sentence for a connection that failed."""
    reason = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    cause = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
    return Unreachable(f"{base_url} {reason} ({cause}).")


def _error(response: httpx.Response, raw: dict[str, Any]) -> ApiError:
    detail = raw.get("detail") or f"The server answered {response.status_code} without a reason."
    wait = response.headers.get("retry-after", "")
    return error_for(response.status_code)(
        detail if isinstance(detail, str) else str(detail),
        status=response.status_code,
        code=str(raw.get("code") or ""),
        errors=tuple(raw.get("errors") or ()),
        retry_after=float(wait) if wait.replace(".", "", 1).isdigit() else None,
        request_id=response.headers.get("x-request-id") or str(raw.get("request_id") or ""),
    )


def _timeout(call: Call[T]) -> httpx.Timeout:
    return httpx.Timeout(call.seconds, connect=10.0)


def _part(source: Source, opened: ExitStack) -> tuple[str, bytes | BinaryIO, str]:
    if isinstance(source, tuple):
        name, content = source
        return name, content, _kind(name)
    name = name_of(source)
    if isinstance(source, str | Path):
        return name, opened.enter_context(Path(source).open("rb")), _kind(name)
    source.seek(0)
    return name, source, _kind(name)


def _kind(name: str) -> str:
    return "text/plain" if name.lower().endswith(".txt") else "application/pdf"
