"""A node reads PDFs over real gRPC, with real children."""

from __future__ import annotations

import asyncio
import hashlib

import grpc
import pytest

from fakes.hostile_pdfs import nested_forms, text_pdf
from fakes.ocr_client import header, recognize, render, stream
from fakes.ocr_pdfs import page_image, sample, scan_pdf
from metatag.v1 import document_pb2, ocr_pb2, ocr_pb2_grpc
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import peer_errors

LINE = "The committee approved the water supply scheme for the northern district of the state."


async def test_a_digital_document_is_read_from_its_text_layer(make_node):
    node = await make_node()

    answer = await recognize(node.channel, text_pdf([[LINE] * 20, [LINE] * 20], title="Annual Water Report"))

    assert answer.opened.page_count == 2
    assert answer.opened.title == "Annual Water Report"
    assert [answer.pages[n].method for n in (1, 2)] == [document_pb2.PAGE_METHOD_TEXT_LAYER] * 2
    assert answer.pages[1].reason == "text_layer_good"
    assert LINE in answer.text
    assert answer.summary.pages_read == 2
    assert answer.summary.script == "Latin"
    assert not answer.pages[1].HasField("confidence")


async def test_a_scan_is_recognised_with_its_confidence(make_node):
    node = await make_node()
    data = scan_pdf([page_image(text_pdf([[LINE] * 20]))])

    answer = await recognize(node.channel, data, words=True)

    page = answer.pages[1]
    assert page.method == document_pb2.PAGE_METHOD_TESSERACT
    assert page.reason == "no_text"
    assert page.language == "eng"
    assert page.confidence > 85
    assert "committee approved the water supply" in page.text
    assert page.words[0].text == "The"
    assert 0 < page.words[0].x < 0.3
    assert answer.summary.confidence == pytest.approx(page.confidence, abs=0.1)
    assert answer.summary.engine_version.startswith("tesseract-5")


async def test_a_hindi_scan_is_told_by_its_script(make_node):
    node = await make_node()
    data = scan_pdf([page_image(sample("karyalaya-adesh"))])

    answer = await recognize(node.channel, data)

    assert answer.pages[1].language == "hin"
    assert answer.summary.script == "Devanagari"
    assert answer.pages[1].confidence > 80


async def test_bytes_travel_once_for_a_document(make_node):
    node = await make_node()
    data = text_pdf([[LINE] * 5])

    first = await recognize(node.channel, data)
    second = await recognize(node.channel, data)

    assert first.sent_bytes
    assert not second.sent_bytes
    assert second.text == first.text


async def test_only_wanted_pages_come(make_node):
    node = await make_node()
    data = text_pdf([[f"Page {n} of the report on roads."] for n in range(1, 8)])
    ranges = [ocr_pb2.PageRange(first=2, last=3), ocr_pb2.PageRange(first=6, last=0)]

    answer = await recognize(node.channel, data, pages=ranges)
    bounded = await recognize(node.channel, data, max_pages=2)

    assert list(answer.opened.pages) == [2, 3, 6, 7] == sorted(answer.pages)
    assert sorted(bounded.pages) == [1, 2]


async def test_a_language_that_is_missing_is_named_with_those_installed(make_node):
    node = await make_node()

    with pytest.raises(MetatagError, match=r"'kan' is not installed; installed: .*eng") as failure:
        with peer_errors("ocr"):
            await recognize(node.channel, text_pdf([[LINE]]), languages=["kn"])

    assert failure.value.code is ErrorCode.LANGUAGE_NOT_INSTALLED


async def test_bytes_with_another_hash_are_refused(make_node):
    node = await make_node()
    data = text_pdf([[LINE]])
    head = header(data, content_sha256=hashlib.sha256(b"other").hexdigest())

    with pytest.raises(MetatagError, match="hash") as failure, peer_errors("ocr"):
        async for _ in stream(node.channel, data, head):
            pass

    assert failure.value.code is ErrorCode.INVALID_ARGUMENT


async def test_more_documents_than_places_are_refused_with_a_time_to_wait(make_node):
    node = await make_node(page_seconds=30)
    hostile = [nested_forms(levels=10 + extra) for extra in range(2)]
    calls = [asyncio.create_task(recognize(node.channel, data)) for data in hostile]
    await asyncio.sleep(1.5)

    with pytest.raises(MetatagError) as failure, peer_errors("ocr"):
        await recognize(node.channel, text_pdf([[LINE]]))

    assert failure.value.code is ErrorCode.BUSY
    assert failure.value.retry_after is not None
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_page_is_drawn_as_a_picture(make_node):
    node = await make_node()
    data = text_pdf([[LINE]])

    picture = await render(node.channel, data, page=1, width=400)

    assert picture.startswith(b"\x89PNG")
    with pytest.raises(MetatagError, match="no page 9") as failure, peer_errors("ocr"):
        await render(node.channel, data, page=9, width=400)
    assert failure.value.code is ErrorCode.NOT_FOUND


async def test_the_node_tells_its_engines_and_load(make_node):
    node = await make_node()
    await recognize(node.channel, text_pdf([[LINE]]))

    state = await ocr_pb2_grpc.OcrServiceStub(node.channel).ListEngines(ocr_pb2.ListEnginesRequest(), timeout=5)

    engines = {engine.name: engine for engine in state.engines}
    assert engines["text_layer"].healthy
    assert engines["tesseract"].healthy
    assert {"eng", "hin"} <= set(engines["tesseract"].languages)
    assert state.slots == 1
    assert state.pages_in_flight == 0


async def test_a_header_that_is_wrong_is_refused_by_name(make_node):
    node = await make_node()

    with pytest.raises(grpc.aio.AioRpcError, match="content_sha256"):
        await recognize(node.channel, b"x", content_sha256="ABC")
