"""A Redis that answers and does not do what it is asked: full, forgetful, or turned into a replica."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from faults.system import FaultySystem
from faults.watch import begun, recovery

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]

# What Redis is told, and told afterwards.
FAULTS = {
    "Redis is out of memory": (["CONFIG SET maxmemory 1"], ["CONFIG SET maxmemory 0"]),
    "Redis evicts any key": (
        ["CONFIG SET maxmemory-policy allkeys-random", "CONFIG SET maxmemory 1"],
        ["CONFIG SET maxmemory 0", "CONFIG SET maxmemory-policy noeviction"],
    ),
    "Redis is a replica that takes no writes": (["REPLICAOF 127.0.0.1 1"], ["REPLICAOF NO ONE"]),
}


@asynccontextmanager
async def told(system: FaultySystem, before: list[str], after: list[str]) -> AsyncIterator[None]:
    async with Redis.from_url(system.redis.url) as redis:
        try:
            for command in before:
                await redis.execute_command(*command.split())
            yield
        finally:
            for command in after:
                await redis.execute_command(*command.split())


@pytest.mark.parametrize("what", FAULTS)
async def test_a_batch_goes_on_by_itself_after(what: str, system: FaultySystem) -> None:
    batch = await begun(system)
    async with told(system, *FAULTS[what]):
        await asyncio.sleep(10)
    (await recovery(batch)).check(what)
