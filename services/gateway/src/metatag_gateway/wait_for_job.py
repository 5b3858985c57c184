"""Waiting for a job's end, over restarts of the jobs service."""

from __future__ import annotations

import asyncio

from metatag_gateway.errors import StillRunning
from metatag_gateway.model.jobs import Job
from metatag_gateway.ports import Jobs
from metatag_runtime.errors import ErrorCode, MetatagError

# The jobs service restarts, or its connection grew too old: the job itself goes on.
_PASSING = frozenset({ErrorCode.UNAVAILABLE, ErrorCode.CANCELLED, ErrorCode.BUSY})


async def until_ended(jobs: Jobs, user_id: str, job: Job, seconds: float) -> Job:
    """Give the job as it ended; StillRunning after `seconds`. Only the waiting ends then, not the job."""
    if job.ended:
        return job
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    return await _follow(jobs, user_id, job)
                except MetatagError as error:
                    if error.code not in _PASSING:
                        raise
                    await asyncio.sleep(0.2)
    except TimeoutError:
        raise StillRunning(job.id) from None


async def _follow(jobs: Jobs, user_id: str, job: Job) -> Job:
    while True:
        async for event in jobs.watch(user_id, job.id, job.seq):
            if event is not None and event.job is not None and event.job.ended:
                return event.job
        # The stream ended without the last event; look, and watch again if there is more to come.
        found = await jobs.get(user_id, job.id)
        if found.ended:
            return found
        await asyncio.sleep(0.2)
