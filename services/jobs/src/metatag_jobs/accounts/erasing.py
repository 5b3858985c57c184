"""Removes all that users had, in the background, a portion of each in turn."""

from __future__ import annotations

import asyncio

import structlog

from metatag_jobs.accounts.stores import ErasureStore
from metatag_jobs.ports import EventBus, Leadership
from metatag_runtime.loops import is_cancelling

log = structlog.get_logger("metatag.jobs.accounts")

PERIOD = 2.0
# Rows a portion.
PORTION = 1000
# Requests that were under way when the account ended may still write; the longest takes 65 minutes. Until then a user
# is looked at again and again. Seconds.
CLOSING = 7200.0


class AccountEraser:
    """A service of the host; works only while this process leads."""

    name = "jobs-accounts"

    def __init__(
        self,
        store: ErasureStore,
        event_bus: EventBus,
        leadership: Leadership,
        *,
        period: float = PERIOD,
        closing: float = CLOSING,
    ) -> None:
        self._store = store
        self._event_bus = event_bus
        self._leadership = leadership
        self._period = period
        self._closing = closing
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look for users."""
        self._task = asyncio.create_task(self._keep_erasing(), name="jobs-accounts")

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """End; a portion that is not written is done again by the next one."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_erasing(self) -> None:
        while not is_cancelling():
            await asyncio.sleep(self._period)
            try:
                if await self._leadership.leads():
                    await self.round()
            except Exception as error:
                log.warning("accounts not erased, trying again", error=repr(error))

    async def round(self) -> None:
        """Do one portion for each user."""
        for erasure in await self._store.open():
            try:
                step = await self._store.step(erasure.user_id, PORTION)
                for job_id in step.job_ids:
                    # Its documents in work stop.
                    await self._event_bus.control(job_id)
                if step.is_done and erasure.age > self._closing:
                    await self._store.close(erasure.user_id)
                elif step.is_done and not erasure.is_done:
                    log.info("account erased", user_id=erasure.user_id)
            except Exception as error:
                log.warning("account not erased, trying again", user_id=erasure.user_id, error=repr(error))
