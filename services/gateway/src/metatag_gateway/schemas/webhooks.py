"""Webhooks: addresses to which events are posted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from metatag_gateway.schemas.common import Body, Payload

Event = Literal[
    "job.completed",
    "job.failed",
    "job.cancelled",
    "document.processed",
    "document.failed",
    "document.corrected",
    "tag_job.finished",
]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
Events = Annotated[list[Event], Field(max_length=20, description="None: all of them.")]


class WebhookBody(Body):
    """An address to keep. It must be public, or allowed by the operator."""

    url: Url
    events: Events = Field(default_factory=list)


class WebhookChangeBody(Body):
    """What becomes of a webhook; what is left out stays."""

    url: Url | None = None
    events: Events | None = None
    active: bool | None = None


class WebhookView(Payload):
    """An address to which events are posted."""

    id: str
    url: str
    events: list[str]
    active: bool
    problem: str | None = Field(description="Why it is not active although you wanted it.")
    created_at: datetime


class NewWebhookView(WebhookView):
    """A new webhook with its secret, which is shown this once."""

    secret: str = Field(description="Signs as the Standard Webhooks specification says; keep it.")


class WebhooksView(Payload):
    """A user's webhooks, oldest first."""

    webhooks: list[WebhookView]


class SecretView(Payload):
    """A new secret, shown this once; the old one signs beside it for a day."""

    id: str
    secret: str


class WebhookTestView(Payload):
    """An event that will be posted soon."""

    id: str
    delivery_id: str


class DeliveryView(Payload):
    """One event for a webhook, and its last try."""

    id: str = Field(description="The header webhook-id.")
    event: str
    state: Literal["pending", "delivered", "failed"]
    tries: int
    status: int | None
    error: str | None
    created_at: datetime
    due_at: datetime | None = Field(description="When it is tried next; null when it has ended.")


class DeliveriesView(Payload):
    """The last deliveries, newest first."""

    deliveries: list[DeliveryView]


class WebhookDeletedView(Payload):
    """A webhook that is gone."""

    message: str
    id: str
