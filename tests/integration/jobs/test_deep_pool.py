"""Pages that come out badly are read again by a second pool, and nothing fails where it cannot help."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fakes.fake_ocr_node import FakeOcrNode, fake_pdf, ocr_service
from fakes.jobs_process import JobsProcess, running_jobs, specs, until
from metatag.v1 import document_pb2, jobs_pb2

BAD = "Tne qu1ck br0wn"
GOOD = "The quick brown"


@asynccontextmanager
async def deep_service(**settings: str) -> AsyncIterator[tuple[JobsProcess, FakeOcrNode]]:
    """A jobs service with a deep node beside the ordinary one."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"unix:{folder}/deep.sock"
        deep = FakeOcrNode()
        async with contextlib.AsyncExitStack() as stack:
            service = ocr_service(deep, address)
            await service.start()
            stack.push_async_callback(service.stop, 0)
            service = await stack.enter_async_context(running_jobs(**{"deep_ocr_address": address, **settings}))
            yield service, deep


async def read(service: JobsProcess, body: bytes) -> tuple[Sequence[document_pb2.Page], list[document_pb2.Page]]:
    """Gives the pages of a document sent alone, as its result and as its events told them."""
    file_id = await service.client.upload(body)
    made = await service.client.create(
        specs(file_id, 1), type=jobs_pb2.JOB_TYPE_SINGLE, options=jobs_pb2.ProcessOptions(num_pages=50)
    )
    job = await service.client.finished(made.job.id)
    assert job.state == jobs_pb2.JOB_STATE_COMPLETED
    told = [each.page.page for each in await service.client.watch(made.job.id) if each.HasField("page")]
    document = (await service.client.documents(made.job.id))[0]
    asked = jobs_pb2.GetDocumentRequest(user_id=service.client.user, document_id=document.id)
    return (await service.client.stub.GetDocument(asked)).document.result.pages, told


def texts(told: list[document_pb2.Page]) -> dict[int, str]:
    """Gives the texts by page; results leave them out, events of a document sent alone hold them."""
    return {page.number: page.text for page in told}


async def test_bad_pages_are_read_again_by_the_deep_pool_and_the_better_text_is_kept() -> None:
    async with deep_service() as (service, deep):
        pages, told = await read(service, fake_pdf(pages=5, bad=[2, 4]))
    assert [page.method for page in pages] == [
        document_pb2.PAGE_METHOD_EASYOCR if page.number in (2, 4) else document_pb2.PAGE_METHOD_TEXT_LAYER
        for page in pages
    ]
    again = pages[1]
    assert (again.confidence, again.language, again.reason) == (80.0, "eng", "no_text")
    assert (again.tries, again.recognize_ms, list(again.notes)) == (4, 1000, [])
    assert deep.pages_read == 2, "only the bad pages travel there"
    assert sorted(page.number for page in told) == [1, 2, 3, 4, 5], "each page is told once"
    assert all(page.text.startswith(GOOD) for page in told)


async def test_a_worse_second_text_is_not_kept_and_the_notes_say_that_it_was_tried() -> None:
    async with deep_service(deep_ocr_engine="rapidocr") as (service, _):
        pages, told = await read(service, fake_pdf(pages=2, bad=[2], deep={"text": "?", "confidence": 30.0}))
    assert texts(told)[2].startswith(BAD)
    assert list(pages[1].notes) == ["read_again_by_rapidocr"]


async def test_without_a_deep_pool_the_page_says_so_and_the_document_is_done() -> None:
    async with running_jobs() as service:
        pages, told = await read(service, fake_pdf(pages=2, bad=[2]))
    assert texts(told)[2].startswith(BAD)
    assert list(pages[1].notes) == ["deep_engine_not_installed"]
    assert len(told) == 2


async def test_a_deep_pool_that_is_away_costs_seconds_and_no_document() -> None:
    async with running_jobs(deep_ocr_address="unix:/nowhere/deep.sock") as service:
        start = time.monotonic()
        pages, told = await read(service, fake_pdf(pages=2, bad=[2]))
    assert time.monotonic() - start < 30
    assert texts(told)[2].startswith(BAD)
    assert list(pages[1].notes) == ["deep_engine_absent"]
    assert sorted(page.number for page in told) == [1, 2]


async def test_a_failing_deep_pool_fails_no_document() -> None:
    async with deep_service() as (service, _):
        failed, _ = await read(service, fake_pdf(pages=1, bad=[1], deep={"fail": "internal"}))
        lacking, _ = await read(service, fake_pdf(pages=1, bad=[1], deep={"fail": "language_not_installed"}))
    assert list(failed[0].notes) == ["deep_engine_failed"]
    assert list(lacking[0].notes) == ["deep_engine_lacks_language"]


async def test_a_result_that_was_read_without_the_deep_pool_is_read_anew_when_there_is_one(tmp_path: Path) -> None:
    """The pool is part of a result's identity, so that yesterday's bad text does not come back from the store."""
    kept = {"database_url": f"sqlite+aiosqlite:///{tmp_path}/jobs.sqlite", "files_url": str(tmp_path / "files")}
    body = fake_pdf(pages=1, bad=[1])
    async with running_jobs(**kept) as service:
        before, _ = await read(service, body)
        await read(service, body)
        assert service.ocr.pages_read == 1, "the same document is not read twice"
    async with deep_service(**kept) as (service, deep):
        # Its nodes must have told their versions, which is what the identity is made of.
        await until(lambda: deep.asked > 0)
        after, _ = await read(service, body)
        await read(service, body)
        assert deep.pages_read == 1, "nor is it twice with the pool"
    assert list(before[0].notes) == ["deep_engine_not_installed"]
    assert after[0].method == document_pb2.PAGE_METHOD_EASYOCR
