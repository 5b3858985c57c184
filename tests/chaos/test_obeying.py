"""Pause, resume and cancel through the public door take effect within two seconds, whatever died in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from chaos.books import Batch
from chaos.door import Person
from chaos.promises import effective, pages_in_work, soon
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import until
from fakes.jobs_system import System

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

WORKING = ("api1", "api2", "worker1", "worker2")
# Longer than any test: nothing but obedience ends such a page.
ENDLESS = fake_pdf(pages=1, ms=600_000)


def at_rest(batch: Batch) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return (await batch.job()).running == 0

    return condition


def going(batch: Batch, processed: int) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return (await batch.job()).processed > processed

    return condition


async def restarted(system: System) -> None:
    system.kill(*WORKING)
    await system.start(*WORKING)


async def nothing(system: System) -> None:
    return


async def redis_gone(system: System) -> None:
    system.redis.stop()


BETWEEN = {"nothing died": nothing, "all of jobs died": restarted, "Redis is gone": redis_gone}


@pytest.mark.parametrize("between", BETWEEN)
async def test_cancel_stops_the_pages_in_work_when(between: str, system: System) -> None:
    person = await Person.register(system)

    async def attempt() -> float:
        batch = await person.batch(ENDLESS, 30)

        async def busy() -> bool:
            return await pages_in_work(system) > 0

        async def idle() -> bool:
            return await pages_in_work(system) == 0

        await until(busy, 60)
        await BETWEEN[between](system)
        await until(busy, 60)
        try:
            await person.control(batch, "cancel")
            took = await effective(idle)
        finally:
            system.redis.start()
        batch.observer.task.cancel()
        job = await batch.job()
        assert (job.cancelled, job.processed) == (30, 0)
        return took

    await soon(attempt)


@pytest.mark.parametrize("between", ["nothing died", "all of jobs died"])
async def test_pause_and_resume_obey_when(between: str, system: System) -> None:
    person = await Person.register(system)

    async def attempt() -> float:
        batch = await person.batch(fake_pdf(pages=1, ms=200), 200)
        await batch.reach(5)
        await person.control(batch, "pause")
        paused = await effective(at_rest(batch))
        await BETWEEN[between](system)
        # A worker that was killed holds nothing any more; a document that it held is given back by its lease.
        held = await batch.job()
        await asyncio.sleep(1)
        assert (await batch.job()).processed == held.processed
        await person.control(batch, "resume", "gateway2")
        resumed = await effective(going(batch, held.processed))
        await person.control(batch, "cancel", "gateway2")
        batch.observer.task.cancel()
        return max(paused, resumed)

    await soon(attempt)
