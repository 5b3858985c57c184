from __future__ import annotations

import asyncio
import contextlib

from metatag_runtime.loops import asked_to_end


async def test_a_loop_whose_cancellation_was_swallowed_still_ends() -> None:
    started = asyncio.Event()

    async def forgetful() -> None:
        while not asked_to_end():
            started.set()
            # As a driver does that answers with an error of its own.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    task = asyncio.create_task(forgetful())
    await started.wait()
    task.cancel()
    async with asyncio.timeout(10):
        await task
    assert not asked_to_end()
