"""Single documents: clients that leave, that do not want to wait, that repeat themselves; files of any size."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator

import httpx
import psutil
import pytest
import structlog

from fakes.gateway_system import System, running
from fakes.jobs_service import PDF, FakeJobsService
from metatag.v1 import jobs_pb2 as j
from metatag_gateway.routes import bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")
MIB = 1024 * 1024
HOLD = {"config": (None, "{}"), "pdf_url": (None, "http://x/hold.pdf")}


async def test_a_client_that_leaves_cancels_nothing_and_finds_the_answer_in_the_history(system: System) -> None:
    user = await system.register()
    with pytest.raises(httpx.ReadTimeout):
        await system.client.post("/api/single/process", headers=user["headers"], files=HOLD, timeout=0.5)
    (job,) = system.jobs.engine.of_user(user["user"]["id"])
    async with asyncio.timeout(5):
        while system.jobs.engine.watches:
            await asyncio.sleep(0.02)
    assert job.job.state == j.JOB_STATE_PROCESSING
    job.release.set()
    await system.ended(job.job.id)
    found = await system.client.get(f"/api/history/jobs/{job.job.id}", headers=user["headers"])
    assert found.json()["data"]["documents"][0]["tags"][0] == "annual report"


async def test_the_log_line_of_a_request_names_its_job_and_its_document(system: System) -> None:
    user = await system.register()
    quiet = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        files = {**HOLD, "pdf_url": (None, "http://x/a.pdf")}
        answer = await system.client.post("/api/single/process", headers=user["headers"], files=files)
    structlog.configure(wrapper_class=quiet)
    line = next(each for each in lines if each.get("path") == "/api/single/process")
    said = answer.json()["data"]
    assert (line["job_id"], line["document_id"]) == (said["job_id"], said["document_id"])


async def test_who_asks_for_it_gets_the_job_at_once_and_the_result_later(system: System) -> None:
    user = await system.register()
    headers = {**user["headers"], "Prefer": "respond-async"}
    answer = await system.client.post("/api/single/process", headers=headers, files=HOLD)
    assert answer.status_code == 202
    job = system.jobs.engine.jobs[answer.json()["data"]["job_id"]]
    job.release.set()
    await system.ended(job.job.id)
    found = await system.client.get(answer.headers["location"], headers=user["headers"])
    assert found.json()["data"]["status"] == "completed"


async def test_a_wait_is_kept_and_answers_with_what_is_there(system: System) -> None:
    user = await system.register()
    headers = {**user["headers"], "Prefer": "respond-async, wait=20"}
    answer = await system.client.post(
        "/api/single/process", headers=headers, files={**HOLD, "pdf_url": (None, "http://x/a.pdf")}
    )
    assert answer.status_code == 200
    headers["Prefer"] = "respond-async, wait=1"
    assert (await system.client.post("/api/single/process", headers=headers, files=HOLD)).status_code == 202


async def test_beyond_the_deadline_the_job_is_named_with_504_or_202(system: System) -> None:
    async with running(single_seconds=0.3) as quick:
        user = await quick.register()
        answer = await quick.client.post("/api/single/process", headers=user["headers"], files=HOLD)
        assert answer.status_code == 504
        assert answer.json()["job_id"] in quick.jobs.engine.jobs
        headers = {**user["headers"], "Prefer": "respond-async, wait=60"}
        answer = await quick.client.post("/api/single/process", headers=headers, files=HOLD)
        assert answer.status_code == 202


async def test_a_repetition_with_the_same_key_is_the_same_job(system: System) -> None:
    user = await system.register()
    headers = {**user["headers"], "Idempotency-Key": "once"}
    answers = [await system.single(headers) for _ in range(3)]
    assert len({answer.json()["data"]["job_id"] for answer in answers}) == 1
    body = {"documents": [{"file_path": "http://x/a.pdf"}], "config": {}}
    headers["Idempotency-Key"] = "once more"
    starts = [await system.client.post("/api/batch/start", headers=headers, json=body) for _ in range(3)]
    assert len({start.json()["data"]["job_id"] for start in starts}) == 1
    assert len(system.jobs.engine.of_user(user["user"]["id"])) == 2


async def test_the_provider_key_reaches_jobs_and_nothing_else(system: System) -> None:
    user = await system.register()
    answer = await system.single(user["headers"], api_key="sk-very-secret", num_tags=4)
    (job,) = system.jobs.engine.of_user(user["user"]["id"])
    assert job.provider_key == "sk-very-secret"
    detail = await system.client.get(f"/api/history/jobs/{job.job.id}", headers=user["headers"])
    assert detail.json()["data"]["config"] == {"model_name": "openai/gpt-4o-mini", "num_pages": 3, "num_tags": 4}
    assert "sk-very-secret" not in answer.text + detail.text


async def test_the_id_of_a_request_goes_to_jobs(system: System) -> None:
    user = await system.register()
    answer = await system.single({**user["headers"], "X-Request-ID": "from-the-client.1"})
    (job,) = system.jobs.engine.of_user(user["user"]["id"])
    assert job.request_id == answer.headers["x-request-id"] == "from-the-client.1"
    answer = await system.single({**user["headers"], "X-Request-ID": "no\tgood <id>"})
    assert answer.headers["x-request-id"] not in ("", "no\tgood <id>")


async def test_a_file_above_the_bound_is_413_however_its_length_is_told() -> None:
    async with running(max_upload_bytes=1024 * 1024) as system:
        user = await system.register()
        big = PDF + b"x" * (2 * 1024 * 1024)
        answer = await system.single(user["headers"], content=big)
        assert (answer.status_code, answer.json()["detail"]) == (413, "The file is larger than 1 MiB.")

        async def chunked() -> AsyncIterator[bytes]:
            yield b'--e\r\nContent-Disposition: form-data; name="pdf_file"; filename="a.pdf"\r\n\r\n'
            for _ in range(40):
                yield b"x" * 65536

        headers = {**user["headers"], "Content-Type": "multipart/form-data; boundary=e"}
        answer = await system.client.post("/api/single/process", headers=headers, content=chunked())
        assert answer.status_code == 413
        assert (await system.single(user["headers"])).status_code == 200


async def test_a_stalled_upload_is_given_up() -> None:
    async with running(body_idle_seconds=0.3) as system:
        user = await system.register()

        async def stalling() -> AsyncIterator[bytes]:
            yield b'--e\r\nContent-Disposition: form-data; name="pdf_file"; filename="a.pdf"\r\n\r\n%PDF'
            await asyncio.sleep(5)
            yield b"never read"

        headers = {**user["headers"], "Content-Type": "multipart/form-data; boundary=e"}
        answer = await system.client.post("/api/single/process", headers=headers, content=stalling())
        assert answer.status_code == 400
        assert "stalled" in answer.json()["detail"]


async def test_concurrent_singles_are_bounded_where_the_operator_says_so() -> None:
    async with running(concurrent_singles=1) as system:
        user = await system.register()
        first = asyncio.create_task(system.client.post("/api/single/process", headers=user["headers"], files=HOLD))
        async with asyncio.timeout(5):
            while not system.jobs.engine.jobs:
                await asyncio.sleep(0.01)
        second = await system.single(user["headers"])
        assert second.status_code == 429
        assert int(second.headers["retry-after"]) >= 1
        next(iter(system.jobs.engine.jobs.values())).release.set()
        assert (await first).status_code == 200
        assert (await system.single(user["headers"])).status_code == 200


async def test_quotas_answer_429_with_the_time_to_come_back() -> None:
    async with running(requests_per_minute=5, documents_per_day=2, upload_mib_per_day=2) as system:
        user = await system.register()
        statuses = [(await system.single(user["headers"])).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        other = await system.register()
        body = {"documents": [{"file_path": "http://x/a.pdf"}] * 3, "config": {}}
        answer = await system.client.post("/api/batch/start", headers=other["headers"], json=body)
        assert answer.status_code == 429
        assert "2 documents a day" in answer.json()["detail"]
        answers = [await system.client.get("/api/auth/me", headers=other["headers"]) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_request_repeated_with_its_idempotency_key_is_counted_once() -> None:
    async with running(documents_per_day=3) as system:
        headers = (await system.register())["headers"]
        body = {"documents": [{"file_path": f"http://x/{n}.pdf"} for n in range(2)], "config": {}}
        batch, single = {**headers, "Idempotency-Key": "b"}, {**headers, "Idempotency-Key": "s"}
        answers = [await system.client.post("/api/batch/start", headers=batch, json=body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert len({answer.json()["data"]["job_id"] for answer in answers}) == 1
        assert [(await system.single(single)).status_code for _ in range(3)] == [200] * 3
        # The third document of the day was the last; what was asked for before is answered all the same.
        assert (await system.single(headers)).status_code == 429
        assert (await system.single(single)).status_code == 200
        refused = await system.client.post("/api/batch/start", headers=batch, json={**body, "config": {"num_tags": 5}})
        assert refused.status_code == 422


async def test_a_request_that_is_refused_is_not_counted() -> None:
    async with running(documents_per_day=1) as system:
        headers = (await system.register())["headers"]
        body = {"documents": [{"file_path": "http://x/a.pdf"}], "config": {"vocabulary": "unknown"}}
        for _ in range(3):
            answer = await system.client.post("/api/batch/start", headers=headers, json=body)
            assert answer.status_code in (400, 404)
        assert (await system.single(headers)).status_code == 200


@pytest.mark.parametrize(
    ("size", "settings"),
    # As published; and ten times as much, where the operator lifts the limit. MiB.
    [(49, {}), (500, {"max_upload_bytes": 600 * MIB})],
    ids=["49 MiB", "500 MiB with the limit lifted"],
)
@pytest.mark.timeout(240)
async def test_a_large_upload_takes_no_more_memory_than_a_small_one(size: int, settings: dict[str, int]) -> None:
    async with running(servicer=FakeJobsService(), **settings) as system:
        user = await system.register()
        await system.single(user["headers"])
        process = psutil.Process(os.getpid())
        before, most = process.memory_info().rss, 0

        async def body() -> AsyncIterator[bytes]:
            nonlocal most
            yield b'--e\r\nContent-Disposition: form-data; name="config"\r\n\r\n{}\r\n--e\r\n'
            yield b'Content-Disposition: form-data; name="pdf_file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
            block = b"x" * MIB
            for _ in range(size):
                yield block
                most = max(most, process.memory_info().rss)
            yield b"\r\n--e--\r\n"

        headers = {**user["headers"], "Content-Type": "multipart/form-data; boundary=e"}
        answer = await system.client.post("/api/single/process", headers=headers, content=body(), timeout=200)
        assert answer.status_code == 200, answer.text
        # Client, gateway and fake jobs together, whatever the size.
        assert (most - before) / MIB < 40
        (stored,) = [file for file in system.jobs.files.values() if file.size_bytes > MIB]
        assert stored.size_bytes == size * MIB + 9


async def test_many_files_come_in_one_form_and_a_batch_uses_them(system: System) -> None:
    user = await system.register()
    files = [("files", (f"{number}.pdf", PDF + bytes([number]), "application/pdf")) for number in range(20)]
    answer = await system.client.post("/api/batch/uploads", headers=user["headers"], files=files)
    stored = answer.json()["data"]["files"]
    assert answer.json()["data"]["stored_count"] == 20
    asked = [{"content_sha256": file["content_sha256"].upper(), "file_name": file["file_name"]} for file in stored]
    asked.append({"content_sha256": "0" * 64, "file_name": "new.pdf"})
    found = await system.client.post("/api/batch/uploads/find", headers=user["headers"], json={"files": asked})
    assert [file["file_path"] for file in found.json()["data"]["files"]] == [*(f["file_path"] for f in stored), None]
    stranger = await system.register()
    found = await system.client.post("/api/batch/uploads/find", headers=stranger["headers"], json={"files": asked})
    assert found.json()["data"]["found_count"] == 0
    rows = [{"file_path": file["file_path"], "file_source_type": "upload"} for file in stored]
    body = {"documents": [*rows, {"file_path": "upload://f-none/a.pdf", "file_source_type": "upload"}], "config": {}}
    start = await system.client.post("/api/batch/start", headers=user["headers"], json=body)
    await system.ended(start.json()["data"]["job_id"])
    job = system.jobs.engine.jobs[start.json()["data"]["job_id"]].job
    assert (job.processed, job.failed) == (20, 1)
    wrong = {**user["headers"], "X-Content-SHA256": "0" * 64}
    answer = await system.client.post("/api/batch/uploads", headers=wrong, files=files[:1])
    assert answer.json()["data"]["files"][0]["error"] == "The file's SHA-256 is another one."


async def test_the_jobs_service_away_is_503_and_the_next_request_works() -> None:
    async with running() as system:
        user = await system.register()
        await system.jobs_service.stop(0)
        answer = await system.single(user["headers"])
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) >= 1
        assert (await system.client.get("/readyz")).status_code == 503
        assert (await system.client.get("/livez")).status_code == 200
        health = (await system.client.get("/api/health")).json()["data"]
        assert health["status"] == "unhealthy"
        assert next(found for found in health["dependencies"] if found["name"] == "jobs")["detail"]
        await system.restart_jobs()
        async with asyncio.timeout(20):
            while (answer := await system.single(user["headers"])).status_code == 503:
                await asyncio.sleep(0.2)
        assert answer.status_code == 200


async def test_a_hundred_thousand_rows_start_as_one_batch(system: System) -> None:
    user = await system.register()
    rows = [{"file_path": "http://x/hold.pdf"}] * 100_000
    body = json.dumps({"documents": rows, "config": {}}).encode()
    headers = {**user["headers"], "Content-Type": "application/json"}
    answer = await system.client.post("/api/batch/start", headers=headers, content=body, timeout=60)
    assert answer.json()["data"]["total_documents"] == 100_000
    job = answer.json()["data"]["job_id"]
    await system.client.delete(f"/api/history/jobs/{job}", headers=user["headers"])
    body = json.dumps({"documents": [*rows, rows[0]], "config": {}}).encode()
    answer = await system.client.post("/api/batch/start", headers=headers, content=body, timeout=60)
    assert answer.status_code == 413


async def test_uploads_beyond_the_places_wait_and_then_are_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "UPLOAD_WAIT", 0.3)
    async with running(max_uploads=1) as system:
        user = await system.register()
        release = asyncio.Event()

        async def held() -> AsyncIterator[bytes]:
            yield b'--e\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF-1.4 '
            await release.wait()
            yield b"\r\n--e--\r\n"

        headers = {**user["headers"], "Content-Type": "multipart/form-data; boundary=e"}
        first = asyncio.create_task(system.client.post("/api/batch/uploads", headers=headers, content=held()))
        await asyncio.sleep(0.3)
        refused = await system.single(user["headers"])
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "10"
        release.set()
        assert (await first).json()["data"]["stored_count"] == 1
        assert (await system.single(user["headers"])).status_code == 200
