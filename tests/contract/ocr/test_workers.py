"""The port Workers: child processes and the fake keep the same promises."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.hostile_pdfs import text_pdf
from fakes.ocr_workers import FakeWorkers
from metatag_ocr.adapters.process_workers import ProcessWorkers, page_pool
from metatag_ocr.errors import page_damaged
from metatag_ocr.model import DocumentRef, Options, PageText
from metatag_ocr.ports import PageOrder, Workers
from metatag_runtime.errors import ErrorCode, MetatagError

LINE = "The committee approved the water supply scheme for the northern district of the state."
DATA = text_pdf([[LINE] * 20, [LINE] * 20], title="A title")
REF = DocumentRef(hashlib.sha256(DATA).hexdigest(), len(DATA))


def _plan() -> dict[str, object]:
    tessdata = os.environ.get("METATAG_OCR_TESSDATA_DIR", "")
    return {"engine": "tesserocr", "tessdata": tessdata, "memory_bytes": 2**31, "warm": []}


def _fake_page(order: PageOrder) -> PageText | Exception:
    if order.number > 2:
        return page_damaged(order.number)
    return PageText(order.number, LINE, "text_layer", "text_layer_good", language="Latin", script="Latin")


@pytest.fixture(params=["processes", "fake"])
async def workers(request) -> AsyncIterator[Workers]:
    if request.param == "fake":
        yield FakeWorkers(_fake_page, page_count=2, slots=1, seconds=0.01)
        return
    pool = page_pool("tesseract", _plan(), slots=1, max_pages=50)
    pool.start()
    yield ProcessWorkers(pool, open_seconds=30, page_seconds=30, languages=lambda: ("eng", "hin"))
    await pool.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.pdf").write_bytes(DATA)
    return tmp_path / "a.pdf"


def _order(path: Path, number: int = 1) -> PageOrder:
    return PageOrder(REF, path, number, Options(), ("eng",), "", 30.0)


async def test_a_document_is_opened(workers: Workers, path: Path):
    facts = await workers.open(REF, path)

    assert (facts.page_count, facts.title) == (2, "A title")


async def test_a_page_is_read_and_its_script_told_once(workers: Workers, path: Path):
    scripts: list[str] = []

    page = await workers.read(_order(path, 2), scripts.append)

    assert (page.number, page.method) == (2, "text_layer")
    assert LINE in page.text
    assert scripts == ["Latin"]


async def test_reading_again_gives_the_same_text(workers: Workers, path: Path):
    first = await workers.read(_order(path), lambda _: None)
    second = await workers.read(_order(path), lambda _: None)

    assert first.text == second.text


async def test_a_page_that_is_not_there_is_an_error_and_the_next_page_is_read(workers: Workers, path: Path):
    with pytest.raises(MetatagError):
        await workers.read(_order(path, 9), lambda _: None)

    assert (await workers.read(_order(path), lambda _: None)).number == 1


async def test_a_page_is_drawn_and_one_past_the_end_is_not_found(workers: Workers, path: Path):
    assert (await workers.render(REF, path, 1, 200)).startswith(b"\x89PNG")
    assert (await workers.render(REF, path, 1, 200, "JPEG")).startswith(b"\xff\xd8\xff")
    with pytest.raises(MetatagError) as failure:
        await workers.render(REF, path, 9, 200)
    assert failure.value.code is ErrorCode.NOT_FOUND


async def test_cancelled_work_leaves_no_page_in_work(workers: Workers, path: Path):
    task = asyncio.create_task(workers.read(_order(path), lambda _: None))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert workers.load() == (0, 0)
    assert (await workers.read(_order(path), lambda _: None)).number == 1


async def test_the_engine_is_told_without_waiting(workers: Workers):
    engine = workers.engine()

    assert engine.name == "tesseract"
    assert engine.languages == ("eng", "hin")
