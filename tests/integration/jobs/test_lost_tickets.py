"""Tickets that are lost are sent again at once: nobody waits for the lease of what was admitted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from fakes import servers
from fakes.jobs_database import make_job
from fakes.jobs_process import until
from metatag_jobs.adapters.memory.event_bus import MemoryEventBus
from metatag_jobs.adapters.redis.tickets import RedisTickets
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.events import SqlEventLog
from metatag_jobs.adapters.sql.leadership import SoleLeader
from metatag_jobs.adapters.sql.work import SqlWorkStore
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_jobs.dispatcher import Dispatcher
from metatag_jobs.plan import plan
from metatag_jobs.work import Ticket
from metatag_runtime.sql import Database, migrate

# The lease of a worker; what is admitted has four times as long.
LEASE = 15.0


@dataclass
class Half:
    """The dispatching half of the service, and the workers' end of the queue."""

    jobs: SqlJobStore
    store: SqlWorkStore
    tickets: RedisTickets
    dispatcher: Dispatcher

    async def admitted(self) -> list[Ticket]:
        return await self.store.admitted(100)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[set[str]]:
        """Give the documents whose tickets arrive."""
        arrived: set[str] = set()

        async def handle(ticket: Ticket) -> None:
            arrived.add(ticket.document_id)

        task = asyncio.create_task(self.tickets.listen(handle, 4, 2))
        yield arrived
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def half() -> AsyncIterator[Half]:
    redis, postgres = servers.redis(), servers.postgres()
    redis.start()
    redis.flush()
    url = postgres.new_database()
    migrate(url, MIGRATIONS, VERSION_TABLE)
    database = Database(url)
    tickets = RedisTickets(redis.url, "l:")
    await tickets.start()
    store = SqlWorkStore(database)
    dispatcher = Dispatcher(
        store=store,
        queue=tickets,
        event_bus=MemoryEventBus(),
        events=SqlEventLog(database),
        leadership=SoleLeader(),
        lease=LEASE,
        admitted_lease=4 * LEASE,
        max_crashes=5,
        max_running=0,
    )
    await store.heartbeat("w", "host", 4, 2)
    yield Half(SqlJobStore(database), store, tickets, dispatcher)
    await dispatcher.stop(1.0)
    await tickets.stop()
    await database.close()
    postgres.drop_database(url)


@pytest.mark.parametrize("loss", ["emptied", "began anew"])
async def test_tickets_that_redis_lost_are_sent_again_within_a_lease(half: Half, loss: str) -> None:
    await half.dispatcher.start()
    await make_job(half.jobs, 2)
    await make_job(half.jobs, 1, type="single")
    await until(lambda: _are(half, 3))
    # Past the first look at Redis, which sends everything once more in any case.
    await asyncio.sleep(1.5)
    if loss == "began anew":
        servers.redis().stop()
        servers.redis().start()
    servers.redis().flush()
    start = time.monotonic()
    async with half.listening() as arrived:
        await until(lambda: len(arrived) == 3, LEASE)
    print(f"{loss}: arrived after {time.monotonic() - start:.1f} s")


async def test_tickets_that_could_not_be_sent_are_sent_when_redis_is_back(half: Half) -> None:
    await half.dispatcher.start()
    servers.redis().stop()
    await make_job(half.jobs, 1, type="single")
    await until(lambda: _are(half, 1))
    await asyncio.sleep(2.5)
    servers.redis().start()
    start = time.monotonic()
    async with half.listening() as arrived:
        await until(lambda: len(arrived) == 1, LEASE)
    print(f"arrived after {time.monotonic() - start:.1f} s")


async def test_a_new_leader_sends_what_the_one_before_it_did_not(half: Half) -> None:
    await make_job(half.jobs, 3)
    assert len(await half.store.admit(*plan(*await half.store.open_jobs()), 4 * LEASE)) == 3
    await half.dispatcher.start()
    async with half.listening() as arrived:
        await until(lambda: len(arrived) == 3, LEASE)


async def _are(half: Half, count: int) -> bool:
    return len(await half.admitted()) == count
