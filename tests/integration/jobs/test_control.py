"""Pause, resume, cancel, delete and retry on running jobs; limits, budgets and keys."""

from __future__ import annotations

import asyncio
import time

import grpc
import pytest

from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_database import rows
from fakes.jobs_process import JobsProcess, specs, until
from metatag.v1 import document_pb2, jobs_pb2
from metatag_runtime.sql import Database

PAUSE, RESUME, CANCEL = jobs_pb2.JOB_CONTROL_PAUSE, jobs_pb2.JOB_CONTROL_RESUME, jobs_pb2.JOB_CONTROL_CANCEL

# Effective within two seconds by contract.
SOON = 2.0


async def code_of(call: object) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call  # type: ignore[misc]
    return refused.value.code()


async def test_pause_lets_stages_end_and_resume_goes_on(either_service: JobsProcess) -> None:
    client = either_service.client
    job_id = await client.batch(60, fake_pdf(pages=1, ms=150), ocr_mode=document_pb2.OCR_MODE_FORCE)
    await until(lambda: either_service.ocr.documents > 0 or either_service.ocr.pages_read > 0)
    paused = await client.control(job_id, PAUSE)
    assert paused.state == jobs_pb2.JOB_STATE_PAUSED

    async def quiet() -> bool:
        return (await client.job(job_id)).running == 0

    await until(quiet, SOON)
    before = (await client.job(job_id)).processed
    await asyncio.sleep(0.7)
    still = await client.job(job_id)
    assert (still.state, still.processed) == (jobs_pb2.JOB_STATE_PAUSED, before)
    await client.control(job_id, PAUSE)
    await client.control(job_id, RESUME)
    assert (await client.finished(job_id)).processed == 60


async def test_cancel_stops_the_page_in_work_and_the_job_at_once(either_service: JobsProcess) -> None:
    client = either_service.client
    job_id = await client.batch(30, fake_pdf(pages=1, ms=20_000))
    await until(lambda: either_service.ocr.documents > 0)
    start = time.monotonic()
    cancelled = await client.control(job_id, CANCEL)
    assert (cancelled.state, cancelled.cancelled) == (jobs_pb2.JOB_STATE_CANCELLED, 30)
    await until(lambda: either_service.ocr.documents == 0, SOON)
    assert time.monotonic() - start < SOON
    assert either_service.ocr.cancelled > 0
    events = await client.watch(job_id)
    assert events[-1].job.state == jobs_pb2.JOB_STATE_CANCELLED
    assert {document.state for document in await client.documents(job_id)} == {jobs_pb2.DOCUMENT_STATE_CANCELLED}


async def test_delete_of_a_running_job_stops_it_and_leaves_nothing(either_service: JobsProcess) -> None:
    client = either_service.client
    job_id = await client.batch(30, fake_pdf(pages=1, ms=20_000))
    watching = asyncio.create_task(client.watch(job_id))
    await until(lambda: either_service.ocr.documents > 0)
    await client.stub.DeleteJob(jobs_pb2.DeleteJobRequest(user_id="u1", job_id=job_id))
    assert await code_of(client.job(job_id)) is grpc.StatusCode.NOT_FOUND
    await until(lambda: either_service.ocr.documents == 0, SOON)
    assert (await watching)[-1].job.state == jobs_pb2.JOB_STATE_CANCELLED
    database = Database(either_service.settings.database_url)

    async def all_gone() -> bool:
        return not await rows(database, "SELECT id FROM doc") and not await rows(database, "SELECT id FROM artifact")

    await until(all_gone, 10)
    await database.close()


async def test_steps_that_the_state_does_not_allow_are_refused(either_service: JobsProcess) -> None:
    client = either_service.client
    job_id = await client.batch(2, fake_pdf(pages=1, ms=300))
    assert await code_of(client.control(job_id, RESUME)) is grpc.StatusCode.FAILED_PRECONDITION
    await client.finished(job_id)
    for step in (PAUSE, RESUME, CANCEL):
        assert await code_of(client.control(job_id, step)) is grpc.StatusCode.FAILED_PRECONDITION
    unknown = "00000000-0000-0000-0000-000000000001"
    assert await code_of(client.control(unknown, PAUSE)) is grpc.StatusCode.NOT_FOUND
    assert await code_of(either_service.as_user("u2").control(job_id, PAUSE)) is grpc.StatusCode.NOT_FOUND


async def test_failed_documents_can_be_tried_again(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    rows_ = specs(file_id, 2) + specs(file_id, 1, '{"fail": "provider_refused", "times": 1}')
    job_id = (await client.create(rows_)).job.id
    assert (await client.finished(job_id)).failed == 1
    request = jobs_pb2.RetryDocumentsRequest(user_id="u1", job_id=job_id)
    assert (await client.stub.RetryDocuments(request)).retried == 1
    job = await client.finished(job_id)
    assert (job.processed, job.failed) == (3, 0)
    events = await client.watch(job_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


async def test_a_rate_limit_delays_but_fails_nobody(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    slow = '{"fail": "provider_rate_limited", "retry_after": 1.0, "times": 1}'
    start = time.monotonic()
    job_id = (await client.create(specs(file_id, 3, slow), provider_key="sk-limited")).job.id
    job = await client.finished(job_id)
    assert (job.processed, job.failed) == (3, 0)
    assert time.monotonic() - start >= 1.0
    assert [document.tries for document in await client.documents(job_id)] == [0, 0, 0]


async def test_real_failures_are_tried_again_and_end(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    job_id = (await client.create(specs(file_id, 1, '{"fail": "provider_unavailable", "times": 1}'))).job.id
    assert (await client.finished(job_id)).processed == 1
    assert (await client.documents(job_id))[0].tries == 1


def degrading() -> jobs_pb2.ProcessOptions:
    return jobs_pb2.ProcessOptions(tag_options=document_pb2.TagOptions(allow_degraded=True))


async def test_a_batch_asks_the_provider_again_before_local_tags_stand_in(service: JobsProcess) -> None:
    client = service.client
    file_id = await client.upload(fake_pdf(pages=1))
    once = specs(file_id, 1, '{"fail": "provider_unavailable", "times": 1}')
    job_id = (await client.create(once, options=degrading())).job.id
    assert (await client.finished(job_id)).processed == 1
    (document,) = await client.documents(job_id)
    assert (document.tries, document.result.degraded) == (1, False)


@pytest.mark.parametrize("failure", ["provider_unavailable", "provider_auth", "provider_credits"])
async def test_a_provider_that_never_answers_costs_a_batch_no_document(service: JobsProcess, failure: str) -> None:
    client = service.client
    file_id = await client.upload(fake_pdf(pages=1))
    options = degrading()
    job_id = (await client.create(specs(file_id, 1, f'{{"fail": "{failure}"}}'), options=options)).job.id
    job = await client.finished(job_id)
    assert (job.processed, job.failed) == (1, 0)
    assert (await client.documents(job_id))[0].result.degraded


async def test_a_job_that_meets_its_budget_pauses_until_its_user_resumes(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    rows_ = [spec for i in range(12) for spec in specs(file_id, 1, f'{{"cost": 100, "n": {i}}}')]
    made = await client.create(rows_, options=jobs_pb2.ProcessOptions(budget_micros=300, max_running=1))

    async def paused() -> bool:
        return (await client.job(made.job.id)).state == jobs_pb2.JOB_STATE_PAUSED

    await until(paused)
    job = await client.job(made.job.id)
    assert job.problem.code == "budget_exhausted"
    assert 300 <= job.cost_micros < 1200
    while (job := await client.job(made.job.id)).state != jobs_pb2.JOB_STATE_COMPLETED:
        if job.state == jobs_pb2.JOB_STATE_PAUSED:
            await client.control(made.job.id, RESUME)
        await asyncio.sleep(0.05)
    assert job.cost_micros == 1200


async def test_a_provider_key_is_used_encrypted_at_rest_and_erased_at_the_end(either_service: JobsProcess) -> None:
    client = either_service.client
    either_service.tagger.keep_requests = True
    database = Database(either_service.settings.database_url)
    file_id = await client.upload(fake_pdf(pages=1, ms=300))
    job_id = (await client.create(specs(file_id, 1), provider_key="sk-very-secret")).job.id
    kept = (await rows(database, "SELECT secret FROM job WHERE id = :id", id=job_id))[0]["secret"]
    assert kept
    assert b"sk-very-secret" not in bytes(kept)
    await client.finished(job_id)
    assert either_service.tagger.requests[0].provider_key == "sk-very-secret"
    assert (await rows(database, "SELECT secret FROM job WHERE id = :id", id=job_id))[0]["secret"] is None
    await database.close()


async def test_max_running_of_a_job_is_kept(either_service: JobsProcess) -> None:
    client = either_service.client
    job_id = await client.batch(8, fake_pdf(pages=1, ms=60), max_running=2)
    await client.finished(job_id)
    assert either_service.ocr.most_documents <= 2
