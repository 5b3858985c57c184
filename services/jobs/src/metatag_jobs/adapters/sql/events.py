"""Events of jobs in SQL: appended under the job row's lock, read in order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch, rows_json
from metatag_jobs.adapters.sql.transact import reads
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.model import JOB_BATCH, Job, JobEvent
from metatag_jobs.results import Problem
from metatag_runtime.sql import Database, Transaction

# Internal states to public ones.
_PUBLIC = {"creating": "pending", "deleted": "cancelled"}

JOB_COLUMNS = (
    "job.id, job.type, job.state, job.total, job.queued, job.running, job.done, job.failed, job.cancelled, job.seq, "
    "job.public_config, job.problem, job.cost_micros, job.created_at, job.started_at, job.completed_at, "
    "job.updated_at, job.name"
)


def job_of(row: Any, waits_until: float | None = None) -> Job:
    """Make the public job of a row with JOB_COLUMNS."""
    state = _PUBLIC.get(row["state"], row["state"])
    if state == "running":
        state = "processing" if row["started_at"] is not None else "pending"
    return Job(
        id=row["id"],
        type=row["type"],
        state=state,
        total=row["total"],
        processed=row["done"],
        failed=row["failed"],
        cancelled=row["cancelled"],
        running=row["running"],
        seq=row["seq"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        updated_at=row["updated_at"],
        public_config=json.loads(row["public_config"]) if row["public_config"] else None,
        problem=unpack(Problem, json.loads(row["problem"])) if row["problem"] else None,
        waits_until=waits_until,
        cost_micros=row["cost_micros"],
        name=row["name"] or default_name(row["type"], row["created_at"]),
    )


def default_name(type: str, created_at: float) -> str:
    """Return the name of a job that was given none: a batch bears its day and minute, in UTC."""
    if type != JOB_BATCH:
        return ""
    return f"Batch {datetime.fromtimestamp(created_at, UTC):%Y-%m-%d %H:%M}"


class EventWriter:
    """Numbers and stores events inside the caller's transaction, which holds the job row."""

    def __init__(self, dialect: Dialect) -> None:
        self._bump = dialect.sql("UPDATE job SET seq = seq + :n WHERE id = :id RETURNING seq")
        self._insert = dialect.sql(
            f"INSERT INTO job_event (job_id, seq, body) SELECT r.job_id, r.seq, r.body "  # noqa: S608
            f"FROM {dialect.rows('rows', job_id='text', seq='bigint', body='text')} AS r"
        )

    async def append(self, transaction: Transaction, job_id: str, events: Sequence[JobEvent]) -> None:
        """Give each event the next number of its job and store it."""
        if not events:
            return
        last = (await fetch(transaction, self._bump, n=len(events), id=job_id))[0]["seq"]
        await self.store(transaction, job_id, [pack(event) for event in events], last)

    async def store(self, transaction: Transaction, job_id: str, events: Sequence[dict[str, Any]], last: int) -> None:
        """Store packed events whose numbers the caller has taken already; `last` is the highest."""
        rows = []
        for seq, event in enumerate(events, last - len(events) + 1):
            event["seq"] = seq
            if "job" in event:
                event["job"]["seq"] = seq
            rows.append({"job_id": job_id, "seq": seq, "body": as_json(event)})
        if rows:
            await transaction.run(self._insert, {"rows": rows_json(rows)})


def job_event(job: Job, at: float) -> JobEvent:
    """Make the event that tells a job's state."""
    return JobEvent(
        at=at, job=job, total=job.total, processed=job.processed, failed=job.failed, cancelled=job.cancelled
    )


class SqlEventLog:
    """The port EventLog."""

    def __init__(self, database: Database) -> None:
        dialect = Dialect(database)
        self._database = database
        self._after = dialect.sql(
            "SELECT seq, body FROM job_event WHERE job_id = :job_id AND seq > :seq ORDER BY seq LIMIT :n"
        )
        self._last = dialect.sql(f"SELECT {JOB_COLUMNS} FROM job WHERE id = :id AND state <> 'deleted'")  # noqa: S608
        self._changed = dialect.sql("SELECT id FROM job WHERE updated_at > {now} - :seconds")

    @reads
    async def after(self, transaction: Transaction, job_id: str, seq: int, limit: int) -> list[JobEvent]:
        """Give up to `limit` events with a number above `seq`, in order."""
        rows = await fetch(transaction, self._after, job_id=job_id, seq=seq, n=limit)
        return [unpack(JobEvent, json.loads(row["body"])) for row in rows]

    @reads
    async def written(self, transaction: Transaction, job_id: str, seq: int, limit: int) -> list[tuple[int, str]]:
        """Give the same as numbers and JSON texts."""
        rows = await fetch(transaction, self._after, job_id=job_id, seq=seq, n=limit)
        return [(row["seq"], row["body"]) for row in rows]

    @reads
    async def last(self, transaction: Transaction, job_id: str) -> Job | None:
        """Give the job as it is now, whoever owns it; None when it is gone."""
        rows = await fetch(transaction, self._last, id=job_id)
        return job_of(rows[0]) if rows else None

    @reads
    async def recently_changed(self, transaction: Transaction, seconds: float) -> list[str]:
        """Give the jobs that changed in the last seconds."""
        return [row["id"] for row in await fetch(transaction, self._changed, seconds=seconds)]
