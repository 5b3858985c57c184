"""Calls from outside during a fault: answered by whoever can, refused with a time to come back, never half done."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc
import httpx
import pytest

from chaos.door import Person
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import until
from faults.system import FaultySystem
from faults.watch import CONTROL, SINGLE, begun, recovery
from metatag.v1 import jobs_pb2

T = TypeVar("T")

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]


def rows(system: FaultySystem, count: int) -> list[dict[str, str]]:
    file = system.inbox / f"{uuid.uuid4().hex[:8]}.pdf"
    file.write_bytes(fake_pdf(pages=1, ms=10))
    return [{"title": f"{i}", "file_path": str(file), "file_source_type": "local"} for i in range(count)]


async def test_a_creation_whose_replicas_died_is_begun_anew_under_its_key(system: FaultySystem) -> None:
    key, client = uuid.uuid4().hex, system.client()
    file_id = await client.upload(fake_pdf(pages=1))
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://a.pdf", file_id=file_id)
    documents = [jobs_pb2.DocumentSpec(title=f"{i}", source=source) for i in range(40)]
    header = jobs_pb2.CreateJobHeader(user_id=client.user, type=jobs_pb2.JOB_TYPE_BATCH, idempotency_key=key)

    async def half() -> object:
        yield jobs_pb2.CreateJobRequest(header=header)
        yield jobs_pb2.CreateJobRequest(documents=jobs_pb2.DocumentList(documents=documents[:20]))
        await asyncio.sleep(60)

    call = asyncio.ensure_future(client.stub.CreateJob(half()))
    await asyncio.sleep(1.5)
    system.kill("api1", "api2")
    with pytest.raises(grpc.aio.AioRpcError):
        await call
    await system.start("api1", "api2")
    start = time.monotonic()
    answer = await insist(lambda: client.create(documents, idempotency_key=key))
    print(f"taken over after {time.monotonic() - start:.1f} s")
    assert (answer.job.total, answer.replayed) == (40, False)
    assert (await client.finished(answer.job.id, 90)).processed == 40


async def insist(call: Callable[[], Awaitable[T]]) -> T:
    """Call again while the service is away, as clients do that get a 503."""
    for _ in range(30):
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            await asyncio.sleep(0.5)
    raise AssertionError("the service does not come back")


async def test_calls_with_one_key_at_once_get_one_whole_job(system: FaultySystem) -> None:
    person, key = await Person.register(system), uuid.uuid4().hex
    body = {"documents": rows(system, 200), "config": {}}

    async def send(gateway: str) -> tuple[int, str, int]:
        headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": key}
        async with httpx.AsyncClient(base_url=system.url(gateway), timeout=90, trust_env=False) as http:
            answer = await http.post("/api/batch/start", headers=headers, json=body)
            assert answer.status_code == 200, answer.text
            data = answer.json()["data"]
            return answer.status_code, data["job_id"], data["total_documents"]

    answers = await asyncio.gather(*(send(f"gateway{1 + i % 2}") for i in range(6)))
    assert len({job_id for _, job_id, _ in answers}) == 1
    assert {(status, total) for status, _, total in answers} == {(200, 200)}
    await person.post(f"/api/batch/jobs/{answers[0][1]}/cancel")


async def test_pause_and_reads_are_answered_by_the_other_replica_when_one_is_frozen(system: FaultySystem) -> None:
    person = await Person.register(system)
    batch = await person.batch(fake_pdf(pages=1, ms=300), 60)
    took = []
    with system.frozen("api1"):
        for step in ("pause", "resume", "pause", "resume"):
            for gateway in ("gateway1", "gateway2"):
                start = time.monotonic()
                await person.post(
                    f"/api/batch/jobs/{batch.job_id}/{step}", gateway=gateway
                ) if gateway == "gateway1" else (await read(person, batch.job_id, gateway))
                took.append(time.monotonic() - start)
    print(f"answered after {[round(each, 2) for each in took]}")
    assert max(took) <= CONTROL
    await batch.settle(repeats=None)


async def test_a_single_document_does_not_wait_for_a_replica_that_is_frozen(system: FaultySystem) -> None:
    person = await Person.register(system)
    with system.frozen("api1"):
        took = [await person.single(fake_pdf(pages=1, ms=20, salt=uuid.uuid4().hex)) for _ in range(6)]
    print(f"\nsingles: {[round(each, 1) for each in took]}")
    assert max(took) <= SINGLE
    # The replica goes on with what it had taken: it may make no second job of it.
    await begun(system, 10)
    headers = {"Authorization": f"Bearer {person.token}"}
    async with httpx.AsyncClient(base_url=system.url("gateway1"), timeout=60, trust_env=False) as http:
        jobs = (await http.get("/api/history/jobs", headers=headers)).json()["data"]["jobs"]
    assert sorted(job["status"] for job in jobs) == ["completed"] * len(took)


async def read(person: Person, job_id: str, gateway: str) -> None:
    headers = {"Authorization": f"Bearer {person.token}"}
    async with httpx.AsyncClient(base_url=person.system.url(gateway), timeout=60, trust_env=False) as http:
        answer = await http.get(f"/api/batch/jobs/{job_id}/status", headers=headers)
    assert answer.status_code == 200, answer.text


async def test_an_absent_database_or_store_is_a_503_with_a_time_to_come_back(system: FaultySystem) -> None:
    person = await Person.register(system)
    batch = await begun(system, 20)
    headers = {"Authorization": f"Bearer {person.token}"}
    refused = {}
    async with httpx.AsyncClient(base_url=system.url("gateway1"), timeout=60, trust_env=False) as http:
        with system.broken("api*>postgres", "refuse"):
            refused["history"] = await http.get("/api/history/documents", headers=headers)
            refused["start"] = await http.post(
                "/api/batch/start", headers=headers, json={"documents": rows(system, 1), "config": {}}
            )
        with system.broken("api*>s3", "refuse"):
            files = {"file": ("a.pdf", fake_pdf(pages=1, salt=uuid.uuid4().hex), "application/pdf")}
            refused["upload"] = await http.post("/api/batch/uploads", headers=headers, files=files)
    found = {name: (answer.status_code, "Retry-After" in answer.headers) for name, answer in refused.items()}
    assert set(found.values()) == {(503, True)}, found
    (await recovery(batch)).check("the database refuses")


async def test_everything_of_a_user_is_gone_after_a_delete_while_the_store_was_away(system: FaultySystem) -> None:
    before = await asyncio.to_thread(system.objects)
    client = system.client()
    client.user = uuid.uuid4().hex
    job_id = await client.batch(40, fake_pdf(pages=1, ms=20))
    await client.finished(job_id)
    with system.broken("*>s3", "refuse"):
        await client.stub.DeleteJob(jobs_pb2.DeleteJobRequest(user_id=client.user, job_id=job_id), timeout=20)
        await asyncio.sleep(4)
    await until(lambda: _gone(system, before), 60)


async def _gone(system: FaultySystem, before: set[str]) -> bool:
    return await asyncio.to_thread(system.objects) <= before
