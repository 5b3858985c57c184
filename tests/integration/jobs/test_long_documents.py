"""A long document that is interrupted goes on where it was, not at its first page."""

from __future__ import annotations

from pathlib import Path

from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_database import rows
from fakes.jobs_process import running_jobs, until
from metatag.v1 import jobs_pb2
from metatag_runtime.sql import Database

PAGES = 300


async def test_a_worker_that_takes_over_a_long_document_reads_only_what_is_missing(tmp_path: Path) -> None:
    shared = {"database_url": f"sqlite+aiosqlite:///{tmp_path}/jobs.sqlite", "files_url": str(tmp_path / "files")}
    async with running_jobs(**shared) as service:
        job_id = await service.client.batch(1, fake_pdf(pages=PAGES, ms=20), num_pages=PAGES)
        await until(lambda: service.ocr.pages_read >= PAGES // 2)
    async with running_jobs(**shared) as service:
        job = await service.client.finished(job_id)
        assert job.state == jobs_pb2.JOB_STATE_COMPLETED
        (document,) = await service.client.documents(job_id)
        assert document.result.page_count == PAGES
        request = jobs_pb2.GetDocumentRequest(user_id="u1", document_id=document.id)
        text = (await service.client.stub.GetDocument(request)).document.text
        places = [text.index(f"Page {number}.") for number in range(1, PAGES + 1)]
        assert places == sorted(places)
        assert service.ocr.pages_read <= PAGES * 3 // 4
        # Two stage outputs and the file: no part is left after the sweeper's next round.
        files = tmp_path / "files"
        await until(lambda: len([path for path in files.rglob("*") if path.is_file()]) == 3)
    database = Database(shared["database_url"])
    assert await rows(database, "SELECT id FROM artifact WHERE kind = 'part'") == []
    await database.close()


async def test_parts_of_another_version_of_the_engine_are_not_used(tmp_path: Path) -> None:
    shared = {"database_url": f"sqlite+aiosqlite:///{tmp_path}/jobs.sqlite", "files_url": str(tmp_path / "files")}
    async with running_jobs(**shared) as service:
        job_id = await service.client.batch(1, fake_pdf(pages=PAGES, ms=20), num_pages=PAGES)
        await until(lambda: service.ocr.pages_read >= PAGES // 2)
    for path in (tmp_path / "files").rglob("*"):
        if path.is_file() and path.read_bytes().startswith(b'{"digest"'):
            path.write_bytes(path.read_bytes().replace(b'{"digest": "', b'{"digest": "another'))
    async with running_jobs(**shared) as service:
        assert (await service.client.finished(job_id)).state == jobs_pb2.JOB_STATE_COMPLETED
        assert service.ocr.pages_read == PAGES
