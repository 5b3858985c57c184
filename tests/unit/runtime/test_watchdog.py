from __future__ import annotations

import asyncio
import threading
import time

from metatag_runtime.watchdog import STUCK, LoopWatchdog


async def test_a_stuck_event_loop_ends_the_process() -> None:
    codes: list[int] = []
    ended = threading.Event()

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    watchdog = LoopWatchdog(patience=0.3, period=0.05, end=end)
    await watchdog.start()
    # The loop stands still until the thread has seen it.
    assert ended.wait(20)
    assert codes == [STUCK]
    await watchdog.stop(1.0)


async def test_a_loop_that_runs_is_left_alone_and_so_is_a_stopped_watchdog() -> None:
    codes: list[int] = []
    watchdog = LoopWatchdog(patience=0.5, period=0.05, end=codes.append)
    await watchdog.start()
    for _ in range(20):
        await asyncio.sleep(0.05)
    await watchdog.stop(1.0)
    time.sleep(1)
    assert codes == []
