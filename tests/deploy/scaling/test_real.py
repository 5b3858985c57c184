"""Two real OCR nodes on two cores do the work of two: real Tesseract, one core and one page at once for each node.

Meant for a machine that does nothing else meanwhile; the figures of one run stand in docs/scaling.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fakes.servers import free_port
from metatag_jobs.adapters.ocr.nodes import OcrNodes
from metatag_jobs.adapters.ocr.pool import PooledOcr
from metatag_jobs.model import ProcessOptions
from metatag_runtime.grpc_client import open_channel

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("scaling")]

SCAN = (Path(__file__).parents[3] / "samples/vaccination-notice.pdf").read_bytes()
# Documents of one scanned page for each node.
DOCUMENTS = 24
WANTED = 0.85


@asynccontextmanager
async def node(core: int) -> AsyncIterator[str]:
    """Runs the ocr service as a process on one core; gives its address."""
    address = f"127.0.0.1:{free_port()}"
    variables = {
        "METATAG_OCR_LISTEN": address,
        "METATAG_OCR_SLOTS": "1",
        "METATAG_PROCESS_METRICS_PORT": "0",
        "OMP_THREAD_LIMIT": "1",
    }
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(core), sys.executable, "-m", "metatag_ocr",
        env={**os.environ, **variables}, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60), open_channel(address) as channel:
            await channel.channel_ready()
        yield address
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def pool(cores: list[int]) -> AsyncIterator[PooledOcr]:
    async with contextlib.AsyncExitStack() as stack:
        addresses = [await stack.enter_async_context(node(core)) for core in cores]
        known = OcrNodes(",".join(addresses), 0.5)
        await known.start()
        stack.push_async_callback(known.stop)
        await known.known(10)
        # Until each has said how many pages it works on at once.
        await asyncio.sleep(1.5)
        yield PooledOcr(known, deadline=60, range_pages=8)


async def read(ocr: PooledOcr, salt: str) -> None:
    """Reads one document that no node knows."""
    body = SCAN + f"\n% {salt}\n".encode()

    async def content() -> AsyncIterator[bytes]:
        yield body

    outcome = await ocr.read(
        document_id=salt,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        content=content,
        options=ProcessOptions(num_pages=1, languages=["eng"]),
        interactive=False,
        on_page=lambda _: None,
    )
    assert outcome.pages[0].method == "tesseract"


async def pages_per_second(cores: list[int], run: str) -> float:
    number = DOCUMENTS * len(cores)
    async with pool(cores) as ocr:
        # Engines load their data with the first page.
        await asyncio.gather(*(read(ocr, f"{run}-warm-{each}") for each in range(4 * len(cores))))
        began = time.monotonic()
        await asyncio.gather(*(read(ocr, f"{run}-{each}") for each in range(number)))
        return number / (time.monotonic() - began)


async def test_two_nodes_on_two_cores_do_the_work_of_two() -> None:
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2 or not shutil.which("taskset"):
        pytest.skip("Two cores, and taskset to give each node one of them, are needed here.")
    # Each core alone: on shared machines they are not alike.
    alone = [await pages_per_second([core], f"core{core}") for core in cores]
    both = await pages_per_second(cores, "both")
    efficiency = both / sum(alone)
    print(f"one node: {alone[0]:.2f} and {alone[1]:.2f} pages/s, two: {both:.2f} pages/s, {efficiency:.0%} of ideal")
    assert efficiency >= WANTED
