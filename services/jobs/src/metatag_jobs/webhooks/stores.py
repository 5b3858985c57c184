"""What webhooks need of the world. Another user's webhook does not exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from metatag_jobs.webhooks.model import Delivery, Due, Outcome, Webhook


class WebhookStore(Protocol):
    """Webhooks and their deliveries. Each method is one transaction."""

    async def webhooks(self, user_id: str) -> list[Webhook]:
        """Return a user's webhooks, oldest first."""

    async def add(self, user_id: str, webhook: Webhook, sealed: bytes) -> None:
        """Keep a webhook with its sealed secret; raises TooManyWebhooks."""

    async def change(
        self, user_id: str, webhook_id: str, *, url: str | None, events: Sequence[str] | None, active: bool | None
    ) -> Webhook:
        """Change what is not None and return the webhook; activated, it begins now. Raises WebhookNotFound."""

    async def remove(self, user_id: str, webhook_id: str) -> None:
        """Remove a webhook with its deliveries; raises WebhookNotFound."""

    async def rotate(self, user_id: str, webhook_id: str, sealed: bytes, keep: float) -> None:
        """Give a webhook another secret; the old one signs too for `keep` seconds. Raises WebhookNotFound."""

    async def add_test(self, user_id: str, webhook_id: str, delivery_id: str, body: str) -> None:
        """Add a delivery of the event webhook.test; raises WebhookNotFound, WebhookNotActive."""

    async def retry(self, user_id: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Make a delivery due now, its tries begun anew; raises WebhookNotFound, DeliveryNotFound, WebhookNotActive."""

    async def deliveries(self, user_id: str, webhook_id: str, limit: int) -> list[Delivery]:
        """Return the last deliveries, newest first; raises WebhookNotFound."""

    async def collect(self) -> int:
        """Add deliveries for what ended since the last call, for each active webhook in bounds; return how many."""

    async def due(self, without: Sequence[str]) -> Mapping[str, list[Due]]:
        """Return what is to be tried now by webhook, oldest first, but not for the webhooks named."""

    async def record(self, due: Due, outcome: Outcome) -> None:
        """Write what became of a try."""

    async def forget(self, older_than: float) -> None:
        """Remove deliveries that ended so many seconds ago."""


class Poster(Protocol):
    """Posts to addresses of users, under the guard of URL sources."""

    async def check_address(self, url: str) -> None:
        """Raise SourceRefused for an address that may not be asked."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Post and return the status, whatever it is; no redirect is followed, the answer is not read.

        Raises SourceRefused, SourceUnavailable.
        """
