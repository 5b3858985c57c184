"""Control of jobs in SQL: pause, resume, cancel, delete, retry, purge. Each is one short transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.events import JOB_COLUMNS, job_event, job_of
from metatag_jobs.adapters.sql.jobs import SqlJobs
from metatag_jobs.adapters.sql.purge import Purge
from metatag_jobs.adapters.sql.transact import writes
from metatag_jobs.errors import JobNotFound, WrongState
from metatag_jobs.jsonable import pack
from metatag_jobs.model import Job
from metatag_jobs.results import Problem
from metatag_runtime.sql import Database, Transaction


class SqlJobStore(SqlJobs):
    """The port JobStore."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        sql = self._dialect.sql
        self._lock = sql(
            f"SELECT {JOB_COLUMNS} FROM job WHERE id = :id AND user_id = :user_id "  # noqa: S608
            "AND state <> 'deleted'{for_update}"
        )
        self._take_back = sql(
            "UPDATE doc SET state = 'queued', lease_until = NULL WHERE job_id = :id AND state = 'admitted'"
        )
        self._state = sql(
            "UPDATE job SET state = :state, problem = :problem, updated_at = {now}, queued = queued + :back, "
            "running = running - :back WHERE id = :id"
        )
        # Consent to go on after a budget was met: the same amount again.
        self._raise_budget = sql(
            "UPDATE job SET budget_micros = cost_micros + budget_micros "
            "WHERE id = :id AND budget_micros > 0 AND cost_micros >= budget_micros"
        )
        self._cancel = sql(
            "UPDATE job SET state = 'cancelled', cancelled = cancelled + queued + running, queued = 0, running = 0, "
            "secret = NULL, sweep = true, completed_at = {now}, updated_at = {now}, problem = NULL WHERE id = :id"
        )
        self._delete = sql(
            "UPDATE job SET state = 'deleted', queued = 0, running = 0, secret = NULL, sweep = true, "
            "idempotency_key = NULL, updated_at = {now} WHERE id = :id"
        )
        self._purge = Purge(self._dialect)
        self._retry = _Retry(self._dialect)

    @writes
    async def pause(self, transaction: Transaction, user_id: str, job_id: str) -> Job:
        """Stop admitting documents and take back those admitted."""
        job = await self._locked(transaction, user_id, job_id)
        if job["state"] == "paused":
            return job_of(job)
        _require(job, "paused", ("running",))
        await self._pause_locked(transaction, job_id, None)
        return await self._told(transaction, user_id, job_id)

    async def _pause_locked(self, transaction: Transaction, job_id: str, problem: Problem | None) -> None:
        taken = await transaction.run(self._take_back, {"id": job_id})
        packed = as_json(pack(problem)) if problem else None
        await transaction.run(self._state, {"id": job_id, "state": "paused", "problem": packed, "back": taken})

    @writes
    async def resume(self, transaction: Transaction, user_id: str, job_id: str) -> Job:
        """Go on after a pause."""
        job = await self._locked(transaction, user_id, job_id)
        _require(job, "resumed", ("paused",))
        await transaction.run(self._raise_budget, {"id": job_id})
        await transaction.run(self._state, {"id": job_id, "state": "running", "problem": None, "back": 0})
        return await self._told(transaction, user_id, job_id)

    @writes
    async def cancel(self, transaction: Transaction, user_id: str, job_id: str) -> Job:
        """End the job now: every open document counts as cancelled from this commit on."""
        job = await self._locked(transaction, user_id, job_id)
        if job["state"] == "cancelled":
            return job_of(job)
        _require(job, "cancelled", ("running", "paused", "creating"))
        await transaction.run(self._cancel, {"id": job_id})
        return await self._told(transaction, user_id, job_id)

    @writes
    async def delete(self, transaction: Transaction, user_id: str, job_id: str) -> None:
        """Make the job and all it holds invisible from this commit on."""
        await self._locked(transaction, user_id, job_id)
        await transaction.run(self._delete, {"id": job_id})

    @writes
    async def retry(  # noqa: PLR0917  the transaction is the decorator's
        self,
        transaction: Transaction,
        user_id: str,
        job_id: str,
        document_ids: Sequence[str],
        secret: bytes | None,
        limiter: str,
    ) -> tuple[Job, int]:
        """Queue failed documents again; give how many."""
        job = await self._locked(transaction, user_id, job_id)
        _require(job, "retried", ("running", "paused", "completed", "failed"))
        count = await self._retry.queue(transaction, job_id, document_ids, secret, limiter)
        if not count:
            return job_of(job), 0
        return await self._told(transaction, user_id, job_id), count

    @writes
    async def purge(self, transaction: Transaction, limit: int) -> tuple[list[str], bool]:
        """Remove up to `limit` documents of deleted jobs; give object names to delete and whether more is left."""
        return await self._purge.step(transaction, limit)

    async def _locked(self, transaction: Transaction, user_id: str, job_id: str) -> Any:
        rows = await fetch(transaction, self._lock, id=job_id, user_id=user_id)
        if not rows:
            raise JobNotFound
        return rows[0]

    async def _told(self, transaction: Transaction, user_id: str, job_id: str) -> Job:
        job = await self._read(transaction, user_id, job_id)
        await self._events.append(transaction, job_id, [job_event(job, self._database.now())])
        return job


class _Retry:
    """Failed documents back into the queue."""

    def __init__(self, dialect: Dialect) -> None:
        sql = dialect.sql
        self._pick = sql(
            "SELECT id FROM doc WHERE job_id = :id AND state = 'failed' AND "
            "(trashed_at IS NULL OR reprocess_of IS NOT NULL)"
        )
        self._unqueue = sql(f"DELETE FROM doc_review WHERE doc_id IN {dialect.ids('ids')}")  # noqa: S608
        # What people gave to a document that had failed stays with it.
        self._drop_results = sql(
            f"DELETE FROM doc_result WHERE doc_id IN {dialect.ids('ids')} AND NOT EXISTS "  # noqa: S608
            "(SELECT 1 FROM doc WHERE doc.id = doc_result.doc_id AND doc.edited)"
        )
        self._queue = sql(
            "UPDATE doc SET state = 'queued', tries = 0, waits = 0, crashes = 0, not_before = 0, problem = NULL, "  # noqa: S608
            "owner = NULL, processed_at = NULL, started_at = NULL, attempt = attempt + 1 "
            f"WHERE state = 'failed' AND id IN {dialect.ids('ids')}"
        )
        self._reopen = sql(
            "UPDATE job SET state = CASE WHEN state = 'paused' THEN 'paused' ELSE 'running' END, "
            "failed = failed - :n, queued = queued + :n, completed_at = NULL, problem = NULL, updated_at = {now}, "
            "secret = COALESCE(:secret, secret), "
            "limiter = CASE WHEN :has_secret = 1 THEN :limiter ELSE limiter END WHERE id = :id"
        )

    async def queue(
        self,
        transaction: Transaction,
        job_id: str,
        document_ids: Sequence[str],
        secret: bytes | None,
        limiter: str,
    ) -> int:
        """Queue those named, or all; give how many."""
        failed = [row["id"] for row in await fetch(transaction, self._pick, id=job_id)]
        chosen = [each for each in failed if not document_ids or each in set(document_ids)]
        if not chosen:
            return 0
        ids = as_json(chosen)
        await transaction.run(self._drop_results, {"ids": ids})
        await transaction.run(self._unqueue, {"ids": ids})
        await transaction.run(self._queue, {"ids": ids})
        await transaction.run(
            self._reopen,
            {
                "id": job_id,
                "n": len(chosen),
                "secret": secret,
                "has_secret": 1 if secret is not None else 0,
                "limiter": limiter,
            },
        )
        return len(chosen)


def _require(job: Any, step: str, states: Sequence[str]) -> None:
    if job["state"] not in states:
        public = job_of(job).state
        raise WrongState(f"A job that is {public} cannot be {step}.")
