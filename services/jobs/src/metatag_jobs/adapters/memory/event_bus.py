"""Hints inside one process; there is no hot tail, readers ask SQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from metatag_jobs.model import JobEvent
from metatag_jobs.stores import EventLog


class MemoryEventBus:
    """The port EventBus for the embedded mode, and the process's half of the Redis one."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._announced: list[Callable[[str], None]] = []
        self._on_wake: list[Callable[[], None]] = []
        self._controlled: list[Callable[[str], None]] = []

    async def announce(self, job_ids: Sequence[str]) -> None:
        """Say that jobs have new events."""
        for job_id in job_ids:
            self.wake(job_id)
            for callback in self._announced:
                callback(job_id)

    async def wake_dispatcher(self) -> None:
        """Say that there may be something to dispatch."""
        for callback in self._on_wake:
            callback()

    async def control(self, job_id: str) -> None:
        """Say that a job's state was changed by its user."""
        for callback in self._controlled:
            callback(job_id)

    @asynccontextmanager
    async def watch(self, job_id: str) -> AsyncIterator[Callable[[float], Awaitable[bool]]]:
        """Give a waiter: it returns after the next hint for the job, or False after so many seconds."""
        event = asyncio.Event()
        self._watchers.setdefault(job_id, set()).add(event)

        async def wait(seconds: float) -> bool:
            try:
                async with asyncio.timeout(seconds):
                    await event.wait()
            except TimeoutError:
                return False
            event.clear()
            return True

        try:
            yield wait
        finally:
            watchers = self._watchers[job_id]
            watchers.discard(event)
            if not watchers:
                del self._watchers[job_id]

    def wake(self, job_id: str) -> None:
        """Wake this process's watchers of a job."""
        for event in self._watchers.get(job_id, ()):
            event.set()

    def on_announce(self, callback: Callable[[str], None]) -> None:
        """Have every announced job told."""
        self._announced.append(callback)

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Register a callback for wake-ups."""
        self._on_wake.append(callback)

    def on_control(self, callback: Callable[[str], None]) -> None:
        """Have every control told."""
        self._controlled.append(callback)

    async def tail(self, job_id: str, seq: int, limit: int) -> list[JobEvent] | None:
        """Give None: there is no tail."""
        return None

    async def relay(self, job_id: str, events: EventLog) -> None:
        """Do nothing: there is no tail."""

    async def ping(self) -> None:
        """Always fine."""
