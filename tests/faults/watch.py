"""What a batch does during a fault and after it: progress, recovery, the time that other people wait."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from chaos.books import Batch
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import until
from faults.system import FaultySystem
from metatag.v1 import jobs_pb2

# The promises, in seconds after the end of a fault; a machine that is busy with other things may take a multiple.
SLACK = float(os.environ.get("FAULTS_SLACK", "2"))
FIRST_PROGRESS = 5.0 * SLACK
RECOVERY = 30.0 * SLACK
CONTROL = 2.0 * SLACK
SINGLE = 5.0 * SLACK
# Documents of a batch, and milliseconds that a page takes: 2 x 4 pages are read at once.
DOCUMENTS = int(os.environ.get("FAULTS_DOCUMENTS", "150"))
PAGE_MS = 300


async def begun(system: FaultySystem, count: int = DOCUMENTS) -> Batch:
    """Return a batch of which a tenth is done."""
    batch = await Batch.start(system, fake_pdf(pages=1, ms=PAGE_MS), uuid.uuid4().hex[:8], count)
    await batch.reach(count // 10)
    return batch


@dataclass
class After:
    """How a batch went on after a fault. Seconds."""

    first: float = 0.0
    whole: float = 0.0
    done_before: int = 0

    def check(self, what: str) -> None:
        """Hold the promises."""
        print(f"{what}: first progress after {self.first:.1f} s, whole after {self.whole:.1f} s")
        assert self.first <= FIRST_PROGRESS
        assert self.whole <= RECOVERY


async def recovery(batch: Batch) -> After:
    """Wait for the end of a batch whose fault has just ended; the work that was left takes its time, too."""
    start = time.monotonic()
    after = After(done_before=(await batch.job()).processed)
    if after.done_before < batch.count:
        await batch.reach(after.done_before + 1)
        after.first = time.monotonic() - start
    await batch.settle(repeats=None)
    # 8 pages at once, and as much again for all that is not a page.
    work = 2 * (batch.count - after.done_before) * PAGE_MS / 1000 / 8
    after.whole = max(0.0, time.monotonic() - start - work)
    return after


@dataclass
class Singles:
    """Documents that somebody else sends alone, one after the other."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0


@contextlib.asynccontextmanager
async def others(system: FaultySystem) -> AsyncIterator[Singles]:
    """Send single documents of another user, one after the other."""
    singles = Singles()
    task = asyncio.create_task(_send(system, singles))
    try:
        yield singles
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _send(system: FaultySystem, singles: Singles) -> None:
    client = system.client()
    client.user = "somebody else"
    file_id = await client.upload(fake_pdf(pages=1, ms=20, salt=1))
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://a.pdf", file_id=file_id)
    while True:
        start = time.monotonic()
        document = jobs_pb2.DocumentSpec(title=f"single {uuid.uuid4().hex[:6]}", source=source)
        job_id = (await client.create([document], type=jobs_pb2.JOB_TYPE_SINGLE)).job.id
        ended = (jobs_pb2.JOB_STATE_COMPLETED, jobs_pb2.JOB_STATE_FAILED)
        job = await client.job(job_id)
        while job.state not in ended:
            await asyncio.sleep(0.1)
            job = await client.job(job_id)
        singles.seconds.append(time.monotonic() - start)
        singles.failed += job.state == jobs_pb2.JOB_STATE_FAILED
        await asyncio.sleep(0.5)


async def progress_during(batch: Batch, seconds: float) -> int:
    """Return how many documents end within so many seconds from now."""
    before = (await batch.job()).processed
    await asyncio.sleep(seconds)
    return int((await batch.job()).processed - before)


async def eventually_no_more_objects(system: FaultySystem, kept: set[str], seconds: float) -> None:
    """Wait until the store holds nothing but `kept`."""
    await until(lambda: asyncio.to_thread(lambda: system.objects() <= kept), seconds)
