"""Anything may be killed in the middle of a batch: nothing is lost, nothing is doubled, only stages in flight repeat.

Real processes, real PostgreSQL and Redis, fast fake OCR and tagger nodes. Run by `make test-chaos`.
"""

from __future__ import annotations

import asyncio
import uuid

import pytest

from chaos.books import COUNT, Batch
from chaos.disturbances import DISTURBANCES
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_system import LEASE, System
from metatag.v1 import jobs_pb2

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]


async def begun(system: System, part: int = 8) -> Batch:
    """Give a batch of which one part in so many is done."""
    batch = await Batch.start(system, fake_pdf(pages=1), uuid.uuid4().hex[:8])
    await batch.reach(COUNT // part)
    return batch


@pytest.mark.parametrize("what", DISTURBANCES)
async def test_a_batch_loses_nothing_when(what: str, system: System) -> None:
    batch = await begun(system)
    await DISTURBANCES[what](batch)
    await batch.settle()


async def test_a_worker_that_is_told_to_stop_hands_back_and_uses_up_nothing(system: System) -> None:
    batch = await begun(system)
    system.processes["worker1"].terminate()
    assert await asyncio.to_thread(system.processes["worker1"].wait, 60) == 0
    await batch.settle(repeats=0)
    used = await batch.rows("SELECT SUM(crashes) AS crashes, SUM(tries) AS tries FROM doc WHERE job_id = :job")
    assert used == [{"crashes": 0, "tries": 0}]


async def test_a_pause_survives_the_death_of_everybody(system: System) -> None:
    batch = await begun(system, 20)
    await batch.client.control(batch.job_id, jobs_pb2.JOB_CONTROL_PAUSE)
    names = ("api1", "api2", "worker1", "worker2")
    system.kill(*names)
    await system.start(*names)
    await asyncio.sleep(LEASE + 2)
    paused = await batch.job()
    assert (paused.state, paused.running) == (jobs_pb2.JOB_STATE_PAUSED, 0)
    await batch.client.control(batch.job_id, jobs_pb2.JOB_CONTROL_RESUME)
    await batch.settle()
