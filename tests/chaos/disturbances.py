"""What may die in the middle of a batch. Each takes a batch that has begun to get results, and leaves it running."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from chaos.books import Batch
from fakes.jobs_database import rows
from fakes.jobs_process import until
from fakes.jobs_system import LEASE, System
from metatag_runtime.sql import Database

Disturbance = Callable[[Batch], Awaitable[None]]


async def leader_of(system: System) -> str:
    """Return the api replica that leads: the process that the leader's row names, if it is alive."""
    database = Database(system.database_url)
    leading = "SELECT owner FROM leader WHERE beat_at > extract(epoch FROM clock_timestamp()) - 3"
    try:
        async with asyncio.timeout(30):
            while True:
                pids = {int(row["owner"].split(":")[1]) for row in await rows(database, leading)}
                for name in ("api1", "api2"):
                    if system.processes[name].pid in pids:
                        return name
                await asyncio.sleep(0.2)
    finally:
        await database.close()


async def worker_killed(batch: Batch) -> None:
    """Its documents are taken back within a lease."""
    batch.system.kill("worker1")
    start = time.monotonic()

    async def taken_back() -> bool:
        return bool((await batch.rows("SELECT count(*) AS n FROM doc WHERE job_id = :job AND crashes > 0"))[0]["n"])

    await until(taken_back, 10 * LEASE)
    noticed = (time.monotonic() - start) / LEASE
    print(f"noticed after {noticed:.2f} leases")
    assert noticed <= 1


async def leader_killed(batch: Batch) -> None:
    """Another one leads."""
    dead = await leader_of(batch.system)
    batch.system.kill(dead)
    assert await leader_of_the_rest(batch.system, dead) != dead


async def leader_of_the_rest(system: System, dead: str) -> str:
    """Wait for another leader, then start the killed one again; return the leader's name.

    Started before, the killed one may lead again: it is a new process, and as good as any.
    """
    async with asyncio.timeout(30):
        while (found := await leader_of(system)) == dead:
            await asyncio.sleep(0.2)
    await system.start(dead)
    return found


async def api_killed(batch: Batch) -> None:
    """Nobody serves and nobody dispatches for a while."""
    batch.system.kill("api1", "api2")
    await asyncio.sleep(1)
    await batch.system.start("api1", "api2")


async def ocr_node_killed(batch: Batch) -> None:
    """One node is left; the other comes back later."""
    batch.system.kill("ocr1")
    await batch.reach(batch.count // 2)
    await batch.system.start("ocr1")


async def redis_flushed(batch: Batch) -> None:
    """Three times everything is forgotten."""
    for part in (8, 3, 2):
        await batch.reach(batch.count // part)
        batch.system.redis.flush()


async def redis_stopped(batch: Batch) -> None:
    """Gone for two seconds."""
    batch.system.redis.stop()
    await asyncio.sleep(2)
    batch.system.redis.start()


async def postgres_crashed(batch: Batch) -> None:
    """All connections break; what was not committed never was."""
    batch.system.postgres.stop("immediate")
    await asyncio.sleep(1)
    batch.system.postgres.start()


async def postgres_frozen(batch: Batch) -> None:
    """Connections stay open and nothing is answered, for longer than a lease: no worker can say that it lives."""
    batch.system.postgres.freeze()
    try:
        await asyncio.sleep(LEASE + 2)
    finally:
        batch.system.postgres.thaw()


async def redis_frozen(batch: Batch) -> None:
    """Connections stay open and nothing is answered; the batch goes on when it is back."""
    batch.system.redis.freeze()
    try:
        await asyncio.sleep(LEASE + 2)
    finally:
        batch.system.redis.thaw()


async def everything_killed(batch: Batch) -> None:
    """As when the power fails."""
    names = ("worker1", "worker2", "api1", "api2", "ocr1", "ocr2")
    batch.system.kill(*names)
    batch.system.redis.flush()
    await batch.system.start(*names)


DISTURBANCES: dict[str, Disturbance] = {
    "a worker is killed": worker_killed,
    "the leader is killed": leader_killed,
    "all api replicas are killed": api_killed,
    "an OCR node is killed and comes back": ocr_node_killed,
    "Redis forgets everything, three times": redis_flushed,
    "Redis stops and comes back": redis_stopped,
    "PostgreSQL crashes and restarts": postgres_crashed,
    "PostgreSQL freezes and thaws": postgres_frozen,
    "Redis freezes and thaws": redis_frozen,
    "everything is killed at once": everything_killed,
}
