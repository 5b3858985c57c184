"""Loops that outlive failures of what they call: they do not spin, do not end in silence, and end when cancelled."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger("metatag.loops")

# A step that returns sooner than this has waited for nothing. Seconds.
INSTANT = 0.005
# So many instant returns in a row mean that what is asked is dead, or that the loop would take the whole CPU.
MAX_INSTANT = 10
# The pause that then lets the rest of the process run. Seconds.
BREATH = 0.05


def is_cancelling() -> bool:
    """Tell whether the running task was cancelled, also when a library turned that into an error of its own.

    A driver interrupted in the middle of an answer may raise "connection lost" instead of CancelledError; a loop that
    logs failures and goes on would then never end, and a stop would wait for it for ever.

    Before Python 3.13 a task in which an `asyncio.TaskGroup` failed counts as cancelled from then on, so a loop that
    asks this must not hold a TaskGroup.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Quiet:
    """Tells a quiet connection from a dead one that answers "nothing" at once.

    A library may take the kernel's ETIMEDOUT, which is a TimeoutError, for an answer that has not come yet. It then
    returns without having waited, each time, and a loop around it never gives the event loop back.
    """

    def __init__(self, expected: float) -> None:
        """Create the counter for calls that wait `expected` seconds when there is nothing."""
        self._expected = expected
        self._early = 0

    async def nothing_came(self, seconds: float) -> None:
        """Note that a call gave nothing after `seconds`; raise ConnectionError after MAX_INSTANT early ones."""
        if seconds >= self._expected / 2:
            self._early = 0
            return
        self._early += 1
        if self._early >= MAX_INSTANT:
            raise ConnectionError("the connection gives nothing, and at once: it is dead")
        await asyncio.sleep(BREATH)

    def something_came(self) -> None:
        """Note that the connection lives."""
        self._early = 0


async def run_forever(step: Callable[[], Awaitable[object]], name: str, *, pause: float = 0.5) -> None:
    """Await `step()` again and again until the task is cancelled.

    A failure of any kind is logged once for as long as it stays the same, and followed by `pause` seconds with jitter.
    A step that keeps returning at once is slowed down, unless it returns True: it found work.
    """
    failing = ""
    instant = 0
    while not is_cancelling():
        start = time.monotonic()
        try:
            found = await step()
        except Exception as error:
            # The text may hold an address that changes; the kind of failure is what is named once.
            if failing != type(error).__name__:
                failing = type(error).__name__
                log.warning("background step failed, trying again", step=name, error=repr(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  jitter, no secret
            continue
        if failing:
            log.info("background step works again", step=name)
            failing = ""
        instant = instant + 1 if found is not True and time.monotonic() - start < INSTANT else 0
        if instant >= MAX_INSTANT:
            await asyncio.sleep(BREATH)
