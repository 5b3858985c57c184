"""A thread that ends the process when its event loop is stuck, so that whoever runs it starts a new one.

A loop that a library call never gives back answers no signal and no health check; an orchestrator that restarts only
what has ended would leave it so for ever.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import sys
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger("metatag.watchdog")

# The loop may be stuck for so long. Seconds.
PATIENCE = 30.0
# The loop says that it runs, and the thread looks, this often. Seconds.
PERIOD = 1.0
# The exit code: EX_SOFTWARE of sysexits.h.
STUCK = 70


class LoopWatchdog:
    """A service of the host; `end` is called in the thread when the loop has been stuck for `patience` seconds."""

    name = "watchdog"

    def __init__(
        self, patience: float = PATIENCE, period: float = PERIOD, end: Callable[[int], None] = os._exit
    ) -> None:
        self._most = max(1, round(patience / period))
        self._period = period
        self._end = end
        self._ticks = 0
        self._stopping = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None

    async def start(self) -> None:
        """Begin to watch the running loop."""
        self._task = asyncio.create_task(self._tick(), name="watchdog")
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """Watch no more."""
        self._stopping.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            self._ticks += 1
            await asyncio.sleep(self._period)

    def _watch(self) -> None:
        # Counted in looks of this thread, not in seconds: a process that was stopped as a whole, or a machine that
        # slept, is not stuck.
        seen, missed = -1, 0
        while not self._stopping.wait(self._period):
            missed = missed + 1 if self._ticks == seen else 0
            seen = self._ticks
            if missed >= self._most:
                log.critical("event loop is stuck, ending the process", seconds=round(missed * self._period))
                faulthandler.dump_traceback(file=sys.stderr)
                self._end(STUCK)
                return
