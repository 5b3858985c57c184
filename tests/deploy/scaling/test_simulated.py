"""OCR scales by adding nodes: real calls over real sockets, recognition replaced by its time.

Eight nodes do not fit on a small machine, but their waiting does: what is measured is everything that is ours, the
spreading of pages, the calls, the transfer of files. Numbers of one run stand in docs/scaling.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from fakes.fake_ocr_node import FakeOcrNode, fake_pdf
from metatag.v1 import ocr_pb2_grpc
from metatag_jobs.adapters.ocr.nodes import OcrNodes
from metatag_jobs.adapters.ocr.pool import PooledOcr
from metatag_jobs.model import ProcessOptions
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("scaling")]

# As Tesseract takes for a page of print at 200 dpi. Seconds.
PAGE_SECONDS = 0.4
SLOTS = 2
WANTED = 0.85


@asynccontextmanager
async def nodes(number: int) -> AsyncIterator[tuple[PooledOcr, list[FakeOcrNode]]]:
    fakes = [FakeOcrNode(SLOTS, PAGE_SECONDS) for _ in range(number)]
    servers = [
        GrpcService(
            "ocr",
            GrpcServerOptions("127.0.0.1:0"),
            [lambda server, fake=fake: ocr_pb2_grpc.add_OcrServiceServicer_to_server(fake, server)],  # type: ignore[misc]
            [],
        )
        for fake in fakes
    ]
    for server in servers:
        await server.start()
    known = OcrNodes(",".join(server.address for server in servers), 1.0)
    await known.start()
    await known.known(5)
    await asyncio.sleep(0.2)
    try:
        yield PooledOcr(known, deadline=60, range_pages=8), fakes
    finally:
        await known.stop()
        for server in servers:
            await server.stop(0)


async def read(ocr: PooledOcr, salt: str, pages: int) -> None:
    body = fake_pdf(pages=pages, salt=salt)

    async def content() -> AsyncIterator[bytes]:
        yield body

    outcome = await ocr.read(
        document_id=salt,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        content=content,
        options=ProcessOptions(num_pages=pages),
        interactive=False,
        on_page=lambda _: None,
    )
    assert [page.number for page in outcome.pages] == list(range(1, pages + 1))


async def pages_per_second(number: int, documents: int, pages: int) -> tuple[float, list[int]]:
    async with nodes(number) as (ocr, fakes):
        began = time.monotonic()
        await asyncio.gather(*(read(ocr, f"{number}-{each}", pages) for each in range(documents)))
        return documents * pages / (time.monotonic() - began), [fake.pages_read for fake in fakes]


@pytest.mark.parametrize(("what", "documents", "pages"), [("a batch", 16, 3), ("one scan", 1, 50)])
async def test_eight_nodes_do_the_work_of_eight(what: str, documents: int, pages: int) -> None:
    found = {}
    for number in (1, 2, 4, 8):
        # The same work for each node, so that the ends of a run weigh the same.
        more = (documents * number, pages) if documents > 1 else (1, pages * number)
        speed, shares = await pages_per_second(number, *more)
        found[number] = speed
        ideal = number * SLOTS / PAGE_SECONDS
        print(f"{what}, {number} nodes: {speed:.1f} pages/s of {ideal:.0f} ideal, {shares}")
        assert min(shares) >= 0.7 * sum(shares) / number
    efficiency = found[8] / (8 * found[1])
    print(f"{what}: 1 to 8 nodes at {efficiency:.0%}")
    assert efficiency >= WANTED
