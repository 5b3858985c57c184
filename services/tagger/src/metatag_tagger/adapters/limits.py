"""Limits on calls to the provider: an even pace per key and model, an adaptive number of calls at once.

Where the next free moment is kept (this process or Redis) is the `Schedule`'s business.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from metatag_tagger.adapters.metrics import WAIT_SECONDS
from metatag_tagger.adapters.pace import Gate
from metatag_tagger.errors import NoPlace

_PAIRS = 1_000


class Schedule(Protocol):
    """Hands out moments at which calls may start, evenly spaced, in one order for all who share it."""

    async def reserve(self, name: str, longest: float) -> tuple[bool, float]:
        """Reserve the next moment: (True, seconds until it), or (False, seconds) when that is more than `longest`."""

    async def block(self, name: str, seconds: float) -> None:
        """Give no moment before so many seconds have passed."""


class SharedLimits:
    """Keeps the port Limits over a schedule."""

    def __init__(self, schedule: Schedule, *, concurrency: int, longest_wait: float) -> None:
        self._schedule = schedule
        self._concurrency = concurrency
        self._longest = longest_wait
        self._gates: OrderedDict[str, tuple[Gate, asyncio.Condition, list[int]]] = OrderedDict()

    @asynccontextmanager
    async def slot(self, key: str, model: str) -> AsyncIterator[None]:
        """Wait for a place among the running calls, then for the next moment of the pace."""
        name = f"{key}:{model}"
        begun = time.monotonic()
        async with self._place(name):
            left = max(0.0, self._longest - (time.monotonic() - begun))
            granted, wait = await self._schedule.reserve(name, left)
            if not granted:
                raise NoPlace(wait)
            if wait > 0:
                await asyncio.sleep(wait)
            WAIT_SECONDS.observe(time.monotonic() - begun)
            yield

    async def slow_down(self, key: str, model: str, seconds: float) -> None:
        """Hold back everybody with this key and model, and halve this process's share."""
        name = f"{key}:{model}"
        self._gate(name)[0].bad()
        if seconds > 0:
            await self._schedule.block(name, seconds)

    async def succeeded(self, key: str, model: str) -> None:
        """Note an answer in good time."""
        gate, condition, _ = self._gate(f"{key}:{model}")
        gate.good()
        async with condition:
            condition.notify()

    @asynccontextmanager
    async def _place(self, name: str) -> AsyncIterator[None]:
        gate, condition, running = self._gate(name)
        try:
            async with asyncio.timeout(self._longest or 0.001):
                async with condition:
                    await condition.wait_for(lambda: running[0] < gate.allowed)
                    running[0] += 1
        except TimeoutError:
            raise NoPlace(max(1.0, self._longest / 2)) from None
        try:
            yield
        finally:
            running[0] -= 1
            async with condition:
                condition.notify()

    def _gate(self, name: str) -> tuple[Gate, asyncio.Condition, list[int]]:
        found = self._gates.get(name)
        if found is None:
            found = self._gates[name] = (Gate(self._concurrency), asyncio.Condition(), [0])
            idle = [other for other, entry in self._gates.items() if not entry[2][0] and other != name]
            while len(self._gates) > _PAIRS and idle:
                self._gates.pop(idle.pop(0))
        self._gates.move_to_end(name)
        return found


class MemorySchedule:
    """A schedule for one process. `interval` is the seconds between two calls, 0 for no pace."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._next: dict[str, float] = {}

    async def reserve(self, name: str, longest: float) -> tuple[bool, float]:
        """Reserve the next moment."""
        now = time.monotonic()
        at = max(now, self._next.get(name, 0.0))
        if at - now > longest:
            return False, at - now
        self._next[name] = at + self._interval
        if len(self._next) > 10 * _PAIRS:
            self._next = {other: moment for other, moment in self._next.items() if moment > now}
        return True, at - now

    async def block(self, name: str, seconds: float) -> None:
        """Give no moment before so many seconds have passed."""
        self._next[name] = max(self._next.get(name, 0.0), time.monotonic() + seconds)
