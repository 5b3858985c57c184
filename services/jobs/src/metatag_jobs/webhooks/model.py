"""The nouns of webhooks. Plain data, no I/O. Times are seconds since 1970 UTC."""

from __future__ import annotations

from dataclasses import dataclass, field

EVENTS = (
    "job.completed",
    "job.failed",
    "job.cancelled",
    "document.processed",
    "document.failed",
    "document.corrected",
    "tag_job.finished",
)
TEST = "webhook.test"


@dataclass(frozen=True)
class Webhook:
    """An address of a user; `problem` says why it is not active although its user wanted it."""

    id: str
    url: str
    events: list[str] = field(default_factory=list)
    active: bool = True
    problem: str = ""
    created_at: float = 0.0


@dataclass(frozen=True)
class Delivery:
    """One event for one webhook. `state`: "pending", "delivered" or "failed"; `status` 0: there was no answer."""

    id: str
    event: str
    state: str
    tries: int
    status: int
    error: str
    created_at: float
    due_at: float | None


@dataclass(frozen=True)
class Due:
    """A delivery that is to be tried now."""

    id: str
    webhook_id: str
    url: str
    body: str
    tries: int
    # Sealed secrets that sign it, the present one first.
    secrets: list[bytes]


@dataclass(frozen=True)
class Outcome:
    """What became of a try: `again` seconds until the next one, None for no other."""

    delivered: bool
    status: int = 0
    error: str = ""
    again: float | None = None
    # Why the webhook is active no more; empty: it stays.
    disabled: str = ""
