"""Following a job: every event after a number, once and in order, until the terminal one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from metatag_jobs.model import Job, JobEvent
from metatag_jobs.ports import EventBus
from metatag_jobs.stores import EventLog, JobStore

# Events read at a time.
PORTION = 200

# A lost hint costs at most so long. Seconds.
POLL_SECONDS = 1.0
KEEPALIVE_SECONDS = 15.0


class Watching:
    """The use case WatchJob."""

    def __init__(self, jobs: JobStore, events: EventLog, event_bus: EventBus) -> None:
        self._jobs = jobs
        self._events = events
        self._event_bus = event_bus

    async def follow(self, user_id: str, job_id: str, after: int) -> AsyncIterator[JobEvent | None]:
        """Give events; None is a keepalive. Raises JobNotFound."""
        job = await self._jobs.get(user_id, job_id)
        # Who has seen more than there was saw a history that the database has lost: it is told anew.
        seen, silent_since = after if after <= job.seq else 0, time.monotonic()
        # Subscribe first, then read: what comes between is not lost.
        async with self._event_bus.watch(job_id) as wait:
            while True:
                events = await self._read(job_id, seen)
                for event in events:
                    seen = event.seq
                    yield event
                    if event.is_last and not await self._reopened(job_id, seen):
                        return
                if events:
                    silent_since = time.monotonic()
                    if len(events) < PORTION:
                        # What comes after this reading wakes the waiter.
                        await wait(POLL_SECONDS)
                    continue
                last = await self._ending(job_id, seen)
                if last is not None:
                    yield last
                    return
                if time.monotonic() - silent_since >= KEEPALIVE_SECONDS:
                    silent_since = time.monotonic()
                    yield None
                await wait(POLL_SECONDS)

    async def _read(self, job_id: str, seen: int) -> list[JobEvent]:
        found = await self._event_bus.tail(job_id, seen, PORTION)
        if found is None:
            found = await self._events.after(job_id, seen, PORTION)
        # Readers may trust the order even if a store does not.
        return [event for i, event in enumerate(found) if event.seq == seen + 1 + i] or found[:0]

    async def _reopened(self, job_id: str, seen: int) -> bool:
        """Whether failed documents were queued again after the end that was just told."""
        job = await self._events.last(job_id)
        return job is not None and job.seq > seen

    async def _ending(self, job_id: str, seen: int) -> JobEvent | None:
        """Give the terminal event when the stored one is no longer there: the job is deleted or its events expired."""
        job = await self._events.last(job_id)
        if job is None:
            return JobEvent(seq=seen + 1, at=time.time(), job=Job(id=job_id, state="cancelled", seq=seen + 1))
        gone = JobEvent(
            seq=job.seq,
            at=job.completed_at,
            job=job,
            total=job.total,
            processed=job.processed,
            failed=job.failed,
            cancelled=job.cancelled,
        )
        # A state read now may be newer than the events read before: only an end that is told already, or whose
        # events are no longer there, may be made up.
        if gone.is_last and (job.seq <= seen or not await self._events.after(job_id, seen, 1)):
            return gone
        return None
