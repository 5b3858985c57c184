"""The audit log: entries of many requests written together, each kept before its request is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter

from metatag_gateway.model.audit import AuditEntry, AuditFilter
from metatag_gateway.ports import AuditStore
from metatag_runtime.errors import MetatagError
from metatag_runtime.loops import run_forever

log = structlog.get_logger("metatag.audit")

LOST = Counter("metatag_gateway_audit_entries_lost_total", "Entries of the audit log that could not be written.")

# Entries in one transaction, and how long an answer waits for its own. Seconds.
GROUP = 500
WRITE_SECONDS = 5.0
EXPORT_ROWS = 500
SWEEP_PERIOD = 600.0


class AuditLog:
    """Writes, finds and sweeps entries."""

    def __init__(self, store: AuditStore, days: int) -> None:
        """`days` is how long entries are kept; 0: for ever."""
        self._store = store
        self._days = days
        self._waiting: list[tuple[AuditEntry, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._sweeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep what is older than the log is kept."""
        if self._days:
            self._sweeper = asyncio.create_task(run_forever(self._sweep, "sweep the audit log"), name="audit-sweep")

    async def stop(self) -> None:
        """Stop sweeping; write what waits."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        if self._writer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(WRITE_SECONDS):
                    await asyncio.shield(self._writer)

    async def record(self, entry: AuditEntry) -> None:
        """Return when the entry is kept.

        Where the database does not take it in time the act, which has happened, is told of by the log and a counter.
        """
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, kept))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="audit-write")
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await asyncio.shield(kept)
        except (MetatagError, TimeoutError) as error:
            LOST.inc()
            log.error(
                "audit entry not kept", action=entry.action, actor_id=entry.actor_id,
                target_id=entry.target_id, outcome=entry.outcome, error=repr(error)[:200],
            )  # fmt: skip

    async def find(self, wanted: AuditFilter, limit: int, before_id: int = 0) -> list[AuditEntry]:
        """Return at most `limit` entries, newest first, older than the entry `before_id` where one is given."""
        return await self._store.find(wanted, limit, before_id)

    async def export(self, wanted: AuditFilter) -> AsyncIterator[list[AuditEntry]]:
        """Give all entries, newest first, a list at a time."""
        before_id = 0
        while found := await self._store.find(wanted, EXPORT_ROWS, before_id):
            yield found
            before_id = found[-1].id

    async def count_by_action(self, since: datetime) -> dict[tuple[str, str], int]:
        """Return how many entries there are since a moment, by action and outcome."""
        return await self._store.count_by_action(since)

    async def _write(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            try:
                await self._store.append([entry for entry, _ in group])
            except MetatagError as error:
                for _, kept in group:
                    if not kept.done():
                        kept.set_exception(error)
                        # Looked at even when nobody waits any more; else asyncio complains about it.
                        kept.exception()
            else:
                for _, kept in group:
                    if not kept.done():
                        kept.set_result(None)

    async def _sweep(self) -> None:
        swept = await self._store.sweep(datetime.now(UTC) - timedelta(days=self._days))
        await asyncio.sleep(0.1 if swept else SWEEP_PERIOD)
