"""Housekeeping: removes what was deleted, what retention ends, and what nobody refers to."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

import structlog
from prometheus_client import Counter

from metatag_jobs.ports import FileStore, Leadership
from metatag_jobs.records.stores import TagJobStore, TrashStore
from metatag_jobs.stores import Artifacts, JobStore, ObjectAccount
from metatag_runtime.loops import is_cancelling

log = structlog.get_logger("metatag.jobs.sweeper")

# Deleted jobs are removed soon, ages are looked at seldom. Seconds.
PURGE_PERIOD = 2.0
AGE_PERIOD = 300.0

# Rows a step.
PORTION = 1000

# Objects deleted at one time, and the time for one. Seconds.
DELETED_AT_ONCE = 16
DELETE_SECONDS = 10.0
# An object that no row names is a left-over when it is older. Seconds; one of 256 parts of the store is looked at each
# AGE_PERIOD.
UNKNOWN_AGE = 86_400.0

_DAY = 86_400.0

UNKNOWN = Counter(
    "metatag_jobs_unknown_objects_total", "Objects found in the store, older than a day, that no row names."
)


@dataclass(frozen=True)
class Retention:
    """How long things stay; 0 days: for ever."""

    job_days: float
    file_days: float
    event_hours: float
    upload_hours: float
    # Whether objects that no row names are deleted, or only counted.
    delete_unknown: bool = False
    trash_days: float = 0.0
    tag_job_days: float = 0.0


class Sweeper:
    """A service of the host; works only while this process leads."""

    name = "jobs-sweeper"

    def __init__(
        self,
        *,
        jobs: JobStore,
        trash: TrashStore,
        tag_jobs: TagJobStore,
        artifacts: Artifacts,
        objects: ObjectAccount,
        files: FileStore,
        leadership: Leadership,
        retention: Retention,
        purge_period: float = PURGE_PERIOD,
    ) -> None:
        self._jobs = jobs
        self._trash = trash
        self._tag_jobs = tag_jobs
        self._artifacts = artifacts
        self._objects = objects
        # The store itself: what it deletes is off the account afterwards.
        self._files = files
        # Not always the same part first, however often the leader changes.
        self._shard = random.randrange(256)  # noqa: S311  no secret
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
                    await self.look_for_unknown()
            except Exception as error:
                log.warning("sweep failed", error=repr(error))

    async def purge(self) -> None:
        """Remove the rows of deleted jobs and of creations that stand still, and the objects that are due."""
        await self._artifacts.drop_stale_creations()
        more = True
        while more:
            _, more = await self._jobs.purge(PORTION)
        await self.delete_due()

    async def age(self) -> None:
        """Remove the rows of what is too old; its objects are due from then on."""
        keep = self._retention
        await self._artifacts.expire_events(keep.event_hours * 3600, PORTION)
        if keep.job_days:
            await self._artifacts.expire_jobs(keep.job_days * _DAY, PORTION)
        if keep.trash_days:
            while await self._trash.expire(keep.trash_days, PORTION) == PORTION:
                pass
        if keep.tag_job_days:
            while await self._tag_jobs.expire(keep.tag_job_days * _DAY, PORTION) == PORTION:
                pass
        if keep.file_days:
            while await self._artifacts.expire_files(keep.file_days * _DAY, PORTION):
                pass
        while await self._artifacts.expire_uploads(keep.upload_hours * 3600, PORTION):
            pass

    async def delete_due(self) -> None:
        """Delete the objects that are due. Those that cannot be deleted stay on the account and come again."""
        while names := await self._objects.due(DELETED_AT_ONCE * 8):
            for start in range(0, len(names), DELETED_AT_ONCE):
                some = names[start : start + DELETED_AT_ONCE]
                deleted = await asyncio.gather(*(self._delete(name) for name in some))
                gone = [name for name, done in zip(some, deleted, strict=True) if done]
                left = [name for name in some if name not in gone]
                if gone:
                    await self._objects.forget(gone)
                if left:
                    await self._objects.postpone(left)
                    log.warning("objects not deleted, trying again later", count=len(left))
                if not gone:
                    # The store is away: the others would only wait for it as well.
                    return

    async def look_for_unknown(self) -> int:
        """Look at one part of the store for objects that no row names; return how many were found old enough."""
        shard, self._shard = f"{self._shard:02x}", (self._shard + 1) % 256
        found = 0
        async for portion in self._files.list_objects(shard):
            old = [name for name, age in portion if age > UNKNOWN_AGE]
            unknown = await self._objects.unknown(old) if old else []
            found += len(unknown)
            if unknown and self._retention.delete_unknown:
                await self._objects.doom(unknown)
        if found:
            log.warning("objects that no row names", shard=shard, count=found, deleted=self._retention.delete_unknown)
        UNKNOWN.inc(found)
        return found

    async def _delete(self, name: str) -> bool:
        try:
            async with asyncio.timeout(DELETE_SECONDS):
                await self._files.delete(name)
        except Exception as error:
            log.info("object not deleted", error=type(error).__name__)
            return False
        return True
