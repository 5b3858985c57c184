"""The same deaths under the product's own OCR nodes and tagger: twenty small scans, read by Tesseract."""

from __future__ import annotations

import pytest

from chaos.books import Batch
from chaos.disturbances import DISTURBANCES
from chaos.door import Follower, Person
from chaos.promises import effective, pages_in_work, soon
from fakes.jobs_process import until
from fakes.jobs_system import System
from fakes.ocr_pdfs import page_image, sample, scan_pdf
from metatag.v1 import document_pb2, jobs_pb2

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

COUNT = 20
BEGUN = 4


def small_scan() -> bytes:
    """Give the upper third of a page as a picture: a few lines, half a second of Tesseract's time."""
    image = page_image(sample("library-rules"), dpi=130)
    return scan_pdf([image.crop((0, 0, image.width, image.height // 3))], dpi=130)


async def begun(system: System) -> Batch:
    person = await Person.register(system)
    batch = await person.batch(small_scan(), COUNT)
    await batch.reach(BEGUN)
    return batch


async def check_readings(batch: Batch) -> None:
    """All rows were read by Tesseract and tagged, all in the same words: they name one file."""
    request = jobs_pb2.ListDocumentsRequest(user_id=batch.client.user, job_id=batch.job_id, limit=100)
    documents = (await batch.client.stub.ListDocuments(request)).documents
    methods = {page.method for document in documents for page in document.result.pages}
    assert document_pb2.PAGE_METHOD_TEXT_LAYER not in methods
    tags = {tuple(tag.tag for tag in document.result.tags) for document in documents}
    assert len(tags) == 1
    assert all(tags)


@pytest.mark.parametrize("what", DISTURBANCES)
async def test_a_batch_of_real_scans_loses_nothing_when(what: str, real_system: System) -> None:
    batch = await begun(real_system)
    await DISTURBANCES[what](batch)
    await batch.settle()
    await check_readings(batch)


async def test_cancel_stops_the_pages_that_tesseract_is_reading(real_system: System) -> None:
    person = await Person.register(real_system)
    # Three whole pages at a high resolution: Tesseract has many seconds to do.
    slow = scan_pdf([page_image(sample("library-rules"), dpi=300)] * 3, dpi=300)

    async def busy() -> bool:
        return await pages_in_work(real_system) > 0

    async def idle() -> bool:
        return await pages_in_work(real_system) == 0

    async def attempt() -> float:
        batch = await person.batch(slow, COUNT)
        await until(busy, 60)
        await person.control(batch, "cancel")
        took = await effective(idle)
        batch.observer.task.cancel()
        assert (await batch.job()).cancelled > 0
        return took

    await soon(attempt)


async def test_a_killed_worker_repeats_no_page_that_was_read_before(real_system: System) -> None:
    before = real_system.pages_read("ocr1") + real_system.pages_read("ocr2")
    batch = await begun(real_system)
    real_system.kill("worker1")
    await batch.settle()
    pages = real_system.pages_read("ocr1") + real_system.pages_read("ocr2") - before
    crashed = (await batch.rows("SELECT SUM(crashes) AS n FROM doc WHERE job_id = :job"))[0]["n"]
    print(f"{pages - COUNT:.0f} pages read again, of {crashed} documents that lost their worker")
    # Of those, only the ones whose page was in work are read again.
    assert 0 <= pages - COUNT <= crashed


async def test_a_batch_of_real_scans_is_followed_through_a_killed_gateway(real_system: System) -> None:
    person = await Person.register(real_system)
    batch = await person.batch(small_scan(), COUNT)
    followers = [Follower(person, batch), Follower(person, batch, first="gateway2")]
    await batch.reach(BEGUN)
    real_system.kill("gateway1")
    await batch.reach(COUNT // 2)
    await person.control(batch, "pause", "gateway2")
    await real_system.start("gateway1")
    await person.control(batch, "resume")
    real_system.kill("gateway2")
    await batch.settle()
    for follower in followers:
        await follower.check()
