"""Keeping webhooks: bounds of what users may ask for, and their secrets."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from metatag_jobs.ports import KeyBox
from metatag_jobs.webhooks.model import EVENTS, TEST, Delivery, Webhook
from metatag_jobs.webhooks.stores import Poster, WebhookStore
from metatag_runtime.errors import InvalidArgument

MAX_URL = 2_000
PREFIX = "whsec_"
SECRET_BYTES = 32
# Seconds that an old secret signs beside a new one.
KEEP_OLD = 86_400.0


class Endpoints:
    """The use cases of WebhooksService."""

    def __init__(
        self, store: WebhookStore, poster: Poster, keys: KeyBox, new_id: Callable[[], str], now: Callable[[], float]
    ) -> None:
        self._store = store
        self._poster = poster
        self._keys = keys
        self._new_id = new_id
        self._now = now

    async def webhooks(self, user_id: str) -> list[Webhook]:
        """Return a user's webhooks, oldest first."""
        return await self._store.webhooks(user_id)

    async def create(self, user_id: str, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
        """Keep an address; return the webhook and its secret.

        Raises InvalidArgument, SourceRefused, TooManyWebhooks.
        """
        await self._check_url(url)
        webhook = Webhook(self._new_id(), url, _checked(events), created_at=self._now())
        secret = _secret()
        await self._store.add(user_id, webhook, self._keys.seal(webhook.id, secret))
        return webhook, secret

    async def change(
        self, user_id: str, webhook_id: str, *, url: str | None, events: Sequence[str] | None, active: bool | None
    ) -> Webhook:
        """Change what is not None; raises as `create`, and WebhookNotFound."""
        if url is not None:
            await self._check_url(url)
        wanted = None if events is None else _checked(events)
        return await self._store.change(user_id, webhook_id, url=url, events=wanted, active=active)

    async def remove(self, user_id: str, webhook_id: str) -> None:
        """Remove a webhook; raises WebhookNotFound."""
        await self._store.remove(user_id, webhook_id)

    async def rotate(self, user_id: str, webhook_id: str) -> str:
        """Return a new secret; raises WebhookNotFound."""
        secret = _secret()
        await self._store.rotate(user_id, webhook_id, self._keys.seal(webhook_id, secret), KEEP_OLD)
        return secret

    async def test(self, user_id: str, webhook_id: str) -> str:
        """Have an event posted soon and return its delivery's id; raises WebhookNotFound, WebhookNotActive."""
        delivery_id = f"msg_{self._new_id()}"
        moment = datetime.fromtimestamp(self._now(), UTC).isoformat()
        body = json.dumps({"type": TEST, "timestamp": moment, "data": {"webhook_id": webhook_id}})
        await self._store.add_test(user_id, webhook_id, delivery_id, body)
        return delivery_id

    async def retry(self, user_id: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Post a delivery again now; raises WebhookNotFound, DeliveryNotFound, WebhookNotActive."""
        return await self._store.retry(user_id, webhook_id, delivery_id)

    async def deliveries(self, user_id: str, webhook_id: str, limit: int) -> list[Delivery]:
        """Return the last deliveries, newest first; raises WebhookNotFound."""
        return await self._store.deliveries(user_id, webhook_id, limit)

    async def _check_url(self, url: str) -> None:
        if len(url) > MAX_URL:
            raise InvalidArgument(f"url: at most {MAX_URL:,} characters are kept.")
        await self._poster.check_address(url)


def _checked(events: Sequence[str]) -> list[str]:
    for each in events:
        if each not in EVENTS:
            raise InvalidArgument(f"events: there is no event '{each[:50]}'; these are: {', '.join(EVENTS)}.")
    return [each for each in EVENTS if each in events] or list(EVENTS)


def _secret() -> str:
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()
