"""The dispatcher's half of the engine in SQL: open jobs, admission, reaping, sweeping.

Order of locks everywhere: job rows by id, then documents. So two transactions can wait for each other, never in a ring.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from metatag_jobs.adapters.dialect import Dialect, as_json, fetch, rows_json
from metatag_jobs.adapters.sql_events import JOB_COLUMNS, EventWriter, job_event, job_of
from metatag_jobs.jsonable import pack
from metatag_jobs.model import Document, JobEvent, Problem, Source
from metatag_jobs.plan import OpenJob, Window
from metatag_jobs.work import Ticket
from metatag_runtime.errors import ErrorCode
from metatag_runtime.sql import Database

POISONED = "The document was given up: it ended the worker that read it several times."

# Rows of workers that ended long ago are dropped. Seconds.
FORGET_WORKER = 600

# Documents reaped in one transaction.
REAP_BATCH = 500


class SqlDispatch:
    """The dispatcher's half of the port WorkStore."""

    def __init__(self, database: Database, lease: float = 15.0) -> None:
        dialect = Dialect(database)
        sql = dialect.sql
        self._database = database
        self._dialect = dialect
        self._lease = lease
        self._events = EventWriter(dialect)
        self._open = sql(
            "SELECT job.id, job.user_id, job.interactive, job.queued, job.running, job.max_running, "
            "COALESCE(lane.vtime, 0) AS vtime FROM job LEFT JOIN lane ON lane.user_id = job.user_id "
            "LEFT JOIN limiter ON job.limiter <> '' AND limiter.name = job.limiter "
            "WHERE job.state = 'running' AND job.queued > 0 AND COALESCE(limiter.blocked_until, 0) <= {now} "
            "ORDER BY job.created_at, job.id LIMIT 5000"
        )
        self._busy = sql("SELECT interactive, SUM(running) AS n FROM job WHERE running > 0 GROUP BY interactive")
        self._slots = sql(
            "SELECT COALESCE(SUM(slots), 0) AS slots, COALESCE(SUM(interactive_slots), 0) AS interactive_slots "
            "FROM worker WHERE beat_at > {now} - :lease"
        )
        self._lock_job = sql("SELECT interactive FROM job WHERE id = :id AND state = 'running'{for_update}")
        self._admit = sql(
            "UPDATE doc SET state = 'admitted', attempt = attempt + 1, owner = NULL, lease_until = {now} + :lease "  # noqa: S608
            "WHERE id IN (SELECT id FROM doc WHERE job_id = :id AND state = 'queued' AND not_before <= {now} "
            f"ORDER BY not_before, position LIMIT :n{dialect.skip_locked}) RETURNING id, attempt"
        )
        self._count = sql("UPDATE job SET queued = queued - :n, running = running + :n WHERE id = :id")
        self._lane = sql(
            "INSERT INTO lane (user_id, vtime) VALUES (:user_id, :vtime) "
            "ON CONFLICT (user_id) DO UPDATE SET vtime = excluded.vtime"
        )
        self._lapsed = sql(
            "SELECT doc.id, doc.job_id, doc.attempt FROM doc "
            "WHERE doc.state = 'admitted' AND doc.lease_until < {now} LIMIT :n"
        )
        self._orphans = sql(
            "SELECT doc.id, doc.job_id, doc.attempt FROM doc JOIN job ON job.id = doc.job_id "
            "WHERE doc.state = 'running' AND job.state IN ('running', 'paused') AND NOT EXISTS "
            "(SELECT 1 FROM worker WHERE worker.id = doc.owner AND worker.beat_at > {now} - :lease) LIMIT :n"
        )
        fenced = dialect.rows("rows", id="text", attempt="int")
        self._requeue = sql(
            "UPDATE doc SET state = 'queued', owner = NULL, lease_until = NULL, crashes = doc.crashes + :crash "  # noqa: S608
            f"FROM {fenced} AS r WHERE doc.id = r.id AND doc.attempt = r.attempt AND doc.state = :state "
            "RETURNING doc.id, doc.crashes, doc.position, doc.title, doc.source_type, doc.source_path, "
            "doc.created_at, doc.tries"
        )
        self._poison = sql(
            "UPDATE doc SET state = 'failed', problem = :problem, processed_at = {now} "  # noqa: S608
            f"WHERE id IN {dialect.ids('ids')}"
        )
        self._back = sql(
            "UPDATE job SET queued = queued + :back, running = running - :back - :dead, failed = failed + :dead, "
            "updated_at = {now} WHERE id = :id"
        )
        self._lock_any = sql("SELECT state FROM job WHERE id = :id{for_update}")
        self._end = sql(
            "UPDATE job SET state = CASE WHEN type = 'single' AND done = 0 THEN 'failed' ELSE 'completed' END, "
            "completed_at = {now}, secret = NULL, problem = CASE WHEN type = 'single' AND done = 0 THEN "
            "(SELECT problem FROM doc WHERE job_id = :id AND state = 'failed' LIMIT 1) END "
            "WHERE id = :id AND state IN ('running', 'paused') AND done + failed + cancelled >= total"
        )
        self._job = sql(f"SELECT {JOB_COLUMNS} FROM job WHERE id = :id")  # noqa: S608
        self._forget = sql("DELETE FROM worker WHERE beat_at < {now} - :age")
        self._swept = sql("SELECT id FROM job WHERE sweep AND state = 'cancelled' LIMIT 1")
        self._cancel_docs = sql(
            "UPDATE doc SET state = 'cancelled', owner = NULL, lease_until = NULL, processed_at = {now} "
            "WHERE id IN (SELECT id FROM doc WHERE job_id = :id AND state IN ('queued', 'admitted', 'running') LIMIT :n)"
        )
        self._sweep_done = sql("UPDATE job SET sweep = false WHERE id = :id AND state = 'cancelled'")

    async def open_jobs(self) -> tuple[list[OpenJob], Window]:
        """Give the jobs with documents to admit and the room that live workers have."""
        async with self._database.read() as connection:
            rows = await fetch(connection, self._open)
            busy = {bool(row["interactive"]): int(row["n"]) for row in await fetch(connection, self._busy)}
            slots = (await fetch(connection, self._slots, lease=self._lease))[0]
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

    async def admit(self, shares: Sequence[tuple[str, int]], lanes: dict[str, float], lease: float) -> list[Ticket]:
        """Admit up to n due documents of each job, store the lanes' virtual times, give the tickets."""
        tickets: list[Ticket] = []
        async with self._database.write() as connection:
            for job_id, n in sorted(shares):
                locked = await fetch(connection, self._lock_job, id=job_id)
                if not locked:
                    continue
                rows = await fetch(connection, self._admit, id=job_id, n=n, lease=lease)
                if rows:
                    await connection.execute(self._count, {"id": job_id, "n": len(rows)})
                interactive = bool(locked[0]["interactive"])
                tickets += [Ticket(row["id"], row["attempt"], job_id, interactive) for row in rows]
            for user_id in sorted(lanes):
                await connection.execute(self._lane, {"user_id": user_id, "vtime": lanes[user_id]})
        return tickets

    async def reap(self, lease: float, max_crashes: int) -> int:
        """Queue again what dead workers owned and what was admitted too long ago; fail what crashed too often."""
        async with self._database.read() as connection:
            lapsed = await fetch(connection, self._lapsed, n=REAP_BATCH)
            orphans = await fetch(connection, self._orphans, lease=lease, n=REAP_BATCH)
        count = await self._put_back(lapsed, "admitted", 0, max_crashes)
        count += await self._put_back(orphans, "running", 1, max_crashes)
        return count

    async def forget_workers(self) -> None:
        """Drop rows of workers that ended long ago."""
        async with self._database.write() as connection:
            await connection.execute(self._forget, {"age": FORGET_WORKER})

    async def _put_back(self, found: Sequence[Any], state: str, crash: int, max_crashes: int) -> int:
        by_job: dict[str, list[dict[str, Any]]] = {}
        for row in found:
            by_job.setdefault(row["job_id"], []).append({"id": row["id"], "attempt": row["attempt"]})
        count = 0
        for job_id in sorted(by_job):
            async with self._database.write() as connection:
                job = await fetch(connection, self._lock_any, id=job_id)
                if not job or job[0]["state"] not in ("running", "paused"):
                    continue
                rows = await fetch(connection, self._requeue, rows=rows_json(by_job[job_id]), state=state, crash=crash)
                dead = [row for row in rows if crash and row["crashes"] >= max_crashes]
                count += len(rows)
                await connection.execute(self._back, {"id": job_id, "back": len(rows) - len(dead), "dead": len(dead)})
                if dead:
                    await self._give_up(connection, job_id, dead)
        return count

    async def _give_up(self, connection: AsyncConnection, job_id: str, dead: Sequence[Any]) -> None:
        problem = Problem(str(ErrorCode.POISONED), POISONED)
        ids = as_json([row["id"] for row in dead])
        await connection.execute(self._poison, {"ids": ids, "problem": as_json(pack(problem))})
        job = (await fetch(connection, self._job, id=job_id))[0]
        events = [_poisoned_event(job_id, row, problem, job) for row in dead]
        await self._events.append(connection, job_id, events)
        await self._end_if_done(connection, job_id)

    async def _end_if_done(self, connection: AsyncConnection, job_id: str) -> str:
        """End the job if nothing is open; give its state. The caller holds the job row."""
        ended = await connection.execute(self._end, {"id": job_id})
        if not ended.rowcount:
            return ""
        job = job_of((await fetch(connection, self._job, id=job_id))[0])
        await self._events.append(connection, job_id, [job_event(job, time.time())])
        return job.state

    async def sweep(self, limit: int) -> bool:
        """Mark open documents of cancelled jobs as cancelled, up to `limit`; give whether more is left."""
        async with self._database.read() as connection:
            jobs = await fetch(connection, self._swept)
        if not jobs:
            return False
        async with self._database.write() as connection:
            await fetch(connection, self._lock_any, id=jobs[0]["id"])
            done = await connection.execute(self._cancel_docs, {"id": jobs[0]["id"], "n": limit})
            if done.rowcount < limit:
                await connection.execute(self._sweep_done, {"id": jobs[0]["id"]})
        return True


def _poisoned_event(job_id: str, row: Any, problem: Problem, job: Any) -> JobEvent:
    now = time.time()
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
