"""Housekeeping: removes what was deleted, what retention ends, and what nobody refers to."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import structlog

from metatag_jobs.ports import FileStore, Leadership
from metatag_jobs.stores import Artifacts, JobStore
from metatag_runtime.loops import is_cancelling

log = structlog.get_logger("metatag.jobs.sweeper")

# Deleted jobs are removed soon, ages are looked at seldom. Seconds.
PURGE_PERIOD = 2.0
AGE_PERIOD = 300.0

# Rows a step.
PORTION = 1000

_DAY = 86_400.0


@dataclass(frozen=True)
class Retention:
    """How long things stay; 0 days: for ever."""

    job_days: float
    file_days: float
    event_hours: float
    upload_hours: float


class Sweeper:
    """A service of the host; works only while this process leads."""

    name = "jobs-sweeper"

    def __init__(
        self,
        *,
        jobs: JobStore,
        artifacts: Artifacts,
        files: FileStore,
        leadership: Leadership,
        retention: Retention,
        purge_period: float = PURGE_PERIOD,
    ) -> None:
        self._jobs = jobs
        self._artifacts = artifacts
        self._files = files
        self._leadership = leadership
        self._retention = retention
        self._purge_period = purge_period
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._keep_sweeping(), name="jobs-sweeper")

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_sweeping(self) -> None:
        next_ages = asyncio.get_running_loop().time()
        while not is_cancelling():
            await asyncio.sleep(self._purge_period)
            try:
                if not await self._leadership.leads():
                    continue
                await self.purge()
                if asyncio.get_running_loop().time() >= next_ages:
                    next_ages = asyncio.get_running_loop().time() + AGE_PERIOD
                    await self.age()
            except Exception as error:
                log.warning("sweep failed", error=repr(error))

    async def purge(self) -> None:
        """Remove the rows and objects of deleted jobs, and of creations that stand still."""
        await self._artifacts.drop_stale_creations()
        more = True
        while more:
            objects, more = await self._jobs.purge(PORTION)
            await self._delete(objects)

    async def age(self) -> None:
        """Remove what is too old."""
        keep = self._retention
        await self._artifacts.expire_events(keep.event_hours * 3600, PORTION)
        if keep.job_days:
            await self._artifacts.expire_jobs(keep.job_days * _DAY, PORTION)
        if keep.file_days:
            while objects := await self._artifacts.expire_files(keep.file_days * _DAY, PORTION):
                await self._delete(objects)
        while objects := await self._artifacts.expire_uploads(keep.upload_hours * 3600, PORTION):
            await self._delete(objects)

    async def _delete(self, objects: list[str]) -> None:
        for name in objects:
            with contextlib.suppress(asyncio.TimeoutError):
                async with asyncio.timeout(30):
                    await self._files.delete(name)
