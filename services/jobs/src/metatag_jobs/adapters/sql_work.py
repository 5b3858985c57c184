"""The whole engine in SQL: dispatch, claims, ends, and the lives of workers."""

from __future__ import annotations

import time
from collections.abc import Sequence

from metatag_jobs.adapters import statements_work as S
from metatag_jobs.adapters.dialect import fetch, rows_json
from metatag_jobs.adapters.sql_claims import SqlClaims
from metatag_jobs.adapters.sql_dispatch import SqlDispatch
from metatag_jobs.adapters.sql_ends import SqlEnds
from metatag_jobs.adapters.sql_engine import counted
from metatag_jobs.model import JobEvent
from metatag_jobs.work import Beat, PageEvent, Release


class SqlWorkStore(SqlDispatch, SqlClaims, SqlEnds):
    """The port WorkStore."""

    async def tell_pages(self, owner: str, pages: Sequence[PageEvent]) -> None:
        """Store page events of owned documents."""
        by_job: dict[str, list[PageEvent]] = {}
        for page in pages:
            by_job.setdefault(page.job_id, []).append(page)
        async with self._database.write() as connection:
            for job_id in sorted(by_job):
                counters = await fetch(connection, self._sql(S.COUNTERS), id=job_id)
                group = by_job[job_id]
                wanted = rows_json({"id": each.document_id, "attempt": each.attempt} for each in group)
                owned = {
                    row["id"] for row in await fetch(connection, self._sql(S.STILL_OWNED), rows=wanted, owner=owner)
                }
                now = time.time()
                events = [
                    counted(JobEvent(at=now, page=each.page), counters[0])
                    for each in group
                    if each.document_id in owned
                ]
                if counters:
                    await self._events.append(connection, job_id, events)

    async def beat(self, owner: str, host: str, slots: int, interactive_slots: int) -> list[Beat]:
        """Say that a worker lives; give what it owns, with the states of the jobs."""
        async with self._database.write() as connection:
            await connection.execute(
                self._sql(S.BEAT),
                {"owner": owner, "host": host, "slots": slots, "interactive_slots": interactive_slots},
            )
            rows = await fetch(connection, self._sql(S.OWNED), owner=owner)
        return [Beat(row["id"], row["attempt"], row["job_state"]) for row in rows]

    async def leave(self, owner: str) -> None:
        """Say that a worker ended; what it still owns is queued again without a crash counted."""
        async with self._database.read() as connection:
            rows = await fetch(connection, self._sql(S.OWNED), owner=owner)
        if rows:
            await self.release(owner, [Release(row["id"], row["attempt"]) for row in rows])
        async with self._database.write() as connection:
            await connection.execute(self._sql(S.LEAVE), {"owner": owner})

    async def block(self, limiter: str, seconds: float) -> None:
        """Hold back all documents that use a limiter, for all workers."""
        async with self._database.write() as connection:
            await connection.execute(self._sql(S.BLOCK), {"name": limiter, "seconds": seconds})
