"""Anything may be killed in the middle of a batch: nothing is lost, nothing is doubled, only stages in flight repeat.

Real processes, real PostgreSQL and Redis, fast fake OCR and tagger nodes. Run by `make test-chaos`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator

import grpc
import pytest

from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_database import rows
from fakes.jobs_room import Client, specs, until
from fakes.jobs_system import LEASE, System
from metatag.v1 import jobs_pb2
from metatag_runtime.sql import Database

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

# Fewer on a machine that is busy with other things: CHAOS_DOCUMENTS=150.
COUNT = int(os.environ.get("CHAOS_DOCUMENTS", "500"))
# Documents of both workers that may be in flight: only their running stage may be repeated.
IN_FLIGHT = 2 * 8


@pytest.fixture
async def system() -> AsyncIterator[System]:
    running = System()
    try:
        await running.start("ocr1", "ocr2", "tagger", "api1")
        await running.start("api2", "worker1", "worker2")
        yield running
    finally:
        await running.close()


async def submit(system: System) -> tuple[Client, str]:
    client = system.client()
    file_id = await client.upload(fake_pdf(pages=1))
    job_id = (await client.create(specs(file_id, COUNT))).job.id
    return client, job_id


async def reach(client: Client, job_id: str, processed: int) -> None:
    async def there() -> bool:
        return (await client.job(job_id)).processed >= processed

    await until(there, 120)


class Observer:
    """Follows a job over whichever replica answers, with the number of the last event it saw."""

    def __init__(self, client: Client, job_id: str) -> None:
        self.seen: list[int] = []
        self.ended: list[int] = []
        self.task = asyncio.create_task(self._follow(client, job_id))

    async def _follow(self, client: Client, job_id: str) -> None:
        while True:
            after = self.seen[-1] if self.seen else 0
            request = jobs_pb2.WatchJobRequest(user_id="u1", job_id=job_id, after=after)
            try:
                async for answer in client.stub.WatchJob(request, timeout=240):
                    if answer.HasField("event"):
                        self._take(answer.event)
                return
            except grpc.aio.AioRpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL):
                    raise
                await asyncio.sleep(0.2)

    def _take(self, event: jobs_pb2.JobEvent) -> None:
        self.seen.append(event.seq)
        if event.HasField("document") and event.document.state != jobs_pb2.DOCUMENT_STATE_PROCESSING:
            self.ended.append(event.document.position)


async def settle(system: System, client: Client, job_id: str, observer: Observer, repeats: int = IN_FLIGHT) -> None:
    """Wait for the end and check the books."""
    async with asyncio.timeout(240):
        await observer.task
    job = await client.job(job_id)
    assert (job.state, job.processed, job.failed) == (jobs_pb2.JOB_STATE_COMPLETED, COUNT, 0)
    assert observer.seen == list(range(1, job.seq + 1))
    assert sorted(observer.ended) == list(range(COUNT))
    database = Database(system.database_url)
    results = await rows(database, "SELECT count(*) AS n FROM doc_result")
    states = await rows(database, "SELECT state, count(*) AS n FROM doc GROUP BY state")
    await database.close()
    assert results[0]["n"] == COUNT
    assert states == [{"state": "done", "n": COUNT}]
    tagged = system.tagged()
    assert len(tagged) == COUNT
    assert sum(tagged.values()) - COUNT <= repeats
    print(f"repeated tag stages: {sum(tagged.values()) - COUNT}")


async def test_a_killed_worker_loses_nothing_and_is_noticed_within_a_lease(system: System) -> None:
    client, job_id = await submit(system)
    observer = Observer(client, job_id)
    await reach(client, job_id, COUNT // 8)
    system.kill("worker1")
    start = time.monotonic()
    database = Database(system.database_url)

    async def taken_back() -> bool:
        crashed = await rows(database, "SELECT count(*) AS n FROM doc WHERE crashes > 0")
        return bool(crashed[0]["n"])

    await until(taken_back, 3 * LEASE)
    # One lease, one round of the reaper, and a busy machine.
    assert time.monotonic() - start <= LEASE + 4
    await database.close()
    await settle(system, client, job_id, observer)


async def test_a_killed_leader_is_followed_by_another(system: System) -> None:
    client, job_id = await submit(system)
    observer = Observer(client, job_id)
    await reach(client, job_id, COUNT // 8)
    # api1 started first: it leads, and it serves half of the calls.
    system.kill("api1")
    await settle(system, system.client("api2"), job_id, observer)


async def test_a_killed_ocr_node_costs_only_its_pages(system: System) -> None:
    client, job_id = await submit(system)
    observer = Observer(client, job_id)
    await reach(client, job_id, COUNT // 8)
    system.kill("ocr1")
    await reach(client, job_id, COUNT // 2)
    await system.start("ocr1")
    await settle(system, client, job_id, observer)


async def test_a_redis_that_forgets_everything_costs_time_only(system: System) -> None:
    client, job_id = await submit(system)
    observer = Observer(client, job_id)
    for processed in (COUNT // 10, COUNT // 3, COUNT // 2):
        await reach(client, job_id, processed)
        system.redis.flush()
    await settle(system, client, job_id, observer)


async def test_a_redis_that_stops_and_comes_back_costs_time_only(system: System) -> None:
    client, job_id = await submit(system)
    observer = Observer(client, job_id)
    await reach(client, job_id, COUNT // 8)
    system.redis.stop()
    await asyncio.sleep(2)
    system.redis.start()
    await settle(system, client, job_id, observer)


async def test_a_postgres_that_crashes_and_restarts_loses_no_finished_document(system: System) -> None:
    client, job_id = await submit(system)
    observer = Observer(client, job_id)
    await reach(client, job_id, COUNT // 8)
    system.postgres.stop("immediate")
    await asyncio.sleep(1)
    system.postgres.start()
    await settle(system, client, job_id, observer)


async def test_everything_killed_at_once_goes_on_after_the_start(system: System) -> None:
    client, job_id = await submit(system)
    await reach(client, job_id, COUNT // 8)
    for name in ("worker1", "worker2", "api1", "api2", "ocr1", "ocr2"):
        system.kill(name)
    system.redis.flush()
    await system.start("ocr1", "ocr2", "api1", "api2", "worker1", "worker2")
    client = system.client()
    await settle(system, client, job_id, Observer(client, job_id))


async def test_control_survives_restarts(system: System) -> None:
    client, job_id = await submit(system)
    await reach(client, job_id, COUNT // 20)
    await client.control(job_id, jobs_pb2.JOB_CONTROL_PAUSE)
    for name in ("api1", "api2", "worker1", "worker2"):
        system.kill(name)
    await system.start("api1", "api2", "worker1", "worker2")
    client = system.client()
    await asyncio.sleep(LEASE + 2)
    paused = await client.job(job_id)
    assert paused.state == jobs_pb2.JOB_STATE_PAUSED
    assert paused.running == 0
    await client.control(job_id, jobs_pb2.JOB_CONTROL_RESUME)
    await settle(system, client, job_id, Observer(client, job_id))


async def test_a_worker_that_is_told_to_stop_hands_back_and_uses_up_nothing(system: System) -> None:
    client, job_id = await submit(system)
    observer = Observer(client, job_id)
    await reach(client, job_id, COUNT // 8)
    system.processes["worker1"].terminate()
    assert system.processes["worker1"].wait(40) == 0
    await settle(system, client, job_id, observer, repeats=0)
    database = Database(system.database_url)
    crashes = await rows(database, "SELECT SUM(crashes) AS crashes, SUM(tries) AS tries FROM doc")
    await database.close()
    assert crashes == [{"crashes": 0, "tries": 0}]
