"""For loops that outlive failures: they must not outlive their own cancellation."""

from __future__ import annotations

import asyncio


def asked_to_end() -> bool:
    """Tell whether the running task was cancelled, also when a library turned that into an error of its own.

    A driver interrupted in the middle of an answer may raise "connection lost" instead of CancelledError; a loop that
    logs failures and goes on would then never end, and a stop would wait for it for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
