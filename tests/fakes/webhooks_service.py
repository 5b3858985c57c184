"""The webhooks of the fake jobs service: keeps the promises of webhooks.proto; posts nothing."""

from __future__ import annotations

import uuid
from typing import Any

from fakes.jobs_service_engine import now
from metatag.v1 import webhooks_pb2 as w
from metatag.v1.webhooks_pb2_grpc import WebhooksServiceServicer
from metatag_runtime.errors import ErrorCode, MetatagError, NotFound


class FakeWebhooksService(WebhooksServiceServicer):
    """Webhooks by user."""

    def __init__(self) -> None:
        self.webhooks: dict[str, list[w.Webhook]] = {}
        self.deliveries: dict[str, list[w.WebhookDelivery]] = {}

    async def ListWebhooks(self, request: w.ListWebhooksRequest, context: Any) -> Any:
        return w.ListWebhooksResponse(webhooks=self.webhooks.get(request.user_id, []))

    async def CreateWebhook(self, request: w.CreateWebhookRequest, context: Any) -> Any:
        if "127.0.0.1" in request.url:
            raise MetatagError("The address is not public.", code=ErrorCode.SOURCE_REFUSED)
        made = w.Webhook(id=str(uuid.uuid4()), url=request.url, events=request.events, active=True, created_at=now())
        self.webhooks.setdefault(request.user_id, []).append(made)
        return w.CreateWebhookResponse(webhook=made, secret="whsec_c2VjcmV0")

    async def ChangeWebhook(self, request: w.ChangeWebhookRequest, context: Any) -> Any:
        found = self._find(request)
        if request.HasField("url"):
            found.url = request.url
        if request.HasField("active"):
            found.active = request.active
        if request.HasField("events"):
            found.events[:] = request.events.events
        return w.ChangeWebhookResponse(webhook=found)

    async def DeleteWebhook(self, request: w.DeleteWebhookRequest, context: Any) -> Any:
        found = self._find(request)
        self.webhooks[request.user_id].remove(found)
        return w.DeleteWebhookResponse()

    async def RotateWebhookSecret(self, request: w.RotateWebhookSecretRequest, context: Any) -> Any:
        self._find(request)
        return w.RotateWebhookSecretResponse(secret="whsec_bmV3")

    async def TestWebhook(self, request: w.TestWebhookRequest, context: Any) -> Any:
        found = self._find(request)
        if not found.active:
            raise MetatagError("The webhook is not active; activate it first.", code=ErrorCode.INVALID_STATE)
        made = w.WebhookDelivery(
            id=f"msg_{uuid.uuid4()}", event="webhook.test", state="pending", created_at=now(), due_at=now()
        )
        self.deliveries.setdefault(found.id, []).append(made)
        return w.TestWebhookResponse(delivery_id=made.id)

    async def RetryWebhookDelivery(self, request: w.RetryWebhookDeliveryRequest, context: Any) -> Any:
        for each in self.deliveries.get(self._find(request).id, []):
            if each.id == request.delivery_id:
                each.state = "pending"
                return w.RetryWebhookDeliveryResponse(delivery=each)
        raise NotFound("Delivery not found")

    async def ListWebhookDeliveries(self, request: w.ListWebhookDeliveriesRequest, context: Any) -> Any:
        found = self.deliveries.get(self._find(request).id, [])
        return w.ListWebhookDeliveriesResponse(deliveries=found[::-1][: request.limit or 50])

    def _find(self, request: Any) -> w.Webhook:
        for each in self.webhooks.get(request.user_id, []):
            if each.id == request.webhook_id:
                return each
        raise NotFound("Webhook not found")
