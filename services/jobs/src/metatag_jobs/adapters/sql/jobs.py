"""Creation and reading of jobs in SQL. Control is in control.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from metatag_jobs.adapters.sql import statements_jobs as S
from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch, rows_json
from metatag_jobs.adapters.sql.events import JOB_COLUMNS, EventWriter, job_event, job_of
from metatag_jobs.adapters.sql.reprocess import RunReader
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.errors import IdempotencyMismatch, JobIdTaken, JobNotFound, StillCreating
from metatag_jobs.jsonable import pack
from metatag_jobs.model import JOB_SINGLE, Document, Job, JobEvent
from metatag_jobs.results import Problem
from metatag_jobs.work import NewDocument, NewJob
from metatag_runtime.errors import ErrorCode
from metatag_runtime.sql import Database, Transaction

# A creation says that it goes on more often than this; one that does not was given up. Seconds.
STALE_CREATION = 5.0

# Why a job waits that its limiter holds back.
HELD_BACK = Problem(
    str(ErrorCode.PROVIDER_RATE_LIMITED), "The provider takes no more calls just now; the job goes on by itself."
)

# Public states to the condition that finds them.
_STATE_SQL = {
    "pending": "(job.state = 'creating' OR (job.state = 'running' AND job.started_at IS NULL))",
    "processing": "(job.state = 'running' AND job.started_at IS NOT NULL)",
    "paused": "job.state = 'paused'",
    "completed": "job.state = 'completed'",
    "failed": "job.state = 'failed'",
    "cancelled": "job.state = 'cancelled'",
}


class SqlJobs:
    """The creating and reading half of the port JobStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = Dialect(database)
        self._sql = self._dialect.sql
        self._events = EventWriter(self._dialect)
        self._runs = RunReader(self._dialect)

    async def begin(self, job: NewJob) -> Job | None:
        """Store a job that still receives its documents; give the job of an earlier call with the same key."""
        if job.idempotency_key:
            earlier = await self._earlier(job)
            if earlier is not None:
                return earlier
        try:
            await self._insert(job)
        except IntegrityError as error:
            earlier = await self._earlier(job) if job.idempotency_key else None
            if earlier is not None:
                return earlier
            raise JobIdTaken from error
        return None

    @writes
    async def _insert(self, transaction: Transaction, job: NewJob) -> None:
        await transaction.run(self._sql(S.INSERT_JOB), _job_row(job))

    @reads
    async def _by_key(self, transaction: Transaction, user_id: str, key: str) -> Sequence[Any]:
        return await fetch(transaction, self._sql(S.BY_KEY), user_id=user_id, key=key)

    async def _earlier(self, job: NewJob) -> Job | None:
        rows = await self._by_key(job.user_id, job.idempotency_key)
        if not rows:
            return None
        if rows[0]["state"] == "creating" and rows[0]["now"] - rows[0]["updated_at"] > STALE_CREATION:
            await self.abandon(rows[0]["id"])
            return None
        if rows[0]["state"] == "deleted":
            await self._forget_key(rows[0]["id"])
            return None
        digest = rows[0]["request_digest"]
        if digest and job.request_digest and digest != job.request_digest:
            raise IdempotencyMismatch
        if rows[0]["state"] == "creating":
            raise StillCreating
        return await self.get(job.user_id, rows[0]["id"])

    @writes
    async def _forget_key(self, transaction: Transaction, job_id: str) -> None:
        await transaction.run(self._dialect.sql("UPDATE job SET idempotency_key = NULL WHERE id = :id"), {"id": job_id})

    @writes
    async def add(self, transaction: Transaction, job_id: str, documents: Sequence[NewDocument]) -> None:
        """Store documents of a job in creation; those with a problem are failed at once, each with its event."""
        locked = await fetch(transaction, self._sql(S.LOCK_CREATING), id=job_id)
        if not locked:
            raise JobNotFound
        user_id = locked[0]["user_id"]
        documents = await self._runs.fill(transaction, user_id, documents, alone=locked[0]["type"] == JOB_SINGLE)
        rows = [_doc_row(document) for document in documents]
        await self._attach_files(transaction, user_id, rows)
        await transaction.run(self._sql(S.INSERT_DOCS), {"rows": rows_json(rows), "job_id": job_id, "user_id": user_id})
        bad = [document for document in documents if document.problem is not None]
        to_look_at = [document.id for document in bad if not document.reprocess_of]
        if to_look_at:
            await transaction.run(self._sql(S.QUEUE_FAILED), {"ids": as_json(to_look_at)})
        counts = (
            await fetch(
                transaction,
                self._sql(S.COUNT_ADDED),
                id=job_id,
                n=len(documents),
                good=len(documents) - len(bad),
                bad=len(bad),
            )
        )[0]
        await self._events.append(
            transaction, job_id, [_failed_event(job_id, each, counts, self._database.now()) for each in bad]
        )

    async def _attach_files(self, transaction: Transaction, user_id: str, rows: list[dict[str, Any]]) -> None:
        counts: dict[str, int] = {}
        for row in rows:
            if row["file_id"]:
                counts[row["file_id"]] = counts.get(row["file_id"], 0) + 1
        if not counts:
            return
        known = await fetch(transaction, self._sql(S.OWN_FILES), user_id=user_id, ids=as_json(sorted(counts)))
        owned = {row["id"] for row in known}
        held = [{"id": each, "n": counts[each]} for each in sorted(owned)]
        await transaction.run(self._sql(S.HOLD_FILES), {"rows": rows_json(held), "user_id": user_id})
        for row in rows:
            if row["file_id"] and row["file_id"] not in owned:
                # The pipeline says so when it comes to it: the document fails alone.
                row["file_id"], row["stage"] = None, "fetch"

    @writes
    async def activate(self, transaction: Transaction, job_id: str) -> Job:
        """End the creation: the job's documents may be worked on from now."""
        locked = await fetch(transaction, self._sql(S.LOCK_CREATING), id=job_id)
        if not locked:
            raise JobNotFound
        await transaction.run(self._sql(S.WAKE_LANE), {"user_id": locked[0]["user_id"]})
        await transaction.run(self._sql(S.ACTIVATE), {"id": job_id})
        job = await self._read(transaction, locked[0]["user_id"], job_id)
        await self._events.append(transaction, job_id, [job_event(job, self._database.now())])
        return job

    @writes
    async def keep_creating(self, transaction: Transaction, job_id: str) -> None:
        """Say that the creation of a job goes on."""
        await transaction.run(self._sql(S.KEEP_CREATING), {"id": job_id})

    @writes
    async def abandon(self, transaction: Transaction, job_id: str) -> None:
        """Drop a job whose creation was not finished; does nothing otherwise."""
        await transaction.run(
            self._dialect.sql(
                "UPDATE job SET state = 'deleted', sweep = true, secret = NULL, idempotency_key = NULL "
                "WHERE id = :id AND state = 'creating'"
            ),
            {"id": job_id},
        )

    @reads
    async def get(self, transaction: Transaction, user_id: str, job_id: str) -> Job:
        """Give one job; raises JobNotFound."""
        return await self._read(transaction, user_id, job_id)

    async def _read(self, transaction: Transaction, user_id: str, job_id: str) -> Job:
        rows = await fetch(transaction, self._sql(S.GET), id=job_id, user_id=user_id)
        if not rows:
            raise JobNotFound
        job = job_of(rows[0], waits_until_of(rows[0]))
        if job.waits_until is not None and job.problem is None:
            job.problem = HELD_BACK
        return job

    async def get_by_key(self, user_id: str, idempotency_key: str) -> Job:
        """Return the job that was created with an idempotency key."""
        rows = await self._by_key(user_id, idempotency_key)
        if not rows:
            raise JobNotFound
        return await self.get(user_id, rows[0]["id"])

    @reads
    async def find(
        self,
        transaction: Transaction,
        user_id: str,
        *,
        states: Sequence[str],
        type: str,
        limit: int,
        offset: int,
        since: float | None = None,
        before: float | None = None,
    ) -> tuple[list[Job], int]:
        """Give a user's jobs, newest first, and how many match in all."""
        where = "job.user_id = :user_id AND job.state <> 'deleted'"
        if states:
            where += f" AND ({' OR '.join(_STATE_SQL[state] for state in states)})"
        if type:
            where += " AND job.type = :type"
        if since is not None:
            where += " AND job.created_at >= :since"
        if before is not None:
            where += " AND job.created_at < :before"
        filters = {"type": type or None, "since": since, "before": before}
        values: dict[str, Any] = {"user_id": user_id} | {
            name: value for name, value in filters.items() if value is not None
        }
        listing = self._dialect.sql(
            f"SELECT {JOB_COLUMNS} FROM job WHERE {where} ORDER BY job.created_at DESC, job.id DESC "  # noqa: S608
            "LIMIT :n OFFSET :offset"
        )
        counting = self._dialect.sql(f"SELECT count(*) AS n FROM job WHERE {where}")  # noqa: S608
        rows = await fetch(transaction, listing, n=limit, offset=offset, **values)
        total = (await fetch(transaction, counting, **values))[0]["n"]
        return [job_of(row) for row in rows], total


def waits_until_of(row: Any) -> float | None:
    """Give when a job that its limiter holds back goes on."""
    until = row["blocked_until"]
    return until if until is not None and until > row["now"] and row["state"] == "running" else None


def _job_row(job: NewJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "user_id": job.user_id,
        "type": job.type,
        "interactive": job.type == JOB_SINGLE,
        "max_running": job.options.max_running,
        "options": as_json(pack(job.options)),
        "public_config": as_json(job.public_config) if job.public_config is not None else None,
        "secret": job.secret,
        "limiter": job.limiter,
        "idempotency_key": job.idempotency_key or None,
        "request_digest": job.request_digest or None,
        "columns": as_json(list(job.columns)) if job.columns else None,
        "request_id": job.request_id,
        "trace_parent": job.trace_parent,
        "vocabulary_version": job.vocabulary_version,
        "budget_micros": job.options.budget_micros,
        "name": job.name,
    }


def _doc_row(document: NewDocument) -> dict[str, Any]:
    return {
        "id": document.id,
        "position": document.position,
        "state": "failed" if document.problem else "queued",
        "title": document.title,
        "description": document.description,
        "columns": as_json(dict(document.columns)) if document.columns else None,
        "source_type": document.source.type,
        "source_path": document.source.path,
        "folder": document.folder,
        "file_id": document.source.file_id or None,
        "stage": "ocr" if document.source.file_id else "fetch",
        "problem": as_json(pack(document.problem)) if document.problem else None,
        "reprocess_of": document.reprocess_of or None,
    }


def _failed_event(job_id: str, document: NewDocument, counts: Any, now: float) -> JobEvent:
    public = Document(
        id=document.id,
        job_id=job_id,
        position=document.position,
        title=document.title,
        source=document.source,
        folder=document.folder,
        reprocess_of=document.reprocess_of,
        state="failed",
        problem=document.problem,
        created_at=now,
        processed_at=now,
    )
    return JobEvent(
        at=now,
        document=public,
        total=counts["total"],
        processed=counts["done"],
        failed=counts["failed"],
        cancelled=counts["cancelled"],
    )
