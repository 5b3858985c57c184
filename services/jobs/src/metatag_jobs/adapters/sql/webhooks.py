"""Webhooks and their deliveries in SQL.

What happened is found by the moments at which documents and jobs ended: the transactions that end them do nothing for
webhooks. Each webhook remembers how far it has come, so a restart or a full queue loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from metatag_jobs.adapters.sql import statements_webhooks as S
from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch, new_id
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.adapters.sql.webhook_events import Event, event_of
from metatag_jobs.errors import DeliveryNotFound, TooManyWebhooks, WebhookNotActive, WebhookNotFound
from metatag_jobs.webhooks.model import Delivery, Due, Outcome, Webhook
from metatag_runtime.sql import Database, Transaction

# Webhooks of one user; deliveries of one that wait, beyond which it collects no more; events and posts a look.
MAX_WEBHOOKS = 20
MAX_WAITING = 1_000
PORTION = 200
# What ended less than so many seconds ago is looked at later: an earlier end may be committed after a later one.
LAG = 3.0
# Seconds after which a place without news moves on, so that the rows of others are not gone through again and again.
STALE = 60.0
# What webhooks tell of, and the columns that remember how far: `<name>_at` and `<name>_id`.
FOUND = {"documents": S.DOCUMENTS, "jobs": S.JOBS, "changes": S.CHANGES, "tag_jobs": S.TAG_JOBS}
_MAX_ERROR = 500


class SqlWebhooks:
    """The port WebhookStore."""

    def __init__(self, database: Database, lag: float = LAG) -> None:
        self._database = database
        self._sql = Dialect(database).sql
        self._lag = lag

    @reads
    async def webhooks(self, transaction: Transaction, user_id: str) -> list[Webhook]:
        """Return a user's webhooks, oldest first."""
        return [_webhook(row) for row in await fetch(transaction, self._sql(S.LIST), user_id=user_id)]

    @writes
    async def add(self, transaction: Transaction, user_id: str, webhook: Webhook, sealed: bytes) -> None:
        """Keep a webhook with its sealed secret."""
        if len(await fetch(transaction, self._sql(S.LIST), user_id=user_id)) >= MAX_WEBHOOKS:
            raise TooManyWebhooks(MAX_WEBHOOKS)
        values = {"id": webhook.id, "user_id": user_id, "url": webhook.url, "secret": sealed}
        await transaction.run(self._sql(S.ADD), {**values, "events": as_json(webhook.events)})

    @writes
    async def change(
        self,
        transaction: Transaction,
        user_id: str,
        webhook_id: str,
        *,
        url: str | None,
        events: Sequence[str] | None,
        active: bool | None,
    ) -> Webhook:
        """Change what is not None and return the webhook."""
        before = await self._owned(transaction, user_id, webhook_id)
        begins = bool(active) and not before.active
        values = {
            "url": before.url if url is None else url,
            "events": as_json(before.events if events is None else list(events)),
            "active": before.active if active is None else active,
        }
        await transaction.run(self._sql(S.CHANGE), {"id": webhook_id, **values})
        if begins:
            await transaction.run(self._sql(S.BEGIN), {"id": webhook_id})
            await transaction.run(self._sql(S.AGAIN), {"id": webhook_id})
        return await self._owned(transaction, user_id, webhook_id)

    @writes
    async def remove(self, transaction: Transaction, user_id: str, webhook_id: str) -> None:
        """Remove a webhook with its deliveries."""
        await self._owned(transaction, user_id, webhook_id)
        await transaction.run(self._sql("DELETE FROM webhook_delivery WHERE webhook_id = :id"), {"id": webhook_id})
        await transaction.run(self._sql("DELETE FROM webhook WHERE id = :id"), {"id": webhook_id})

    @writes
    async def rotate(self, transaction: Transaction, user_id: str, webhook_id: str, sealed: bytes, keep: float) -> None:
        """Give a webhook another secret; the old one signs too for a while."""
        await self._owned(transaction, user_id, webhook_id)
        await transaction.run(self._sql(S.ROTATE), {"id": webhook_id, "secret": sealed, "keep": keep})

    @writes
    async def add_test(
        self, transaction: Transaction, user_id: str, webhook_id: str, delivery_id: str, body: str
    ) -> None:
        """Add a delivery of the event webhook.test."""
        if not (await self._owned(transaction, user_id, webhook_id)).active:
            raise WebhookNotActive
        await self._deliver(transaction, webhook_id, delivery_id, "webhook.test", body)

    @writes
    async def retry(self, transaction: Transaction, user_id: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Make a delivery due now, its tries begun anew."""
        if not (await self._owned(transaction, user_id, webhook_id)).active:
            raise WebhookNotActive
        rows = await fetch(transaction, self._sql(S.RETRY), id=webhook_id, delivery_id=delivery_id)
        if not rows:
            raise DeliveryNotFound
        return Delivery(**dict(rows[0]))

    @reads
    async def deliveries(self, transaction: Transaction, user_id: str, webhook_id: str, limit: int) -> list[Delivery]:
        """Return the last deliveries, newest first."""
        owned = await fetch(transaction, self._sql(S.ONE.replace("{for_update}", "")), id=webhook_id, user_id=user_id)
        if not owned:
            raise WebhookNotFound
        rows = await fetch(transaction, self._sql(S.DELIVERIES), id=webhook_id, n=limit)
        return [Delivery(**dict(row)) for row in rows]

    @writes
    async def collect(self, transaction: Transaction) -> int:
        """Add deliveries for what ended since the last call; return how many."""
        count = 0
        for row in await fetch(transaction, self._sql(S.ACTIVE)):
            if row["waiting"] < MAX_WAITING:
                count += await self._collect_for(transaction, row)
        return count

    async def _collect_for(self, transaction: Transaction, webhook: Any) -> int:
        until = webhook["now"] - self._lag
        place: dict[str, Any] = {}
        found: list[Event] = []
        for kind, statement in FOUND.items():
            rows = await fetch(
                transaction,
                self._sql(statement),
                user_id=webhook["user_id"],
                at=webhook[f"{kind}_at"],
                after=webhook[f"{kind}_id"],
                until=until,
                n=PORTION,
            )
            events = [event_of(kind, row) for row in rows]
            found += events
            at, last = webhook[f"{kind}_at"], webhook[f"{kind}_id"]
            if events:
                at, last = events[-1].at, rows[-1]["id"]
            elif until - at > STALE:
                at, last = until, ""
            place |= {f"{kind}_at": at, f"{kind}_id": last}
        if any(place[name] != webhook[name] for name in place):
            await transaction.run(self._sql(S.MOVE), {"id": webhook["id"], **place})
        wanted = json.loads(webhook["events"])
        chosen = sorted((event for event in found if event.kind in wanted), key=lambda event: event.at)
        # Ids made within one millisecond are in no order, and they are the order in which deliveries are posted.
        for delivery_id, event in zip(sorted(new_id() for _ in chosen), chosen, strict=True):
            await self._deliver(transaction, webhook["id"], f"msg_{delivery_id}", event.kind, event.body())
        return len(chosen)

    @reads
    async def due(self, transaction: Transaction, without: Sequence[str]) -> Mapping[str, list[Due]]:
        """Return what is to be tried now by webhook, oldest first."""
        rows = await fetch(transaction, self._sql(S.DUE), without=as_json(list(without)), n=PORTION)
        found: dict[str, list[Due]] = {}
        for row in rows:
            secrets = [row["secret"]]
            if row["old_secret"] is not None and row["old_until"] > row["now"]:
                secrets.append(row["old_secret"])
            due = Due(row["id"], row["webhook_id"], row["url"], row["body"], row["tries"], secrets)
            found.setdefault(due.webhook_id, []).append(due)
        return found

    @writes
    async def record(self, transaction: Transaction, due: Due, outcome: Outcome) -> None:
        """Write what became of a try."""
        state = "delivered" if outcome.delivered else "failed" if outcome.again is None else "pending"
        waits = {"waits": int(state == "pending"), "again": outcome.again or 0.0}
        values = {"id": due.id, "state": state, "status": outcome.status, **waits}
        await transaction.run(self._sql(S.RECORD), {**values, "error": outcome.error[:_MAX_ERROR]})
        if outcome.disabled:
            await transaction.run(
                self._sql(S.DISABLE), {"id": due.webhook_id, "problem": outcome.disabled[:_MAX_ERROR]}
            )

    @writes
    async def forget(self, transaction: Transaction, older_than: float) -> None:
        """Remove deliveries that ended so many seconds ago."""
        await transaction.run(self._sql(S.FORGET), {"age": older_than})

    async def _owned(self, transaction: Transaction, user_id: str, webhook_id: str) -> Webhook:
        rows = await fetch(transaction, self._sql(S.ONE), id=webhook_id, user_id=user_id)
        if not rows:
            raise WebhookNotFound
        return _webhook(rows[0])

    async def _deliver(self, transaction: Transaction, webhook_id: str, delivery_id: str, kind: str, body: str) -> None:
        values = {"id": delivery_id, "webhook_id": webhook_id, "event": kind, "body": body}
        await transaction.run(self._sql(S.ADD_DELIVERY), values)


def _webhook(row: Any) -> Webhook:
    events = json.loads(row["events"])
    return Webhook(row["id"], row["url"], events, bool(row["active"]), row["problem"], row["created_at"])
