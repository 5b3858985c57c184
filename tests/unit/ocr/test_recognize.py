"""The use case: places, pages side by side, the script once, bad pages to the deep engine."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from fakes.ocr_workers import FakeWorkers, SilentObserver
from metatag_ocr.adapters.directory_scratch import DirectoryScratch
from metatag_ocr.errors import page_too_slow
from metatag_ocr.model import DocumentRef, NeedContent, Opened, Options, PageText, ReadRequest, Summary
from metatag_ocr.pages import Limits
from metatag_ocr.ports import PageOrder
from metatag_ocr.recognize import Recognizer
from metatag_runtime.errors import ErrorCode, MetatagError, Unavailable

DATA = b"%PDF-1.7 any bytes"
REF = DocumentRef(hashlib.sha256(DATA).hexdigest(), len(DATA))


async def _content() -> AsyncIterator[bytes]:
    yield DATA


def _layer_page(order: PageOrder) -> PageText:
    return PageText(order.number, f"page {order.number}", "text_layer", "text_layer_good", script="Latin")


def _scan(text: str, confidence: float, **fields: object) -> PageText:
    return PageText(1, text, "tesseract", "no_text", confidence, language="eng", tries=1, **fields)  # type: ignore[arg-type]


def _recognizer(tmp_path: Path, workers: FakeWorkers, deep: FakeWorkers | None = None) -> Recognizer:
    scratch = DirectoryScratch(tmp_path / "scratch", 10_000)
    scratch.open()
    return Recognizer(workers, deep, scratch, SilentObserver(), Limits(1000, page_seconds=50, deep_seconds=90))


async def _events(recognizer: Recognizer, read_request: ReadRequest) -> list[object]:
    return [event async for event in recognizer.recognize(read_request, _content())]


async def test_a_document_is_asked_for_once_opened_read_and_summed_up(tmp_path):
    recognizer = _recognizer(tmp_path, FakeWorkers(_layer_page, page_count=3))

    first = await _events(recognizer, ReadRequest(REF))
    second = await _events(recognizer, ReadRequest(REF))

    assert isinstance(first[0], NeedContent)
    assert isinstance(first[1], Opened)
    assert sorted(event.number for event in first if isinstance(event, PageText)) == [1, 2, 3]
    assert isinstance(first[-1], Summary)
    assert (first[-1].pages_read, first[-1].script, first[-1].confidence) == (3, "Latin", None)
    assert isinstance(second[0], Opened)


async def test_pages_are_read_side_by_side_up_to_the_slots(tmp_path):
    workers = FakeWorkers(_layer_page, page_count=9, slots=3, seconds=0.01)

    await _events(_recognizer(tmp_path, workers), ReadRequest(REF))

    assert workers.most_at_once == 3


async def test_the_script_of_the_first_page_is_given_to_the_others(tmp_path):
    workers = FakeWorkers(_layer_page, page_count=5, slots=2, seconds=0.01)

    await _events(_recognizer(tmp_path, workers), ReadRequest(REF))

    assert [order.script for order in workers.orders] == ["", "Latin", "Latin", "Latin", "Latin"]


async def test_a_dead_page_is_a_failed_page_and_the_rest_goes_on(tmp_path):
    workers = FakeWorkers(lambda order: page_too_slow(2, 50) if order.number == 2 else _layer_page(order), page_count=3)

    events = await _events(_recognizer(tmp_path, workers), ReadRequest(REF))

    pages = {event.number: event for event in events if isinstance(event, PageText)}
    assert pages[2].method == "failed"
    assert pages[2].error is not None
    assert pages[2].error.code == "page_too_costly"
    assert events[-1].pages_failed == 1


async def test_after_five_costly_pages_the_others_get_a_tenth_of_the_time(tmp_path):
    workers = FakeWorkers(lambda order: page_too_slow(order.number, order.seconds), page_count=8, slots=1)

    await _events(_recognizer(tmp_path, workers), ReadRequest(REF))

    full = [order.seconds for order in workers.orders if order.options.mode == "auto"]
    assert full == [50] * 5 + [5] * 3
    assert len(workers.orders) == 8 + 5


async def test_a_page_whose_picture_is_too_costly_keeps_its_layer(tmp_path):
    def reads(order: PageOrder) -> PageText | Exception:
        return _layer_page(order) if order.options.mode == "skip" else page_too_slow(order.number, order.seconds)

    workers = FakeWorkers(reads, page_count=1)

    events = await _events(_recognizer(tmp_path, workers), ReadRequest(REF))

    page = next(event for event in events if isinstance(event, PageText))
    assert (page.method, page.notes) == ("text_layer", ("layer_not_compared",))
    assert [order.seconds for order in workers.orders] == [50, 5]


async def test_a_node_without_workers_fails_the_call(tmp_path):
    workers = FakeWorkers(lambda order: Unavailable("The workers do not start."), page_count=3)

    with pytest.raises(Unavailable):
        await _events(_recognizer(tmp_path, workers), ReadRequest(REF))


async def test_one_document_more_than_slots_is_taken_and_the_next_refused(tmp_path):
    workers = FakeWorkers(_layer_page, page_count=1, slots=1, seconds=60)
    recognizer = _recognizer(tmp_path, workers)
    running = [asyncio.create_task(_events(recognizer, ReadRequest(REF))) for _ in range(2)]
    await asyncio.sleep(0.05)

    with pytest.raises(MetatagError) as failure:
        await _events(recognizer, ReadRequest(REF))

    assert failure.value.code is ErrorCode.BUSY
    assert failure.value.retry_after
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert workers.working == 0


async def test_closing_the_stream_ends_pages_and_frees_the_place(tmp_path):
    workers = FakeWorkers(_layer_page, page_count=50, slots=2, seconds=0.01)
    recognizer = _recognizer(tmp_path, workers)

    async with aclosing(recognizer.recognize(ReadRequest(REF), _content())) as events:  # type: ignore[type-var]
        async for event in events:
            if isinstance(event, PageText):
                break

    assert workers.working == 0
    assert len(workers.orders) < 50
    await _events(recognizer, ReadRequest(REF))


@pytest.mark.parametrize(
    ("ref", "code"),
    [
        (DocumentRef(REF.sha256, 0), ErrorCode.EMPTY_DOCUMENT),
        (DocumentRef(REF.sha256, 1001), ErrorCode.TOO_LARGE),
        (DocumentRef("0" * 64, len(DATA)), ErrorCode.INVALID_ARGUMENT),
        (DocumentRef(REF.sha256, 3), ErrorCode.INVALID_ARGUMENT),
        (DocumentRef(REF.sha256, 900), ErrorCode.INVALID_ARGUMENT),
    ],
)
async def test_wrong_documents_are_refused(tmp_path, ref, code):
    recognizer = _recognizer(tmp_path, FakeWorkers(_layer_page))

    with pytest.raises(MetatagError) as failure:
        await _events(recognizer, ReadRequest(ref))

    assert failure.value.code is code
    assert len(await _events(recognizer, ReadRequest(REF))) == 4


async def test_a_missing_language_and_a_missing_engine_are_named(tmp_path):
    recognizer = _recognizer(tmp_path, FakeWorkers(_layer_page))

    with pytest.raises(MetatagError, match="'kan' is not installed; installed: eng, hin"):
        await _events(recognizer, ReadRequest(REF, Options(languages=("kan", "eng"))))
    with pytest.raises(MetatagError, match="engine 'easyocr' is not installed here; installed: tesseract"):
        await _events(recognizer, ReadRequest(REF, Options(engine="easyocr")))


async def test_a_badly_read_page_goes_to_the_deep_engine_and_the_better_text_is_kept(tmp_path):
    workers = FakeWorkers(lambda order: _scan("sm nse txt", 41))
    deep = FakeWorkers(
        lambda order: PageText(1, "some nice text", "easyocr", "forced", 88, language="eng", tries=1),
        name="easyocr",
        languages=("eng",),
    )

    events = await _events(_recognizer(tmp_path, workers, deep), ReadRequest(REF))

    page = next(event for event in events if isinstance(event, PageText))
    assert (page.method, page.text, page.reason, page.tries) == ("easyocr", "some nice text", "no_text", 2)
    assert deep.orders[0].options.mode == "force"
    assert deep.orders[0].seconds == 90


async def test_a_well_read_page_spares_the_deep_engine(tmp_path):
    deep = FakeWorkers(_layer_page, name="easyocr", languages=("eng",))

    await _events(_recognizer(tmp_path, FakeWorkers(lambda order: _scan("good text", 90)), deep), ReadRequest(REF))

    assert deep.orders == []


@pytest.mark.parametrize(
    ("deep", "note"),
    [
        (None, "deep_engine_not_installed"),
        (FakeWorkers(_layer_page, name="rapidocr", languages=("jpn",)), "deep_engine_lacks_language"),
        (FakeWorkers(lambda order: Unavailable("gone"), name="easyocr", languages=("eng",)), "deep_engine_failed"),
    ],
)
async def test_nothing_fails_where_the_deep_engine_cannot_help(tmp_path, deep, note):
    events = await _events(_recognizer(tmp_path, FakeWorkers(lambda order: _scan("bad", 20)), deep), ReadRequest(REF))

    page = next(event for event in events if isinstance(event, PageText))
    assert (page.text, page.notes) == ("bad", (note,))


async def test_a_caller_may_choose_the_deep_engine(tmp_path):
    workers, deep = FakeWorkers(_layer_page), FakeWorkers(_layer_page, name="rapidocr", languages=("eng",))

    await _events(_recognizer(tmp_path, workers, deep), ReadRequest(REF, Options(engine="rapidocr")))

    assert (len(workers.orders), len(deep.orders)) == (0, 1)


def test_ranges_give_each_page_once_in_order():
    read_request = ReadRequest(REF, ranges=((5, 6), (1, 2), (2, 2), (9, 0)))

    assert read_request.pages_of(10) == [1, 2, 5, 6, 9, 10]
    assert read_request.pages_of(4) == [1, 2]
    assert ReadRequest(REF, max_pages=3).pages_of(10) == [1, 2, 3]


async def test_a_picture_without_words_does_not_lower_the_documents_confidence(tmp_path):
    workers = FakeWorkers(
        lambda order: PageText(order.number, "text" if order.number == 1 else "", "tesseract", "no_text",
                               90.0 if order.number == 1 else 0.0),
        page_count=2,
    )  # fmt: skip

    events = await _events(_recognizer(tmp_path, workers), ReadRequest(REF))

    assert events[-1].confidence == 90.0
