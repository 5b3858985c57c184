"""What travels with a request through every service: its id and its deadline. Set at the edge, read everywhere."""

from __future__ import annotations

import re
import secrets
import time
from contextvars import ContextVar

REQUEST_ID_KEY = "x-request-id"

# Kept back of a caller's deadline, so that our answer still reaches it. Seconds.
DEADLINE_SLACK = 0.2

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id() -> str:
    """Give the id of the request in work, or an empty string outside of one."""
    return _request_id.get()


def use_request_id(proposed: str | None) -> str:
    """Adopt a peer's request id if it is plain (1 to 64 of A-Z a-z 0-9 . _ -), else make one; give the id in use."""
    chosen = proposed if proposed and _SAFE.fullmatch(proposed) else secrets.token_hex(8)
    _request_id.set(chosen)
    return chosen


def use_deadline(seconds: float | None) -> None:
    """Set the time that the request in work has left, in seconds; None means without end."""
    _deadline.set(None if seconds is None else time.monotonic() + seconds)


def time_left(own: float) -> float:
    """Give the seconds a call may take: `own` limit, or what the request's deadline leaves, whichever is less."""
    end = _deadline.get()
    return own if end is None else max(0.001, min(own, end - time.monotonic() - DEADLINE_SLACK))
