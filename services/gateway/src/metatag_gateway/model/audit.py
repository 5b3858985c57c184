"""Entries of the audit log: who did what to which thing, without what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from metatag_runtime.context import request_id

Outcome = Literal["done", "refused", "failed"]
ActorKind = Literal["session", "api_key", "token", "anonymous", "system"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who does what the current task does, and from where."""

    actor_id: str = ""
    actor_kind: ActorKind = "system"
    # The id of the API key that was presented; empty for all others.
    key_id: str = ""
    address: str = ""


_OF_THE_SYSTEM = Origin()
# Set for each request, before it is known who calls, and again when it is.
ORIGIN: ContextVar[Origin] = ContextVar("metatag_audit_origin", default=_OF_THE_SYSTEM)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. Ids outlive what they name; `details` holds names and numbers of settings, never contents."""

    action: str
    target_kind: str
    target_id: str
    outcome: Outcome
    at: datetime
    actor_id: str = ""
    actor_kind: ActorKind = "system"
    key_id: str = ""
    address: str = ""
    request_id: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    # Counts up in the order of writing; 0 until it is stored.
    id: int = 0


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for; what is empty does not narrow. `since` is included, `before` is not."""

    actor_id: str = ""
    action: str = ""
    target_kind: str = ""
    target_id: str = ""
    outcome: str = ""
    since: datetime | None = None
    before: datetime | None = None


def entry(
    action: str,
    target_kind: str,
    target_id: str,
    outcome: Outcome = "done",
    *,
    actor_id: str = "",
    **details: str,
) -> AuditEntry:
    """Return an entry of now, done by who the current task works for; `actor_id` where that is known better."""
    origin = ORIGIN.get()
    return AuditEntry(
        action=action,
        target_kind=target_kind,
        target_id=target_id[:200],
        outcome=outcome,
        at=datetime.now(UTC),
        actor_id=actor_id or origin.actor_id,
        actor_kind="session" if actor_id and not origin.actor_id else origin.actor_kind,
        key_id=origin.key_id,
        address=origin.address[:45],
        request_id=request_id()[:64],
        details={name: value[:200] for name, value in details.items() if value},
    )
