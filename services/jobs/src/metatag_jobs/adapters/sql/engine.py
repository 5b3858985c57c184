"""What the parts of the engine in SQL share.

Order of locks everywhere: job rows by id, then documents. So two transactions can wait for each other, never in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metatag_jobs.adapters.sql import statements_dispatch as D
from metatag_jobs.adapters.sql.dialect import Dialect, fetch
from metatag_jobs.adapters.sql.events import EventWriter, job_event, job_of
from metatag_jobs.adapters.sql.reprocess import RunWriter
from metatag_jobs.adapters.sql.search import SearchWriter
from metatag_jobs.model import JobEvent
from metatag_runtime.sql import Database, Transaction


class SqlEngine:
    """One database, one lease."""

    def __init__(self, database: Database, lease: float = 15.0) -> None:
        """`lease`: seconds after its last heartbeat that a worker still counts."""
        self._database = database
        self._dialect = Dialect(database)
        self._sql = self._dialect.sql
        self._lease = lease
        self._events = EventWriter(self._dialect)
        self._search = SearchWriter(self._dialect)
        self._runs = RunWriter(self._dialect)

    async def _end_if_done(self, transaction: Transaction, job_id: str) -> str:
        """End the job if nothing is open; give its state. The caller holds the job row."""
        ended = await transaction.run(self._sql(D.END), {"id": job_id})
        if not ended:
            return ""
        job = job_of((await fetch(transaction, self._sql(D.JOB), id=job_id))[0])
        await self._events.append(transaction, job_id, [job_event(job, self._database.now())])
        return job.state


def grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    """Gather values by key, in order."""
    groups: dict[str, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def counted(event: JobEvent, counters: Any) -> JobEvent:
    """Put a job row's counters on an event."""
    event.total = counters["total"]
    event.processed = counters["done"]
    event.failed = counters["failed"]
    event.cancelled = counters["cancelled"]
    return event
