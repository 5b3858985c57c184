"""A page that Tesseract reads badly is read again by a deep engine behind the same node.

Needs an engine: `make test-ocr-deep` runs it with RapidOCR in an environment of its own.
"""

from __future__ import annotations

import pytest

from fakes.hostile_pdfs import text_pdf
from fakes.ocr_client import recognize
from fakes.ocr_pdfs import page_image, pale_scan, scan_pdf
from metatag.v1 import document_pb2, ocr_pb2, ocr_pb2_grpc

LINE = "The committee approved the water supply scheme."
# The engine says that it found nothing, and its libraries have warnings of their own.
pytestmark = pytest.mark.filterwarnings("default")


def _good_scan() -> bytes:
    return scan_pdf([page_image(text_pdf([[LINE] * 12]))])


async def test_rapidocr_reads_the_page_that_tesseract_could_not(make_node):
    pytest.importorskip("rapidocr", reason="RapidOCR is not installed; `make test-ocr-deep` runs this with it.")
    node = await make_node(deep_engine="rapidocr", deep_seconds=300)

    bad = (await recognize(node.channel, pale_scan(), timeout=300)).pages[1]
    good = (await recognize(node.channel, _good_scan())).pages[1]

    assert bad.method == document_pb2.PAGE_METHOD_RAPIDOCR
    assert bad.confidence > 60
    assert "water" in bad.text
    assert bad.tries > 1
    assert good.method == document_pb2.PAGE_METHOD_TESSERACT
    state = await ocr_pb2_grpc.OcrServiceStub(node.channel).ListEngines(ocr_pb2.ListEnginesRequest(), timeout=5)
    assert {"tesseract", "rapidocr"} <= {engine.name for engine in state.engines if engine.healthy}


async def test_rapidocr_reads_a_document_alone_when_it_is_asked_for(make_node):
    pytest.importorskip("rapidocr", reason="RapidOCR is not installed; `make test-ocr-deep` runs this with it.")
    node = await make_node(deep_engine="rapidocr", deep_seconds=300)

    page = (await recognize(node.channel, _good_scan(), timeout=300, engine="rapidocr", words=True)).pages[1]

    assert page.method == document_pb2.PAGE_METHOD_RAPIDOCR
    assert "committee approved" in page.text
    assert page.words


async def test_without_a_deep_engine_the_page_says_so_and_is_not_lost(make_node):
    node = await make_node(deep_engine="none")

    page = (await recognize(node.channel, pale_scan())).pages[1]

    assert page.method == document_pb2.PAGE_METHOD_TESSERACT
    assert "deep_engine_not_installed" in page.notes
