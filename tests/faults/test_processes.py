"""Processes that freeze, stop or lose what they had in hand."""

from __future__ import annotations

import asyncio
import time

import pytest
from redis.asyncio import Redis

from chaos.disturbances import leader_of
from fakes.jobs_process import until
from faults.system import FaultySystem
from faults.watch import FIRST_PROGRESS, SINGLE, begun, others, progress_during, recovery
from metatag.v1 import jobs_pb2

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]


async def test_another_leads_when_the_leader_is_frozen(system: FaultySystem) -> None:
    batch = await begun(system)
    leader = await leader_of(system)
    with system.frozen(leader):
        # A frozen replica takes connections: ask the other one.
        batch.client = system.client(*({"api1", "api2"} - {leader}))
        await asyncio.sleep(5)
        assert await progress_during(batch, 5) > 0
    (await recovery(batch)).check("the leader is frozen")


async def test_another_leads_when_the_leader_is_cut_off_from_the_database(system: FaultySystem) -> None:
    batch = await begun(system)
    leader = await leader_of(system)
    with system.broken(f"{leader}>postgres", "hole"):
        batch.client = system.client(*({"api1", "api2"} - {leader}))
        await asyncio.sleep(5)
        assert await progress_during(batch, 5) > 0
    (await recovery(batch)).check("the leader is cut off")


async def test_a_worker_frozen_again_and_again_poisons_no_document(system: FaultySystem) -> None:
    batch = await begun(system)
    for _ in range(3):
        with system.frozen("worker1"):
            await asyncio.sleep(17)
        await asyncio.sleep(2)
    (await recovery(batch)).check("a worker is frozen three times")


async def test_a_worker_that_is_told_to_stop_makes_nobody_wait(system: FaultySystem) -> None:
    batch = await begun(system)
    async with others(system) as singles:
        system.processes["worker1"].terminate()
        start = time.monotonic()
        assert await asyncio.to_thread(system.processes["worker1"].wait, 60) == 0
        print(f"ended after {time.monotonic() - start:.1f} s")
        await asyncio.sleep(6)
    await system.start("worker1")
    assert max(singles.seconds) <= SINGLE
    (await recovery(batch)).check("a worker is told to stop")


async def test_tickets_that_redis_lost_are_sent_again(system: FaultySystem) -> None:
    batch = await begun(system)
    async with Redis.from_url(system.redis.url) as redis, others(system) as singles:
        for _ in range(4):
            await redis.delete("metatag:tickets:b", "metatag:tickets:i")
            await asyncio.sleep(1)
        await asyncio.sleep(6)
    assert max(singles.seconds) <= FIRST_PROGRESS
    (await recovery(batch)).check("ticket streams are deleted")


async def test_a_pause_is_obeyed_although_a_worker_was_cut_off_in_a_transaction(system: FaultySystem) -> None:
    batch = await begun(system)
    with system.broken("worker1>postgres", "hole"):
        await asyncio.sleep(1)
        start = time.monotonic()
        await batch.client.control(batch.job_id, jobs_pb2.JOB_CONTROL_PAUSE)
        took = time.monotonic() - start
        print(f"paused after {took:.1f} s")
        # A transaction that its owner left holds the job's row for 1.5 s.
        assert took <= FIRST_PROGRESS
        await batch.client.control(batch.job_id, jobs_pb2.JOB_CONTROL_RESUME)
    await until(lambda: _runs(batch), 30)
    (await recovery(batch)).check("paused while a worker is cut off")


async def _runs(batch: object) -> bool:
    return (await batch.job()).state == jobs_pb2.JOB_STATE_PROCESSING  # type: ignore[attr-defined]
