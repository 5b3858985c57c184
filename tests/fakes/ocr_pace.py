"""Bars in seconds of an idle machine, held on busy ones by measuring how slow the machine is at that moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import psutil

from metatag_runtime.child_pool import ChildPool
from metatag_runtime.child_process import ChildProcess


async def pace(pool: ChildPool) -> float:
    """Tell how many times slower than an idle machine this one is just now; at least 1.

    A child's start is nothing but work (0.2 s on two idle cores, 0.18 s of them CPU time): what it takes by the clock
    beyond its own CPU time, it has waited for others.
    """
    child = ChildProcess(pool.program)
    start = time.monotonic()
    try:
        await child.start()
        seconds = time.monotonic() - start
        used = psutil.Process(child.pid).cpu_times()
        return max(1.0, seconds / (used.user + used.system))
    finally:
        await child.kill()


async def within(pool: ChildPool, seconds: float, condition: Callable[[], object]) -> float:
    """Wait until a condition holds and give the seconds it took; fails after `seconds`.

    Only where a child takes longer to start than on an idle machine as well, is the bar as many times longer.
    """
    start, bar, measured = time.monotonic(), seconds, False
    while not condition():
        if time.monotonic() - start > bar:
            assert not measured, f"took more than {bar:.1f} s; the bar is {seconds} s on an idle machine"
            bar, measured = seconds * await pace(pool), True
        await asyncio.sleep(0.01)
    return time.monotonic() - start
