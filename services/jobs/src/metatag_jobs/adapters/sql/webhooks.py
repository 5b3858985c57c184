"""Webhooks and their deliveries in SQL.

What happened is found by the moments at which documents and jobs ended: the transactions that end them do nothing for
webhooks. Each webhook remembers how far it has come, so a restart or a full queue loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from metatag_jobs.adapters.sql import statements_webhooks as S
from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch, new_id
from metatag_jobs.adapters.sql.events import default_name
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.errors import TooManyWebhooks, WebhookNotActive, WebhookNotFound
from metatag_jobs.model import Source
from metatag_jobs.webhooks.model import Delivery, Due, Outcome, Webhook
from metatag_runtime.sql import Database, Transaction

# Webhooks of one user; deliveries of one that wait, beyond which it collects no more; events and posts a look.
MAX_WEBHOOKS = 20
MAX_WAITING = 1_000
PORTION = 200
# What ended less than so many seconds ago is looked at later: an earlier end may be committed after a later one.
LAG = 3.0
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
        await transaction.run(self._sql(S.CHANGE), {"id": webhook_id, "begins": int(begins), **values})
        if begins:
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
        asked = {"user_id": webhook["user_id"], "until": webhook["now"] - self._lag, "n": PORTION}
        documents = await fetch(
            transaction, self._sql(S.DOCUMENTS), at=webhook["documents_at"], after=webhook["documents_id"], **asked
        )
        jobs = await fetch(transaction, self._sql(S.JOBS), at=webhook["jobs_at"], after=webhook["jobs_id"], **asked)
        if not documents and not jobs:
            return 0
        told = sorted([*map(_document_event, documents), *map(_job_event, jobs)], key=lambda event: event[0])
        wanted = json.loads(webhook["events"])
        chosen = [event for event in told if event[1] in wanted]
        for at, kind, data in chosen:
            body = as_json({"type": kind, "timestamp": datetime.fromtimestamp(at, UTC).isoformat(), "data": data})
            await self._deliver(transaction, webhook["id"], f"msg_{new_id()}", kind, body)
        last, ended = documents[-1] if documents else None, jobs[-1] if jobs else None
        place = {
            "documents_at": last["processed_at"] if last else webhook["documents_at"],
            "documents_id": last["id"] if last else webhook["documents_id"],
            "jobs_at": ended["completed_at"] if ended else webhook["jobs_at"],
            "jobs_id": ended["id"] if ended else webhook["jobs_id"],
        }
        await transaction.run(self._sql(S.MOVE), {"id": webhook["id"], **place})
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


def _document_event(row: Any) -> tuple[float, str, dict[str, Any]]:
    result = json.loads(row["body"]) if row["body"] else {}
    problem = json.loads(row["problem"]) if row["problem"] else {}
    done = row["state"] == "done"
    data = {
        "id": row["id"],
        "job_id": row["job_id"],
        "title": row["title"],
        "file_name": Source(row["source_type"], row["source_path"]).file_name,
        "folder": row["folder"],
        "status": "success" if done else "failed",
        "tags": [tag.get("tag", "") for tag in result.get("tags", ())],
        "error_code": None if done else problem.get("code"),
        "error_message": None if done else problem.get("message"),
    }
    return row["processed_at"], "document.processed" if done else "document.failed", data


def _job_event(row: Any) -> tuple[float, str, dict[str, Any]]:
    data = {
        "id": row["id"],
        "job_type": row["type"],
        "name": row["name"] or default_name(row["type"], row["created_at"]),
        "status": row["state"],
        "total_documents": row["total"],
        "processed_count": row["done"],
        "failed_count": row["failed"],
        "cancelled_count": row["cancelled"],
    }
    return row["completed_at"], f"job.{row['state']}", data
