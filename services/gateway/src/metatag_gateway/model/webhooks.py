"""Addresses of users to which events are posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address; `problem` says why it is not active although its user wanted it."""

    id: str
    url: str
    events: tuple[str, ...]
    active: bool
    problem: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One event for a webhook; `status` and `error` are of the last try, None where there are none."""

    id: str
    event: str
    state: str
    tries: int
    status: int | None
    error: str | None
    created_at: datetime
    due_at: datetime | None
