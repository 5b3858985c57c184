"""Waiting for a job's end, over restarts of the jobs service."""

from __future__ import annotations

import asyncio
import random

from metatag_gateway.errors import StillRunning
from metatag_gateway.model.jobs import Job
from metatag_gateway.ports import Jobs
from metatag_runtime.errors import ErrorCode, MetatagError

# The jobs service restarts, or its connection grew too old: the job itself goes on.
_PASSING = frozenset({ErrorCode.UNAVAILABLE, ErrorCode.CANCELLED, ErrorCode.BUSY})

# A job whose events are silent is looked at after so long, then ever more rarely. Seconds.
FIRST_LOOK = 0.7
LAST_LOOK = 5.0


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
    """Return the job once it has ended: by its events, or by a look now and then.

    The events come from one replica, and one that is frozen sends none until its connection is given up; a look is
    answered by another one.
    """
    watching = asyncio.ensure_future(_watched(jobs, user_id, job))
    pause = FIRST_LOOK
    try:
        while True:
            done, _ = await asyncio.wait({watching}, timeout=pause * random.uniform(0.8, 1.2))  # noqa: S311  jitter
            if done:
                return watching.result()
            found = await _look(jobs, user_id, job.id)
            if found is not None and found.ended:
                return found
            pause = min(LAST_LOOK, pause * 2)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watched(jobs: Jobs, user_id: str, job: Job) -> Job:
    while True:
        async for event in jobs.watch(user_id, job.id, job.seq):
            if event is not None and event.job is not None and event.job.ended:
                return event.job
        # The stream ended without the last event; look, and watch again if there is more to come.
        found = await jobs.get(user_id, job.id)
        if found.ended:
            return found
        await asyncio.sleep(0.2)


async def _look(jobs: Jobs, user_id: str, job_id: str) -> Job | None:
    """Return the job, or None where the service does not answer now: the events are waited for still."""
    try:
        return await jobs.get(user_id, job_id)
    except MetatagError as error:
        if error.code not in _PASSING and error.code is not ErrorCode.DEADLINE_EXCEEDED:
            raise
        return None
