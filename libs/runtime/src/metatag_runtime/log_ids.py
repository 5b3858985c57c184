"""Ids of what is in hand: on every log line of a task, and carried along to the service that is called.

A service names its things (`bind_log_ids(job_id=...)`); the runtime knows none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

# gRPC metadata "x-log-job-id" stands for `job_id` on a log line.
PREFIX = "x-log-"
MOST = 8
_NAME = re.compile(r"[a-z]{1,20}_id")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def bind_log_ids(**ids: str) -> None:
    """Put ids, each named `..._id`, on the log lines of the rest of this task; an empty one is left out."""
    bind_contextvars(**{name: found for name, found in ids.items() if found})


def id_metadata() -> tuple[tuple[str, str], ...]:
    """Give the gRPC metadata that carries the ids of this task; empty outside of any work."""
    return tuple(
        (PREFIX + name.replace("_", "-"), found)
        for name, found in get_contextvars().items()
        if _NAME.fullmatch(name) and isinstance(found, str) and _PLAIN.fullmatch(found)
    )[:MOST]


def adopt_log_ids(metadata: Mapping[str, Any]) -> bool:
    """Put a caller's ids, where they are plain, on this task's log lines; tell whether there were any."""
    unbind_contextvars(*(name for name in get_contextvars() if _NAME.fullmatch(name)))
    carried = {
        key.removeprefix(PREFIX).replace("-", "_"): found for key, found in metadata.items() if key.startswith(PREFIX)
    }
    plain = {
        name: found
        for name, found in carried.items()
        if _NAME.fullmatch(name) and isinstance(found, str) and _PLAIN.fullmatch(found)
    }
    bind_log_ids(**dict(list(plain.items())[:MOST]))
    return bool(plain)
