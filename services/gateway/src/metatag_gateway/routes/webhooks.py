"""Webhooks: addresses to which events of jobs and documents are posted, signed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request

from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.webhooks import (
    DeliveriesView,
    DeliveryView,
    NewWebhookView,
    SecretView,
    WebhookBody,
    WebhookChangeBody,
    WebhookDeletedView,
    WebhooksView,
    WebhookTestView,
    WebhookView,
)

router = APIRouter(prefix="/api/webhooks", tags=["Webhooks"])


@router.get("", responses=known())
async def list_webhooks(request: Request, caller: Reader) -> WebhooksView:
    """List the caller's webhooks, oldest first."""
    found = await dependencies_of(request).webhooks.webhooks(caller.user_id)
    return WebhooksView(webhooks=[WebhookView.model_validate(each) for each in found])


@router.post("", status_code=201, responses=known(409))
async def create_webhook(request: Request, caller: Writer, body: WebhookBody) -> NewWebhookView:
    """Post events to an address from now on, signed after the Standard Webhooks specification.

    The secret is shown this once. A post is tried 9 times within 18 hours; then the webhook is disabled.
    """
    webhook, secret = await dependencies_of(request).webhooks.create(caller.user_id, body.url, body.events)
    return NewWebhookView(**WebhookView.model_validate(webhook).model_dump(), secret=secret)


@router.patch("/{webhook_id}", responses=known(404))
async def change_webhook(request: Request, caller: Writer, webhook_id: UUID, body: WebhookChangeBody) -> WebhookView:
    """Change address or events of a webhook, stop it, or activate it again."""
    changed = await dependencies_of(request).webhooks.change(
        caller.user_id, str(webhook_id), url=body.url, events=body.events, active=body.active
    )
    return WebhookView.model_validate(changed)


@router.delete("/{webhook_id}", responses=known(404))
async def delete_webhook(request: Request, caller: Writer, webhook_id: UUID) -> WebhookDeletedView:
    """Remove a webhook with its deliveries."""
    await dependencies_of(request).webhooks.remove(caller.user_id, str(webhook_id))
    return WebhookDeletedView(message="The webhook is deleted", id=str(webhook_id))


@router.post("/{webhook_id}/secret", responses=known(404))
async def rotate_webhook_secret(request: Request, caller: Writer, webhook_id: UUID) -> SecretView:
    """Make a new secret, shown this once; for a day posts bear signatures of both."""
    secret = await dependencies_of(request).webhooks.rotate(caller.user_id, str(webhook_id))
    return SecretView(id=str(webhook_id), secret=secret)


@router.post("/{webhook_id}/test", status_code=202, responses=known(404, 409))
async def test_webhook(request: Request, caller: Writer, webhook_id: UUID) -> WebhookTestView:
    """Post an event `webhook.test` soon; the deliveries say what came of it."""
    delivery_id = await dependencies_of(request).webhooks.test(caller.user_id, str(webhook_id))
    return WebhookTestView(id=str(webhook_id), delivery_id=delivery_id)


@router.get("/{webhook_id}/deliveries", responses=known(404))
async def webhook_deliveries(
    request: Request, caller: Reader, webhook_id: UUID, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> DeliveriesView:
    """List the last deliveries of a webhook, newest first; ended ones stay for a week, or as long as set."""
    found = await dependencies_of(request).webhooks.deliveries(caller.user_id, str(webhook_id), limit)
    return DeliveriesView(deliveries=[DeliveryView.model_validate(each) for each in found])


@router.post("/{webhook_id}/deliveries/{delivery_id}/retry", status_code=202, responses=known(404, 409))
async def retry_webhook_delivery(
    request: Request,
    caller: Writer,
    webhook_id: UUID,
    delivery_id: Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[\x20-\x7e]*$")],
) -> DeliveryView:
    """Post a delivery again soon, whatever became of it before; its tries begin anew."""
    found = await dependencies_of(request).webhooks.retry(caller.user_id, str(webhook_id), delivery_id)
    return DeliveryView.model_validate(found)
