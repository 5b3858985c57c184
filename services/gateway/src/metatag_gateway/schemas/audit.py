"""The audit log and statistics over all accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from metatag_gateway.schemas.common import Payload

Outcome = Literal["done", "refused", "failed"]


class AuditEntryView(Payload):
    """One act: who did what to which thing. It never holds what is in a document, a list or a request."""

    id: int
    at: datetime
    actor_id: str = Field(description="The account's id; empty where nobody was signed in.")
    actor_kind: Literal["session", "api_key", "token", "anonymous", "system"]
    key_id: str = Field(description="The API key's id, where one was presented.")
    action: str
    target_kind: str
    target_id: str
    outcome: Outcome
    address: str
    request_id: str
    details: dict[str, str]


class AuditView(Payload):
    """A page of the audit log, newest first; `next_before` is where the next one goes on, null at the end."""

    entries: list[AuditEntryView]
    next_before: int | None


class AccountCounts(Payload):
    """How many accounts there are."""

    total: int
    active: int
    administrators: int
    auditors: int


class ActionCount(Payload):
    """How often an action was done, or refused."""

    action: str
    outcome: Outcome
    count: int


class StatisticsView(Payload):
    """Counts over all accounts."""

    days: int
    accounts: AccountCounts
    actions: list[ActionCount]
