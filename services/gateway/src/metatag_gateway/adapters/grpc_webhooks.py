"""Webhooks of the jobs service over gRPC."""

from __future__ import annotations

from collections.abc import Sequence

from metatag.v1 import webhooks_pb2 as w
from metatag.v1.webhooks_pb2_grpc import WebhooksServiceStub
from metatag_gateway.model.webhooks import Webhook, WebhookDelivery
from metatag_gateway.wire.names import moment, moment_of
from metatag_runtime.grpc_client import open_channel

PEER = "jobs"
# Seconds; a new address is resolved before it is kept.
READ = 15.0
WRITE = 30.0

REPEATABLE = tuple(
    f"metatag.v1.WebhooksService/{name}" for name in ("ListWebhooks", "ChangeWebhook", "ListWebhookDeliveries")
)


class GrpcWebhooks:
    """Keeps the promises of record_ports.Webhooks; the comments of WebhooksService say the rest."""

    def __init__(self, address: str) -> None:
        self._channel = open_channel(address, REPEATABLE, peer=PEER)
        self._stub = WebhooksServiceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def webhooks(self, user_id: str) -> list[Webhook]:
        """ListWebhooks."""
        answer = await self._stub.ListWebhooks(w.ListWebhooksRequest(user_id=user_id), timeout=READ)
        return [_webhook(each) for each in answer.webhooks]

    async def create(self, user_id: str, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
        """CreateWebhook."""
        request = w.CreateWebhookRequest(user_id=user_id, url=url, events=events)
        answer = await self._stub.CreateWebhook(request, timeout=WRITE)
        return _webhook(answer.webhook), answer.secret

    async def change(
        self, user_id: str, webhook_id: str, *, url: str | None, events: Sequence[str] | None, active: bool | None
    ) -> Webhook:
        """ChangeWebhook."""
        request = w.ChangeWebhookRequest(
            user_id=user_id,
            webhook_id=webhook_id,
            url=url,
            events=None if events is None else w.WebhookEvents(events=events),
            active=active,
        )
        return _webhook((await self._stub.ChangeWebhook(request, timeout=WRITE)).webhook)

    async def remove(self, user_id: str, webhook_id: str) -> None:
        """DeleteWebhook."""
        await self._stub.DeleteWebhook(w.DeleteWebhookRequest(user_id=user_id, webhook_id=webhook_id), timeout=WRITE)

    async def rotate(self, user_id: str, webhook_id: str) -> str:
        """RotateWebhookSecret."""
        request = w.RotateWebhookSecretRequest(user_id=user_id, webhook_id=webhook_id)
        return (await self._stub.RotateWebhookSecret(request, timeout=WRITE)).secret

    async def test(self, user_id: str, webhook_id: str) -> str:
        """TestWebhook."""
        request = w.TestWebhookRequest(user_id=user_id, webhook_id=webhook_id)
        return (await self._stub.TestWebhook(request, timeout=WRITE)).delivery_id

    async def retry(self, user_id: str, webhook_id: str, delivery_id: str) -> WebhookDelivery:
        """RetryWebhookDelivery."""
        request = w.RetryWebhookDeliveryRequest(user_id=user_id, webhook_id=webhook_id, delivery_id=delivery_id)
        return _delivery((await self._stub.RetryWebhookDelivery(request, timeout=WRITE)).delivery)

    async def deliveries(self, user_id: str, webhook_id: str, limit: int) -> list[WebhookDelivery]:
        """ListWebhookDeliveries."""
        request = w.ListWebhookDeliveriesRequest(user_id=user_id, webhook_id=webhook_id, limit=limit)
        answer = await self._stub.ListWebhookDeliveries(request, timeout=READ)
        return [_delivery(each) for each in answer.deliveries]


def _webhook(message: w.Webhook) -> Webhook:
    return Webhook(
        message.id,
        message.url,
        tuple(message.events),
        message.active,
        message.problem or None,
        moment_of(message.created_at),
    )


def _delivery(message: w.WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery(
        message.id,
        message.event,
        message.state,
        message.tries,
        message.status or None,
        message.error or None,
        moment_of(message.created_at),
        moment(message, "due_at"),
    )
