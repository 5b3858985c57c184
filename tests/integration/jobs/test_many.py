"""Many observers, many documents, many users."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import JobsProcess, specs, until
from metatag.v1 import jobs_pb2


async def test_observers_that_come_late_and_drop_out_see_every_event_once_in_order(either_service: JobsProcess) -> None:
    client = either_service.client
    job_id = await client.batch(150, fake_pdf(pages=1, ms=5))

    async def observe(delay: float) -> list[int]:
        await asyncio.sleep(delay)
        seen: list[int] = []
        while True:
            request = jobs_pb2.WatchJobRequest(user_id="u1", job_id=job_id, after=seen[-1] if seen else 0)
            stay = random.randint(5, 60)
            call = either_service.client.stub.WatchJob(request)
            async for answer in call:
                if answer.HasField("event"):
                    seen.append(answer.event.seq)
                    if answer.event.job.state == jobs_pb2.JOB_STATE_COMPLETED:
                        return seen
                stay -= 1
                if not stay:
                    break
            call.cancel()

    seen = await asyncio.gather(*(observe(delay) for delay in (0, 0, 0.3, 0.8, 2)))
    last = (await client.job(job_id)).seq
    assert all(each == list(range(1, last + 1)) for each in seen)


async def test_a_late_observer_of_an_ended_job_gets_everything_and_the_end(either_service: JobsProcess) -> None:
    client = either_service.client
    job_id = await client.batch(5, fake_pdf(pages=1))
    job = await client.finished(job_id)
    assert [event.seq for event in await client.watch(job_id)] == list(range(1, job.seq + 1))
    assert [event.seq for event in await client.watch(job_id, after=job.seq - 1)] == [job.seq]
    assert (await client.watch(job_id, after=job.seq))[-1].job.state == jobs_pb2.JOB_STATE_COMPLETED


@pytest.mark.timeout(180)
async def test_behind_many_documents_another_users_document_starts_at_once(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1, ms=100))
    big = (await client.create(specs(file_id, 3000))).job.id
    await until(lambda: either_service.ocr.pages_read > 0)
    for user, kind in (("u2", jobs_pb2.JOB_TYPE_BATCH), ("u3", jobs_pb2.JOB_TYPE_SINGLE)):
        other = either_service.as_user(user)
        own = await other.upload(fake_pdf(pages=1, salt=user))
        start = time.monotonic()
        made = await other.create(specs(own, 1), kind)
        request = jobs_pb2.WatchJobRequest(user_id=user, job_id=made.job.id)
        async for answer in other.stub.WatchJob(request):
            if answer.event.HasField("document"):
                break
        # One second by the proof in bench/jobs; a busy machine takes more.
        assert time.monotonic() - start < 5
    assert (await client.job(big)).processed < 2900
    await client.control(big, jobs_pb2.JOB_CONTROL_CANCEL)
