"""Connections that are reset, refused or silent in the middle of a batch: it goes on by itself, soon after the fault.

Real processes with a proxy before everything they call. Run by `make test-faults`.
"""

from __future__ import annotations

import asyncio
import random

import pytest

from faults.system import FaultySystem
from faults.watch import SINGLE, begun, others, recovery

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]

# What is broken, how, for how many seconds.
FAULTS = {
    "Redis is silent": ("*>redis", "hole", 8),
    "Redis refuses": ("*>redis", "refuse", 8),
    "the object store refuses": ("*>s3", "refuse", 12),
    "the object store answers 500": ("*>s3", 500, 10),
    "the object store answers 404": ("*>s3", 404, 8),
    "the clock of one worker is wrong for the object store": ("worker1>s3", 403, 10),
    "PostgreSQL refuses": ("*>postgres", "refuse", 6),
    "PostgreSQL is silent for one worker": ("worker1>postgres", "hole", 12),
    "the answers of an OCR node are lost": ("*>ocr1", "hole_down", 10),
    "the tagger is silent for one worker": ("worker1>tagger", "hole", 10),
}


@pytest.mark.parametrize("what", FAULTS)
async def test_a_batch_goes_on_by_itself_after(what: str, system: FaultySystem) -> None:
    pattern, mode, seconds = FAULTS[what]
    batch = await begun(system)
    with system.broken(pattern, mode):
        await asyncio.sleep(seconds)
    (await recovery(batch)).check(what)


@pytest.mark.parametrize("server", ["redis", "postgres", "s3"])
async def test_a_batch_goes_on_by_itself_after_resets_of(server: str, system: FaultySystem) -> None:
    batch = await begun(system)
    for _ in range(20):
        system.reset(f"*>{server}")
        await asyncio.sleep(random.uniform(0.2, 0.4))
    (await recovery(batch)).check(f"resets of {server}")
    # Nobody ended.
    assert all(process.poll() is None for process in system.processes.values())


async def test_other_peoples_documents_do_not_wait_for_a_worker_that_is_cut_off(system: FaultySystem) -> None:
    batch = await begun(system)
    with system.broken("worker1>postgres", "hole"):
        async with others(system) as singles:
            await asyncio.sleep(15)
    print(f"singles: {[round(each, 1) for each in singles.seconds]}")
    assert singles.seconds
    assert not singles.failed
    assert max(singles.seconds) <= SINGLE
    (await recovery(batch)).check("one worker cut off")


async def test_late_and_slow_connections_only_cost_time(system: FaultySystem) -> None:
    batch = await begun(system)
    with system.broken("*>postgres", delay=0.05), system.broken("*>redis", delay=0.05):
        await asyncio.sleep(8)
    (await recovery(batch)).check("50 ms more to PostgreSQL and Redis")
