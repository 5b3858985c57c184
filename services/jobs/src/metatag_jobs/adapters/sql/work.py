"""The whole engine in SQL: dispatch, claims, ends, and the lives of workers."""

from __future__ import annotations

from collections.abc import Sequence

from metatag_jobs.adapters.sql import statements_work as S
from metatag_jobs.adapters.sql.claims import SqlClaims
from metatag_jobs.adapters.sql.dialect import fetch, rows_json
from metatag_jobs.adapters.sql.dispatch import SqlDispatch
from metatag_jobs.adapters.sql.ends import SqlEnds
from metatag_jobs.adapters.sql.engine import counted
from metatag_jobs.adapters.sql.page_checkpoints import SqlParts
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.model import JobEvent
from metatag_jobs.work import OwnedDocument, PageEvent, Release
from metatag_runtime.sql import Transaction


class SqlWorkStore(SqlDispatch, SqlClaims, SqlParts, SqlEnds):
    """The port WorkStore."""

    @writes
    async def tell_pages(self, transaction: Transaction, owner: str, pages: Sequence[PageEvent]) -> None:
        """Store page events of owned documents."""
        by_job: dict[str, list[PageEvent]] = {}
        for page in pages:
            by_job.setdefault(page.job_id, []).append(page)
        for job_id in sorted(by_job):
            counters = await fetch(transaction, self._sql(S.COUNTERS), id=job_id)
            group = by_job[job_id]
            wanted = rows_json({"id": each.document_id, "attempt": each.attempt} for each in group)
            owned = {row["id"] for row in await fetch(transaction, self._sql(S.STILL_OWNED), rows=wanted, owner=owner)}
            now = self._database.now()
            events = [
                counted(JobEvent(at=now, page=each.page), counters[0]) for each in group if each.document_id in owned
            ]
            if counters:
                await self._events.append(transaction, job_id, events)

    @writes
    async def heartbeat(
        self, transaction: Transaction, owner: str, host: str, slots: int, interactive_slots: int
    ) -> list[OwnedDocument]:
        """Say that a worker lives; give what it owns, with the states of the jobs."""
        await transaction.run(
            self._sql(S.HEARTBEAT),
            {"owner": owner, "host": host, "slots": slots, "interactive_slots": interactive_slots},
        )
        await transaction.run(self._sql(S.FORGIVE), {"owner": owner})
        return await self._owned_in(transaction, owner)

    async def leave(self, owner: str) -> None:
        """Say that a worker ended; what it still owns is queued again without a crash counted."""
        owned = await self._owned(owner)
        if owned:
            await self.release(owner, [Release(document.document_id, document.attempt) for document in owned])
        await self._leave(owner)

    @reads
    async def _owned(self, transaction: Transaction, owner: str) -> list[OwnedDocument]:
        return await self._owned_in(transaction, owner)

    async def _owned_in(self, transaction: Transaction, owner: str) -> list[OwnedDocument]:
        rows = await fetch(transaction, self._sql(S.OWNED), owner=owner)
        return [OwnedDocument(row["id"], row["attempt"], row["job_state"]) for row in rows]

    @writes
    async def _leave(self, transaction: Transaction, owner: str) -> None:
        await transaction.run(self._sql(S.LEAVE), {"owner": owner})

    @writes
    async def block(self, transaction: Transaction, limiter: str, seconds: float) -> None:
        """Hold back all documents that use a limiter, for all workers."""
        await transaction.run(self._sql(S.BLOCK), {"name": limiter, "seconds": seconds})
