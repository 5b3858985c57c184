"""Runs tag jobs in the background: of each user the oldest one, a portion of each in turn."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from metatag_jobs.ports import Leadership
from metatag_jobs.records.stores import TagJobStore
from metatag_jobs.records.tag_model import TagJob
from metatag_runtime.loops import is_cancelling

log = structlog.get_logger("metatag.jobs.tag_jobs")

# Looks for jobs that another process was asked for. Seconds.
PERIOD = 1.0
# Jobs looked at in one round.
ROUND = 50
# A portion that fails is tried again after a longer and longer time, this often. Seconds.
TRIES = 10
MAX_BACKOFF = 60.0

PROBLEM = "The change of tags could not be finished; what it changed so far can be undone."


class TagJobRunner:
    """A service of the host; works only while this process leads."""

    name = "jobs-tag-jobs"

    def __init__(
        self,
        store: TagJobStore,
        step: Callable[[TagJob], Awaitable[None]],
        leadership: Leadership,
        *,
        period: float = PERIOD,
    ) -> None:
        """`step` does the next portion of a job."""
        self._store = store
        self._step = step
        self._leadership = leadership
        self._period = period
        self._woken = asyncio.Event()
        # When jobs that failed are tried again, by the event loop's clock.
        self._due: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look for work now."""
        self._woken.set()

    async def start(self) -> None:
        """Begin to run jobs."""
        self._task = asyncio.create_task(self._keep_running(), name="jobs-tag-jobs")

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """End; a portion that is not written is done again by the next one."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_running(self) -> None:
        while not is_cancelling():
            self._woken.clear()
            try:
                found = await self._leadership.leads() and await self.round()
            except Exception as error:
                log.warning("tag jobs not run, trying again", error=repr(error))
                found = False
            if not found:
                try:
                    async with asyncio.timeout(self._period):
                        await self._woken.wait()
                except TimeoutError:
                    pass

    async def round(self) -> bool:
        """Do one portion of each user's oldest job; return whether there was one to do."""
        now = asyncio.get_running_loop().time()
        jobs = [job for job in await self._store.open(ROUND) if self._due.get(job.id, 0.0) <= now]
        for job in jobs:
            self._due.pop(job.id, None)
            try:
                await self._step(job)
            except Exception as error:
                await self._failed(job, error)
        return bool(jobs)

    async def _failed(self, job: TagJob, error: Exception) -> None:
        ended = await self._store.tried(job.id, TRIES, PROBLEM)
        log.warning("portion of a tag job failed", tag_job=job.id, error=type(error).__name__, ended=ended)
        if not ended:
            backoff = random.uniform(0.5, 1.0) * min(MAX_BACKOFF, 2.0**job.tries)  # noqa: S311  jitter, no secret
            self._due[job.id] = asyncio.get_running_loop().time() + backoff
