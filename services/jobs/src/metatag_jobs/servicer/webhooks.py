"""The WebhooksService: addresses of users to which events are posted."""

from __future__ import annotations

from metatag.v1 import webhooks_pb2 as w
from metatag.v1 import webhooks_pb2_grpc
from metatag_jobs.servicer.core import Context, bounded
from metatag_jobs.webhooks.endpoints import Endpoints
from metatag_jobs.webhooks.model import Webhook
from metatag_jobs.wire import to_message


class WebhooksServicer(webhooks_pb2_grpc.WebhooksServiceServicer):
    """Translates; the use cases do the work."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    async def ListWebhooks(self, request: w.ListWebhooksRequest, context: Context) -> w.ListWebhooksResponse:
        """Give a user's webhooks."""
        found = await self._endpoints.webhooks(request.user_id)
        return w.ListWebhooksResponse(webhooks=[_message(each) for each in found])

    async def CreateWebhook(self, request: w.CreateWebhookRequest, context: Context) -> w.CreateWebhookResponse:
        """Keep an address."""
        webhook, secret = await self._endpoints.create(request.user_id, request.url, request.events)
        return w.CreateWebhookResponse(webhook=_message(webhook), secret=secret)

    async def ChangeWebhook(self, request: w.ChangeWebhookRequest, context: Context) -> w.ChangeWebhookResponse:
        """Change a webhook."""
        webhook = await self._endpoints.change(
            request.user_id,
            request.webhook_id,
            url=request.url if request.HasField("url") else None,
            events=list(request.events.events) if request.HasField("events") else None,
            active=request.active if request.HasField("active") else None,
        )
        return w.ChangeWebhookResponse(webhook=_message(webhook))

    async def DeleteWebhook(self, request: w.DeleteWebhookRequest, context: Context) -> w.DeleteWebhookResponse:
        """Remove a webhook."""
        await self._endpoints.remove(request.user_id, request.webhook_id)
        return w.DeleteWebhookResponse()

    async def RotateWebhookSecret(
        self, request: w.RotateWebhookSecretRequest, context: Context
    ) -> w.RotateWebhookSecretResponse:
        """Give a new secret."""
        secret = await self._endpoints.rotate(request.user_id, request.webhook_id)
        return w.RotateWebhookSecretResponse(secret=secret)

    async def TestWebhook(self, request: w.TestWebhookRequest, context: Context) -> w.TestWebhookResponse:
        """Have an event posted."""
        return w.TestWebhookResponse(delivery_id=await self._endpoints.test(request.user_id, request.webhook_id))

    async def RetryWebhookDelivery(
        self, request: w.RetryWebhookDeliveryRequest, context: Context
    ) -> w.RetryWebhookDeliveryResponse:
        """Have a delivery posted again."""
        found = await self._endpoints.retry(request.user_id, request.webhook_id, request.delivery_id)
        return w.RetryWebhookDeliveryResponse(delivery=to_message(w.WebhookDelivery(), found))

    async def ListWebhookDeliveries(
        self, request: w.ListWebhookDeliveriesRequest, context: Context
    ) -> w.ListWebhookDeliveriesResponse:
        """Give the last deliveries."""
        limit = bounded(request.limit, 50, 200)
        found = await self._endpoints.deliveries(request.user_id, request.webhook_id, limit)
        return w.ListWebhookDeliveriesResponse(deliveries=[to_message(w.WebhookDelivery(), each) for each in found])


def _message(webhook: Webhook) -> w.Webhook:
    return to_message(w.Webhook(), webhook)
