"""Every file made to hurt a reader gets a named error or its text within its limit, and others are served meanwhile."""

from __future__ import annotations

import asyncio
import time

import psutil
import pytest

from fakes.hostile_pdfs import HOSTILE, text_pdf
from fakes.ocr_client import Answer, recognize
from fakes.ocr_pace import pace
from metatag.v1 import document_pb2
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import peer_errors

HEALTHY = text_pdf([["A healthy document about irrigation canals in the northern district."] * 10])

# Seconds by which a hostile page may delay a healthy document beside it.
DELAY = 1.0

# Name of the file to what must come: an error code of the document, or of its first page, or None for text.
EXPECTED = {
    "not a pdf": ErrorCode.UNSUPPORTED_MEDIA,
    "truncated": None,
    "zero pages": ErrorCode.NO_PAGES,
    "encrypted": ErrorCode.ENCRYPTED_DOCUMENT,
    "10,000 pages": None,
    "gray image of 20,000 pixels": None,
    "bilevel image of 35,000 pixels": ErrorCode.PAGE_TOO_COSTLY,
    "page box of 200 inches": None,
    "content stream of 1.5 GB": ErrorCode.PAGE_TOO_COSTLY,
    "page tree 5,000 deep": ErrorCode.BROKEN_DOCUMENT,
    "page tree loop": ErrorCode.BROKEN_DOCUMENT,
    "form loop": None,
    "forms nested ten deep": ErrorCode.PAGE_TOO_COSTLY,
    "arrays nested 100,000 deep": None,
    "damaged cross reference": None,
}


def test_every_hostile_file_has_its_expectation():
    assert set(EXPECTED) == set(HOSTILE)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_answered_by_name_while_a_healthy_one_is_served(make_node, name):
    # What must be given up is given up soon; what is merely large may take its time on a busy machine.
    limit = 5 if EXPECTED[name] else 60
    node = await make_node(page_seconds=limit, open_seconds=limit)
    await recognize(node.channel, HEALTHY)
    alone = await _healthy(node.channel, 0)
    data = HOSTILE[name]()
    start = time.monotonic()
    hostile = asyncio.create_task(_outcome(node.channel, data))
    await asyncio.sleep(0.3)

    beside = await _healthy(node.channel, 1)
    bar = await _bar(node.pool) if beside - alone > DELAY else DELAY

    code, answer = await hostile
    assert code == EXPECTED[name], answer.pages.get(1)
    assert time.monotonic() - start < 2 * limit + 10
    # It must not wait for the hostile page, only share the machine with it.
    assert beside - alone <= bar
    await recognize(node.channel, HEALTHY)
    assert _children_memory() < 400 * 1024**2


async def _bar(pool) -> float:
    """Give the bar of a machine as slow as this one is while the hostile page is in work."""
    return DELAY * await pace(pool)


async def _healthy(channel, number: int) -> float:
    other = text_pdf([[f"Healthy document {number} about village schools and their teachers."] * 10])
    start = time.monotonic()
    answer = await recognize(channel, other)
    assert "village schools" in answer.text
    return time.monotonic() - start


async def _outcome(channel, data) -> tuple[ErrorCode | None, Answer]:
    try:
        with peer_errors("ocr"):
            answer = await recognize(channel, data, max_pages=50)
    except MetatagError as error:
        return error.code, Answer()
    page = answer.pages[min(answer.pages)]
    if page.method == document_pb2.PAGE_METHOD_FAILED:
        assert page.error.message
        return ErrorCode(page.error.code), answer
    return None, answer


def _children_memory() -> int:
    return max((child.memory_info().rss for child in psutil.Process().children(recursive=True)), default=0)
