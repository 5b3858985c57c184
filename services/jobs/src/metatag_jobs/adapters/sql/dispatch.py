"""The dispatcher's half of the engine in SQL: open jobs, admission, reaping, sweeping.

Order of locks everywhere: job rows by id, then documents. So two transactions can wait for each other, never in a ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metatag_jobs.adapters.sql import statements_dispatch as S
from metatag_jobs.adapters.sql.dialect import as_json, fetch, rows_json
from metatag_jobs.adapters.sql.engine import SqlEngine, grouped
from metatag_jobs.adapters.sql.transact import reads, writes, writes_by_key
from metatag_jobs.jsonable import pack
from metatag_jobs.model import Document, JobEvent, Source
from metatag_jobs.plan import OpenJob, Window
from metatag_jobs.results import Problem
from metatag_jobs.work import Ticket
from metatag_runtime.errors import ErrorCode
from metatag_runtime.sql import Transaction

POISONED = "The document was given up: it ended the worker that read it several times."

# Rows of workers that ended long ago are dropped. Seconds.
FORGET_WORKER = 600

# Documents reaped in one transaction.
REAP_BATCH = 500


class SqlDispatch(SqlEngine):
    """The dispatcher's half of the port WorkStore."""

    @reads
    async def open_jobs(self, transaction: Transaction) -> tuple[list[OpenJob], Window]:
        """Give the jobs with documents to admit and the room that live workers have."""
        rows = await fetch(transaction, self._sql(S.OPEN))
        busy = {bool(row["interactive"]): int(row["n"]) for row in await fetch(transaction, self._sql(S.BUSY))}
        slots = (await fetch(transaction, self._sql(S.SLOTS), lease=self._lease))[0]
        jobs = [
            OpenJob(
                row["id"],
                row["user_id"],
                bool(row["interactive"]),
                row["queued"],
                row["running"],
                row["max_running"],
                row["vtime"],
            )
            for row in rows
        ]
        window = Window(slots["slots"], slots["interactive_slots"], busy.get(False, 0), busy.get(True, 0))
        return jobs, window

    @writes_by_key
    async def admit(
        self, transaction: Transaction, shares: Sequence[tuple[str, int]], lanes: dict[str, float], lease: float
    ) -> list[Ticket]:
        """Admit up to n due documents of each job, store the lanes' virtual times, give the tickets."""
        tickets: list[Ticket] = []
        for job_id, n in sorted(shares):
            await transaction.run(self._sql(S.LOCK_ANY), {"id": job_id})
            rows = await fetch(transaction, self._sql(S.ADMIT), id=job_id, n=n, lease=lease)
            if rows:
                await transaction.run(self._sql(S.COUNT), {"id": job_id, "n": len(rows)})
            tickets += [Ticket(row["id"], row["attempt"], job_id, bool(row["interactive"])) for row in rows]
        for user_id in sorted(lanes):
            await transaction.run(self._sql(S.LANE), {"user_id": user_id, "vtime": lanes[user_id]})
        return tickets

    @reads
    async def admitted(
        self, transaction: Transaction, limit: int, lease: float = 60.0, older_than: float = 0.0
    ) -> list[Ticket]:
        """Return the tickets of documents admitted `older_than` seconds ago, for `lease`, that nobody has taken."""
        rows = await fetch(transaction, self._sql(S.ADMITTED), n=limit, left=lease - older_than)
        return [Ticket(row["id"], row["attempt"], row["job_id"], bool(row["interactive"])) for row in rows]

    async def reap(self, lease: float, max_crashes: int, interactive_lease: float | None = None) -> int:
        """Queue again what dead workers owned and what was admitted too long ago; fail what crashed too often."""
        lapsed, orphans = await self._overdue(lease, interactive_lease or lease)
        count = 0
        for found, state, crash in ((lapsed, "admitted", 0), (orphans, "running", 1)):
            for job_id, group in grouped((row["job_id"], row) for row in found).items():
                count += await self._put_back(job_id, group, state=state, crash=crash, max_crashes=max_crashes)
        return count

    @reads
    async def _overdue(
        self, transaction: Transaction, lease: float, interactive_lease: float
    ) -> tuple[Sequence[Any], Sequence[Any]]:
        lapsed = await fetch(transaction, self._sql(S.LAPSED), n=REAP_BATCH)
        leases = {"lease": lease, "interactive_lease": interactive_lease}
        orphans = await fetch(transaction, self._sql(S.ORPHANS), n=REAP_BATCH, **leases)
        return lapsed, orphans

    @writes
    async def forget_workers(self, transaction: Transaction) -> None:
        """Drop rows of workers that ended long ago."""
        await transaction.run(self._sql(S.FORGET), {"age": FORGET_WORKER})

    @writes
    async def _put_back(
        self, transaction: Transaction, job_id: str, found: Sequence[Any], *, state: str, crash: int, max_crashes: int
    ) -> int:
        job = await fetch(transaction, self._sql(S.LOCK_ANY), id=job_id)
        if not job or job[0]["state"] not in ("running", "paused"):
            return 0
        wanted = rows_json({"id": row["id"], "attempt": row["attempt"]} for row in found)
        rows = await fetch(transaction, self._sql(S.REQUEUE), rows=wanted, state=state, crash=crash)
        dead = [row for row in rows if crash and row["crashes"] >= max_crashes]
        await transaction.run(self._sql(S.BACK), {"id": job_id, "back": len(rows) - len(dead), "dead": len(dead)})
        if dead:
            await self._give_up(transaction, job_id, dead)
        return len(rows)

    async def _give_up(self, transaction: Transaction, job_id: str, dead: Sequence[Any]) -> None:
        problem = Problem(str(ErrorCode.POISONED), POISONED)
        ids = as_json([row["id"] for row in dead])
        await transaction.run(self._sql(S.POISON), {"ids": ids, "problem": as_json(pack(problem))})
        job = (await fetch(transaction, self._sql(S.JOB), id=job_id))[0]
        events = [_poisoned_event(job_id, row, problem, job, self._database.now()) for row in dead]
        await self._events.append(transaction, job_id, events)
        await self._end_if_done(transaction, job_id)

    async def sweep(self, limit: int) -> bool:
        """Mark open documents of cancelled jobs as cancelled, up to `limit`; give whether more is left."""
        job_id = await self._swept()
        if not job_id:
            return False
        await self._sweep_job(job_id, limit)
        return True

    @reads
    async def _swept(self, transaction: Transaction) -> str:
        jobs = await fetch(transaction, self._sql(S.SWEPT))
        return str(jobs[0]["id"]) if jobs else ""

    @writes
    async def _sweep_job(self, transaction: Transaction, job_id: str, limit: int) -> None:
        await fetch(transaction, self._sql(S.LOCK_ANY), id=job_id)
        if await transaction.run(self._sql(S.CANCEL_DOCS), {"id": job_id, "n": limit}) < limit:
            await transaction.run(self._sql(S.SWEEP_DONE), {"id": job_id})


def _poisoned_event(job_id: str, row: Any, problem: Problem, job: Any, now: float) -> JobEvent:
    document = Document(
        id=row["id"],
        job_id=job_id,
        position=row["position"],
        title=row["title"],
        source=Source(row["source_type"], row["source_path"]),
        state="failed",
        problem=problem,
        created_at=row["created_at"],
        processed_at=now,
        tries=row["tries"],
    )
    return JobEvent(
        at=now,
        document=document,
        total=job["total"],
        processed=job["done"],
        failed=job["failed"],
        cancelled=job["cancelled"],
    )
