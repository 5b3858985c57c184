"""How documents leave a worker, in SQL: done, failed, or back into the queue; in groups, fenced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metatag_jobs.adapters.sql import statements_dispatch as D
from metatag_jobs.adapters.sql import statements_work as S
from metatag_jobs.adapters.sql.dialect import as_json, fetch, rows_json
from metatag_jobs.adapters.sql.engine import SqlEngine, grouped
from metatag_jobs.adapters.sql.events import job_event, job_of
from metatag_jobs.adapters.sql.search import search_row
from metatag_jobs.adapters.sql.transact import writes, writes_by_key
from metatag_jobs.jsonable import pack
from metatag_jobs.model import JobEvent
from metatag_jobs.results import DocumentResult, Problem
from metatag_jobs.work import Finish, Release
from metatag_runtime.sql import Transaction


class SqlEnds(SqlEngine):
    """Ends and hand-backs of the port WorkStore."""

    @writes_by_key
    async def finish(self, transaction: Transaction, owner: str, finishes: Sequence[Finish]) -> dict[str, str]:
        """Store results, counters, events and search entries in one transaction; give the job's state by document."""
        now = self._database.now()
        # All that can be made before is: one job's groups wait for each other from the lock on.
        by_job = grouped((each.claim.job_id, _End.of(each, now)) for each in finishes)
        states: dict[str, str] = {}
        for job_id in sorted(by_job):
            await transaction.run(self._sql(D.LOCK_ANY), {"id": job_id})
            states |= await self._finish_job(transaction, owner, job_id, by_job[job_id])
        return states

    async def _finish_job(
        self, transaction: Transaction, owner: str, job_id: str, ends: Sequence[_End]
    ) -> dict[str, str]:
        rows = rows_json(end.row for end in ends)
        kept_ids = {row["id"] for row in await fetch(transaction, self._sql(S.FINISH), rows=rows, owner=owner)}
        kept = [end for end in ends if end.row["id"] in kept_ids]
        if not kept:
            return {}
        await self._store_results(transaction, kept)
        bad = sum(not end.good for end in kept)
        counters = (
            await fetch(
                transaction,
                self._sql(S.ENDED),
                id=job_id,
                n=len(kept),
                good=len(kept) - bad,
                bad=bad,
                cost=sum(end.cost_micros for end in kept),
            )
        )[0]
        await self._events.store(transaction, job_id, _end_events(kept, counters), counters["seq"])
        over = counters["done"] + counters["failed"] + counters["cancelled"] >= counters["total"]
        state = await self._end_if_done(transaction, job_id) if over else ""
        if not state:
            state = counters["state"]
            budget = counters["budget_micros"]
            if state == "running" and 0 < budget <= counters["cost_micros"]:
                await self._pause_job(
                    transaction, job_id, "budget_exhausted", "The job has used up its budget; resume it to go on."
                )
                state = "paused"
        return dict.fromkeys(kept_ids, state)

    async def _store_results(self, transaction: Transaction, kept: Sequence[_End]) -> None:
        results = [end.result for end in kept if end.result]
        if results:
            await transaction.run(self._sql(S.RESULTS), {"rows": rows_json(results)})
        # Runs over other documents are neither searched for nor looked at: what they found is written to those.
        own = [end for end in kept if not end.finish.claim.reprocess_of]
        found = [end.search for end in own if end.result]
        if found:
            await self._search.add(transaction, found)
        if own:
            flagged = [{"id": end.row["id"], "reasons": end.reasons} for end in own]
            await transaction.run(self._sql(S.REVIEW), {"rows": rows_json(flagged)})
        again = [end.finish for end in kept if end.finish.reprocessed]
        await self._runs.apply(transaction, [each for each in again if each.claim.reprocess_of])
        await self._runs.amend(transaction, [each for each in again if not each.claim.reprocess_of])

    async def _pause_job(self, transaction: Transaction, job_id: str, code: str, message: str) -> None:
        taken = await transaction.run(self._sql(S.TAKE_BACK), {"id": job_id})
        problem = as_json(pack(Problem(code, message)))
        await transaction.run(self._sql(S.PAUSE_REASON), {"id": job_id, "problem": problem, "back": taken})
        job = job_of((await fetch(transaction, self._sql(D.JOB), id=job_id))[0])
        await self._events.append(transaction, job_id, [job_event(job, self._database.now())])

    @writes
    async def pause_for(self, transaction: Transaction, job_id: str, code: str, message: str) -> None:
        """Pause a job for a reason that its user must see to; does nothing unless it runs."""
        job = await fetch(transaction, self._sql(S.LOCK_RUNNING), id=job_id)
        if job and job[0]["state"] == "running":
            await self._pause_job(transaction, job_id, code, message)

    @writes_by_key
    async def release(self, transaction: Transaction, owner: str, releases: Sequence[Release]) -> set[str]:
        """Put owned documents back into the queue; give those that were still owned."""
        ids = as_json([each.document_id for each in releases])
        jobs = {row["job_id"] for row in await fetch(transaction, self._sql(S.JOBS_OF), ids=ids)}
        open_jobs = set()
        for job_id in sorted(jobs):
            locked = await fetch(transaction, self._sql(D.LOCK_ANY), id=job_id)
            if locked and locked[0]["state"] in ("running", "paused"):
                open_jobs.add(job_id)
        rows = await fetch(
            transaction, self._sql(S.RELEASE), rows=rows_json(_release_row(each) for each in releases), owner=owner
        )
        for job_id, group in grouped((row["job_id"], row["id"]) for row in rows).items():
            if job_id in open_jobs:
                await transaction.run(self._sql(S.RETURNED), {"id": job_id, "n": len(group)})
        return {row["id"] for row in rows}


@dataclass(frozen=True)
class _End:
    """The rows of a document's end; those of the search only when there is a result."""

    row: dict[str, Any]
    result: dict[str, Any] | None
    search: dict[str, Any]
    event: dict[str, Any]
    good: bool
    cost_micros: int
    reasons: int
    finish: Finish

    @classmethod
    def of(cls, each: Finish, now: float) -> _End:
        """Make them, but for what the job's row knows."""
        each.document.processed_at = now
        document_id = each.claim.document_id
        return cls(
            row=_finish_row(each),
            result={"id": document_id, "body": as_json(pack(each.result))} if each.result else None,
            search=search_row(each) if each.result else {},
            event=pack(JobEvent(at=now, document=each.document)),
            good=each.document.state == "success",
            cost_micros=each.cost_micros,
            reasons=each.reasons,
            finish=each,
        )


def _end_events(kept: Sequence[_End], counters: Any) -> list[dict[str, Any]]:
    """Give the end events with the counters as they were after each, the last with those of now."""
    good = sum(end.good for end in kept)
    done, failed = counters["done"] - good, counters["failed"] - (len(kept) - good)
    for end in kept:
        done, failed = done + end.good, failed + (not end.good)
        counts = {"total": counters["total"], "processed": done, "failed": failed, "cancelled": counters["cancelled"]}
        end.event.update(counts)
    return [end.event for end in kept]


def _finish_row(each: Finish) -> dict[str, Any]:
    problem = each.document.problem
    return {
        "id": each.claim.document_id,
        "attempt": each.claim.attempt,
        "state": "done" if each.document.state == "success" else "failed",
        "title": each.document.title,
        "problem": as_json(pack(problem)) if problem else None,
        "tries": each.document.tries,
        **_facts(each.result),
    }


def _facts(result: DocumentResult | None) -> dict[str, Any]:
    if result is None:
        return {"language": None, "method": None, "confidence": None}
    return {
        "language": result.language[:16],
        "method": result.extraction_method[:32],
        "confidence": result.ocr_confidence,
    }


def _release_row(each: Release) -> dict[str, Any]:
    return {
        "id": each.document_id,
        "attempt": each.attempt,
        "wait": each.not_before,
        "tries": int(each.used_try),
        "waits": int(each.waited),
        "problem": as_json(pack(each.problem)) if each.problem else None,
    }
